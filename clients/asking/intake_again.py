"""The intake once more: where its questions were sent and nobody answered, so many days before the visit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from clients.asking.intake import INTAKE, MESSAGE
from clients.asking.questionnaires import minutes_for, url_of
from clients.models import Questionnaire
from clients.writing import not_agreed_any_more, reads, write_to
from practice import clock, outbox
from practice.models import Message, Practice
from practice.outbox import Kind, Said

AGAIN = "intake-due"
LEAST_BETWEEN = timedelta(days=1)  # from the first message to the second: our proposal
# Rooms to the right register here when each client's next visit begins, of those that begin before an instant.
NEXT_VISITS: list[Callable[[Practice, datetime], dict[UUID, datetime]]] = []


def ask_again_before_visits() -> int:
    """Ask once more where questions were sent and not answered, the practice's days before the visit; how many.

    Once for each set of questions, however often and by however many this is called.
    """
    count, now = 0, timezone.now()
    for practice in Practice.objects.filter(intake_reminder_days__gte=1):
        until = now + timedelta(days=practice.intake_reminder_days)
        coming = {pk: at for visits in NEXT_VISITS for pk, at in visits(practice, until).items()}
        for row in _unanswered(practice).filter(client__in=coming):
            count += bool(write_to(
                client=row.client, kind=AGAIN, subject_id=row.pk, start_version="again", due_at=now,
                useful_until=min(row.closes_at, coming[row.client_id]),
                why="Questions were sent, not answered, and the visit is near."))
    return count


def _unanswered(practice: Practice) -> QuerySet[Questionnaire]:
    """Intakes that were sent a day ago or earlier, are open, and were not asked about again."""
    now, of_it = timezone.now(), Message.objects.filter(subject_id=OuterRef("pk")).order_by()
    first = of_it.filter(kind=MESSAGE, state=Message.State.SENT, sent_at__lte=now - LEAST_BETWEEN)
    return Questionnaire.objects.filter(
        Exists(first), ~Exists(of_it.filter(kind=AGAIN)), practice=practice, kind=INTAKE, submitted_at=None,
        closes_at__gt=now, client__archived_at=None).select_related("client__practice", "practice")


def _row(message: Message) -> Questionnaire | None:
    return Questionnaire.objects.select_related("client__practice", "practice").filter(pk=message.subject_id).first()


def _still_open(message: Message) -> str | None:
    row = _row(message)
    if row is None or row.submitted_at:
        return "The questions have been answered."
    if row.client.archived_at or row.closes_at <= timezone.now():
        return "The questions are closed."
    return not_agreed_any_more(message, row.client)


def _asks_again(message: Message) -> Said:
    row = _row(message)
    assert row is not None
    language = reads(row.client)
    until = clock.said_date(clock.wall_of(row.closes_at, row.client.zone)[0], language=language)
    return Said({"minutes": str(minutes_for(row)), "link": url_of(row), "until": until}, row.client.called,
                language=language)


outbox.declare(Kind(AGAIN, "Questions before a visit, once more", _still_open, _asks_again,
                    variables={"minutes": "5", "link": f"{settings.BASE_URL}/q/…/", "until": "Thu 26 Nov"}, counts=True,
                    about="Asked and given", when="So many days before a visit, where nobody has answered."))
