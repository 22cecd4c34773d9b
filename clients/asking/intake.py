"""The intake: asked by link when somebody is new, and again every so many months before a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.conf import settings
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
from practice import audit, clock, outbox
from practice.access import Actor, Outsider
from practice.models import Message, Practice
from practice.outbox import Kind, Letter
from practice.refusals import NotAllowed, Refusal

INTAKE = Questionnaire.Kind.INTAKE.value
MESSAGE = "intake"
# Rooms to the right register here which clients of a practice have a visit to come.
HAS_A_VISIT_TO_COME: list[Callable[[Practice], set[UUID]]] = []


class MayNotBeMailed(Refusal):
    """The client has not agreed to e-mail, or has no address."""

    code: ClassVar[str] = "may_not_be_mailed"
    title: ClassVar[str] = "No e-mail to this client"


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
    """Ask by e-mail; refuses where the client has not agreed to e-mail. Pressed again, one message leaves."""
    if not client.may_be_mailed:
        raise MayNotBeMailed(f"{client.called} has not agreed to e-mail, or has no address. Show them the link here "
                             "instead, or note on “Edit” that they agreed.")
    row, now = ask_intake(client=client, by=by), timezone.now()
    version = f"{now:%Y%m%dT%H}"
    outbox.cancel_messages(why="It was sent again.", kinds=[MESSAGE], subject_id=row.pk)
    return outbox.queue_message(
        practice=client.practice, kind=MESSAGE, subject_id=row.pk, start_version=version, to_address=client.email,
        to_name=client.name, time_zone=client.zone, due_at=now + timedelta(seconds=settings.MESSAGE_GRACE_SECONDS),
        useful_until=row.closes_at, why="Asks the client some questions.", client_id=client.pk)


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
            if client.may_be_mailed:
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
             "reminders": client.may_be_mailed or not client.email}
    conditions = ClientCondition.objects.filter(client=client, ended_on=None).values_list("condition", flat=True)
    return Spared(tuple(conditions), frozenset(fact for fact, value in known.items() if value))


def _stands(message: Message) -> str | None:
    row = Questionnaire.objects.select_related("client").filter(pk=message.subject_id).first()
    if row is None or row.submitted_at:
        return "The questions have been answered."
    if row.client.archived_at or row.closes_at <= timezone.now():
        return "The questions are closed."
    return None if row.client.may_be_mailed else "The client no longer wishes to be written to."


def _mail(message: Message) -> Letter:
    row = Questionnaire.objects.select_related("client__practice", "practice").get(pk=message.subject_id)
    practice = row.practice
    until = clock.said_date(clock.wall_of(row.closes_at, row.client.zone)[0])
    call = f"Questions? Call {practice.phone}.\n" if practice.phone else ""
    return Letter("Some questions before your visit",
                f"Hello {row.client.called},\n\nto prepare your visit we have some questions for you. They take about "
                f"{minutes_for(row)} minutes. You can stop at any time and go on later:\n\n{url_of(row)}\n\n"
                f"The link works until {until}. It is meant for you alone.\n\n{call}"
                f"{practice.sender_name or practice.name}\n")


SETS[INTAKE] = QuestionSet(
    kind=INTAKE, heading="Some questions before your visit",
    lead="Your answers tell us where and how we may touch you, and where not.",
    questions=QUESTIONS, agreement=AGREEMENT, agreement_version=AGREEMENT_VERSION, spared=_spared)
outbox.declare(Kind(MESSAGE, "Questions before a visit", _stands, _mail))
