"""What a measure is: its scale, which way is better, how much change means something, and how much is only error."""

from __future__ import annotations

from dataclasses import dataclass

# How it comes about, in the order of a list.
KINDS = {
    "scale": "Rated 0 to 10, before and after",
    "goal": "Own goals",
    "question": "Asked at the visit",
    "test": "Timed and measured",
    "questionnaire": "Questionnaires with their wording",
    "total": "Totals of other instruments",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A size of change: units of the scale, or a share of the first reading.

    `for_worse` is its size where getting worse takes another one; `words` say what it means to whom, `source` who
    found it.
    """

    value: float
    words: str
    source: str
    is_share: bool = False
    for_worse: float | None = None

    @property
    def said(self) -> str:
        """A sentence with its source."""
        return f"{self.words[:1].upper()}{self.words[1:]} ({self.source})."

    def size(self, first: float, *, is_worse: bool = False) -> float:
        """The change in units of the scale, from a first reading."""
        value = self.for_worse if is_worse and self.for_worse is not None else self.value
        return abs(first) * value if self.is_share else value


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of the catalogue, or a client's own goal.

    `question` is asked of the client at the visit: its answer is one reading, taken before the session. `drawn_to` is
    the top of the usual scale where the highest answer allowed lies far beyond it. `meaningful` is the published change
    that means something, `error` the measurement error, each where one was found.
    """

    code: str
    name: str
    unit: str
    low: int
    high: int
    better: str  # "lower" or "higher"
    source: str
    kind: str = "scale"
    meaningful: Change | None = None
    error: Change | None = None
    licence: str = "generic, free to use"
    loinc: str = ""
    known_by: str = "reported"  # "reported" by the client; "measured" where a clock or an instrument says it
    question: str = ""
    drawn_to: int = 0
    is_once: bool = False  # once at a visit, where before and after the session would say nothing
    hint: str = ""

    @property
    def times(self) -> tuple[str, ...]:
        """When it is read at a visit: before and after the session, or once; a total from elsewhere never."""
        if self.kind == "total":
            return ()
        return ("before",) if self.question or self.is_once else ("before", "after")

    @property
    def top(self) -> int:
        """The top of its scale in a picture."""
        return self.drawn_to or self.high

    def band(self, first: float) -> float | None:
        """How far from a first reading nothing is said yet: the published change, or the error where that is more."""
        sizes = [change.size(first) for change in (self.meaningful, self.error) if change]
        return max(sizes, default=0) or None

    @property
    def meaningful_words(self) -> str:
        """What change means something, and what is only error, with who says so; empty where nothing is published."""
        return " ".join(change.said for change in (self.meaningful, self.error) if change)

    @property
    def sources(self) -> str:
        """Who published it, where the words themselves are said elsewhere."""
        named = dict.fromkeys(change.source for change in (self.meaningful, self.error) if change)
        return f"Source: {'; '.join(named)}." if named else ""
