"""The numbers a practice decides for itself: how long things are kept, held, and how often they are asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from practice import audit
from practice.access import Actor, Role
from practice.models import Practice
from practice.refusals import BadInput, NotAllowed


@dataclass(frozen=True, slots=True)
class Number:
    """One number: what it is called and for, its bounds (both included), what it counts.

    Where the help says “(P) our proposal”, no source gives a number.
    """

    name: str
    label: str
    help: str
    least: int
    most: int
    counted_in: str
    may_be_empty: bool = False

    @property
    def words(self) -> str:
        """What to write, in words."""
        empty = ", or leave it empty for never" if self.may_be_empty else ""
        return f"Write a number from {self.least} to {self.most} {self.counted_in}{empty}."


NUMBERS: dict[str, Number] = {n.name: n for n in (
    Number("retention_years", "Keep what is written for (years)",
           "After the last visit or note; a child’s years from the 18th birthday. Ten is usual; your law decides.",
           1, 100, "years"),
    Number("intake_every_months", "Ask the intake again after (months)", "(P) our proposal. Empty: never again.",
           1, 120, "months", may_be_empty=True),
    Number("review_window_days", "A confirmed relapse holds visits for (days)",
           "(P) our proposal: no source gives a number. Then somebody looks again.", 1, 120, "days"),
    Number("steroid_gap_days", "After a steroid course keep free (days)",
           "(P) our proposal: no source gives a number.", 0, 60, "days"),
    Number("check_in_days", "During an episode ask how it is every (days)", "(P) our proposal.", 1, 60, "days"),
)}


@transaction.atomic
def change_numbers(*, practice: Practice, by: Actor, **numbers: int | None) -> Practice:
    """Change some of a practice's numbers, from now on; what is on hold or asked already stays as it is.

    For the owner. Refuses unknown numbers and those out of bounds.
    """
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("These numbers are the owner's to decide. Ask them.")
    practice = Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    for name, value in numbers.items():
        number = NUMBERS.get(name)
        if number is None:
            raise BadInput("There is no such number.", field=name)
        if value is None and number.may_be_empty:
            continue
        if value is None or not number.least <= value <= number.most:
            raise BadInput(number.words, field=name)
    changed = [name for name, value in numbers.items() if getattr(practice, name) != value]
    for name in changed:
        setattr(practice, name, numbers[name])
    if changed:
        practice.save(update_fields=changed)
        audit.record(by=by, verb="practice_changed", subject=practice, fields=changed)
    return practice
