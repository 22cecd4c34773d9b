"""A plan for the return is proposed: the diary is read for it, the optimum found, its reasons kept. Nothing moves.

The optimum itself is a pure function (`sessions/planning.py`).
"""

from __future__ import annotations

import hashlib
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clients.episode_policies import policy_of
from clients.episodes import today_in
from clients.limits import limits_on
from clients.models import Client, Episode
from practice import audit, clock
from practice.access import Actor
from practice.composed import Composed, ComposedRows, as_id, as_instant, insert
from practice.models import Membership
from practice.refusals import BadInput, Refusal
from sessions import planning, reserved
from sessions.diary import lock_diary
from sessions.models import RELEASED, Appointment, Hold, Plan, PlanMove
from sessions.objections import refuse_unless_clinical
from sessions.ranking import preferences_of
from sessions.supply import horizon_of, open_starts_for, rooms_for, therapists_for

PROPOSAL_LIVES = timedelta(hours=24)
USUAL_INTERVAL = 7  # days, where neither a series nor earlier visits say otherwise
LAST_GAPS = 5
MINUTES = range(5, 481)
INTERVALS = range(1, 181)  # days between two visits that may be asked for


class NothingToPlan(Refusal):
    """No visit of this episode awaits a new time."""

    code: ClassVar[str] = "nothing_on_hold"
    title: ClassVar[str] = "Nothing is on hold"


class ChosenTimesRefused(Refusal):
    """Times a person chose for single visits that cannot stand together; nothing was changed."""

    code: ClassVar[str] = "chosen_times_clash"
    title: ClassVar[str] = "These times cannot stand together"


class TimeNotOpen(Refusal):
    """A time chosen for a visit is not open, or lies outside what the plan may use."""

    code: ClassVar[str] = "slot_taken"
    title: ClassVar[str] = "This time is not open"


Chosen = Mapping[str, tuple[int, str | None] | None]
"""Visits (by id) a person fixed to a start (epoch minute) and perhaps a therapist (id), or left on hold (None)."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """A visit of the client that stays where it is."""

    pk: UUID
    on: date
    series: UUID | None
    every_days: int | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a plan is asked for, as the diary stands: `who` are the therapists the client accepts, `gentle` a first
    visit that is shorter than it was."""

    held: list[Appointment]
    wanted: list[planning.HeldVisit]
    kept: list[planning.KeptVisit]
    openings: dict[str, planning.Openings]
    terms: planning.Terms
    who: dict[UUID, Membership]
    gentle: Appointment | None

    def slot(self, visit: str, wish: tuple[int, str | None] | None) -> planning.Candidate | None:
        """The open time of a visit at a wished start, with the wished therapist, or its own, or any; None for None.

        A time that is not open, or cannot be this visit's for another reason, is refused with the nearest that can.
        """
        if wish is None:
            return None
        starts, therapist = wish
        held = next(v for v in self.wanted if v.id == visit)
        open_times = list(self.openings[visit].candidates())
        there = [slot for slot in open_times if slot.starts == starts and therapist in (None, slot.therapist)]
        zone = self.held[0].practice.time_zone
        why = self.why_not(clock.wall_of(clock.instant_at(starts), zone)[0])
        if there and not why:
            return min(there, key=lambda slot: (slot.therapist != held.therapist, slot.therapist))
        could = {slot.starts for slot in open_times if not self.why_not(slot.on)}
        near = sorted(could, key=lambda start: (abs(start - starts), start))[:3]
        nearest = [clock.instant_at(start) for start in sorted(near)]
        free = ", ".join(clock.said(at, zone) for at in nearest)
        why = why or f"is not open for {held.minutes} minutes"
        raise TimeNotOpen(f"{clock.said(clock.instant_at(starts), zone)} {why}."
                          + (f" Near it are open: {free}." if free else ""), field="to",
                          nearest=[clock.iso(at, zone) for at in nearest])

    def why_not(self, on: date) -> str:
        """Why no visit of this plan may lie on that day at all, as it goes on in a sentence; "" where one may."""
        if on < self.terms.return_on:
            return f"is before the return, {clock.said_date(self.terms.return_on)}"
        beside = next((kept for kept in self.kept if abs((on - kept.on).days) < self.terms.least_gap), None)
        if beside:
            return f"is too near to {clock.said_date(beside.on)}, which stays"
        return ""

    def answer(self, chosen: Mapping[str, planning.Candidate | None] | None = None) -> planning.Proposal:
        """The cheapest placement; refuses chosen times that cannot stand together."""
        try:
            return planning.propose(self.wanted, self.kept, self.openings, self.terms, chosen)
        except planning.ChosenTimesClash as clash:
            raise ChosenTimesRefused(f"{clash} Choose another one, or let go of what you chose before.") from clash

    def answer_with(self, chosen: Chosen) -> planning.Proposal:
        """The same around what a person chose for single visits."""
        return self.answer({visit: self.slot(visit, wish) for visit, wish in chosen.items()})

    def is_first_back(self, visit: Appointment, answer: planning.Proposal) -> bool:
        """Whether this is the first visit from the return on, those that stay included."""
        on = next((move.candidate.on for move in answer.moves if move.visit == str(visit.pk)), None)
        return on is not None and all(on < stays.on for stays in self.kept if stays.on >= self.terms.return_on)


