"""The one way a message leaves: queued as a row, claimed with a lease, re-checked at the door, sent, logged.

The row is the truth. A worker that dies leaves a lease that runs out; whoever drains next takes the row up
again under the same Message-ID. Rooms declare what they send with `declare()`; nothing else sends.
"""

from __future__ import annotations

import logging
import re
import smtplib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from email.utils import formataddr
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice import clock
from practice.models import Message, Practice

log = logging.getLogger(__name__)

QUIET_UNTIL, QUIET_FROM = time(8), time(21)  # in the recipient's zone
BATCH = 100
LOOK_AHEAD, LOOK_UP_LASTS = 50, 0.3  # messages; seconds after which what was looked up is read again
_QUEUED_ONCE = ("subject_id", "kind", "channel", "start_version", "to_address")
ATTEMPTS = 12  # with the waits below about half a day
_LONGEST_WAIT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message: its media type may carry parameters (a calendar's method)."""

    name: str
    content: bytes
    kind: str
    parameters: tuple[tuple[str, str], ...] = ()

    def part(self) -> MIMEBase:
        """The file as a part of a mail."""
        part = MIMEBase(*self.kind.split("/", 1))
        for name, value in self.parameters:
            part.set_param(name, value)
        part.set_payload(self.content)
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=self.name)
        return part


@dataclass(frozen=True, slots=True)
class Mail:
    """What is handed over: plain text, no clinical word; `copies` are addresses that get the same without links."""

    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()  # left out of copies
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: why one may not leave after all (or None), and how it reads.

    `look_up` may read for several messages at once what these two need; they leave within half a second of it.
    """

    code: str
    name: str
    recheck: Callable[[Message], str | None]
    compose: Callable[[Message], Mail]
    keeps_quiet_hours: bool = True
    look_up: Callable[[list[Message]], None] | None = None


KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Make a kind of message known; called once at start by the room that sends it."""
    KINDS[kind.code] = kind
    return kind


def queue_message(
    *, practice: Practice, kind: str, subject_id: UUID, to_address: str, due_at: datetime, why: str,
    to_name: str = "", time_zone: str = "", start_version: str = "", useful_until: datetime | None = None,
    client_id: UUID | None = None, appointment_id: UUID | None = None, channel: str = "email",
) -> Message:
    """Put one message in the outbox; the same thing queued twice stays one row.

    A cancelled message that becomes due again (an undo) is taken up again.
    """
    zone = time_zone or practice.time_zone
    if KINDS[kind].keeps_quiet_hours:
        due_at = outside_quiet_hours(due_at, zone)
    why = why[:200]
    message, is_new = Message.objects.get_or_create(
        subject_id=subject_id, kind=kind, channel=channel, start_version=start_version, to_address=to_address,
        defaults={
            "practice": practice, "to_name": to_name, "time_zone": zone, "due_at": due_at, "why": why,
            "useful_until": useful_until, "client_id": client_id, "appointment_id": appointment_id,
        },
    )
    if not is_new and message.state == Message.State.CANCELLED:
        _take_up_again(message.pk, due_at, why, useful_until)
        message.refresh_from_db()
    return message


def queue_messages(wanted: list[Message], *, are_first: bool = False) -> None:
    """The same for several messages, in two statements however many; keeps their due times out of quiet hours.

    `are_first`: nothing was ever queued about their subjects, so there is nothing to take up again.
    """
    if not wanted:
        return
    for message in wanted:
        message.why = message.why[:200]
        if KINDS[message.kind].keeps_quiet_hours:
            message.due_at = outside_quiet_hours(message.due_at, message.time_zone)
    cancelled = {} if are_first else {tuple(key): pk for pk, *key in Message.objects.filter(
        subject_id__in={m.subject_id for m in wanted}, state=Message.State.CANCELLED).values_list("pk", *_QUEUED_ONCE)}
    Message.objects.bulk_create(wanted, ignore_conflicts=True)
    for message in wanted:
        if pk := cancelled.get(tuple(getattr(message, name) for name in _QUEUED_ONCE)):
            _take_up_again(pk, message.due_at, message.why, message.useful_until)


def _take_up_again(pk: UUID, due_at: datetime, why: str, useful_until: datetime | None) -> None:
    Message.objects.filter(pk=pk, state=Message.State.CANCELLED).update(
        state=Message.State.WAITING, due_at=due_at, why=why, claimed_by=None, claimed_until=None,
        useful_until=useful_until)


