"""What the practice says about a planned treatment: each vignette quotes the line it was written from.

The laws that hold for any body and any plan stand in `test_contraindications_laws.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from clients.contraindications import KnownClearance, KnownCondition, KnownEpisode
from clients.tests.bodies import (
    LEFT_FOOT,
    TODAY,
    YESTERDAY,
    assert_nothing_refused,
    at,
    body,
    check,
    plan,
    speaking,
    told,
)

# --- where nothing may be refused or capped ----------------------------------------------------------


def test_deep_work_for_a_client_with_ms_and_no_numbness_passes_without_a_cap():
    """Massage Therapy and Multiple Sclerosis, T. Gio LMT: "a lot of my MS clients love and get the most
    relief from deeper pressure treatments." """
    answer = check(body("ms"), plan("deep-tissue", "lower-back", "midline", 5),
                   plan("deep-tissue", "thigh", "both", 4))
    assert_nothing_refused(answer)
    assert set(answer.max_pressure_by_region.values()) == {None}


def test_myofascial_release_for_a_client_with_ms_passes():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "Most wanted deep work and responded very
    will to MFR (myofascial release) approaches" """
    answer = check(body("ms-secondary-progressive"), plan("myofascial-release", "calf", "both", 4))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region == {"calf:left": None, "calf:right": None}


def test_the_forty_five_minute_session_studied_in_ms_passes():
    """Healing Touch, Neurology Now 2008: "patients who received 45-minute massages twice a week for five
    weeks experienced improvements in mood and body image" """
    assert_nothing_refused(check(body("ms-relapsing-remitting"), plan("swedish", "back", "midline", 3),
                                 minutes=45))


def test_a_full_hour_a_week_for_a_client_with_ms_passes():
    """Healing Touch: "says Gibbs, who has been going to weekly hour-long massage sessions for three
    years." """
    assert_nothing_refused(check(body("ms"), plan("swedish", "leg", "both", 3), minutes=60))


def test_half_an_hour_on_the_back_and_half_an_hour_on_the_backside_passes():
    """Healing Touch: "My therapist spends a half-hour on my back and a half-hour on my backside" """
    answer = check(body(KnownCondition("ms", since=date(1973, 1, 1))),
                   plan("petrissage", "back", "midline", 3, minutes=30),
                   plan("petrissage", "buttock", "both", 3, minutes=30))
    assert_nothing_refused(answer)


def test_reflexology_of_feet_and_calves_in_ms_passes():
    """Healing Touch: "11 weeks of reflexology treatments (manual pressure on specific points in the feet
    and massage of the calf area) showed significant improvements" """
    assert_nothing_refused(check(body("ms"), plan("reflexology", "foot", "both", 3),
                                 plan("petrissage", "calf", "both", 3)))


def test_footwork_for_dorsiflexion_passes_and_is_suggested():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "a significant difference can occur with
    footwork to encourage dorsiflexion" """
    answer = check(body("ms", at("weak-dorsiflexion", ("foot", "right"))),
                   plan("dorsiflexion-footwork", "foot", "right", 3))
    assert_nothing_refused(answer)
    [hint] = [reason for reason in answer.reasons if reason.rule == "weak-dorsiflexion"]
    assert hint.techniques == ("dorsiflexion-footwork",)
    assert hint.level == "info"


def test_abdominal_massage_for_constipation_passes_and_is_suggested():
    """Massage Therapy and Multiple Sclerosis: "a positive effect of the intervention on the symptoms of
    constipation" """
    answer = check(body("ms", "constipation"), plan("abdominal", "abdomen", "midline", 2))
    assert_nothing_refused(answer)
    assert "constipation" in told(answer)


def test_light_strokes_that_move_swelling_pass_in_ms():
    """Article on three uses of massage in MS: "Some massage techniques use a light motion to help move the
    fluid and swelling out of the affected area" """
    assert_nothing_refused(check(body("ms"), plan("lymphatic-drainage", "lower-leg", "both", 1)))


def test_slow_sustained_pressure_on_a_spastic_calf_passes():
    """Massage Therapy and Multiple Sclerosis, M. Reoch RMT: "Slow sustained pressure and strokes seemed to
    relieve HT muscles in the short term" """
    answer = check(body("ms", at("spasticity", ("calf", "left"))),
                   plan("slow-sustained-pressure", "calf", "left", 3))
    assert_nothing_refused(answer)
    assert "spasticity-slow" in told(answer)


