"""The codes a practice bills its techniques by, as it typed them, and what a note comes to by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from notes.models import BillingCode, Note, Treatment
from notes.units import SOURCE, units_by_code
from practice import audit
from practice.access import Actor, Role
from practice.models import Membership, Practice
from practice.refusals import BadInput, NotAllowed
from practice.techniques import TECHNIQUES

_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,11}")


def codes_of(practice_id: Any) -> dict[str, str]:
    """The practice's codes by technique; empty where it typed none, and then nothing of this is shown anywhere."""
    return dict(BillingCode.objects.filter(practice_id=practice_id).values_list("technique", "code"))


def change_codes(*, practice: Practice, codes: Mapping[str, str], by: Actor) -> dict[str, str]:
    """Write the code of each technique named; an empty one is taken away. The owner's to decide."""
    if by.role != Role.OWNER:
        raise NotAllowed("Billing codes are the owner's to type.")
    typed = {technique: code.strip().upper() for technique, code in codes.items()}
    for technique, code in typed.items():
        if technique not in TECHNIQUES:
            raise BadInput(f"“{technique[:40]}” is not a technique of the catalogue.", field=technique)
        if code and not _CODE.fullmatch(code):
            raise BadInput("A code has letters, digits, points and dashes, 12 at most.", field=technique)
    with transaction.atomic():
        kept = [BillingCode(practice=practice, technique=technique, code=code)
                for technique, code in typed.items() if code]
        BillingCode.objects.filter(practice=practice, technique__in=typed).delete()
        BillingCode.objects.bulk_create(kept)
        audit.record(by=by, verb="billing_codes_changed", subject=practice, techniques=len(kept))
    return codes_of(practice.pk)


def also_that_day(note: Note, by: Membership) -> list[Treatment]:
    """What other notes of the same client's day say was given, as far as this member may read them."""
    others = Note.objects.visible_to(by).filter(client__in=note.client.family, visit_on=note.day)
    return list(Treatment.objects.filter(note__in=others.exclude(pk=note.pk), state="given"))


@dataclass(frozen=True, slots=True)
class Billed:
    """What a day's timed minutes come to so far: units by code, and the minutes they were counted from.

    `here` are the minutes of the one note; None where a note was signed before they were kept.
    """

    minutes: int
    units: tuple[tuple[str, int], ...]
    here: int | None = None
    source: str = SOURCE

    @property
    def said(self) -> str:
        """For what they are counted, so that nobody adds up two notes of one day."""
        if self.here is None or self.here == self.minutes:
            return f"for the whole day so far, from {self.minutes} timed minutes"
        return (f"for the whole day so far, from {self.minutes} timed minutes, {self.here} of them in this note. They "
                "take the place of the units on the day’s other notes: do not add them up.")


def billed_in(note: Note, rows: Iterable[Any], by: Membership) -> Billed | None:
    """The units of these rows of a note with the rest of its day; None where the practice typed no codes."""
    codes = codes_of(note.practice_id)
    return billed(rows, also_that_day(note, by), codes) if codes else None


def billed(rows: Iterable[Any], others: Iterable[Any], codes: Mapping[str, str]) -> Billed | None:
    """The units of what was given in this note and in the day's others; None where none of it has a code."""
    minutes = here = _by_code(rows, codes)
    for code, spent in _by_code(others, codes).items():
        minutes = minutes | {code: minutes.get(code, 0) + spent}
    units = tuple(units_by_code(minutes).items())
    return Billed(sum(minutes.values()), units, sum(here.values())) if minutes else None


def _by_code(rows: Iterable[Any], codes: Mapping[str, str]) -> dict[str, int]:
    """The minutes given of each code."""
    minutes: dict[str, int] = {}
    for row in rows:
        if row.state == "given" and row.minutes and (code := codes.get(row.technique)):
            minutes[code] = minutes.get(code, 0) + row.minutes
    return minutes


def billed_to_keep(units: Billed | None) -> dict[str, Any] | None:
    """The units as a signed note keeps them; codes typed later count for later notes."""
    if units is None:
        return None
    return {"minutes": units.minutes, "here": units.here, "units": [list(pair) for pair in units.units]}


def billed_when_signed(note: Note) -> Billed | None:
    """The units as they stood when it was signed; None where no code stood then, or before they were kept."""
    kept = note.billed_at_signing
    if not kept:
        return None
    return Billed(kept["minutes"], tuple((code, count) for code, count in kept["units"]), kept.get("here"))