def propose_plan(
    *, episode: Episode, by: Actor, return_on: date | None = None, policy: str = "append", minutes: int | None = None,
    interval_days: int | None = None,
) -> Plan:
    """The cheapest placement of all visits this episode holds, with each move's reasons. Nothing moves yet.

    `minutes` is the new length of every visit; without it the first one is no longer than the policy has it, until
    the map of what is felt was taken again. `interval_days` is their rhythm, the usual one by default.
    Refuses a return day in the past or beyond the booking horizon.
    """
    refuse_unless_clinical(by)
    if policy not in dict(Plan._meta.get_field("policy").flatchoices):
        raise BadInput("Choose append, catch_up or drop.", field="policy")
    if minutes is not None and minutes not in MINUTES:
        raise BadInput(f"A visit lasts from {MINUTES[0]} to {MINUTES[-1]} minutes.", field="minutes")
    if interval_days is not None and interval_days not in INTERVALS:
        raise BadInput(f"From {INTERVALS[0]} to {INTERVALS[-1]} days between two visits.", field="interval_days")
    with transaction.atomic():
        lock_diary([], [], [episode.client])
        return place_anew(episode, by, _return_day(episode, return_on), policy, minutes, interval_days=interval_days)


def place_anew(episode: Episode, by: Actor, first: date, policy: str, minutes: int | None, *,
               interval_days: int | None = None, chosen: Chosen | None = None, avoids: Sequence[int] = (),
               replaces: Plan | None = None) -> Plan:
    """Ask, and keep the answer as a plan in the place of the open one; called under the client's lock.

    Times an open plan keeps for the client are free for the new one.
    """
    client = episode.client
    for open_plan in Plan.objects.filter(episode=episode, status=Plan.Status.PROPOSED).select_related(
            "client__practice", "practice"):
        if open_plan.sent_at:
            reserved.withdraw(open_plan, becomes=Plan.Status.SUPERSEDED, by=by)
        else:
            Plan.objects.filter(pk=open_plan.pk).update(status=Plan.Status.SUPERSEDED)
    ask = partial(question_of, episode, first, policy, minutes, avoids=avoids, interval_days=interval_days)
    question = ask()
    answer = question.answer_with(chosen or {})
    if question.gentle and not question.is_first_back(question.gentle, answer):
        as_long = ask(is_gentle=False)
        other = as_long.answer_with(chosen or {})
        if not as_long.is_first_back(question.gentle, other):  # a visit that stays comes before it
            question, answer = as_long, other
    plan = Plan.objects.create(
        practice=client.practice, client=client, episode=episode, policy=policy, return_on=first, minutes=minutes,
        interval_days=question.terms.interval_days, is_optimal=answer.optimal, cost=answer.cost,
        cost_terms=dict(answer.cost_terms), avoids=list(avoids), replaces=replaces, diary_print=diary_print(client),
        made_by_name=by.name[:120], expires_at=timezone.now() + PROPOSAL_LIVES)
    _keep_moves(plan, question, answer, chosen or {})
    audit.record(by=by, verb="plan_proposed", subject=plan, cost=answer.cost)
    return plan


def question_of(episode: Episode, first: date, policy: str, minutes: int | None, *, avoids: Sequence[int] = (),
                interval_days: int | None = None, is_gentle: bool = True) -> Question:
    """Read the diary for a plan: what is on hold, what stays, what is open but for `avoids` (epoch minutes).

    Unless `is_gentle` is off, the first visit back is as short as the policy has it.
    """
    client = episode.client
    held = _held_by(episode)
    if not held:
        raise NothingToPlan(f"No visit of {client.name} is on hold for this episode.")
    who = _acceptable(client, held)
    standing = _standing(client)
    interval = interval_days or interval_of(client, held, standing)
    last = _last_day(client, first, policy, standing, interval * (len(held) + 1))
    terms = _terms(client, held, who, first, last, policy, interval)
    lengths = {v.pk: minutes or v.minutes for v in held}
    gentle = None if minutes or not is_gentle else _first_visit_shortened(episode, held, lengths, terms)
    wanted = [planning.HeldVisit(str(v.pk), v.wall_date, v.wall_time, str(v.therapist_id), lengths[v.pk])
              for v in held]
    openings = _openings(episode, held, lengths, who, first, last)
    if avoids:
        openings = {visit: found.without(set(avoids)) for visit, found in openings.items()}
    return Question(held, wanted, [planning.KeptVisit(str(v.pk), v.on) for v in standing], openings, terms, who, gentle)


