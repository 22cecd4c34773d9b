"""A questionnaire answered at a visit: its total becomes a reading of the draft note."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from notes.measures.mood import Worrying, worrying_in
from notes.measures.questions import QUESTIONNAIRES
from notes.models import Note
from notes.writing import MeasurementInput, write_note
from practice.access import Actor
from practice.refusals import BadInput


def answer_questionnaire(
    *, note: Note, code: str, answers: Sequence[int], expected_version: int, by: Actor,
) -> tuple[Note, list[Worrying]]:
    """Write the total into the draft in place of an earlier one; answers the note and what is worrying in it.

    The single answers are not kept. Refuses an unknown questionnaire, a missing answer, and one that is not asked here.
    """
    asked = QUESTIONNAIRES.get(code)
    if asked is None:
        raise BadInput("This questionnaire is not one we ask.", field="code")
    try:
        total = Decimal(asked.total(answers))
    except ValueError:
        raise BadInput("Every question needs one of the four answers.", field="answers") from None
    others = [MeasurementInput(row.measure, row.when, row.value) for row in note.measurements.all()
              if row.measure != code]
    note = write_note(note=note, by=by, expected_version=expected_version,
                      measurements=[*others, MeasurementInput(code, "before", total)])
    return note, worrying_in(note, [(code, total)])