def test_weekly_massage_between_migraines_passes():
    """Healing Touch: "people suffering from migraines who received weekly massage therapy sessions for
    five weeks experienced improved levels of restful sleep" """
    assert_nothing_refused(check(body("migraine"), plan("swedish", "upper-back", "both", 4),
                                 plan("petrissage", "neck", "both", 3)))


def test_ordinary_stretching_of_the_neck_passes_between_migraines():
    """Healing Touch: "stretching the muscles of the neck and shoulders can keep the muscles working at an
    optimal length" """
    assert_nothing_refused(check(body("migraine-with-aura"), plan("passive-stretch", "neck", "both", 2)))


def test_neuromuscular_therapy_in_parkinsons_passes():
    """Healing Touch: "patients with Parkinson's disease who underwent neuromuscular therapy twice a week
    for four weeks experienced a significant improvement in their motor scores" """
    assert_nothing_refused(check(body("parkinsons"), plan("neuromuscular", "upper-back", "both", 3)))


def test_massage_for_headache_from_stiff_muscles_passes():
    """Healing Touch: "massage may provide relief for conditions that are worsened by muscle stiffness,
    including headaches, neck pain, and low back pain" """
    assert_nothing_refused(check(body("tension-headache"), plan("deep-tissue", "neck", "both", 4)))


def test_points_of_the_hands_are_worked_while_the_feet_are_the_sore_place():
    """Can Massage Therapy Help With Neuropathy?: "reflexology and acupressure focus on areas away from the
    most painful sites, which is useful for distal neuropathy in the feet" """
    sore = body("peripheral-neuropathy", at("hypersensitive", ("foot", "both")))
    answer = check(sore, plan("reflexology", "hand", "both", 2), plan("acupressure", "forearm", "both", 3))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region["forearm:left"] is None


def test_light_stroking_may_begin_work_where_touch_hurts():
    """Can Massage Therapy Help With Neuropathy?: "Light effleurage, which involves gentle, superficial
    stroking, is frequently used to initiate treatment." """
    answer = check(body(at("hypersensitive", ("foot", "both"))), plan("light-stroking", "foot", "both", 1))
    assert_nothing_refused(answer)


def test_most_people_with_neuropathy_can_have_gentle_massage():
    """Massage for Neuropathy: "Most people can benefit from massage for neuropathy." """
    assert_nothing_refused(check(body("hiv-neuropathy"), plan("effleurage", "leg", "both", 2), minutes=45))


def test_numbness_of_one_foot_leaves_the_rest_of_the_body_alone():
    """Healing Touch: "Generally, though, massage therapy appears to have few serious risks if appropriate
    cautions are followed" """
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


# --- where the sources warn --------------------------------------------------------------------------


def test_pressure_on_a_numb_foot_is_two_at_most():
    """Healing Touch: "patients with numbness may not be able to give accurate feedback to the massage
    therapist, resulting in pressure that is too deep and could possibly cause more tissue damage." """
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("petrissage", "foot", "left", 4))
    assert answer.verdict == "caution"
    assert answer.max_pressure_by_region == {"foot:left": 2}
    [reason] = [reason for reason in answer.reasons if reason.level == "caution"]
    assert reason.text == "Left foot: sensation is reduced, so pressure 2 at most; here pressure 4."
    assert reason.treatment == 0
    assert reason.regions == ("foot:left",)
    assert reason.is_proposal and reason.evidence == "our proposal"
    assert "Healing Touch. Neurology Now, 2008" in reason.source


def test_very_gentle_work_on_a_numb_foot_keeps_the_rule_and_is_only_told():
    """Healing Touch: "Only very gentle massage should be utilized at first, keeping in mind that if you
    have numbness you won't be able to feel how the treatment is affecting you." """
    answer = check(body(at("reduced-sensation", *LEFT_FOOT)), plan("effleurage", "foot", "left", 2))
    assert_nothing_refused(answer)
    assert "reduced-sensation" in told(answer)


def test_the_cap_of_a_numb_place_comes_from_the_map_and_not_from_what_is_felt():
    """Can Massage Therapy Help With Neuropathy?: "Due to the potential for numbness, a therapist may need
    to use less pressure than usual, and patient feedback is the only reliable way to gauge the correct
    intensity." """
    answer = check(body(at("absent-sensation", ("toes", "right"))))
    assert answer.max_pressure_by_region == {"toes:right": 2}
    assert "reduced-sensation-map" in told(answer)


