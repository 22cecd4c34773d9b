"""What is felt where, on the first and the last day a letter tells of: facts, and the words that say them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from clients.body import said
from clients.sentences import in_a_sentence
from notes.charts import said_day

TITLE = "Sensation, then and now"


@dataclass(frozen=True, slots=True)
class Felt:
    """One kind of sensation and its places ("foot:left"); `finding` is a code, `name` what it was called then."""

    finding: str
    name: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sensation:
    """Two maps of one body: what was known to be felt otherwise on the first day, and on the last."""

    then_on: date
    now_on: date
    then: tuple[Felt, ...]
    now: tuple[Felt, ...]


def said_sensation(sensation: Sensation) -> tuple[str, ...]:
    """The pictures in lines: then, now, and what came or went between."""
    then, now = (said_day(day, year=True) for day in (sensation.then_on, sensation.now_on))
    if sensation.then == sensation.now:
        return (f"The same on {then} and on {now}: {_all_of(sensation.now)}.",)
    return (f"Then, {then}: {_all_of(sensation.then)}.", f"Now, {now}: {_all_of(sensation.now)}.",
            *_changes(sensation))


def _all_of(felt: Sequence[Felt]) -> str:
    return "; ".join(_phrase(each.name, each.places) for each in felt) or "nothing noted"


def _phrase(name: str, places: Sequence[str]) -> str:
    return f"{in_a_sentence(name)} ({said(tuple(places))})"


def _changes(sensation: Sensation) -> Iterator[str]:
    """What is noted now and was not, and the other way round."""
    names = {each.finding: each.name for each in (*sensation.then, *sensation.now)}
    before, after = ({each.finding: set(each.places) for each in felt} for felt in (sensation.then, sensation.now))
    for words, has, had in (("New", after, before), ("No longer", before, after)):
        found = {code: sorted(has.get(code, set()) - had.get(code, set())) for code in names}
        if phrases := [_phrase(names[code], places) for code, places in found.items() if places]:
            yield f"{words}: {'; '.join(phrases)}."


def sensation_from_data(data: Mapping[str, Any] | None) -> Sensation | None:
    """The maps as `as_data` wrote them down."""
    if not data:
        return None
    felt = {key: tuple(Felt(row["finding"], row["name"], tuple(row["places"])) for row in data[key])
            for key in ("then", "now")}
    return Sensation(date.fromisoformat(data["then_on"]), date.fromisoformat(data["now_on"]), **felt)
