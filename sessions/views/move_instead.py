"""Where a visit can go instead of where it cannot: free times in any room, and what is meant by no one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from practice import clock
from practice.models import Membership, Room
from practice.refusals import Refusal
from sessions.asked import today_at
from sessions.clashes import find_clashes, if_free, nearest_open
from sessions.forms import MoveForm
from sessions.models import Appointment
from sessions.views.booking_asked import times_meant
from sessions.views.refused import nearest_times
from sessions.wished import Wish

NEAREST = 3  # free times to press instead


def times_instead(refusal: Refusal | None, visit: Appointment, wish: Wish,
             asked: Room | None) -> list[tuple[str, str, str]]:
    """Times to press instead of a refused one, in any room unless one was asked for: value, words, another room."""
    if refusal is None or "nearest" not in refusal.more:
        return []
    if asked is None:  # the verb looks first in the room the visit has
        refusal.more["nearest"] = nearest_open(wish, NEAREST)
    found = []
    for start, words in nearest_times(refusal, visit.time_zone):
        then = replace(wish, starts_at=start)
        room = asked or its_room(visit, then) or free_room(then)
        found.append((_wall(start, visit), words, room.name if room and room != visit.room else ""))
    return found


def no_such_moment(request: HttpRequest, visit: Appointment, form: MoveForm, member: Membership) -> dict[str, Any]:
    """What was typed is no one moment: why, and what to look at instead; the fields say it shortly."""
    gap, therapist, room = form.gap, form.cleaned_data.get("therapist"), form.cleaned_data.get("room")
    assert gap is not None
    meant = [(datetime.fromisoformat(start), words) for start, words in times_meant(gap)]
    if isinstance(gap, clock.WallTimeMissing) and therapist:
        wish = Wish(visit.client, therapist, visit.service, meant[-1][0], visit.minutes, member, "", (visit.pk,))
        today = today_at(member.practice)
        is_open = [datetime.fromisoformat(start) for start in nearest_open(wish, NEAREST, [room] if room else ())]
        meant = [(start, clock.said(start, gap.zone, today=today)) for start in is_open] or meant
    for name, short in (("at", "Choose another time."), ("which", "Say which of the two.")):
        if name in form.errors:
            form.errors[name][:] = [short]
    who = therapist.pk if therapist else visit.therapist_id
    return {"gap": gap.because, "is_twice": isinstance(gap, clock.WallTimeAmbiguous), "meant": [
        (move_address(visit, start, who, room.pk if room else None, back_of(request)), words)
        for start, words in meant]}


def its_room(visit: Appointment, wish: Wish) -> Room | None:
    """The room the visit has, where it is free then too and the therapist stays."""
    return if_free(visit.room, wish) if wish.therapist == visit.therapist else None


def free_room(wish: Wish) -> Room | None:
    try:
        return find_clashes(wish, None, buffers=True)[1]
    except Refusal:
        return None


def move_address(visit: Appointment, start: datetime, therapist: Any, room: Any = None, back: str = "") -> str:
    """The address of the look at a move."""
    on, at, fold = clock.wall_of(start, visit.time_zone)
    query = {"on": on.isoformat(), "at": f"{at:%H:%M}", "which": str(fold) if fold else "", "therapist": therapist,
             "room": room or "", "next": back}
    return f"{reverse('sessions:appointment_move', args=[visit.pk])}?{urlencode({k: v for k, v in query.items() if v})}"


def back_of(request: HttpRequest) -> str:
    """The diary's address the move was begun at, "" where it was not."""
    wish = request.POST.get("next") or request.GET.get("next", "")
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else ""


def _wall(start: datetime, visit: Appointment) -> str:
    """A free time as the move form takes it back: "2026-11-24 10:30"."""
    on, at, _ = clock.wall_of(start, visit.time_zone)
    return f"{on} {at:%H:%M}"
