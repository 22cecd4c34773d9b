"""What limits the work, as a doctor reads it: the place, its cap and what is avoided there, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clients.body import said
from clients.contraindications import Cap, Check, Reason, Rule
from clients.reasons import capital, method
from clients.rule import Level, worded

_AVOIDED = {
    "deep": "deep work", "vigorous": "vigorous work", "percussion": "tapping", "friction": "friction",
    "fast-stretch": "quick stretching", "strong-stretch": "strong stretching", "stretch": "stretching",
    "joint-movement": "movement of joints", "concentrated-pressure": "pressure on single points",
    "points": "pressure on single points", "suction": "suction", "scent": "scented oils",
    "heat": "heat", "cold": "cold", "hot": "heat",
}


def said_limits(check: Check, episodes: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each place, worst first: "Left foot: pressure 2 at most, no deep work (sensation is reduced)".

    `episodes` says the client's open episodes by kind, on whose word each stands. A caution that neither caps nor
    rules out anything is advice for the hands; it is no limit and not told.
    """
    lines: dict[str, list[tuple[Reason, Rule]]] = {}
    for reason in check.reasons:
        rule = check.rules.get(reason.rule)
        if rule is None or rule.level is Level.INFO or (reason.level == "info" and rule.max_minutes is None):
            continue
        if rule.has_limits or rule.max_minutes is not None or rule.level is Level.CLEARANCE:
            lines.setdefault(_where(reason, rule), []).append((reason, rule))
    return tuple(f"{where}: {_limits(found)} ({'; '.join(_whys(found, episodes))})"
                 for where, found in ((where, _strictest(found)) for where, found in lines.items()))


def _where(reason: Reason, rule: Rule) -> str:
    if reason.regions:
        return capital(said(reason.regions))
    return "Place not noted, so everywhere" if rule.is_about_places else "Everywhere"


def _strictest(found: list[tuple[Reason, Rule]]) -> list[tuple[Reason, Rule]]:
    """Where no touch is allowed at all, only what forbids it: how else to work there is beside the point."""
    return [each for each in found if each[1].max_pressure == "none"] or found


def _limits(found: Sequence[tuple[Reason, Rule]]) -> str:
    """The least cap of the place, what is avoided there and how long at most."""
    rules = [rule for _, rule in found]
    caps: list[Cap] = [rule.max_pressure for rule in rules if rule.max_pressure is not None]
    minutes = [rule.max_minutes for rule in rules if rule.max_minutes is not None]
    parts = ["nothing before a doctor's word"] if any(rule.level is Level.CLEARANCE for rule in rules) else []
    if caps:
        is_of_a_place = bool(found[0][0].regions)
        parts.append(_cap(min(caps, key=lambda cap: -1 if cap == "none" else cap), is_of_a_place))
    if avoided := list(dict.fromkeys(words for rule in rules for words in _avoided(rule))):
        parts.append(f"no {' or '.join(filter(None, [', '.join(avoided[:-1]), avoided[-1]]))}")
    if positions := dict.fromkeys(position for rule in rules for position in rule.position):
        parts.append(f"not {' or '.join(positions)}")
    return ", ".join([*parts, *([f"{min(minutes)} minutes at most"] if minutes else [])])


def _cap(cap: Cap, is_of_a_place: bool) -> str:
    if cap == "none":
        return "no touch" if is_of_a_place else "no session"
    return "a resting hold at most" if cap == 0 else f"pressure {cap} at most"


def _avoided(rule: Rule) -> list[str]:
    words = [_AVOIDED[each] for each in (*rule.excluded_elements, *rule.temperature) if each in _AVOIDED]
    words += [method(technique) for technique in rule.excluded_techniques]
    return [*words, "oils or lotions that are not tolerated"] if rule.checks_lubricant else words


def _whys(found: Sequence[tuple[Reason, Rule]], episodes: Mapping[str, str]) -> dict[str, None]:
    """Why, each once, in the order of the reasons."""
    return dict.fromkeys(_why(reason, rule, episodes) for reason, rule in found)


def _why(reason: Reason, rule: Rule, episodes: Mapping[str, str]) -> str:
    because = reason.because or worded(rule.because)
    if rule.when.kind == "episode" and len(rule.when.codes) == 1 and rule.when.steroids_within is None:
        return episodes.get(rule.when.codes[0], because)
    if rule.checks_lubricant:
        return "an allergy is known"
    return because or rule.text.split(":")[0].split(", so ")[0].rstrip(".")
