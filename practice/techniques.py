"""What is done with hands: the catalogue of techniques, and how firmly on Walton's scale of pressure, 0 to 5.

A rule speaks about the *elements* of a technique (deep, percussion, heat …) and hardly ever about a whole
method, so each technique says what it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass

HEALING_TOUCH = (
    "Haupt J. Healing Touch. Neurology Now, 2008 (American Academy of Neurology). "
    "doi:10.1097/01.NNN.0000324753.04181.b2"
)
MS_THREE_USES = (
    "Web article on three uses of massage in multiple sclerosis (tension relief; pain and inflammation; "
    "nerve stimulation) with precautions; author and date not given"
)
MS_THERAPISTS = (
    "Massage Therapy and Multiple Sclerosis: a massage therapist's blog post with study abstracts and the "
    "comments of B. Davich LMT, M. Reoch RMT, T. Gio LMT and R. Henry LMT; date not given"
)
NEUROPATHY_BLOG = (
    "Massage for Neuropathy, reprinted in: Will Massage Therapy Help Your Neuropathy? Blog post, 29 January "
    "2017; author of the reprint not given"
)
NEUROPATHY_ARTICLE = "Can Massage Therapy Help With Neuropathy? Web article; author and date not given"
PATIENT_RELAXATION = (
    "Walton T. Medical Conditions and Massage Therapy (2011), pressure scale after G. MacDonald and D. "
    "Nelson, as retold level by level at patientrelaxation.com (2020); in our own words"
)
NORDIC_HOUSE = "Walton's pressure scale, level 0, as described at nordichousespa.com; in our own words"
OUR_PROPOSAL = "Evenhand's own proposal; no published source was found (November 2026)"

ELEMENTS: dict[str, str] = {
    "light": "light contact only",
    "gliding": "strokes that glide along the body",
    "kneading": "lifting and rolling muscle and skin",
    "percussion": "striking or tapping",
    "vigorous": "brisk, forceful work",
    "friction": "rubbing one layer over another",
    "vibration": "shaking or trembling",
    "sustained": "slow pressure that stays",
    "deep": "deep work",
    "concentrated-pressure": "firm pressure on one tender point",
    "points": "gentle pressure on points",
    "fascia": "work on connective tissue",
    "stretch": "stretching",
    "strong-stretch": "stretching to the end of the range",
    "fast-stretch": "quick stretching",
    "joint-movement": "moving a joint",
    "active": "the client moves or tenses",
    "head-held": "holding head, neck and spine",
    "lymph": "moving fluid",
    "heat": "heat",
    "cold": "cold",
    "scent": "scented oils",
    "suction": "suction",
    "belly": "work on the belly",
    "still": "a resting hand",
}


@dataclass(frozen=True, slots=True)
class Technique:
    """One way of working with hands: its family, a definition in a sentence, the elements it is made of."""

    code: str
    name: str
    family: str
    definition: str
    elements: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class Pressure:
    """One level of Walton's scale: a number a doctor and a therapist can both mean the same by."""

    level: int
    name: str
    meaning: str
    source: str


def _technique(code: str, name: str, family: str, elements: str, source: str, definition: str) -> Technique:
    return Technique(code, name, family, definition, frozenset(elements.split()), source)


