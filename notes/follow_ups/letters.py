"""The message that asks how it was after a visit, and its link. Neither says what the visit was for."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from clients.episodes import today_in
from clients.writing import not_agreed_any_more, reads, write_to
from notes.models import FollowUp
from practice import clock, links, outbox
from practice.models import Message
from practice.outbox import Kind, Said
from sessions.check_ins import asked_now
from sessions.letters import LINK
from sessions.models import RELEASED, Appointment

FOLLOW_UP_LINK = "follow-up"


def follow_up_url(row: FollowUp) -> str:
    """The address on which the client answers, until it closes."""
    token = links.link_for(practice=row.practice, purpose=FOLLOW_UP_LINK, subject_id=row.pk, expires_at=row.closes_at)
    return f"{settings.BASE_URL}/f/{token}/"


def follow_up_behind(token: str) -> FollowUp | None:
    """The question a live link is about; None for unknown and closed ones, and where the client is in the archive."""
    link = links.open_link(token, purpose=FOLLOW_UP_LINK)
    if link is None:
        return None
    return (FollowUp.objects.filter(pk=link.subject_id, practice=link.practice, closes_at__gt=timezone.now(),
                                    appointment__status=Appointment.Status.FULFILLED,
                                    appointment__client__archived_at=None)
            .select_related("appointment__client__practice", "appointment__therapist__user", "practice").first())


def ask(row: FollowUp) -> Message | None:
    """Queue the question; one about an earlier visit that still waits is taken back."""
    client = row.appointment.client
    earlier = FollowUp.objects.filter(appointment__client=client).exclude(pk=row.pk)
    outbox.cancel_messages(why="It was asked of a later visit.", kinds=["follow-up"],
                           subject_id__in=list(earlier.values_list("pk", flat=True)))
    return write_to(client=client, kind="follow-up", subject_id=row.pk, due_at=timezone.now(),
                    useful_until=row.closes_at, why="Asks how it was.")


def _row(message: Message) -> FollowUp:
    return FollowUp.objects.select_related("practice", "appointment__client__practice").get(pk=message.subject_id)


def _question_stands(message: Message) -> str | None:
    row = _row(message)
    visit, client = row.appointment, row.appointment.client
    if row.answered_at:
        return "They have answered already."
    if visit.status != Appointment.Status.FULFILLED or client.archived_at:
        return "The visit does not stand any more."
    if not client.wants_follow_ups:
        return "The client does not want to be asked."
    later = Appointment.objects.filter(client=client, starts_at__gt=visit.starts_at, starts_at__lte=timezone.now())
    if later.exclude(status__in=(*RELEASED, "proposed")).exists():
        return "A later visit has taken place."
    if asked_now(client):
        return "They are asked how they are already."
    return not_agreed_any_more(message, client)


def _question(message: Message) -> Said:
    row = _row(message)
    client = row.appointment.client
    language = reads(client)
    day = clock.said_date(row.appointment.wall_date, today=today_in(client), language=language)
    return Said({"day": day, "link": follow_up_url(row)}, client.called, language=language)


outbox.declare(Kind("follow-up", "How it was after a visit", _question_stands, _question, counts=True,
                    variables={"day": "Tue 24 Nov", "link": LINK},
                    about="Asked and given",
                    when="So many days after a visit that took place, where they want to be asked."))
