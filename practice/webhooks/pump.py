"""The pump of events: claimed in batches with a lease, signed, posted, tried again for a day, then listed.

As with messages (`practice/outbox/pump.py`) the row is the truth: what a dead worker held is taken up again under the
same event id when its lease runs out.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from time import time
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice.internet import INTERNET, Net
from practice.models.webhooks import Webhook, WebhookDelivery
from practice.webhooks.hooks import secrets_of
from practice.webhooks.sending import NotTaken, post, signature
from practice.webhooks.switching_off import give_up_on

BATCH = 50
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=3)
FAILING_FOR = timedelta(days=3)  # without one good answer, then it is switched off: our proposal
KEPT_FOR = timedelta(days=30)
GONE = 410
_OVERLOADED = (None, 429, 503)  # no answer at all, or one that asks for patience
_State = WebhookDelivery.State


def drain(*, limit: int = 2_000, net: Net = INTERNET) -> dict[str, int]:
    """Send what is due; answers how many ended how. Behind an address that does not answer nothing else waits."""
    counts: Counter[str] = Counter()
    while sum(counts.values()) < limit:
        claimed = _claim(min(BATCH, limit - sum(counts.values())))
        if not claimed:
            break
        resting: set[UUID] = set()
        for row in claimed:
            if row.webhook_id in resting:
                counts[_give_back(row, due_at=timezone.now() + FIRST_WAIT)] += 1
            elif not _is_still_mine(row):
                counts["left to another"] += 1
            elif not _is_still_on(row):
                counts[_give_back(row, due_at=row.due_at)] += 1
            else:
                state, rests = _deliver(row, net)
                counts[state] += 1
                if rests:
                    resting.add(row.webhook_id)
    return dict(counts)


def forget_old() -> int:
    """Drop what was sent more than thirty days ago; what did not arrive stays until it is dealt with."""
    return WebhookDelivery.objects.filter(state=_State.SENT, sent_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _claim(how_many: int) -> list[WebhookDelivery]:
    now, mine = timezone.now(), uuid4()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    due = WebhookDelivery.objects.filter(free, state__in=[_State.WAITING, _State.SENDING], due_at__lte=now)
    with transaction.atomic():
        first = due.filter(webhook__is_active=True).order_by("due_at", "id")[:how_many]
        ids = list(first.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True))
        due.filter(pk__in=ids).update(state=_State.SENDING, claimed_by=mine, claimed_until=now + _lease())
    rows = WebhookDelivery.objects.select_related("webhook__practice").filter(claimed_by=mine)
    return list(rows.order_by("due_at", "id"))


def _lease() -> timedelta:
    return timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)


def _is_still_mine(row: WebhookDelivery) -> bool:
    """Whether the claim stands, taken anew where a slow batch has used up half of it."""
    now = timezone.now()
    if row.claimed_until and row.claimed_until - now > _lease() / 2:
        return True
    return _mine(row).update(claimed_until=now + _lease()) == 1


def _is_still_on(row: WebhookDelivery) -> bool:
    """Whether its address is called at all, as it stands at this moment: it may be off, gone, or another by now."""
    hook = Webhook.objects.select_related("practice").filter(pk=row.webhook_id, is_active=True).first()
    if hook is not None:
        row.webhook = hook
    return hook is not None


def _mine(row: WebhookDelivery) -> Any:
    return WebhookDelivery.objects.filter(pk=row.pk, claimed_by=row.claimed_by, state=_State.SENDING)


def _deliver(row: WebhookDelivery, net: Net) -> tuple[str, bool]:
    """Post and mark; answers the state, and whether its address is better left alone for a moment."""
    body = json.dumps(row.content(), separators=(",", ":")).encode()
    try:
        status = post(row.webhook.url, body, _headers(row, body), net)
    except NotTaken as refused:
        return _not_taken(row, refused)
    now = timezone.now()
    # What was taken is sent, whoever holds the row by now.
    WebhookDelivery.objects.filter(pk=row.pk).update(
        state=_State.SENT, sent_at=now, attempts=row.attempts + 1, last_status=status, last_words="", claimed_by=None,
        claimed_until=None)
    Webhook.objects.filter(pk=row.webhook_id, failing_since__isnull=False).update(failing_since=None)
    return str(_State.SENT), False


def _headers(row: WebhookDelivery, body: bytes) -> dict[str, str]:
    timestamp = int(time())
    signed = ",".join(f"v1={signature(secret, timestamp, body)}" for secret in secrets_of(row.webhook))
    return {"Content-Type": "application/json", "User-Agent": "Evenhand", "Connection": "close",
            "Evenhand-Event": str(row.event_id), "Evenhand-Timestamp": str(timestamp), "Evenhand-Signature": signed}


def _not_taken(row: WebhookDelivery, refused: NotTaken) -> tuple[str, bool]:
    """Wait longer each time, for a day in all; an address that fails for days, or is gone, is switched off."""
    now = timezone.now()
    later = now + min(FIRST_WAIT * 2**min(row.attempts, 12), LONGEST_WAIT)
    is_over = later > row.tries_until
    words = f"{refused.words} Given up after {row.attempts + 1} attempts." if is_over else refused.words
    state = _State.FAILED if is_over else _State.WAITING
    _mine(row).update(state=state, due_at=row.due_at if is_over else later, attempts=row.attempts + 1,
                      last_status=refused.status, last_words=words[:200], claimed_by=None, claimed_until=None)
    Webhook.objects.filter(pk=row.webhook_id, failing_since=None).update(failing_since=now)
    since = row.webhook.failing_since
    is_off = refused.status == GONE or bool(since and since < now - FAILING_FOR)
    if is_off:
        give_up_on(row.webhook)
    return str(state), is_off or refused.status in _OVERLOADED


def _give_back(row: WebhookDelivery, *, due_at: datetime) -> str:
    """Let go of what is not posted now, behind an address that is off or does not answer; it costs no attempt."""
    _mine(row).update(state=_State.WAITING, due_at=due_at, claimed_by=None, claimed_until=None)
    return "postponed"
