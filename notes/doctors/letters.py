"""Therapists are told that a doctor has answered: not which, nor about whom, nor what."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from notes.models import DoctorAnswer
from practice import outbox
from practice.models import Membership, Message
from practice.outbox import Kind, Said
from sessions.models import Appointment

KIND = "doctor-answered"
COMING = ("proposed", "booked", "confirmed", "held")


def therapists_of(answer: DoctorAnswer) -> list[Membership]:
    """Whom an answer concerns: who shared the letter, who wrote it, and whoever has visits of the client to come."""
    visits = Appointment.objects.filter(client=answer.share.summary.client.standing_id, status__in=COMING,
                                        starts_at__gt=timezone.now())
    pks = {answer.share.shared_by_id, answer.share.summary.author_id, *visits.values_list("therapist", flat=True)}
    here = Membership.objects.filter(pk__in=pks, is_active=True, user__is_active=True)
    return list(here.select_related("user").order_by("pk"))


def tell_answered(answer: DoctorAnswer) -> None:
    """Queue a message to each of them; “I have read it” without a word more stands on the page of the letter."""
    if answer.kind == DoctorAnswer.Kind.READ and not answer.note:
        return
    for member in therapists_of(answer):
        outbox.queue_message(
            practice=answer.practice, kind=KIND, subject_id=answer.pk, to_address=member.user.email,
            to_name=member.name, due_at=timezone.now(), why="The doctor has answered what was shared.")


def _still_waits(message: Message) -> str | None:
    waits = DoctorAnswer.objects.filter(pk=message.subject_id, done_with=None)
    return None if waits.exists() else "Somebody has dealt with the answer."


def _about_answer(message: Message) -> Said:
    page = reverse("notes:doctor_answer", args=[message.subject_id])
    return Said({"link": f"{settings.BASE_URL}{page}"}, message.to_name)


outbox.declare(Kind(KIND, "Doctor's answer", _still_waits, _about_answer, is_to="member",
                    passed_on_to=lambda message: outbox.owners_of(message.practice),
                    variables={"link": "https://practice.example/doctor-answers/0198/"},
                    when="At once, when a doctor answers a letter they shared or wrote, or one of a client of theirs."))
