"""What is known about a body, and which rules hold for it on a day, and where."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clients import body as body_map
from clients.conditions import CONDITIONS, line_of
from clients.findings import FINDINGS
from clients.medicine_kinds import MEDICINES
from clients.returning import KnownEpisode, as_agreed, is_stricter
from clients.rule import EPISODES, NOTED, SAME, Rule, RuleBook, Trigger
from clients.rules import PUBLISHED

__all__ = [
    "Body", "Holding", "KnownClearance", "KnownCondition", "KnownEpisode", "KnownFinding", "KnownMedicine", "Place",
    "ProposedTreatment", "holding_on", "last_given", "raised_by",
]

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KnownCondition:
    """A condition as reported, both days inclusive; an empty code is one in plain words only."""

    condition: str
    since: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """A finding, its places (none noted = the whole body), from `began_on` to `ended_on` inclusive.

    For an allergy `detail` names the products, separated by commas.
    """

    finding: str
    regions: tuple[Place, ...] = ()
    began_on: date | None = None
    ended_on: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class KnownMedicine:
    """A medicine of the catalogue, both days inclusive; what is given on days says when last and how often.

    `regions` is where it is given.
    """

    kind: str
    name: str = ""
    began_on: date | None = None
    ended_on: date | None = None
    last_given_on: date | None = None
    every_days: int | None = None
    regions: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownClearance:
    """A doctor's word. `scope` is a rule, a condition, a finding or an episode kind; "" is general.

    `regions` are where work is allowed (none = everywhere); a grant counts to `expires_on` inclusive. `given_at` says
    which of a doctor's words is the last.
    """

    scope: str
    state: str
    regions: tuple[Place, ...] = ()
    max_pressure: int | None = None
    excluded_techniques: tuple[str, ...] = ()
    minutes: int | None = None
    expires_on: date | None = None
    doctor: str = ""
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """All that is known about a client's body; `allergies` are names of products, `book` the rules it is held
    against.
    """

    conditions: tuple[KnownCondition, ...] = ()
    findings: tuple[KnownFinding, ...] = ()
    episodes: tuple[KnownEpisode, ...] = ()
    clearances: tuple[KnownClearance, ...] = ()
    allergies: tuple[str, ...] = ()
    medicines: tuple[KnownMedicine, ...] = ()
    book: RuleBook = PUBLISHED


@dataclass(frozen=True, slots=True)
class ProposedTreatment:
    """One row of what is planned or was done: where, how, how firmly (Walton 0-5)."""

    technique: str
    region: str
    side: str
    pressure: int | None = None
    minutes: int | None = None
    temperature: str | None = None
    position: str | None = None
    lubricant: str | None = None
    was_last_time: bool = False  # what the last visit had, where nothing is chosen yet

    @property
    def whose(self) -> str:
        """Where it stands, before what it is: "here pressure 4", "the last visit had pressure 4"."""
        return "the last visit had" if self.was_last_time else "here"


@dataclass(slots=True)
class Holding:
    """A rule that holds that day, and where: `touches` is every place it meets, None the whole body.

    `noted` are the places somebody wrote down, also where another entry of the same finding has none.
    `found` is the finding, where the rule has other words for another one; `episode` the one it is about, where a
    doctor's word from before it counts no more.
    """

    rule: Rule
    places: tuple[str, ...] = ()
    touches: frozenset[str] | None = None
    noted: tuple[str, ...] = ()
    detail: str = ""
    found: str = ""
    episode: KnownEpisode | None = None

    def meets(self, places: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the places that the rule is about."""
        touches = self.touches
        if touches is None:
            return places
        return () if touches.isdisjoint(places) else tuple(place for place in places if place in touches)


def holding_on(body: Body, on: date) -> list[Holding]:
    """Every rule that holds for this body on that day, once each, or once for each finding it tells apart.

    Refuses unknown codes as ValueError.
    """
    index = body.book.index
    held: dict[tuple[str, str], Holding] = {}
    for condition in _conditions_on(body, on):
        for rule in index.get(("condition", condition), ()):
            held[rule.code, ""] = _where_it_says(rule)
    for episode in body.episodes:
        _refuse_unknown("kind of episode", episode.kind, EPISODES)
        for rule in index.get(("episode", episode.kind), ()):
            if _is_met_by(rule.when, episode, on) and (agreed := as_agreed(rule, episode, on)):
                _hold(held, agreed, episode)
    found_for: dict[tuple[str, str], tuple[Rule, list[KnownFinding]]] = {}
    for known in _findings_until(body, on):
        is_over = known.ended_on is not None and known.ended_on < on
        for rule in index.get(("finding", known.finding), ()):
            if _is_its_time(rule, known, on) if is_over else rule.days_after is None:
                key = rule.code, known.finding if rule.tells_apart else ""
                found_for.setdefault(key, (rule, []))[1].append(known)
    for key, (rule, found) in found_for.items():
        if (holding := _where_found(rule, found, on)) is not None:
            holding.found = key[1]
            held[key] = holding
    return list(held.values())


