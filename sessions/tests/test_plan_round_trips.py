"""Whatever becomes of a plan short of being kept, the diary is row for row what it was before."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conftest import MONDAY, at, make_client
from practice.refusals import Refusal
from practice.tests.sizes import size
from sessions import reserved
from sessions.booking import book_appointment
from sessions.holds import report_episode
from sessions.models import Appointment, Hold, Plan, PlanMove
from sessions.plan_changes import change_plan
from sessions.rescheduling import apply_plan, propose_plan, undo_plan
from sessions.rhythm import Rhythm
from sessions.sending import accept_plan, send_plan, some_do_not_suit, take_back_plan
from sessions.series import book_series

PAIRS = size(15, 1000)
FIELDS = [f.attname for f in Appointment._meta.concrete_fields if f.name not in ("version", "sequence")]


def diary():
    """Every visit but its version and SEQUENCE, and every hold."""
    return (list(Appointment.objects.order_by("pk").values(*FIELDS)),
            list(Hold.objects.order_by("pk").values("appointment_id", "episode_id", "outcome", "ended_at")))


def applied_and_undone(plan, ana, travel):
    undo_plan(plan=apply_plan(plan=plan, by=ana), by=ana)


def accepted_and_undone(plan, ana, travel):
    undo_plan(plan=accept_plan(plan=send_plan(plan=plan, by=ana)), by=ana)


def sent_and_lapsed(plan, ana, travel):
    now = timezone.now()
    travel.move_to(send_plan(plan=plan, by=ana).expires_at)
    assert reserved.lapse_plans() == 1
    travel.move_to(now)


def sent_and_taken_back(plan, ana, travel):
    take_back_plan(plan=send_plan(plan=plan, by=ana), by=ana)


def answered_in_part_then_applied_and_undone(plan, ana, travel):
    sent = send_plan(plan=plan, by=ana)
    one = plan.moves.filter(starts_at__isnull=False).order_by("?").first()
    some_do_not_suit(plan=sent, moves={one.pk})
    undo_plan(plan=apply_plan(plan=sent, by=ana), by=ana)


WAYS = (applied_and_undone, accepted_and_undone, sent_and_lapsed, sent_and_taken_back,
        answered_in_part_then_applied_and_undone)


@pytest.fixture
def busy(now, maria, kofi, ines, ana, ben, neuro_45, room, garden):
    """Maria's ten weekly visits, of which a relapse holds some, in a diary in which others come and go."""
    dice = random.Random(20261121)
    maria.preferences = {"therapists": [str(ana.pk), str(ben.pk)]}
    maria.save()
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 10), by=ana)
    for who in (kofi, ines, make_client(ana.practice, "Otto One")):
        for _ in range(25):
            try:
                book_appointment(client=who, therapist=dice.choice([ana, ben]), service=neuro_45, by=ana,
                                 starts_at=at(dice.choice([9, 10, 11, 13, 14, 15]), days=dice.randrange(1, 90)))
            except Refusal:
                continue
    return report_episode(client=maria, kind="relapse", status="confirmed", by=ana,
                          onset_on=MONDAY, steroids_until=MONDAY + timedelta(days=20)).episode


@pytest.mark.sized
# PostgreSQL slows down in one long transaction, whose dead rows no vacuum may take; SQLite's trail refuses to be flushed.
@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_after_any_number_of_plans_undone_lapsed_or_taken_back_the_diary_is_what_it_was(
        busy, ana, time_machine, record_property):
    dice, before, went = random.Random(7), diary(), Counter()
    assert len(Hold.objects.filter(outcome="")) >= 3
    while went.total() < PAIRS:
        plan = propose_plan(
            episode=busy, by=ana, policy=dice.choice(["append", "catch_up", "drop"]),
            return_on=MONDAY + timedelta(days=dice.randrange(2, 60)), minutes=dice.choice([None, None, 30, 60]))
        if dice.random() < 0.2 and plan.moves.filter(starts_at__isnull=False).exists():
            plan = change_plan(plan=plan, appointment=plan.moves.first().appointment_id, to=None, by=ana)
        way = dice.choice(WAYS)
        if way is not applied_and_undone and not plan.moves.filter(starts_at__isnull=False).exists():
            continue
        way(plan, ana, time_machine)
        went[way.__name__] += 1
        assert diary() == before, way.__name__
    assert len(went) == len(WAYS)
    moved = PlanMove.objects.filter(plan__status=Plan.Status.UNDONE).exclude(before={}).count()
    said = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(went.items()))
    record_property("figure", f"{PAIRS} plans ({said}), {moved} visits moved and put back: 0 rows differ")
