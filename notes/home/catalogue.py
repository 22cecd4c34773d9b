"""What can be given to do at home: only what our source texts describe, in our own words, each with its stop rule.

What a source says to a reader is here said to a client; how often is ours wherever a text names nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from clients.body import keys, label
from clients.known import ProposedTreatment
from clients.sources import cite

# A therapist of the study on neuropathy, in Healing Touch: it holds for whatever is done alone.
STOP = ("If it does not feel right, or you feel a sharp or shooting pain: stop, and leave it until your next session.")
DAILY = "once a day"
WORD = "the physiotherapist or the doctor"


@dataclass(frozen=True, slots=True)
class Work:
    """What the hands do in it, as the check reads it: technique, Walton pressure, places (none: the one chosen)."""

    technique: str
    pressure: int
    places: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to do at home. `places`: where it may be done, if the therapist chooses ("calf:left" …).

    `needs_word_of`: whose yes is to be written down before it is given; "" where the source asks for none.
    """

    code: str
    name: str
    is_for: str
    steps: tuple[str, ...]
    how_much: str
    how_often: str
    stop: str
    source: str
    work: tuple[Work, ...]
    places: tuple[str, ...] = ()
    needs_word_of: str = ""

    def treatments(self, place: str = "") -> list[ProposedTreatment]:
        """What the check is asked about; without a chosen place, about every place it may be done."""
        named = (place,) if place else self.places
        chosen = tuple((region, side) for region, _, side in (one.partition(":") for one in named))
        return [ProposedTreatment(work.technique, region, side, work.pressure)
                for work in self.work for region, side in work.places or chosen]

    def said(self, place: str = "") -> str:
        """Its name, with the chosen place: "Release a tight muscle: left calf"."""
        return f"{self.name}: {label(*place.split(':'))}" if place else self.name


_ARMS = (("arm", "both"),)
_LEGS = (("thigh", "both"), ("lower-leg", "both"))
_TIGHT = tuple(f"{region}:{side}" for region in ("calf", "thigh") for side in ("left", "right", "both"))

EXERCISES: dict[str, Exercise] = {
    exercise.code: exercise
    for exercise in (
        Exercise(
            "rub-arms-and-legs", "Rub arms and legs", "Tingling and burning of neuropathy, for a while",
            ("Stand at ease. Sit down if you are not steady on your feet.",
             "With a light hand, rub one arm from shoulder to hand and up again, five times. Then the other arm.",
             "With both hands, rub one leg from thigh to foot, five times. Then the other leg.",
             "Gently squeeze the outer side of each arm, all the way down and up again."),
            "5 times each arm and leg", DAILY, STOP, cite("healing-touch"),
            (Work("light-stroking", 1, (*_ARMS, *_LEGS)), Work("petrissage", 2, _ARMS))),
        Exercise(
            "tap-with-soft-fists", "Tap with soft fists", "Tingling and burning of neuropathy, for a while",
            ("Make a loose fist, as if an egg lay in it.",
             "Tap lightly up and down the other arm and over the shoulder, as far as you reach. Change hands.",
             "With both fists, tap the hips, then down the outer side of the legs and up again."),
            "up and down again, both sides", DAILY, STOP, cite("healing-touch"),
            (Work("tapotement", 1, (*_ARMS, ("shoulder", "both"), ("hip", "both"), *_LEGS)),)),
        Exercise(
            "release-tight-muscle", "Release a tight muscle", "Stiff legs in MS that make walking hard",
            ("Press along the muscle, a little further each time, until you find the spot with a dull ache, like a "
             "bruise.",
             "Stay on that spot with a steady press.",
             "Move the leg slowly, the way you were shown, until the muscle softens."),
            "until it softens", "when it stiffens, at most once a day", STOP, cite("healing-touch"),
            (Work("trigger-point", 3),), places=_TIGHT),
        Exercise(
            "press-brow-and-temples", "Press brow, jaw and temples", "Migraine, also in an attack",
            ("With a gentle finger, press along the line of your eyebrows.",
             "Press as gently under your eyes.",
             "Then small, gentle circles with your fingers on jaw and temples."),
            "gently, as long as it is pleasant", "when the headache comes",
            "Keep it gentle. If the headache grows or touch is unpleasant, stop. " + STOP, cite("healing-touch"),
            (Work("compression", 1, (("face", "both"), ("temple", "both"))),),
            needs_word_of=WORD),
        Exercise(
            "roll-skull-base", "Roll the base of the skull", "Migraine that spreads to the back of head and neck",
            ("Tie two tennis balls into a sock.",
             "Lie down with your chin tucked in and the balls under the base of your skull.",
             "Roll the base of your skull slowly over the balls."),
            "gently, until the tension eases", "when the neck grows tense",
            "Never stretch the neck far: that strains the bones of the neck and can bring on an attack. " + STOP,
            cite("healing-touch"), (Work("slow-sustained-pressure", 2, (("skull-base", "both"), ("neck", "both"))),),
            needs_word_of=WORD),
    )
}


def places_said(exercise: Exercise) -> list[tuple[str, str]]:
    """Where it may be done, to choose from: ("calf:left", "left calf")."""
    return [(place, label(*place.split(":"))) for place in exercise.places]


def _refuse_unknown_places() -> None:
    """A place that is not on the body map is a fault of this file, and known at start."""
    for exercise in EXERCISES.values():
        for treatment in exercise.treatments():
            keys(treatment.region, treatment.side)


_refuse_unknown_places()
