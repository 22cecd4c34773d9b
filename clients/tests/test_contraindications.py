"""What the practice says about a planned treatment: vignettes from the sources, then the laws that always hold.

Each vignette quotes the line it was written from.
"""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.body import REGIONS, sides_of
from clients.conditions import CONDITIONS
from clients.contraindications import (
    EPISODES,
    NOTED,
    RULES,
    SAME,
    Body,
    Check,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    KnownFinding,
    Level,
    ProposedTreatment,
    Trigger,
    cautions_for,
)
from clients.findings import FINDINGS
from clients.rule import Rule
from practice.techniques import TECHNIQUES

TODAY = date(2026, 11, 16)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
LEFT_FOOT = (("foot", "left"),)


def body(*known: object, allergies: tuple[str, ...] = ()) -> Body:
    """A body of what is known; a text is the code of a condition or a finding."""
    lists: dict[type, list] = {KnownCondition: [], KnownFinding: [], KnownEpisode: [], KnownClearance: []}
    for item in known:
        if isinstance(item, str):
            item = KnownCondition(item) if item in CONDITIONS else KnownFinding(item)
        lists[type(item)].append(item)
    return Body(*(tuple(found) for found in lists.values()), allergies)


def at(finding: str, *regions: tuple[str, str], **more: object) -> KnownFinding:
    return KnownFinding(finding, regions, **more)


def plan(technique: str, region: str, side: str, pressure: int | None = None, **more: object) -> ProposedTreatment:
    return ProposedTreatment(technique, region, side, pressure, **more)


def check(known: Body, *treatments: ProposedTreatment, minutes: int | None = None, on: date = TODAY) -> Check:
    return cautions_for(known, treatments, on=on, minutes=minutes)


def speaking(answer: Check) -> set[str]:
    """The rules that weigh more than info."""
    return {reason.rule for reason in answer.reasons if reason.level != "info"}


def told(answer: Check) -> set[str]:
    """The rules that speak at all."""
    return {reason.rule for reason in answer.reasons}


def assert_nothing_refused(answer: Check) -> None:
    assert answer.verdict == "ok", [reason.text for reason in answer.reasons if reason.level != "info"]
    assert not answer.needs_reason


# --- where nothing may be refused or capped ---------------------------------------------------------------------


def test_deep_work_for_a_client_with_ms_and_no_numbness_passes_without_a_cap():
    """Massage Therapy and Multiple Sclerosis, T. Gio LMT: "a lot of my MS clients love and get the most relief from
    deeper pressure treatments." """
    answer = check(body("ms"), plan("deep-tissue", "lower-back", "midline", 5), plan("deep-tissue", "thigh", "both", 4))
    assert_nothing_refused(answer)
    assert set(answer.max_pressure_by_region.values()) == {None}


def test_myofascial_release_for_a_client_with_ms_passes():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "Most wanted deep work and responded very will to MFR
    (myofascial release) approaches" """
    answer = check(body("ms-secondary-progressive"), plan("myofascial-release", "calf", "both", 4))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region == {"calf:left": None, "calf:right": None}


def test_the_forty_five_minute_session_studied_in_ms_passes():
    """Healing Touch, Neurology Now 2008: "patients who received 45-minute massages twice a week for five weeks
    experienced improvements in mood and body image" """
    assert_nothing_refused(check(body("ms-relapsing-remitting"), plan("swedish", "back", "midline", 3), minutes=45))


def test_a_full_hour_a_week_for_a_client_with_ms_passes():
    """Healing Touch: "says Gibbs, who has been going to weekly hour-long massage sessions for three years." """
    assert_nothing_refused(check(body("ms"), plan("swedish", "leg", "both", 3), minutes=60))


def test_half_an_hour_on_the_back_and_half_an_hour_on_the_backside_passes():
    """Healing Touch: "My therapist spends a half-hour on my back and a half-hour on my backside" """
    answer = check(body(KnownCondition("ms", since=date(1973, 1, 1))), plan("petrissage", "back", "midline", 3, minutes=30),
                   plan("petrissage", "buttock", "both", 3, minutes=30))
    assert_nothing_refused(answer)


def test_reflexology_of_feet_and_calves_in_ms_passes():
    """Healing Touch: "11 weeks of reflexology treatments (manual pressure on specific points in the feet and massage
    of the calf area) showed significant improvements" """
    assert_nothing_refused(check(body("ms"), plan("reflexology", "foot", "both", 3), plan("petrissage", "calf", "both", 3)))


def test_footwork_for_dorsiflexion_passes_and_is_suggested():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "a significant difference can occur with footwork to
    encourage dorsiflexion" """
    answer = check(body("ms", at("weak-dorsiflexion", ("foot", "right"))), plan("dorsiflexion-footwork", "foot", "right", 3))
    assert_nothing_refused(answer)
    [hint] = [reason for reason in answer.reasons if reason.rule == "weak-dorsiflexion"]
    assert hint.techniques == ("dorsiflexion-footwork",)
    assert hint.level == "info"


def test_abdominal_massage_for_constipation_passes_and_is_suggested():
    """Massage Therapy and Multiple Sclerosis: "a positive effect of the intervention on the symptoms of constipation" """
    answer = check(body("ms", "constipation"), plan("abdominal", "abdomen", "midline", 2))
    assert_nothing_refused(answer)
    assert "constipation" in told(answer)


def test_light_strokes_that_move_swelling_pass_in_ms():
    """Article on three uses of massage in MS: "Some massage techniques use a light motion to help move the fluid and
    swelling out of the affected area" """
    assert_nothing_refused(check(body("ms"), plan("lymphatic-drainage", "lower-leg", "both", 1)))


