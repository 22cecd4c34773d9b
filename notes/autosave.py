"""What a sheet saves by itself while somebody types: into the note where it can stand there, else beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from notes.models import Note, NoteDraft
from notes.sheet import Sheet
from notes.sheet.rows import TreatmentRow, says_something
from notes.writing import locked_note, write_note
from practice.access import Actor
from practice.refusals import BadInput

MOST_TYPED = 400_000  # characters of one sheet: four full parts and every row, five times over
_NOT_TYPED = {"csrfmiddlewaretoken", "act", "as", "version", "tab", "turn"}


@transaction.atomic
def keep_typed(*, note: Note, by: Actor, expected_version: int, typed: Mapping[str, str], tab: str = "", turn: int = 0,
               ) -> NoteDraft:
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
            return last
        expected_version = note.version
    written, is_whole = _into_the_note(note, by, expected_version, typed)
    kept, _ = NoteDraft.objects.update_or_create(note=note, defaults={
        "author": by, "version": written.version, "tab": tab, "turn": turn, "at": timezone.now(),
        "is_whole": is_whole, "typed": {} if is_whole else typed})
    return kept


def _into_the_note(note: Note, by: Actor, version: int, typed: Mapping[str, str]) -> tuple[Note, bool]:
    """Write what can stand in the note; answers it, and whether that was all."""
    sheet = Sheet(note, {**typed, "version": str(version)})
    if sheet.is_valid() and not any(_is_loose(row) for row in sheet.rows):
        try:
            with transaction.atomic():
                return write_note(note=note, by=by, by_itself=True, **sheet.changes()), True
        except BadInput:  # a rule of the whole note, such as more minutes than the visit had
            pass
    changes: dict[str, Any] = {"expected_version": version}
    if sheet.words.is_valid():
        changes |= sheet.words.words()
        changes["visibility"] = "author" if sheet.words.cleaned_data["only_me"] else "therapists"
    if sheet.next.is_valid():
        changes |= sheet.next.plan()
    return write_note(note=note, by=by, by_itself=True, **changes), False


def _is_loose(row: TreatmentRow) -> bool:
    """Whether a row says something, but not yet where or what: a note has no place for that."""
    return row.as_input() is None and says_something({name: row[name].value() for name in row.fields})


def sheet_of(note: Note) -> Sheet:
    """The sheet as it was left: what is saved, or what was typed and is not in the note yet."""
    left: NoteDraft | None = getattr(note, "typing", None)
    if left is None or left.is_whole or left.version != note.version:
        return Sheet.of(note)
    sheet = Sheet.typed(note, {**left.typed, "version": note.version})
    sheet.words.fields["subjective"].widget.attrs["autofocus"] = True
    return sheet
