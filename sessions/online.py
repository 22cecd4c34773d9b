"""Booking by oneself: somebody new from the practice's public page, a client from a link of their own.

Everything goes through the verbs of `booking.py`, by an outsider who overrides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clients.asking.intake import MayNotBeMailed
from clients.episodes import hold_among
from clients.models import Client
from clients.newcomers import note_newcomer
from clients.writing import is_written_to
from practice import clock, links, page_language
from practice.access import Actor, Outsider
from practice.models import Membership, NewClients, Practice, Service
from practice.refusals import BadInput, NotAllowed, Refusal
from sessions import booking, online_letters, proposals
from sessions.models import RELEASED, Appointment, OnlineBooking
from sessions.objections import against_the_body
from sessions.online_times import is_offered_start
from sessions.supply import OpenSlot, find_open_slots, therapists_for
from sessions.wished import Wish, read

SAME, AHEAD = 3, 42  # how many times "the same as last time" is offered; days looked at from the usual day on
LEAST_TO_ANSWER = timedelta(hours=1)


class FormUsed(Refusal):
    """The form belongs to something else already."""

    code: ClassVar[str] = "form_used"
    title: ClassVar[str] = gettext_noop("This form was used already")


class RingFirst(Refusal):
    """Something speaks against booking by oneself; what it is stays between client and therapist."""

    code: ClassVar[str] = "ring_first"
    title: ClassVar[str] = gettext_noop("Ring us to plan this visit")


def services_online(practice: Practice) -> list[Service]:
    """What people can book by themselves."""
    rows = list(Service.objects.filter(practice=practice, is_active=True, is_online=True).select_related("practice"))
    return [service for service in rows if therapists_for(service)]


# --- somebody new --------------------------------------------------------------------------------------------------


def expiry(practice: Practice, starts_at: datetime) -> datetime:
    """Until when a request made now keeps its time: so long that whoever asked can still come, or go elsewhere."""
    now = timezone.now()
    in_time = starts_at - timedelta(hours=practice.client_notice_hours) / 2
    return min(now + timedelta(hours=practice.request_hours), max(in_time, now + LEAST_TO_ANSWER), starts_at)


def ask_for_visit(
    *, practice: Practice, service: Service, therapist: Membership, starts_at: datetime, name: str, email: str,
    phone: str, remark: str, nonce: UUID,
) -> Appointment:
    """What the public page sends: a request that keeps its time for a while, or a booking where the practice says so.

    Whoever is listed with this name or address: it is always a row of its own, so that nobody learns who is. One
    nonce makes one visit.
    """
    if practice.new_clients_online == NewClients.NO:
        raise NotAllowed("New clients ring us for a first visit.")
    _refuse_odd_start(practice, starts_at)
    by = Outsider(practice, "client", name)
    is_request = practice.new_clients_online == NewClients.REQUEST
    expires_at = expiry(practice, starts_at) if is_request else None

    def make() -> Appointment:
        client = note_newcomer(practice=practice, name=name, email=email, phone=phone, by=by)
        visit = booking.book_appointment(client=client, therapist=therapist, service=service, starts_at=starts_at,
                                         by=by, expires_at=expires_at)
        _note(visit, nonce, remark)
        if is_request:
            online_letters.tell_received(visit)
        return visit

    return _once(practice, nonce, make)


# --- a client, from a link of their own ----------------------------------------------------------------------------


def client_behind(token: str) -> Client | None:
    """Whose link this is; None for unknown and expired ones, and where nobody books by themselves."""
    link = links.open_link(token, purpose=online_letters.CLIENT_LINK)
    if link is None or not link.practice.books_online:
        return None
    return (Client.objects.select_related("practice")
            .filter(pk=link.subject_id, practice=link.practice, archived_at=None, is_provisional=False).first())


def send_client_link(*, client: Client, by: Actor) -> None:
    """Send a client the link with which they book by themselves; refuses where they are not written to."""
    if not client.practice.books_online:
        raise NotAllowed("Booking by oneself is switched off. The owner can switch it on in the settings.")
    if not is_written_to(client):
        raise MayNotBeMailed(f"{client.called} has not agreed to be written to, or has no address or number.")
    online_letters.send_link_to(client)


def outsider(client: Client) -> Outsider:
    """The client as the one who acts."""
    return Outsider(client.practice, "client", client.name)


def book_again(*, client: Client, service: Service, therapist: Membership, starts_at: datetime,
               nonce: UUID) -> Appointment:
    """A client books for themselves; refuses, without saying why, where something speaks against it."""
    by = outsider(client)

    def make() -> Appointment:
        visit = booking.book_appointment(client=client, therapist=therapist, service=service, starts_at=starts_at,
                                         by=by)
        _note(visit, nonce, "", answered_at=timezone.now())
        return visit

    if client.practice_id != service.practice_id or not service.is_online or not service.is_active:
        raise NotAllowed(_("This cannot be booked here. Ring us."))
    _refuse_odd_start(client.practice, starts_at)
    if must_ring(client, service, therapist, starts_at):
        raise RingFirst(_("We would like to talk with you before we plan this visit."))
    return _once(client.practice, nonce, make, client)


def move_own(*, appointment: Appointment, therapist: Membership, starts_at: datetime) -> Appointment:
    """A client moves their own visit to one of the open times."""
    _refuse_odd_start(appointment.practice, starts_at)
    return booking.move_appointment(appointment=appointment, starts_at=starts_at, therapist=therapist,
                                    by=outsider(appointment.client))


def _refuse_odd_start(practice: Practice, starts_at: datetime) -> None:
    """Clients take one of the times that are shown: any other minute would leave gaps nobody can use."""
    if not is_offered_start(practice, starts_at):
        raise BadInput(_("{time} is not one of the open times. Choose one of them.").format(
            time=page_language.said(starts_at, practice.time_zone)), field="starts_at")


def must_ring(client: Client, service: Service, therapist: Membership, starts_at: datetime | None = None) -> bool:
    """Whether visits are on hold now, or the check speaks against one at that time (or today)."""
    at, reading = starts_at or timezone.now(), read(client)
    if hold_among(reading.episodes, clock.wall_of(timezone.now(), client.practice.time_zone)[0]):
        return True
    wish = Wish(client, therapist, service, at, service.minutes, outsider(client), "", reading=reading)
    return bool(against_the_body(wish))


def last_visit(client: Client) -> Appointment | None:
    """The last visit they had; else the next one they have."""
    rows = (Appointment.objects.filter(client=client).exclude(status__in=(*RELEASED, "proposed"))
            .select_related("service__practice", "therapist__user", "series"))
    now = timezone.now()
    return (rows.filter(starts_at__lte=now).order_by("-starts_at").first()
            or rows.filter(starts_at__gt=now).order_by("starts_at").first())


def same_again(client: Client, last: Appointment, not_before: datetime) -> list[OpenSlot]:
    """The next times like the last one: same service and therapist; first those on its weekday at its hour.

    Looked for from half a rhythm after the last visit they have on.
    """
    zone, service = client.practice.time_zone, last.service
    if not (service.is_active and service.is_online) or last.therapist not in therapists_for(service):
        return []
    coming = (Appointment.objects.filter(client=client).exclude(status__in=RELEASED)
              .order_by("-wall_date").values_list("wall_date", flat=True).first()) or last.wall_date
    rhythm = last.series.every_days if last.series else proposals.interval_of(client, [last])
    first = max(coming + timedelta(days=max(1, rhythm - rhythm // 2)), clock.wall_of(not_before, zone)[0])
    slots = find_open_slots(service=service, first=first, last=first + timedelta(days=AHEAD), not_before=not_before,
                            therapists=[last.therapist], client=client)
    like = [slot for slot in slots if _is_like(slot, last, zone)]
    due = coming + timedelta(days=rhythm)
    like.sort(key=lambda slot: abs((clock.wall_of(slot.starts_at, zone)[0] - due).days))
    return [*like, *(slot for slot in slots if slot not in like)][:SAME]


def _is_like(slot: OpenSlot, last: Appointment, zone: str) -> bool:
    on, at, _ = clock.wall_of(slot.starts_at, zone)
    return on.weekday() == last.wall_date.weekday() and at == last.wall_time


# --- once, however often it is sent --------------------------------------------------------------------------------


def _note(visit: Appointment, nonce: UUID, remark: str, answered_at: datetime | None = None) -> None:
    OnlineBooking.objects.create(
        practice=visit.practice, appointment=visit, nonce=nonce, remark=remark,
        answered_at=answered_at or (None if visit.expires_at else timezone.now()))


def _made_with(practice: Practice, nonce: UUID, client: Client | None) -> Appointment | None:
    rows = Appointment.objects.filter(practice=practice, online__nonce=nonce)
    return (rows.filter(client=client) if client else rows).select_related("therapist__user", "service").first()


def _once(practice: Practice, nonce: UUID, make: Callable[[], Appointment],
          client: Client | None = None) -> Appointment:
    """The visit this form made already, else what `make` makes; taps at the same moment are one."""
    if made := _made_with(practice, nonce, client):
        return made
    try:
        with transaction.atomic():
            return make()
    except (Refusal, IntegrityError) as failed:
        if made := _made_with(practice, nonce, client):
            return made
        if isinstance(failed, IntegrityError):
            raise FormUsed(_("This form was used already. Open the page again.")) from failed
        raise