_coming = Composed(lambda client, today: Appointment.objects.filter(client=client, ends_at__gte=today).exclude(
    status__in=("cancelled", "noshow")).order_by("pk").values_list("pk", "status", "starts_at", "minutes"))


def diary_print(client: Client) -> str:
    """SHA-256 over every visit of the client from today on: which stand, which are on hold, when and how long.

    Confirming or arriving changes nothing a plan was made from.
    """
    today = clock.day_begins(today_in(client), client.practice.time_zone)
    seen = [(str(as_id(pk)), status == "held", clock.minute_of(as_instant(at)), length)
            for pk, status, at, length in _coming(client.pk, today)]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def usual_interval(episode: Episode) -> int | None:
    """The rhythm a plan for this episode's visits keeps where nobody asks for another; None where nothing is held."""
    held = _held_by(episode)
    return interval_of(episode.client, held, _standing(episode.client)) if held else None


def interval_of(client: Client, held: Sequence[Appointment], standing: Sequence[_Standing] = ()) -> int:
    """The usual days between visits: the series' rhythm, else the median of the last five gaps, else 7.

    With several series side by side it is the median of the gaps between all their visits.
    """
    rhythms = {v.series_id: v.series.every_days for v in held if v.series}
    rhythms |= {v.series: v.every_days for v in standing if v.series and v.every_days and v.on >= held[0].wall_date}
    if len(rhythms) == 1:
        return next(iter(rhythms.values()))
    if rhythms:
        return _median_gap({v.wall_date for v in held} | {v.on for v in standing if v.on >= held[0].wall_date})
    came = Appointment.objects.filter(client=client, status__in=("arrived", "fulfilled")).order_by("-wall_date")
    last = set(came.values_list("wall_date", flat=True)[:LAST_GAPS + 1])
    return _median_gap(last if len(last) > 1 else {v.wall_date for v in held})


def _median_gap(days: set[date]) -> int:
    gaps = [(b - a).days for a, b in pairwise(sorted(days))]
    return max(1, round(statistics.median(gaps))) if gaps else USUAL_INTERVAL


_open_holds = ComposedRows(lambda episode: Hold.objects.filter(episode=episode, outcome="").select_related(
    "appointment__series", "appointment__service__practice", "appointment__therapist__user").order_by(
    "appointment__starts_at", "appointment__pk"))


def _held_by(episode: Episode) -> list[Appointment]:
    return [hold.appointment for hold in _open_holds(episode.pk)]


def _return_day(episode: Episode, asked: date | None) -> date:
    """The day asked for, else the expected return, else the day after the hold; a closed episode holds nothing."""
    today = today_in(episode.client)
    if asked:
        if asked < today:
            raise BadInput(f"{clock.said_date(asked, today=today)} has passed.", field="return_on")
        if asked > horizon_of(episode.client.practice):
            most = episode.client.practice.horizon_days
            raise BadInput(f"Visits are booked up to {most} days ahead.", field="return_on")
        return asked
    if episode.expected_return_on and episode.expected_return_on >= today:
        return episode.expected_return_on
    if not episode.is_open or episode.hold_until is None:
        return today
    return max(today, episode.hold_until + timedelta(days=1))


def _standing(client: Client) -> list[_Standing]:
    """The client's visits that stand: the last one before today and everything after it."""
    rows = (Appointment.objects.filter(client=client).exclude(status__in=RELEASED).order_by("wall_date", "pk")
            .values_list("pk", "wall_date", "series_id", "series__every_days"))
    today = today_in(client)
    past, coming = rows.filter(wall_date__lt=today).reverse()[:1], rows.filter(wall_date__gte=today)
    return [_Standing(*row) for row in [*past, *coming]]


def _last_day(client: Client, first: date, policy: str, standing: Sequence[_Standing], room: int) -> date:
    """The horizon; where a series goes on after the visits that stay, at least so many days of room behind the last."""
    last = first + timedelta(days=client.practice.plan_horizon_days)
    if standing and policy != "catch_up":
        last = max(last, max(visit.on for visit in standing) + timedelta(days=room))
    return min(last, horizon_of(client.practice))