def test_heat_and_cold_stay_away_from_numb_skin():
    """Can Massage Therapy Help With Neuropathy?: "Therapists must exercise extreme caution with
    temperature, especially for patients with significant numbness who may not accurately perceive heat or
    cold" """
    numb = body(at("reduced-sensation", *LEFT_FOOT))
    for treatment in (plan("hot", "foot", "left"), plan("effleurage", "foot", "left", 1, temperature="hot"),
                      plan("cold", "sole", "left")):
        assert speaking(check(numb, treatment)) == {"reduced-sensation-temperature"}


def test_deep_work_where_touch_hurts_is_cautioned():
    """Healing Touch: "In patients with hypersensitive nerves, massage could worsen the pain." """
    answer = check(body(at("hypersensitive", ("lower-leg", "right"))),
                   plan("deep-tissue", "calf", "right", 4))
    assert speaking(answer) == {"hypersensitive", "hypersensitive-methods"}
    assert answer.max_pressure_by_region["calf:right"] == 1


def test_a_strong_stretch_of_the_neck_is_cautioned_in_migraine():
    """Healing Touch: "extreme stretching may put too much pressure on the vertebrae of your spine and
    actually trigger a migraine attack" """
    answer = check(body("migraine-without-aura"), plan("strong-stretch", "neck", "both"))
    assert speaking(answer) == {"migraine-neck-stretch"}
    assert speaking(check(body("migraine-without-aura"), plan("strong-stretch", "thigh", "both"))) == set()


def test_craniosacral_work_stops_where_pressure_in_the_head_must_not_change():
    """Healing Touch: "This type of massage is not appropriate for people with conditions that could be
    affected by intracranial pressure changes, such as acute aneurysm, cerebral hemorrhage, or
    hydrocephaly." """
    head = body("raised-intracranial-pressure", KnownClearance("", "granted"))
    assert check(head, plan("craniosacral", "head", "midline", 1)).verdict == "stop"
    assert_nothing_refused(check(head, plan("effleurage", "foot", "both", 2)))


def test_massage_in_a_confirmed_relapse_is_a_caution_with_a_light_cap():
    """Article on three uses of massage in MS: "It could be detrimental to receive massages during a
    relapse, and appointments may need to be rescheduled" """
    relapse = body("ms", KnownEpisode("relapse", "confirmed", YESTERDAY,
                                      hold_until=TODAY + timedelta(days=14)))
    answer = check(relapse, plan("petrissage", "thigh", "left", 4))
    assert answer.verdict == "caution"
    assert {"relapse-confirmed", "relapse-pressure"} <= speaking(answer)
    assert answer.max_pressure_by_region == {"thigh:left": 2}


def test_a_relapse_never_forbids_light_work_outright():
    """The same article: "it can help lessen symptoms in a relapse for those still having intermittent
    problems." """
    relapse = body("ms", KnownEpisode("relapse", "confirmed", YESTERDAY))
    answer = check(relapse, plan("light-stroking", "arm", "both", 1))
    assert speaking(answer) == {"relapse-confirmed"}
    assert answer.verdict == "caution"


def test_heat_is_cautioned_for_a_heat_sensitive_client():
    """Article on three uses of massage in MS: "Sensitivity to heat and cold exacerbate symptoms of MS, so
    seeking out a massage therapist who knows how to control temperatures" """
    warm = plan("effleurage", "back", "midline", 2, temperature="hot")
    assert speaking(check(body("ms", "heat-sensitive"), warm)) == {"heat-sensitive"}
    answer = check(body("ms"), warm)
    assert_nothing_refused(answer)
    assert "ms-temperature" in told(answer)


def test_heavy_limbs_after_massage_are_remembered_at_the_next_visit():
    """Article on three uses of massage in MS: "some patients may experience a degree of lethargy following
    a treatment that causes heaviness of the limbs and inability to move" """
    answer = check(body("ms", "lethargy-after-massage"))
    assert_nothing_refused(answer)
    assert "lethargy-after-massage" in told(answer)


def test_sudden_spasms_are_a_caution_with_help_beside_it_and_no_cap():
    """Massage Therapy and Multiple Sclerosis, B. Davich LMT: "They can have large sudden and unexpected
    spasms particularly in the lower limbs"; "recripical inhibition or contract relax techniques are often
    helpful" """
    cramps = body("ms", at("spasm", ("leg", "both")))
    assert speaking(check(cramps, plan("tapotement", "calf", "left", 3))) == {"spasm"}
    answer = check(cramps, plan("petrissage", "calf", "left", 4))
    assert_nothing_refused(answer)
    assert answer.max_pressure_by_region["calf:left"] is None
    [help_] = [reason for reason in answer.reasons if reason.rule == "spasm-release"]
    assert help_.techniques == ("contract-relax", "reciprocal-inhibition")


