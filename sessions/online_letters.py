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
from practice import clock, links, outbox
from practice.models import Message, Practice
from practice.outbox import Kind, Letter
from sessions.letters import visit_url
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
    """Tell whoever asked that it cannot be then."""
    if visit.client.may_be_mailed:
        outbox.queue_message(
            practice=visit.practice, kind="request-declined", subject_id=visit.pk, to_address=visit.client.email,
            due_at=timezone.now() + outbox.grace(), why="Declines the request.", client_id=visit.client_id,
            appointment_id=visit.pk)


def send_link(practice: Practice, address: str, client: Client | None = None) -> None:
    """Send the link to book to an address, once an hour at most; whether anybody is listed with it is seen later."""
    outbox.queue_message(
        practice=practice, kind="booking-link", subject_id=uuid5(practice.pk, address.lower()), to_address=address,
        start_version=f"{timezone.now():%Y%m%dT%H}", due_at=timezone.now(),
        useful_until=timezone.now() + timedelta(days=1), why="The link to book was asked for.",
        client_id=client.pk if client else None)


# --- checked again at the door, then written ---------------------------------------------------------------------


def _listed(practice: Practice, address: str) -> list[Client]:
    """The clients of the practice who are written to at this address."""
    rows = (Client.objects.filter(practice=practice, email__iexact=address, archived_at=None, is_provisional=False)
            .select_related("practice").order_by("name", "pk"))
    return [client for client in rows if client.may_be_mailed]


def _links(practice: Practice, address: str) -> str:
    """The links of everybody listed with it, one line each; more than one says whose."""
    listed = _listed(practice, address) if practice.books_online else []
    return "".join(f"{f'{client.called}: ' if len(listed) > 1 else ''}{client_url(client)}\n" for client in listed)


def _visit(message: Message) -> Appointment | None:
    return Appointment.objects.select_related("client", "practice").filter(pk=message.subject_id).first()


def _still_asked(message: Message) -> str | None:
    visit = _visit(message)
    return None if visit and visit.status == Appointment.Status.PROPOSED else "It has been answered."


def _still_declined(message: Message) -> str | None:
    visit = _visit(message)
    return None if visit and visit.status == Appointment.Status.CANCELLED else "It stands after all."


def _somebody_listed(message: Message) -> str | None:
    return None if _links(message.practice, message.to_address) else "No client who agreed to e-mail has this address."


def _sign(practice: Practice) -> str:
    call = f"Questions? Call {practice.phone}.\n" if practice.phone else ""
    return f"\n{call}{practice.sender_name or practice.name}\n"


def _about_request(message: Message) -> Letter:
    visit = _visit(message)
    assert visit is not None and visit.expires_at is not None
    own = _links(message.practice, message.to_address)
    again = f"\nYou have been with us before? With this link you book at once:\n{own}" if own else ""
    body = (f"Hello there,\n\nyou asked for this time:\n\n{visit.said} ({visit.minutes} minutes)\n\n"
            f"It is not booked yet. We answer by {clock.said(visit.expires_at, visit.time_zone)}. Until then we keep "
            f"it free for you.\n\nSee it, or take it back: {visit_url(visit)}\n{again}\n"
            f"It was not you? Then do nothing, or call us.\n{_sign(message.practice)}")
    return Letter(f"You asked for {visit.said}", body)


def _about_declining(message: Message) -> Letter:
    visit = _visit(message)
    assert visit is not None
    online = OnlineBooking.objects.filter(appointment=visit).first()
    words = f"\n{online.answer}\n" if online and online.answer else ""
    page = (f"\nChoose another time: {settings.BASE_URL}/book-with/{visit.practice.public_slug}/\n"
            if visit.practice.books_online else "")
    body = (f"Hello there,\n\nyou asked for {visit.said}. We are sorry: we cannot see you then.\n{words}{page}"
            f"{_sign(visit.practice)}")
    return Letter(f"Not possible: {visit.said}", body)


def _about_link(message: Message) -> Letter:
    body = (f"Hello there,\n\nwith this link you book, move or cancel a visit by yourself:\n"
            f"{_links(message.practice, message.to_address)}\n"
            f"It works for 30 days. Keep it to yourself.\n{_sign(message.practice)}")
    return Letter("Your link to book a visit", body)


outbox.declare(Kind("request-received", "Request received", _still_asked, _about_request, keeps_quiet_hours=False))
outbox.declare(Kind("request-declined", "Request declined", _still_declined, _about_declining))
outbox.declare(Kind("booking-link", "Link to book", _somebody_listed, _about_link, keeps_quiet_hours=False))
