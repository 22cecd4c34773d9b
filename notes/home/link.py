"""The client's own page of what to do at home: its address, and the message that carries it.

One address for each client: after a change it shows the new version, so that a page kept on a phone stays right.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clients.models import Client
from clients.writing import not_agreed_any_more, reads, write_to
from notes.home.programmes import programme_of
from notes.models import HomeProgramme
from notes.writing import refuse_unless_therapist
from practice import audit, clock, links, outbox
from practice.access import Actor
from practice.models import Message
from practice.outbox import Kind, Said
from practice.refusals import Refusal, WrongState
from sessions.letters import LINK

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
    message = write_to(client=client, kind="home-programme", subject_id=programme.pk, due_at=timezone.now(),
                       start_version=timezone.now().date().isoformat(), why=f"{by.name} sent it.")
    if message is None:
        raise NotAgreed(f"{client.called} has not agreed to be written to. Print the sheet, or give them the address.")
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


def _about_page(message: Message) -> Said:
    client = _client(message)
    return Said({"link": home_url(client)}, client.called, language=reads(client))


outbox.declare(Kind("home-programme", "Home programme", _still_stands, _about_page, counts=True,
                    variables={"link": LINK}, about="Asked and given", when="At once, when a therapist sends it."))
