"""Where two versions of a sheet differ, part by part, with the words that only one of them has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from django import forms

from notes.choices import WHETHER
from notes.sheet.rows import TreatmentRow
from notes.sheet.whole import Sheet
from notes.writing import SOAP

MOST_PAIRS = 40_000  # of words alike in two stretches, some 2,000 English words each; of more, all counts as changed
LONG, AROUND = 40, 10  # words alike in a row that are left out, and how many of them stay on either side


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of one version; `is_own` where the other does not have them there."""

    words: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """One part that is not alike, as saved meanwhile and as typed; no piece where a version says nothing."""

    name: str
    saved: tuple[Piece, ...]
    typed: tuple[Piece, ...]

    @property
    def is_space(self) -> bool:
        """Whether only spaces and line ends differ."""
        return not any(piece.is_own for piece in (*self.saved, *self.typed))


def differing(saved: Sheet, typed: Sheet) -> list[Differing]:
    """Each part in which two sheets of a note differ, in the order in which they are written."""
    a, b = dict(_parts(saved)), dict(_parts(typed))
    names = dict.fromkeys((*a, *b))
    return [Differing(name, *compared(a.get(name, ""), b.get(name, ""))) for name in names
            if a.get(name, "") != b.get(name, "")]


def compared(saved: str, typed: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts in pieces, word by word; long stretches that are alike are cut to their ends."""
    a, b = re.findall(r"\s*\S+\s*?", saved), re.findall(r"\s*\S+\s*?", typed)
    words_a, words_b = [word.strip() for word in a], [word.strip() for word in b]
    own_a, own_b = [True] * len(a), [True] * len(b)
    for at_a, at_b in _alike(words_a, words_b):
        own_a[at_a] = own_b[at_b] = False
    return _pieces(a, own_a), _pieces(b, own_b)


def _alike(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places of the words both have, in order."""
    least = min(len(a), len(b))
    head = next((i for i in range(least) if a[i] != b[i]), least)
    tail = next((i for i in range(least - head) if a[-1 - i] != b[-1 - i]), least - head)
    yield from ((i, i) for i in range(head))
    yield from ((len(a) - 1 - i, len(b) - 1 - i) for i in range(tail))
    middle_a, middle_b = a[head:len(a) - tail], b[head:len(b) - tail]
    if _pairs(middle_a, middle_b) > MOST_PAIRS:  # comparing them could take seconds
        return
    for run in SequenceMatcher(None, middle_a, middle_b, autojunk=False).get_matching_blocks():
        yield from ((head + run.a + i, head + run.b + i) for i in range(run.size))


def _pairs(a: Sequence[str], b: Sequence[str]) -> int:
    """How many pairs of the same word there are: what comparing two stretches costs grows with it."""
    times = Counter(b)
    return sum(count * times[word] for word, count in Counter(a).items())


def _pieces(words: Sequence[str], own: Sequence[bool]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for is_own, group in groupby(zip(words, own, strict=True), key=lambda pair: pair[1]):
        run = [word for word, _ in group]
        if not is_own and len(run) > LONG:
            run = [*run[:AROUND], " … ", *run[-AROUND:]]
        said = "".join(run)
        if is_own and said != said.lstrip():  # a space before what is marked is not marked
            pieces.append(Piece(said[:len(said) - len(said.lstrip())], False))
            said = said.lstrip()
        pieces.append(Piece(said, is_own))
    return tuple(pieces)


# --- what a sheet says, by the name of its part -------------------------------------------------------------------


def _parts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for name in SOAP[:2]:
        yield name.capitalize(), _said(sheet.words[name])
    yield from _numbered(_row(row) for row in sheet.rows if not row.is_blank)
    yield "Whole visit", sheet.visit.said
    yield from _numbered((event.name, _said_form(event)) for event in sheet.events)
    yield from ((str(field.label), _said(field)) for field in sheet.readings)
    for name in SOAP[2:]:
        yield name.capitalize(), _said(sheet.words[name])
    yield from ((str(field.label), _said(field)) for field in sheet.next)
    yield "Who reads it", "only its author" if sheet.words["only_me"].value() else "therapists"


def _numbered(parts: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Parts of the same name apart: the second and further ones with their number."""
    seen: dict[str, int] = {}
    for name, said in parts:
        seen[name] = seen.get(name, 0) + 1
        yield f"{name} ({seen[name]})" if seen[name] > 1 else name, said


def _row(row: TreatmentRow) -> tuple[str, str]:
    """A row by its place and technique; one that is not complete field by field, as it was typed."""
    if row.errors or row.as_input() is None:
        return "Treatment, not complete", _said_form(row)
    return "Treatment: " + " ".join(row.parts[:2]), _said_row(row)


def _said_row(row: TreatmentRow) -> str:
    return ", ".join(filter(None, (*row.parts[2:], dict(WHETHER)[row.whether].lower(), _said(row["response"]),
                                   _said(row["override_reason"]))))


def _said_form(form: forms.Form) -> str:
    said = ((str(field.label), _said(field)) for field in form if not field.is_hidden)
    return ", ".join(f"{name.lower()}: {words}" for name, words in said if words) or "logged"


def _said(field: forms.BoundField) -> str:
    """What stands in a field, as its list says it where it has one."""
    value = "" if field.value() in (None, False) else str(field.value()).replace("\r\n", "\n").strip()
    if value and (choices := getattr(field.field, "choices", None)):
        return dict(_flat(choices)).get(value, value)
    return _plain_number(value) if isinstance(field.field, forms.DecimalField) else value


def _flat(choices: Iterable[Any]) -> Iterator[tuple[str, str]]:
    for code, words in choices:
        if isinstance(words, (list, tuple)):
            yield from _flat(words)
        else:
            yield str(code), str(words)


def _plain_number(value: str) -> str:
    try:
        return f"{Decimal(value).normalize() + 0:f}" if value else ""
    except InvalidOperation:
        return value