def test_slow_sustained_pressure_on_a_spastic_calf_passes():
    """Massage Therapy and Multiple Sclerosis, M. Reoch RMT: "Slow sustained pressure and strokes seemed to relieve HT
    muscles in the short term" """
    answer = check(body("ms", at("spasticity", ("calf", "left"))), plan("slow-sustained-pressure", "calf", "left", 3))
    assert_nothing_refused(answer)
    assert "spasticity-slow" in told(answer)


def test_weekly_massage_between_migraines_passes():
    """Healing Touch: "people suffering from migraines who received weekly massage therapy sessions for five weeks
    experienced improved levels of restful sleep" """
    assert_nothing_refused(check(body("migraine"), plan("swedish", "upper-back", "both", 4), plan("petrissage", "neck", "both", 3)))


def test_ordinary_stretching_of_the_neck_passes_between_migraines():
    """Healing Touch: "stretching the muscles of the neck and shoulders can keep the muscles working at an optimal
    length" """
    assert_nothing_refused(check(body("migraine-with-aura"), plan("passive-stretch", "neck", "both", 2)))


def test_neuromuscular_therapy_in_parkinsons_passes():
    """Healing Touch: "patients with Parkinson's disease who underwent neuromuscular therapy twice a week for four weeks
    experienced a significant improvement in their motor scores" """
    assert_nothing_refused(check(body("parkinsons"), plan("neuromuscular", "upper-back", "both", 3)))


def test_massage_for_headache_from_stiff_muscles_passes():
    """Healing Touch: "massage may provide relief for conditions that are worsened by muscle stiffness, including
    headaches, neck pain, and low back pain" """
    assert_nothing_refused(check(body("tension-headache"), plan("deep-tissue", "neck", "both", 4)))


def test_points_of_the_hands_are_worked_while_the_feet_are_the_sore_place():
    """Can Massage Therapy Help With Neuropathy?: "reflexology and acupressure focus on areas away from the most painful
    sites, which is useful for distal neuropathy in the feet" """
    sore = body("peripheral-neuropathy", at("hypersensitive", ("foot", "both")))
    answer = check(sore, plan("reflexology", "hand", "both", 2), plan("acupressure", "forearm", "both", 3))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region["forearm:left"] is None


def test_light_stroking_may_begin_work_where_touch_hurts():
    """Can Massage Therapy Help With Neuropathy?: "Light effleurage, which involves gentle, superficial stroking, is
    frequently used to initiate treatment." """
    answer = check(body(at("hypersensitive", ("foot", "both"))), plan("light-stroking", "foot", "both", 1))
    assert_nothing_refused(answer)


def test_most_people_with_neuropathy_can_have_gentle_massage():
    """Massage for Neuropathy: "Most people can benefit from massage for neuropathy." """
    assert_nothing_refused(check(body("hiv-neuropathy"), plan("effleurage", "leg", "both", 2), minutes=45))


def test_numbness_of_one_foot_leaves_the_rest_of_the_body_alone():
    """Healing Touch: "Generally, though, massage therapy appears to have few serious risks if appropriate cautions are
    followed" """
    numb = body("ms", at("reduced-sensation", *LEFT_FOOT))
    answer = check(numb, plan("deep-tissue", "lower-back", "both", 4), plan("petrissage", "foot", "right", 4))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region == {
        "foot:left": 2, "foot:right": None, "lower-back:left": None, "lower-back:right": None}


def test_light_lymph_strokes_after_an_operation_pass_with_the_surgeons_word():
    """Healing Touch: "Lymphatic massage is often used to reduce post-surgical swelling" """
    operated = at("recent-surgery", ("knee", "left"))
    strokes = plan("lymphatic-drainage", "knee", "left", 1)
    assert check(body(operated), strokes).verdict == "clearance"
    agreed = KnownClearance("recent-surgery", "granted", (("knee", "left"),), doctor="Dr Okafor")
    assert_nothing_refused(check(body(operated, agreed), strokes))


# --- where the sources warn -------------------------------------------------------------------------------------


def test_pressure_on_a_numb_foot_is_two_at_most():
    """Healing Touch: "patients with numbness may not be able to give accurate feedback to the massage therapist,
    resulting in pressure that is too deep and could possibly cause more tissue damage." """
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("petrissage", "foot", "left", 4))
    assert answer.verdict == "caution"
    assert answer.max_pressure_by_region == {"foot:left": 2}
    [reason] = [reason for reason in answer.reasons if reason.level == "caution"]
    assert reason.text == "Left foot: sensation is reduced, so pressure 2 at most; 4 is planned."
    assert reason.treatment == 0
    assert reason.regions == ("foot:left",)
    assert reason.is_proposal and reason.evidence == "our proposal"
    assert "Healing Touch. Neurology Now, 2008" in reason.source


def test_very_gentle_work_on_a_numb_foot_keeps_the_rule_and_is_only_told():
    """Healing Touch: "Only very gentle massage should be utilized at first, keeping in mind that if you have numbness you
    won't be able to feel how the treatment is affecting you." """
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("effleurage", "foot", "left", 2))
    assert_nothing_refused(answer)
    assert "reduced-sensation" in told(answer)


def test_the_cap_of_a_numb_place_comes_from_the_map_and_not_from_what_is_felt():
    """Can Massage Therapy Help With Neuropathy?: "Due to the potential for numbness, a therapist may need to use less
    pressure than usual, and patient feedback is the only reliable way to gauge the correct intensity." """
    answer = check(body(at("absent-sensation", ("toes", "right"))))
    assert answer.max_pressure_by_region == {"toes:right": 2}
    assert "reduced-sensation-map" in told(answer)


