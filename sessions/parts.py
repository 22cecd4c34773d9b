"""What the diary keeps of a client, and how it comes over when two rows of one person are merged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from clients.episodes import holding, today_in
from clients.keeping.exporting import CHAPTERS, Chapter
from clients.keeping.merging import WORTH_KNOWING, MergeRefused
from clients.keeping.parts import PARTS, Part, register_parts, rows_of
from clients.keeping.retention import CONTACTS, KEPT_BY, Contact, by_person
from clients.models import Client
from clients.return_visits import TOOK_PLACE
from practice import clock
from practice.models import Membership
from sessions.models import (
    RELEASED,
    Appointment,
    AppointmentEvent,
    BulkMove,
    CheckIn,
    FreedTime,
    Hold,
    OnlineBooking,
    Plan,
    PlanMove,
    Recall,
    Series,
    WaitlistEntry,
    WaitlistOffer,
)
from sessions.reserved import lapse_of


def _visits_come_over(merged: Client, stays: Client) -> None:
    """Every visit, unless two would stand at one time: the person cannot be at both, so nothing moves."""
    lapse_of([merged, stays])
    if clashes := overlaps(merged, stays):
        raise MergeRefused(clashes[0])
    Appointment.objects.filter(client=merged).update(client=stays)


def overlaps(merged: Client, stays: Client) -> list[str]:
    """Each pair of their visits that cannot both be one person's, in words."""
    standing = (Appointment.objects.exclude(status__in=RELEASED)
                .exclude(status="proposed", expires_at__lte=timezone.now())
                .select_related("therapist__user").order_by("starts_at", "pk"))
    own = list(standing.filter(client=stays))
    at_once = Q()
    for visit in own:
        at_once |= Q(starts_at__lt=visit.ends_at, ends_at__gt=visit.starts_at)
    theirs = list(standing.filter(at_once, client=merged)) if own else []
    return [_said(a, merged, b, stays) for a in theirs for b in own
            if a.starts_at < b.ends_at and b.starts_at < a.ends_at]


def _said(a: Appointment, merged: Client, b: Appointment, stays: Client) -> str:
    both = (f"{merged.name} has a visit {a.said} with {a.therapist.name}, and {stays.name} one {b.said} with "
            f"{b.therapist.name}")
    if a.status == b.status == Appointment.Status.FULFILLED:
        return f"{both}; both took place. Nobody was at both: are they one person?"
    return f"{both}, at the same time. Cancel or move one of the two, then merge."


def _waitlist_comes_over(merged: Client, stays: Client) -> None:
    """Waiting twice for one service, they wait once: as the row that stays asked."""
    waits = WaitlistEntry.objects.filter(client=stays, ended_at=None).values_list("service", flat=True)
    theirs = WaitlistEntry.objects.filter(client=merged)
    theirs.filter(ended_at=None, service__in=list(waits)).update(ended_at=timezone.now())
    theirs.update(client=stays)


def _offers_come_over(merged: Client, stays: Client) -> None:
    """What was offered; what still runs for the row that goes is over, for its link names that row."""
    theirs = WaitlistOffer.objects.filter(client=merged)
    theirs.filter(state="open").update(state="withdrawn", decided_at=timezone.now())
    theirs.update(client=stays)


def _visits_in_held_time(merged: Client, stays: Client) -> list[str]:
    """Visits of one row in days on which an episode of the other holds visits: they stay booked."""
    today, said = today_in(stays), []
    for whose, other in ((merged, stays), (stays, merged)):
        for episode in holding([whose], today, date.max).get(whose.pk, []):
            coming = Appointment.objects.filter(client=other, status__in=("proposed", "booked", "confirmed"))
            count = coming.filter(wall_date__lt=episode.hold_until, ends_at__gt=timezone.now()).count()
            if count:
                visits = "1 visit lies" if count == 1 else f"{count} visits lie"
                said.append(f"{visits} before {clock.said_date(episode.hold_until)}, until when visits are on hold. "
                            "They stay booked: hold or keep each one afterwards.")
    return said


