"""People who came by the practice's public page: rows of their own, until somebody of the practice has looked."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client
from clients.profiles import ProfileFields, ReminderConsent, create_client
from practice import audit
from practice.access import Actor
from practice.models import Practice

AGREED_HOW = "public booking page"
SHOWN = "If you write it here, we send you e-mails about your visits, and about nothing else."


@transaction.atomic
def note_newcomer(*, practice: Practice, name: str, by: Actor, email: str = "", phone: str = "") -> Client:
    """Begin a provisional row for somebody nobody has seen yet; with an address, they agreed to be written to.

    Always a new one, whoever is listed already: what a stranger sees must not depend on who is a client.
    """
    profile = ProfileFields(name=name, email=email, phone=phone)
    if email:
        profile["channels"] = ["email"]
        profile["reminder_consent"] = ReminderConsent(today_in(Client(practice=practice)), AGREED_HOW, SHOWN)
    client = create_client(practice=practice, by=by, **profile)
    client.is_provisional = True
    client.save(update_fields=["is_provisional"])
    return client


@transaction.atomic
def take_on(*, client: Client, by: Actor) -> Client:
    """Somebody of the practice has looked: a client like any other from now on."""
    if Client.objects.filter(pk=client.pk, is_provisional=True).update(is_provisional=False, archived_at=None):
        client.is_provisional, client.archived_at = False, None
        audit.record(by=by, verb="client_taken_on", subject=client, client_id=client.pk)
    return client


@transaction.atomic
def wait_again(*, client: Client, by: Actor) -> Client:
    """Taking them on was a slip: provisional again, until somebody answers what they asked for."""
    if Client.objects.filter(pk=client.pk, is_provisional=False).update(is_provisional=True):
        client.is_provisional = True
        audit.record(by=by, verb="client_waits_again", subject=client, client_id=client.pk)
    return client


@transaction.atomic
def turn_away(*, client: Client, by: Actor) -> Client:
    """Nothing came of it: a row that is still provisional leaves the list."""
    now = timezone.now()
    if Client.objects.filter(pk=client.pk, is_provisional=True, archived_at=None).update(archived_at=now):
        client.archived_at = now
        audit.record(by=by, verb="client_archived", subject=client, client_id=client.pk)
    return client
