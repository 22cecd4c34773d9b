"""The intake: asked by link when somebody is new, and again every so many months before a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from clients.asking.questionnaires import (
    LINK_LIVES,
    SETS,
    QuestionSet,
    Spared,
    ask_questions,
    minutes_for,
    shown_url_of,
    url_of,
)
from clients.asking.questions_intake import AGREEMENT, AGREEMENT_VERSION, QUESTIONS
from clients.models import Client, ClientCondition, Questionnaire
from clients.writing import is_written_to, not_agreed_any_more, reads, write_to
from practice import audit, clock, outbox
from practice.access import Actor, Outsider
from practice.models import Message, Practice
from practice.outbox import Kind, Said
from practice.refusals import NotAllowed, Refusal

INTAKE = Questionnaire.Kind.INTAKE.value
MESSAGE = "intake"
# Rooms to the right register here which clients of a practice have a visit to come.
HAS_A_VISIT_TO_COME: list[Callable[[Practice], set[UUID]]] = []


class MayNotBeMailed(Refusal):
    """The client has not agreed to be written to, or there is no address or number to write to."""

    code: ClassVar[str] = "may_not_be_mailed"
    title: ClassVar[str] = "This client is not written to"


class PutAway(Refusal):
    """The client is in the archive."""

    code: ClassVar[str] = "client_archived"
    title: ClassVar[str] = "In the archive"


def ask_intake(*, client: Client, by: Actor) -> Questionnaire:
    """Open the intake for this client for thirty days; refuses for somebody in the archive."""
    if client.archived_at:
        raise PutAway(f"{client.name} is in the archive. Put them back on the list first.")
    return ask_questions(kind=INTAKE, client=client, subject_id=client.pk, by=by, closes_at=timezone.now() + LINK_LIVES)


@transaction.atomic
def send_intake(*, client: Client, by: Actor) -> Message:
    """Send the link; refuses where the client has not agreed to be written to. Pressed again, one message leaves."""
    if not is_written_to(client):
        raise MayNotBeMailed(f"{client.called} has not agreed to be written to, or has no address. Show them the link "
                             "here instead, or note on “Edit” that they agreed.")
    row, now = ask_intake(client=client, by=by), timezone.now()
    version = f"{now:%Y%m%dT%H}"
    outbox.cancel_messages(why="It was sent again.", kinds=[MESSAGE], subject_id=row.pk)
    message = write_to(client=client, kind=MESSAGE, subject_id=row.pk, start_version=version,
                       useful_until=row.closes_at, why="Asks the client some questions.")
    assert message is not None
    return message


@transaction.atomic
def show_intake(*, client: Client, by: Actor) -> str:
    """A link to be opened on a device of the practice; nobody who has seen it can open what is answered elsewhere.

    Once answers have been begun the front desk gets none, and a therapist the client's own.
    """
    row = ask_intake(client=client, by=by)
    if row.drafted_at and not by.may_see_clinical:
        raise NotAllowed(f"{client.called} has begun to answer. Their own link still works; a therapist can show it "
                         "here.")
    audit.record(by=by, verb="questions_link_shown", subject=row)
    return url_of(row) if row.drafted_at else shown_url_of(row)


@dataclass(frozen=True, slots=True)
class State:
    """Where a client's intake stands: days and ids only, no answer, so everybody may see it."""

    sent_at: datetime | None = None
    last: UUID | None = None
    to_review: UUID | None = None
    asked_at: datetime | None = None
    open_until: datetime | None = None
    is_begun: bool = False


def intakes_of(client: Client) -> list[Questionnaire]:
    """Every time this client was asked, the last first."""
    return list(Questionnaire.objects.filter(client=client, kind=INTAKE).order_by("-asked_at", "-pk"))


def state_of(rows: list[Questionnaire]) -> State:
    """Asked, begun, answered, looked at: the last of each."""
    sent = next((row for row in rows if row.submitted_at), None)
    waiting = next((row for row in rows if row.submitted_at is None and row.closes_at > timezone.now()), None)
    unread = next((row.pk for row in reversed(rows) if row.submitted_at and row.reviewed_at is None), None)
    return State(
        sent_at=sent.submitted_at if sent else None, last=sent.pk if sent else None, to_review=unread,
        asked_at=waiting.asked_at if waiting else None, open_until=waiting.closes_at if waiting else None,
        is_begun=bool(waiting and waiting.drafted_at))


def ask_due_intakes() -> int:
    """Ask anew whoever has a visit to come and answered last more than the practice's months ago; how many."""
    sent = 0
    for practice in Practice.objects.exclude(intake_every_months=None):
        coming = set().union(*(having(practice) for having in HAS_A_VISIT_TO_COME))
        since = _months_before(timezone.now(), practice.intake_every_months or 0)
        rows = Client.objects.filter(practice=practice, pk__in=coming, archived_at=None).select_related("practice")
        due = rows.annotate(last=Max("questionnaires__submitted_at", filter=Q(questionnaires__kind=INTAKE))).filter(
            last__lt=since).exclude(pk__in=Questionnaire.objects.filter(
                practice=practice, kind=INTAKE, submitted_at=None, closes_at__gt=since).values("client_id"))
        for client in due:
            if is_written_to(client):
                send_intake(client=client, by=Outsider(practice, "system", "Evenhand"))
                sent += 1
    return sent


def _months_before(now: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last one of a shorter month."""
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return now.replace(year=year, month=month + 1, day=min(now.day, last))


def _spared(row: Questionnaire) -> Spared:
    """Nobody is asked for what the practice knows; conditions it knows are asked about."""
    client = row.client
    known = {"phone": client.phone, "birth_date": client.birth_date,
             "reminders": is_written_to(client) or not client.email}
    conditions = ClientCondition.objects.filter(client=client, ended_on=None).values_list("condition", flat=True)
    return Spared(tuple(conditions), frozenset(fact for fact, value in known.items() if value))


def _stands(message: Message) -> str | None:
    row = Questionnaire.objects.select_related("client").filter(pk=message.subject_id).first()
    if row is None or row.submitted_at:
        return "The questions have been answered."
    if row.client.archived_at or row.closes_at <= timezone.now():
        return "The questions are closed."
    return not_agreed_any_more(message, row.client)


def _asks(message: Message) -> Said:
    row = Questionnaire.objects.select_related("client__practice", "practice").get(pk=message.subject_id)
    language = reads(row.client)
    until = clock.said_date(clock.wall_of(row.closes_at, row.client.zone)[0], language=language)
    return Said({"minutes": str(minutes_for(row)), "until": until, "link": url_of(row)}, row.client.called,
                language=language)


SETS[INTAKE] = QuestionSet(
    kind=INTAKE, heading="Some questions before your visit",
    lead="Your answers tell us where and how we may touch you, and where not.",
    questions=QUESTIONS, agreement=AGREEMENT, agreement_version=AGREEMENT_VERSION, spared=_spared)
outbox.declare(Kind(MESSAGE, "Intake by link", _stands, _asks, counts=True,
                    variables={"minutes": "15", "until": "Wed 23 Dec", "link": "https://practice.example/q/Zm9yIHRoaXM/"},
                    about="Asked and given",
                    when="Three minutes after staff send the questions, or every so many months before a visit."))