def _took_place() -> Q:
    """Visits that are contact; one nobody closed afterwards counts as having taken place."""
    return Q(ends_at__lte=timezone.now()) & ~Q(status__in=(*RELEASED, "proposed"))


def still_to_come(clients: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """A visit to come or on hold, an open return plan, a wish for another time: none of it is over."""
    now = timezone.now()
    coming = Appointment.objects.filter(Q(status="held") | Q(ends_at__gt=now) & ~Q(status__in=RELEASED))
    for visit in by_person(coming, clients):
        day = clock.said_date(visit.wall_date, year=True)
        yield visit.whose, f"a visit of {day} is on hold" if visit.status == "held" else f"a visit on {day} is to come"
    for plan in by_person(Plan.objects.filter(status=Plan.Status.PROPOSED, expires_at__gt=now), clients):
        yield plan.whose, "a return plan is open"
    for wish in by_person(WaitlistEntry.objects.filter(ended_at=None, until_on__gte=now.date()), clients):
        yield wish.whose, f"on the waitlist until {clock.said_date(wish.until_on, year=True)}"


def visits_that_took_place(clients: Collection[UUID], since: date) -> Iterable[tuple[UUID, date]]:
    """Client and day of each visit done from a day on."""
    rows = Appointment.objects.filter(client__in=clients, status=Appointment.Status.FULFILLED, wall_date__gte=since)
    return rows.order_by().values_list("client_id", "wall_date")


def _visits_told(member: Membership, client: Client) -> dict[str, Any]:
    """What the page one takes out says of the diary."""
    visits, waits, asked = (rows_of(PARTS[code], client, seen_by=member) for code in (
        "visits", "waitlist", "check-ins"))
    return {"visits": visits.select_related("therapist__user", "room", "service").order_by("starts_at", "pk"),
            "waits": waits.select_related("service"),
            "answers": asked.exclude(answer="").order_by("asked_for") if member.may_see_clinical else ()}


CHAPTERS.append(Chapter(40, "sessions/record_visits.html", _visits_told))
CONTACTS += [Contact(Appointment, "wall_date", which=_took_place),
             Contact(CheckIn, "answered_at", "episode__client")]
KEPT_BY.append(still_to_come)
TOOK_PLACE.append(visits_that_took_place)
WORTH_KNOWING.append(_visits_in_held_time)
WORTH_KNOWING.append(overlaps)
register_parts(
    Part("series", Series, "series", "series"),
    Part("visits", Appointment, "visit", "visits", comes_over=_visits_come_over),
    Part("visit-history", AppointmentEvent, "step of a visit", "steps of visits", link="appointment"),
    Part("online", OnlineBooking, "visit booked online", "visits booked online", link="appointment",
         without=("nonce",)),
    Part("holds", Hold, "visit put on hold", "visits put on hold", link="appointment"),
    Part("check-ins", CheckIn, "answer how it is", "answers how it is", link="episode",
         names={"answer": lambda code: str(CheckIn.Answer(code).label) if code else ""}),
    Part("plans", Plan, "plan", "plans", without=("diary_print",)),
    Part("plan-moves", PlanMove, "move of a plan", "moves of plans", link="plan"),
    Part("bulk-moves", BulkMove, "new time among many", "new times among many", link="appointment"),
    Part("recalls", Recall, "decision after the last visit", "decisions after the last visit"),
    Part("waitlist", WaitlistEntry, "place on the waitlist", "places on the waitlist",
         comes_over=_waitlist_comes_over),
    Part("freed-times", FreedTime, "time that came free", "times that came free", link="appointment"),
    Part("waitlist-offers", WaitlistOffer, "time offered from the waitlist", "times offered from the waitlist",
         comes_over=_offers_come_over),
)
