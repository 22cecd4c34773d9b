"""The doors a message leaves by, one for each channel: each keeps its connection open for a batch."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formataddr
from typing import Any, Protocol
from urllib.parse import urlsplit

from anymail.exceptions import AnymailRecipientsRefused, AnymailRequestsAPIError
from django.conf import settings
from django.core.mail import get_connection

from practice import links, wording
from practice.lines import one_line
from practice.models import Message
from practice.outbox.kinds import KINDS, Letter
from practice.outbox.mail import PlainMail, post

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """The other side did not take a message: `why` in words, and whether it never will (`for_good`)."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.why, self.for_good = why, for_good


class Door(Protocol):
    """Hands one message over and answers the provider's name for it, or ""; raises `NotTaken`."""

    def hand_over(self, message: Message, letter: Letter) -> str: ...

    def close(self) -> None: ...


class MailDoor:
    """One kept-open mail connection; opened on first need, dropped after an error."""

    def __init__(self) -> None:
        self._connection: Any = None

    def connect(self) -> Any:
        """The connection mail leaves by."""
        return get_connection(fail_silently=False)

    @property
    def sender(self) -> str:
        """The address mail comes from."""
        return str(settings.DEFAULT_FROM_EMAIL)

    def subject_of(self, letter: Letter) -> str:
        return letter.subject

    def hand_over(self, message: Message, letter: Letter) -> str:
        try:
            return self._send(message, letter)
        except AnymailRecipientsRefused as refused:
            raise NotTaken("The mail provider writes to this address no more.", for_good=True) from refused
        except AnymailRequestsAPIError as refused:
            self.close()
            raise _refused_by_provider(refused.status_code) from refused
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            self.close()
            code = _code_of(refused)
            if 500 <= code < 600:
                raise NotTaken(f"The mail server refused it for good ({code}).", for_good=True) from refused
            raise NotTaken(f"The mail server asked to wait ({code}).") from refused
        except (OSError, smtplib.SMTPException) as broken:
            self.close()
            raise NotTaken(f"The mail server could not be reached ({type(broken).__name__}).") from broken
        except ValueError as wrong:
            raise NotTaken("The address cannot be written to.", for_good=True) from wrong

    def _send(self, message: Message, letter: Letter) -> str:
        no_more = _no_more(message, letter.language)
        # The same id on every attempt, so that a receiver can tell a repeat.
        email = self._mail(message, letter, f"{letter.body}{no_more.line}", {
            "Message-ID": f"<{message.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>", **no_more.headers})
        email.to = [formataddr((one_line(message.to_name), message.to_address))]
        for attachment in letter.attachments:
            email.attach(attachment.part())
        _for_providers(email, message)
        post(email, email.connection, message.to_address, self.sender)
        told = getattr(getattr(email, "anymail_status", None), "message_id", None)
        return "" if told is None else str(told)

    def _mail(self, message: Message, letter: Letter, body: str, headers: Mapping[str, str]) -> PlainMail:
        """A mail of the practice to nobody yet, on the connection that is open."""
        if self._connection is None:
            self._connection = self.connect()
            self._connection.open()
        practice = message.practice
        return PlainMail(
            subject=one_line(self.subject_of(letter)), body=body, connection=self._connection,
            from_email=formataddr((one_line(practice.sender_name or practice.name), self.sender)),
            reply_to=[practice.email] if practice.email else None,
            headers={"Auto-Submitted": "auto-generated", **headers})

    def copy(self, message: Message, letter: Letter) -> Iterator[str]:
        """Send the same to whoever gets copies, without the links that are the client's alone; says what became of
        each. What a copy meets decides nothing about the message itself.
        """
        for address in letter.copies:
            try:
                email = self._mail(message, letter, wording.without_link_lines(letter.copied or letter.body), {})
                email.to = [address]
                email.send(fail_silently=False)
                yield f"Copy to {address}."
            except Exception as broken:  # a provider raises errors of its own
                log.warning("a copy could not be sent (%s)", type(broken).__name__)
                self.close()
                yield f"No copy reached {address}."

    def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except (OSError, smtplib.SMTPException):
                log.info("the mail connection was already gone")


def _code_of(refused: smtplib.SMTPException) -> int:
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in refused.recipients.values())
    return int(getattr(refused, "smtp_code", 0))


@dataclass(frozen=True, slots=True)
class NoMore:
    """How a mail says that it can be the last one: a line at its end, and headers mail programs make a button of."""

    line: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def _no_more(message: Message, language: str) -> NoMore:
    """For mail to a client; what goes to colleagues and doctors is no matter of theirs (RFC 2369, RFC 8058)."""
    kind = KINDS.get(message.kind)
    if message.client_id is None or kind is None or kind.is_to != "client":
        return NoMore()
    url = links.unsubscribe_url(message.client_id)
    line = wording.piece("practice", "no-more", language, link=url)
    return NoMore(f"\n{line}\n", {
        "List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"})


def _for_providers(email: Any, message: Message) -> None:
    """What a provider's API is told besides: our id, which it says back, and to follow neither opening nor links."""
    email.metadata = {"message": str(message.pk)}
    email.track_opens = email.track_clicks = False


def _refused_by_provider(status: int | None) -> NotTaken:
    """What a provider's answer means. That it does not know us concerns every mail, and is put right by somebody."""
    if status is None:
        return NotTaken("The mail provider could not be reached.")
    if status in (400, 422):
        return NotTaken(f"The mail provider refused it for good ({status}).", for_good=True)
    if status in (401, 403):
        return NotTaken(f"The mail provider does not know us ({status}): EMAIL_URL names the wrong key or domain.")
    return NotTaken(f"The mail provider asked to wait ({status}).")


DOORS: dict[str, Callable[[], Door]] = {"email": MailDoor}
