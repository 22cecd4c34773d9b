"""Whether mail leaves: by which server, and what became of the last test, as the outbox tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from practice.mailing import provider_in
from practice.models import Message, Practice

TEST_KIND = "test"  # of practice/wording/trying.py
CATCHER = "mail:1025"  # of docker-compose.yml, which shows mail and sends none


@dataclass(frozen=True, slots=True)
class Tried:
    """One test: whether it waits, left or failed, when and why."""

    state: str
    to: str
    at: datetime
    why: str
    is_tried_again: bool  # it was not taken at first, and why says what stands in the way

    @property
    def is_under_way(self) -> bool:
        return self.state in (Message.State.WAITING, Message.State.SENDING)

    @property
    def has_left(self) -> bool:
        return self.state == Message.State.SENT


def mail_host() -> str:
    """Where mail is handed over, without its secrets: a provider's name, or host and port; "" where nowhere."""
    if not settings.EMAIL_URL:
        return ""
    if provider := provider_in(settings.EMAIL_URL):
        return provider.capitalize()
    parts = urlsplit(settings.EMAIL_URL)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname or "")


def why_nobody_receives() -> str:
    """Why no mail from this server reaches anybody, and what to do; "" where it leaves."""
    if not settings.EMAIL_URL:
        where = "This server knows no mail server, so each message is only written to a file."
    elif mail_host() == CATCHER:
        where = "Mail goes to the catcher that comes with the containers: it shows every message and sends none."
    else:
        return ""
    return (f"{where} Whoever looks after it sets EMAIL_URL and DEFAULT_FROM_EMAIL and starts it again; "
            "docs/deploying.md says how.")


def last_test(practice: Practice) -> Tried | None:
    """What became of the latest test of this practice."""
    row = Message.objects.filter(practice=practice, kind=TEST_KIND).order_by("-due_at", "-pk").first()
    return Tried(row.state, row.to_address, row.sent_at or row.due_at, row.why, row.attempts > 0) if row else None
