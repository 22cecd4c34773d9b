"""The client's copy: drafted from signed notes, written on, signed, handed over; each handing over is written down."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clients.disclosures import record_disclosure
from clients.models import Client
from clients.standing import lock_client
from clients.writing import write_to
from notes.copies.paper import copy_pdf
from notes.copies.words import draft_copy
from notes.models import ClientCopy
from notes.summaries.drafting import signed_notes
from notes.summaries.summaries import NothingToSummarise, hash_of
from notes.writing import NotATherapist, refuse_unless_therapist
from practice import audit, clock, links, outbox
from practice.access import Actor, Outsider
from practice.models import Message
from practice.refusals import BadInput, Refusal, Stale, WrongState

OWN_COPY = "own-copy"  # the link, and the message that carries it
HANDED = {"in-person": "in person", "post": "by post"}


class CopySigned(Refusal):
    """What is signed is not changed; draft another."""

    code: ClassVar[str] = "copy_signed"
    title: ClassVar[str] = "This copy is signed"


class NotWrittenTo(Refusal):
    """The client is not written to; print the copy."""

    code: ClassVar[str] = "reminder_consent_missing"
    title: ClassVar[str] = "They are not written to"


@transaction.atomic
def compose_copy(*, client: Client, first: date, last: date, by: Actor, is_large: bool = False) -> ClientCopy:
    """Draft a copy from the signed notes between two days; refuses days without any."""
    refuse_unless_therapist(by)
    if last < first:
        raise BadInput("The end lies before the beginning.", field="last")
    lock_client(client)
    notes = list(signed_notes(client, first, last))
    if not notes:
        raise NothingToSummarise(f"No note between {clock.said_date(first)} and {clock.said_date(last)} is signed. "
                                 "Sign the notes first, or choose other dates.")
    copy = ClientCopy.objects.create(practice=client.practice, client=client, author=by, from_on=first, until_on=last,
                                     is_large=is_large, **draft_copy(client, notes, first, last))
    audit.record(by=by, verb="copy_composed", subject=copy)
    return copy


@transaction.atomic
def write_copy(*, copy: ClientCopy, by: Actor, expected_version: int, is_large: bool, **prose: str) -> ClientCopy:
    """Edit the words of a draft, and how large it is set."""
    copy = _draft(copy, by, expected_version)
    for name in ClientCopy.PROSE:
        setattr(copy, name, prose.get(name, getattr(copy, name)).replace("\x00", ""))
    copy.is_large, copy.version = is_large, copy.version + 1
    copy.save(update_fields=[*ClientCopy.PROSE, "is_large", "version"])
    audit.record(by=by, verb="copy_written", subject=copy)
    return copy


@transaction.atomic
def sign_copy(*, copy: ClientCopy, by: Actor, expected_version: int) -> ClientCopy:
    """Freeze the words and the paper exactly as they are handed over."""
    copy = _draft(copy, by, expected_version)
    copy.signed_at = timezone.now()
    copy.content = content_of(copy)
    copy.content_hash, copy.version = hash_of(copy.content), copy.version + 1
    copy.pdf = copy_pdf(copy)
    copy.save(update_fields=["signed_at", "content", "content_hash", "version", "pdf"])
    audit.record(by=by, verb="copy_signed", subject=copy)
    return copy


def content_of(copy: ClientCopy) -> dict[str, Any]:
    """What is frozen: the words, the days, whose they are and who signs them."""
    return {**{name: getattr(copy, name) for name in ClientCopy.PROSE}, "client": copy.client.standing.name,
            "author": copy.author.name, "credential": copy.author.credential, "from": copy.from_on.isoformat(),
            "to": copy.until_on.isoformat(), "is_large": copy.is_large}


@transaction.atomic
def hand_over(*, copy: ClientCopy, how: str, by: Actor) -> None:
    """Write down that the client received it on paper, among what went to whom; refuses a draft."""
    refuse_unless_therapist(by)
    _refuse_draft(copy)
    if how not in HANDED:
        raise BadInput("Choose how they received it.", field="how")
    _disclose(copy, HANDED[how], by)


@transaction.atomic
def send_copy(*, copy: ClientCopy, by: Actor) -> Message:
    """Write to the client where their copy is, the way they agreed to; refuses a draft, and who is not written to."""
    refuse_unless_therapist(by)
    _refuse_draft(copy)
    client = copy.client.standing
    message = write_to(client=client, kind=OWN_COPY, subject_id=copy.pk, due_at=timezone.now(),
                       start_version=timezone.now().isoformat(timespec="minutes"), why=f"{by.name} sent it.")
    if message is None:
        raise NotWrittenTo(f"{client.called} has not agreed to be written to. Print the copy and hand it over.")
    _disclose(copy, "by their own link", by)
    return message


def copy_url(copy: ClientCopy) -> str:
    """The client's own link to it."""
    token = links.link_for(practice=copy.practice, purpose=OWN_COPY, subject_id=copy.pk,
                           expires_at=timezone.now() + ClientCopy.LINK_LIVES)
    return f"{settings.BASE_URL}/l/{token}/"


def close_copy_link(*, copy: ClientCopy, by: Actor) -> None:
    """The link to it opens no more."""
    refuse_unless_therapist(by)
    links.close_link(purpose=OWN_COPY, subject_id=copy.pk)
    outbox.cancel_messages(subject_id=copy.pk, kinds=[OWN_COPY], why="The link was closed.")
    audit.record(by=by, verb="copy_link_closed", subject=copy)


def copy_behind(token: str) -> ClientCopy | None:
    """The signed copy a live link belongs to; None for unknown, expired and closed."""
    link = links.open_link(token, purpose=OWN_COPY)
    rows = ClientCopy.objects.select_related("client__practice", "client__merged_into__practice", "author__user",
                                             "practice").exclude(signed_at=None)
    copy = rows.filter(pk=link.subject_id, practice=link.practice).first() if link else None
    return copy if copy is not None and copy.client.standing.archived_at is None else None


def open_copy(*, copy: ClientCopy, what: str) -> ClientCopy:
    """The client opened it: noted in the trail."""
    by = Outsider(copy.practice, "client", copy.client.standing.name)
    audit.record(by=by, verb="own_copy_opened", subject=copy, client_id=copy.client_id, what=what)
    return copy


def _disclose(copy: ClientCopy, how: str, by: Actor) -> None:
    days = f"{clock.said_date(copy.from_on)} to {clock.said_date(copy.until_on, year=True)}"
    record_disclosure(client=copy.client, to_name=copy.client.standing.name, by=by, how=how,
                      what=f"Copy in plain words of {days}", why="To the client, for themself",
                      content_hash=copy.content_hash)
    audit.record(by=by, verb="copy_handed_over", subject=copy)


def _draft(copy: ClientCopy, by: Actor, expected_version: int) -> ClientCopy:
    refuse_unless_therapist(by)
    copy = (ClientCopy.objects.select_for_update(of=("self",), no_key=True)
            .select_related("client__practice", "client__merged_into", "author__user", "practice").get(pk=copy.pk))
    if copy.is_signed:
        raise CopySigned("This copy is signed. Draft another one to say more.")
    if copy.author_id != by.pk:
        raise NotATherapist(f"{copy.author.name} writes this copy and signs it.")
    if copy.version != expected_version:
        raise Stale("This copy was changed meanwhile. Read it again.")
    return copy


def _refuse_draft(copy: ClientCopy) -> None:
    if not copy.is_signed:
        raise WrongState("Sign the copy first: what is handed over does not change any more.")
