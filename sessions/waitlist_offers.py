"""Freed time offered to those who wait: to the best few at once, for a while; or by hand, to one.

An offer reserves nothing. Whether its time is still open is decided by the verbs of the diary, under their locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from clients.models import Client
from clients.writing import is_written_to
from practice import audit, clock, outbox
from practice.access import Actor, Outsider
from practice.clock import instant_at, minute_of
from practice.models import Closure, Membership, Practice, Room, TimeOff
from practice.refusals import WrongState
from sessions import online, waitlist_letters
from sessions.availability import Slot
from sessions.diary import SlotTaken
from sessions.fits import Fit, Gap, who_fits
from sessions.freed import TO_OFFER, standing_in
from sessions.models import Appointment, BusyTime, FreedTime, WaitlistEntry, WaitlistOffer
from sessions.supply import earliest_start
from sessions.waitlist import entries_to_read, open_for, waiting, wanted
from sessions.waitlist_letters import LEAST
from sessions.work import works_through

State, Offered = FreedTime.State, WaitlistOffer.State
MOST_SHOWN = 12  # people looked at for one freed time by hand
MOST_GIVEN_UP = 5  # visits given up one for the other before staff offer by hand


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a freed time suits, and how."""

    entry: WaitlistEntry
    fit: Fit

    @property
    def starts_at(self) -> datetime:
        return instant_at(self.fit.slot.starts)


# --- who could take it ---------------------------------------------------------------------------------------------


def who_could_take(freed: FreedTime, but: Sequence[UUID] = ()) -> list[Candidate]:
    """Those on the waitlist whom a freed time suits and for whom it is open, best first; never whose time it was.

    Left out are clients put away; those whose visits are on hold or whom the check bars are left out by `may_come`.
    """
    practice = freed.practice
    on = clock.wall_of(freed.starts_at, practice.time_zone)[0]
    rows = waiting(WaitlistEntry.objects.filter(practice=practice), on).filter(
        Q(therapist=None) | Q(therapist=freed.therapist_id), from_on__lte=on, client__is_provisional=False)
    if freed.appointment:
        rows = rows.exclude(client=freed.appointment.client_id)
    entries = {str(entry.pk): entry for entry in entries_to_read(rows.exclude(client__in=list(but)))}
    gap = Gap(str(freed.therapist_id), minute_of(freed.starts_at), minute_of(freed.ends_at), practice.time_zone)
    fits = who_fits(gap, [wanted(entry, open_for(entry, on, on, freed.therapist)) for entry in entries.values()])
    return [Candidate(entries[fit.entry], fit) for fit in fits]


def may_come(entry: WaitlistEntry, therapist: Membership, starts_at: datetime) -> bool:
    """Whether neither a hold nor the safety check speaks against offering this."""
    return not online.must_ring(entry.client, entry.service, therapist, starts_at)


def takers(freed: FreedTime) -> list[Candidate]:
    """The first of them who may come, for whoever offers or books by hand."""
    if freed.starts_at < earliest_start(freed.practice):
        return []
    return [one for one in who_could_take(freed)[:MOST_SHOWN] if may_come(one.entry, freed.therapist, one.starts_at)]


# --- offering ------------------------------------------------------------------------------------------------------


def offer_freed_times() -> int:
    """Offer what came free, let run out what nobody answered, take back what is taken; how many offers were made."""
    _lapse()
    _withdraw_taken()
    _withdraw_away()
    running = WaitlistOffer.objects.filter(freed=OuterRef("pk"), state=Offered.OPEN)
    due = FreedTime.objects.filter(Q(state=State.WAITING, offer_from__lte=timezone.now()) | Q(state=State.OFFERED)
                                   & ~Exists(running)).order_by("starts_at", "pk").values_list("pk", flat=True)
    return sum(_offer(pk) for pk in list(due))


def _lapse() -> None:
    now = timezone.now()
    for pk in list(WaitlistOffer.objects.filter(state=Offered.OPEN, expires_at__lte=now).values_list("pk", flat=True)):
        WaitlistOffer.objects.filter(pk=pk, state=Offered.OPEN).update(state=Offered.LAPSED, decided_at=now)


def _withdraw_taken() -> None:
    """Take back offers of time that is somebody's by now, and of those who were put away."""
    over = WaitlistOffer.objects.filter(state=Offered.OPEN).filter(
        Exists(standing_in(OuterRef("therapist"), OuterRef("starts_at"), OuterRef("ends_at")).exclude(
            client=OuterRef("client"))) | Q(entry__client__archived_at__isnull=False))
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            _withdraw(WaitlistOffer.objects.filter(pk=pk))