def test_heat_and_cold_stay_away_from_numb_skin():
    """Can Massage Therapy Help With Neuropathy?: "Therapists must exercise extreme caution with temperature, especially
    for patients with significant numbness who may not accurately perceive heat or cold" """
    numb = body(at("reduced-sensation", *LEFT_FOOT))
    for treatment in (plan("hot", "foot", "left"), plan("effleurage", "foot", "left", 1, temperature="hot"),
                      plan("cold", "sole", "left")):
        assert speaking(check(numb, treatment)) == {"reduced-sensation-temperature"}


def test_deep_work_where_touch_hurts_is_cautioned():
    """Healing Touch: "In patients with hypersensitive nerves, massage could worsen the pain." """
    answer = check(body(at("hypersensitive", ("lower-leg", "right"))), plan("deep-tissue", "calf", "right", 4))
    assert speaking(answer) == {"hypersensitive", "hypersensitive-methods"}
    assert answer.max_pressure_by_region["calf:right"] == 1


def test_a_strong_stretch_of_the_neck_is_cautioned_in_migraine():
    """Healing Touch: "extreme stretching may put too much pressure on the vertebrae of your spine and actually trigger a
    migraine attack" """
    answer = check(body("migraine-without-aura"), plan("strong-stretch", "neck", "both"))
    assert speaking(answer) == {"migraine-neck-stretch"}
    assert speaking(check(body("migraine-without-aura"), plan("strong-stretch", "thigh", "both"))) == set()


def test_craniosacral_work_stops_where_pressure_in_the_head_must_not_change():
    """Healing Touch: "This type of massage is not appropriate for people with conditions that could be affected by
    intracranial pressure changes, such as acute aneurysm, cerebral hemorrhage, or hydrocephaly." """
    head = body("raised-intracranial-pressure", KnownClearance("", "granted"))
    assert check(head, plan("craniosacral", "head", "midline", 1)).verdict == "stop"
    assert_nothing_refused(check(head, plan("effleurage", "foot", "both", 2)))


def test_massage_in_a_confirmed_relapse_is_a_caution_with_a_light_cap():
    """Article on three uses of massage in MS: "It could be detrimental to receive massages during a relapse, and
    appointments may need to be rescheduled" """
    relapse = body("ms", KnownEpisode("relapse", "confirmed", YESTERDAY, hold_until=TODAY + timedelta(days=14)))
    answer = check(relapse, plan("petrissage", "thigh", "left", 4))
    assert answer.verdict == "caution"
    assert {"relapse-confirmed", "relapse-pressure"} <= speaking(answer)
    assert answer.max_pressure_by_region == {"thigh:left": 2}


def test_a_relapse_never_forbids_light_work_outright():
    """The same article: "it can help lessen symptoms in a relapse for those still having intermittent problems." """
    relapse = body("ms", KnownEpisode("relapse", "confirmed", YESTERDAY))
    answer = check(relapse, plan("light-stroking", "arm", "both", 1))
    assert speaking(answer) == {"relapse-confirmed"}
    assert answer.verdict == "caution"


def test_heat_is_cautioned_for_a_heat_sensitive_client():
    """Article on three uses of massage in MS: "Sensitivity to heat and cold exacerbate symptoms of MS, so seeking out a
    massage therapist who knows how to control temperatures" """
    warm = plan("effleurage", "back", "midline", 2, temperature="hot")
    assert speaking(check(body("ms", "heat-sensitive"), warm)) == {"heat-sensitive"}
    answer = check(body("ms"), warm)
    assert_nothing_refused(answer)
    assert "ms-temperature" in told(answer)


def test_heavy_limbs_after_massage_are_remembered_at_the_next_visit():
    """Article on three uses of massage in MS: "some patients may experience a degree of lethargy following a treatment
    that causes heaviness of the limbs and inability to move" """
    answer = check(body("ms", "lethargy-after-massage"))
    assert_nothing_refused(answer)
    assert "lethargy-after-massage" in told(answer)


def test_sudden_spasms_are_a_caution_with_help_beside_it_and_no_cap():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "They can have large sudden and unexpected spasms
    particularly in the lower limbs"; "recripical inhibition or contract relax techniques are often helpful" """
    answer = check(body("ms", at("spasm", ("leg", "both"))), plan("petrissage", "calf", "left", 4))
    assert speaking(answer) == {"spasm"}
    assert answer.max_pressure_by_region["calf:left"] is None
    [help_] = [reason for reason in answer.reasons if reason.rule == "spasm-release"]
    assert help_.techniques == ("contract-relax", "reciprocal-inhibition")


def test_vigorous_work_is_cautioned_with_a_blood_thinner():
    """Massage for Neuropathy: "Vigorous massage should be avoided … by people taking blood-thinning medications" """
    answer = check(body("blood-thinner"), plan("tapotement", "back", "midline", 2))
    assert speaking(answer) == {"blood-thinner-vigorous"}
    assert check(body("blood-thinner")).verdict == "caution"


@pytest.mark.parametrize("bleeds", ["low-platelets", "bleeding-disorder"])
def test_a_doctor_is_asked_before_work_on_a_client_who_bleeds_easily(bleeds):
    """Massage for Neuropathy: "Vigorous massage should be avoided by people with bleeding disorders or low blood platelet
    counts" """
    answer = check(body(bleeds), plan("tapotement", "back", "midline", 3))
    assert answer.verdict == "clearance"
    assert speaking(answer) == {"bleeding-clearance", "bleeding-pressure", "bleeding-vigorous"}


@pytest.mark.parametrize("finding", ["fracture", "open-wound", "skin-infection"])
def test_no_massage_over_a_fracture_a_wound_or_infected_skin(finding):
    """Massage for Neuropathy: "Massage should not be done in any area of the body with blood clots, fractures, open or
    healing wounds, skin infections" """
    hurt = body(at(finding, ("shin", "left")))
    answer = check(hurt, plan("effleurage", "lower-leg", "left", 1), plan("petrissage", "thigh", "left", 4))
    assert answer.verdict == "stop"
    assert answer.max_pressure_by_region == {"shin:left": "none", "lower-leg:left": "none", "thigh:left": None}
    assert {reason.treatment for reason in answer.reasons if reason.level == "stop"} == {0}
    assert_nothing_refused(check(hurt, plan("petrissage", "thigh", "left", 4)))


