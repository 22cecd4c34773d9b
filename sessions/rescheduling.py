"""Plans for the return: proposed with their reasons, applied in one act, undone in one act.

The optimum itself is a pure function (`sessions/planning.py`); this file reads the diary for it and writes the
result back: all moves or none, against the diary as it is at that moment.
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client, Episode
from practice import audit, clock
from practice.access import Actor
from practice.models import Membership
from practice.refusals import BadInput, Refusal
from sessions import planning, reminders
from sessions.diary import SlotTaken, fresh, lock_diary, log_step, write_visit
from sessions.models import Appointment, Hold, Plan, PlanMove
from sessions.supply import find_open_slots, preferences_of, rooms_for, therapists_for

PROPOSAL_LIVES = timedelta(hours=24)
_UNDO_FIELDS = ["wall_date", "wall_time", "wall_fold", "time_zone", "starts_at", "ends_at", "occupied_from",
                "occupied_until", "minutes", "buffer_before", "buffer_after"]


class PlanStale(Refusal):
    """The diary changed since the plan was made; nothing was moved."""

    code: ClassVar[str] = "plan_stale"
    title: ClassVar[str] = "The diary changed meanwhile"


class UndoConflict(Refusal):
    """A moved visit was changed since, or its old time is taken; nothing was undone."""

    code: ClassVar[str] = "undo_conflict"
    title: ClassVar[str] = "This cannot be taken back as a whole"


class NothingToPlan(Refusal):
    """No visit of this episode awaits a new time."""

    code: ClassVar[str] = "nothing_on_hold"
    title: ClassVar[str] = "Nothing is on hold"


def propose_plan(
    *, episode: Episode, by: Actor, return_on: date | None = None, policy: str = "append", minutes: int | None = None,
) -> Plan:
    """The cheapest placement of all visits this episode holds, with each move's reasons. Nothing moves yet."""
    client = episode.client
    with transaction.atomic():
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        held = [hold.appointment for hold in Hold.objects.filter(episode=episode, outcome="").select_related(
            "appointment__series", "appointment__service__practice", "appointment__therapist__user",
            "appointment__client__practice").order_by("appointment__starts_at")]
        if not held:
            raise NothingToPlan(f"No visit of {client.name} is on hold for this episode.")
        starts_on = _return_day(episode, return_on)
        last = starts_on + timedelta(days=client.practice.plan_horizon_days)
        terms, kept = _terms_of(client, held, starts_on, policy)
        candidates, accepted = _candidates(client, held, starts_on, last, minutes)
        answer = planning.propose(
            [planning.HeldVisit(id=str(v.pk), on=v.wall_date, wall_time=v.wall_time, therapist=str(v.therapist_id),
                                minutes=minutes or v.minutes) for v in held],
            kept, candidates, terms)
        Plan.objects.filter(episode=episode, status="proposed").update(status=Plan.Status.SUPERSEDED)
        plan = Plan.objects.create(
            practice=client.practice, client=client, episode=episode, policy=policy, return_on=starts_on, minutes=minutes,
            is_optimal=answer.optimal, cost=answer.cost, cost_terms=dict(answer.cost_terms), diary_print=diary_print(client),
            made_by_name=by.name[:120], expires_at=timezone.now() + PROPOSAL_LIVES)
        _keep_moves(plan, held, answer, accepted)
        audit.record(by=by, verb="plan_proposed", subject=plan, cost=answer.cost)
    return plan


def apply_plan(*, plan: Plan, by: Actor) -> Plan:
    """Make every move of the plan, or none: `plan_stale` if the client's visits or a wished time changed."""
    try:
        with transaction.atomic():
            plan = _locked(plan)
            _refuse_unless(plan, Plan.Status.PROPOSED, "applied")
            if plan.expires_at <= timezone.now():
                raise PlanStale("This plan is older than a day. Make a new one.", status_now="expired")
            if plan.diary_print != diary_print(plan.client):
                raise PlanStale(f"{plan.client.name}'s visits changed since this plan was made. Make a new one.")
            for move in plan.moves.select_related("appointment", "therapist__user", "room").order_by("position"):
                _make(move, plan, by)
            plan.status, plan.applied_at = Plan.Status.APPLIED, timezone.now()
            plan.save(update_fields=["status", "applied_at"])
            audit.record(by=by, verb="plan_applied", subject=plan)
            reminders.tell_plan(plan, "plan-applied")
    except PlanStale as stale:
        Plan.objects.filter(pk=plan.pk, status="proposed").update(
            status=Plan.Status.EXPIRED if stale.more.get("status_now") else Plan.Status.STALE)
        raise
    return plan


