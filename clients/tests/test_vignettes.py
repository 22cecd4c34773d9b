"""People at the door of a practice, and what the sources say about them: the check is held against the words
of the texts it rests on, not against its own table of rules.

The texts speak in words; a number here reads them on Walton's scale as it is published: "deep" is 4 and more
("what most people call deep"), "gentle" is 2 at most (muscle is glided over), "light" is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from clients import body as body_map
from clients.contraindications import (
    Body,
    Cap,
    Check,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    ProposedTreatment,
    cautions_for,
)
from clients.sources import SOURCES
from clients.tests.bodies import TODAY, TOMORROW, YESTERDAY, at, body, plan

HEALING_TOUCH = SOURCES["healing-touch"].citation
MS_THREE_USES = SOURCES["ms-three-uses"].citation
MS_THERAPISTS = SOURCES["ms-therapists"].citation
NEUROPATHY_BLOG = SOURCES["neuropathy-blog"].citation
NEUROPATHY_ARTICLE = SOURCES["neuropathy-article"].citation
BC_COLLEGE = SOURCES["bc-college"].citation
WERNER_CHARTS = SOURCES["werner-charts"].citation
WERNER_GBS = SOURCES["werner-gbs"].citation
WERNER_EPILEPSY = SOURCES["werner-epilepsy"].citation
WALTON = SOURCES["walton-oncology"].citation
LYMPHOEDEMA = SOURCES["abmp-lymphoedema"].citation
NORDIC_HOUSE = SOURCES["nordic-house"].citation
INJECTIONS = SOURCES["salvo-injections"].citation
MASSAGE_REFERENCE = "Massage Therapy Reference (massagetherapyreference.com). Migraine massage"
MASSAGE_MASTERY_MS = "Massage Therapy Mastery (massagetherapymastery.com). Multiple sclerosis massage"
MASSAGE_MASTERY_VEINS = "Massage Therapy Mastery (massagetherapymastery.com). Varicose veins massage"
MSAA = "Multiple Sclerosis Association of America (mymsaa.org). What is a pseudoexacerbation?"
POCKET_PATHOLOGY = "ABMP Pocket Pathology (abmp.com), entry on diabetes mellitus"
WERNER_PATCHES = (
    "Werner R. Medication Patches and Implications for Massage Therapy. Massage & Bodywork (ABMP), July/August 2024, p. 78"
)
BROADWELL = "Donna Broadwell (donnabroadwell.com). Massage: contraindications"
OILS = f"{SOURCES['epilepsy-oils'].citation}; in our own words"
DYSREFLEXIA = f"{SOURCES['dysreflexia-page'].citation}; in our own words"
PREGNANCY = f"{SOURCES['pregnancy-pages'].citation}; in our own words"
PARKINSONS_OFF = f"{SOURCES['wearing-off'].citation}; in our own words"

NO = ("stop",)
DOCTOR_FIRST = ("clearance",)
WARNED = ("caution", "clearance")
CAUTION = ("caution",)
CAUTION_AT_WORST = ("ok", "caution")
NOT_AS_PLANNED = ("caution", "clearance", "stop")


@dataclass(frozen=True, slots=True)
class Vignette:
    """A person, the source's own words, what is planned, and what those words ask of the check.

    `verdicts` are the words that would be right; `caps` exact entries of the map of pressures; `closed`
    places where at most a resting hand may lie; `ruled_out`, `too_warm_or_cold` and `allowed` are tried in the
    first planned place; `overridable` says that a therapist may go ahead with a reason.
    """

    who: str
    quote: str
    where_from: str
    body: Body
    plan: tuple[ProposedTreatment, ...]
    on: date = TODAY
    minutes: int | None = None
    nothing_refused: bool = False
    verdicts: tuple[str, ...] = ()
    caps: dict[str, Cap | None] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    ruled_out: tuple[str, ...] = ()
    too_warm_or_cold: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    overridable: bool = False

    def answer(self) -> Check:
        return cautions_for(self.body, self.plan, on=self.on, minutes=self.minutes)

    def trying(self, technique: str, **more: str) -> Check:
        """The check of one gentle row in the first planned place."""
        first = self.plan[0]
        return cautions_for(self.body, (plan(technique, first.region, first.side, 1, **more),), on=self.on)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def relapse(status: str, **more: date) -> KnownEpisode:
    return KnownEpisode("relapse", status, days(-4), hold_until=days(10), **more)


def allowed_by(doctor: str, scope: str, **more: object) -> KnownClearance:
    return KnownClearance(scope, "granted", doctor=doctor, **more)


WITH_MS = body("ms")
NUMB_LEFT_FOOT = body("ms", at("reduced-sensation", ("foot", "left")))
NUMB_LEFT_LEG = body("ms", at("reduced-sensation", ("leg", "left")))
NUMB_HANDS = body("hiv-neuropathy", at("reduced-sensation", ("hand", "both")))

VIGNETTES = (
    # --- multiple sclerosis, quiet ---------------------------------------------------------------------
    Vignette(
        "Roberta, 71, sits most of the day and has had MS for 35 years",
        "My therapist spends a half-hour on my back and a half-hour on my backside", HEALING_TOUCH,
        WITH_MS, (plan("swedish", "back", "both", 3, minutes=30), plan("petrissage", "buttock", "both", 3, minutes=30)),
        nothing_refused=True),
    Vignette(
        "Kate, 55, has MS and stiff legs and comes for an hour every week",
        "I can press on that point and move the limb in a way my therapist taught me, and the muscle will often soften up",
        HEALING_TOUCH, WITH_MS, (plan("trigger-point", "calf", "both", 4, minutes=60),), nothing_refused=True),
    Vignette(
        "Tina's client with MS and no numbness wants her deep work back",
        "Relief came when we went back to the deeper stuff.", MS_THERAPISTS,
        WITH_MS, (plan("deep-tissue", "back", "both", 4), plan("deep-tissue", "buttock", "right", 5)),
        nothing_refused=True),
    Vignette(
        "A man with relapsing MS, in remission, asks for myofascial release",
        "Most wanted deep work and responded very will to MFR (myofascial release) approaches", MS_THERAPISTS,
        body("ms-relapsing-remitting"), (plan("myofascial-release", "thigh", "both", 4),), nothing_refused=True),
    Vignette(
        "Rhonda's first client has chronic progressive MS and wants touch",
        "I spent early five years with a person who had chronic progressive MS", MS_THERAPISTS,
        body("ms-primary-progressive"), (plan("swedish", "back", "both", 4),), nothing_refused=True),
    Vignette(
        "Somebody after a first attack that may be MS has tense shoulders",
        "the most relief from deeper pressure treatments", MS_THERAPISTS,
        body("ms-clinically-isolated"), (plan("deep-tissue", "shoulder", "both", 4),), nothing_refused=True),
    Vignette(
        "One of the 24 adults of the study comes for 45 minutes, twice a week",
        "received 45-minute massages twice a week for 5 weeks", MS_THERAPISTS,
        body("ms-secondary-progressive"), (plan("swedish", "back", "both", 3), plan("swedish", "leg", "both", 3)),
        minutes=45, nothing_refused=True),
    Vignette(
        "A woman with MS and spastic calves has reflexology on her feet",
        "manual pressure on specific points in the feet and massage of the calf area", HEALING_TOUCH,
        body("ms", at("spasticity", ("calf", "both"))), (plan("reflexology", "foot", "both", 2),), nothing_refused=True),
    Vignette(
        "A man in a wheelchair with severe MS has spastic thighs",
        "people in wheelchairs found massage helpful to help manage postural/positional concerns and spasticity",
        MS_THERAPISTS, body("ms", at("spasticity", ("thigh", "both"))),
        (plan("slow-sustained-pressure", "thigh", "both", 3, position="seated"),), nothing_refused=True),
    Vignette(
        "A woman whose thighs pull tight is to have a slow session, not a jerky one",
        "Passive range-of-motion work and gentle stretching for mobility; avoid excessive force or overstretching spastic muscles",
        MASSAGE_MASTERY_MS, body("ms", at("spasticity", ("thigh", "both"))),
        (plan("slow-sustained-pressure", "thigh", "both", 2),), ruled_out=("fast-stretch",),
        allowed=("slow-sustained-pressure", "range-of-motion", "passive-stretch")),
    Vignette(
        "Bert's client has a foot that drags",
        "a significant difference can occur with footwork to encourage dorsiflexion", MS_THERAPISTS,
        body("ms", at("weak-dorsiflexion", ("foot", "right"))), (plan("dorsiflexion-footwork", "foot", "right", 3),),
        nothing_refused=True),
    Vignette(
        "A man whose left leg cramps suddenly is shown how to let go",
        "recripical inhibition or contract relax techniques are often helpful", MS_THERAPISTS,
        body("ms", at("spasm", ("leg", "left"))), (plan("contract-relax", "leg", "left", 2),), nothing_refused=True,
        allowed=("contract-relax", "reciprocal-inhibition")),
    Vignette(
        "A man whose left leg cramps suddenly wants his shoulders done firmly",
        "They can have large sudden and unexpected spasms particularly in the lower limbs", MS_THERAPISTS,
        body("ms", at("spasm", ("leg", "left"))), (plan("deep-tissue", "shoulder", "both", 4),), nothing_refused=True),
    Vignette(
        "A woman with MS has slow bowels",
        "a positive effect of the intervention on the symptoms of constipation", MS_THERAPISTS,
        body("ms", "constipation"), (plan("abdominal", "abdomen", "midline", 2),), nothing_refused=True),
    Vignette(
        "A woman with MS has swollen lower legs",
        "Some massage techniques use a light motion to help move the fluid and swelling", MS_THREE_USES,
        WITH_MS, (plan("lymphatic-drainage", "lower-leg", "both", 1),), nothing_refused=True),
    Vignette(
        "A man with MS is stiff in legs and back",
        "One of the major symptoms of multiple sclerosis is stiffness, especially in the legs and back", MS_THREE_USES,
        WITH_MS, (plan("petrissage", "leg", "both", 3), plan("petrissage", "back", "both", 3)), nothing_refused=True),
    Vignette(
        "A man with MS has heavy limbs after every massage",
        "some patients may experience a degree of lethargy following a treatment", MS_THREE_USES,
        body("ms", "lethargy-after-massage"), (plan("swedish", "back", "both", 2, minutes=30),),
        verdicts=CAUTION_AT_WORST, overridable=True),
    # --- heat and cold ---------------------------------------------------------------------------------
    Vignette(
        "A woman whose MS flares up with heat asks for hot packs",
        "Sensitivity to heat and cold exacerbate symptoms of MS", MS_THREE_USES,
        body("ms", "heat-sensitive"), (plan("hot", "back", "both", minutes=10),), verdicts=NOT_AS_PLANNED,
        ruled_out=("hot",), too_warm_or_cold=("hot",), allowed=("swedish", "effleurage")),
    Vignette(
        "A woman whose MS flares up with heat has deep work in a cool room",
        "a massage therapist who knows how to control temperatures to assist with MS conditions is the best choice",
        MS_THREE_USES, body("ms", "heat-sensitive"), (plan("deep-tissue", "back", "both", 4, temperature="cool"),),
        nothing_refused=True),
    Vignette(
        "A man whose MS flares up with cold is offered an ice pack",
        "Sensitivity to heat and cold exacerbate symptoms of MS", MS_THREE_USES,
        body("ms", "cold-sensitive"), (plan("cold", "neck", "midline", minutes=5),), verdicts=NOT_AS_PLANNED,
        ruled_out=("cold",), too_warm_or_cold=("cold",), allowed=("swedish",)),
    # --- relapse, what only looks like one, fever --------------------------------------------------------
    Vignette(
        "Maria's MS team has confirmed a relapse four days ago",
        "It could be detrimental to receive massages during a relapse, and appointments may need to be rescheduled",
        MS_THREE_USES, body("ms", relapse("confirmed")), (plan("deep-tissue", "back", "both", 4),),
        verdicts=WARNED, caps={"back:left": 2, "back:right": 2}, overridable=True),
    Vignette(
        "Jo, in a confirmed relapse, has always been helped by a little gentle work",
        "it can help lessen symptoms in a relapse for those still having intermittent problems", MS_THREE_USES,
        body("ms", relapse("confirmed")), (plan("effleurage", "back", "both", 1, minutes=30),),
        verdicts=("ok", "caution", "clearance"), caps={"back:left": 2, "back:right": 2}, overridable=True),
    Vignette(
        "Lena rang this morning: her legs are weaker since yesterday, it may be a relapse",
        "appointments may need to be rescheduled", MS_THREE_USES,
        body("ms", relapse("suspected")), (plan("deep-tissue", "leg", "both", 4),), verdicts=WARNED, overridable=True),
    Vignette(
        "Maria's relapse is over and she wants her firm back work again",
        "Massage is indicated in subacute stages of MS, when the client is in remission", WERNER_CHARTS,
        body("ms", relapse("resolved")), (plan("deep-tissue", "back", "both", 4),), nothing_refused=True),
    Vignette(
        "Lena's bad days turned out to be the heat wave, not a relapse",
        "it is not caused by an increase in disease activity", MSAA,
        body("ms", relapse("not_a_relapse")), (plan("deep-tissue", "leg", "both", 4),), nothing_refused=True),
    Vignette(
        "Maria comes back for the first time while she recovers, and is touched lightly",
        "Only very gentle massage should be utilized at first", HEALING_TOUCH,
        body("ms", relapse("recovering")), (plan("light-stroking", "back", "both", 1, minutes=30),),
        verdicts=CAUTION_AT_WORST, overridable=True),
    Vignette(
        "Maria comes back for the first time while she recovers, and asks for depth at once",
        "Only very gentle massage should be utilized at first", HEALING_TOUCH,
        body("ms", relapse("recovering")), (plan("deep-tissue", "back", "both", 4),), verdicts=WARNED,
        caps={"back:left": 2, "back:right": 2}, overridable=True),
    Vignette(
        "A man's MS symptoms came up in a hot bath, without fever, and are settling",
        "Once the cause of the stress is resolved, this type of symptom flare-up will usually subside within 24 hours",
        MSAA, body("ms", KnownEpisode("pseudo_relapse", "confirmed", TODAY, fever_or_infection=False)),
        (plan("effleurage", "back", "both", 2, temperature="cool", minutes=30),), verdicts=CAUTION_AT_WORST,
        too_warm_or_cold=("hot",), overridable=True),
    Vignette(
        "A woman's MS symptoms came up with a bladder infection and a temperature",
        "Avoid massage during acute MS relapse, fever, infection, or severe inflammation", MASSAGE_MASTERY_MS,
        body("ms", KnownEpisode("pseudo_relapse", "confirmed", TODAY, fever_or_infection=True)),
        (plan("effleurage", "back", "both", 1),), verdicts=NO),
    Vignette(
        "A woman with MS has a bladder infection and no idea whether it is a relapse",
        "Urinary tract infection (UTI) is the most common type of infection to cause a pseudoexacerbation", MSAA,
        body("ms", "acute-infection"), (plan("effleurage", "back", "both", 1),), verdicts=NO),
    Vignette(
        "A man without any diagnosis has a temperature of 38.5",
        "Significant fever (101F or 38.3C and higher)", BC_COLLEGE,
        body("fever"), (plan("light-stroking", "hand", "both", 1),), verdicts=NO),
    Vignette(
        "The same man has been free of fever since the day before yesterday",
        "Fever", BC_COLLEGE, body(at("fever", began_on=days(-5), ended_on=days(-2))),
        (plan("deep-tissue", "back", "both", 4),), nothing_refused=True),
    Vignette(
        "A woman has skin thinned by steroids on both forearms",
        "No deep pressure or vigorous techniques over areas with altered sensation, osteoporosis, or steroid-induced fragile skin",
        MASSAGE_MASTERY_MS, body("ms", at("fragile-skin", ("forearm", "both"))),
        (plan("deep-tissue", "forearm", "left", 4),), verdicts=NOT_AS_PLANNED, caps={"forearm:left": 1}),
    Vignette(
        "A man has had a stomach bug since last night",
        "Contagious or Infectious Diseases/Conditions", BC_COLLEGE,
        body("ms", KnownEpisode("acute_illness", "confirmed", YESTERDAY, fever_or_infection=True)),
        (plan("effleurage", "back", "both", 1),), verdicts=NO),
    Vignette(
        "Maria's neurologist allows gentle work during the relapse, on the back",
        "it can help lessen symptoms in a relapse", MS_THREE_USES,
        body("ms", relapse("confirmed"), allowed_by("Dr Weiss", "relapse", regions=(("back", "both"),), max_pressure=2,
                                                    expires_on=days(20))),
        (plan("effleurage", "back", "both", 2),), verdicts=CAUTION_AT_WORST, caps={"back:left": 2}, overridable=True),
    Vignette(
        "Maria's neurologist allowed gentle work in the last relapse, and that word has run out",
        "essential to stay in contact with the treating physician", MS_THREE_USES,
        body("ms", relapse("confirmed"), allowed_by("Dr Weiss", "relapse", max_pressure=2, expires_on=YESTERDAY)),
        (plan("effleurage", "back", "both", 3),), verdicts=WARNED, caps={"back:left": 2}, overridable=True),
    # --- numbness: left, right, leg and foot -------------------------------------------------------------
    Vignette(
        "Ines, with MS and a numb left foot, asks for deep work on that foot",
        "resulting in pressure that is too deep and could possibly cause more tissue damage", HEALING_TOUCH,
        NUMB_LEFT_FOOT, (plan("deep-tissue", "foot", "left", 4),), verdicts=NOT_AS_PLANNED, caps={"foot:left": 2},
        ruled_out=("deep-tissue", "hot", "cold"), too_warm_or_cold=("hot", "cold"), allowed=("light-stroking", "effleurage")),
    Vignette(
        "Ines, with a numb left foot, has the right one worked deeply",
        "patients with numbness may not be able to give accurate feedback to the massage therapist", HEALING_TOUCH,
        NUMB_LEFT_FOOT, (plan("deep-tissue", "foot", "right", 4),), nothing_refused=True, caps={"foot:right": None}),
    Vignette(
        "Ines, with a numb left foot, has firm work on her back",
        "if you have numbness you won't be able to feel how the treatment is affecting you", HEALING_TOUCH,
        NUMB_LEFT_FOOT, (plan("deep-tissue", "back", "both", 4), plan("deep-tissue", "thigh", "left", 4)),
        nothing_refused=True),
    Vignette(
        "Ines, with a numb left foot, is planned for the whole left leg at once",
        "if you have numbness you won't be able to feel how the treatment is affecting you", HEALING_TOUCH,
        NUMB_LEFT_FOOT, (plan("deep-tissue", "leg", "left", 4),), verdicts=NOT_AS_PLANNED, caps={"leg:left": 2}),
    Vignette(
        "Ines, with a numb left foot, is to have a heat pack round the left leg",
        "patients with significant numbness who may not accurately perceive heat or cold", NEUROPATHY_ARTICLE,
        NUMB_LEFT_FOOT, (plan("hot", "leg", "left", minutes=5),), verdicts=NOT_AS_PLANNED, ruled_out=("hot", "cold"),
        too_warm_or_cold=("hot",)),
    Vignette(
        "Ines, with a numb left foot, has it stroked lightly to begin with",
        "Only very gentle massage should be utilized at first", HEALING_TOUCH,
        NUMB_LEFT_FOOT, (plan("light-stroking", "foot", "left", 1),), nothing_refused=True),
    Vignette(
        "Omar's left leg is numb from the hip down; his left toes are planned",
        "numbness that makes ambulation a problem", MS_THREE_USES,
        NUMB_LEFT_LEG, (plan("petrissage", "toes", "left", 3),), verdicts=NOT_AS_PLANNED, caps={"toes:left": 2}),
    Vignette(
        "Omar's left leg is numb; both feet are planned at once",
        "numbness that makes ambulation a problem", MS_THREE_USES,
        NUMB_LEFT_LEG, (plan("petrissage", "foot", "both", 3),), verdicts=NOT_AS_PLANNED,
        caps={"foot:left": 2, "foot:right": None}),
    Vignette(
        "Omar's left leg is numb and his nerves are to be woken gently",
        "Specific massage techniques have been used to stimulate nerves that", MS_THREE_USES,
        NUMB_LEFT_LEG, (plan("effleurage", "leg", "both", 2),), nothing_refused=True),
    Vignette(
        "A woman with MS feels nothing at all in her right hand",
        "No deep pressure or vigorous techniques over areas with altered sensation", MASSAGE_MASTERY_MS,
        body("ms", at("absent-sensation", ("hand", "right"))), (plan("trigger-point", "palm", "right", 4),),
        verdicts=NOT_AS_PLANNED, caps={"palm:right": 2}, ruled_out=("deep-tissue",)),
    Vignette(
        "The left half of a man's lower back is dull; the middle of it is planned",
        "a therapist may need to use less pressure than usual", NEUROPATHY_ARTICLE,
        body("ms", at("reduced-sensation", ("lower-back", "left"))), (plan("deep-tissue", "lower-back", "midline", 4),),
        verdicts=NOT_AS_PLANNED, caps={"lower-back:midline": 2}),
    Vignette(
        "The left half of a man's lower back is dull; the right half is planned",
        "a therapist may need to use less pressure than usual", NEUROPATHY_ARTICLE,
        body("ms", at("reduced-sensation", ("lower-back", "left"))), (plan("deep-tissue", "lower-back", "right", 4),),
        nothing_refused=True),
    Vignette(
        "A new client says parts of her are numb and nobody has asked where",
        "patient feedback is the only reliable way to gauge the correct intensity", NEUROPATHY_ARTICLE,
        body("reduced-sensation"), (plan("deep-tissue", "calf", "left", 4),), verdicts=NOT_AS_PLANNED,
        caps={"calf:left": 2}),
    # --- neuropathy --------------------------------------------------------------------------------------
    Vignette(
        "Ray, with HIV neuropathy, has numb hands, and both palms are planned",
        "a decrease in tingling and numbness of their hands and feet", HEALING_TOUCH,
        NUMB_HANDS, (plan("petrissage", "palm", "both", 3),), verdicts=NOT_AS_PLANNED,
        caps={"palm:left": 2, "palm:right": 2}),
    Vignette(
        "Ray, with HIV neuropathy and numb hands, has an everyday back massage",
        "people who suffer with MS—as well as migraine headaches, Parkinson's disease, and HIV-related neuropathy—may experience benefits",
        HEALING_TOUCH, NUMB_HANDS, (plan("swedish", "back", "both", 3),), minutes=45, nothing_refused=True),
    Vignette(
        "A woman's feet burn at a touch, and firm kneading of the right one is planned",
        "In patients with hypersensitive nerves, massage could worsen the pain", HEALING_TOUCH,
        body("small-fibre-neuropathy", at("hypersensitive", ("foot", "both"))), (plan("petrissage", "foot", "right", 3),),
        verdicts=NOT_AS_PLANNED, caps={"foot:right": 1}, ruled_out=("tapotement", "deep-tissue")),
    Vignette(
        "A woman's feet burn at a touch, so they are only stroked",
        "Light effleurage, which involves gentle, superficial stroking, is frequently used to initiate treatment",
        NEUROPATHY_ARTICLE, body("small-fibre-neuropathy", at("hypersensitive", ("foot", "both"))),
        (plan("light-stroking", "foot", "both", 1),), minutes=30, nothing_refused=True),
    Vignette(
        "A woman's feet burn at a touch, so her hands are worked instead",
        "Techniques like reflexology and acupressure focus on areas away from the most painful sites", NEUROPATHY_ARTICLE,
        body("small-fibre-neuropathy", at("hypersensitive", ("foot", "both"))),
        (plan("reflexology", "hand", "both", 2), plan("acupressure", "palm", "both", 2)), minutes=30, nothing_refused=True),
    Vignette(
        "A man with numb feet has warmth on his back",
        "Briefly applying hot or cold elements can provide counter-irritation", NEUROPATHY_ARTICLE,
        body("idiopathic-neuropathy", at("reduced-sensation", ("foot", "both"))), (plan("hot", "back", "both", minutes=5),),
        minutes=45, nothing_refused=True),
    Vignette(
        "A man with numb feet is offered a hot towel on the soles",
        "Therapists must exercise extreme caution with temperature, especially for patients with significant numbness",
        NEUROPATHY_ARTICLE, body("idiopathic-neuropathy", at("reduced-sensation", ("foot", "both"))),
        (plan("hot", "sole", "both", minutes=5),), verdicts=NOT_AS_PLANNED, ruled_out=("hot", "cold"),
        too_warm_or_cold=("hot", "cold"), allowed=("light-stroking",)),
    Vignette(
        "A man with neuropathy is booked for ninety minutes",
        "Sessions are often shorter and more frequent than traditional massages (30 to 45 minutes)", NEUROPATHY_ARTICLE,
        body("hereditary-neuropathy"), (plan("swedish", "back", "both", 2),), minutes=90, verdicts=CAUTION,
        overridable=True),
    Vignette(
        "A man with neuropathy is booked for forty minutes",
        "Sessions are often shorter and more frequent than traditional massages (30 to 45 minutes)", NEUROPATHY_ARTICLE,
        body("hereditary-neuropathy"), (plan("swedish", "back", "both", 3),), minutes=40, nothing_refused=True),
    Vignette(
        "A man with CIDP guards his shoulders and they have gone hard",
        "Targeted massage techniques can loosen these tight muscles", NEUROPATHY_ARTICLE,
        body("cidp", at("reduced-sensation", ("foot", "both"))), (plan("trigger-point", "shoulder", "both", 3),),
        minutes=40, nothing_refused=True),
    Vignette(
        "A woman's nerve pain has flared up, so only her shoulders are stroked",
        "without directly manipulating the hypersensitive area", NEUROPATHY_ARTICLE,
        body("peripheral-neuropathy", at("hypersensitive", ("foot", "both")), KnownEpisode("pain_flare", "confirmed", YESTERDAY)),
        (plan("light-stroking", "shoulder", "both", 1),), minutes=30, verdicts=CAUTION_AT_WORST, overridable=True),
    Vignette(
        "A man's medicine patch sits on the left upper arm",
        "We have no formally researched data on the safety of massage on or around transdermal patches", WERNER_PATCHES,
        body(at("drug-patch", ("upper-arm", "left"))), (plan("petrissage", "upper-arm", "left", 3),),
        verdicts=CAUTION_AT_WORST, overridable=True),
    # --- diabetes ----------------------------------------------------------------------------------------
    Vignette(
        "Samuel has diabetes and numb feet, and deep work on the left one is planned",
        "must be vigilant about avoiding deep pressure over compromised limbs or areas with potential infection",
        NEUROPATHY_ARTICLE, body("diabetes", "diabetic-neuropathy", at("reduced-sensation", ("foot", "both"))),
        (plan("deep-tissue", "foot", "left", 4),), minutes=40, verdicts=NOT_AS_PLANNED, caps={"foot:left": 2},
        ruled_out=("deep-tissue",)),
    Vignette(
        "Samuel has diabetes, feels his feet well, and comes for his back",
        "avoiding deep pressure over compromised limbs", NEUROPATHY_ARTICLE,
        body("diabetes"), (plan("swedish", "back", "both", 3),), nothing_refused=True),
    Vignette(
        "Samuel gave himself insulin in the left side of the belly this morning",
        "it is probably best to avoid them for several inches in all directions", POCKET_PATHOLOGY,
        body("diabetes", at("injection-site", ("abdomen", "left"), began_on=TODAY)),
        (plan("abdominal", "abdomen", "left", 2),), verdicts=NOT_AS_PLANNED, closed=("abdomen:left",)),
    Vignette(
        "A woman's diabetes has reached her heart and kidneys",
        "with advanced heart or kidney disease or advanced vascular complications", BC_COLLEGE,
        body("diabetes", "diabetes-complications"), (plan("swedish", "back", "both", 2),), verdicts=("clearance", "stop")),
    # --- migraine and headache ---------------------------------------------------------------------------
    Vignette(
        "Nadia has migraine, no attack for two weeks, and wants firm work on her back",
        "people suffering from migraines who received weekly massage therapy sessions for five weeks experienced improved levels of restful sleep",
        HEALING_TOUCH, body("migraine"), (plan("deep-tissue", "back", "both", 4),), nothing_refused=True),
    Vignette(
        "Nadia, between attacks, has her neck stretched to the end of its range",
        "extreme stretching may put too much pressure on the vertebrae of your spine and actually trigger a migraine attack",
        HEALING_TOUCH, body("migraine"), (plan("strong-stretch", "neck", "midline"),), verdicts=NOT_AS_PLANNED,
        ruled_out=("strong-stretch",), allowed=("passive-stretch", "active-stretch")),
    Vignette(
        "Nadia, between attacks, has neck and shoulders stretched gently",
        "stretching the muscles of the neck and shoulders can keep the muscles working at an optimal length",
        HEALING_TOUCH, body("migraine-with-aura"), (plan("passive-stretch", "neck", "midline", 2),
                                                    plan("passive-stretch", "shoulder", "both", 2)), nothing_refused=True),
    Vignette(
        "Nadia's attack began two hours ago and she asks for gentle hands on her temples",
        "Self-massage to the head, face, and neck can also help alleviate pain during a migraine attack", HEALING_TOUCH,
        body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY)),
        (plan("acupressure", "temple", "both", 1), plan("acupressure", "jaw", "both", 1)), verdicts=CAUTION_AT_WORST,
        overridable=True),
    Vignette(
        "Nadia's attack began two hours ago and the usual firm session stands in the diary",
        "during attack: shorter treatment time, avoid deep work", MASSAGE_REFERENCE,
        body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY)),
        (plan("deep-tissue", "neck", "midline", 4, position="supine"),), verdicts=WARNED, caps={"neck:midline": 2},
        ruled_out=("deep-tissue", "hot", "aromatherapy"), too_warm_or_cold=("hot",), overridable=True),
    Vignette(
        "Nadia's attack of last week is over",
        "Relieve migraine pain", NEUROPATHY_BLOG,
        body("migraine", KnownEpisode("migraine_attack", "resolved", days(-7))), (plan("deep-tissue", "back", "both", 4),),
        nothing_refused=True),
    Vignette(
        "A man with tension headaches has craniosacral work",
        "Light pressure is applied to the head, neck, and spine to ease tension and compression", HEALING_TOUCH,
        body("tension-headache"), (plan("craniosacral", "head", "midline", 1),), nothing_refused=True),
    Vignette(
        "A woman with hydrocephalus asks for craniosacral work",
        "not appropriate for people with conditions that could be affected by intracranial pressure changes", HEALING_TOUCH,
        body("raised-intracranial-pressure"), (plan("craniosacral", "head", "midline", 1),), verdicts=("clearance", "stop"),
        ruled_out=("craniosacral",)),
    Vignette(
        "A man's worst headache ever struck on the way here",
        "Sudden onset of severe undiagnosed headache", BC_COLLEGE,
        body("migraine", "thunderclap-headache"), (plan("acupressure", "temple", "both", 1),), verdicts=NO),
    Vignette(
        "Nadia, between attacks, has her shoulders stretched as far as they go",
        "extreme stretching may put too much pressure on the vertebrae of your spine and actually trigger a migraine attack",
        HEALING_TOUCH, body("migraine"), (plan("strong-stretch", "shoulder", "both"),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "Nadia's attack is at its worst and she is asked to lie face down",
        "Position: Supine or sidelying: not prone", MASSAGE_REFERENCE,
        body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY)),
        (plan("effleurage", "upper-back", "both", 1, position="prone"),), verdicts=WARNED, overridable=True),
    Vignette(
        "Nadia's attack is at its worst, and only her feet and hands are held",
        "if head and neck massage is not tolerable, give client foot and hand massage", MASSAGE_REFERENCE,
        body("migraine", KnownEpisode("migraine_attack", "confirmed", TODAY)),
        (plan("effleurage", "foot", "both", 1, position="supine"), plan("effleurage", "hand", "both", 1, position="supine")),
        minutes=20, verdicts=CAUTION_AT_WORST, overridable=True),
    # --- Parkinson's -------------------------------------------------------------------------------------
    Vignette(
        "Walter, with Parkinson's, comes for neuromuscular therapy twice a week",
        "patients with Parkinson's disease who underwent neuromuscular therapy twice a week for four weeks", HEALING_TOUCH,
        body("parkinsons"), (plan("neuromuscular", "shoulder", "both", 3), plan("neuromuscular", "back", "both", 3)),
        nothing_refused=True),
    Vignette(
        "Walter trembles a good deal today and has his gentle session",
        "experienced a significant improvement in their motor scores—especially tremor scores", HEALING_TOUCH,
        body("parkinsons-dyskinesia", "tremor"), (plan("neuromuscular", "shoulder", "both", 3, position="side-lying"),),
        verdicts=CAUTION_AT_WORST, overridable=True),
    Vignette(
        "Walter is in an off period when he arrives",
        "Stiffness, slowness and tremor come back when the medicine wears off; ask about on and off first", PARKINSONS_OFF,
        body("parkinsons-fluctuating", KnownEpisode("off_period", "confirmed", TODAY)),
        (plan("light-stroking", "arm", "both", 1),), verdicts=CAUTION_AT_WORST, overridable=True),
    # --- blood, clots, bones, skin -----------------------------------------------------------------------
    Vignette(
        "Greta takes a blood thinner, and brisk tapping on her back is planned",
        "Vigorous massage should be avoided by people with bleeding disorders or low blood platelet counts, and by people taking blood-thinning medications",
        NEUROPATHY_BLOG, body("blood-thinner"), (plan("tapotement", "back", "both", 3),), verdicts=NOT_AS_PLANNED,
        ruled_out=("tapotement", "deep-tissue", "cupping")),
    Vignette(
        "Greta takes a blood thinner and is stroked gently",
        "Vigorous massage should be avoided", NEUROPATHY_BLOG,
        body("blood-thinner"), (plan("effleurage", "back", "both", 2),), verdicts=("ok", "caution", "clearance"),
        caps={"back:left": 2}, overridable=True),
    Vignette(
        "A man's blood test showed few platelets",
        "low blood platelet counts", NEUROPATHY_BLOG,
        body("low-platelets"), (plan("deep-tissue", "thigh", "left", 4),), verdicts=NOT_AS_PLANNED, caps={"thigh:left": 2},
        ruled_out=("tapotement", "deep-tissue")),
    Vignette(
        "A man with haemophilia asks for a deep massage",
        "Hemophilia", BC_COLLEGE,
        body("bleeding-disorder"), (plan("deep-tissue", "thigh", "left", 4),), verdicts=("clearance", "stop"),
        ruled_out=("tapotement",)),
    Vignette(
        "A clot was found in Karl's left calf last week",
        "Massage should not be done in any area of the body with blood clots", NEUROPATHY_BLOG,
        body(at("blood-clot", ("calf", "left"), began_on=days(-7))), (plan("effleurage", "calf", "left", 1),), verdicts=NO,
        closed=("calf:left",)),
    Vignette(
        "A clot was found in Karl's left calf, and the whole left leg is planned",
        "sites with blood clots", NEUROPATHY_ARTICLE,
        body(at("blood-clot", ("calf", "left"), began_on=days(-7))), (plan("light-stroking", "leg", "left", 1),), verdicts=NO,
        closed=("leg:left",)),
    Vignette(
        "A clot was found in Karl's left calf, and only the left thigh is planned",
        "Pressure 0 is simply comforting touch, and is appropriate for people with deep vein thrombosis", NORDIC_HOUSE,
        body(at("blood-clot", ("calf", "left"), began_on=days(-7))), (plan("petrissage", "thigh", "left", 3),),
        verdicts=NOT_AS_PLANNED),
    Vignette(
        "Karl's clot was treated and called gone two months ago, and deep work on that calf is planned",
        "are followed for six months post-treatment at minimum", WALTON,
        body(at("blood-clot", ("calf", "left"), began_on=days(-200), ended_on=days(-60))),
        (plan("deep-tissue", "calf", "left", 4),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "Anke broke her right wrist, and the right arm is planned",
        "Massage should not be done in any area of the body with blood clots, fractures", NEUROPATHY_BLOG,
        body(at("fracture", ("wrist", "right"))), (plan("petrissage", "arm", "right", 3),), verdicts=NO,
        closed=("wrist:right", "arm:right")),
    Vignette(
        "Anke broke her right wrist and has her neck and left arm done",
        "any area of the body with blood clots, fractures", NEUROPATHY_BLOG,
        body(at("fracture", ("wrist", "right"))), (plan("deep-tissue", "neck", "midline", 4), plan("petrissage", "arm", "left", 4)),
        nothing_refused=True),
    Vignette(
        "Anke's wrist has healed, as her doctor said yesterday",
        "any area of the body with blood clots, fractures", NEUROPATHY_BLOG,
        body(at("fracture", ("wrist", "right"), began_on=days(-60), ended_on=YESTERDAY)),
        (plan("petrissage", "wrist", "right", 3),), nothing_refused=True),
    Vignette(
        "A woman has thin bones everywhere and asks for deep work on her back",
        "weakened bones (such as from osteoporosis or cancer)", NEUROPATHY_BLOG,
        body("osteoporosis"), (plan("deep-tissue", "back", "both", 4),), verdicts=NOT_AS_PLANNED,
        caps={"back:left": 2, "back:right": 2}, ruled_out=("deep-tissue", "tapotement", "strong-stretch")),
    Vignette(
        "A woman has thin bones in the lower back and gentle work on it",
        "involves the application of gentle techniques", NEUROPATHY_BLOG,
        body(at("osteoporosis", ("lower-back", "both"))), (plan("effleurage", "lower-back", "both", 2),),
        verdicts=CAUTION_AT_WORST, overridable=True),
    Vignette(
        "A woman has thin bones in the lower back and her calves worked firmly",
        "in any area of the body with", NEUROPATHY_BLOG,
        body(at("osteoporosis", ("lower-back", "both"))), (plan("deep-tissue", "calf", "both", 4),), nothing_refused=True),
    Vignette(
        "A man has a wound on his left heel that is closing slowly",
        "open or healing wounds", NEUROPATHY_BLOG,
        body(at("open-wound", ("heel", "left"))), (plan("reflexology", "foot", "left", 2),), verdicts=NO, closed=("heel:left", "foot:left")),
    Vignette(
        "A man has a wound on his left heel; his right foot and his back are planned",
        "in any area of the body with", NEUROPATHY_BLOG,
        body(at("open-wound", ("heel", "left"))), (plan("reflexology", "foot", "right", 3), plan("deep-tissue", "back", "both", 4)),
        nothing_refused=True),
    Vignette(
        "A woman in a wheelchair has a pressure sore on the sacrum",
        "Contraindications include open sores, areas of severe skin breakdown", NEUROPATHY_ARTICLE,
        body("ms", at("skin-breakdown", ("sacrum", "midline"))), (plan("effleurage", "lower-back", "both", 2),), verdicts=NO,
        closed=("sacrum:midline", "lower-back:left", "lower-back:right")),
    Vignette(
        "A woman in a wheelchair has a pressure sore on the sacrum and tired shoulders",
        "Contraindications include open sores, areas of severe skin breakdown", NEUROPATHY_ARTICLE,
        body("ms", at("skin-breakdown", ("sacrum", "midline"))),
        (plan("deep-tissue", "shoulder", "both", 4, position="seated"), plan("petrissage", "upper-back", "both", 3, position="seated")),
        nothing_refused=True),
    Vignette(
        "A man has a rash between the toes of both feet",
        "skin infections", NEUROPATHY_BLOG,
        body(at("skin-infection", ("toes", "both"))), (plan("petrissage", "foot", "both", 3),), verdicts=NO,
        closed=("toes:left", "toes:right")),
    Vignette(
        "A teacher has varicose veins in her left calf, and deep work is planned there",
        "Never use deep, direct pressure over varicose veins", MASSAGE_MASTERY_VEINS,
        body(at("varicose-veins", ("calf", "left"))), (plan("deep-tissue", "calf", "left", 4),), verdicts=NOT_AS_PLANNED,
        caps={"calf:left": 1}, ruled_out=("deep-tissue",)),
    Vignette(
        "A teacher has varicose veins in her left calf and the other leg done",
        "Mild varicose veins contraindicate deep, specific work, but are otherwise safe for massage", WERNER_CHARTS,
        body(at("varicose-veins", ("calf", "left"))), (plan("deep-tissue", "calf", "right", 4),), nothing_refused=True),
    # --- operations, devices, injections -----------------------------------------------------------------
    Vignette(
        "Paul's right knee was operated on ten days ago, and the right thigh and knee are planned",
        "or where there has been a recent surgery", NEUROPATHY_BLOG,
        body(at("recent-surgery", ("knee", "right"), began_on=days(-10))), (plan("petrissage", "knee", "right", 3),),
        verdicts=("clearance", "stop"), closed=("knee:right",)),
    Vignette(
        "Paul's right knee was operated on ten days ago and his shoulders ache from the crutches",
        "or where there has been a recent surgery", NEUROPATHY_BLOG,
        body(at("recent-surgery", ("knee", "right"), began_on=days(-10))), (plan("deep-tissue", "shoulder", "both", 4),),
        nothing_refused=True),
    Vignette(
        "Elif had botulinum toxin in the left side of her neck yesterday",
        "Avoid massage and heat / ice applications over sites of recent botulinum toxin ( Botox ) and cortisone injection for 72 hours",
        INJECTIONS, body("dystonia", at("injection-site", ("neck", "left"), began_on=YESTERDAY)),
        (plan("petrissage", "neck", "left", 3),), verdicts=NOT_AS_PLANNED, closed=("neck:left",), ruled_out=("hot", "cold")),
    Vignette(
        "Elif had botulinum toxin in the left side of her neck eight days ago",
        "72-hour window is a practice guideline", INJECTIONS,
        body("dystonia", at("injection-site", ("neck", "left"), began_on=days(-8))), (plan("petrissage", "neck", "left", 3),),
        nothing_refused=True),
    Vignette(
        "Elif had botulinum toxin in the forehead yesterday and is to lie with her face in the rest",
        "use of head rests and other accessories should be avoided if they apply pressure on sites of recent botulinum toxin",
        INJECTIONS, body("migraine-chronic", at("injection-site", ("forehead", "both"), began_on=YESTERDAY)),
        (plan("swedish", "back", "both", 3, position="prone"),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "A man had a vaccine in the left upper arm yesterday, and the whole arm is planned",
        "Avoid massage and heat / ice applications over vaccinated areas for 72 hours", INJECTIONS,
        body("ms", at("injection-site", ("upper-arm", "left"), began_on=YESTERDAY)), (plan("petrissage", "arm", "left", 3),),
        verdicts=NOT_AS_PLANNED, closed=("upper-arm:left", "arm:left")),
    Vignette(
        "A man had a vaccine in the left upper arm yesterday and his legs worked",
        "Avoid massage and heat / ice applications over vaccinated areas for 72 hours", INJECTIONS,
        body("ms", at("injection-site", ("upper-arm", "left"), began_on=YESTERDAY)), (plan("deep-tissue", "leg", "both", 4),),
        nothing_refused=True),
    Vignette(
        "A man has a baclofen pump under the skin of his belly",
        "Avoid massage and heat / ice applications over the area of drug delivery, which is usually the abdomen", INJECTIONS,
        body("spinal-cord-injury", at("implanted-device", ("abdomen", "right"))), (plan("abdominal", "abdomen", "both", 2),),
        verdicts=NOT_AS_PLANNED, closed=("abdomen:right",)),
    Vignette(
        "A woman with MS has a pump in her belly and her calves worked",
        "offer your client a soft cushion to place over the pump while lying prone", INJECTIONS,
        body("ms", at("implanted-device", ("abdomen", "right"))), (plan("petrissage", "calf", "both", 3, position="prone"),),
        nothing_refused=True),
    # --- cancer ------------------------------------------------------------------------------------------
    Vignette(
        "Ruth is treated for cancer and asks for deep work without having asked her oncologist",
        "they should consult their oncologist before having a massage that involves deep or intense pressure", NEUROPATHY_BLOG,
        body(at("cancer", ("chest", "left"))), (plan("deep-tissue", "back", "both", 4),), verdicts=("clearance", "stop")),
    Vignette(
        "Ruth's tumour is in the left side of the chest, and that place is planned",
        "Any direct pressure over a tumor usually is discouraged", NEUROPATHY_BLOG,
        body(at("cancer", ("chest", "left"))), (plan("effleurage", "chest", "left", 2),), verdicts=NOT_AS_PLANNED,
        closed=("chest:left",)),
    Vignette(
        "Ruth's oncologist has allowed gentle work and her feet are planned",
        "massage therapy appears to be generally safe for cancer patients", NEUROPATHY_BLOG,
        body(at("cancer", ("chest", "left")), allowed_by("Dr Okafor", "cancer", max_pressure=2, expires_on=TOMORROW)),
        (plan("effleurage", "foot", "both", 2),), nothing_refused=True),
    Vignette(
        "Ruth's oncologist has allowed work on the feet, and the back is planned",
        "Cancer patients should discuss any concerns about massage therapy with their oncologist.", NEUROPATHY_BLOG,
        body(at("cancer", ("chest", "left")), allowed_by("Dr Okafor", "cancer", regions=(("foot", "both"),), expires_on=TOMORROW)),
        (plan("effleurage", "back", "both", 2),), verdicts=DOCTOR_FIRST),
    Vignette(
        "Ruth's oncologist has allowed half an hour, and an hour is planned",
        "Cancer patients should discuss any concerns about massage therapy with their oncologist.", NEUROPATHY_BLOG,
        body(at("cancer", ("chest", "left")), allowed_by("Dr Okafor", "cancer", minutes=30, expires_on=TOMORROW)),
        (plan("effleurage", "foot", "both", 2, minutes=60),), verdicts=CAUTION, overridable=True),
    Vignette(
        "A man's cancer has reached the lower spine",
        "Over confirmed or suspected bone involvement.", WALTON,
        body(at("bone-metastasis", ("lower-back", "both"))), (plan("petrissage", "lower-back", "both", 3),),
        verdicts=NOT_AS_PLANNED, caps={"lower-back:left": 1, "lower-back:right": 1}),
    Vignette(
        "A woman had lymph nodes taken from under the right arm nine years ago",
        "lifelong massage precautions are typically in force, long beyond cancer treatment", WALTON,
        body(at("lymph-nodes-removed", ("arm", "right"), began_on=days(-9 * 365))), (plan("petrissage", "forearm", "right", 3),),
        verdicts=NOT_AS_PLANNED, caps={"forearm:right": 1}),
    Vignette(
        "A woman had lymph nodes taken from under the right arm and her left leg is stiff",
        "developed lymphedema because the therapist massaged too forcefully around the scapula in the treated quadrant",
        LYMPHOEDEMA, body(at("lymph-nodes-removed", ("arm", "right"), began_on=days(-900))),
        (plan("deep-tissue", "leg", "left", 4),), nothing_refused=True),
    Vignette(
        "A woman had lymph nodes taken from under the right arm and wants the right shoulder blade worked hard",
        "developed lymphedema because the therapist massaged too forcefully around the scapula in the treated quadrant",
        LYMPHOEDEMA, body(at("lymph-nodes-removed", ("arm", "right"), began_on=days(-900))),
        (plan("deep-tissue", "shoulder", "right", 4), plan("deep-tissue", "upper-back", "right", 4)), verdicts=NOT_AS_PLANNED),
    Vignette(
        "A woman in chemotherapy has very low white cells",
        "risk of blood clots, or neutropenia who are advised against other levels of massage pressure", NORDIC_HOUSE,
        body("chemotherapy", "low-white-cells"), (plan("swedish", "back", "both", 3),), verdicts=NOT_AS_PLANNED,
        closed=("back:left", "back:right")),
    # --- pregnancy and the doctor's word -----------------------------------------------------------------
    Vignette(
        "Sofia is pregnant and has not asked anybody yet",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy"), (plan("swedish", "shoulder", "both", 2, position="side-lying"),), verdicts=DOCTOR_FIRST),
    Vignette(
        "Sofia's midwife has allowed massage until next month",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy", allowed_by("the midwife", "pregnancy", expires_on=days(30))),
        (plan("swedish", "shoulder", "both", 3, position="side-lying"),), nothing_refused=True),
    Vignette(
        "Sofia's midwife allowed massage until today, and today is the visit",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy", allowed_by("the midwife", "pregnancy", expires_on=TODAY)),
        (plan("swedish", "shoulder", "both", 3, position="side-lying"),), nothing_refused=True),
    Vignette(
        "Sofia's midwife allowed massage until yesterday",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy", allowed_by("the midwife", "pregnancy", expires_on=YESTERDAY)),
        (plan("swedish", "shoulder", "both", 3, position="side-lying"),), verdicts=DOCTOR_FIRST),
    Vignette(
        "Sofia's doctor has said not yet",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy", KnownClearance("pregnancy", "refused", doctor="Dr Sato")),
        (plan("swedish", "shoulder", "both", 2, position="side-lying"),), verdicts=DOCTOR_FIRST),
    Vignette(
        "Sofia has leave from her midwife, and deep work on her inner thighs is planned",
        "In pregnancy no deep work on the legs and inner thighs, and none on the belly", PREGNANCY,
        body("pregnancy", allowed_by("the midwife", "pregnancy", expires_on=days(30))),
        (plan("deep-tissue", "inner-thigh", "both", 4, position="side-lying"),), verdicts=NOT_AS_PLANNED,
        caps={"inner-thigh:left": 1, "inner-thigh:right": 1}),
    Vignette(
        "Sofia, in her seventh month and with leave, is to lie face down",
        "After the third month not flat on the back nor face down, but on the side", PREGNANCY,
        body("pregnancy", allowed_by("the midwife", "pregnancy", expires_on=days(30))),
        (plan("swedish", "shoulder", "both", 3, position="prone"),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "Sofia's midwife has answered through the link, and nobody has read it yet",
        "Pregnant women should consult their health care provider before using massage therapy.", NEUROPATHY_BLOG,
        body("pregnancy", KnownClearance("pregnancy", "received", doctor="the midwife")),
        (plan("swedish", "shoulder", "both", 2, position="side-lying"),), verdicts=DOCTOR_FIRST),
    Vignette(
        "A pregnant woman has a bad headache and flashes before her eyes",
        "Pre-eclampsia/eclampsia or toxemia in pregnancy", BC_COLLEGE,
        body("pregnancy", "eclampsia-signs", allowed_by("the midwife", "pregnancy", expires_on=days(30))),
        (plan("light-stroking", "shoulder", "both", 1),), verdicts=NO),
    Vignette(
        "A neurologist has allowed gentle work only, for a woman with MS who likes it deep",
        "only after consulting your physician", HEALING_TOUCH,
        body("ms", allowed_by("Dr Weiss", "", max_pressure=2, expires_on=days(60))), (plan("deep-tissue", "back", "both", 4),),
        verdicts=CAUTION, caps={"back:left": 2, "back:right": 2}, overridable=True),
    Vignette(
        "A neurologist had allowed gentle work only, and that word ran out last month",
        "so many of the symptoms are related to the musculoskeletal system", MS_THREE_USES,
        body("ms", allowed_by("Dr Weiss", "", max_pressure=2, expires_on=days(-30))), (plan("deep-tissue", "back", "both", 4),),
        nothing_refused=True),
    # --- oils --------------------------------------------------------------------------------------------
    Vignette(
        "A man does not tolerate almond oil, and almond oil stands on the trolley",
        "sensitivity or allergy to massage oils", NEUROPATHY_BLOG,
        body(allergies=("almond",)), (plan("swedish", "back", "both", 2, lubricant="sweet almond oil"),),
        verdicts=NOT_AS_PLANNED),
    Vignette(
        "A man does not tolerate almond oil and is given jojoba",
        "sensitivity or allergy to massage oils", NEUROPATHY_BLOG,
        body(allergies=("almond",)), (plan("swedish", "back", "both", 3, lubricant="jojoba"),), nothing_refused=True),
    Vignette(
        "A woman reacted to some oil once, nobody knows which, and scented oils are planned",
        "some oil combinations can be toxic, while others can burn the skin", NEUROPATHY_BLOG,
        body("lubricant-allergy"), (plan("aromatherapy", "back", "both", 2),), verdicts=NOT_AS_PLANNED),
    # --- epilepsy, stroke, spinal cord, nerves and muscles -----------------------------------------------
    Vignette(
        "Tom has epilepsy, well controlled, and comes for his back",
        "What does the massage therapist need to know to be safe with this client?", WERNER_EPILEPSY,
        body("epilepsy"), (plan("deep-tissue", "back", "both", 4),), nothing_refused=True),
    Vignette(
        "Tom has epilepsy, and rosemary oil is planned",
        "Some oils may set off a seizure: eucalyptus, rosemary, sage, hyssop, fennel", OILS,
        body("epilepsy"), (plan("aromatherapy", "back", "both", 2, lubricant="rosemary oil"),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "Tom has a seizure in the waiting room",
        "Epileptic seizure", BC_COLLEGE, body("epilepsy", "seizure-now"), (plan("holding", "hand", "left", 0),), verdicts=NO),
    Vignette(
        "A man's mouth droops and his arm is weak since a minute ago",
        "Cerebrovascular Accident (Stroke)", BC_COLLEGE,
        body("acute-stroke-signs"), (plan("light-stroking", "arm", "left", 1),), verdicts=NO),
    Vignette(
        "Hilde had a stroke last year and nobody has asked her doctor",
        "Any Unstable conditions e.g. (post Cerebrovascular accident and post myocardial infarction)", BC_COLLEGE,
        body("stroke"), (plan("deep-tissue", "arm", "right", 4),), verdicts=("clearance", "stop")),
    Vignette(
        "Hilde had a stroke last year, and her doctor has allowed gentle work",
        "Any Unstable conditions", BC_COLLEGE,
        body("stroke", allowed_by("Dr Lund", "stroke", expires_on=days(90))), (plan("effleurage", "arm", "right", 2),),
        nothing_refused=True),
    Vignette(
        "A man with a spinal cord injury feels nothing in his legs, and deep work is planned there",
        "Areas without sensation are contraindications for massage that intends to manipulate", WERNER_CHARTS,
        body("spinal-cord-injury", at("absent-sensation", ("leg", "both"))), (plan("deep-tissue", "thigh", "both", 4),),
        verdicts=NOT_AS_PLANNED, caps={"thigh:left": 2, "thigh:right": 2}, ruled_out=("deep-tissue",)),
    Vignette(
        "A man with a spinal cord injury has a pounding headache and sweats above the injury",
        "Signs of dysreflexia: sit the person up, look for the cause, call for help", DYSREFLEXIA,
        body("spinal-cord-injury", "dysreflexia-signs"), (plan("effleurage", "shoulder", "both", 1),), verdicts=NO),
    Vignette(
        "A woman's Guillain-Barré weakness is still spreading",
        "A person who is still in the acute phase of this condition—that is, getting worse instead of better", WERNER_GBS,
        body("guillain-barre", "gbs-acute"), (plan("light-stroking", "hand", "both", 1),), verdicts=NO),
    Vignette(
        "A woman recovers from Guillain-Barré and has not asked her doctor",
        "If Sensation is intact and medical clearance is obtained, massage may be a useful part of the recovery strategy",
        WERNER_CHARTS, body("guillain-barre"), (plan("effleurage", "leg", "both", 2),), verdicts=DOCTOR_FIRST),
    Vignette(
        "A woman recovers from Guillain-Barré with intact sensation and her doctor's leave",
        "massage may be a useful part of the recovery strategy", WERNER_CHARTS,
        body("guillain-barre", allowed_by("Dr Lund", "guillain-barre", expires_on=days(90))),
        (plan("swedish", "leg", "both", 3),), nothing_refused=True),
    Vignette(
        "A man with myasthenia has not asked his doctor",
        "Massage may be indicated for MG patients with a doctor's supervision", WERNER_CHARTS,
        body("myasthenia-gravis"), (plan("swedish", "neck", "midline", 2),), verdicts=DOCTOR_FIRST),
    Vignette(
        "A man with myasthenia comes with his doctor's leave",
        "Massage may be indicated for MG patients with a doctor's supervision", WERNER_CHARTS,
        body("myasthenia-gravis", allowed_by("Dr Lund", "myasthenia-gravis", expires_on=days(90))),
        (plan("swedish", "neck", "midline", 2),), nothing_refused=True),
    Vignette(
        "Vera has trigeminal neuralgia, and her jaw is planned",
        "Massage is locally contraindicated when a client is having an acute episode of TN", WERNER_CHARTS,
        body("trigeminal-neuralgia"), (plan("petrissage", "jaw", "left", 2),), verdicts=NOT_AS_PLANNED, closed=("jaw:left",)),
    Vignette(
        "Vera has trigeminal neuralgia and is to lie with her face in the cradle",
        "Nothing may press on the face, the face cradle included", f"{SOURCES['werner-trigeminal'].citation}; in our own words",
        body("trigeminal-neuralgia"), (plan("swedish", "back", "both", 3, position="prone"),), verdicts=NOT_AS_PLANNED),
    Vignette(
        "Vera has trigeminal neuralgia and her back worked while she lies on her side",
        "Otherwise, massage is appropriate", WERNER_CHARTS,
        body("trigeminal-neuralgia"), (plan("deep-tissue", "back", "both", 4, position="side-lying"),), nothing_refused=True),
    Vignette(
        "A man has CRPS in his right hand, and it is to be kneaded",
        "In patients with hypersensitive nerves, massage could worsen the pain", HEALING_TOUCH,
        body("crps", at("hypersensitive", ("hand", "right"))), (plan("petrissage", "hand", "right", 3),),
        verdicts=NOT_AS_PLANNED, caps={"hand:right": 1}),
    Vignette(
        "A man has CRPS in his right hand and his lower back worked",
        "without directly manipulating the hypersensitive area", NEUROPATHY_ARTICLE,
        body("crps", at("hypersensitive", ("hand", "right"))), (plan("swedish", "lower-back", "both", 3),), nothing_refused=True),
    # --- the whole body ----------------------------------------------------------------------------------
    Vignette(
        "A man smells of drink and asks for deep work",
        "Under the influence of drugs, alcohol- including prescription pain medication", BROADWELL,
        body("intoxicated"), (plan("deep-tissue", "back", "both", 4),), verdicts=NO),
    Vignette(
        "A man on strong painkillers cannot say whether it is too hard",
        "Under the influence of drugs, alcohol- including prescription pain medication", BROADWELL,
        body("sedated"), (plan("deep-tissue", "back", "both", 4),), verdicts=NOT_AS_PLANNED, caps={"back:left": 2}),
    Vignette(
        "A man's liver is failing",
        "Advanced organ failure", BC_COLLEGE,
        body("organ-failure"), (plan("swedish", "back", "both", 3),), verdicts=("clearance", "stop")),
    Vignette(
        "A woman's blood pressure is severely high and will not settle",
        "Severe and unstable high blood pressure (hypertension)", BC_COLLEGE,
        body("severe-hypertension"), (plan("effleurage", "back", "both", 1),), verdicts=NO),
    Vignette(
        "A man had a heart attack three weeks ago",
        "post myocardial infarction", BC_COLLEGE,
        body("unstable-heart"), (plan("effleurage", "back", "both", 1),), verdicts=NO),
    Vignette(
        "A finger leaves a dent in the ankles of a man with a weak heart",
        "Pitting edema – heart, kidney, cancer", BC_COLLEGE,
        body(at("pitting-oedema", ("ankle", "both"))), (plan("effleurage", "back", "both", 2),), verdicts=NO),
    Vignette(
        "A woman has a lump on the left shoulder that nobody has looked at",
        "Undiagnosed lump(s)", BC_COLLEGE,
        body(at("undiagnosed-lump", ("shoulder", "left"))), (plan("petrissage", "shoulder", "left", 3),), verdicts=NO,
        closed=("shoulder:left",)),
    Vignette(
        "A man of 84, frail and with nothing else known, has a short and gentle half hour",
        "Geriatric massage is usually shorter in duration, and involves the application of gentle techniques", NEUROPATHY_BLOG,
        body(), (plan("swedish", "back", "both", 2, minutes=30),), nothing_refused=True),
    Vignette(
        "A man had neuropathy in his hands that ended with the medicine that caused it",
        "Most people can benefit from massage for neuropathy.", NEUROPATHY_BLOG,
        body(KnownCondition("peripheral-neuropathy", since=days(-400), ended_on=days(-100)),
             at("reduced-sensation", ("hand", "both"), began_on=days(-400), ended_on=days(-100))),
        (plan("deep-tissue", "hand", "both", 4),), minutes=60, nothing_refused=True),
)


def words_of(vignette: Vignette) -> list[str]:
    return [word.strip(",;:") for word in vignette.who.split()]


def name_of(vignette: Vignette) -> str:
    """The first words of who it is; as many as make it the only one."""
    words = words_of(vignette)
    for count in range(5, len(words)):
        if sum(words_of(other)[:count] == words[:count] for other in VIGNETTES) == 1:
            return " ".join(words[:count])
    return " ".join(words)


def where(applies: Callable[[Vignette], object]) -> list[object]:
    """Those vignettes that expect something of this kind."""
    return [pytest.param(vignette, id=name_of(vignette)) for vignette in VIGNETTES if applies(vignette)]


def texts(answer: Check) -> list[str]:
    return [f"{reason.level}: {reason.text}" for reason in answer.reasons if reason.level != "info"]


@pytest.mark.parametrize("vignette", where(lambda v: v.nothing_refused))
def test_nothing_is_refused_to_somebody_whom_the_sources_let_come(vignette):
    answer = vignette.answer()
    assert answer.verdict == "ok", texts(answer)
    for row in vignette.plan:
        for place in body_map.keys(row.region, row.side):
            cap = answer.max_pressure_by_region[place]
            assert cap is None or (cap != "none" and cap >= (row.pressure or 0)), (place, cap)


@pytest.mark.parametrize("vignette", where(lambda v: v.verdicts))
def test_the_verdict_is_what_the_source_asks_for(vignette):
    answer = vignette.answer()
    assert answer.verdict in vignette.verdicts, texts(answer)


@pytest.mark.parametrize("vignette", where(lambda v: v.caps))
def test_the_pressure_stops_where_the_source_stops_it(vignette):
    caps = vignette.answer().max_pressure_by_region
    assert {place: caps.get(place, "not told") for place in vignette.caps} == vignette.caps


@pytest.mark.parametrize("vignette", where(lambda v: v.closed))
def test_at_most_a_resting_hand_lies_where_the_source_closes_a_place(vignette):
    caps = vignette.answer().max_pressure_by_region
    closed = {place: caps.get(place, "not told") for place in vignette.closed}
    assert all(cap in (0, "none") for cap in closed.values()), closed


@pytest.mark.parametrize("vignette", where(lambda v: v.ruled_out))
def test_a_technique_that_the_source_rules_out_is_not_let_through(vignette):
    for technique in vignette.ruled_out:
        speaking = [reason for reason in vignette.trying(technique).about(0) if reason.level != "info"]
        assert any(technique in reason.techniques for reason in speaking), technique


@pytest.mark.parametrize("vignette", where(lambda v: v.too_warm_or_cold))
def test_a_temperature_that_the_source_rules_out_is_not_let_through(vignette):
    for temperature in vignette.too_warm_or_cold:
        answer = vignette.trying("light-stroking", temperature=temperature)
        assert answer.verdict != "ok", temperature
        assert vignette.trying("light-stroking", temperature="neutral").verdict in ("ok", "caution")


@pytest.mark.parametrize("vignette", where(lambda v: v.allowed))
def test_what_the_source_offers_instead_is_let_through(vignette):
    for technique in vignette.allowed:
        answer = vignette.trying(technique)
        assert answer.verdict == "ok", (technique, texts(answer))


@pytest.mark.parametrize("vignette", where(lambda v: v.overridable))
def test_a_warning_leaves_the_decision_to_the_therapist(vignette):
    answer = vignette.answer()
    assert answer.verdict != "stop", texts(answer)
    assert not answer.is_emergency
    assert "none" not in answer.max_pressure_by_region.values()


@pytest.mark.parametrize("vignette", where(lambda v: True))
def test_every_refusal_of_a_vignette_names_its_source(vignette):
    for reason in vignette.answer().reasons:
        assert reason.source.strip(), reason.rule
        assert reason.text.strip(), reason.rule


def test_there_are_enough_people_and_enough_of_them_are_let_through():
    assert len(VIGNETTES) >= 60
    assert sum(vignette.nothing_refused for vignette in VIGNETTES) >= 20
    names = [name_of(vignette) for vignette in VIGNETTES]
    assert len(set(names)) == len(names)


def test_every_vignette_quotes_and_cites_what_a_reader_can_find():
    for vignette in VIGNETTES:
        assert vignette.quote.strip(), vignette.who
        assert len(vignette.where_from) > 20, vignette.who
        assert ".." not in vignette.where_from, vignette.who


@pytest.mark.parametrize("source", [HEALING_TOUCH, MS_THREE_USES, MS_THERAPISTS, NEUROPATHY_BLOG, NEUROPATHY_ARTICLE],
                         ids=lambda source: source[:24])
def test_each_of_the_five_texts_lets_somebody_come_and_limits_somebody(source):
    told = [vignette for vignette in VIGNETTES if vignette.where_from == source]
    assert any(vignette.nothing_refused for vignette in told)
    if source != MS_THERAPISTS:  # that text reports what helped, and warns of nothing
        assert any(not vignette.nothing_refused for vignette in told)