def test_vigorous_work_is_cautioned_with_a_blood_thinner():
    """Massage for Neuropathy: "Vigorous massage should be avoided … by people taking blood-thinning
    medications" """
    answer = check(body("blood-thinner"), plan("tapotement", "back", "midline", 2))
    assert speaking(answer) == {"blood-thinner-vigorous"}
    assert check(body("blood-thinner")).verdict == "caution"


@pytest.mark.parametrize("bleeds", ["low-platelets", "bleeding-disorder"])
def test_a_doctor_is_asked_before_work_on_a_client_who_bleeds_easily(bleeds):
    """Massage for Neuropathy: "Vigorous massage should be avoided by people with bleeding disorders or low
    blood platelet counts" """
    answer = check(body(bleeds), plan("tapotement", "back", "midline", 3))
    assert answer.verdict == "clearance"
    assert speaking(answer) == {"bleeding-clearance", "bleeding-pressure", "bleeding-vigorous"}


@pytest.mark.parametrize("finding", ["fracture", "open-wound", "skin-infection"])
def test_no_massage_over_a_fracture_a_wound_or_infected_skin(finding):
    """Massage for Neuropathy: "Massage should not be done in any area of the body with blood clots,
    fractures, open or healing wounds, skin infections" """
    hurt = body(at(finding, ("shin", "left")))
    answer = check(hurt, plan("effleurage", "lower-leg", "left", 1), plan("petrissage", "thigh", "left", 4))
    assert answer.verdict == "stop"
    assert answer.max_pressure_by_region == {"shin:left": "none", "lower-leg:left": "none",
                                             "thigh:left": None}
    assert {reason.treatment for reason in answer.reasons if reason.level == "stop"} == {0}
    assert_nothing_refused(check(hurt, plan("petrissage", "thigh", "left", 4)))


def test_no_massage_over_broken_skin():
    """Can Massage Therapy Help With Neuropathy?: "Contraindications include open sores, areas of severe
    skin breakdown, or sites with blood clots." """
    answer = check(body(at("skin-breakdown", ("sacrum", "midline"))),
                   plan("holding", "lower-back", "midline", 0))
    assert answer.verdict == "stop"


def test_a_blood_clot_stops_the_session_and_excludes_the_limb():
    """Massage for Neuropathy: "Massage should not be done in any area of the body with blood clots";
    College of Massage Therapists of British Columbia: thrombosis is an absolute contraindication."""
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
    """Massage for Neuropathy: "they should consult their oncologist before having a massage that involves
    deep or intense pressure. Any direct pressure over a tumor usually is discouraged." """
    ill = body(at("cancer", ("chest", "left")))
    answer = check(ill, plan("deep-tissue", "chest", "left", 4))
    assert answer.verdict == "clearance"
    assert {"cancer-clearance", "cancer-pressure", "cancer-deep", "tumour-site"} == speaking(answer)
    assert answer.max_pressure_by_region == {"chest:left": 0}


def test_a_pregnant_clients_provider_is_asked():
    """Massage for Neuropathy: "Pregnant women should consult their health care provider before using
    massage therapy." """
    answer = check(body("pregnancy"), plan("petrissage", "calf", "both", 3, position="prone"))
    assert answer.verdict == "clearance"
    assert speaking(answer) == {"pregnancy-clearance", "pregnancy-legs", "pregnancy-position"}


def test_an_oil_the_client_does_not_tolerate_is_named():
    """Massage for Neuropathy: "Most serious problems come from too much pressure during massage or
    sensitivity or allergy to massage oils." """
    allergic = body(allergies=("Almonds", "lanolin"))
    answer = check(allergic, plan("effleurage", "back", "midline", 2, lubricant="Sweet almond oil"))
    assert speaking(answer) == {"lubricant-allergy"}
    assert "no Sweet almond oil" in answer.reasons[0].text
    assert_nothing_refused(check(allergic, plan("effleurage", "back", "midline", 2, lubricant="Jojoba")))
    noted = body(at("lubricant-allergy", detail="almond"))
    assert speaking(check(noted, plan("effleurage", "back", "midline", 2,
                                      lubricant="almond oil"))) == {"lubricant-allergy"}