def cancel_messages(*, why: str, subject_id: UUID | None = None, kinds: Iterable[str] = (), **where: Any) -> int:
    """Take waiting messages back, saying why; what is being handed over this second is re-checked there."""
    rows = Message.objects.filter(state__in=[Message.State.WAITING, Message.State.SENDING], **where)
    if subject_id:
        rows = rows.filter(subject_id=subject_id)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    return rows.update(state=Message.State.CANCELLED, why=why[:200], claimed_by=None, claimed_until=None)


def outside_quiet_hours(due_at: datetime, zone: str) -> datetime:
    """The same instant, or the next 08:00 in that zone if it falls between 21:00 and 08:00."""
    on, at, _ = clock.wall_of(due_at, zone)
    if QUIET_UNTIL <= at < QUIET_FROM:
        return due_at
    return clock.instant_of(on if at < QUIET_UNTIL else on + timedelta(days=1), QUIET_UNTIL, zone, fold=0)


def drain(*, limit: int = 10_000) -> dict[str, int]:
    """Send what is due, in claimed batches over one kept-open connection; answers how many ended how."""
    counts: dict[str, int] = {}
    door = _Door()
    try:
        while sum(counts.values()) < limit:
            claimed = _claim(min(BATCH, limit - sum(counts.values())))
            if not claimed:
                break
            looked_up_to, looked_at = 0, 0.0
            for place, message in enumerate(claimed):
                if place >= looked_up_to or monotonic() - looked_at > LOOK_UP_LASTS:
                    looked_up_to, looked_at = place + LOOK_AHEAD, monotonic()
                    _look_up(claimed[place:looked_up_to])
                state = _deliver(message, door) if _is_still_mine(message) else "left to another"
                counts[state] = counts.get(state, 0) + 1
    finally:
        door.close()
    return counts


def _look_up(messages: list[Message]) -> None:
    """Let each kind read at once what its next messages speak about; one that cannot reads message by message."""
    for kind in {message.kind for message in messages} & KINDS.keys():
        look_up = KINDS[kind].look_up
        if look_up is not None:
            try:
                look_up([message for message in messages if message.kind == kind])
            except Exception:  # each then reads for itself, and only the one that cannot fails
                log.exception("messages of kind %s could not be looked up together", kind)


def oldest_due_seconds() -> float:
    """How long the oldest due message has been waiting, in seconds; 0 when nothing is due."""
    first = (
        Message.objects.filter(state__in=[Message.State.WAITING, Message.State.SENDING], due_at__lte=timezone.now())
        .filter(Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()))
        .order_by("due_at").values_list("due_at", flat=True).first()
    )
    return (timezone.now() - first).total_seconds() if first else 0.0


def _claim(how_many: int) -> list[Message]:
    """Take up to `how_many` due rows by one conditional UPDATE: of two workers only one gets a row.

    Where the database can, rows another worker is just taking are passed over instead of waited for.
    """
    now, mine = timezone.now(), uuid4()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = Message.objects.filter(free, state__in=[Message.State.WAITING, Message.State.SENDING], due_at__lte=now)
    with transaction.atomic():
        first = due.order_by("due_at", "id")[:how_many]
        ids = list(first.select_for_update(skip_locked=True).values_list("pk", flat=True))
        due.filter(pk__in=ids).update(state=Message.State.SENDING, claimed_by=mine,
                                      claimed_until=now + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS))
    return list(Message.objects.select_related("practice").filter(claimed_by=mine).order_by("due_at", "id"))


def _is_still_mine(message: Message) -> bool:
    """Whether the claim stands, taken anew where a slow batch has used up half of it; a message taken back is not."""
    lease, now = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS), timezone.now()
    if message.claimed_until and message.claimed_until - now > lease / 2:
        return True
    mine = Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by, state=Message.State.SENDING)
    return mine.update(claimed_until=now + lease) == 1


