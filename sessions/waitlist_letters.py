"""What people on the waitlist are written: a time has come free, it is taken, it is yours and the other is cancelled.

No clinical word stands in any of them, and an offer keeps the quiet hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from clients.contacts import copied_to
from clients.writing import not_agreed_any_more, reads, write_to
from practice import clock, links, outbox
from practice.models import Message
from practice.outbox import Kind, Said
from sessions import reminders
from sessions.calendars import visit_file
from sessions.caution_line import first_name
from sessions.letters import LINK, visit_url
from sessions.models import RELEASED, Appointment, AppointmentEvent, WaitlistOffer
from sessions.waitlist import given_up
from sessions.work import works_through

OFFER_LINK = "waitlist"
LEAST = timedelta(minutes=15)  # somebody has to answer, from when the message leaves: our proposal


def offer_url(offer: WaitlistOffer) -> str:
    """The link with which this one offer is taken or declined; it says so when it is over."""
    token = links.link_for(practice=offer.practice, purpose=OFFER_LINK, subject_id=offer.pk, expires_at=offer.ends_at)
    return f"{settings.BASE_URL}/w/{token}/"


def tell_offer(offer: WaitlistOffer) -> None:
    """Queue the offer's message; it is of use until the offer runs out."""
    _queue(offer, "waitlist-offer", offer.expires_at, "A time came free that suits their wish.")


def tell_over(offer: WaitlistOffer, *, is_told: bool = True) -> None:
    """Take the offer's message back; where it had left, say in one short one that it is taken."""
    outbox.cancel_messages(why="The time is taken.", subject_id=offer.pk, kinds=["waitlist-offer"])
    had_left = Message.objects.filter(outbox.may_have_left(), subject_id=offer.pk, kind="waitlist-offer")
    if is_told and had_left.exists() and offer.entry.ended_at is None:
        _queue(offer, "waitlist-over", offer.starts_at, "The time they were offered is taken.")


def tell_swap(visit: Appointment, gone: Appointment) -> None:
    """One message for the visit that was booked and the one given up for it, instead of two."""
    outbox.cancel_messages(why="Told together with the new time.", kinds=["cancelled"], appointment_id=gone.pk)
    outbox.cancel_messages(why="Told together with the visit given up.", kinds=["booked"], appointment_id=visit.pk)
    write_to(client=visit.client, kind="swapped", subject_id=visit.pk, useful_until=visit.starts_at,
             start_version=f"{reminders.stamp_of(visit)}-swapped", why="Tells the new time and what it replaces.",
             appointment_id=visit.pk)


def _queue(offer: WaitlistOffer, kind: str, useful_until: datetime, why: str) -> None:
    write_to(client=offer.client, kind=kind, subject_id=offer.pk, due_at=timezone.now(), useful_until=useful_until,
             why=why)


# --- checked again at the door, then written ---------------------------------------------------------------------


def _offer(message: Message) -> WaitlistOffer:
    return WaitlistOffer.objects.select_related(
        "practice", "client__practice", "therapist__user", "therapist__practice", "entry__service",
        "entry__give_up").get(pk=message.subject_id)


def _offer_stands(message: Message) -> str | None:
    offer = _offer(message)
    if offer.state != WaitlistOffer.State.OPEN or offer.expires_at <= timezone.now():
        return "The offer is over."
    taken = Appointment.objects.exclude(status__in=RELEASED).exclude(pk=offer.entry.give_up_id).filter(
        therapist=offer.therapist, starts_at__lt=offer.ends_at, ends_at__gt=offer.starts_at)
    if taken.exists():
        return "The time is taken."
    if not works_through(offer.therapist, offer.starts_at, offer.ends_at):
        return "The therapist is away then, or the practice closed."
    return not_agreed_any_more(message, offer.client)


def _about_offer(message: Message) -> Said:
    offer = _offer(message)
    gives, language = given_up(offer.entry), reads(offer.client)
    values = {"visit": offer.said_in(language), "minutes": str(offer.entry.service.minutes),
              "therapist": first_name(offer.therapist), "gives_up": gives.said_in(language) if gives else "",
              "link": offer_url(offer),
              "until": clock.said(offer.expires_at, offer.practice.time_zone, language=language)}
    return Said(values, offer.client.called, language=language)


def _over_stands(message: Message) -> str | None:
    offer = _offer(message)
    if offer.state != WaitlistOffer.State.WITHDRAWN:
        return "The offer stands again."
    return "They wait no longer." if offer.entry.ended_at else not_agreed_any_more(message, offer.client)


def _about_over(message: Message) -> Said:
    offer = _offer(message)
    language = reads(offer.client)
    return Said({"visit": offer.said_in(language)}, offer.client.called, language=language)


def _swap(message: Message) -> tuple[Appointment, Appointment]:
    rows = Appointment.objects.select_related("client__practice", "practice", "therapist__user", "room", "service")
    step = AppointmentEvent.objects.get(appointment=message.subject_id, verb="from-waitlist")
    return rows.get(pk=message.subject_id), rows.get(pk=step.detail["instead"])


def _swap_stands(message: Message) -> str | None:
    visit, _ = _swap(message)
    if visit.status not in ("booked", "confirmed") or not message.start_version.startswith(reminders.stamp_of(visit)):
        return "The visit was changed again."
    return not_agreed_any_more(message, visit.client)


def _about_swap(message: Message) -> Said:
    visit, gone = _swap(message)
    language = reads(visit.client)
    values = {"visit": visit.said_in(language), "minutes": str(visit.minutes), "gone": gone.said_in(language),
              "link": visit_url(visit)}
    return Said(values, visit.client.called, language=language, attachments=(visit_file(visit), visit_file(gone)),
                copies=copied_to(visit.client))


_VISIT = {"visit": "Tue 24 Nov, 10:30", "minutes": "45", "link": LINK}
outbox.declare(Kind("waitlist-offer", "Offer of a time", _offer_stands, _about_offer,
                    variables={**_VISIT, "therapist": "Ana", "gives_up": "Tue 1 Dec, 14:00",
                               "until": "Mon 23 Nov, 12:00"},
                    about="Booking by themselves", when="When a time comes free that suits what they wait for."))
outbox.declare(Kind("waitlist-over", "Offered time taken", _over_stands, _about_over,
                    variables={"visit": "Tue 24 Nov, 10:30"},
                    about="Booking by themselves", when="When a time they were offered is taken by somebody else."))
outbox.declare(Kind("swapped", "New booking and what it replaces", _swap_stands, _about_swap, keeps_quiet_hours=False,
                    variables={**_VISIT, "gone": "Tue 1 Dec, 14:00"},
                    about="Booking by themselves",
                    when="Three minutes after they took an offered time and gave up another."))
