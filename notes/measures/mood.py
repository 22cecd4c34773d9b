"""Questions about mood are asked only where the practice has named what it does on a worrying answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone

from clients.words import one_line
from notes.measures.catalogue import MEASURES
from notes.measures.questions import QUESTIONNAIRES
from notes.models import Note, WorryingAnswer
from practice import audit
from practice.access import Actor, Role
from practice.models import Practice
from practice.refusals import BadInput, NotAllowed, Refusal


class MoodNotAsked(Refusal):
    """The practice has not named what it does on a worrying answer."""

    code: ClassVar[str] = "mood_not_asked"
    title: ClassVar[str] = "These questions are not asked here"


@dataclass(frozen=True, slots=True)
class Worrying:
    """A score at or above its cut-off, and what this practice does then, in its own sentence."""

    measure: str
    name: str
    value: Decimal
    cut_off: int
    what_we_do: str

    @property
    def said(self) -> str:
        return f"{self.name} is {self.value.normalize() + 0}: from {self.cut_off} on we look closer."


def decide_on_mood(*, practice: Practice, is_asked: bool, what_we_do: str, by: Actor) -> WorryingAnswer:
    """The owner names what is done on a worrying answer, and switches the questions on; or off."""
    if by.role != Role.OWNER:
        raise NotAllowed("The owner decides whether these questions are asked.")
    words = one_line(what_we_do)
    if is_asked and not words:
        raise BadInput("Say in a sentence what you do on a worrying answer; then the questions can be asked.",
                       field="what_we_do")
    if len(words) > 500:
        raise BadInput("500 characters at most: one or two sentences.", field="what_we_do")
    with transaction.atomic():
        Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
        row, _ = WorryingAnswer.objects.update_or_create(practice=practice, defaults={
            "is_asked": is_asked, "what_we_do": words, "decided_by": by, "decided_at": timezone.now()})
        audit.record(by=by, verb="mood_decided", subject=row, is_asked=is_asked)
    return row


def decided_on_mood(practice_id: Any) -> WorryingAnswer | None:
    return WorryingAnswer.objects.filter(practice=practice_id).select_related("decided_by__user").first()


def is_mood_asked(practice_id: Any) -> bool:
    return WorryingAnswer.objects.filter(practice=practice_id, is_asked=True).exists()


def refuse_unasked(note: Note, codes: Iterable[str]) -> None:
    """Refuse a score of these questionnaires where they are not asked; one the note holds already may stay."""
    asked = {code for code in codes if code in QUESTIONNAIRES}
    if not asked or is_mood_asked(note.practice_id):
        return
    held = {row.measure for row in note.measurements.all()}
    if new := sorted(asked - held):
        raise MoodNotAsked(f"{' and '.join(MEASURES[code].name for code in new)} can be asked once the practice has "
                           "named what it does on a worrying answer (Practice, “Questions about mood”).")


def worrying_in(note: Note, readings: Sequence[tuple[str, Decimal]]) -> list[Worrying]:
    """The scores of this note at or above their cut-off, each with what we do then."""
    high = [(code, value) for code, value in readings
            if code in QUESTIONNAIRES and value >= QUESTIONNAIRES[code].cut_off]
    decided = decided_on_mood(note.practice_id) if high else None
    what = decided.what_we_do if decided else ""
    return [Worrying(code, MEASURES[code].name, value, QUESTIONNAIRES[code].cut_off, what) for code, value in high]