def test_no_massage_over_broken_skin():
    """Can Massage Therapy Help With Neuropathy?: "Contraindications include open sores, areas of severe skin breakdown,
    or sites with blood clots." """
    answer = check(body(at("skin-breakdown", ("sacrum", "midline"))), plan("holding", "lower-back", "midline", 0))
    assert answer.verdict == "stop"


def test_a_blood_clot_stops_the_session_and_excludes_the_limb():
    """Massage for Neuropathy: "Massage should not be done in any area of the body with blood clots"; College of Massage
    Therapists of British Columbia: thrombosis is an absolute contraindication. """
    answer = check(body(at("blood-clot", ("calf", "left"))), plan("effleurage", "hand", "right", 1))
    assert answer.verdict == "stop"
    assert answer.max_pressure_by_region == {"calf:left": "none", "hand:right": "none"}


def test_weak_bones_get_very_gentle_work():
    """Massage for Neuropathy: "… or weakened bones (such as from osteoporosis or cancer)" """
    brittle = body("osteoporosis")
    assert speaking(check(brittle, plan("passive-stretch", "shoulder", "left", 3))) == {
        "osteoporosis-pressure", "osteoporosis-methods"}
    assert_nothing_refused(check(brittle, plan("effleurage", "back", "midline", 2)))


def test_an_operated_knee_waits_for_the_surgeon():
    """Massage for Neuropathy: "… or where there has been a recent surgery." """
    operated = body(at("recent-surgery", ("knee", "left")))
    assert check(operated, plan("petrissage", "knee", "left", 3)).verdict == "clearance"
    assert_nothing_refused(check(operated, plan("petrissage", "knee", "right", 3)))


def test_the_oncologist_is_asked_before_work_in_cancer_treatment():
    """Massage for Neuropathy: "they should consult their oncologist before having a massage that involves deep or intense
    pressure. Any direct pressure over a tumor usually is discouraged." """
    ill = body(at("cancer", ("chest", "left")))
    answer = check(ill, plan("deep-tissue", "chest", "left", 4))
    assert answer.verdict == "clearance"
    assert {"cancer-clearance", "cancer-pressure", "cancer-deep", "tumour-site"} == speaking(answer)
    assert answer.max_pressure_by_region == {"chest:left": 0}


def test_a_pregnant_clients_provider_is_asked():
    """Massage for Neuropathy: "Pregnant women should consult their health care provider before using massage therapy." """
    answer = check(body("pregnancy"), plan("petrissage", "calf", "both", 3, position="prone"))
    assert answer.verdict == "clearance"
    assert speaking(answer) == {"pregnancy-clearance", "pregnancy-legs", "pregnancy-position"}


def test_an_oil_the_client_does_not_tolerate_is_named():
    """Massage for Neuropathy: "Most serious problems come from too much pressure during massage or sensitivity or allergy
    to massage oils." """
    allergic = body(allergies=("Almonds", "lanolin"))
    answer = check(allergic, plan("effleurage", "back", "midline", 2, lubricant="Sweet almond oil"))
    assert speaking(answer) == {"lubricant-allergy"}
    assert "no Sweet almond oil" in answer.reasons[0].text
    assert_nothing_refused(check(allergic, plan("effleurage", "back", "midline", 2, lubricant="Jojoba")))
    noted = body(at("lubricant-allergy", detail="almond"))
    assert speaking(check(noted, plan("effleurage", "back", "midline", 2, lubricant="almond oil"))) == {"lubricant-allergy"}


def test_a_scented_oil_nobody_named_is_questioned_for_an_allergic_client():
    """Massage for Neuropathy: "some oil combinations can be toxic, while others can burn the skin" """
    assert speaking(check(body(allergies=("lavender",)), plan("aromatherapy", "back", "midline", 2))) == {
        "lubricant-allergy"}


def test_an_hour_is_long_for_damaged_nerves():
    """Can Massage Therapy Help With Neuropathy?: "Sessions are often shorter and more frequent than traditional massages
    (30 to 45 minutes) to prevent overstimulation and fatigue." """
    answer = check(body("diabetic-neuropathy"), minutes=60)
    [reason] = [reason for reason in answer.reasons if reason.rule == "neuropathy-minutes"]
    assert reason.level == "caution"
    assert reason.text.endswith("so 45 minutes at most; 60 are planned.")
    rows = [plan("effleurage", "back", "midline", 2, minutes=25), plan("effleurage", "arm", "both", 2, minutes=25)]
    assert speaking(check(body("peripheral-neuropathy"), *rows)) == {"neuropathy-minutes"}
    assert_nothing_refused(check(body("peripheral-neuropathy"), rows[0], minutes=45))


def test_deep_pressure_on_limbs_compromised_by_diabetes_is_cautioned():
    """Can Massage Therapy Help With Neuropathy?: "Patients with diabetes … must be vigilant about avoiding deep pressure
    over compromised limbs or areas with potential infection." """
    answer = check(body("diabetic-neuropathy"), plan("deep-tissue", "calf", "left", 3))
    assert speaking(answer) == {"diabetes-limbs"}
    assert "diabetes-feet" in told(answer)


def test_sharp_pain_is_a_word_to_stop_at_in_neuropathy():
    """Healing Touch: "If something doesn't feel right or you experience sharp, shooting pain, stop doing it" """
    [hint] = [reason for reason in check(body("peripheral-neuropathy")).reasons if reason.rule == "neuropathy-cause"]
    assert "Sharp pain or a new feeling: stop." in hint.text


