"""What an episode does to the diary: visits put on hold in one act, for longer, given back when it was none.

Every held visit is exactly one of: awaiting review, in a plan, restored, cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from clients.episodes import advance_episode, look_again, note_facts, record_episode, today_in
from clients.models import Client, Episode
from clients.sentences import in_a_sentence
from practice import clock
from practice.access import Actor
from practice.models import Membership, Message, Room
from practice.refusals import BadInput
from sessions import check_ins, freed, reminders, reserved
from sessions.diary import fresh_all, lock_diary, log_steps, write_visit
from sessions.models import Appointment, CheckIn, Hold, Plan, PlanMove
from sessions.objections import refuse_unless_clinical
from sessions.restoring import give_back, spoil_plans
from sessions.states import next_state

Status = Episode.Status


@dataclass
class Effect:
    """What an episode's step did: visits held, visits kept and why, messages queued."""

    episode: Episode
    is_new: bool = True
    held: list[Appointment] = field(default_factory=list)
    kept: list[tuple[Appointment, str]] = field(default_factory=list)
    restored: list[Appointment] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@transaction.atomic
def report_episode(
    *, client: Client, kind: str, by: Actor, onset_on: date | None = None, reported_by: str = "",
    status: str = Status.SUSPECTED, on_word_of: str = "", **facts: Any,
) -> Effect:
    """Record a possible episode (nothing moves; the therapist is asked today) or, as `confirmed`, hold at once.

    Anybody may report, by default from today on; confirming is for owners and therapists.
    """
    if status == Status.CONFIRMED:
        refuse_unless_clinical(by)
    if status not in (Status.SUSPECTED, Status.CONFIRMED):
        raise BadInput("A new episode is suspected or confirmed.", field="status")
    episode, is_new = record_episode(client=client, kind=kind, onset_on=onset_on or today_in(client), by=by,
                                     reported_by=reported_by or by.name, **facts)
    if status == Status.CONFIRMED and episode.status == Status.SUSPECTED:
        effect = change_episode(episode=episode, status=Status.CONFIRMED, on=today_in(client), by=by,
                                on_word_of=on_word_of)
        effect.is_new = is_new
        return effect
    effect = Effect(episode, is_new)
    if is_new:
        visit = next_visit(client)
        if visit and (message := reminders.ask_therapist(visit, episode)):
            effect.messages.append(message)
    effect.kept = [(visit, "Nothing moves until staff confirm.") for visit in _coming(client)] if is_new else []
    return effect


@transaction.atomic
def change_episode(*, episode: Episode, status: str, on: date, by: Actor, note: str = "", on_word_of: str = "",
                   kind: str | None = None) -> Effect:
    """Move an episode on, and the diary with it: confirmed holds visits, not-a-relapse gives free times back.

    `kind` says what it turned out to be, until it is confirmed. Refuses whoever may not see clinical facts.
    """
    refuse_unless_clinical(by)
    _lock_held_times(episode)
    if status == Status.NOT_A_RELAPSE:
        for plan in _sent_plans(episode=episode):
            reserved.withdraw(plan, becomes=Plan.Status.STALE, by=by)
    episode = advance_episode(episode=episode, status=status, on=on, by=by, note=note, on_word_of=on_word_of, kind=kind)
    check_ins.see_answers(episode, by, CheckIn.Answer.WORSE)
    if status == Status.CONFIRMED:
        return hold_appointments(episode=episode, by=by)
    effect = Effect(episode)
    if status == Status.NOT_A_RELAPSE:
        effect.restored, effect.kept = give_back(episode, by)
    return effect


@transaction.atomic
def extend_hold(*, episode: Episode, until: date, by: Actor, note: str) -> Effect:
    """Look again later: the visits that now fall before the new review date are put on hold too.

    What stood before the old date stands for a reason (kept, or booked all the same) and is left alone. Refuses
    whoever may not see clinical facts, and what `clients.episodes.look_again` refuses.
    """
    refuse_unless_clinical(by)
    lock_diary([], [], [episode.client])
    old = Episode.objects.values_list("hold_until", flat=True).get(pk=episode.pk)
    episode = look_again(episode=episode, until=until, by=by, note=note)
    check_ins.see_answers(episode, by)
    return _hold_longer(episode, old, by)


@transaction.atomic
def learn_of_episode(*, episode: Episode, by: Actor, kind: str | None = None, **facts: Any) -> Effect:
    """Write down what is known by now of an open episode; where steroids lengthen its hold, visits before the new day
    are held too. Refuses whoever may not see clinical facts.
    """
    refuse_unless_clinical(by)
    lock_diary([], [], [episode.client])
    old = Episode.objects.values_list("hold_until", flat=True).get(pk=episode.pk)
    learned = note_facts(episode=episode, by=by, kind=kind, **facts)
    is_longer = learned.status == Status.CONFIRMED and learned.hold_until != old
    return _hold_longer(learned, old, by) if is_longer else Effect(learned)