def _withdraw_away() -> None:
    """Take back offers of time in which their therapist is away by now, or the practice closed."""
    same_time = {"therapist": OuterRef("therapist"), "starts_at__lt": OuterRef("ends_at"),
                 "ends_at__gt": OuterRef("starts_at")}
    offers = WaitlistOffer.objects.filter(state=Offered.OPEN).select_related("practice").annotate(
        is_away=Exists(TimeOff.objects.filter(**same_time)) | Exists(BusyTime.objects.filter(**same_time)))
    shut = list(Closure.objects.filter(practice__in=offers.values("practice")))
    for offer in offers:
        on = clock.wall_of(offer.starts_at, offer.practice.time_zone)[0]
        if offer.is_away or any(row.practice_id == offer.practice_id and row.first_on <= on <= row.last_on
                                for row in shut):
            with transaction.atomic():
                _withdraw(WaitlistOffer.objects.filter(pk=offer.pk))


def is_taken(offer: WaitlistOffer) -> bool:
    """Whether somebody else's visit stands in the time of an offer."""
    stands = standing_in(offer.therapist_id, offer.starts_at, offer.ends_at)
    return stands.exclude(client=offer.client_id).exists()


def is_lost(offer: WaitlistOffer) -> bool:
    """Whether an offer that runs is of time that is somebody's by now, or in which nobody works any more.

    The next round takes it back and tells so; whoever looks before that is not promised what is gone.
    """
    if offer.state != Offered.OPEN:
        return False
    stands = standing_in(offer.therapist_id, offer.starts_at, offer.ends_at).exclude(pk=offer.entry.give_up_id)
    return stands.exists() or not works_through(offer.therapist, offer.starts_at, offer.ends_at)


def said_offered(therapist: Membership, begin: datetime, end: datetime, client: Client) -> list[str]:
    """To whom else this time of a therapist is offered, and until when, for whoever is about to give it away."""
    offers = WaitlistOffer.objects.filter(state=Offered.OPEN, expires_at__gt=timezone.now(), therapist=therapist,
                                          starts_at__lt=end, ends_at__gt=begin).exclude(client=client)
    return [f"Offered to {offer.client.name} until {clock.said(offer.expires_at, offer.practice.time_zone)}."
            for offer in offers.select_related("client", "practice").order_by("expires_at", "pk")]


@transaction.atomic
def _offer(pk: UUID) -> int:
    """Offer one freed time to the best few who were not asked yet; two workers never both do."""
    rows = FreedTime.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    freed = (rows.filter(pk=pk, state__in=TO_OFFER)
             .select_related("practice", "therapist__user", "room", "appointment").first())
    if freed is None or WaitlistOffer.objects.filter(freed=freed, state=Offered.OPEN).exists():
        return 0
    asked = list(WaitlistOffer.objects.filter(freed=freed).values_list("client", flat=True))
    is_late = freed.starts_at < earliest_start(freed.practice)
    fitting = [] if is_late else who_could_take(freed, but=asked)
    by_hand = freed.practice.waitlist_offers == 0 or freed.depth >= MOST_GIVEN_UP
    made = 0 if by_hand else _offer_to(fitting, freed)
    freed.state = State.OFFERED if made else State.UNTAKEN if not is_late and (fitting or asked) else State.CLOSED
    freed.save(update_fields=["state"])
    return made


def _offer_to(fitting: Sequence[Candidate], freed: FreedTime) -> int:
    by, made, clients = Outsider(freed.practice, "system", "Evenhand"), 0, set[UUID]()
    for candidate in fitting:
        if made == freed.practice.waitlist_offers:
            break
        entry = candidate.entry
        if entry.client_id in clients or not is_written_to(entry.client) or not may_come(
                entry, freed.therapist, candidate.starts_at):
            continue
        try:
            with transaction.atomic():
                made += _make(entry, freed, candidate.fit.slot, by) is not None
            clients.add(entry.client_id)
        except IntegrityError:  # another offer runs for them
            continue
    return made


def _make(entry: WaitlistEntry, freed: FreedTime, slot: Slot, by: Actor) -> WaitlistOffer | None:
    """An offer and its message; None where the message could not leave in time."""
    starts_at, practice = instant_at(slot.starts), freed.practice
    leaves_at = outbox.outside_quiet_hours(timezone.now(), entry.client.zone, entry.practice)
    expires_at = min(leaves_at + timedelta(hours=practice.waitlist_offer_hours),
                     starts_at - timedelta(minutes=practice.notice_minutes))
    if expires_at - leaves_at < LEAST:
        return None
    offer = WaitlistOffer.objects.create(
        practice=practice, entry=entry, client=entry.client, freed=freed, therapist=freed.therapist,
        room=Room.objects.get(pk=UUID(slot.room)), starts_at=starts_at, ends_at=instant_at(slot.ends),
        expires_at=expires_at, by_name=by.name[:120])
    audit.record(by=by, verb="waitlist_offered", subject=offer)
    waitlist_letters.tell_offer(offer)
    return offer