def test_a_tired_client_is_offered_a_shorter_visit_in_the_morning():
    """Healing Touch: "Fatigue is a big problem for most people with MS … She schedules her sessions for mid-morning" """
    answer = check(body("ms", "fatigue"), minutes=60)
    assert speaking(answer) == {"fatigue-minutes"}
    assert "fatigue-time-of-day" in told(answer)


def test_an_attack_of_migraine_is_the_clients_choice_gently_and_in_quiet():
    """Healing Touch: "Self-massage to the head, face, and neck can also help alleviate pain during a migraine attack." """
    attack = body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY))
    assert speaking(check(attack, plan("effleurage", "neck", "both", 1))) == {"migraine-attack"}
    rough = plan("deep-tissue", "neck", "both", 4, position="prone", temperature="hot")
    answer = check(attack, rough)
    assert answer.verdict == "caution"
    assert speaking(answer) == {"migraine-attack", "migraine-attack-pressure", "migraine-attack-methods",
                                "migraine-attack-position"}


def test_nobody_is_massaged_with_a_fever_and_a_pseudo_relapse_without_one_only_needs_a_cool_room():
    """College of Massage Therapists of British Columbia: fever is an absolute contraindication; MSAA: heat, fever and
    infection bring on a pseudo-relapse, which passes when cooled. """
    feverish = KnownEpisode("pseudo_relapse", "suspected", TODAY, fever_or_infection=True)
    assert check(body("ms", feverish), plan("effleurage", "arm", "left", 1)).verdict == "stop"
    hot = KnownEpisode("pseudo_relapse", "suspected", TODAY)
    answer = check(body("ms", hot))
    assert answer.verdict == "caution" and speaking(answer) == {"pseudo-relapse"}
    assert check(body("fever")).verdict == "stop"


def test_the_return_after_a_relapse_is_short_and_gentle_at_first():
    """Healing Touch: "Only very gentle massage should be utilized at first" """
    back = body("ms", KnownEpisode("relapse", "recovering", TODAY - timedelta(days=40)))
    answer = check(back, minutes=60)
    assert answer.verdict == "caution"
    assert {"return-pressure", "return-minutes", "return-map"} == speaking(answer)
    assert all(reason.is_proposal for reason in answer.reasons if reason.level == "caution")


def test_steroids_within_the_last_week_rule_out_deep_work_and_friction():
    """Massage Therapy Mastery, page on MS: no deep pressure over steroid-fragile skin. """
    def after(days: int) -> set[str]:
        steroids_until = TODAY - timedelta(days=days)
        relapse = KnownEpisode("relapse", "recovering", TODAY - timedelta(days=30), steroids_until=steroids_until)
        return speaking(check(body("ms", relapse), plan("friction", "arm", "left", 2)))

    assert "relapse-steroids" in after(7)
    assert "relapse-steroids" not in after(8)


@pytest.mark.parametrize("sign", ["thunderclap-headache", "acute-stroke-signs", "seizure-now", "dysreflexia-signs",
                                  "eclampsia-signs"])
def test_an_emergency_stops_everything_and_is_marked_so_that_nobody_books_over_it(sign):
    """College of Massage Therapists of British Columbia: acute stroke, seizure and sudden severe headache are absolute
    contraindications and medical emergencies. """
    answer = check(body(sign, KnownClearance("", "granted")), plan("holding", "hand", "left", 0))
    assert answer.verdict == "stop" and answer.is_emergency
    assert answer.max_pressure_by_region == {"hand:left": "none"}
    assert answer.reasons[0].treatment is None and answer.reasons[0].regions == ()


# --- the laws of the check --------------------------------------------------------------------------------------


def test_a_client_of_whom_nothing_is_known_has_no_limits():
    assert check(Body()) == Check("ok", {}, ())


def test_both_sides_planned_are_judged_each_for_itself():
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("petrissage", "foot", "both", 3))
    assert answer.max_pressure_by_region == {"foot:left": 2, "foot:right": None}
    [reason] = [reason for reason in answer.reasons if reason.level == "caution"]
    assert reason.regions == ("foot:left",)


def test_a_numb_foot_limits_work_on_the_leg_and_a_numb_leg_limits_work_on_the_foot():
    assert check(body(at("reduced-sensation", *LEFT_FOOT)), plan("petrissage", "leg", "left", 4)).verdict == "caution"
    assert check(body(at("reduced-sensation", ("leg", "left"))), plan("petrissage", "foot", "left", 4)).verdict == "caution"
    assert check(body(at("reduced-sensation", *LEFT_FOOT)), plan("petrissage", "calf", "left", 4)).verdict == "ok"


def test_the_least_cap_of_several_counts_and_no_touch_beats_every_number():
    places = [at("reduced-sensation", *LEFT_FOOT), at("hypersensitive", ("toes", "left"))]
    assert check(body(*places)).max_pressure_by_region == {"foot:left": 1, "toes:left": 1}
    places.append(at("open-wound", ("heel", "left")))
    caps = check(body(*places)).max_pressure_by_region
    assert caps == {"foot:left": "none", "toes:left": 1, "heel:left": "none"}


def test_a_cap_of_zero_allows_a_resting_hand_and_nothing_else():
    """Nordic House on Walton's level 0: a still, weightless hold for those who must not have other levels. """
    weak = body("low-white-cells", KnownClearance("low-white-cells", "granted"))
    assert_nothing_refused(check(weak, plan("holding", "hand", "left")))
    assert_nothing_refused(check(weak, plan("holding", "hand", "left", 0)))
    assert check(weak, plan("effleurage", "hand", "left")).verdict == "caution"
    assert check(weak, plan("effleurage", "hand", "left", 1)).verdict == "caution"