def _hold(held: dict[tuple[str, str], Holding], rule: Rule, episode: KnownEpisode) -> None:
    """Let a rule about an episode hold; of two returns the stricter counts, and each waits for its own clearance."""
    holding, key = _where_it_says(rule), (rule.code, "")
    if rule.on_return == "clearance":
        holding.episode, key = episode, (rule.code, f"{episode.kind} {episode.onset_on}")
    if key not in held or not rule.on_return or is_stricter(rule, held[key].rule):
        held[key] = holding


def _refuse_unknown(what: str, code: str, known: Container[str]) -> None:
    if code not in known:
        raise ValueError(f"unknown {what}: {code!r}")


def _is_on(began: date | None, ended: date | None, on: date) -> bool:
    return (began is None or began <= on) and (ended is None or on <= ended)


def _conditions_on(body: Body, on: date) -> set[str]:
    """The conditions of that day and the wider ones they belong to."""
    codes: set[str] = set()
    for known in body.conditions:
        if known.condition:
            _refuse_unknown("condition", known.condition, CONDITIONS)
            if _is_on(known.since, known.ended_on, on):
                codes.update(line_of(known.condition))
    return codes


def _findings_until(body: Body, on: date) -> Iterator[KnownFinding]:
    """What was found up to that day, also what is over by then."""
    for known in body.findings:
        _refuse_unknown("finding", known.finding, FINDINGS)
        if known.began_on is None or known.began_on <= on:
            yield known
    for medicine in body.medicines:
        yield from raised_by(medicine, on)
    if body.allergies:
        yield KnownFinding("lubricant-allergy", detail=", ".join(body.allergies))


def raised_by(medicine: KnownMedicine, on: date) -> Iterator[KnownFinding]:
    """What a medicine means for the work up to that day; refuses unknown kinds as ValueError."""
    _refuse_unknown("kind of medicine", medicine.kind, MEDICINES)
    kind = MEDICINES[medicine.kind]
    if medicine.began_on is not None and medicine.began_on > on:
        return
    if not kind.is_given:
        for code in kind.raises:
            yield KnownFinding(code, medicine.regions, medicine.began_on, medicine.ended_on, medicine.name)
        return
    for code in kind.raises_all_along:
        yield KnownFinding(code, (), medicine.began_on, medicine.ended_on, medicine.name)
    is_over = medicine.ended_on is not None and medicine.ended_on < on
    given = last_given(medicine, min(on, medicine.ended_on or on))
    if given is None and (medicine.last_given_on is not None or is_over):
        return  # not given yet by then, or so long ago that nobody wrote the day down
    for code in kind.raises:
        yield KnownFinding(code, medicine.regions, given, detail=medicine.name)


def last_given(medicine: KnownMedicine, on: date) -> date | None:
    """The last day up to `on` on which it was or will be given; None where no day is noted or it had not begun."""
    given, every = medicine.last_given_on, medicine.every_days
    if given is not None and every is not None:
        given += timedelta(days=(on - given).days // every * every)
    if given is None or given > on or (medicine.began_on is not None and given < medicine.began_on):
        return None
    return given


def _is_its_time(rule: Rule, known: KnownFinding, on: date) -> bool:
    """Whether the rule still speaks of a finding that is over."""
    return (rule.days_after is not None and known.ended_on is not None
            and on <= known.ended_on + timedelta(days=rule.days_after))


def _is_met_by(when: Trigger, episode: KnownEpisode, on: date) -> bool:
    if episode.onset_on > on or episode.status not in when.statuses:
        return False
    if when.has_fever is not None and when.has_fever != bool(episode.fever_or_infection):
        return False
    if when.ended_within is not None and (
            episode.ended_on is None or on > episode.ended_on + timedelta(days=when.ended_within)):
        return False
    if when.is_overdue and (episode.hold_until is None or on < episode.hold_until):
        return False
    if when.steroids_within is None:
        return True
    until = episode.steroids_until
    return until is not None and on <= until + timedelta(days=when.steroids_within)


def _where_it_says(rule: Rule) -> Holding:
    """The rule where it names its regions itself, or means the whole body."""
    if not isinstance(rule.regions, tuple):
        return Holding(rule)
    places = tuple(
        key for region in rule.regions
        for key in body_map.keys(region, "both" if body_map.REGIONS[region].is_paired else "midline")
    )
    return Holding(rule, places, body_map.inside(places), places)


def _where_found(rule: Rule, found: list[KnownFinding], on: date) -> Holding | None:
    """The rule at the places of these findings; None where it is over, or silent for want of a place."""
    if rule.days is not None:
        span = timedelta(days=rule.days)
        found = [known for known in found if known.began_on is None or on <= known.began_on + span]
        if not found:
            return None
    if rule.noted_in:
        found = [known for known in found if any(
            body_map.related(region, wanted) for region, _ in known.regions for wanted in rule.noted_in)]
        if not found:
            return None
    if rule.regions is not SAME and rule.regions is not NOTED:
        holding = _where_it_says(rule)
        holding.detail = ", ".join(sorted({known.detail for known in found if known.detail}))
        return holding
    noted = {place for known in found for place in known.regions}
    places = tuple(sorted({key for region, side in noted for key in body_map.keys(region, side)}))
    if rule.in_quadrant:
        places = body_map.quadrant_of(places)
    if rule.regions is SAME and not all(known.regions for known in found):
        return Holding(rule, noted=places)
    return Holding(rule, places, body_map.inside(places), places) if places else None
