"""How open times are shown where somebody books: by day, each with what tells it apart, and a few that suit best."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from practice import clock
from practice.models import Membership, Room
from sessions.asked import stamp, today_at
from sessions.supply import OpenSlot
from sessions.views.booking_asked import Asked

BEST = 5
NEAREST = 3


def shown(slots: Sequence[OpenSlot], asked: Asked, member: Membership, on: date | None) -> dict[str, Any]:
    """The open times as the page takes them; what holds for all (with whom, what a room is like) stands once."""
    people = {slot.therapist.pk: slot.therapist for slot in slots}
    page = _Page(asked, member, next(iter(people.values())) if len(people) == 1 else None)
    others = {slot.room.pk: slot.room for slot in slots if slot.room.pk != asked.usual_room and slot.room.notes}
    return {"days": page.by_day(slots), "with_whom": page.with_whom, **page.best(slots, on),
            "rooms": sorted(others.values(), key=lambda room: (room.position, room.name))}


def nearest_to(gap: clock.WallTimeMissing | clock.WallTimeAmbiguous | None,
               slots: Sequence[OpenSlot]) -> list[tuple[str, str]]:
    """The open starts nearest to a wall time the clocks jump over, each in words; none for any other."""
    if not isinstance(gap, clock.WallTimeMissing):
        return []
    after = clock.instant_of(gap.nearest[1].date(), gap.nearest[1].time(), gap.zone, fold=0)
    starts = sorted({slot.starts_at for slot in slots}, key=lambda start: (abs(start - after), start))[:NEAREST]
    return [(stamp(start), clock.said(start, gap.zone)) for start in sorted(starts)]


class _Page:
    """One page of open times: for whom, and the one therapist where all are with the same."""

    def __init__(self, asked: Asked, member: Membership, with_whom: Membership | None) -> None:
        self.asked, self.practice, self.with_whom = asked, member.practice, with_whom
        self.zone = member.practice.time_zone

    def row(self, slot: OpenSlot) -> dict[str, Any]:
        """One slot with the address that chooses it, and with whom and where in so far as that tells it apart."""
        client, service = self.asked.whom.client, self.asked.service
        query = {"client": client.pk if client else None, "service": service.pk if service else None,
                 "therapist": slot.therapist.pk, "room": slot.room.pk, "starts_at": stamp(slot.starts_at)}
        return {"said": clock.said(slot.starts_at, self.zone), "time": clock.said_time(self._wall(slot)[1]),
                "apart": ", ".join(filter(None, ["" if self.with_whom else slot.therapist.name,
                                                 self._other_room(slot.room)])),
                "why": "; ".join(slot.why), "query": urlencode({k: v for k, v in query.items() if v})}

    def by_day(self, slots: Sequence[OpenSlot]) -> list[tuple[str, list[dict[str, Any]]]]:
        """Each day in words with its rows by time."""
        days: dict[date, list[dict[str, Any]]] = {}
        for slot in sorted(slots, key=lambda s: (s.starts_at, s.therapist.name)):
            days.setdefault(self._wall(slot)[0], []).append(self.row(slot))
        return [(clock.said_date(on, today=today_at(self.practice)), rows) for on, rows in days.items()]

    def best(self, slots: Sequence[OpenSlot], on: date | None) -> dict[str, Any]:
        """The few that suit the client best, on different days; first the day that was asked for.

        Of times that suit equally the first is near the usual one and the others at other times of day: five times
        nine o'clock is no choice. What holds for every one of them is said once, above.
        """
        alike_on: dict[date, list[OpenSlot]] = {}
        for slot in slots if self.asked.whom.client else []:
            equal = alike_on.setdefault(self._wall(slot)[0], [slot])
            if slot is not equal[0] and (slot.therapist, slot.why) == (equal[0].therapist, equal[0].why):
                equal.append(slot)
        days = sorted(alike_on.items(), key=lambda day: (day[0] != on, day[1][0].rank or 0))[:BEST]
        few: list[OpenSlot] = []
        for _, equal in days:
            few.append(self._another(equal, few))
        alike = [why for why in few[0].why if all(why in slot.why for slot in few)] if len(few) > 1 else []
        return {"best": [self.row(slot._replace(why=tuple(why for why in slot.why if why not in alike)))
                         for slot in few], "alike": "; ".join(alike)}

    def _another(self, equal: Sequence[OpenSlot], chosen: Sequence[OpenSlot]) -> OpenSlot:
        """Of slots that suit equally the one furthest from the times of day chosen; the first near the usual one."""
        usual = self.asked.usual_time
        if chosen:
            taken = [_minutes(self._wall(slot)[1]) for slot in chosen]
            return max(equal, key=lambda slot: min(abs(_minutes(self._wall(slot)[1]) - other) for other in taken))
        if usual is None:
            return equal[0]
        return min(equal, key=lambda slot: abs(_minutes(self._wall(slot)[1]) - _minutes(usual)))

    def _other_room(self, room: Room) -> str:
        return room.name if self.asked.usual_room and room.pk != self.asked.usual_room else ""

    def _wall(self, slot: OpenSlot) -> tuple[date, time]:
        on, at, _ = clock.wall_of(slot.starts_at, self.zone)
        return on, at


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