TECHNIQUES: dict[str, Technique] = {
    technique.code: technique
    for technique in (
        _technique("holding", "resting hold", "still contact", "light still", NORDIC_HOUSE,
                   "A still, weightless hand for comfort; nothing is moved."),
        _technique("effleurage", "effleurage", "strokes", "gliding", NEUROPATHY_BLOG,
                   "Stroking, firm or light and soothing, without dragging the skin."),
        _technique("light-stroking", "light stroking", "strokes", "gliding light", NEUROPATHY_ARTICLE,
                   "Gentle stroking on the surface, to let the nerves get used to touch."),
        _technique("petrissage", "petrissage", "strokes", "kneading", NEUROPATHY_BLOG,
                   "Lifting or picking up muscle and rolling the folds of skin."),
        _technique("tapotement", "tapotement", "strokes", "percussion vigorous", NEUROPATHY_BLOG,
                   "Rhythmic striking with the side of the hand or the fingers."),
        _technique("friction", "friction", "strokes", "friction vigorous", NEUROPATHY_BLOG,
                   "Rubbing that moves skin and muscle over what lies beneath."),
        _technique("vibration", "vibration", "strokes", "vibration", NEUROPATHY_BLOG,
                   "Shaking or trembling passed on by the hand."),
        _technique("compression", "compression", "strokes", "sustained", NEUROPATHY_BLOG,
                   "Pressing tissue and letting go, without gliding."),
        _technique("slow-sustained-pressure", "slow sustained pressure", "strokes", "sustained gliding",
                   MS_THERAPISTS,
                   "Slow pressure and strokes that stay, to let a tight muscle give way."),
        _technique("swedish", "Swedish massage", "strokes", "gliding kneading", HEALING_TOUCH,
                   "The five basic strokes with light pressure, for circulation and ease; usually no deep "
                   "work."),
        _technique("passive-stretch", "passive stretch", "movement", "stretch joint-movement",
                   NEUROPATHY_BLOG,
                   "The therapist stretches, within the normal range."),
        _technique("active-stretch", "active stretch", "movement", "stretch active", NEUROPATHY_BLOG,
                   "The client stretches, guided, within the normal range."),
        _technique("strong-stretch", "strong stretch", "movement", "stretch strong-stretch joint-movement",
                   HEALING_TOUCH, "Stretching taken to the end of the range or beyond."),
        _technique("fast-stretch", "quick stretch", "movement",
                   "stretch fast-stretch vigorous joint-movement",
                   OUR_PROPOSAL, "A stretch given quickly or with a jerk."),
        _technique("range-of-motion", "gentle range of motion", "movement", "joint-movement", OUR_PROPOSAL,
                   "Moving a joint slowly through the range it has, without a stretch at the end."),
        _technique("dorsiflexion-footwork", "footwork for dorsiflexion", "movement",
                   "kneading joint-movement",
                   MS_THERAPISTS, "Work on foot and calf that helps the foot to lift in walking."),
        _technique("contract-relax", "contract-relax", "movement", "active", MS_THERAPISTS,
                   "The client tenses the tight muscle, lets go, and it is eased further."),
        _technique("reciprocal-inhibition", "reciprocal inhibition", "movement", "active", MS_THERAPISTS,
                   "The client tenses the opposite muscle, so that the cramped one lets go."),
        _technique("deep-tissue", "deep tissue", "deep work", "deep friction", NEUROPATHY_BLOG,
                   "Slow strokes, direct pressure or friction across the grain, with fingers, thumbs or "
                   "elbows."),
        _technique("connective-tissue", "connective tissue massage", "deep work", "deep fascia",
                   NEUROPATHY_BLOG,
                   "Fingers hook into the fascia and pull, to lengthen it."),
        _technique("myofascial-release", "myofascial release", "deep work", "fascia sustained", HEALING_TOUCH,
                   "Pressure and positioning that loosen and stretch muscle and fascia."),
        _technique("neuromuscular", "neuromuscular therapy", "points", "concentrated-pressure", HEALING_TOUCH,
                   "Work on soft tissue at specific pressure points, to ease pain."),
        _technique("trigger-point", "trigger point massage", "points", "concentrated-pressure", HEALING_TOUCH,
                   "Pressure on tender points, to ease spasm and pain."),
        _technique("reflexology", "reflexology", "points", "points", HEALING_TOUCH,
                   "Thumb and finger work on points of the hands and feet."),
        _technique("acupressure", "acupressure", "points", "points", NEUROPATHY_ARTICLE,
                   "Pressure on points, often away from the sore place."),
        _technique("shiatsu", "shiatsu", "points", "points", HEALING_TOUCH,
                   "Gentle finger and hand pressure on points of the body."),
        _technique("craniosacral", "craniosacral massage", "light methods", "light head-held", HEALING_TOUCH,
                   "Light pressure on head, neck and spine."),
        _technique("lymphatic-drainage", "lymphatic massage", "light methods", "light lymph", HEALING_TOUCH,
                   "Light, rhythmic strokes that help lymph to flow."),
        _technique("abdominal", "abdominal massage", "regions", "gliding belly", MS_THERAPISTS,
                   "Massage of the belly; studied for constipation in MS."),
        _technique("hot", "heat", "temperature", "heat", NEUROPATHY_ARTICLE,
                   "Something hot, briefly: packs, stones, towels."),
        _technique("cold", "cold", "temperature", "cold", NEUROPATHY_ARTICLE,
                   "Something cold, briefly: packs, ice."),
        _technique("aromatherapy", "aromatherapy", "scent", "scent gliding", NEUROPATHY_BLOG,
                   "Scented plant oils with massage; blended only by people trained to."),
        _technique("cupping", "cupping", "deep work", "suction deep", OUR_PROPOSAL,
                   "Suction with cups on the skin."),
    )
}

PRESSURES: dict[int, Pressure] = {
    pressure.level: pressure
    for pressure in (
        Pressure(0, "resting hold", "A still hand without weight. Nothing moves; it is there for comfort.",
                 NORDIC_HOUSE),
        Pressure(1, "light lotioning", "The whole hand, as gentle as putting gel on a bad sunburn. Skin "
                                       "only.",
                 PATIENT_RELAXATION),
        Pressure(2, "heavy lotioning", "As when sunscreen is rubbed in. Skin moves; muscle is glided over.",
                 PATIENT_RELAXATION),
        Pressure(3, "medium", "A relaxing, everyday massage: muscle is worked, joints nearby may move a "
                              "little.",
                 PATIENT_RELAXATION),
        Pressure(4, "strong", "The therapist leans in. Most people call it deep; the most that many can "
                              "bear.",
                 PATIENT_RELAXATION),
        Pressure(5, "deep", "An elbow on a strong muscle. Rare, and never so that it bruises.",
                 PATIENT_RELAXATION),
    )
}


def with_elements(elements: frozenset[str]) -> frozenset[str]:
    """The codes of all techniques that contain at least one of these elements."""
    return frozenset(code for code, technique in TECHNIQUES.items() if technique.elements & elements)
