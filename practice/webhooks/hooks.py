"""What an owner does with the addresses of other systems: add, change, new secret, off and on, once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from practice import audit, links
from practice.access import Actor
from practice.models import Practice
from practice.models.webhooks import Webhook, WebhookDelivery
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput, Refusal
from practice.webhooks.events import EVENTS, TRIED_FOR, delivery
from practice.webhooks.sending import NotTaken, address_of, place_of

MOST = 10  # addresses of one practice
BOTH_FOR = timedelta(days=1)  # how long the old secret signs beside the new one: our proposal
TEST = "webhook.test"


class SwitchedOff(Refusal):
    """Nothing is sent to an address that is switched off."""

    code: ClassVar[str] = "wrong_state"
    title: ClassVar[str] = "It is switched off"


@dataclass(frozen=True, slots=True)
class Fresh:
    """An address with the secret just made, shown this once."""

    webhook: Webhook
    secret: str


def secret_of(hook: Webhook, turn: int | None = None) -> str:
    """The secret that signs, or the one of an earlier turn: known to this server and to whoever was shown it."""
    return links.token_of(f"webhook-{turn or hook.secret_turn}", hook.pk)


def secrets_of(hook: Webhook) -> list[str]:
    """Every secret that signs now: the new one first, and the old one while both are valid."""
    turns = [hook.secret_turn]
    if hook.old_secret_until and hook.old_secret_until > timezone.now() and hook.secret_turn > 1:
        turns.append(hook.secret_turn - 1)
    return [secret_of(hook, turn) for turn in turns]


@transaction.atomic
def add_webhook(*, practice: Practice, url: str, events: Sequence[str], by: Actor) -> Fresh:
    """Tell another system of these events from now on. Refuses an address that is not on the open internet or is
    there already, an event nobody knows, and more than ten addresses."""
    practice = _locked(practice, by)
    if Webhook.objects.filter(practice=practice).count() >= MOST:
        raise BadInput(f"{MOST} addresses are the most. Remove one first.", field="url")
    hook = Webhook.objects.create(practice=practice, url=_address(url, practice), events=_known(events))
    _say_whether_anybody_listens(practice)
    audit.record(by=by, verb="webhook_added", subject=hook, host=hook.host, events=hook.events)
    return Fresh(hook, secret_of(hook))


@transaction.atomic
def change_webhook(*, webhook: Webhook, url: str, events: Sequence[str], by: Actor) -> Webhook:
    """Another address or other events, from now on; what waits already goes to the new address."""
    _locked(webhook.practice, by)
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if url.strip() != webhook.url:
        webhook.url = _address(url, webhook.practice)
    webhook.events = _known(events)
    webhook.save(update_fields=["url", "events"])
    audit.record(by=by, verb="webhook_changed", subject=webhook, host=webhook.host, events=webhook.events)
    return webhook


@transaction.atomic
def rotate_secret(*, webhook: Webhook, by: Actor) -> Fresh:
    """A new secret; for a day the old one signs as well, so that the other side can change over."""
    _locked(webhook.practice, by)
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    webhook.secret_turn += 1
    webhook.old_secret_until = timezone.now() + BOTH_FOR
    webhook.save(update_fields=["secret_turn", "old_secret_until"])
    audit.record(by=by, verb="webhook_secret_changed", subject=webhook)
    return Fresh(webhook, secret_of(webhook))


@transaction.atomic
def switch(*, webhook: Webhook, on: bool, by: Actor) -> Webhook:
    """Off: nothing is noted or sent any more. On: what still waited leaves now, and new events are noted again."""
    practice = _locked(webhook.practice, by)
    webhook = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if webhook.is_active != on:
        webhook.is_active, webhook.switched_off_at = on, None if on else timezone.now()
        webhook.failing_since = None
        webhook.save(update_fields=["is_active", "switched_off_at", "failing_since"])
        if on:
            waits = webhook.deliveries.filter(state=WebhookDelivery.State.WAITING)
            waits.update(due_at=timezone.now(), tries_until=timezone.now() + TRIED_FOR)
        _say_whether_anybody_listens(practice)
        audit.record(by=by, verb="webhook_switched", subject=webhook, on=on)
    return webhook


@transaction.atomic
def remove_webhook(*, webhook: Webhook, by: Actor) -> None:
    """Forget the address and everything that was sent to it."""
    practice = _locked(webhook.practice, by)
    audit.record(by=by, verb="webhook_removed", subject=webhook, host=webhook.host)
    webhook.delete()
    _say_whether_anybody_listens(practice)


@transaction.atomic
def send_test(*, webhook: Webhook, by: Actor) -> WebhookDelivery:
    """One event that means nothing, to try the other side."""
    _locked(webhook.practice, by)
    _refuse_if_off(webhook)
    row = delivery(webhook, TEST, webhook)
    row.save(force_insert=True)
    return row


@transaction.atomic
def replay(*, webhook: Webhook, by: Actor, row: WebhookDelivery | None = None) -> int:
    """Send one event again, or all that did not arrive, under their old ids; answers how many."""
    _locked(webhook.practice, by)
    _refuse_if_off(webhook)
    rows = WebhookDelivery.objects.filter(webhook=webhook)
    rows = rows.filter(pk=row.pk) if row else rows.filter(state=WebhookDelivery.State.FAILED)
    now = timezone.now()
    count = rows.exclude(state=WebhookDelivery.State.SENDING).update(
        state=WebhookDelivery.State.WAITING, due_at=now, tries_until=now + TRIED_FOR, attempts=0, claimed_by=None,
        claimed_until=None)
    if count:
        audit.record(by=by, verb="webhook_replayed", subject=webhook, count=count)
    return count


def _refuse_if_off(webhook: Webhook) -> None:
    if not webhook.is_active:
        raise SwitchedOff("Switch it on first.")


def _locked(practice: Practice, by: Actor) -> Practice:
    refuse_unless_owner(practice, by)
    return Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)


def _say_whether_anybody_listens(practice: Practice) -> None:
    practice.calls_webhooks = Webhook.objects.filter(practice=practice, is_active=True).exists()
    practice.save(update_fields=["calls_webhooks"])


def _known(events: Sequence[str]) -> list[str]:
    chosen = [code for code in EVENTS if code in set(events)]
    if not chosen or set(events) - EVENTS.keys():
        raise BadInput("Choose at least one event of the list.", field="events")
    return chosen


def _address(url: str, practice: Practice) -> str:
    url = url.strip()
    if len(url) > 500:
        raise BadInput("At most 500 letters.", field="url")
    try:
        place_of(address_of(url))
    except NotTaken as refused:
        raise BadInput(refused.words, field="url") from refused
    if Webhook.objects.filter(practice=practice, url=url).exists():
        raise BadInput("This address is there already. Choose further events on its own page.", field="url")
    return url