def test_what_is_over_or_has_not_begun_is_silent():
    for known in (at("fever", ended_on=YESTERDAY), at("fever", began_on=TOMORROW), KnownCondition("parkinsons", since=TOMORROW),
                  KnownCondition("parkinsons", ended_on=YESTERDAY), KnownEpisode("relapse", "confirmed", TOMORROW),
                  KnownEpisode("relapse", "resolved", YESTERDAY), KnownEpisode("relapse", "not_a_relapse", YESTERDAY)):
        assert check(body(known)) == Check("ok", {}, ())


def test_a_finding_counts_on_the_first_and_on_the_last_of_its_days():
    known = body(at("fever", began_on=YESTERDAY, ended_on=TODAY))
    assert [check(known, on=day).verdict for day in (YESTERDAY, TODAY, TOMORROW)] == ["stop", "stop", "ok"]


def test_an_injection_is_left_alone_for_three_days():
    """Salvo, Massage Therapy Canada, Fall 2018: avoid the site for 72 hours. """
    jab = body(at("injection-site", ("buttock", "left"), began_on=TODAY))
    firm = plan("petrissage", "buttock", "left", 3)
    assert check(jab, firm, on=TODAY + timedelta(days=3)).verdict == "caution"
    assert check(jab, firm, on=TODAY + timedelta(days=4)).verdict == "ok"


def test_a_finding_without_a_place_counts_everywhere_until_its_place_is_noted():
    answer = check(body("reduced-sensation"), plan("petrissage", "hand", "left", 4))
    assert answer.max_pressure_by_region == {"hand:left": 2}
    assert check(body("open-wound")).verdict == "stop"
    assert check(body("open-wound")).reasons[0].text.startswith("Place not noted, so everywhere: ")


def test_a_tumour_without_a_noted_place_does_not_forbid_the_whole_body():
    cleared = body("cancer", KnownClearance("cancer", "granted"))
    assert_nothing_refused(check(cleared, plan("effleurage", "hand", "left", 2)))


def test_before_a_treatment_is_chosen_a_place_to_leave_out_does_not_bar_the_visit():
    for known in (at("open-wound", ("shin", "left")), at("recent-surgery", ("knee", "left"))):
        answer = check(body(known))
        assert answer.verdict == "caution"
        assert all(reason.treatment is None for reason in answer.reasons)
    assert check(body(at("open-wound", ("shin", "left")))).max_pressure_by_region == {"shin:left": "none"}


def test_what_is_known_about_the_whole_body_speaks_before_a_treatment_is_chosen():
    assert check(body("fever")).verdict == "stop"
    assert check(body("pregnancy")).verdict == "clearance"
    assert check(body("parkinsons")).verdict == "caution"
    assert check(body("ms")).verdict == "ok"


def test_a_rule_of_the_wider_condition_holds_for_the_narrower_one_once():
    rules = [reason.rule for reason in check(body("ms", "ms-relapsing-remitting")).reasons]
    assert sorted(rules) == ["ms-course", "ms-no-limit", "ms-temperature"]
    assert "neuropathy-pressure" in told(check(body("diabetic-neuropathy")))


def test_a_live_grant_lifts_the_wait_for_a_doctor_and_nothing_else():
    grant = KnownClearance("stroke-clearance", "granted", doctor="Dr Silva", expires_on=TODAY)
    answer = check(body("stroke", grant), plan("petrissage", "arm", "left", 3))
    assert speaking(answer) == {"stroke-pressure"}
    assert any(reason.text.endswith("Dr Silva has allowed it.") for reason in answer.reasons)


@pytest.mark.parametrize(("clearance", "words"), [
    (KnownClearance("stroke", "requested"), "Asked, no answer yet."),
    (KnownClearance("stroke", "received"), "An answer has come: accept it first."),
    (KnownClearance("stroke", "refused"), "The doctor said not yet."),
    (KnownClearance("stroke", "granted", expires_on=YESTERDAY), "The doctor's word has run out."),
    (KnownClearance("pregnancy", "granted"), "ask the doctor whether things are stable."),
])
def test_a_word_that_is_missing_refused_expired_or_for_something_else_lifts_nothing(clearance, words):
    answer = check(body("stroke", clearance), plan("effleurage", "arm", "left", 1))
    assert answer.verdict == "clearance"
    assert answer.reasons[0].text.endswith(words)


def test_a_grant_holds_only_where_the_doctor_allowed_work():
    grant = KnownClearance("stroke", "granted", (("leg", "left"),), doctor="Dr Silva")
    known = body("stroke", grant)
    assert_nothing_refused(check(known, plan("effleurage", "foot", "left", 1)))
    answer = check(known, plan("effleurage", "foot", "left", 1), plan("effleurage", "arm", "left", 1))
    assert answer.verdict == "clearance"
    [reason] = [reason for reason in answer.reasons if reason.level == "clearance"]
    assert reason.treatment == 1 and reason.regions == ("arm:left",)
    assert check(known).verdict == "caution"


def test_a_grants_own_cap_techniques_and_minutes_count_and_never_raise_a_cap():
    grant = KnownClearance("", "granted", (), 1, ("tapotement",), 30, doctor="Dr Silva")
    answer = check(body("parkinsons", grant), plan("tapotement", "arm", "left", 2), minutes=45)
    assert answer.max_pressure_by_region == {"arm:left": 1}
    texts = [reason.text for reason in answer.reasons if reason.rule == "clearance-terms"]
    assert texts == ["Dr Silva allowed 30 minutes at most; 45 are planned.",
                     "Left arm: Dr Silva allowed pressure 1 at most; 2 is planned.",
                     "Left arm: Dr Silva ruled out tapotement."]
    generous = KnownClearance("", "granted", (), 5)
    numb = at("reduced-sensation", *LEFT_FOOT)
    assert check(body(numb, generous)).max_pressure_by_region == {"foot:left": 2}


