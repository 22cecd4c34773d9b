"""What a sheet saves by itself while somebody types: into the note where it can stand there, else beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from notes.models import Note, NoteDraft
from notes.sheet import Sheet
from notes.writing import locked_note, write_note
from practice.access import Actor
from practice.refusals import BadInput

MOST_TYPED = 400_000  # characters of one sheet: four full parts and every row, five times over
_NOT_TYPED = {"csrfmiddlewaretoken", "act", "as", "version", "tab", "turn", "base", "asked"}
_OFF_RANGE = {"min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits", "invalid", "max_length"}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something typed that cannot stand in the note yet: its field ("" where it is no single one), and why."""

    field: str
    words: str
    is_wrong: bool = False  # off its range, and not only still to be said

    @property
    def told(self) -> list[Any]:
        """The same for the sheet's script."""
        return [self.field, self.words, self.is_wrong]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was saved of a sheet, and what of it waits beside the note."""

    draft: NoteDraft
    unfinished: tuple[Unfinished, ...]


@transaction.atomic
def keep_typed(*, note: Note, by: Actor, expected_version: int, typed: Mapping[str, str], tab: str = "", turn: int = 0,
               ) -> Kept:
    """Save what is typed, as it is: whole into the note, or its words there and the sheet beside it.

    A tab never stands in its own way: where its own save is the last one, a lost answer or a late try is no conflict.
    Anybody else's save since `expected_version` refuses it as stale; so do a signature and another author.
    """
    typed = {name: value.replace("\x00", "") for name, value in typed.items() if name not in _NOT_TYPED}
    if sum(map(len, typed.values())) > MOST_TYPED:
        raise BadInput("That is more than a note holds; shorten it a little.")
    note = locked_note(note)
    last = NoteDraft.objects.filter(note=note).first()
    if last and tab and (last.tab, last.version) == (tab, note.version):
        if turn <= last.turn:
            return Kept(last, () if last.is_whole else unfinished_in(_as_left(note, last)))
        expected_version = note.version
    written, unfinished = _into_the_note(note, by, expected_version, typed)
    is_whole = not unfinished
    kept, _ = NoteDraft.objects.update_or_create(note=note, defaults={
        "author": by, "version": written.version, "tab": tab, "turn": turn, "at": timezone.now(),
        "is_whole": is_whole, "typed": {} if is_whole else typed})
    return Kept(kept, unfinished)


def _into_the_note(note: Note, by: Actor, version: int, typed: Mapping[str, str],
                   ) -> tuple[Note, tuple[Unfinished, ...]]:
    """Write what can stand in the note; answers it, and what cannot yet."""
    sheet = Sheet(note, {**typed, "version": str(version)})
    unfinished = unfinished_in(sheet)
    if not unfinished:
        try:
            with transaction.atomic():
                return write_note(note=note, by=by, by_itself=True, **sheet.changes()), ()
        except BadInput as refusal:  # a rule that is of no single field
            unfinished = (Unfinished("", str(refusal.detail)),)
    changes: dict[str, Any] = {"expected_version": version}
    if sheet.words.is_valid():
        changes |= sheet.words.words()
        changes["visibility"] = "author" if sheet.words.cleaned_data["only_me"] else "therapists"
    if sheet.next.is_valid():
        changes |= sheet.next.plan()
    return write_note(note=note, by=by, by_itself=True, **changes), unfinished


def unfinished_in(sheet: Sheet) -> tuple[Unfinished, ...]:
    """What of a sheet as sent cannot stand in the note, field by field."""
    named = tuple(Unfinished(field.html_name, str(error.messages[0]), error.code in _OFF_RANGE)
                  for field in sheet for error in field.errors.as_data())
    return (*named, Unfinished("", slip)) if (slip := sheet.totals.slip) else named


def as_saved(note: Note) -> Sheet:
    """The sheet as it was saved last, with what waits beside the note; nothing of it is checked."""
    left: NoteDraft | None = getattr(note, "typing", None)
    return _as_left(note, left) if left and _waits(note, left) else Sheet.sent(note)[0]


def saved_fields(note: Note) -> dict[str, Any]:
    """The same field by field, as a browser would send it."""
    left: NoteDraft | None = getattr(note, "typing", None)
    return dict(left.typed) if left and _waits(note, left) else Sheet.sent(note)[1]


def left_unfinished(note: Note) -> list[list[Any]]:
    """The same of what waits beside a draft, for the page that opens it."""
    left: NoteDraft | None = getattr(note, "typing", None)
    if left is None or not _waits(note, left):
        return []
    return [one.told for one in unfinished_in(_as_left(note, left))]


def said_unfinished(waits: Sequence[Sequence[Any]]) -> str:
    """What waits beside a draft, counted in words: “one value is out of range”; "" where nothing does."""
    wrong = sum(bool(one[2]) for one in waits)
    counts = ((len(waits) - wrong, "one thing is not complete yet", "things are not complete yet"),
              (wrong, "one value is out of range", "values are out of range"))
    return ", ".join(one if count == 1 else f"{count} {more}" for count, one, more in counts if count)


def _waits(note: Note, left: NoteDraft) -> bool:
    """Whether something typed waits beside the note, and nothing was saved over it."""
    return not left.is_whole and left.version == note.version


def _as_left(note: Note, left: NoteDraft) -> Sheet:
    return Sheet(note, {**left.typed, "version": str(note.version)})


def sheet_of(note: Note) -> Sheet:
    """The sheet as it was left: what is saved, or what was typed and is not in the note yet."""
    left: NoteDraft | None = getattr(note, "typing", None)
    if left is None or not _waits(note, left):
        return Sheet.of(note)
    sheet = Sheet.typed(note, {**left.typed, "version": note.version})
    sheet.words.fields["subjective"].widget.attrs["autofocus"] = True
    return sheet
