"""A client's trends: readings, how long sessions helped, and what followed which pressure, on the same days."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from clients.body import keys, label
from clients.models import Client
from notes.charts import Band, Firmness, Lasted, Tried, Used
from notes.charts.used import techniques_used
from notes.measures.of_client import measures_of
from notes.models import Note, Treatment
from notes.outcomes import RELIEF, Measure, Point, readings_of
from notes.summaries.drafting import bands_of
from practice import clock
from practice.models import Membership
from sessions.models import Appointment

SPANS = {"3m": ("3 months", 91), "year": ("A year", 365), "all": ("All", 0)}
LEAST_VISITS, MOST_PLACES = 3, 6  # our proposal: fewer visits than that show no course; more strips nobody looks at


_Done = tuple[date, str, str, str, int | None]  # a row that was given: day, technique, region, side, pressure


@dataclass(frozen=True, slots=True)
class Followed:
    """What is set against pressure: the days a session helped, or by how much a measure changed in it."""

    measure: Measure

    @property
    def unit(self) -> str:
        return "days helped" if self.measure.code == RELIEF else f"change in {self.measure.name.lower()}"


@dataclass(frozen=True, slots=True)
class Place:
    """One region with its visits, oldest first: the day, and how firm and what followed."""

    name: str
    visits: tuple[tuple[date, Tried], ...]

    @property
    def tried(self) -> tuple[Tried, ...]:
        return tuple(one for _, one in self.visits)

    @property
    def is_always_alike(self) -> bool:
        """Whether it was worked at one pressure all the time: then there is nothing to set side by side."""
        return len({one.pressure for one in self.tried}) == 1


@dataclass(frozen=True, slots=True)
class Trends:
    """All of it between two days, both included.

    `known` are the measures it speaks of, `choices` the outcomes that pressure can be set against.
    """

    first: date
    last: date
    known: Mapping[str, Measure]
    readings: dict[str, list[Point]]
    bands: tuple[Band, ...]
    firmness: tuple[Firmness, ...]
    used: tuple[Used, ...]  # techniques, that of the most visits first
    lasted: tuple[Lasted, ...]
    places: tuple[Place, ...]
    followed: Followed | None
    choices: tuple[Followed, ...]
    has_earlier: bool  # whether something was read before `first`

    @property
    def has_pause(self) -> bool:
        """Whether after some session no visit followed within weeks."""
        return not all(one.is_followed for one in self.lasted)


def trends_of(client: Client, *, by: Membership, since: str = "year", against: str = "") -> Trends:
    """What the notes this member may read say of the days chosen (a key of SPANS), up to today.

    `against` is the measure pressure is set against; one that was not read often enough gives way to one that was.
    """
    client = client.standing
    last = clock.wall_of(timezone.now(), client.practice.time_zone)[0]
    known = measures_of(client)
    found = {code: points for code, points in readings_of(client, by=by).items() if code in known}
    begun = min((points[0].on for points in found.values()), default=last)
    days = SPANS[since][1]
    first = last - timedelta(days=days) if days else begun
    notes = Note.objects.visible_to(by).filter(client__in=client.family)
    rows = Treatment.objects.filter(note__in=notes, note__visit_on__gte=first, state="given").order_by()
    done = list(rows.values_list("note__visit_on", "technique", "region", "side", "pressure"))
    given = _given(done)
    lasted = _lasted(found.get(RELIEF, ()), _days_had(client, notes))
    readings = {code: within for code, points in found.items() if (within := [p for p in points if p.on >= first])}
    read = {code: points for code, points in readings.items() if not known[code].question}
    results = _results(read, lasted, given)
    choices = tuple(Followed(known[code]) for code in results)
    code = against if against in results else next(iter(results), "")
    bands = bands_of(client, first, last)
    used = techniques_used(((on, technique) for on, technique, *_ in done), bands)
    return Trends(
        first, last, known, {code: readings[code] for code in known if code in readings}, bands,
        tuple(Firmness(on, max(rows.values())) for on, rows in sorted(given.items())), used,
        tuple(one for one in lasted if one.on >= first), _places(given, results[code]) if code else (),
        Followed(known[code]) if code else None, choices, begun < first)


def _given(done: Sequence[_Done]) -> dict[date, dict[str, int]]:
    """How firmly each place was worked on each day: the firmest, "both" being each side."""
    found: dict[date, dict[str, int]] = {}
    for on, _, region, side, pressure in done:
        if pressure is not None:
            places = found.setdefault(on, {})
            for place in keys(region, side):
                places[place] = max(places.get(place, 0), pressure)
    return found


def _days_had(client: Client, notes: QuerySet[Note]) -> list[date]:
    """The days on which there was a session, by the diary or by a note; each once, in order."""
    visits = Appointment.objects.filter(client__in=client.family, status__in=("fulfilled", "arrived")).order_by()
    return sorted({*visits.values_list("wall_date", flat=True), *notes.order_by().values_list("visit_on", flat=True)})


def _lasted(answers: Sequence[Point], had: Sequence[date]) -> list[Lasted]:
    """Each answer with the session it is about: the one before the visit at which it was given."""
    found: dict[date, Lasted] = {}
    for answer in answers:
        earlier = bisect_left(had, answer.on)
        if answer.before is not None and earlier:
            on = had[earlier - 1]
            found[on] = Lasted(on, float(answer.before), (answer.on - on).days)
    return [found[on] for on in sorted(found)]


def _results(readings: Mapping[str, Sequence[Point]], lasted: Sequence[Lasted],
             given: Mapping[date, object]) -> dict[str, dict[date, float]]:
    """What can be set against pressure, by measure and day: relief first, then the measure read most often."""
    found = {RELIEF: {one.on: one.helped for one in lasted}} | {
        code: {p.on: float(p.after - p.before) for p in points if p.before is not None and p.after is not None}
        for code, points in sorted(readings.items(), key=lambda item: -len(item[1]))}
    kept = {code: {on: value for on, value in values.items() if on in given} for code, values in found.items()}
    return {code: values for code, values in kept.items() if len(values) >= LEAST_VISITS}


def _places(given: Mapping[date, Mapping[str, int]], results: Mapping[date, float]) -> tuple[Place, ...]:
    """The places worked most often, each visit with what followed; sides worked alike are one place."""
    by_place: dict[str, list[tuple[date, Tried]]] = {}
    for on in sorted(set(given) & set(results)):
        for place, pressure in given[on].items():
            by_place.setdefault(place, []).append((on, Tried(pressure, results[on])))
    found = []
    for place, visits in by_place.items():
        region, side = place.split(":")
        is_alike = side in ("left", "right") and by_place.get(f"{region}:left") == by_place.get(f"{region}:right")
        if len(visits) >= LEAST_VISITS and not (is_alike and side == "right"):
            found.append(Place(label(region, "both" if is_alike else side), tuple(visits)))
    return tuple(sorted(found, key=lambda one: (-len(one.visits), one.name))[:MOST_PLACES])