def test_the_limits_of_a_grant_end_with_what_it_was_for():
    grant = KnownClearance("pregnancy", "granted", max_pressure=1)
    firm = plan("petrissage", "shoulder", "left", 3)
    assert check(body(grant), firm).verdict == "ok"
    assert "clearance-terms" in speaking(check(body(grant, "pregnancy"), firm))


def test_no_doctor_lifts_a_stop():
    assert check(body("fever", KnownClearance("", "granted"), KnownClearance("fever", "granted"))).verdict == "stop"


def test_a_relapse_whose_review_is_overdue_says_so():
    relapse = KnownEpisode("relapse", "confirmed", TODAY - timedelta(days=20), hold_until=YESTERDAY)
    assert "relapse-review-overdue" in speaking(check(body(relapse)))
    assert "relapse-review-overdue" not in speaking(check(body(relapse), on=YESTERDAY))


def test_reasons_come_worst_first_and_each_names_its_source_in_full():
    answer = check(body("fever", "parkinsons", "pregnancy"), plan("tapotement", "abdomen", "midline", 4))
    weights = [Level[reason.level.upper()] for reason in answer.reasons]
    assert weights == sorted(weights, reverse=True)
    assert all(len(reason.source) > 20 for reason in answer.reasons)
    assert answer.verdict == "stop"


def test_the_reasons_about_one_planned_row_can_be_asked_for():
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("effleurage", "arm", "left", 3),
                   plan("petrissage", "foot", "left", 3))
    assert answer.about(0) == ()
    assert [reason.rule for reason in answer.about(1)] == ["reduced-sensation"]


@pytest.mark.parametrize("known", [KnownFinding("numbness"), KnownCondition("m.s."), KnownEpisode("bad-day", "confirmed", TODAY)])
def test_a_code_nobody_knows_is_refused_rather_than_passed_over(known):
    with pytest.raises(ValueError, match="unknown"):
        check(body(known))


def test_a_condition_in_plain_words_has_no_rules_and_is_no_error():
    assert check(Body(conditions=(KnownCondition(""),))) == Check("ok", {}, ())


def test_a_practice_can_bring_rules_of_its_own():
    own = Rule("no-feet", Trigger("condition", ("ms",)), Level.CAUTION, "feet only after a foot bath.", "we say so",
               regions=("foot",), max_pressure=3)
    answer = cautions_for(body("ms"), [plan("petrissage", "foot", "left", 4)], on=TODAY, rules={"no-feet": own})
    assert [reason.text for reason in answer.reasons] == ["Left foot: we say so, so pressure 3 at most; 4 is planned."]


# --- always, whatever the body and the plan ---------------------------------------------------------------------

PLACES = [(code, side) for code in REGIONS for side in sides_of(code)]
days = st.one_of(st.none(), st.integers(-20, 20).map(lambda n: TODAY + timedelta(days=n)))
places = st.sampled_from(PLACES)
findings = st.builds(KnownFinding, st.sampled_from(sorted(FINDINGS)), st.lists(places, max_size=3).map(tuple), days, days)
conditions = st.builds(KnownCondition, st.sampled_from(sorted(CONDITIONS)), days, days)
statuses = st.sampled_from(["suspected", "confirmed", "recovering", "resolved", "not_a_relapse"])
episodes = st.builds(KnownEpisode, st.sampled_from(EPISODES), statuses,
                     st.integers(-40, 5).map(lambda n: TODAY + timedelta(days=n)), days, st.booleans(), days)
clearances = st.builds(
    KnownClearance, st.sampled_from(["", "relapse", *sorted(FINDINGS), *sorted(RULES)]),
    st.sampled_from(["requested", "received", "granted", "refused"]), st.lists(places, max_size=2).map(tuple),
    st.one_of(st.none(), st.integers(0, 5)), st.lists(st.sampled_from(sorted(TECHNIQUES)), max_size=2).map(tuple),
    st.one_of(st.none(), st.integers(15, 90)), days)
bodies = st.builds(Body, st.lists(conditions, max_size=3).map(tuple), st.lists(findings, max_size=5).map(tuple),
                   st.lists(episodes, max_size=2).map(tuple), st.lists(clearances, max_size=2).map(tuple),
                   st.lists(st.sampled_from(["almond", "lavender"]), max_size=1).map(tuple))
treatments = st.builds(
    lambda technique, place, pressure, minutes, temperature, position, lubricant: ProposedTreatment(
        technique, *place, pressure, minutes, temperature, position, lubricant),
    st.sampled_from(sorted(TECHNIQUES)), places, st.one_of(st.none(), st.integers(0, 5)),
    st.one_of(st.none(), st.integers(5, 60)), st.sampled_from([None, "hot", "cold", "warm"]),
    st.sampled_from([None, "prone", "supine", "side-lying"]), st.sampled_from([None, "almond oil", "plain"]))
plans = st.lists(treatments, max_size=4)
minutes_ = st.one_of(st.none(), st.integers(15, 90))
many = settings(max_examples=200, deadline=None)

WEIGHT = {"ok": 0, "caution": 2, "clearance": 3, "stop": 4}


def firmness(cap: int | str | None) -> int:
    return 9 if cap is None else -1 if cap == "none" else int(cap)


def adding(known: Body, **more: tuple) -> Body:
    return Body(**{name: getattr(known, name) + more.get(name, ()) for name in Body.__slots__})