def offer_by_hand(*, entry: WaitlistEntry, therapist: Membership, starts_at: datetime, by: Actor) -> WaitlistOffer:
    """Offer an open time to one person on the waitlist, freed or not.

    Refuses whom the practice may not write to, who has an offer running already, a time that is not open for them or
    does not suit what they wait for, and one too near for their answer.
    """
    client, practice = entry.client, entry.practice
    if not is_written_to(client):
        raise WrongState(f"{client.called} has not agreed to be written to. Ring them"
                         f"{f': {client.phone}' if client.phone else ''}, and book it for them.")
    on = clock.wall_of(starts_at, practice.time_zone)[0]
    slots = [slot for slot in open_for(entry, on, on, therapist) if slot.starts == minute_of(starts_at)]
    if entry.ended_at or not slots:
        raise SlotTaken(f"{clock.said(starts_at, practice.time_zone)} is not open for {client.called} any more.")
    if not may_come(entry, therapist, starts_at):
        raise WrongState(f"{client.called}'s visits need a therapist's decision first. Book it for them instead.")
    with transaction.atomic():
        freed = _freed_for(practice, therapist, slots[0])
        try:
            with transaction.atomic():
                offer = _make(entry, freed, slots[0], by)
        except IntegrityError as running:
            raise WrongState(f"An offer to {client.called} is running already.") from running
        if offer is None:
            raise WrongState(f"A message would not reach {client.called} in time. Ring them.")
        FreedTime.objects.filter(pk=freed.pk).update(state=State.OFFERED)
    return offer


def _freed_for(practice: Practice, therapist: Membership, slot: Slot) -> FreedTime:
    """The freed time this start lies in, else one of its own."""
    begin, end = instant_at(slot.starts), instant_at(slot.ends)
    rows = FreedTime.objects.filter(practice=practice, therapist=therapist, starts_at__lt=end, ends_at__gt=begin)
    row = rows.exclude(state=State.CLOSED).order_by("starts_at", "pk").first()
    return row or FreedTime.objects.create(
        practice=practice, therapist=therapist, room_id=UUID(slot.room), starts_at=begin, ends_at=end,
        offer_from=timezone.now())


# --- over -----------------------------------------------------------------------------------------------------------


def withdraw_beside(visit: Appointment, taking: WaitlistOffer | None) -> None:
    """A visit stands: whatever else was offered of its therapist's time is taken, and says so."""
    if taking:
        WaitlistOffer.objects.filter(pk=taking.pk).update(state=Offered.TAKEN, decided_at=timezone.now(), became=visit)
        FreedTime.objects.filter(pk=taking.freed_id).update(state=State.CLOSED)
    _withdraw(WaitlistOffer.objects.filter(
        practice=visit.practice, state=Offered.OPEN, therapist=visit.therapist, starts_at__lt=visit.occupied_until,
        ends_at__gt=visit.occupied_from))


@transaction.atomic
def end_waiting(*, entry: WaitlistEntry, by: Actor) -> WaitlistEntry:
    """Take somebody off the waitlist, with the offer that runs for them; ended twice, nothing changes."""
    if WaitlistEntry.objects.filter(pk=entry.pk, ended_at=None).update(ended_at=timezone.now()):
        withdraw_of(entry)
        audit.record(by=by, verb="waitlist_ended", subject=entry)
    entry.refresh_from_db(fields=["ended_at"])
    return entry


def withdraw_of(entry: WaitlistEntry) -> None:
    """They wait no longer: the offer that runs for them is over."""
    _withdraw(WaitlistOffer.objects.filter(entry=entry, state=Offered.OPEN))


@transaction.atomic
def withdraw_lost(offer: WaitlistOffer) -> None:
    """Somebody said yes to what was gone already: the page tells them, so no message does."""
    _withdraw(WaitlistOffer.objects.filter(pk=offer.pk, state=Offered.OPEN), is_told=False)


def _withdraw(offers: Any, is_told: bool = True) -> None:
    """Take offers back; whoever had its message is told with one short one."""
    for offer in offers.select_related("practice", "client__practice", "entry"):
        if WaitlistOffer.objects.filter(pk=offer.pk, state=Offered.OPEN).update(
                state=Offered.WITHDRAWN, decided_at=timezone.now()):
            waitlist_letters.tell_over(offer, is_told=is_told)
