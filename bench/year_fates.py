"""What happens to the people of the virtual year: who comes how often, who falls ill when. Numbers, no database.

Cited: relapses of 30 % are severe, most is gained within two months (Hirst et al. 2012, 226 relapses). Recovery has a
median of 111 days; of those who recovered 80 % had by day 180 and 94 % by day 365, and only severity told how fast
(CombiRx, 240 relapses). Steroids are given for 3 to 5 days, within a week (St George's protocol).

Assumed, and kept beside the figures in bench/year.json: everything in `ASSUMED`. See docs/relapses-simulated.md.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp

FIRST, DAYS = date(2027, 1, 4), 364  # a Monday, and 52 weeks
CLIENTS = 200

# Cited.
SEVERE = 0.30
RECOVERY_MEDIAN, RECOVERY_SPREAD = 111, 0.65  # log-normal: 77 % by day 180 and 97 % by day 365
STEROID_DAYS = 5

ASSUMED = {
    "rhythms": "25 % come every week, 45 % every 2 weeks, 30 % every 4; courses of 12, 8 and 6 visits, booked anew in time",
    "relapsing": "120 of 200 clients have relapsing MS",
    "rate": "0.36 relapses a year for each: the placebo arm of DEFINE (treated arms had 0.17 to 0.19)",
    "well": "well enough for a session after a quarter of the time to recovery, half as long again where it is severe "
    "(no source gives a number of days)",
    "report": "reported 1 to 3 days after it began, confirmed by the MS team 1 to 3 days later",
    "said": "says so on the first working day, in both ways alike",
    "heat": "0.3 false alarms a year for each (heat, an infection): settled 1 to 2 days after they are reported",
}
RHYTHMS = ((7, 12, 0.25), (14, 8, 0.45), (28, 6, 0.30))  # days, visits of a course, share of the clients
RELAPSING, RATE, HEAT_RATE = 120, 0.36, 0.3
WELL_SHARE, SEVERE_SLOWER = 0.25, 1.5
APART = 90  # days between two bouts of one client, at least

# Who works when: weekday -> hours at which a visit of 45 minutes and its break of 15 begins.
_MORNING, _AFTERNOON = (9, 10, 11), (13, 14, 15, 16)
_DAY = (*_MORNING, *_AFTERNOON)
WORK: tuple[dict[int, tuple[int, ...]], ...] = (
    dict.fromkeys(range(5), _DAY), dict.fromkeys(range(5), _DAY), dict.fromkeys((0, 1, 2, 4), _DAY),
    dict.fromkeys((2, 3, 4), _DAY), dict.fromkeys((0, 1, 3), _DAY))
ROOMS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """A client: their therapist (a place in WORK), rhythm in days, visits of a course, and their usual time."""

    number: int
    therapist: int
    every: int
    course: int
    first: date
    hour: int


@dataclass(frozen=True, slots=True)
class Bout:
    """One time of not being well: a relapse, or a false alarm. `well_on`: the first day on which they can come again."""

    person: int
    is_relapse: bool
    began: date
    reported: date
    known: date  # the MS team has said what it is
    well_on: date
    steroids_until: date | None

    @property
    def said_on(self) -> date:
        """When they say that they are well again: the first working day on which they are."""
        return working(self.well_on)


def working(day: date) -> date:
    """That day, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


@dataclass(frozen=True, slots=True)
class Fate:
    """One virtual year."""

    people: tuple[Person, ...]
    bouts: tuple[Bout, ...]


def fate_of(seed: int) -> Fate:
    """The same year for the same seed."""
    chance = random.Random(seed)
    people = tuple(_people(chance))
    ill = chance.sample([person.number for person in people], RELAPSING)
    bouts = [bout for number in sorted(ill) for bout in _bouts(number, chance)]
    return Fate(people, tuple(sorted(bouts, key=lambda bout: (bout.began, bout.person))))


def _people(chance: random.Random) -> list[Person]:
    """Everybody with a usual time of their own: a cell of therapist, weekday, hour and week of four."""
    free = {(k, day, hour, week) for k, days in enumerate(WORK) for day, hours in days.items() for hour in hours
            for week in range(4)}
    wanted = [(every, course) for every, course, share in RHYTHMS for _ in range(round(CLIENTS * share))]
    people = []
    for number, (every, course) in enumerate(wanted):  # who comes most often chooses first: the others still fit
        weeks = every // 7
        cells = sorted({(k, day, hour, week % weeks) for k, day, hour, week in free
                        if all((k, day, hour, w) in free for w in range(week % weeks, 4, weeks))})
        k, day, hour, week = chance.choice(cells)
        free -= {(k, day, hour, w) for w in range(week, 4, weeks)}
        people.append(Person(number, k, every, course, FIRST + timedelta(days=7 * week + day), hour))
    return people


def _bouts(person: int, chance: random.Random) -> list[Bout]:
    found: list[Bout] = []
    day = FIRST
    while True:
        day += timedelta(days=1 + int(chance.expovariate((RATE + HEAT_RATE) / 365)))
        if day > FIRST + timedelta(days=DAYS - 1):
            return found
        found.append(_bout(person, day, chance))
        day = found[-1].well_on + timedelta(days=APART)


def _bout(person: int, began: date, chance: random.Random) -> Bout:
    reported = began + timedelta(days=chance.randint(1, 3))
    known = working(reported + timedelta(days=chance.randint(1, 3)))
    is_relapse, is_severe = chance.random() < RATE / (RATE + HEAT_RATE), chance.random() < SEVERE
    recovery = RECOVERY_MEDIAN * exp(RECOVERY_SPREAD * chance.gauss(0, 1))
    settles = reported + timedelta(days=chance.randint(1, 2))
    if not is_relapse:
        return Bout(person, False, began, reported, working(max(known, settles)), settles, None)
    ill = WELL_SHARE * recovery * (SEVERE_SLOWER if is_severe else 1)
    steroids = known + timedelta(days=STEROID_DAYS) if is_severe else None
    well_on = max(began + timedelta(days=round(ill)), (steroids or known) + timedelta(days=1))
    return Bout(person, True, began, reported, known, well_on, steroids)

