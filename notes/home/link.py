"""The client's own page of what to do at home: its address, and the message that carries it.

One address for each client: after a change it shows the new version, so that a page kept on a phone stays right.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clients.models import Client
from clients.writing import not_agreed_any_more
from notes.home.programmes import programme_of
from notes.models import HomeProgramme
from notes.writing import refuse_unless_therapist
from practice import audit, clock, links, outbox
from practice.access import Actor
from practice.models import Message
from practice.outbox import Kind, Letter
from practice.refusals import Refusal, WrongState
from sessions.letters import closing, greeting

HOME_LINK = "home-programme"
LINK_LIVES = timedelta(days=180)  # from the last sending on: our proposal


class NotAgreed(Refusal):
    """The client is not written to; the sheet can be printed."""

    code = "reminder_consent_missing"
    title = "They are not written to"


def home_url(client: Client) -> str:
    """The address on which the client reads and ticks; asked for on another day, it lives longer."""
    last = clock.wall_of(timezone.now(), client.practice.time_zone)[0] + LINK_LIVES
    token = links.link_for(practice=client.practice, purpose=HOME_LINK, subject_id=client.pk,
                           expires_at=clock.day_begins(last, client.practice.time_zone))
    return f"{settings.BASE_URL}/h/{token}/"


def client_behind(token: str) -> Client | None:
    """The client a live link belongs to, or the one they were merged into; None for unknown, expired and archived."""
    link = links.open_link(token, purpose=HOME_LINK)
    if link is None:
        return None
    found = Client.objects.select_related("practice", "merged_into__practice").filter(
        pk=link.subject_id, practice=link.practice).first()
    client = found.standing if found else None
    return client if client is not None and client.archived_at is None else None


@transaction.atomic
def send_programme(*, programme: HomeProgramme, by: Actor) -> Message:
    """Write to the client where their page is; once a day at most. Refuses who has not agreed, and what has ended."""
    refuse_unless_therapist(by)
    client = programme.client
    if programme.ended_at is not None:
        raise WrongState("This version has ended. Send the one that stands now.")
    if not client.may_be_mailed:
        raise NotAgreed(f"{client.called} has not agreed to e-mail. Print the sheet, or give them the address.")
    message = outbox.queue_message(
        practice=programme.practice, kind="home-programme", subject_id=programme.pk, to_address=client.email,
        to_name=client.name, time_zone=client.zone, due_at=timezone.now(), why=f"{by.name} sent it.",
        client_id=client.pk, start_version=timezone.now().date().isoformat())
    audit.record(by=by, verb="home_programme_sent", subject=programme)
    return message


def _client(message: Message) -> Client:
    programme = HomeProgramme.objects.select_related("client__practice").get(pk=message.subject_id)
    return programme.client


def _still_stands(message: Message) -> str | None:
    client = _client(message)
    if client.archived_at or programme_of(client) is None:
        return "There is nothing on that page any more."
    return not_agreed_any_more(message, client)


def _letter(message: Message) -> Letter:
    client = _client(message)
    return Letter("Your page from us", f"{greeting(client)}Here is your page to keep, as agreed at your visit:\n\n"
                                     f"{home_url(client)}\n\nIt is for you alone, and needs no password.\n"
                                     f"{closing(client)}")


outbox.declare(Kind("home-programme", "Home programme", _still_stands, _letter))
