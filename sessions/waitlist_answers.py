"""What somebody answers to an offered time, from the link in its message. The first yes gets it; each is one act."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice import audit, links
from practice.access import Outsider
from practice.page_language import page_language
from practice.refusals import Refusal, WrongState
from sessions.diary import SlotTaken
from sessions.models import Appointment, WaitlistEntry, WaitlistOffer
from sessions.objections import (
    BeyondHorizon,
    ClearanceMissing,
    ClientInRelapse,
    Contraindicated,
    OutsideWorkingHours,
    TooShortNotice,
)
from sessions.online import RingFirst
from sessions.waitlist import entries_to_read, given_up
from sessions.waitlist_booking import book_from_waitlist, lock_for
from sessions.waitlist_letters import OFFER_LINK
from sessions.waitlist_offers import is_taken, withdraw_lost

State = WaitlistOffer.State


class OfferOver(Refusal):
    """The offered time is somebody else's, or the offer has run out."""

    code: ClassVar[str] = "offer_over"
    title: ClassVar[str] = gettext_noop("You stay on the list")


def offer_behind(token: str) -> WaitlistOffer | None:
    """The offer a live link speaks about; None for unknown and expired ones alike."""
    link = links.open_link(token, purpose=OFFER_LINK)
    if link is None:
        return None
    offer = (WaitlistOffer.objects.filter(pk=link.subject_id, practice=link.practice)
             .select_related("practice", "client__practice", "therapist__user", "room", "became").first())
    if offer:
        offer.entry = entries_to_read(WaitlistEntry.objects).get(pk=offer.entry_id)
    return offer


def seen(visit: Appointment | None) -> str:
    """Which visit, as it stands, somebody saw that they would give up: a seal that tells nothing; "" for none."""
    return salted_hmac("waitlist-gives-up", f"{visit.pk} {visit.version}").hexdigest() if visit else ""


def said_over(offer: WaitlistOffer) -> str:
    """Why an offer cannot be taken any more, to whom it was made; "" while it can."""
    stays = _stays() if offer.entry.ended_at is None else _("You are not on the list any more.")
    if offer.state == State.LAPSED or (offer.state == State.OPEN and offer.expires_at <= timezone.now()):
        return _("The offer has run out.") + f" {stays}"
    if offer.state == State.WITHDRAWN and (offer.entry.ended_at or not is_taken(offer)):
        return f"{_not_offered()} {stays}"
    said = {State.WITHDRAWN: _taken(), State.DECLINED: _("You said no.")}.get(State(offer.state), "")
    return said and f"{said} {stays}"


def _stays() -> str:
    return _("You stay on the list.")


def _taken() -> str:
    return _("It is taken.")


def _not_offered() -> str:
    return _("This time is not offered any more.")


def take_offer(*, offer: WaitlistOffer, gives_up: str) -> Appointment:
    """The client says yes: the first who does gets the time, and what they give up is cancelled in the same act.

    `gives_up` is `seen(visit)` of what they saw that they would give up, "" for nothing. Said twice, it is one act.
    Refuses as `offer_over` what is taken or has run out, or where nobody works any more. Booked at the practice's
    notice, not at that for clients: the practice offered it.
    """
    by = Outsider(offer.practice, "waitlist", offer.client.name)
    try:
        with transaction.atomic():
            return _take(offer, gives_up, by)
    except SlotTaken as taken:
        withdraw_lost(offer)
        raise OfferOver(f"{_taken()} {_stays()}") from taken
    except (OutsideWorkingHours, TooShortNotice, BeyondHorizon) as gone:  # why, is not theirs to know
        withdraw_lost(offer)
        raise OfferOver(f"{_not_offered()} {_stays()}") from gone
    except (ClientInRelapse, Contraindicated, ClearanceMissing) as decision:
        raise RingFirst(_("We would like to talk with you before we plan this visit.")) from decision


def _take(offer: WaitlistOffer, gives_up: str, by: Outsider) -> Appointment:
    lock_for(offer.entry, offer.therapist)
    entry = entries_to_read(WaitlistEntry.objects).get(pk=offer.entry_id)
    offer = WaitlistOffer.objects.select_for_update(of=("self",), no_key=True).select_related(
        "practice", "therapist__user", "freed", "became").get(pk=offer.pk)
    offer.entry = entry
    if offer.became:
        return offer.became
    if over := said_over(offer):
        raise OfferOver(over)
    gives = given_up(entry)
    if not constant_time_compare(seen(gives), gives_up):
        raise WrongState(
            _("Look once more: you would give up {visit} for it.").format(visit=gives.said_in(page_language()))
            if gives else _("Look once more: you would give up nothing for it."))
    visit = book_from_waitlist(entry=entry, therapist=offer.therapist, starts_at=offer.starts_at, by=by,
                               depth=offer.freed.depth + 1, taking=offer)
    audit.record(by=by, verb="waitlist_taken", subject=offer)
    return visit


@transaction.atomic
def decline_offer(*, offer: WaitlistOffer) -> WaitlistOffer:
    """The client says no, and stays on the list; said after it was over, nothing changes."""
    rows = WaitlistOffer.objects.filter(pk=offer.pk, state=State.OPEN)
    if rows.update(state=State.DECLINED, decided_at=timezone.now()):
        audit.record(by=Outsider(offer.practice, "waitlist", offer.client.name), verb="waitlist_declined",
                     subject=offer)
    offer.refresh_from_db(fields=["state", "decided_at"])
    return offer
