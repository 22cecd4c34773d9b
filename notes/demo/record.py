"""What waits in the demo's record: a note to co-sign, a draft left unsigned, and an opening with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from notes import writing
from notes.beginning import begin_note
from notes.demo.clockwork import as_of
from notes.models import Note
from notes.record import glass, signing
from notes.writing import TreatmentInput
from practice import clock
from practice.models import Membership, Practice
from practice.refusals import Refusal
from practice.supervision import set_supervisor
from sessions.booking import arrive, book_appointment, complete
from sessions.models import Appointment


def build_record(practice: Practice, owner: Membership, ana: Membership, ben: Membership) -> None:
    """Ben works under Ana's supervision since last week; he signed a note, and she left one of hers unsigned."""
    with as_of(timezone.now() - timedelta(days=7)):
        ben = set_supervisor(therapist=ben, supervisor=ana, by=owner)
    if visit := _had_lately(ben):
        with as_of(visit.ends_at + timedelta(minutes=10)):
            note = _written(visit, ben, subjective="Hands warm for two days after the last time. Slept through twice.",
                            objective="Grip even, skin intact.", plan="Same again in a fortnight.")
            signing.sign_note(note=note, by=ben)
    if visit := _had_lately(ana):
        with as_of(visit.ends_at + timedelta(minutes=10)):
            note = _written(visit, ana, subjective="Talked about moving in with her daughter; not to be passed on.",
                            visibility="author")
        with as_of(visit.ends_at + timedelta(hours=20)):
            glass.break_glass(note=note, by=ben, reason="She rang about bruises, and Ana could not be reached.")


def _had_lately(therapist: Membership) -> Appointment | None:
    """One more visit of a client of theirs, two or three days ago where they were free."""
    last = (Appointment.objects.filter(therapist=therapist, status="fulfilled", note__signed_at__isnull=False)
            .select_related("client__practice", "service").order_by("-starts_at").first())
    if last is None:
        return None
    for starts_at in _late_afternoons(therapist.practice):
        try:
            with as_of(starts_at - timedelta(days=2)):
                visit = book_appointment(client=last.client, therapist=therapist, service=last.service,
                                         starts_at=starts_at, by=therapist)
            with as_of(starts_at - timedelta(minutes=2)):
                arrive(appointment=visit, by=therapist)
            with as_of(visit.ends_at + timedelta(minutes=5)):
                return complete(appointment=visit, by=therapist)
        except Refusal:
            continue
    return None


def _late_afternoons(practice: Practice) -> Iterator[datetime]:
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    for day in (today - timedelta(days=n) for n in (2, 3, 4)):
        for at in (time(16), time(15), time(14, 30), time(11)):
            yield clock.instant_of(day, at, practice.time_zone, fold=0)


def _written(visit: Appointment, by: Membership, **words: Any) -> Note:
    note, _ = begin_note(appointment=visit, by=by)
    rows = [TreatmentInput("upper-back", "both", "effleurage", 1, 15, "Shoulders dropped.")]
    return writing.write_note(note=note, by=by, expected_version=note.version, treatments=rows, **words)