def _hold_longer(episode: Episode, old: date | None, by: Actor) -> Effect:
    for hold in Hold.objects.filter(episode=episode, outcome="").select_related("appointment"):
        spoil_plans(hold.appointment)  # it was made for the earlier day
    return hold_appointments(episode=episode, by=by, since=old)


@transaction.atomic
def hold_appointments(*, episode: Episode, by: Actor, since: date | None = None) -> Effect:
    """Put every coming visit before the review date on hold: its time is free again, no reminder leaves for it.

    A visit already under way stays; so does everything from the review date on, and before `since` where that is
    said. What stays is listed with why.
    """
    effect = Effect(episode)
    client = episode.client
    # The client's lock is enough: every verb that touches this client's visits takes it, and holding only frees time.
    lock_diary([], [], [client])
    if episode.holds_visits:
        _withdraw_plans_before(episode, by)
    visits = fresh_all([visit.pk for visit in _coming(client)])
    for visit in sorted(visits.values(), key=lambda v: v.starts_at):
        why = _why_kept(visit, episode, since)
        if why:
            effect.kept.append((visit, why))
            continue
        before, visit.status, visit.version = visit.status, next_state(visit, "hold"), visit.version + 1
        write_visit(visit, fields=["status", "version"])
        Hold.objects.create(practice=client.practice, appointment=visit, episode=episode, status_before=before)
        effect.held.append(visit)
    log_steps([(visit, {}) for visit in effect.held], "held", by)
    freed.note([freed.time_of(visit) for visit in effect.held])
    if message := reminders.tell_held(episode, effect.held):
        effect.messages.append(message)
    return effect


def _withdraw_plans_before(episode: Episode, by: Actor) -> None:
    """A plan that waits for the client's answer is over where the episode reaches into it: its visits are held again.

    They stay with the episode that put them on hold first.
    """
    for plan in _sent_plans(client=episode.client):
        if plan.reserved.filter(wall_date__lt=episode.hold_until).exists():
            reserved.withdraw(plan, becomes=Plan.Status.STALE, by=by)


def _sent_plans(**where: Any) -> list[Plan]:
    """The plans of a client or an episode that keep times for an answer."""
    rows = Plan.objects.filter(status=Plan.Status.PROPOSED, sent_at__isnull=False, **where)
    return list(rows.select_related("client__practice", "practice"))


def _why_kept(visit: Appointment, episode: Episode, since: date | None) -> str:
    if not episode.holds_visits:
        return f"A {in_a_sentence(episode.get_kind_display())} does not hold visits; the safety check speaks instead."
    if visit.status == Appointment.Status.ARRIVED:
        return "Already under way."
    if visit.starts_at <= timezone.now():
        return "Its time has begun already."
    if since and visit.wall_date < since:
        return f"Kept: {visit.keep_reason}" if visit.keep_reason else "It stood before, and stays."
    if episode.hold_until and visit.wall_date >= episode.hold_until:
        return f"On or after the review date, {clock.said_date(episode.hold_until)}."
    return ""


def _lock_held_times(episode: Episode) -> None:
    """Lock what giving visits back would write, in the house's order: therapists and rooms before the client."""
    held = [hold.appointment for hold in Hold.objects.filter(episode=episode, outcome="").select_related(
        "appointment__therapist", "appointment__room")]
    sent = [m.before for m in PlanMove.objects.filter(plan__in=_sent_plans(episode=episode)).exclude(before={})]
    therapists = Membership.objects.filter(pk__in={before["therapist"] for before in sent})
    rooms = Room.objects.filter(pk__in={before["room"] for before in sent})
    lock_diary({*(visit.therapist for visit in held), *therapists}, {*(visit.room for visit in held), *rooms},
               [episode.client])


def next_visit(client: Client) -> Appointment | None:
    """The client's next standing visit, also one that is under way."""
    return next((visit for visit in _coming(client) if visit.ends_at > timezone.now()), None)


def _coming(client: Client) -> list[Appointment]:
    day = clock.day_begins(today_in(client), client.practice.time_zone)
    return list(
        Appointment.objects.filter(client=client, starts_at__gte=day)
        .filter(status__in=("proposed", "booked", "confirmed", "arrived"))
        .filter(ends_at__gt=timezone.now() - timedelta(hours=12))
        .select_related("therapist__user", "room", "client__practice").order_by("starts_at"))


def visits_on_hold(client: Client | None = None, **where: Any) -> Any:
    """Every visit on hold with what becomes of it: the episode's review date, and the open plan if it is in one."""
    rows = Hold.objects.filter(outcome="", **where).select_related(
        "appointment__client__practice", "appointment__therapist__user", "appointment__service", "episode")
    rows = rows.filter(appointment__client=client) if client else rows
    return rows.order_by("episode__review_on", "appointment__starts_at")
