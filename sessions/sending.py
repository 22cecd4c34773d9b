"""A plan sent to the client: its new times are kept while they are asked, and one yes applies it.

Each answer from the link may be given any number of times and is one act.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.words import one_line
from clients.writing import is_written_to
from practice import audit, links
from practice.access import Actor, Outsider
from practice.refusals import BadInput, Refusal, WrongState
from sessions import plan_letters, reserved
from sessions.diary import log_steps
from sessions.models import Appointment, Plan, PlanMove
from sessions.objections import Contraindicated
from sessions.online import RingFirst
from sessions.proposals import PROPOSAL_LIVES
from sessions.rescheduling import (
    PlanStale,
    apply_plan,
    end_stale,
    keep_before,
    let_expired_go,
    locked,
    open_holds,
    place,
    refuse_closed,
    refuse_emergencies,
    refuse_if_stale,
)

SENT_LIVES = timedelta(hours=72)  # a client has that long to answer: our proposal


class CannotBeAsked(Refusal):
    """The client is not written to, so nobody can be asked by a message."""

    code: ClassVar[str] = "client_not_written_to"
    title: ClassVar[str] = "They are not written to"


def send_plan(*, plan: Plan, by: Actor) -> Plan:
    """Ask the client whether the new times suit; until they answer, 72 hours at most, the times are kept for them.

    The visits stand as `proposed` at their new times, and still count as on hold, in a plan. Refuses a plan that is
    stale or out of date, one that was sent already or places no visit, and a client who is not written to.
    """
    try:
        with transaction.atomic():
            plan, moves = locked(plan)
            _refuse_sending(plan, moves)
            refuse_closed(plan, moves)
            refuse_emergencies(plan, moves, by)
            plan.sent_at = timezone.now()
            plan.expires_at = plan.sent_at + SENT_LIVES
            plan.save(update_fields=["sent_at", "expires_at"])
            placed = [move for move in moves if move.new_start]
            holds = open_holds(placed)
            let_expired_go(plan, placed)
            for move in placed:
                keep_before(move, holds)
                place(move, Appointment.Status.PROPOSED, by_plan=plan)
            PlanMove.objects.bulk_update(placed, ["before"])
            log_steps([(move.appointment, {"plan": str(plan.pk), "at": move.appointment.said}) for move in placed],
                      "asked", by)
            audit.record(by=by, verb="plan_sent", subject=plan)
            plan_letters.ask(plan)
    except PlanStale as stale:
        end_stale(plan, stale, by)
        raise
    return plan


def _refuse_sending(plan: Plan, moves: list[PlanMove]) -> None:
    refuse_if_stale(plan)
    if plan.sent_at:
        raise WrongState(f"{plan.client.name} was asked already. Take the plan back first to ask once more.")
    if not any(move.new_start for move in moves):
        raise WrongState("No visit has a new time in this plan, so there is nothing to ask.")
    if plan.client.archived_at:
        raise CannotBeAsked(f"{plan.client.name} is in the archive. Bring them back first.")
    if not is_written_to(plan.client):
        raise CannotBeAsked(f"{plan.client.name} has not agreed to be written to. Agree the times by phone, then move "
                            "the visits yourself.")


@transaction.atomic
def take_back_plan(*, plan: Plan, by: Actor) -> Plan:
    """Staff take a sent plan back before it is answered: every visit is on hold as before, the plan a proposal again.

    Where the question had left, the client is told that the times do not stand any more.
    """
    plan, _ = locked(plan)
    if not plan.is_sent:
        raise WrongState("This plan does not wait for an answer, so there is nothing to take back.")
    if plan.answered_at:
        raise WrongState(f"{plan.client.name} has answered. Plan the visits that do not suit anew, or move the others.")
    reserved.withdraw(plan, becomes=Plan.Status.PROPOSED, by=by)
    plan.expires_at = timezone.now() + PROPOSAL_LIVES
    plan.save(update_fields=["expires_at"])
    return plan


def plan_behind(token: str) -> Plan | None:
    """The plan a live link speaks about: asked, answered in part, or accepted; None for everything else alike."""
    link = links.open_link(token, purpose=plan_letters.PLAN_LINK)
    if link is None:
        return None
    plan = (Plan.objects.filter(pk=link.subject_id, practice=link.practice, sent_at__isnull=False)
            .select_related("client__practice", "practice").first())
    return plan if plan and plan.status in (Plan.Status.PROPOSED, Plan.Status.APPLIED) else None


def accept_plan(*, plan: Plan) -> Plan:
    """The client says yes to all of it: applied, all or none; said again, nothing changes."""
    plan.refresh_from_db(fields=["status", "answered_at"])
    if plan.status == Plan.Status.APPLIED:
        return plan
    _refuse_second_thoughts(plan)
    try:
        return apply_plan(plan=plan, by=_client_of(plan), is_answer=True)
    except Contraindicated as decision:
        raise RingFirst(_("We would like to talk with you before we book these times. Ring us.")) from decision
    except WrongState:  # a second tap, at the same moment
        plan.refresh_from_db()
        if plan.status != Plan.Status.APPLIED:
            raise
        return plan


@transaction.atomic
def some_do_not_suit(*, plan: Plan, moves: Collection[UUID], words: str = "") -> Plan:
    """The client says which times do not suit: these are free again, the others stay kept, and staff look at it.

    `moves` are the ids of the plan's moves. Nothing is booked by it.
    """
    plan, rows = locked(plan)
    if plan.status == Plan.Status.APPLIED:
        raise WrongState(_("You said yes to these times already. If one does not suit after all, ring us."))
    if plan.answered_at:
        return plan
    refuse_if_stale(plan)
    kept = [move for move in rows if move.starts_at and move.appointment.reserved_by_id == plan.pk]
    gone = [move for move in kept if move.pk in moves]
    if not gone:
        raise BadInput(_("Tick each time that does not suit you."), field="moves")
    for move in kept:
        move.suits = move.pk not in moves
    PlanMove.objects.bulk_update(kept, ["suits"])
    by = _client_of(plan)
    reserved.give_back(plan, by=by, verb="does-not-suit", moves=gone)
    plan.answered_at, plan.answer = timezone.now(), one_line(words)[:300]
    plan.save(update_fields=["answered_at", "answer"])
    audit.record(by=by, verb="plan_answered", subject=plan)
    return plan


def _refuse_second_thoughts(plan: Plan) -> None:
    if plan.answered_at:
        raise WrongState(_("You have answered already: some times do not suit. We will write to you with others."))


def _client_of(plan: Plan) -> Outsider:
    return Outsider(plan.practice, "client", plan.client.name)
