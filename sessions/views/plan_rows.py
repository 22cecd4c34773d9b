"""A plan's visits as its page shows them: each in words, all of them as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from practice import clock
from practice.models import Membership, Room
from sessions.asked import today_at
from sessions.models import RELEASED, Appointment, Plan, PlanMove
from sessions.plan_picture import Moved, Picture, picture_of


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One visit of the plan in words; `is_changed`: other than in the plan this one replaces."""

    move: PlanMove
    was: str
    was_with: str
    becomes: str
    becomes_with: str
    why: str
    is_changed: bool


def rows_and_picture(plan: Plan, member: Membership) -> tuple[list[MoveRow], Picture | None]:
    """The plan's visits, and the picture of it where there is anything to draw."""
    moves = list(plan.moves.select_related(
        "appointment__therapist__user", "appointment__room", "therapist__user", "room"))
    people, rooms = _before(moves)
    old = {m.appointment_id: (m.starts_at, m.therapist_id) for m in plan.replaces.moves.all()} if plan.replaces else {}
    is_new = bool(old) and plan.status == Plan.Status.PROPOSED
    changed = {m.appointment_id for m in moves
               if is_new and old.get(m.appointment_id) != (m.starts_at, m.therapist_id)}
    rows = [_row(m, plan, people, rooms, m.appointment_id in changed) for m in moves]
    zone = plan.client.practice.time_zone
    drawn = [Moved(clock.wall_of(m.from_at, zone)[0],
                   clock.wall_of(m.new_start, zone)[0] if m.new_start else None, m.appointment_id in changed)
             for m in moves]
    return rows, picture_of(drawn, _kept(plan, moves), _episode_days(plan, member)) if drawn else None


def _kept(plan: Plan, moves: Sequence[PlanMove]) -> list[date]:
    """The days of the client's visits that stay."""
    standing = Appointment.objects.filter(client=plan.client_id).exclude(status__in=RELEASED).exclude(
        pk__in=[m.appointment_id for m in moves])
    return list(standing.filter(wall_date__gte=plan.created_at.date() - timedelta(days=60)).values_list(
        "wall_date", flat=True))


def _episode_days(plan: Plan, member: Membership) -> tuple[date, date] | None:
    """From its onset to the end of the hold, for whoever may know of it."""
    episode = plan.episode
    if episode is None or not member.may_see_clinical:
        return None
    ends = episode.ended_on or episode.hold_until
    return (episode.onset_on, ends) if ends and ends > episode.onset_on else None


def _before(moves: Sequence[PlanMove]) -> tuple[dict[str, str], dict[str, str]]:
    """The names of the therapists and rooms the visits were with, by id: as kept for the undo, else as they stand."""
    people = {str(m.appointment.therapist_id): m.appointment.therapist.user.name for m in moves}
    rooms = {str(m.appointment.room_id): m.appointment.room.name for m in moves}
    kept = [m.before for m in moves if m.before]
    people |= {str(t.pk): t.user.name for t in Membership.objects.filter(
        pk__in={b["therapist"] for b in kept} - people.keys()).select_related("user")}
    rooms |= {str(r.pk): r.name for r in Room.objects.filter(pk__in={b["room"] for b in kept} - rooms.keys())}
    return people, rooms


def _row(move: PlanMove, plan: Plan, people: dict[str, str], rooms: dict[str, str], is_changed: bool) -> MoveRow:
    """Where the visit was (as kept for the undo, once applied) and where it goes; a room only where it changes."""
    zone, visit, today = plan.client.practice.time_zone, move.appointment, today_at(plan.client.practice)
    before: dict[str, Any] = move.before or {
        "starts_at": visit.starts_at.isoformat(), "minutes": visit.minutes,
        "therapist": str(visit.therapist_id), "room": str(visit.room_id)}
    was = [people.get(before["therapist"], "")]
    becomes = []
    if move.starts_at:
        becomes = [move.therapist.user.name] if move.therapist else []
        if move.room and str(move.room_id) != before["room"]:
            was.append(rooms.get(before["room"], ""))
            becomes.append(move.room.name)
        if move.minutes and move.minutes != int(before["minutes"]):
            was.append(f"{before['minutes']} minutes")
            becomes.append(f"{move.minutes} minutes")
    was_at = clock.said(datetime.fromisoformat(before["starts_at"]), zone, today=today)
    return MoveRow(move, was_at, ", ".join(filter(None, was)),
                   clock.said(move.starts_at, zone, today=today) if move.starts_at else "", ", ".join(becomes),
                   "; ".join(move.why), is_changed)