def assert_not_looser(before: Check, after: Check) -> None:
    assert WEIGHT[after.verdict] >= WEIGHT[before.verdict]
    for place, cap in before.max_pressure_by_region.items():
        assert firmness(after.max_pressure_by_region[place]) <= firmness(cap)


@many
@given(bodies, plans, minutes_, findings)
def test_one_more_finding_never_loosens_the_verdict_nor_raises_a_cap(known, planned, length, finding):
    assert_not_looser(check(known, *planned, minutes=length),
                      check(adding(known, findings=(finding,)), *planned, minutes=length))


@many
@given(bodies, plans, minutes_, conditions, episodes)
def test_one_more_condition_or_episode_never_loosens_the_verdict_nor_raises_a_cap(known, planned, length, more, episode):
    # A grant for something that now holds brings its own limits with it, and those only tighten.
    assert_not_looser(check(known, *planned, minutes=length),
                      check(adding(known, conditions=(more,), episodes=(episode,)), *planned, minutes=length))


@many
@given(bodies, plans, clearances)
def test_a_doctors_word_never_raises_a_cap_and_never_lifts_more_than_the_wait_for_it(known, planned, clearance):
    before, after = check(known, *planned), check(adding(known, clearances=(clearance,)), *planned)
    for place, cap in before.max_pressure_by_region.items():
        assert firmness(after.max_pressure_by_region[place]) <= firmness(cap)
    waiting = {code for code, rule in RULES.items() if rule.level is Level.CLEARANCE}
    lasting = {reason for reason in before.reasons if reason.level != "info" and reason.rule not in waiting}
    assert lasting <= set(after.reasons)


@many
@given(bodies, st.lists(treatments, min_size=1, max_size=3), treatments)
def test_one_more_planned_row_never_changes_what_is_said_about_the_others(known, planned, more):
    before, after = check(known, *planned), check(known, *planned, more)
    for index in range(len(planned)):
        assert before.about(index) == after.about(index)
    assert WEIGHT[after.verdict] >= WEIGHT[before.verdict]


PAIRED = sorted(code for code in REGIONS if REGIONS[code].is_paired)
LOCAL = sorted(code for code in FINDINGS if all(
    rule.regions in (SAME, NOTED) for rule in RULES.values() if rule.when.kind == "finding" and code in rule.when.codes))


@many
@given(bodies, st.sampled_from(LOCAL), st.sampled_from(PAIRED), st.sampled_from(sorted(TECHNIQUES)),
       st.sampled_from(PAIRED), st.one_of(st.none(), st.integers(0, 5)), st.booleans())
def test_what_is_on_the_left_never_affects_the_right(known, finding, place, technique, region, pressure, swapped):
    here, there = ("right", "left") if swapped else ("left", "right")
    row = plan(technique, region, there, pressure)
    with_it = check(adding(known, findings=(KnownFinding(finding, ((place, here),)),)), row)
    without = check(known, row)
    key = f"{region}:{there}"
    if any(known_finding.finding == finding for known_finding in known.findings):
        return  # the same finding elsewhere: its one text may name both places
    assert with_it.max_pressure_by_region[key] == without.max_pressure_by_region[key]
    assert with_it.about(0) == without.about(0)


@many
@given(bodies, treatments, st.integers(0, 4))
def test_more_pressure_is_never_judged_milder(known, row, pressure):
    def verdict(level: int) -> int:
        firmer = ProposedTreatment(row.technique, row.region, row.side, level, row.minutes, row.temperature,
                                   row.position, row.lubricant)
        return WEIGHT[check(known, firmer).verdict]

    assert verdict(pressure) <= verdict(pressure + 1)


@many
@given(bodies, plans, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_noted_does_not_matter(known, planned, random):
    def shuffled(items: tuple) -> tuple:
        return tuple(random.sample(items, len(items)))

    mixed = Body(*(shuffled(getattr(known, name)) for name in Body.__slots__))
    before, after = check(known, *planned), check(mixed, *planned)
    assert after.verdict == before.verdict
    assert after.max_pressure_by_region == before.max_pressure_by_region
    assert after.reasons == before.reasons


@many
@given(bodies, plans, minutes_)
def test_the_verdict_is_the_worst_reason_and_every_planned_place_has_its_cap(known, planned, length):
    answer = check(known, *planned, minutes=length)
    worst = max((Level[reason.level.upper()] for reason in answer.reasons), default=Level.INFO)
    assert answer.verdict == ("ok" if worst is Level.INFO else worst.word)
    assert answer.needs_reason == (answer.verdict != "ok")
    named = {key for reason in answer.reasons if reason.treatment is not None for key in reason.regions}
    assert named <= set(answer.max_pressure_by_region)
    for index, row in enumerate(planned):
        for key in (f"{row.region}:{side}" for side in (("left", "right") if row.side == "both" else (row.side,))):
            cap = answer.max_pressure_by_region[key]
            if cap is not None and (cap == "none" or (row.pressure is not None and row.pressure > cap)):
                spared = row.technique == "lymphatic-drainage" and (row.pressure or 0) <= 1
                assert spared or answer.verdict != "ok", (index, key, cap)


def test_a_check_of_fifteen_findings_and_twelve_treatments_is_quick():
    found = [KnownFinding(code, (PLACES[3 * n], PLACES[3 * n + 1])) for n, code in enumerate(sorted(FINDINGS)[:15])]
    rows = [plan(technique, *PLACES[5 * n], 4, temperature="hot") for n, technique in enumerate(sorted(TECHNIQUES)[:12])]
    known = body("ms-relapsing-remitting", *found)
    best = min(_seconds(known, rows) for _ in range(20))
    assert best < 0.005, f"{best * 1000:.2f} ms"


def _seconds(known: Body, rows: list[ProposedTreatment]) -> float:
    begun = time.perf_counter()
    check(known, *rows)
    return time.perf_counter() - begun
