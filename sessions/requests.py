"""What people asked for online and staff answer: declined in a few words, or lapsed because nobody answered."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clients.newcomers import turn_away
from clients.words import one_line
from clients.writing import reads
from practice import outbox
from practice.access import Actor, Outsider
from practice.wording.clinical import clinical_words_in
from practice.wording.own import ClinicalWord
from sessions import online_letters
from sessions.booking import cancel_appointment
from sessions.diary import fresh, lock_diary
from sessions.models import Appointment, AppointmentEvent, OnlineBooking
from sessions.states import VisitNotInState

UNANSWERED = "We could not answer in time."


@transaction.atomic
def decline_request(
    *, appointment: Appointment, by: Actor, words: str = "", reason: str = "other", act: UUID | None = None,
) -> Appointment:
    """Say no to a time somebody asked for, perhaps with a few words; a newcomer then leaves the list.

    Refuses a visit that is no request any more, and words that name an illness: they are sent as they stand.
    """
    words = one_line(words)
    _refuse_clinical(words, appointment)
    if appointment.status != Appointment.Status.PROPOSED:
        raise VisitNotInState(f"This is no request any more: it is “{appointment.get_status_display().lower()}”.")
    appointment = cancel_appointment(appointment=appointment, by=by, reason=reason, act=act)
    _close(appointment, by, words)
    return appointment


def _refuse_clinical(words: str, visit: Appointment) -> None:
    for language in {"en", reads(visit.client)}:
        if found := clinical_words_in(words, language):
            raise ClinicalWord(f"“{found[0]}” tells whoever sees the message what somebody comes for. Say it without, "
                               "or ring them.", field="words")


@transaction.atomic
def call_off(*, appointment: Appointment, by: Actor, reason: str) -> Appointment:
    """A client cancels by themselves; a request nobody has answered yet is simply taken back."""
    was_request = appointment.status == Appointment.Status.PROPOSED
    appointment = cancel_appointment(appointment=appointment, by=by, reason=reason)
    if was_request:
        OnlineBooking.objects.filter(appointment=appointment).update(answered_at=timezone.now())
        _leaves(appointment, by)
    return appointment


def lapse_requests() -> int:
    """Let go of requests nobody answered in time, and tell whoever asked; how many."""
    now = timezone.now()
    called_off = AppointmentEvent.objects.filter(appointment=OuterRef("appointment"), verb="cancel")
    rows = OnlineBooking.objects.filter(
        Q(appointment__status="proposed") | Q(appointment__status="cancelled") & ~Exists(called_off), answered_at=None,
        appointment__reserved_by=None, appointment__expires_at__lte=now).select_related(
            "appointment__client__practice", "appointment__practice", "appointment__therapist", "appointment__room")
    return sum(_lapse(row.appointment) for row in list(rows))


@transaction.atomic
def _lapse(visit: Appointment) -> bool:
    """Whether nobody answered it: one accepted, moved or declined at this very moment is left as it is."""
    system = Outsider(visit.practice, "system", "Evenhand")
    lock_diary([visit.therapist], [visit.room], [visit.client])
    visit = fresh(visit)
    is_asked = visit.status == Appointment.Status.PROPOSED and visit.expires_at and visit.expires_at <= timezone.now()
    waits = OnlineBooking.objects.filter(appointment=visit, answered_at=None).exists()
    if not waits or not (is_asked or visit.status == Appointment.Status.CANCELLED):
        return False
    if is_asked:
        visit = cancel_appointment(appointment=visit, by=system)
    _close(visit, system, UNANSWERED)
    return True


def _close(visit: Appointment, by: Actor, words: str) -> None:
    """Nobody waits any more: the answer is kept and sent, and a newcomer without another visit leaves the list."""
    OnlineBooking.objects.filter(appointment=visit).update(answered_at=timezone.now(), answer=words[:300])
    outbox.cancel_messages(why="The request was answered.", appointment_id=visit.pk,
                           kind__in=("cancelled", "request-received"))
    online_letters.tell_declined(visit)
    _leaves(visit, by)


def _leaves(visit: Appointment, by: Actor) -> None:
    others = Appointment.objects.filter(client=visit.client_id).exclude(status="cancelled")
    if not others.exists():
        turn_away(client=visit.client, by=by)
