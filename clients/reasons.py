"""How a rule speaks: one reason, in words, about a body, a visit or a planned treatment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clients import body as body_map
from clients.known import Holding, KnownClearance, ProposedTreatment
from clients.rule import Cap, Level, worded
from practice.techniques import TECHNIQUES


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks; `treatment` is the index of the planned row it is about, None the visit.

    `regions` is empty where it concerns the whole body; `techniques` are the ones it speaks about;
    `source` is the citation in full; `is_proposal` says that the number or the rule is ours, `because`
    the rule's short reason. `others` are those folded into this one (`folded`).
    """

    rule: str
    level: str
    text: str
    regions: tuple[str, ...]
    max_pressure: Cap | None
    techniques: tuple[str, ...]
    source: str
    evidence: str
    is_proposal: bool
    treatment: int | None
    because: str = ""
    others: tuple[Reason, ...] = ()

    @property
    def in_short(self) -> str:
        """Its first sentence without the place, for a line beside another one about the same place."""
        text = self.text.partition(": ")[2] if self.regions and ": " in self.text else self.text
        return text.partition(". ")[0].rstrip(".")


@dataclass(slots=True)
class Planned:
    """A planned row with its places spelled out."""

    index: int
    treatment: ProposedTreatment
    places: tuple[str, ...]


def reason(holding: Holding, level: Level, text: str, places: tuple[str, ...] = (),
           row: Planned | None = None) -> Reason:
    """The reason a rule gives: about these places of a planned row, or about its own."""
    rule = holding.rule
    return Reason(
        rule.code, level.word, text, places or holding.places, rule.max_pressure,
        rule.techniques if row is None else (row.treatment.technique,),
        rule.citation, rule.evidence, rule.is_proposal, None if row is None else row.index, because(holding),
    )


_LEVELS = {level.word: level for level in Level}


def folded(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """One line for each place, by its strictest reason, the others within it; the worst line first, each once.

    What a row of the last visit would break holds within it what the same rule says before any row is chosen.
    """
    lines: list[list[Reason]] = []
    for one in sorted(reasons, key=_strictest_first):
        line = next((line for line in lines if _belongs(one, line)), None)
        if line is None:
            lines.append([one])
        else:
            line.append(one)
    return tuple(replace(first, others=tuple(rest)) for first, *rest in lines)


def _belongs(one: Reason, line: list[Reason]) -> bool:
    is_of_the_place = bool(one.regions) and (one.regions, one.treatment) == (line[0].regions, line[0].treatment)
    return is_of_the_place or any(one.rule == other.rule and (one.treatment is None) != (other.treatment is None)
                                  for other in line)


def _strictest_first(one: Reason) -> tuple[int, bool, int]:
    cap = 9 if one.max_pressure is None else -1 if one.max_pressure == "none" else one.max_pressure
    return -_LEVELS[one.level], one.treatment is None, cap


def doctors_reason(grant: KnownClearance, text: str, places: tuple[str, ...] = (),
                   row: Planned | None = None) -> Reason:
    """The reason a doctor's limit gives; it is nobody's rule, so its source is that doctor."""
    return Reason(
        "clearance-terms", Level.CAUTION.word, text, places, grant.max_pressure,
        grant.excluded_techniques if row is None else (row.treatment.technique,),
        f"What {grant.doctor or 'the doctor'} allowed for this client", "doctor's word", False,
        None if row is None else row.index,
    )


def told(holding: Holding) -> str:
    """The rule's own text, with its place before it where it has one."""
    rule = holding.rule
    text = worded(rule.text, holding.found).replace("{detail}", _detail(holding))
    if rule.adaptation:
        text = f"{text} {rule.adaptation}"
    if holding.places:
        return f"{capital(body_map.said(holding.places))}: {text}"
    return f"Place not noted, so everywhere: {text}" if rule.is_about_places else capital(text)


def because(holding: Holding) -> str:
    """Why there is a limit, as the first half of a sentence: "sensation is reduced"."""
    return worded(holding.rule.because, holding.found).replace("{detail}", _detail(holding))


def broken(holding: Holding, treatment: ProposedTreatment) -> str:
    """How the treatment breaks the rule, as "why, so what; here what."; empty where it keeps it.

    The words are right ahead of a visit and in its record: they do not say whether it is planned or done.
    """
    rule = holding.rule
    if treatment.technique in rule.spares and (treatment.pressure or 0) <= 1:
        return ""
    limits: list[str] = []
    planned = ""
    if rule.max_pressure is not None and is_too_firm(rule.max_pressure, treatment):
        limits.append(said_cap(rule.max_pressure))
        here = said_plan(rule.max_pressure, treatment)
        planned = f"; {treatment.whose} {f'pressure {here}' if here.isdigit() else here}"
    if treatment.technique in rule.ruled_out:
        limits.append(f"no {method(treatment.technique)}")
    if treatment.temperature is not None and treatment.temperature in rule.temperature:
        limits.append({"hot": "no heat", "cold": "no cold"}.get(treatment.temperature, f"not {treatment.temperature}"))
    if treatment.position is not None and treatment.position in rule.position:
        limits.append(f"not {treatment.position}")
    if rule.checks_lubricant and (product := _unsuitable(holding.detail, treatment)):
        limits.append(f"no {product}")
    return f"{because(holding)}, so {' and '.join(limits)}{planned}." if limits else ""


def is_too_firm(cap: Cap, treatment: ProposedTreatment) -> bool:
    """Whether the treatment goes beyond the cap; without a pressure only a resting hand keeps a cap of 0."""
    if cap == "none":
        return True
    if treatment.pressure is None:
        return cap == 0 and "still" not in TECHNIQUES[treatment.technique].elements
    return treatment.pressure > cap


def said_cap(cap: Cap) -> str:
    """The cap in words: "leave it alone", "a resting hold at most", "pressure 2 at most"."""
    if cap == "none":
        return "leave it alone"
    return "a resting hold at most" if cap == 0 else f"pressure {cap} at most"


def said_terms(grant: KnownClearance, total: int | None) -> str:
    """A doctor's limits in words, and the visit's length where it is longer; empty where they set none."""
    terms = [said_cap(grant.max_pressure)] if grant.max_pressure is not None else []
    terms += [f"no {method(technique)}" for technique in grant.excluded_techniques]
    if grant.minutes is not None:
        is_longer = total is not None and total > grant.minutes
        terms.append(f"{grant.minutes} minutes at most{f'; this visit takes {total}' if is_longer else ''}")
    return ", ".join(terms)


def said_plan(cap: Cap, treatment: ProposedTreatment) -> str:
    """What is planned against a cap: its pressure, or its name where no number says it."""
    if cap == "none" or treatment.pressure is None:
        return method(treatment.technique)
    return str(treatment.pressure)


def method(technique: str) -> str:
    """The technique's name."""
    return TECHNIQUES[technique].name


def capital(text: str) -> str:
    """The text with its first letter large, the rest as it was."""
    return text[:1].upper() + text[1:]


def _detail(holding: Holding) -> str:
    return holding.detail or "some oils or lotions"


def _unsuitable(detail: str, treatment: ProposedTreatment) -> str:
    """The product that must not be used: named in the allergy, or scented and not named at all."""
    if treatment.lubricant is None:
        scented = "scent" in TECHNIQUES[treatment.technique].elements
        return f"{method(treatment.technique)} until you know the oil" if scented else ""
    product = treatment.lubricant.casefold()
    for named in detail.casefold().split(","):
        word = named.strip().removesuffix("s")
        if word and product and (word in product or product in word):
            return treatment.lubricant
    return ""
