"""The pump: what is due leaves in claimed batches, each message checked once more at the door."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice.models import Message, Practice
from practice.outbox.delivery import Delivery, Doors
from practice.outbox.receipts import Receipts, settle_what_was_left

BATCH = 100


def drain(*, limit: int = 10_000) -> dict[str, int]:
    """Send what is due, in claimed batches over one kept-open connection; answers how many ended how."""
    counts: Counter[str] = Counter()
    doors, receipts = Doors(), Receipts()
    try:
        while counts.total() < limit:
            settle_what_was_left()
            claimed = _claim(min(BATCH, limit - counts.total()))
            if not claimed:
                break
            counts += Delivery(claimed, doors, receipts).run()
            receipts.settle()
    finally:
        try:
            receipts.close()
        finally:
            doors.close()
    return dict(counts)


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
    claimed = list(Message.objects.filter(claimed_by=mine).order_by("due_at", "id"))
    practices = Practice.objects.in_bulk({message.practice_id for message in claimed})
    for message in claimed:  # one object each, so that what it remembers is read once
        message.practice = practices[message.practice_id]
    return claimed
