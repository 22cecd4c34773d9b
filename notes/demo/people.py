"""Who is in the demo: data only. The cases follow published accounts; the names are invented.

Sources: Haupt J., Healing Touch, Neurology Now 2008 (a woman of 71 with MS for 35 years, fortnightly, half an
hour back and half an hour legs; a woman of 55, a weekly hour, stiffer as the days go by; Parkinson's twice a week
for four weeks; migraine weekly for five; HIV neuropathy, relief of two to three days); an article on massage for
neuropathy (30-45 minutes, numb feet); therapists' comments on MS (sudden leg spasms, deep work that helps).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from notes.outcomes import RELIEF


@dataclass(frozen=True, slots=True)
class Work:
    """One row of what this client's sessions hold."""

    region: str
    side: str
    technique: str
    pressure: int
    minutes: int
    response: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read at one visit: pairs of before and after, the days the session before helped; and how firm the
    first row of the work was, where that differs from the usual."""

    pain: tuple[int, ...] = ()
    stiffness: tuple[int, ...] = ()
    relief: int | None = None
    pressure: int | None = None

    def taken(self) -> Iterator[tuple[str, str, int]]:
        """Each reading: the measure, when, the value."""
        for code, pair in (("pain", self.pain), ("stiffness", self.stiffness)):
            yield from ((code, when, value) for when, value in zip(("before", "after"), pair, strict=False))
        if self.relief is not None:
            yield RELIEF, "before", self.relief


def course_of(written: str) -> tuple[Read | None, ...]:
    """A course in short: "6375-2" is a visit with pain 6 and then 3, stiffness 7 and then 5, relief not asked,
    pressure 2; "." is a week without a visit."""

    def digits(text: str) -> tuple[int, ...]:
        return tuple(int(c) for c in text if c != "-")

    def read(word: str) -> Read:
        relief, pressure = digits(word[4]), digits(word[5])
        return Read(digits(word[:2]), digits(word[2:4]), relief[0] if relief else None, pressure[0])

    return tuple(None if word == "." else read(word) for word in written.split())


@dataclass(frozen=True, slots=True)
class Case:
    """One client: who, what they live with, what limits the work, when they come and what is done."""

    name: str
    age: int
    condition: str
    since_years: int
    therapist: str
    service: str
    weekday: int  # 0: the demo's own day, 1: the day after, …
    at: time
    every_days: int
    behind: int  # visits already had
    ahead: int  # visits booked
    findings: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...] = ()
    doctor: str = "Dr Adaeze Okafor"
    preferences: dict[str, Any] | None = None
    channels: tuple[str, ...] = ("email",)
    heat_sensitive: bool = False
    subjective: str = ""
    objective: str = ""
    assessment: str = ""
    plan: str = ""
    work: tuple[Work, ...] = ()
    pain: tuple[tuple[int, int], ...] = ()
    stiffness: tuple[tuple[int, int], ...] = ()
    relief: tuple[int, ...] = ()  # days the session before helped, asked from the second visit on
    course: tuple[Read | None, ...] = ()  # the visits before these, every so many days
    course_every: int = 7

    def read_at(self, nth: int) -> Read:
        """What was read at the visit of this number, counted from 0."""
        return Read(self.pain[nth] if nth < len(self.pain) else (),
                    self.stiffness[nth] if nth < len(self.stiffness) else (),
                    self.relief[nth - 1] if 1 <= nth <= len(self.relief) else None)


CASES: tuple[Case, ...] = (
    Case(
        "Maria Lindqvist",
        55,
        "ms-relapsing-remitting",
        17,
        "ana",
        "Neuro 60",
        0,
        time(10, 30),
        7,
        5,
        8,
        findings=(("reduced-sensation", (("foot", "left"),), "Since the relapse in spring; light touch felt late."),),
        heat_sensitive=True,
        preferences={
            "weekdays": [],
            "windows": [["10:00", "12:00"]],
            "minutes": 60,
            "mobility": "walks with a stick on bad days",
        },
        subjective="Walks with more ease after the session; stiffer as the days go by.",
        objective="Calf tone raised on the left, ankle lifts to 5 degrees.",
        assessment="Calf softer, walks freer at the end.",
        plan="Weekly. Cool room, no table warmer. Calf release at home.",
        work=(
            Work("calf", "left", "myofascial-release", 3, 15, "tone eases after three minutes"),
            Work("back", "both", "effleurage", 2, 25),
            Work("foot", "left", "effleurage", 1, 10, "felt late, no pain"),
        ),
        pain=((5, 3), (5, 3), (4, 2), (5, 2), (4, 2)),
        stiffness=((7, 4), (7, 4), (6, 3), (6, 3), (6, 3)),
        relief=(4, 5, 5, 6),
        course=course_of(
            "6375-2 647442 636433 527542 646442 536454 535443 526454 546362 535454 426473 535353 526472 535464 "
            "426373 536473 647542 . . . . . 869711 859621 758621 869731 758622 748532 647533 758642 647533 "
            "637443 647543 536453 637542 536473 537453 647562 536473 526453 537473"),
    ),
    Case(
        "Kofi Mensah",
        63,
        "diabetic-neuropathy",
        8,
        "ana",
        "Neuro 30",
        0,
        time(11, 45),
        7,
        4,
        8,
        findings=(("reduced-sensation", (("foot", "both"),), "Does not feel the monofilament under either foot."),),
        doctor="Dr Miriam Stein",
        preferences={"windows": [["11:00", "14:00"]], "minutes": 30},
        subjective="Burning at night, less for two days after the last session.",
        objective="Skin of both feet whole, warm, no pressure marks.",
        assessment="Tolerated well.",
        plan="Weekly, 30 minutes. Look at the skin each time.",
        work=(Work("lower-leg", "both", "effleurage", 2, 15, "pleasant"), Work("hand", "both", "reflexology", 2, 10)),
        pain=((6, 4), (6, 4), (5, 3), (5, 4)),
        relief=(2, 2, 3),
        course=course_of(
            "76---1 75--11 76--11 76--12 65--22 75--12 64--22 65--22 75--11 64--22 65--22 64--33 75--22 64--22 64--23 "
            "65--22 64--32 64--22 53--33 64--22"),
        course_every=14,
    ),
    Case(
        "Joao Pereira",
        68,
        "parkinsons",
        6,
        "ben",
        "Neuro 45",
        0,
        time(10, 0),
        4,
        7,
        8,
        doctor="Dr Henrik Sand",
        preferences={"windows": [["10:00", "12:30"]], "transfer": "one person, sits two minutes before standing"},
        channels=("email", "sms"),
        subjective="Tablets at 8:30, “on” when he came.",
        objective="Right arm rigid, tremor at rest.",
        assessment="Tremor quieter for the rest of the visit, as he reports.",
        plan="Twice a week for four weeks, look again a week after.",
        work=(
            Work("shoulder", "right", "neuromuscular", 3, 15, "less rigid"),
            Work("upper-back", "both", "effleurage", 2, 20),
        ),
        stiffness=((7, 5), (7, 4), (6, 4), (6, 4), (6, 3), (5, 3), (5, 3)),
        course=course_of(
            "--86-2 --8522 --8533 --7533 --7433 --7543 --6433 --6443 . . . . --76-2 --7522 --7433 --6443 --6433 --5343 "
            "--6343 --5333"),
        course_every=10,
    ),
    Case(
        "Ines Moreau",
        41,
        "migraine",
        12,
        "ben",
        "Neuro 45",
        1,
        time(14, 0),
        7,
        3,
        5,
        doctor="Dr Miriam Stein",
        preferences={"windows": [["13:00", "16:00"]], "room_temperature": "cool, dim, no scent"},
        subjective="Two headache days this week, slept better.",
        objective="Neck rotation equal.",
        assessment="No headache after the session.",
        plan="Weekly for five. No strong neck stretch.",
        work=(Work("neck", "both", "effleurage", 2, 15), Work("shoulder", "both", "petrissage", 3, 15, "softer")),
        pain=((4, 2), (3, 2), (3, 1)),
    ),
    Case(
        "Ruth Ellery",
        71,
        "ms-secondary-progressive",
        35,
        "ana",
        "Neuro 60",
        2,
        time(10, 30),
        14,
        2,
        5,
        findings=(("spasticity", (("leg", "both"),), "More in the evening."),),
        preferences={"windows": [["10:00", "12:00"]], "minutes": 60, "mobility": "wheelchair outdoors"},
        subjective="“I feel like I have real legs again for the rest of the day.”",
        objective="Adductors tight on both sides.",
        assessment="Circulation of the legs visibly better.",
        plan="Every other week: half an hour back, half an hour legs.",
        work=(Work("back", "both", "petrissage", 3, 30), Work("leg", "both", "compression", 2, 30, "warm, lighter")),
        pain=((6, 3), (5, 3)),
    ),
    Case(
        "Daniel Reyes",
        49,
        "hiv-neuropathy",
        10,
        "ben",
        "Neuro 45",
        3,
        time(15, 0),
        11,
        2,
        5,
        doctor="Dr Miriam Stein",
        channels=("sms",),
        subjective="Relief lasted two to three days.",
        objective="Hands and feet cool.",
        assessment="More energy, as he says.",
        plan="Ten sessions in sixteen weeks.",
        work=(Work("leg", "both", "effleurage", 2, 25, "tingling less"),),
        pain=((5, 3), (5, 3)),
    ),
    Case(
        "Eleanor Voss",
        58,
        "ms-primary-progressive",
        14,
        "ben",
        "Neuro 60",
        0,
        time(13, 30),
        7,
        4,
        6,
        findings=(("spasm", (("leg", "both"),), "Sudden; touching the left thigh can set off the right calf."),),
        preferences={"transfer": "hoist, carer comes along", "mobility": "wheelchair"},
        subjective="Deeper work is what helps; lighter made no difference.",
        objective="Hip flexors short.",
        assessment="One short spasm, passed with contract-relax.",
        plan="Weekly. Guard the right leg.",
        work=(
            Work("thigh", "both", "myofascial-release", 4, 20, "relief"),
            Work("lower-back", "both", "petrissage", 3, 20),
        ),
        stiffness=((8, 6), (8, 5), (7, 5), (7, 4)),
    ),
    Case(
        "Priya Nair",
        37,
        "ms-relapsing-remitting",
        3,
        "ana",
        "Neuro 45",
        0,
        time(14, 30),
        7,
        3,
        8,
        heat_sensitive=True,
        subjective="Tired, but well.",
        objective="Gait steady.",
        assessment="Relaxed.",
        plan="Weekly.",
        work=(Work("back", "both", "swedish", 3, 30, "sleepy, pleasant"),),
        pain=((3, 1), (2, 1), (3, 2)),
    ),
)

DOCTORS: dict[str, tuple[str, str, str, str]] = {
    "Dr Adaeze Okafor": (
        "Neurology",
        "okafor@cityhospital.example",
        "+44 1632 960142",
        "City Hospital, Neurology\n1 Hill Street\nYork YO31 8HE",
    ),
    "Dr Henrik Sand": (
        "Movement disorders",
        "sand@cityhospital.example",
        "+44 1632 960143",
        "City Hospital, Movement Clinic\n1 Hill Street\nYork YO31 8HE",
    ),
    "Dr Miriam Stein": (
        "Family medicine",
        "stein@harbourpractice.example",
        "+44 1632 960177",
        "Harbour Practice\n40 Quay Road\nYork YO10 4DU",
    ),
}

SNIPPETS = {
    "hvy": "Legs heavier than last time, no new symptoms.",
    "same": "No change since last time, nothing new reported.",
    "tone": "Tone raised at rest, eases with slow sustained pressure.",
    "ok": "Felt well during and after; up slowly, steady on standing.",
}
