"""What leaves around booking by oneself: a request is received, or declined; the link with which a client books.

To an address somebody typed goes nothing else they typed. Who is listed with it is looked up only as the mail is
written, so that the page answers the same, and as fast, for everybody.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

from django.conf import settings
from django.utils import timezone

from clients.models import Client
from clients.writing import is_written_to, message_to, reads, write_to
from practice import clock, links, outbox, wording
from practice.models import Message, Practice
from practice.outbox import Kind, Said
from practice.wording.examples import example_of
from sessions.letters import LINK, visit_url
from sessions.models import Appointment, OnlineBooking

CLIENT_LINK, LINK_LIVES = "client", timedelta(days=30)


def client_url(client: Client) -> str:
    """The link with which a client books by themselves, for thirty days from now."""
    token = links.link_for(practice=client.practice, purpose=CLIENT_LINK, subject_id=client.pk,
                           expires_at=timezone.now() + LINK_LIVES)
    return f"{settings.BASE_URL}/me/{token}/"


def tell_received(visit: Appointment) -> None:
    """Tell whoever typed the address that a time is asked for."""
    if visit.client.email:
        outbox.queue_message(
            practice=visit.practice, kind="request-received", subject_id=visit.pk, to_address=visit.client.email,
            due_at=timezone.now(), useful_until=visit.starts_at, why="A time was asked for online.",
            client_id=visit.client_id, appointment_id=visit.pk)


def tell_declined(visit: Appointment) -> None:
    """Tell whoever asked that it cannot be then; the name they typed is not repeated to that address."""
    row = message_to(client=visit.client, kind="request-declined", subject_id=visit.pk, why="Declines the request.",
                     appointment_id=visit.pk)
    if row is not None:
        row.to_name = ""
        outbox.queue_messages([row])


def send_link(practice: Practice, address: str) -> None:
    """Send the link to book to an address, once an hour at most; whether anybody is listed with it is seen later."""
    outbox.queue_message(
        practice=practice, kind="booking-link", subject_id=uuid5(practice.pk, address.lower()), to_address=address,
        start_version=_this_hour(), due_at=timezone.now(), useful_until=timezone.now() + timedelta(days=1),
        why="The link to book was asked for.")


def send_link_to(client: Client) -> None:
    """Send a client the link to book by the way they agreed to, once an hour at most."""
    write_to(client=client, kind="booking-link", subject_id=client.pk, start_version=_this_hour(),
             due_at=timezone.now(), useful_until=timezone.now() + timedelta(days=1),
             why="The link to book was asked for.")


def _this_hour() -> str:
    return f"{timezone.now():%Y%m%dT%H}"


# --- checked again at the door, then written ---------------------------------------------------------------------


def _listed(message: Message) -> list[Client]:
    """Whose links a message carries: the client's it was meant for, else of all who are written to at its address."""
    rows = Client.objects.filter(practice=message.practice, archived_at=None, is_provisional=False)
    if message.client_id and message.kind == "booking-link":
        meant = rows.filter(pk=message.client_id)
        return [client for client in meant.select_related("practice") if is_written_to(client)]
    there = rows.filter(email__iexact=message.to_address).select_related("practice").order_by("name", "pk")
    return [client for client in there if client.may_be_mailed]


def _links(message: Message) -> tuple[str, str]:
    """The links of everybody listed, one line each, more than one with whose; and the language they agree in."""
    listed = _listed(message) if message.practice.books_online else []
    lines = [f"{f'{client.called}: ' if len(listed) > 1 else ''}{client_url(client)}" for client in listed]
    languages = {reads(client) for client in listed}
    return "\n".join(lines), languages.pop() if len(languages) == 1 else "en"


def _visit(message: Message) -> Appointment | None:
    return Appointment.objects.select_related("client", "practice").filter(pk=message.subject_id).first()


def _still_asked(message: Message) -> str | None:
    visit = _visit(message)
    return None if visit and visit.status == Appointment.Status.PROPOSED else "It has been answered."


def _still_declined(message: Message) -> str | None:
    visit = _visit(message)
    return None if visit and visit.status == Appointment.Status.CANCELLED else "It stands after all."


def _somebody_listed(message: Message) -> str | None:
    return None if _links(message)[0] else "No client who agreed to be written to has this address."


def _about_request(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None and visit.expires_at is not None
    own, language = _links(message)
    values = {"visit": visit.said_in(language), "minutes": str(visit.minutes), "link": visit_url(visit),
              "until": clock.said(visit.expires_at, visit.time_zone, language=language),
              "again": wording.piece("sessions", "again", language, links=own) if own else ""}
    return Said(values, language=language)


def _about_declining(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    online = OnlineBooking.objects.filter(appointment=visit).first()
    practice, language = visit.practice, reads(visit.client)
    page = f"{settings.BASE_URL}/book-with/{practice.public_slug}/" if practice.books_online else ""
    return Said({"visit": visit.said_in(language), "answer": online.answer if online else "", "page": page},
                language=language)


def _about_link(message: Message) -> Said:
    lines, language = _links(message)
    return Said({"links": lines}, language=language)


outbox.declare(Kind("request-received", "Request received", _still_asked, _about_request, keeps_quiet_hours=False,
                    variables={"visit": "Tue 24 Nov, 10:30", "minutes": "45", "until": "Sun 22 Nov, 10:30",
                               "link": LINK, "again": example_of("sessions", "again", {"links": LINK})},
                    about="Booking by themselves", when="At once, when somebody asks for a time online."))
outbox.declare(Kind("request-declined", "Request declined", _still_declined, _about_declining,
                    variables={"visit": "Tue 24 Nov, 10:30", "answer": "Thursday is free all day.",
                               "page": "https://practice.example/book-with/riverside/"},
                    about="Booking by themselves", when="Three minutes after a request is declined."))
outbox.declare(Kind("booking-link", "Link to book", _somebody_listed, _about_link, keeps_quiet_hours=False,
                    variables={"links": LINK}, about="Booking by themselves",
                    when="At once, when somebody asks for their link to book."))
