"""What limits the work, in one line: "both feet: pressure 2 at most · no heat · nothing deep"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clients import body
from clients.contraindications import Cap, Check, Reason, Rule
from clients.last_time import LastTime, last_time
from clients.models import Client
from clients.reasons import folded, said_cap
from practice.models import Membership

_ELEMENTS = {
    "deep": "nothing deep", "vigorous": "nothing vigorous", "percussion": "no tapping", "friction": "no friction",
    "fast-stretch": "no quick stretch", "strong-stretch": "no strong stretch", "scent": "no scent",
}
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line and how much it weighs: caution, clearance or stop; “decision” where no more may be said."""

    level: str
    words: str


def in_one_line(check: Check) -> Line | None:
    """The check in one line for a therapist; None where nothing limits the work."""
    if check.verdict == "ok":
        return None
    speaking = [r for r in check.reasons if r.level != "info"]
    said: dict[str, None] = {}
    told: set[str] = set()
    for reason, words in [*_outright(check.rules, speaking), *_caps(check, speaking), *_methods(check.rules, speaking),
                          *_others(check.rules, speaking)]:
        if not words or words in said or len(said) < MOST_PARTS:
            told.add(reason.rule)
            if words:
                said[words] = None
    left = len({r.rule for r in speaking} - told)
    return Line(check.verdict, " · ".join([*said, *([f"{left} more"] if left else [])]))


def for_the_desk(check: Check, therapist: Membership, *, is_on_hold: bool = False) -> Line | None:
    """What the front desk may know: that somebody has to decide, and who; never why."""
    if check.verdict not in ("clearance", "stop") and not is_on_hold:
        return None
    return Line("decision", f"needs {first_name(therapist)}'s decision")


def first_name(member: Membership) -> str:
    """What a therapist is called across the room."""
    return member.user.name.split()[0] if member.user.name.strip() else "the therapist"


def _outright(rules: Mapping[str, Rule], speaking: list[Reason]) -> Iterator[tuple[Reason, str]]:
    """Stops and clearances first, then what an episode says about the day as a whole."""
    for reason in speaking:
        rule = rules.get(reason.rule)
        if reason.level == "stop":
            yield reason, _first_sentence(reason, rule)
        elif reason.level == "clearance":
            yield reason, "a doctor's clearance first"
        elif rule is not None and rule.when.kind == "episode" and not rule.has_limits and rule.max_minutes is None:
            yield reason, _small(reason.text.split(":")[0])


def _caps(check: Check, speaking: list[Reason]) -> Iterator[tuple[Reason, str]]:
    """The places that get least, then what holds elsewhere; a cap above another's says nothing."""
    capped = [r for r in speaking if r.max_pressure is not None and r.level != "stop"]
    whole = min((_weight(r.max_pressure) for r in capped if not r.regions), default=99)
    by_cap: dict[Cap, list[str]] = {}
    for place, cap in check.own_caps.items() if not check.bars_everything else ():
        if _weight(cap) < whole:
            by_cap.setdefault(cap, []).append(place)
    for reason in capped:
        for cap, places in sorted(by_cap.items(), key=lambda item: _weight(item[0])):
            if set(reason.regions) & set(places) or not reason.regions:
                yield reason, f"{body.said(tuple(places))}: {said_cap(cap)}"
    for reason in capped:
        most = reason.max_pressure
        is_least = not reason.regions and _weight(most) == whole
        yield reason, f"{'elsewhere ' if by_cap else ''}{said_cap(most)}" if is_least and most is not None else ""


def _methods(rules: Mapping[str, Rule], speaking: list[Reason]) -> Iterator[tuple[Reason, str]]:
    """What is ruled out, temperatures first, and how long at most."""
    limiting = [(r, rules[r.rule]) for r in speaking if r.rule in rules and r.level != "stop"]
    temperatures = {t for _, rule in limiting for t in rule.temperature}
    for reason, rule in limiting:
        if rule.temperature:
            named = [words for t, words in (("hot", "heat"), ("cold", "cold")) if t in temperatures]
            yield reason, f"no {' or '.join(named)}" if named else ""
    for reason, rule in limiting:
        for element in rule.excluded_elements:
            yield reason, _ELEMENTS.get(element, "")
        if rule.max_minutes is not None:
            yield reason, f"{rule.max_minutes} minutes at most"


def _others(rules: Mapping[str, Rule], speaking: list[Reason]) -> Iterator[tuple[Reason, str]]:
    """What neither limits a pressure nor rules out a method: its first sentence."""
    for reason in speaking:
        rule = rules.get(reason.rule)
        is_said = rule is not None and (rule.has_limits or rule.max_minutes is not None or rule.when.kind == "episode")
        if not is_said and reason.level == "caution":
            yield reason, _first_sentence(reason, rule)


def _first_sentence(reason: Reason, rule: Rule | None) -> str:
    """The reason's first sentence within a line. What a doctor allowed everywhere begins with their name."""
    said = reason.text.split(". ")[0].rstrip(".")
    is_named = rule is None and not reason.regions and not said.startswith("The doctor")
    return said if is_named else _small(said)


def _weight(cap: Cap | None) -> int:
    return -1 if cap == "none" else 99 if cap is None else cap


def _small(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


@dataclass(frozen=True, slots=True)
class Told:
    """The check for a page: what weighs, worst first, what is only good to know, and what happened last time."""

    weighs: tuple[Reason, ...]
    good_to_know: tuple[Reason, ...]
    last: tuple[LastTime, ...] = ()


def told_to(member: Membership, client: Client, limits: Check | None, planned: Check | None = None) -> Told | None:
    """The reasons in two parts, for whoever may know them.

    `limits` is the check of the body alone; `planned` adds what the last visit's way of working would break.
    """
    if limits is None or not member.may_see_clinical:
        return None
    broken = tuple(r for r in planned.reasons if r.treatment is not None and r.level != "info") if planned else ()
    return Told(folded([*(r for r in limits.reasons if r.level != "info"), *broken]),
                tuple(r for r in limits.reasons if r.level == "info"), last_time(member, client))