def undo_plan(*, plan: Plan, by: Actor) -> Plan:
    """Put every moved visit back as it was before the plan; `undo_conflict` names what changed since.

    Possible until the first moved visit begins.
    """
    with transaction.atomic():
        plan = _locked(plan)
        _refuse_unless(plan, Plan.Status.APPLIED, "undone")
        moves = list(plan.moves.select_related("appointment").order_by("position"))
        first = min((m.appointment.starts_at for m in moves if m.starts_at), default=None)
        if first and first <= timezone.now():
            raise UndoConflict(f"The first moved visit began {clock.said(first, plan.client.practice.time_zone)}.")
        changed = [m for m in moves if m.before.get("version_after") != m.appointment.version]
        if changed:
            raise UndoConflict(
                f"Changed since the plan: {', '.join(m.appointment.said for m in changed)}. Change these by hand.",
                appointments=[str(m.appointment_id) for m in changed])
        for move in moves:
            _unmake(move, plan, by)
        plan.status, plan.undone_at = Plan.Status.UNDONE, timezone.now()
        plan.save(update_fields=["status", "undone_at"])
        audit.record(by=by, verb="plan_undone", subject=plan)
        _correct_messages(plan)
    return plan


def diary_print(client: Client) -> str:
    """SHA-256 over id, version, state and start of every visit of the client from today on, and the one before."""
    today = clock.day_begins(today_in(client), client.practice.time_zone)
    rows = Appointment.objects.filter(client=client, ends_at__gte=today).order_by("pk").values_list(
        "pk", "version", "status", "starts_at")
    return hashlib.sha256(repr([(str(a), b, c, d.isoformat()) for a, b, c, d in rows]).encode()).hexdigest()


# --- reading the diary for the plan ----------------------------------------------------------------------------------


def _return_day(episode: Episode, asked: date | None) -> date:
    """The day asked for, else the expected return, else the day after the review; never in the past or in the hold."""
    today = today_in(episode.client)
    if asked and asked < today:
        raise BadInput(f"{clock.said_date(asked)} has passed.", field="return_on")
    if asked:
        return asked
    if episode.expected_return_on and episode.expected_return_on >= today:
        return episode.expected_return_on
    return max(today, (episode.hold_until or today) + timedelta(days=1))


def interval_of(client: Client, visits: Sequence[Appointment]) -> int:
    """The usual days between visits: the series' rhythm, else the median of the last five gaps, else 7."""
    for visit in visits:
        if visit.series:
            return visit.series.every_days
    days = list(Appointment.objects.filter(client=client, status="fulfilled").order_by("-wall_date")
                .values_list("wall_date", flat=True)[:6])
    gaps = [(a - b).days for a, b in zip(days, days[1:], strict=False)]
    return max(1, round(statistics.median(gaps))) if gaps else 7


def _terms_of(client: Client, held: Sequence[Appointment], return_on: date,
              policy: str) -> tuple[planning.Terms, list[planning.KeptVisit]]:
    wishes = preferences_of(client)
    standing = Appointment.objects.filter(client=client).exclude(status__in=("held", "cancelled", "noshow"))
    last = standing.filter(wall_date__lt=return_on).order_by("-wall_date").values_list("pk", "wall_date").first()
    kept = [planning.KeptVisit(str(pk), on) for pk, on in [last, *standing.filter(wall_date__gte=return_on)
            .order_by("wall_date").values_list("pk", "wall_date")] if pk] if last else [
        planning.KeptVisit(str(pk), on) for pk, on in standing.filter(wall_date__gte=return_on)
        .order_by("wall_date").values_list("pk", "wall_date")]
    terms = planning.Terms(
        return_on=return_on, horizon_days=client.practice.plan_horizon_days, interval_days=interval_of(client, held),
        policy=policy, preferred_windows=wishes.windows, preferred_weekdays=wishes.weekdays)
    return terms, kept


