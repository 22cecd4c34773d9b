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
from clients.doctors_word import Terms, speak_of_clearance, speak_of_terms, terms_on
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
    reason,
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
    terms = terms_on(body, held, on)
    reasons: list[Reason] = []
    for holding in held:
        if holding.rule.level is Level.CLEARANCE:
            reasons.extend(speak_of_clearance(holding, planned, body.clearances, on))
        elif holding.rule.max_minutes is not None:
            reasons.append(_speak_of_minutes(holding, total))
        elif planned:
            reasons.extend(_speak_of_plan(holding, planned))
        else:
            is_for_visit = holding.touches is None and holding.rule.is_outright
            level = holding.rule.level if is_for_visit else min(holding.rule.level, Level.CAUTION)
            reasons.append(reason(holding, level, told(holding)))
    reasons.extend(speak_of_terms(terms, planned, total))
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
    text = f"{capital(because(holding))}, so {most} minutes at most; this visit takes {total}."
    return reason(holding, holding.rule.level, text)


# --- the caps ----------------------------------------------------------------------------------------


def _caps(held: list[Holding], terms: list[Terms], planned: list[Planned]) -> dict[str, Cap | None]:
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


def _own_caps(held: list[Holding], terms: list[Terms]) -> dict[str, Cap]:
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
