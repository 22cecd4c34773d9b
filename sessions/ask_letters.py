"""The message with the questions before a visit, unless the reminder of that day leads to them already."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from clients.writing import not_agreed_any_more, reads
from practice import outbox
from practice.models import Message
from practice.outbox import Kind, Said
from sessions.check_before import is_open_for, last_answers
from sessions.letters import ALIVE, QUESTIONS, stamp_of, visit_url
from sessions.models import Appointment

TOLD_TOGETHER = timedelta(hours=12)  # a reminder so near asks the questions itself: our proposal


def _visit(message: Message) -> Appointment | None:
    return Appointment.objects.select_related("client__practice", "practice").filter(pk=message.subject_id).first()


def _are_to_be_asked(message: Message) -> str | None:
    visit = _visit(message)
    if visit is None or visit.status not in ALIVE:
        return "The visit does not stand any more."
    if not message.start_version.startswith(stamp_of(visit)):
        return "The visit was moved."
    if not is_open_for(visit):
        return "These questions are asked in the three days before a visit."
    if last_answers(visit) is not None:
        return "They have answered already."
    if _reminder_asks(visit):
        return "The reminder of that day asks them."
    return not_agreed_any_more(message, visit.client)


def _reminder_asks(visit: Appointment) -> bool:
    """Whether a reminder of this time left a moment ago or leaves soon: its text leads to the questions."""
    now = timezone.now()
    soon = Q(state__in=[Message.State.WAITING, Message.State.SENDING], due_at__lte=now + TOLD_TOGETHER)
    left = Q(state=Message.State.SENT, sent_at__gte=now - TOLD_TOGETHER)
    return Message.objects.filter(soon | left, appointment_id=visit.pk, kind="reminder",
                                  start_version__startswith=stamp_of(visit)).exists()


def _about_questions(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    language = reads(visit.client)
    values = {"visit": visit.said_in(language), "minutes": str(visit.minutes),
              "link": f"{visit_url(visit)}?say=questions"}
    return Said(values, visit.client.called, language=language)


outbox.declare(Kind(
    QUESTIONS, "Questions before a visit", _are_to_be_asked, _about_questions, counts=True,
    variables={"visit": "Tue 24 Nov, 10:30", "minutes": "45",
               "link": "https://practice.example/r/Zm9yIHRoaXM/?say=questions"},
    about="Asked and given", when="So many hours before a visit, where the practice wishes it."))
