"""What may be done to a body on a day: one pure function, for booking, plan, live note and signing.

The terms: a *cap* is the most pressure a place may get (None = no cap, "none" = no touch, 0 = a resting
hold). Before a treatment is chosen, everything known speaks; what concerns one place only does not bar a
visit and then speaks as a caution. Once treatments are planned, a rule about a place or a way of working
weighs only where the plan breaks it, and is told as info where the plan keeps it; what concerns the whole
visit always speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clients import body as body_map
from clients.known import (
    Body,
    Holding,
    KnownClearance,
    KnownCondition,
    KnownEpisode,
    KnownFinding,
    KnownMedicine,
    ProposedTreatment,
    holding_on,
)
from clients.reasons import (
    Planned,
    Reason,
    because,
    broken,
    capital,
    doctors_reason,
    is_too_firm,
    method,
    reason,
    said_cap,
    said_plan,
    told,
)
from clients.rule import ALL, EPISODES, NOTED, POSITIONS, SAME, TEMPERATURES, Cap, Level, Rule, RuleBook, Trigger
from clients.rules import RULES

__all__ = [
    "ALL", "EPISODES", "NOTED", "POSITIONS", "RULES", "SAME", "TEMPERATURES", "Body", "Cap", "Check",
    "KnownClearance", "KnownCondition", "KnownEpisode", "KnownFinding", "KnownMedicine", "Level", "ProposedTreatment",
    "Reason", "Rule", "RuleBook", "Trigger", "cautions_for",
]


@dataclass(frozen=True, slots=True)
class Check:
    """The answer: the worst word spoken, the cap of every place concerned, the reasons worst first, by which rules.

    `own_caps`, before work is chosen, are the caps of what holds for all of a place: a leg whose thigh alone is capped
    has none of its own, though work on the leg touches the thigh and `max_pressure_by_region` says so.
    """

    verdict: str
    max_pressure_by_region: dict[str, Cap | None]
    reasons: tuple[Reason, ...]
    rules: Mapping[str, Rule] = field(default_factory=lambda: RULES, compare=False, repr=False)
    own_caps: Mapping[str, Cap] = field(default_factory=dict, compare=False, repr=False)

    @property
    def needs_reason(self) -> bool:
        """Whether going ahead asks for a reason in words."""
        return self.verdict != "ok"

    @property
    def is_emergency(self) -> bool:
        """Whether a rule speaks that nobody may override at booking."""
        return any(r.rule in self.rules and self.rules[r.rule].is_emergency for r in self.reasons)

    @property
    def bars_everything(self) -> bool:
        """Whether a stop speaks about the whole body: then no place has a limit of its own worth saying."""
        return any(reason.level == "stop" and not reason.regions for reason in self.reasons)

    def about(self, treatment: int) -> tuple[Reason, ...]:
        """The reasons that speak about this one planned row."""
        return tuple(reason for reason in self.reasons if reason.treatment == treatment)


def cautions_for(
    body: Body, treatments: Sequence[ProposedTreatment] = (), *, on: date, minutes: int | None = None,
) -> Check:
    """What speaks about these treatments of this body on that day; `minutes` is the visit's length.

    Pure: same input, same answer, by the rules of `body.book`. Unknown codes, and sides a region does not have,
    are refused as ValueError or KeyError rather than passed over in silence.
    """
    held = holding_on(body, on)
    planned = [Planned(i, t, body_map.keys(t.region, t.side)) for i, t in enumerate(treatments)]
    total = minutes if minutes is not None else sum(t.minutes or 0 for t in treatments) or None
    terms = _terms_on(body, held, on)
    reasons: list[Reason] = []
    for holding in held:
        if holding.rule.level is Level.CLEARANCE:
            reasons.extend(_speak_of_clearance(holding, planned, body.clearances, on))
        elif holding.rule.max_minutes is not None:
            reasons.append(_speak_of_minutes(holding, total))
        elif planned:
            reasons.extend(_speak_of_plan(holding, planned))
        else:
            is_for_visit = holding.touches is None and holding.rule.is_outright
            level = holding.rule.level if is_for_visit else min(holding.rule.level, Level.CAUTION)
            reasons.append(reason(holding, level, told(holding)))
    reasons.extend(_speak_of_terms(terms, planned, total))
    reasons.sort(key=_worst_first)
    worst = reasons[0].level if reasons else "info"
    return Check("ok" if worst == "info" else worst, _caps(held, terms, planned), tuple(reasons), _rules_of(body, held),
                 {} if planned else _own_caps(held, terms))


def _rules_of(body: Body, held: list[Holding]) -> Mapping[str, Rule]:
    """The rules of the book, those of a return as they hold in it."""
    agreed = {holding.rule.code: holding.rule for holding in held if holding.rule.on_return}
    return {**body.book.rules, **agreed} if agreed else body.book.rules


_WEIGHT = {level.word: -level for level in Level}


def _worst_first(one: Reason) -> tuple[int, int, str, str]:
    return _WEIGHT[one.level], -1 if one.treatment is None else one.treatment, one.rule, one.text


def _speak_of_plan(holding: Holding, planned: list[Planned]) -> Iterator[Reason]:
    """A rule and the planned rows: one reason for each row that breaks it, one info where they keep it."""
    rule = holding.rule
    if rule.is_outright and holding.touches is None:
        yield reason(holding, rule.level, told(holding))
        return
    met = [(row, places) for row in planned if (places := holding.meets(row.places))]
    if not met:
        return
    if not rule.has_limits or rule.level is Level.INFO:
        yield reason(holding, rule.level, told(holding))
        return
    is_kept = True
    for row, places in met:
        if said := broken(holding, row.treatment):
            is_kept = False
            yield reason(holding, rule.level, f"{capital(body_map.said(places))}: {said}", places, row)
    if is_kept:
        yield reason(holding, Level.INFO, told(holding))


def _speak_of_minutes(holding: Holding, total: int | None) -> Reason:
    most = holding.rule.max_minutes
    if most is None or total is None or total <= most:
        return reason(holding, Level.INFO, told(holding))
    text = f"{capital(because(holding))}, so {most} minutes at most; here {total}."
    return reason(holding, holding.rule.level, text)


# --- the doctor's word -------------------------------------------------------------------------------


@dataclass(slots=True)
class _Terms:
    """A live grant whose limits count that day, and where: `touches` None is the whole body."""

    grant: KnownClearance
    places: tuple[str, ...]
    touches: frozenset[str] | None


def _is_for(clearance: KnownClearance, holding: Holding) -> bool:
    """Whether a doctor's word is about this; for a return only what was said since it began, and of that episode."""
    rule, episode = holding.rule, holding.episode
    if episode is None:
        return clearance.scope in ("", rule.code) or clearance.scope in rule.when.codes
    is_since = clearance.given_at is None or clearance.given_at.date() >= episode.onset_on
    return is_since and clearance.scope in ("", rule.code, episode.kind)


