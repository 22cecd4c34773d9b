"""Answers of doctors that wait for a therapist, for Today."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from notes.doctors.letters import COMING
from notes.doctors.said import said_short
from notes.models import DoctorAnswer
from practice.models import Membership
from sessions.models import Appointment
from sessions.needs import MORE_NEEDS, Need

TOLD = 20


def answers_waiting(member: Membership) -> list[DoctorAnswer]:
    """The answers this therapist is to deal with, oldest first: to what they wrote or shared, and of clients who come
    to them; all there are, where whoever shared it works here no more.
    """
    visits = Appointment.objects.filter(client=OuterRef("whose"), therapist=member, status__in=COMING,
                                        starts_at__gt=timezone.now())
    mine = Q(share__shared_by=member) | Q(share__summary__author=member) | Q(share__shared_by__is_active=False)
    rows = (DoctorAnswer.objects.visible_to(member).filter(done_with=None).exclude(kind="read", note="")
            .annotate(whose=Coalesce(F("share__summary__client__merged_into"), F("share__summary__client")))
            .filter(mine | Q(Exists(visits)))
            .select_related("share__doctor", "share__summary__client__merged_into").order_by("at", "pk"))
    # Of several words on the same thing the last one: with it the earlier ones are dealt with too.
    last = {(row.share.summary.client.standing_id, row.share.doctor_id, row.scope) if row.is_word else row.pk: row
            for row in rows[:TOLD]}
    return sorted(last.values(), key=lambda row: (row.at, row.pk))


def doctors_answers(member: Membership, _mine: Q) -> Iterator[Need]:
    """Each answer that waits, with what it says in short."""
    for answer in answers_waiting(member) if member.is_therapist else ():
        client = answer.share.summary.client.standing
        words = f"{client.name}: {answer.share.doctor.name} answered, {said_short(answer)}"
        yield Need(words, reverse("notes:doctor_answer", args=[answer.pk]))


MORE_NEEDS.insert(0, doctors_answers)  # before what of the record waits: visits may hang on it
