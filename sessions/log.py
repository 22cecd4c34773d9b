"""What this room tells the log of messages: which visits they speak of, who is to be rung, and why none was sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from clients.writing import ways_to
from practice.clock import day_begins
from practice.log.shelves import NOT_DELIVERED, to_be_told
from practice.log.subjects import TOGETHER_WITH, VISITS, VISITS_ON, Entry, Subject, about_visits, entries_of
from practice.models import Membership, Message
from sessions.letters import ALIVE
from sessions.models import Appointment
from sessions.needs import MORE_NEEDS, Need
from sessions.together_letters import shown_with

MOST_NAMED = 2  # more are counted


def visits(member: Membership, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """When each of these visits is, and its page."""
    rows = Appointment.objects.filter(practice_id=member.practice_id, pk__in=ids)
    return {visit.pk: Subject(f"Visit {visit.said}", reverse("sessions:appointment", args=[visit.pk]))
            for visit in rows}


def visits_on(member: Membership, day: date) -> Collection[UUID]:
    """The ids of the visits of a day."""
    zone = member.practice.time_zone
    rows = Appointment.objects.filter(practice_id=member.practice_id, starts_at__gte=day_begins(day, zone),
                                      starts_at__lt=day_begins(day + timedelta(days=1), zone))
    return list(rows.order_by().values_list("pk", flat=True))


def lost_messages(member: Membership, mine: Q) -> Iterator[Need]:
    """What did not arrive, until somebody has rung; a therapist's own day tells of their own visits' alone."""
    rows = to_be_told(Message.objects.visible_to(member))
    if mine:
        rows = rows.filter(appointment_id__in=Appointment.objects.filter(mine, practice_id=member.practice_id).values(
            "pk"))
    lost = list(rows.order_by("due_at").values_list("to_name", "kind")[:100])
    if not lost:
        return
    names = list(dict.fromkeys(name for name, _ in lost if name))
    told = " and ".join(names[:MOST_NAMED]) if len(names) <= MOST_NAMED else f"{len(names)} people"
    count = "1 message" if len(lost) == 1 else f"{len(lost)} messages"
    yield Need(f"{count} did not arrive: ring {told}", f"{reverse('practice:messages')}?view={NOT_DELIVERED.code}")


def messages_of(visit: Appointment, member: Membership) -> list[Entry]:
    """What was or will be sent about this visit, in order."""
    rows = Message.objects.visible_to(member).filter(about_visits([visit.pk])).order_by("due_at", "pk")
    return entries_of(member, rows, people={}, visits={})


def not_sent_because(visit: Appointment) -> str:
    """Why nothing at all is on its way; what is not sent of what one would expect says so in a row of its own."""
    if visit.status not in ALIVE or visit.starts_at <= timezone.now() or ways_to(visit.client):
        return ""
    return f"{visit.client.called} has not agreed to be written to, so nothing is sent."


VISITS.append(visits)
VISITS_ON.append(visits_on)
TOGETHER_WITH.append(shown_with)
MORE_NEEDS.append(lost_messages)