def _is_live(clearance: KnownClearance, on: date) -> bool:
    return clearance.state == "granted" and (clearance.expires_on is None or on <= clearance.expires_on)


def _speak_of_clearance(
    holding: Holding, planned: list[Planned], clearances: Iterable[KnownClearance], on: date
) -> Iterator[Reason]:
    """A rule that waits for a doctor: lifted where a live grant covers the work, else told."""
    mine = _last_words([clearance for clearance in clearances if _is_for(clearance, holding)])
    grants = [clearance for clearance in mine if _is_live(clearance, on)]
    refused = [clearance for clearance in mine if clearance.state == "refused"]
    met = [(row, places) for row in planned if (places := holding.meets(row.places))]
    if planned and not met:
        return
    text = told(holding)
    if not grants or refused:
        among = f"{capital(_doctors(grants))} would allow it; they do not agree." if grants else ""
        text = " ".join(filter(None, [text, _what_became_of(mine), among]))
        if holding.touches is None:
            yield reason(holding, Level.CLEARANCE, text)
        elif not planned:
            yield reason(holding, Level.CAUTION, text)
        for row, places in met if holding.touches is not None else ():
            yield reason(holding, Level.CLEARANCE, text, places, row)
        return
    if not planned and holding.places and not any(_allows(grant, holding.places) for grant in grants):
        yield reason(holding, Level.CAUTION, f"{text} {capital(_doctors(grants))} did not include this.")
        return
    outside = [(row, places) for row, places in met if not any(_allows(grant, places) for grant in grants)]
    for row, places in outside:
        said = f"{capital(body_map.said(places))}: {_doctors(grants)} did not include this. {text}"
        yield reason(holding, Level.CLEARANCE, said, places, row)
    if not outside:
        allowed = f"{capital(_doctors(grants))} {'has' if len(_named(grants)) < 2 else 'have'} allowed it."
        yield reason(holding, Level.INFO, f"{text} {allowed}")


def _last_words(words: list[KnownClearance]) -> list[KnownClearance]:
    """Without refusals that the same doctor has taken back by a later grant; where no time is noted they stand."""
    return [word for word in words if word.state != "refused" or not any(
        other.state == "granted" and other.doctor == word.doctor and word.given_at is not None
        and other.given_at is not None and other.given_at > word.given_at for other in words)]


def _allows(grant: KnownClearance, places: tuple[str, ...]) -> bool:
    return not grant.regions or all(
        any(body_map.covers(region, side, place) for region, side in grant.regions) for place in places
    )


def _doctors(grants: list[KnownClearance]) -> str:
    return " and ".join(_named(grants)) or "the doctor"


def _named(grants: list[KnownClearance]) -> list[str]:
    return sorted({grant.doctor for grant in grants if grant.doctor})