def test_a_scented_oil_nobody_named_is_questioned_for_an_allergic_client():
    """Massage for Neuropathy: "some oil combinations can be toxic, while others can burn the skin" """
    assert speaking(check(body(allergies=("lavender",)), plan("aromatherapy", "back", "midline", 2))) == {
        "lubricant-allergy"}


def test_an_hour_is_long_for_damaged_nerves():
    """Can Massage Therapy Help With Neuropathy?: "Sessions are often shorter and more frequent than
    traditional massages (30 to 45 minutes) to prevent overstimulation and fatigue." """
    answer = check(body("diabetic-neuropathy"), minutes=60)
    [reason] = [reason for reason in answer.reasons if reason.rule == "neuropathy-minutes"]
    assert reason.level == "caution"
    assert reason.text.endswith("so 45 minutes at most; this visit takes 60.")
    rows = [plan("effleurage", "back", "midline", 2, minutes=25),
            plan("effleurage", "arm", "both", 2, minutes=25)]
    assert speaking(check(body("peripheral-neuropathy"), *rows)) == {"neuropathy-minutes"}
    assert_nothing_refused(check(body("peripheral-neuropathy"), rows[0], minutes=45))


def test_deep_pressure_on_limbs_compromised_by_diabetes_is_cautioned():
    """Can Massage Therapy Help With Neuropathy?: "Patients with diabetes … must be vigilant about avoiding
    deep pressure over compromised limbs or areas with potential infection." """
    answer = check(body("diabetic-neuropathy"), plan("deep-tissue", "calf", "left", 3))
    assert speaking(answer) == {"diabetes-limbs"}
    assert "diabetes-feet" in told(answer)


def test_sharp_pain_is_a_word_to_stop_at_in_neuropathy():
    """Healing Touch: "If something doesn't feel right or you experience sharp, shooting pain, stop doing
    it" """
    [hint] = [reason
              for reason in check(body("peripheral-neuropathy")).reasons if reason.rule == "neuropathy-cause"]
    assert "Sharp pain or a new feeling: stop." in hint.text


def test_a_tired_client_is_offered_a_shorter_visit_in_the_morning():
    """Healing Touch: "Fatigue is a big problem for most people with MS … She schedules her sessions for
    mid-morning" """
    answer = check(body("ms", "fatigue"), minutes=60)
    assert speaking(answer) == {"fatigue-minutes"}
    assert "fatigue-time-of-day" in told(answer)


def test_an_attack_of_migraine_is_the_clients_choice_gently_and_in_quiet():
    """Healing Touch: "Self-massage to the head, face, and neck can also help alleviate pain during a
    migraine attack." """
    attack = body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY))
    assert speaking(check(attack, plan("effleurage", "neck", "both", 1))) == {"migraine-attack"}
    rough = plan("deep-tissue", "neck", "both", 4, position="prone", temperature="hot")
    answer = check(attack, rough)
    assert answer.verdict == "caution"
    assert speaking(answer) == {"migraine-attack", "migraine-attack-pressure", "migraine-attack-methods",
                                "migraine-attack-position"}


def test_nobody_is_massaged_with_a_fever_and_a_pseudo_relapse_without_one_only_needs_a_cool_room():
    """College of Massage Therapists of British Columbia: fever is an absolute contraindication; MSAA:
    heat, fever and infection bring on a pseudo-relapse, which passes when cooled."""
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
        relapse = KnownEpisode("relapse", "recovering", TODAY - timedelta(days=30),
                               steroids_until=steroids_until)
        return speaking(check(body("ms", relapse), plan("friction", "arm", "left", 2)))

    assert "relapse-steroids" in after(7)
    assert "relapse-steroids" not in after(8)


@pytest.mark.parametrize("sign", ["thunderclap-headache", "acute-stroke-signs", "seizure-now",
                                  "dysreflexia-signs",
                                  "eclampsia-signs"])
def test_an_emergency_stops_everything_and_is_marked_so_that_nobody_books_over_it(sign):
    """College of Massage Therapists of British Columbia: acute stroke, seizure and sudden severe headache
    are absolute contraindications and medical emergencies."""
    answer = check(body(sign, KnownClearance("", "granted")), plan("holding", "hand", "left", 0))
    assert answer.verdict == "stop" and answer.is_emergency
    assert answer.max_pressure_by_region == {"hand:left": "none"}
    assert answer.reasons[0].treatment is None and answer.reasons[0].regions == ()


