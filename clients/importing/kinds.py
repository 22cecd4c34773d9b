"""The kinds of lists that can be brought: people here, visits in the room to the right, which registers its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from uuid import UUID

from clients.importing.columns import Layout, Target
from clients.models import Import, ImportRow
from practice.access import Actor
from practice.refusals import NotThere


class Reader(Protocol):
    """Reads the rows of one list, one after the other, each knowing those before it."""

    def read(self, row: ImportRow) -> None:
        """Say what the row's cells mean: its reading and key, its faults or whom it may be, and so its state."""

    def remember(self, rows: Iterable[ImportRow]) -> None:
        """Know these rows of the list as read already."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: the ids of what is gone, and for each that stays a name and why."""

    gone: Collection[UUID]
    stays: dict[UUID, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of list. `lacks` says what a mapping still needs; `write` brings rows in, within one transaction, and
    marks those it cannot; `asks` names, by target, what stands in the list and what it could be called here; `ticks`
    are what can be wished besides.
    """

    code: str
    one: str
    many: str
    targets: tuple[Target, ...]
    layouts: tuple[Layout, ...]
    lacks: Callable[[Collection[str]], str]
    reader: Callable[[Import, Actor], Reader]
    write: Callable[[Import, Sequence[ImportRow], Actor], None]
    undo: Callable[[Import, Sequence[UUID], Actor], Undone]
    asks: Callable[[Import], dict[str, Ask]] = field(default=lambda brought: {})
    ticks: tuple[Tick, ...] = ()

    def said(self, count: int) -> str:
        """“1 client”, “5,000 clients”."""
        return f"{count:,} {self.one if count == 1 else self.many}"

    def label_of(self, code: str) -> str:
        """What a target is called."""
        return next((target.label for target in self.targets if target.code == code), code)


@dataclass(frozen=True, slots=True)
class Tick:
    """Something that is done only where it is ticked."""

    name: str
    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Names in the list that nobody here has, and whom or what each could be."""

    label: str
    names: tuple[str, ...]
    choices: tuple[tuple[str, str], ...]
    guessed: dict[str, str]


class Kinds:
    """All kinds by their code."""

    known: ClassVar[dict[str, Kind]] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind of list known; called once at start by the room that has it."""
    Kinds.known[kind.code] = kind


def kind_of(code: str) -> Kind:
    """The kind with this code."""
    if code not in Kinds.known:
        raise NotThere("There is no such kind of list.")
    return Kinds.known[code]


def fault(column: str, value: Any, words: str) -> dict[str, str]:
    """One fault of a row: in which column, what stands there, and what to do."""
    return {"column": column, "value": str(value)[:80], "words": words}
