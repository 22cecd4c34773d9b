"""The doors a message leaves by, one for each channel: each keeps its connection open for a batch."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from email.utils import formataddr
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from practice import wording
from practice.models import Message
from practice.outbox.kinds import Letter

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

    def hand_over(self, message: Message, letter: Letter) -> str:
        try:
            self._send(message, letter)
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
        return ""

    def _send(self, message: Message, letter: Letter) -> None:
        if self._connection is None:
            self._connection = get_connection(fail_silently=False)
            self._connection.open()
        practice = message.practice
        email = EmailMessage(
            subject=letter.subject, body=letter.body,
            from_email=formataddr((practice.sender_name or practice.name, settings.DEFAULT_FROM_EMAIL)),
            to=[formataddr((message.to_name, message.to_address))], connection=self._connection,
            reply_to=[practice.email] if practice.email else None,
            # The same id on every attempt, so that a receiver can tell a repeat.
            headers={"Message-ID": f"<{message.pk}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>",
                     "Auto-Submitted": "auto-generated"},
        )
        for attachment in letter.attachments:
            email.attach(attachment.part())
        email.send(fail_silently=False)
        self._copy(email, letter)

    def _copy(self, email: EmailMessage, letter: Letter) -> None:
        """The same to whoever gets copies, without the links that are the client's alone; what fails is only told."""
        email.body = wording.without_link_lines(letter.body)
        email.attachments, email.extra_headers = [], {"Auto-Submitted": "auto-generated"}
        for address in letter.copies:
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


def _code_of(refused: smtplib.SMTPException) -> int:
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in refused.recipients.values())
    return int(getattr(refused, "smtp_code", 0))


DOORS: dict[str, Callable[[], Door]] = {"email": MailDoor}