# --- rules that look at when and where a finding was noted ---------------------------------------------


def test_a_clot_is_minded_for_six_months_after_it_was_treated_and_then_no_more():
    """Gentle Pressure, T. Walton: clots "are followed for six months post-treatment at minimum" """
    deep = plan("deep-tissue", "calf", "left", 4)
    for days, speaks in ((-1, {"blood-clot", "blood-clot-limb"}), (0, {"blood-clot", "blood-clot-limb"}),
                         (1, {"blood-clot-afterwards"}), (183, {"blood-clot-afterwards"}), (184, set())):
        treated = at("blood-clot", ("leg", "left"), ended_on=TODAY - timedelta(days=days))
        assert speaking(check(body(treated), deep)) == speaks, days
    treated = at("blood-clot", ("leg", "left"), ended_on=YESTERDAY)
    assert_nothing_refused(check(body(treated), plan("deep-tissue", "calf", "right", 4)))


@pytest.mark.parametrize("region, is_barred", [("forehead", True), ("neck", True), ("thigh", False)])
def test_an_injection_bars_the_face_cradle_only_where_it_would_press(region, is_barred):
    side = "midline" if region in ("forehead", "neck") else "left"
    injected = body(at("injection-site", (region, side), began_on=YESTERDAY))
    answer = check(injected, plan("effleurage", "lower-back", "midline", 2, position="prone"))
    assert ("injection-site-face-rest" in speaking(answer)) is is_barred


@pytest.mark.parametrize("noted, same, other", [
    (("arm", "right"), ("upper-back", "right"), ("upper-back", "left")),
    (("leg", "left"), ("lower-back", "left"), ("lower-back", "right")),
])
def test_removed_nodes_limit_the_quarter_of_the_body_beside_them_and_not_the_other_side(noted, same, other):
    """ABMP 153: swelling after work "too forcefully around the scapula in the treated quadrant" """
    nodes = body(at("lymph-nodes-removed", noted))
    assert speaking(check(nodes, plan("deep-tissue", *same, 4))) == {"lymph-nodes-removed"}
    assert_nothing_refused(check(nodes, plan("deep-tissue", *other, 4)))


# --- what a first-time reader tripped over ---------------------------------------------------------------


def test_a_leg_is_not_said_to_have_the_cap_of_its_thigh_though_work_on_it_touches_the_thigh():
    known = body(at("injection-site", ("thigh", "left"), began_on=TODAY), at("spasticity", ("leg", "both")))
    answer = check(known)
    assert answer.own_caps["thigh:left"] == 0 and answer.own_caps["leg:left"] == answer.own_caps["leg:right"] != 0
    assert check(known, plan("effleurage", "leg", "left", 1)).max_pressure_by_region["leg:left"] == 0


def test_a_refusal_stands_whatever_another_doctor_allowed_until_its_own_doctor_allows_it():
    early, late = datetime(2026, 11, 1, 9), datetime(2026, 11, 2, 9)
    surgery = at("recent-surgery", ("knee", "right"))
    no = KnownClearance("", "refused", doctor="Dr Stein", given_at=early)
    yes = KnownClearance("", "granted", doctor="Dr Okafor", given_at=late)
    row = plan("effleurage", "knee", "right", 0)
    both = check(body(surgery, no, yes), row)
    assert both.verdict == "clearance"
    assert any("said not yet" in r.text and "Dr Okafor would allow it" in r.text for r in both.reasons)
    assert check(body(surgery, no, replace(yes, doctor="Dr Stein")), row).verdict != "clearance"
    assert check(body(surgery, replace(no, given_at=late), replace(yes, doctor="Dr Stein", given_at=early)),
                 row).verdict == "clearance"


def test_a_grant_for_the_back_does_not_lift_the_wait_for_a_knee_before_work_is_chosen():
    surgery = at("recent-surgery", ("knee", "right"))
    for_the_back = KnownClearance("", "granted", (("back", "both"),), doctor="Dr Okafor")
    answer = check(body(surgery, for_the_back))
    assert any(r.level == "caution" and "Dr Okafor did not include this" in r.text for r in answer.reasons)


def test_a_stop_for_the_whole_body_bars_everything():
    assert check(body("fever", at("spasticity", ("leg", "both")))).bars_everything
    assert not check(body(at("spasticity", ("leg", "both")))).bars_everything