def _what_became_of(asked: list[KnownClearance]) -> str:
    """What the last word of each doctor is, by the minute it was noted; a “not yet” before all others."""
    states = {word.state for word in asked if not any(
        other.doctor == word.doctor and other.given_at is not None and word.given_at is not None
        and other.given_at > word.given_at for other in asked)}
    if "refused" in states:
        return "The doctor said not yet."
    if "received" in states:
        return "An answer has come: accept it first."
    if "granted" in states:
        return "The doctor's word has run out."
    return "Asked, no answer yet." if "requested" in states else ""


def _terms_on(body: Body, held: list[Holding], on: date) -> list[_Terms]:
    """General grants, and those for something that still holds; the latter count where it holds."""
    ongoing = {episode.kind for episode in body.episodes
               if episode.onset_on <= on and episode.status in ("suspected", "confirmed", "recovering")}
    terms: list[_Terms] = []
    for grant in body.clearances:
        if not _is_live(grant, on):
            continue
        is_general = not grant.scope or grant.scope in ongoing
        mine = [] if is_general else [holding for holding in held if _is_for(grant, holding)]
        if not is_general and not mine:
            continue
        if grant.regions:
            places = tuple(key for region, side in grant.regions for key in body_map.keys(region, side))
            terms.append(_Terms(grant, places, body_map.inside(places)))
        elif is_general or any(holding.touches is None for holding in mine):
            terms.append(_Terms(grant, (), None))
        else:
            places = tuple(sorted({place for holding in mine for place in holding.places}))
            terms.append(_Terms(grant, places, body_map.inside(places)))
    return terms


def _speak_of_terms(terms: list[_Terms], planned: list[Planned], total: int | None) -> Iterator[Reason]:
    """Where the plan goes beyond what the doctor allowed."""
    for term in terms:
        grant, doctor = term.grant, term.grant.doctor or "the doctor"
        if grant.minutes is not None and total is not None and total > grant.minutes:
            yield doctors_reason(
                grant, f"{capital(doctor)} allowed {grant.minutes} minutes at most; here {total}.")
        for row in planned:
            places = row.places if term.touches is None else tuple(p for p in row.places if p in term.touches)
            if not places:
                continue
            where, cap = capital(body_map.said(places)), grant.max_pressure
            if cap is not None and is_too_firm(cap, row.treatment):
                plan = said_plan(cap, row.treatment)
                text = f"{where}: {doctor} allowed {said_cap(cap)}; here {plan}."
                yield doctors_reason(grant, text, places, row)
            if row.treatment.technique in grant.excluded_techniques:
                text = f"{where}: {doctor} ruled out {method(row.treatment.technique)}."
                yield doctors_reason(grant, text, places, row)


# --- the caps ----------------------------------------------------------------------------------------


def _caps(held: list[Holding], terms: list[_Terms], planned: list[Planned]) -> dict[str, Cap | None]:
    """The cap of every place planned or capped: the least of those that meet it.

    With nothing planned, what caps the whole body caps every place of it by name.
    """
    caps: list[tuple[Cap, frozenset[str] | None]] = []
    concerned = {place for row in planned for place in row.places}
    for holding in held:
        if holding.rule.max_pressure is not None:
            caps.append((holding.rule.max_pressure, holding.touches))
            concerned.update(holding.noted)
    for term in terms:
        if term.grant.max_pressure is not None:
            caps.append((term.grant.max_pressure, term.touches))
            concerned.update(term.places)
    if not planned and any(touches is None for _, touches in caps):
        concerned.update(body_map.TOUCHING)
    return {
        place: _least(cap for cap, touches in caps if touches is None or place in touches)
        for place in sorted(concerned)
    }


def _own_caps(held: list[Holding], terms: list[_Terms]) -> dict[str, Cap]:
    """The cap of every place noted by what holds for the whole of it; nothing planned, nothing merely touched."""
    caps = [(holding.rule.max_pressure, holding.places if holding.touches is not None else None) for holding in held]
    caps += [(term.grant.max_pressure, term.places if term.touches is not None else None) for term in terms]
    over = [(cap, where) for cap, where in caps if cap is not None]
    concerned = {place for holding in held if holding.rule.max_pressure is not None for place in holding.noted}
    concerned |= {place for term in terms if term.grant.max_pressure is not None for place in term.places}
    own: dict[str, Cap] = {}
    for place in sorted(concerned):
        least = _least(cap for cap, where in over if where is None or any(
            body_map.covers(region, side, place) for region, _, side in (key.partition(":") for key in where)))
        if least is not None:
            own[place] = least
    return own


def _least(caps: Iterable[Cap]) -> Cap | None:
    least: int | None = None
    for cap in caps:
        if cap == "none":
            return "none"
        if least is None or cap < least:
            least = cap
    return least
