"""A mail as bytes: Django's own, and for plain ones in plain English letters the same bytes for a tenth of the work."""

from __future__ import annotations

import smtplib
from email.utils import formatdate
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone

_WIDTH = 76  # longer headers are folded, which is left to Django
_LONGEST_LINE = 998  # RFC 5322


class PlainMail(EmailMessage):
    """A mail that is quickly written where nothing in it needs encoding or folding."""

    def message(self, **kwargs: Any) -> Any:
        """The mail as it is sent; Django's own where it has files, or headers that are not plain."""
        if self.attachments:
            return super().message(**kwargs)
        headers = self._headers()
        body = str(self.body).replace("\r\n", "\n").replace("\r", "\n")
        if not all(value.isascii() and value.isprintable() and (len(name) + len(value) < _WIDTH or _is_link(value))
                   for name, value in headers) or any(len(line) > _LONGEST_LINE for line in body.split("\n")):
            return super().message(**kwargs)
        return Written(headers, body)

    def _headers(self) -> list[tuple[str, str]]:
        extra = dict(self.extra_headers)
        found = [("Subject", str(self.subject)), ("From", extra.pop("From", self.from_email)),
                 ("To", extra.pop("To", ", ".join(map(str, self.to))))]
        if self.reply_to:
            found.append(("Reply-To", extra.pop("Reply-To", ", ".join(map(str, self.reply_to)))))
        found.append(("Date", extra.pop("Date", formatdate(timezone.now().timestamp()))))
        return [*found, *extra.items()]


def _is_link(value: str) -> bool:
    """Whether a header is one link, which cannot be folded."""
    return value.startswith("<http") and " " not in value and len(value) < _LONGEST_LINE


class Written:
    """Headers and a body that need no encoding."""

    def __init__(self, headers: list[tuple[str, str]], body: str) -> None:
        self._headers, self._body = headers, body

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        """The same bytes Django writes."""
        encoding = "7bit" if self._body.isascii() else "8bit"
        lines = ['Content-Type: text/plain; charset="utf-8"', "MIME-Version: 1.0",
                 f"Content-Transfer-Encoding: {encoding}", *(f"{name}: {value}" for name, value in self._headers), ""]
        return f"{linesep.join(lines)}{linesep}{self._body.replace(chr(10), linesep)}".encode()


def post(email: EmailMessage, connection: Any, address: str, sender: str) -> None:
    """Hand it to the connection that is open; one recipient by SMTP needs none of Django's reading of addresses."""
    server = getattr(connection, "connection", None)
    if isinstance(server, smtplib.SMTP) and (address + sender).isascii() and "<" not in address + sender:
        written: Any = email.message()
        server.sendmail(sender, [address], written.as_bytes(linesep="\r\n"))
    else:
        email.send(fail_silently=False)