def _candidates(client: Client, held: Sequence[Appointment], first: date, last: date,
                minutes: int | None) -> tuple[list[planning.Candidate], dict[UUID, Membership]]:
    """Every open start for the longest of the held visits, with their own therapists or ones the client accepts."""
    longest = max(held, key=lambda v: minutes or v.minutes)
    service = longest.service
    wished = {v.therapist_id for v in held} | {UUID(t) for t in client.preferences.get("therapists", [])}
    who = [t for t in therapists_for(service) if t.pk in wished]
    zone = client.practice.time_zone
    candidates: list[planning.Candidate] = []
    for begin in range(0, (last - first).days + 1, 92):
        start = first + timedelta(days=begin)
        for slot in find_open_slots(service=service, first=start, last=min(last, start + timedelta(days=91)),
                                    therapists=who, rooms=rooms_for(service), minutes=minutes or longest.minutes):
            on, at, _ = clock.wall_of(slot.starts_at, zone)
            candidates.append(planning.Candidate(on=on, at=at, therapist=str(slot.therapist.pk), room=str(slot.room.pk),
                                                 starts=clock.minute_of(slot.starts_at)))
    busy = {(on, at) for on, at in Appointment.objects.filter(client=client, wall_date__gte=first)
            .exclude(status__in=("held", "cancelled", "noshow")).values_list("wall_date", "wall_time")}
    return [c for c in candidates if (c.on, c.at) not in busy], {t.pk: t for t in who}


def _keep_moves(plan: Plan, held: Sequence[Appointment], answer: planning.Proposal,
                accepted: dict[UUID, Membership]) -> None:
    by_visit = {move.visit: move for move in answer.moves}
    unplaced = dict(answer.unplaced)
    rows = []
    for position, visit in enumerate(held):
        move = by_visit.get(str(visit.pk))
        if move is None:
            rows.append(PlanMove(plan=plan, appointment=visit, position=position, why=[unplaced.get(str(visit.pk), "")]))
            continue
        rows.append(PlanMove(
            plan=plan, appointment=visit, position=position, starts_at=clock.instant_at(move.candidate.starts),
            therapist=accepted[UUID(move.candidate.therapist)], room_id=UUID(move.candidate.room),
            minutes=plan.minutes or visit.minutes, why=list(move.why), cost_terms=dict(move.cost_terms)))
    PlanMove.objects.bulk_create(rows)


# --- writing it back ---------------------------------------------------------------------------------------------------


def _locked(plan: Plan) -> Plan:
    """The plan, fresh, with every therapist, room and the client of it locked in the house's order."""
    moves = list(plan.moves.select_related("appointment__therapist", "appointment__room", "therapist", "room"))
    therapists = {m.appointment.therapist for m in moves} | {m.therapist for m in moves if m.therapist}
    rooms = {m.appointment.room for m in moves} | {m.room for m in moves if m.room}
    lock_diary(therapists, rooms, [plan.client])
    return Plan.objects.select_for_update(of=("self",), no_key=True).select_related("client__practice").get(pk=plan.pk)


def _refuse_unless(plan: Plan, status: str, verb: str) -> None:
    if plan.status != status:
        raise PlanStale(f"This plan is {plan.get_status_display().lower()}; it cannot be {verb}.") if (
            verb == "applied") else UndoConflict(f"This plan is {plan.get_status_display().lower()}; it cannot be {verb}.")


