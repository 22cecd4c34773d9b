"""New times kept for a client who was asked about a plan: kept, given back, let go when nobody answers.

Whatever lets an asked-for time lapse goes through here: a request is over then, a visit of a plan is on hold again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clients.models import Client
from practice import audit
from practice.access import Actor, Outsider
from practice.composed import Composed, as_id
from practice.models import Practice
from sessions import freed, plan_letters
from sessions.diary import DAY, as_it_stands, fresh_all, lock_diary, log_steps, put_back, write_visit
from sessions.models import Appointment, Plan, PlanMove
from sessions.states import next_state

# What a plan changes of a visit, and what is put back of it: everything but version, SEQUENCE and history.
CHANGED = ("status", "therapist", "room", "wants_other_time", "cancel_reason", "expires_at", *Appointment.TIME_FIELDS)


def stands_before(visit: Appointment) -> dict[str, str]:
    """These fields of a visit as they stand now, as `PlanMove.before` keeps them."""
    return as_it_stands(visit, CHANGED)


def put_as_before(move: PlanMove) -> None:
    """Set the visit of a move to what stood before it; nothing is saved."""
    put_back(move.appointment, move.before, [name for name in CHANGED if name in move.before])


def give_back(plan: Plan, *, by: Actor, verb: str, moves: Sequence[PlanMove] | None = None) -> list[Appointment]:
    """Put the visits a plan keeps times for back on hold, at their old times; of some `moves`, or of all.

    Their new times are free again. Called under the client's lock, or for what has lapsed.
    """
    rows = {m.appointment_id: m for m in (plan.moves.exclude(before={}) if moves is None else moves)}
    visits = [visit for visit in fresh_all(rows).values() if visit.reserved_by_id == plan.pk]
    new_times = [freed.time_of(visit) for visit in visits]
    for visit in visits:
        move = rows[visit.pk]
        move.appointment = visit
        next_state(visit, "give-back")
        put_as_before(move)
        move.before, visit.reserved_by = {}, None
        visit.version, visit.sequence = visit.version + 1, visit.sequence + 1
        write_visit(visit, fields=[*CHANGED, "reserved_by", "version", "sequence"])
    PlanMove.objects.bulk_update([rows[visit.pk] for visit in visits], ["before"])
    log_steps([(visit, {"plan": str(plan.pk)}) for visit in visits], verb, by)
    freed.note(new_times)
    return visits


def withdraw(plan: Plan, *, becomes: str, by: Actor) -> None:
    """A sent plan is over before its yes: nothing is kept any more, its link is dead, and who was asked is told.

    One of which the client has said already that some times do not suit is followed by another: that needs no letter.
    """
    give_back(plan, by=by, verb="plan-withdrawn")
    plan_letters.withdraw(plan)
    if becomes == Plan.Status.PROPOSED:
        plan.sent_at = None
    plan.status = becomes
    plan.save(update_fields=["status", "sent_at"])
    audit.record(by=by, verb="plan_withdrawn", subject=plan)


_lapsed = Composed(lambda practice, now, since, until, begin, end: Appointment.objects.filter(
    practice=practice, status="proposed", expires_at__lte=now, starts_at__gt=since, starts_at__lt=until,
    occupied_until__gt=begin, occupied_from__lt=end).values_list("pk"))


def lapse_expired(practice: Practice, begin: datetime, end: datetime) -> None:
    """Let go of asked-for times whose time to be accepted has run out, where somebody wants them.

    A request is cancelled; a plan that kept one of them is over as a whole, and its visits are on hold again.
    """
    now = timezone.now()
    lapsed = [as_id(pk) for pk, in _lapsed(practice.pk, now, begin - DAY, end + DAY, begin, end)]
    if lapsed:  # some may be accepted or moved at this moment: whoever waits for that looks again
        _lapse(Appointment.objects.filter(pk__in=lapsed, status="proposed", expires_at__lte=now))


def lapse_of(clients: Iterable[Client]) -> None:
    """The same for everything of these clients."""
    _lapse(Appointment.objects.filter(client__in=list(clients), status="proposed", expires_at__lte=timezone.now()))


def _lapse(lapsed: QuerySet[Appointment]) -> None:
    plans = list(lapsed.order_by().values_list("reserved_by", flat=True))
    if None in plans:
        lapsed.filter(reserved_by=None).update(status=Appointment.Status.CANCELLED,
                                               cancel_reason=Appointment.Reason.OTHER)
    for plan in Plan.objects.filter(pk__in=[pk for pk in plans if pk]).select_related("practice").order_by("pk"):
        _expire(plan)


def lapse_plans() -> int:
    """Let go of the times kept for clients who did not answer; how many plans. Today tells of each."""
    plans = Plan.objects.filter(status=Plan.Status.PROPOSED, sent_at__isnull=False, expires_at__lte=timezone.now())
    rows = list(plans.select_related("practice", "client").order_by("pk"))
    for plan in rows:
        with transaction.atomic():
            lock_diary([], [], [plan.client])
            _expire(plan)
    return len(rows)


def _expire(plan: Plan) -> None:
    """Nobody answered, or a yes came first: then nothing is kept any more, and nothing changes."""
    give_back(plan, by=Outsider(plan.practice, "system", "Evenhand"), verb="plan-lapsed")
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.PROPOSED).update(status=Plan.Status.EXPIRED)
