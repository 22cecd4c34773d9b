"""What the address of booking names: whom, what, with whom, where and when, each perhaps still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.http import HttpRequest

from practice import clock
from practice.models import Membership, Room, Service
from sessions.asked import FIRST_DAY, LAST_DAY, is_date, member_of, row_asked, stamp, start_asked, today_at
from sessions.views.client_choice import Whom, last_visit, whom_asked


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says: whom, what, with whom, where and when, each perhaps still open."""

    whom: Whom
    service: Service | None
    therapist: Membership | None
    room: Room | None
    start: datetime | None
    usual_room: UUID | None = None  # of the client's last visit
    usual_time: time | None = None
    gap: clock.WallTimeMissing | clock.WallTimeAmbiguous | None = None  # the start named is no one moment


def what_is_asked(request: HttpRequest) -> Asked:
    """What the address names, filled up from the client's last visit."""
    member = member_of(request)
    whom = whom_asked(request)
    last = last_visit(whom.client)
    named = request.GET.get
    service = row_asked(Service, member, named("service"), "practice")
    if service is None and not ("service" in request.GET and named("starts_at")):  # else: another one is asked for
        offers = Service.objects.visible_to(member).filter(is_active=True).select_related("practice")[:2]
        service = last.service if last and last.service.is_active else offers[0] if len(offers) == 1 else None
    therapist = row_asked(Membership, member, named("therapist"), "user", "practice")
    if therapist is None and last and "therapist" not in request.GET and last.therapist.is_active:
        therapist = last.therapist
    room, zone = row_asked(Room, member, named("room")), member.practice.time_zone
    usual_room, usual_time = (last.room_id, last.wall_time) if last else (None, None)
    try:
        start = _wall_asked(request, zone) or start_asked(request.GET, zone)
    except (clock.WallTimeMissing, clock.WallTimeAmbiguous) as gap:
        return Asked(whom, service, therapist, room, None, usual_room, usual_time, gap)
    return Asked(whom, service, therapist, room, start, usual_room, usual_time)


def _wall_asked(request: HttpRequest, zone: str) -> datetime | None:
    """The start named by what the wall clock shows, `starts_at` without an offset or `on` and `at`; None without one.

    Raises what speaks of a time the clocks jump over, or that comes twice.
    """
    named = request.GET.get("starts_at") or f"{request.GET.get('on', '')}T{request.GET.get('at', '')}"
    try:
        wall = datetime.fromisoformat(named)
    except ValueError:
        return None
    if wall.tzinfo or not FIRST_DAY <= wall.date() <= LAST_DAY:
        return None
    return clock.instant_of(wall.date(), wall.time(), zone)


def times_meant(gap: clock.WallTimeMissing | clock.WallTimeAmbiguous | None) -> list[tuple[str, str]]:
    """The starts that may have been meant by a wall time that is no one moment, each in words."""
    if gap is None:
        return []
    if isinstance(gap, clock.WallTimeAmbiguous):
        return [(stamp(choice), f"{which} {clock.said(choice, gap.zone)}")
                for which, choice in zip(("The first", "The second"), gap.choices, strict=True)]
    near = [clock.instant_of(wall.date(), wall.time(), gap.zone, fold=0) for wall in gap.nearest]
    return [(stamp(start), clock.said(start, gap.zone)) for start in near]


def no_start(request: HttpRequest, asked: Asked) -> str:
    """What was named as the start, or as its day, and is none."""
    if asked.start or asked.gap:
        return ""
    on, at = request.GET.get("on", ""), request.GET.get("at", "")
    return request.GET.get("starts_at") or (f"{on} {at}".strip() if at or not is_date(on or "2000-01-01") else "")


def day_asked(request: HttpRequest, member: Membership) -> date | None:
    """The day named without a time, as “come again in two weeks” does; one that has passed is today."""
    named = request.GET.get("on", "")
    if request.GET.get("at") or not is_date(named):
        return None
    return max(date.fromisoformat(named), today_at(member.practice))