def _make(move: PlanMove, plan: Plan, by: Actor) -> None:
    """Move one held visit to its new time; the database refuses an overlap, which makes the plan stale."""
    visit = fresh(move.appointment)
    if visit.status != Appointment.Status.HELD:
        raise PlanStale(f"{visit.said} is not on hold any more. Make a new plan.")
    before: dict[str, Any] = {name: _plain(getattr(visit, name)) for name in _UNDO_FIELDS}
    before |= {"status": visit.status, "therapist": str(visit.therapist_id), "room": str(visit.room_id)}
    if move.starts_at is None:
        if plan.policy == "drop":
            visit.status, visit.cancel_reason = Appointment.Status.CANCELLED, Appointment.Reason.FLARE
            visit.version += 1
            write_visit(visit, fields=["status", "cancel_reason", "version"])
            _end_hold(visit, Hold.Outcome.CANCELLED)
            log_step(visit, "let-go", by)
    else:
        _refuse_closed(move, visit)
        assert move.therapist and move.room and move.minutes
        visit.status, visit.therapist, visit.room, visit.minutes = Appointment.Status.BOOKED, move.therapist, move.room, move.minutes
        visit.set_time(move.starts_at, plan.client.practice.time_zone)
        visit.version, visit.sequence = visit.version + 1, visit.sequence + 1
        try:
            write_visit(visit, fields=["status", "therapist", "room", "version", "sequence", *Appointment.TIME_FIELDS])
        except SlotTaken as taken:
            raise PlanStale(f"{clock.said(move.starts_at, visit.time_zone)} was taken meanwhile. Make a new plan.") from taken
        _end_hold(visit, Hold.Outcome.PLANNED)
        log_step(visit, "moved", by, plan=str(plan.pk), at=visit.said)
        reminders.follow(visit)
    before["version_after"] = visit.version
    PlanMove.objects.filter(pk=move.pk).update(before=before)


def _refuse_closed(move: PlanMove, visit: Appointment) -> None:
    """Hours may have changed since: the wished time must still be open."""
    assert move.starts_at and move.therapist
    on = clock.wall_of(move.starts_at, visit.client.practice.time_zone)[0]
    open_now = find_open_slots(service=visit.service, first=on, last=on, therapists=[move.therapist], minutes=move.minutes)
    if not any(slot.starts_at == move.starts_at for slot in open_now):
        raise PlanStale(f"{clock.said(move.starts_at, visit.client.practice.time_zone)} is not open any more. Make a new plan.")


def _unmake(move: PlanMove, plan: Plan, by: Actor) -> None:
    if move.starts_at is None and plan.policy != "drop":
        return
    visit, before = fresh(move.appointment), move.before
    for name in _UNDO_FIELDS:
        setattr(visit, name, _field(name, before[name]))
    visit.status, visit.cancel_reason = before["status"], ""
    visit.therapist_id, visit.room_id = UUID(before["therapist"]), UUID(before["room"])
    visit.version, visit.sequence = visit.version + 1, visit.sequence + 1
    write_visit(visit, fields=["status", "cancel_reason", "therapist", "room", "version", "sequence", *_UNDO_FIELDS])
    last_hold = Hold.objects.filter(appointment=visit, episode=plan.episode).order_by("-began_at").first()
    if last_hold:
        Hold.objects.filter(pk=last_hold.pk).update(outcome="", ended_at=None)
    reminders.withdraw(visit, "The plan was undone.")
    log_step(visit, "plan-undone", by, plan=str(plan.pk))


def _correct_messages(plan: Plan) -> None:
    """Take the unsent message back; where it had left, a correction follows."""
    from practice import outbox
    from practice.models import Message

    outbox.cancel_messages(subject_id=plan.pk, kinds=["plan-applied"], why="The plan was undone.")
    if Message.objects.filter(subject_id=plan.pk, kind="plan-applied", state="sent").exists():
        reminders.tell_plan(plan, "plan-undone")


def _end_hold(visit: Appointment, outcome: str) -> None:
    Hold.objects.filter(appointment=visit, outcome="").update(outcome=outcome, ended_at=timezone.now())


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | time | datetime) else value


def _field(name: str, value: Any) -> Any:
    if name in ("starts_at", "ends_at", "occupied_from", "occupied_until"):
        return datetime.fromisoformat(value)
    if name == "wall_date":
        return date.fromisoformat(value)
    return time.fromisoformat(value) if name == "wall_time" else value
