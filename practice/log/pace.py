"""Whether messages leave: how far a big batch has come and how long it still takes, and since when nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q
from django.utils import timezone

from practice.models import Message, Practice

MANY = 20  # due at once, from when on the page shows how far they have come
STALE = timedelta(minutes=5)
_PACE_OF = timedelta(seconds=60)
_ON_THEIR_WAY = (Message.State.WAITING, Message.State.SENDING)


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch has come; `seconds` it still takes at the pace of the last minute, None where none left."""

    sent: int
    of: int
    seconds: int | None

    @property
    def said(self) -> str:
        """How far it has come: “1,240 of 3,000 sent”."""
        return f"{self.sent:,} of {self.of:,} sent"

    @property
    def said_left(self) -> str:
        """How long it still takes: “40 s”, “3 min”."""
        if self.seconds is None:
            return ""
        return f"{self.seconds} s" if self.seconds < 120 else f"{round(self.seconds / 60)} min"


def batch_of(practice: Practice) -> Batch | None:
    """The batch that is leaving right now, from the rows alone; None where hardly anything is due."""
    now = timezone.now()
    rows = Message.objects.filter(practice=practice)
    due = [rows.filter(state=state, due_at__lte=now).filter(Q(claimed_until=None) | Q(state=Message.State.SENDING))
           for state in _ON_THEIR_WAY]
    left = sum(part.count() for part in due)
    if left <= MANY:
        return None
    began = min(filter(None, (part.aggregate(first=Min("due_at"))["first"] for part in due)))
    gone = rows.filter(sent_at__gte=began, sent_at__lte=now)
    lately = gone.filter(sent_at__gte=now - _PACE_OF)
    count, first = lately.count(), lately.aggregate(first=Min("sent_at"))["first"]
    sent = gone.count()
    pace = count / max((now - first).total_seconds(), 1.0) if first else 0.0
    return Batch(sent, sent + left, max(1, round(left / pace)) if pace else None)


def standing_still_since(practice: Practice) -> datetime | None:
    """When the oldest message was due that nobody sends, if that is more than five minutes ago; one indexed query.

    What waits for its next attempt after a failure does not stand still, nor does a long batch others of which leave.
    """
    now = timezone.now()
    mine = Message.objects.filter(practice=practice)
    oldest = (mine.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), state__in=_ON_THEIR_WAY,
                          due_at__lt=now - STALE).order_by("due_at").values_list("due_at", flat=True).first())
    return None if oldest is None or mine.filter(sent_at__gt=now - _PACE_OF).exists() else oldest