def _terms(client: Client, held: Sequence[Appointment], who: dict[UUID, Membership], first: date, last: date,
           policy: str, interval: int) -> planning.Terms:
    wishes = preferences_of(client)
    names = {str(v.therapist_id): v.therapist.name for v in held} | {str(pk): member.name for pk, member in who.items()}
    return planning.Terms(
        return_on=first, horizon_days=max(0, (last - first).days), interval_days=interval,
        policy=policy, preferred_windows=wishes.windows,  # type: ignore[arg-type]
        preferred_weekdays=wishes.weekdays, names=names)


_who_work = ComposedRows(lambda practice, pks: Membership.objects.filter(
    practice_id=practice, pk__in=pks, is_active=True, is_therapist=True).select_related("user").order_by("pk"))


def _acceptable(client: Client, held: Sequence[Appointment]) -> dict[UUID, Membership]:
    """The therapists of the held visits and those the client named, where they still give sessions."""
    wished = {v.therapist_id for v in held} | {UUID(t) for t in client.preferences.get("therapists", [])}
    return {member.pk: member for member in _who_work(client.practice_id, sorted(wished))}


def _first_visit_shortened(episode: Episode, held: Sequence[Appointment], lengths: dict[UUID, int],
                           terms: planning.Terms) -> Appointment | None:
    """Make the first visit that comes back as short as the policy has it; None where it is no longer anyway.

    Once the map of what is felt was taken again, visits have their own length.
    """
    most = policy_of(episode.client.practice, episode.kind).return_minutes
    first = next((v for v in held if not (terms.policy == "drop" and v.wall_date < terms.return_on)), None)
    if most is None or first is None or episode.map_taken_on or lengths[first.pk] <= most:
        return None
    lengths[first.pk] = most
    return first


def _is_clearance_asked(episode: Episode, on: date) -> bool:
    """Whether the safety check waits for a doctor's word on coming back from this."""
    reasons = limits_on(episode.client, on).reasons
    return any(reason.rule == "return-clearance" and reason.level == "clearance" for reason in reasons)


def _openings(episode: Episode, held: Sequence[Appointment], lengths: dict[UUID, int], who: dict[UUID, Membership],
              first: date, last: date) -> dict[str, planning.Openings]:
    """The open times for each visit; visits of one service and length share theirs."""
    found: dict[tuple[UUID, int], planning.Openings] = {}
    own_rooms = {visit.room_id for visit in held}
    for visit in held:
        service, length = visit.service, lengths[visit.pk]
        if (service.pk, length) not in found:
            starts = open_starts_for(
                service=service, first=first, last=last, minutes=length, client=episode.client, but_hold_of=episode,
                therapists=[t.pk for t in therapists_for(service) if t.pk in who],
                rooms=sorted((room.pk for room in rooms_for(service)), key=lambda pk: pk not in own_rooms))
            found[service.pk, length] = planning.Openings.of(starts, episode.client.practice.time_zone)
    return {str(v.pk): found[v.service_id, lengths[v.pk]] for v in held}


def _keep_moves(plan: Plan, question: Question, answer: planning.Proposal, chosen: Chosen) -> None:
    moves, left_out = {move.visit: move for move in answer.moves}, dict(answer.unplaced)
    episode = plan.episode
    until = episode.hold_until if episode and episode.status == Episode.Status.CONFIRMED else None
    waits = episode is not None and _is_clearance_asked(episode, plan.return_on)
    rows = []
    for position, (visit, wanted) in enumerate(zip(question.held, question.wanted, strict=True)):
        row = PlanMove(plan=plan, appointment=visit, position=position, is_chosen=str(visit.pk) in chosen)
        if move := moves.get(str(visit.pk)):
            row.starts_at, row.minutes = clock.instant_at(move.candidate.starts), wanted.minutes
            row.therapist_id, row.room_id = UUID(move.candidate.therapist), UUID(move.candidate.room)
            row.why, row.cost_terms = ["chosen by hand"] * row.is_chosen + list(move.why), dict(move.cost_terms)
            if visit == question.gentle:
                row.why.append(f"{row.minutes} minutes at first, as agreed for the return")
            if until and move.candidate.on < until:
                row.why.append(f"before the review date, {clock.said_date(until)}")
            if waits:
                row.why.append("ask for the doctor's clearance first")
                waits = False
        else:
            row.why = ["left on hold, as chosen"] if row.is_chosen else [left_out[str(visit.pk)]]
        rows.append(row)
    insert(rows)
