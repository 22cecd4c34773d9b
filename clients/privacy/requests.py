"""What clients ask of their record: written down the day it comes, extended once, answered in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.urls import reverse

from clients.episodes import today_in
from clients.models import Client, PrivacyRequest
from clients.privacy.clocks import LAWS, clock_of
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor, Role
from practice.models import Membership
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput, WrongState
from practice.waiting import WAITING, Waiting

TOLD_BEFORE = timedelta(days=7)  # our proposal


@transaction.atomic
def receive_request(
    *, client: Client, kind: str, asked_by: str, asked_for: str, received_on: date, law: str, by: Actor,
    due_on: date | None = None,
) -> PrivacyRequest:
    """Write down what a client asks; without a day of its own it is due when the law's clock ends.

    Refuses a day still to come, and a due day before it.
    """
    refuse_unless_owner(client.practice, by)
    if kind not in PrivacyRequest.Kind.values or law not in LAWS:
        raise BadInput("Choose from the list.", field="kind" if law in LAWS else "law")
    today = today_in(client)
    if received_on > today:
        raise BadInput(f"{clock.said_date(received_on, today=today)} is still to come.", field="received_on")
    due_on = due_on or clock_of(law, kind).answer.after(received_on)
    if due_on < received_on:
        raise BadInput("It cannot be due before it came.", field="due_on")
    for name, words in (("asked_by", asked_by), ("asked_for", asked_for)):
        _refuse_empty(words, name)
    row = PrivacyRequest.objects.create(
        practice_id=client.practice_id, client=client, kind=kind, asked_by=one_line(asked_by)[:120],
        asked_for=_text(asked_for, 2000), received_on=received_on, law=law, due_on=due_on, recorded_by=by)
    audit.record(by=by, verb="privacy_request_received", subject=row, kind=kind, due_on=due_on.isoformat())
    return row


@transaction.atomic
def extend_request(*, request: PrivacyRequest, reason: str, by: Actor) -> PrivacyRequest:
    """Take more time, once, with a reason the client is told; refuses after the last day, and a second time."""
    row = _open(request, by)
    _refuse_empty(reason, "reason")
    if row.extended_to:
        raise WrongState("It was extended already, and may be only once.")
    if today_in(row.client) > row.due_on:
        raise WrongState("Its day has passed. Answer it now.")
    row.extended_to = clock_of(row.law, row.kind).extension.after(row.due_on)
    row.extension_reason = one_line(reason)[:300]
    row.save(update_fields=["extended_to", "extension_reason"])
    audit.record(by=by, verb="privacy_request_extended", subject=row, until=row.extended_to.isoformat())
    return row


@transaction.atomic
def answer_request(*, request: PrivacyRequest, outcome: str, answer: str, by: Actor) -> PrivacyRequest:
    """Say how it was answered, today: what was given, or why it was refused. From then on it stands."""
    row = _open(request, by)
    if outcome not in PrivacyRequest.Outcome.values:
        raise BadInput("Choose from the list.", field="outcome")
    _refuse_empty(answer, "answer")
    row.outcome, row.answer, row.answered_on = outcome, _text(answer, 2000), today_in(row.client)
    row.answered_by_name = by.name[:120]
    row.save(update_fields=["outcome", "answer", "answered_on", "answered_by_name"])
    audit.record(by=by, verb="privacy_request_answered", subject=row, outcome=outcome)
    return row


@transaction.atomic
def add_disagreement(*, request: PrivacyRequest, statement: str, by: Actor) -> PrivacyRequest:
    """Keep the client's own statement with what was refused; it goes out with the record from then on."""
    refuse_unless_owner(request.practice, by)
    row = _locked(request)
    if row.outcome != PrivacyRequest.Outcome.REFUSED:
        raise WrongState("A statement of disagreement follows a refusal.")
    _refuse_empty(statement, "statement")
    if row.disagreement:
        raise WrongState("There is a statement already. Write down another request for what is new.")
    row.disagreement = _text(statement, 4000)
    row.save(update_fields=["disagreement"])
    audit.record(by=by, verb="disagreement_added", subject=row)
    return row


def requests_waiting(member: Membership) -> Iterator[Waiting]:
    """For the owner: what is due within a week, or was; the client by name, never what they ask."""
    if member.role != Role.OWNER:
        return
    rows = (PrivacyRequest.objects.visible_to(member).filter(answered_on=None).select_related("client__practice")
            .annotate(until=Coalesce("extended_to", "due_on")).order_by("until", "pk"))
    for row in rows:
        until: Any = row.last_day
        today = today_in(row.client)
        if until > today + TOLD_BEFORE:
            continue
        when = f"was due on {clock.said_date(until)}" if until < today else f"is due by {clock.said_date(until)}"
        yield Waiting(f"{row.client.name}: the answer to a request about their record {when}",
                      reverse("clients:privacy_request", args=[row.pk]), is_urgent=until < today)


def _open(request: PrivacyRequest, by: Actor) -> PrivacyRequest:
    refuse_unless_owner(request.practice, by)
    row = _locked(request)
    if row.answered_on:
        raise WrongState(f"It was answered on {clock.said_date(row.answered_on)}.")
    return row


def _locked(request: PrivacyRequest) -> PrivacyRequest:
    return PrivacyRequest.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "client__practice", "practice").get(pk=request.pk)


def _refuse_empty(words: str, field: str) -> None:
    if not any(c.isalnum() for c in words):
        raise BadInput("Write something here.", field=field)


def _text(words: str, most: int) -> str:
    return words.replace("\x00", "").strip()[:most]


WAITING.append(requests_waiting)
