"""A visit booked for somebody who waits, by their own yes or by staff; what they give up goes in the same act."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from practice.access import Actor
from practice.models import Membership, Room
from sessions import waitlist_letters, waitlist_offers
from sessions.booking import book_appointment, cancel_appointment
from sessions.diary import fresh, lock_diary, log_step
from sessions.freed import TO_OFFER
from sessions.models import Appointment, FreedTime, WaitlistEntry, WaitlistOffer
from sessions.supply import rooms_for
from sessions.waitlist import given_up


def lock_for(entry: WaitlistEntry, therapist: Membership) -> None:
    """Lock everything such a booking writes, in the house's order."""
    gives = given_up(entry)
    lock_diary({therapist} | ({gives.therapist} if gives else set()),
               {*rooms_for(entry.service), *([gives.room] if gives else [])}, [entry.client])


@transaction.atomic
def book_from_waitlist(
    *, entry: WaitlistEntry, therapist: Membership, starts_at: datetime, by: Actor, room: Room | None = None,
    override_reason: str = "", depth: int = 1, taking: WaitlistOffer | None = None,
) -> Appointment:
    """Book what somebody waits for, end their waiting, and cancel the visit they give up for it; all or nothing.

    Its time frees in turn. One message says both. Refuses what booking and cancelling refuse. `depth` is how many
    visits were given up one for the other, this one included; `taking` is the offer they said yes to.
    """
    lock_for(entry, therapist)
    gives = given_up(entry)
    if gives:
        gives = cancel_appointment(appointment=fresh(gives), by=by)
    visit = book_appointment(client=entry.client, therapist=therapist, service=entry.service, starts_at=starts_at,
                             room=room, by=by, override_reason=override_reason)
    log_step(visit, "from-waitlist", by, **({"instead": str(gives.pk)} if gives else {}))
    WaitlistEntry.objects.filter(pk=entry.pk).update(ended_at=timezone.now())
    entry.ended_at = timezone.now()
    if gives:
        log_step(gives, "given-up", by, at=visit.said)
        FreedTime.objects.filter(appointment=gives, state__in=TO_OFFER).update(depth=depth)
        waitlist_letters.tell_swap(visit, gives)
    waitlist_offers.withdraw_beside(visit, taking)
    waitlist_offers.withdraw_of(entry)
    return visit
