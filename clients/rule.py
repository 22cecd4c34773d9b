"""What a rule is: what makes it speak, how much it weighs, and what it limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Literal

from clients.sources import SOURCES, cite
from practice.techniques import with_elements


class Level(IntEnum):
    """How much a reason weighs; the worst one speaking is the verdict, and info counts as ok."""

    INFO = 1
    CAUTION = 2
    CLEARANCE = 3
    STOP = 4

    @property
    def word(self) -> str:
        """The level as it is written outside: "caution"."""
        return self.name.lower()


class Where(Enum):
    """Which part of the body a rule is about, where it does not name regions itself."""

    SAME = "the finding's places; the whole body while no place is noted"
    NOTED = "the finding's places; silent while no place is noted"
    ALL = "the whole body"


SAME, NOTED, ALL = Where.SAME, Where.NOTED, Where.ALL
Cap = int | Literal["none"]
OnReturn = Literal["", "pressure", "minutes", "map", "clearance"]
TEMPERATURES = ("cold", "cool", "neutral", "warm", "hot")
POSITIONS = ("supine", "prone", "side-lying", "seated", "semi-reclined")
EPISODES = (
    "relapse", "pseudo_relapse", "migraine_attack", "off_period", "pain_flare", "acute_illness", "other"
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a rule speak: one of these conditions, findings, or episodes in one of these statuses.

    `steroids_within` asks for a steroid course that ended at most so many days ago; `ended_within` for an episode
    that was over at most so many days ago; `is_overdue` for a hold whose review day has come.
    """

    kind: Literal["condition", "finding", "episode"]
    codes: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    has_fever: bool | None = None
    steroids_within: int | None = None
    is_overdue: bool = False
    ended_within: int | None = None


ONGOING = "suspected confirmed"  # statuses of an episode that is going on


def condition(*codes: str) -> Trigger:
    """Any of these conditions, or one that belongs to them."""
    return Trigger("condition", codes)


def finding(*codes: str) -> Trigger:
    """Any of these findings."""
    return Trigger("finding", codes)


def episode(*kinds: str, status: str, has_fever: bool | None = None, steroids_within: int | None = None,
            is_overdue: bool = False, ended_within: int | None = None) -> Trigger:
    """An episode of one of these kinds in one of these statuses (written with spaces between)."""
    return Trigger("episode", kinds, tuple(status.split()), has_fever, steroids_within, is_overdue, ended_within)


@dataclass(frozen=True, slots=True)
class Rule:
    """One consequence of one thing known about a body.

    `because` is the short reason put before a limit ("sensation is reduced"); `temperature` and `position`
    list what is ruled out; `suggested_techniques` what helps instead; `spares` techniques that keep the
    rule when given at pressure 1 at most; `days` ends the rule so long after it began; `days_after` lets it speak
    only once the finding is over, for so long. `noted_in` lets it speak only where the finding is noted in one of
    these regions; `in_quadrant` widens the finding's places to the quarter of the trunk beside them. `own` says what
    a practice changed about it, and stands behind its source. `on_return` says which part of coming back after an
    episode it is about: it holds as the practice agreed, and as far as the return has come. In `text` and `because`
    "{felt}" and "{sensation}" stand for what is noted: less feeling, or none (`worded`).
    """

    code: str
    when: Trigger
    level: Level
    text: str
    because: str = ""
    regions: Where | tuple[str, ...] = ALL
    max_pressure: Cap | None = None
    excluded_techniques: tuple[str, ...] = ()
    excluded_elements: tuple[str, ...] = ()
    temperature: tuple[str, ...] = ()
    position: tuple[str, ...] = ()
    max_minutes: int | None = None
    checks_lubricant: bool = False
    suggested_techniques: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    days: int | None = None
    days_after: int | None = None
    noted_in: tuple[str, ...] = ()
    in_quadrant: bool = False
    source: tuple[str, ...] = ("evenhand",)
    is_proposal: bool = False
    adaptation: str = ""
    is_emergency: bool = False
    own: str = ""
    on_return: OnReturn = ""
    ruled_out: frozenset[str] = field(init=False)
    techniques: tuple[str, ...] = field(init=False)
    citation: str = field(init=False)
    tells_apart: bool = field(init=False)

    def __post_init__(self) -> None:
        out = frozenset(self.excluded_techniques) | with_elements(frozenset(self.excluded_elements))
        object.__setattr__(self, "ruled_out", out)
        object.__setattr__(self, "techniques", tuple(sorted(out)) or self.suggested_techniques)
        object.__setattr__(self, "citation", " · ".join(filter(None, [cite(*self.source), self.own])))
        object.__setattr__(self, "tells_apart", "{felt}" in self.text or "{sensation}" in self.because)

    @property
    def evidence(self) -> str:
        """The kind of evidence: guideline, textbook, article, practice custom or our proposal."""
        if self.own:
            return "this practice's own number"
        return "our proposal" if self.is_proposal else SOURCES[self.source[0]].kind

    @property
    def has_limits(self) -> bool:
        """Whether a planned treatment can keep or break this rule, rather than only be told of it."""
        return bool(self.max_pressure is not None or self.ruled_out or self.temperature or self.position
                    or self.checks_lubricant)

    @property
    def is_about_places(self) -> bool:
        """Whether it belongs to the finding's places."""
        return self.regions in (SAME, NOTED)

    @property
    def is_outright(self) -> bool:
        """Whether no way of working keeps it: it is about coming, or about touching a place, at all."""
        return not self.has_limits or self.max_pressure == "none"


_FELT = {"reduced-sensation": ("numb", "reduced"), "absent-sensation": ("no feeling", "absent")}
_FELT_EITHER = ("numb or no feeling", "reduced or absent")


def worded(text: str, found: str = "") -> str:
    """The words of a rule about this finding; without one, about either of those it tells apart."""
    felt, sensation = _FELT.get(found, _FELT_EITHER)
    return text.replace("{felt}", felt).replace("{sensation}", sensation)


def table_of(rules: Iterable[Rule]) -> dict[str, Rule]:
    """The rules by their codes; refuses, as ValueError, two of the same code."""
    table: dict[str, Rule] = {}
    for rule in rules:
        if rule.code in table:
            raise ValueError(f"two rules are called {rule.code}")
        table[rule.code] = rule
    return table


Index = Mapping[tuple[str, str], tuple[Rule, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """The rules somebody works by, each under its code, and in `index` under what triggers it: ("finding", "fever")."""

    rules: Mapping[str, Rule]
    index: Index = field(init=False)

    def __post_init__(self) -> None:
        index: dict[tuple[str, str], list[Rule]] = {}
        for rule in self.rules.values():
            for code in rule.when.codes:
                index.setdefault((rule.when.kind, code), []).append(rule)
        object.__setattr__(self, "index", {trigger: tuple(rows) for trigger, rows in index.items()})