def _deliver(message: Message, door: _Door) -> str:
    """Re-check, compose, hand over, mark. A failure becomes a wait or a row on the “not delivered” list."""
    kind = KINDS.get(message.kind)
    now = timezone.now()
    if kind is None:
        return _mark(message, Message.State.FAILED, f"No part of the product sends “{message.kind}” any more.")
    if message.useful_until and now >= message.useful_until:
        return _mark(message, Message.State.SKIPPED, "Too late to be of use.")
    if kind.keeps_quiet_hours and (later := outside_quiet_hours(now, message.time_zone)) > now:
        return _wait(message, later, message.why)
    try:
        if because := kind.recheck(message):
            return _mark(message, Message.State.SKIPPED, because)
        mail = kind.compose(message)
    except Exception:  # one message that cannot be written must not stand in the way of the others
        log.exception("message %s could not be written", message.pk)
        return _mark(message, Message.State.FAILED, "The message could not be written; see the server's log.")
    try:
        door.hand_over(message, mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        door.close()
        code = _code_of(refused)
        if 500 <= code < 600:
            return _mark(message, Message.State.FAILED, f"The mail server refused it for good ({code}).")
        return _back_off(message, f"The mail server asked to wait ({code}).")
    except (OSError, smtplib.SMTPException) as broken:
        door.close()
        return _back_off(message, f"The mail server could not be reached ({type(broken).__name__}).")
    except ValueError:
        return _mark(message, Message.State.FAILED, "The address cannot be written to.")
    why = " ".join([message.why, *(f"Copy to {address}." for address in mail.copies)])
    return _mark(message, Message.State.SENT, why, sent_at=timezone.now(), subject_line=mail.subject[:200])


def _code_of(refused: smtplib.SMTPException) -> int:
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in refused.recipients.values())
    return int(getattr(refused, "smtp_code", 0))


def _mark(message: Message, state: str, why: str, **fields: Any) -> str:
    """End this claim; if the lease was lost meanwhile, whoever holds it now speaks for the row.

    What was handed over is sent, whatever has become of the row: that is what a person must be able to read.
    """
    rows = Message.objects.filter(pk=message.pk)
    if state != Message.State.SENT:
        rows = rows.filter(claimed_by=message.claimed_by)
    rows.update(state=state, why=why[:200], claimed_by=None, claimed_until=None,
                attempts=message.attempts + 1, **fields)
    return str(state)


def _wait(message: Message, until: datetime, why: str) -> str:
    Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by).update(
        state=Message.State.WAITING, due_at=until, why=why[:200], claimed_by=None, claimed_until=None)
    return "postponed"


def _back_off(message: Message, why: str) -> str:
    if message.attempts + 1 >= ATTEMPTS:
        return _mark(message, Message.State.FAILED, f"{why} Given up after {ATTEMPTS} attempts.")
    wait = min(timedelta(seconds=15 * 2**message.attempts), _LONGEST_WAIT)
    Message.objects.filter(pk=message.pk, claimed_by=message.claimed_by).update(
        state=Message.State.WAITING, why=why[:200], claimed_by=None, claimed_until=timezone.now() + wait,
        attempts=message.attempts + 1)
    return "postponed"


class _Door:
    """One kept-open mail connection for a batch; opened on first need, dropped after an error."""

    def __init__(self) -> None:
        self._connection: Any = None

    def hand_over(self, message: Message, mail: Mail) -> None:
        if self._connection is None:
            self._connection = get_connection(fail_silently=False)
            self._connection.open()
        practice = message.practice
        email = EmailMessage(
            subject=mail.subject, body=mail.body,
            from_email=formataddr((practice.sender_name or practice.name, settings.DEFAULT_FROM_EMAIL)),
            to=[formataddr((message.to_name, message.to_address))], connection=self._connection,
            reply_to=[practice.email] if practice.email else None,
            # The same id on every attempt, so that a receiver can tell a repeat.
            headers={"Message-ID": f"<{message.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
                     "Auto-Submitted": "auto-generated"},
        )
        for attachment in mail.attachments:
            email.attach(attachment.part())
        email.send(fail_silently=False)
        self._copy(email, mail)

    def _copy(self, email: EmailMessage, mail: Mail) -> None:
        """The same to whoever gets copies, without the links that are the client's alone; what fails is only told."""
        email.body = "\n".join(line for line in mail.body.splitlines() if "://" not in line and "same page" not in line)
        email.attachments, email.extra_headers = [], {"Auto-Submitted": "auto-generated"}
        for address in mail.copies:
            email.to = [address]
            try:
                email.send(fail_silently=False)
            except (OSError, smtplib.SMTPException, ValueError) as broken:
                log.warning("a copy could not be sent (%s)", type(broken).__name__)

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except (OSError, smtplib.SMTPException):
                log.info("the mail connection was already gone")


def without_links(body: str) -> str:
    """The text with the secret part of every link left out."""
    return re.sub(r"(https?://\S+?/(?:[cfpqrsw]|me)/)\S+", r"\1…", body)
