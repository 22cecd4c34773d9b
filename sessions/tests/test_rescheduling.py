"""Plans for the return: proposed at the least cost, applied and undone whole, never against the diary as it is."""

import itertools
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.models import Episode
from conftest import MONDAY, at, make_client
from practice import clock
from practice.models import Closure, Message, Service, TimeOff, WorkingHours
from practice.refusals import BadInput, NotAllowed, WrongState
from sessions import holds, rescheduling
from sessions.booking import book_appointment, cancel_appointment, confirm_appointment, move_appointment
from sessions.models import Appointment, Hold, Plan
from sessions.proposals import interval_of
from sessions.rescheduling import NothingToPlan, PlanStale, UndoConflict, apply_plan, propose_plan, undo_plan
from sessions.rhythm import Rhythm
from sessions.series import book_series

ZONE = "America/New_York"
UNDONE = [
    "status",
    "starts_at",
    "ends_at",
    "occupied_from",
    "occupied_until",
    "wall_date",
    "wall_time",
    "time_zone",
    "therapist_id",
    "room_id",
    "minutes",
    "buffer_before",
    "buffer_after",
    "cancel_reason",
    "wants_other_time",
    "override_reason",
]


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 6), by=ana
    )[1]


@pytest.fixture
def relapse(weekly, maria, ana):
    return confirm(maria, ana)


def confirm(client, by, **facts):
    return holds.report_episode(
        client=client, kind="relapse", onset_on=MONDAY - timedelta(days=2), status="confirmed", by=by, **facts
    ).episode


def placed(plan):
    return [
        (m.starts_at.astimezone(clock.zone_of(ZONE)).date(), m.starts_at.astimezone(clock.zone_of(ZONE)).time())
        for m in plan.moves.all()
        if m.starts_at
    ]


def rows():
    return list(Appointment.objects.order_by("pk").values(*UNDONE))


# --- what is proposed ---------------------------------------------------------------------------------------------


def test_appending_continues_the_rhythm_after_the_visits_that_stay(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana)
    assert plan.return_on == MONDAY + timedelta(days=15), "the day after the hold"
    last = MONDAY + timedelta(days=1 + 5 * 7)
    assert placed(plan) == [(last + timedelta(days=7), time(10, 30)), (last + timedelta(days=14), time(10, 30))]
    assert plan.is_optimal
    assert sum(plan.cost_terms.values()) == plan.cost
    assert plan.expires_at == timezone.now() + timedelta(hours=24)
    assert "keeps 7 days between visits" in plan.moves.first().why


def test_catching_up_squeezes_the_visits_in_and_dropping_lets_them_go(relapse, ana):
    squeezed = propose_plan(episode=relapse, by=ana, policy="catch_up")
    assert all(on < MONDAY + timedelta(days=36) for on, _ in placed(squeezed))
    dropped = propose_plan(episode=relapse, by=ana, policy="drop")
    assert placed(dropped) == []
    assert [m.why for m in dropped.moves.all()] == [["let go by the chosen policy"]] * 2
    squeezed.refresh_from_db()
    assert squeezed.status == "superseded"


def test_the_return_day_asked_for_comes_first_then_the_expected_one(weekly, maria, ana):
    episode = confirm(maria, ana, expected_return_on=MONDAY + timedelta(days=20))
    assert propose_plan(episode=episode, by=ana).return_on == MONDAY + timedelta(days=20)
    assert propose_plan(episode=episode, by=ana, return_on=MONDAY + timedelta(days=40)).return_on == MONDAY + timedelta(
        days=40
    )


def test_a_return_inside_the_hold_is_the_therapists_word_and_says_so(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, return_on=MONDAY + timedelta(days=2), policy="catch_up")
    first = plan.moves.first()
    assert clock.wall_of(first.starts_at, ZONE)[0] < relapse.hold_until
    assert first.why[-1] == "before the review date, Mon 7 Dec"


@pytest.mark.parametrize(
    "asked, field",
    [
        ({"return_on": MONDAY - timedelta(days=1)}, "return_on"),
        ({"return_on": MONDAY + timedelta(days=366)}, "return_on"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"policy": "hurry"}, "policy"),
    ],
)
def test_a_plan_out_of_bounds_is_refused(relapse, ana, asked, field):
    with pytest.raises(BadInput) as refused:
        propose_plan(episode=relapse, by=ana, **asked)
    assert refused.value.field == field


def test_a_series_that_reaches_beyond_ninety_days_goes_on_after_its_last_visit(now, maria, ana, neuro_45):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(28, 6), by=ana)
    plan = propose_plan(episode=confirm(maria, ana), by=ana)
    assert placed(plan) == [(MONDAY + timedelta(days=1 + 6 * 28), time(10, 30))]


def test_a_plan_for_a_return_near_the_horizon_stays_inside_it(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, return_on=MONDAY + timedelta(days=360))
    assert len(placed(plan)) == 1
    assert next(m.why[0] for m in plan.moves.all() if not m.starts_at).startswith("no open time")


def test_the_desk_proposes_nothing_and_nothing_is_planned_where_nothing_is_held(relapse, ana, desk):
    with pytest.raises(NotAllowed):
        propose_plan(episode=relapse, by=desk)
    holds.change_episode(episode=relapse, status="not_a_relapse", on=MONDAY, by=ana)
    with pytest.raises(NothingToPlan):
        propose_plan(episode=relapse, by=ana)


def test_the_clients_wishes_and_another_therapist_she_accepts_are_weighed_with_names(relapse, maria, ana, ben):
    maria.preferences = {"windows": [["14:00", "16:00"]], "weekdays": [2], "therapists": [str(ana.pk), str(ben.pk)]}
    maria.save()
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=36), ends_at=at(0, days=130))
    plan = propose_plan(episode=Episode.objects.get(), by=ana)
    moves = list(plan.moves.select_related("therapist__user"))
    assert {m.therapist.name for m in moves} == {"Ben Baker"}
    assert all(at_ == time(14) for _, at_ in placed(plan))
    assert any(
        "Ben Baker instead of Ana Alves: Ana Alves has no open time that week" in why for m in moves for why in m.why
    )


def test_nobody_the_client_did_not_name_takes_over(relapse, ana, ben):
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=15), ends_at=at(0, days=130))
    plan = propose_plan(episode=relapse, by=ana)
    assert placed(plan) == []
    assert all("no open time of 45 minutes" in m.why[0] for m in plan.moves.all())


def test_other_minutes_look_for_slots_of_that_length_with_the_services_breaks(relapse, ana, neuro_45):
    plan = propose_plan(episode=relapse, by=ana, minutes=30)
    assert {m.minutes for m in plan.moves.all()} == {30}
    apply_plan(plan=plan, by=ana)
    moved = Appointment.objects.get(pk=plan.moves.first().appointment_id)
    assert (moved.minutes, moved.buffer_after) == (30, 15)
    assert moved.ends_at - moved.starts_at == timedelta(minutes=30)
    assert moved.occupied_until - moved.ends_at == timedelta(minutes=15)


def test_a_visit_that_had_given_its_break_up_gets_it_back_at_its_new_time(weekly, maria, ana):
    Appointment.objects.filter(pk=weekly[0].pk).update(buffer_after=0, occupied_until=weekly[0].ends_at)
    plan = propose_plan(episode=confirm(maria, ana), by=ana)
    before = rows()
    apply_plan(plan=plan, by=ana)
    assert Appointment.objects.get(pk=weekly[0].pk).buffer_after == 15
    undo_plan(plan=plan, by=ana)
    assert rows() == before


def test_visits_of_two_services_are_each_placed_with_their_own_length(now, maria, ana, neuro_45, riverside):
    long = Service.objects.create(practice=riverside, name="Whole hour", minutes=60, buffer_after=30)
    for n, service in enumerate((neuro_45, long, neuro_45)):
        book_appointment(client=maria, therapist=ana, service=service, starts_at=at(9, days=1 + n), by=ana)
    plan = propose_plan(episode=confirm(maria, ana), by=ana)
    assert [m.minutes for m in plan.moves.all()] == [45, 60, 45]
    apply_plan(plan=plan, by=ana)
    assert all(v.status == "booked" for v in Appointment.objects.all())


def test_the_interval_is_the_series_rhythm_else_the_median_of_the_last_gaps_else_a_week(
    now, maria, joao, ines, kofi, ana, ben, neuro_45, garden
):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(9), rhythm=Rhythm(14, 2), by=ana)
    for weekday in (1, 4):
        book_series(
            client=joao,
            therapist=ben,
            service=neuro_45,
            first_starts_at=at(9, days=weekday),
            rhythm=Rhythm(7, 3),
            by=ana,
        )
    for back in (5, 15, 25, 33):
        visit = book_appointment(
            client=ines,
            therapist=ana,
            service=neuro_45,
            starts_at=at(14, days=-back + 4),
            by=ana,
            override_reason="late",
        )
        Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14, days=2), by=ana)
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(15, days=2), by=ana)

    def interval(client):
        held = [
            h.appointment for h in Hold.objects.filter(episode=confirm(client, ana)).order_by("appointment__starts_at")
        ]
        return interval_of(client, held)

    assert [interval(client) for client in (maria, ines, kofi)] == [14, 10, 7]
    assert interval(joao) in (3, 4), "twice a week as two series"


def test_twice_a_week_as_two_series_comes_back_twice_a_week(now, joao, ana, neuro_45):
    for weekday in (1, 4):
        book_series(
            client=joao,
            therapist=ana,
            service=neuro_45,
            first_starts_at=at(9, days=weekday),
            rhythm=Rhythm(7, 6),
            by=ana,
        )
    plan = propose_plan(episode=confirm(joao, ana), by=ana)
    days = [on for on, _ in placed(plan)]
    assert len(days) == 4
    assert [(b - a).days in (3, 4) for a, b in itertools.pairwise(days)] == [True] * 3


def test_nothing_is_offered_on_closed_days_or_in_another_episodes_hold(relapse, maria, ana):
    closed = MONDAY + timedelta(days=43)
    Closure.objects.create(
        practice=ana.practice, first_on=closed, last_on=closed + timedelta(days=6), name="Winter break"
    )
    other = Episode.objects.create(
        practice=ana.practice,
        client=maria,
        kind="relapse",
        status="confirmed",
        onset_on=MONDAY,
        reported_by="x",
        confirmed_on=MONDAY,
        holds_visits=True,
        hold_until=MONDAY + timedelta(days=60),
        review_on=MONDAY + timedelta(days=60),
    )
    plan = propose_plan(episode=relapse, by=ana)
    assert all(on >= other.hold_until for on, _ in placed(plan))


# --- applied ---------------------------------------------------------------------------------------------------------


def test_applying_moves_everything_tells_the_client_once_and_reminds_of_the_new_times(relapse, ana, weekly):
    plan = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=plan, by=ana)
    for move in plan.moves.select_related("appointment"):
        visit = move.appointment
        assert (visit.status, visit.starts_at, visit.sequence) == ("booked", move.starts_at, 1)
        assert visit.events.filter(verb="moved", detail__plan=str(plan.pk)).exists()
        assert Message.objects.filter(appointment_id=visit.pk, kind="reminder", state="waiting").count() == 2
    assert Message.objects.filter(kind="plan-applied", state="waiting").count() == 1
    assert set(Hold.objects.values_list("outcome", flat=True)) == {"planned"}
    assert Appointment.objects.filter(status="booked").count() == 6


def test_dropping_cancels_what_was_missed_and_undo_puts_it_back_on_hold(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, policy="drop")
    before = rows()
    apply_plan(plan=plan, by=ana)
    gone = Appointment.objects.filter(status="cancelled")
    assert (gone.count(), set(gone.values_list("cancel_reason", flat=True))) == (2, {"other"})
    assert set(Hold.objects.values_list("outcome", flat=True)) == {"cancelled"}
    assert Message.objects.filter(kind="plan-applied").count() == 1
    undo_plan(plan=plan, by=ana)
    assert rows() == before
    assert set(Hold.objects.values_list("outcome", flat=True)) == {""}


def test_dropping_lets_go_only_what_was_missed_before_the_return(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, policy="drop", return_on=MONDAY + timedelta(days=5))
    apply_plan(plan=plan, by=ana)
    first, second = plan.moves.select_related("appointment")
    assert (first.appointment.status, first.starts_at) == ("cancelled", None)
    assert (second.appointment.status, second.starts_at is not None) == ("booked", True)


def test_a_visit_that_found_no_place_stays_on_hold(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana, return_on=MONDAY + timedelta(days=360))
    apply_plan(plan=plan, by=ana)
    assert sorted(Appointment.objects.filter(plan_moves__plan=plan).values_list("status", flat=True)) == [
        "booked",
        "held",
    ]
    assert Hold.objects.filter(outcome="").count() == 1
    undo_plan(plan=plan, by=ana)
    assert Hold.objects.filter(outcome="").count() == 2


def test_a_plan_of_nothing_tells_nobody(relapse, ana):
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=15), ends_at=at(0, days=130))
    apply_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    assert not Message.objects.filter(kind="plan-applied").exists()


def spoil_by_booking(plan, kofi, ana, neuro_45, **_):
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=plan.moves.first().starts_at, by=ana)


def spoil_by_hours(ana, **_):
    WorkingHours.objects.filter(therapist=ana).delete()


def spoil_by_time_off(plan, ana, **_):
    start = plan.moves.first().starts_at
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=start, ends_at=start + timedelta(hours=1))


def spoil_by_closing(plan, ana, **_):
    Closure.objects.create(
        practice=ana.practice,
        first_on=clock.wall_of(plan.moves.first().starts_at, ZONE)[0],
        last_on=date(2027, 12, 31),
        name="x",
    )


def spoil_by_leaving(ana, **_):
    ana.is_active = False
    ana.save()


def spoil_by_a_room_out_of_use(room, **_):
    room.is_active = False
    room.save()


def spoil_by_a_kept_visit_that_moved(weekly, ana, **_):
    move_appointment(appointment=weekly[4], starts_at=at(14, days=31), by=ana)


def spoil_by_another_cancelled(weekly, ana, **_):
    cancel_appointment(appointment=weekly[5], by=ana)


def spoil_by_another_episode(maria, plan, **_):
    Episode.objects.create(
        practice=maria.practice,
        client=maria,
        kind="relapse",
        status="confirmed",
        onset_on=MONDAY,
        reported_by="x",
        confirmed_on=MONDAY,
        holds_visits=True,
        hold_until=MONDAY + timedelta(days=80),
        review_on=MONDAY + timedelta(days=80),
    )


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_by_booking,
        spoil_by_hours,
        spoil_by_time_off,
        spoil_by_closing,
        spoil_by_leaving,
        spoil_by_a_room_out_of_use,
        spoil_by_a_kept_visit_that_moved,
        spoil_by_another_cancelled,
        spoil_by_another_episode,
    ],
)
def test_a_plan_is_stale_once_the_diary_changed_under_it_and_nothing_moves(
    relapse, weekly, maria, kofi, ana, owner, neuro_45, room, spoil
):
    plan = propose_plan(episode=relapse, by=ana)
    spoil(plan=plan, weekly=weekly, maria=maria, kofi=kofi, ana=ana, neuro_45=neuro_45, room=room)
    before = rows()
    with pytest.raises(PlanStale):
        apply_plan(plan=plan, by=owner)
    assert rows() == before
    plan.refresh_from_db()
    assert plan.status == "stale"
    with pytest.raises(PlanStale):
        apply_plan(plan=plan, by=owner)


def test_a_kept_visit_the_client_confirms_meanwhile_does_not_spoil_a_plan(relapse, weekly, ana):
    plan = propose_plan(episode=relapse, by=ana)
    confirm_appointment(appointment=weekly[4], by=ana)
    assert apply_plan(plan=plan, by=ana).status == "applied"


def test_a_plan_runs_out_after_a_day(relapse, ana, time_machine):
    plan = propose_plan(episode=relapse, by=ana)
    time_machine.move_to(timezone.now() + timedelta(hours=24))
    with pytest.raises(PlanStale, match="older than a day"):
        apply_plan(plan=plan, by=ana)
    plan.refresh_from_db()
    assert plan.status == "expired"


def test_a_plan_is_applied_once_and_undone_once(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana)
    with pytest.raises(WrongState):
        undo_plan(plan=plan, by=ana)
    apply_plan(plan=plan, by=ana)
    with pytest.raises(WrongState):
        apply_plan(plan=plan, by=ana)
    undo_plan(plan=plan, by=ana)
    for again in (undo_plan, apply_plan):
        with pytest.raises(WrongState):
            again(plan=plan, by=ana)


def test_the_desk_applies_and_undoes_what_a_therapist_planned(relapse, ana, desk):
    plan = propose_plan(episode=relapse, by=ana)
    assert apply_plan(plan=plan, by=desk).status == "applied"
    assert undo_plan(plan=plan, by=desk).status == "undone"


# --- undone ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["append", "catch_up"])
def test_undo_restores_every_field_but_version_and_sequence(relapse, weekly, ana, policy):
    Appointment.objects.filter(pk=weekly[0].pk).update(wants_other_time=True)
    before = rows()
    plan = propose_plan(episode=relapse, by=ana, policy=policy)
    apply_plan(plan=plan, by=ana)
    undo_plan(plan=plan, by=ana)
    assert rows() == before
    undone = Appointment.objects.get(pk=weekly[0].pk)
    assert (undone.sequence, undone.version) == (2, 4)
    assert [e.verb for e in undone.events.all()] == ["booked", "held", "moved", "plan-undone"]


def test_undo_takes_the_unsent_message_back_and_corrects_one_that_had_left(relapse, ana):
    plan = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=plan, by=ana)
    undo_plan(plan=plan, by=ana)
    assert Message.objects.get(kind="plan-applied").state == "cancelled"
    assert not Message.objects.filter(kind="plan-undone").exists()
    again = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=again, by=ana)
    Message.objects.filter(subject_id=again.pk, kind="plan-applied").update(state="sent", sent_at=timezone.now())
    undo_plan(plan=again, by=ana)
    assert Message.objects.get(kind="plan-undone").state == "waiting"
    assert not Message.objects.filter(
        kind="reminder", state="waiting", appointment_id__in=again.moves.values("appointment_id")
    ).exists()


def test_a_moved_visit_the_client_confirmed_is_put_back_too(relapse, weekly, ana):
    before = rows()
    plan = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=plan, by=ana)
    confirm_appointment(appointment=Appointment.objects.get(pk=weekly[0].pk), by=ana)
    undo_plan(plan=plan, by=ana)
    assert rows() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda visit, ana: move_appointment(appointment=visit, starts_at=at(14, days=60), by=ana),
        lambda visit, ana: cancel_appointment(appointment=visit, by=ana),
    ],
)
def test_undo_is_refused_naming_the_visit_that_was_changed_since(relapse, weekly, ana, change):
    plan = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=plan, by=ana)
    change(Appointment.objects.get(pk=weekly[1].pk), ana)
    before = rows()
    with pytest.raises(UndoConflict) as refused:
        undo_plan(plan=plan, by=ana)
    assert refused.value.more["appointments"] == [str(weekly[1].pk)]
    assert rows() == before


def test_undo_is_possible_until_the_first_moved_visit_begins(relapse, ana, time_machine):
    plan = propose_plan(episode=relapse, by=ana, policy="catch_up")
    apply_plan(plan=plan, by=ana)
    time_machine.move_to(min(m.starts_at for m in plan.moves.all()))
    with pytest.raises(UndoConflict, match="began"):
        undo_plan(plan=plan, by=ana)


def test_undo_does_not_need_the_old_time_because_a_held_visit_takes_none(relapse, weekly, ana, kofi, neuro_45):
    before = Appointment.objects.filter(pk=weekly[0].pk).values(*UNDONE).get()
    plan = propose_plan(episode=relapse, by=ana)
    apply_plan(plan=plan, by=ana)
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=weekly[0].starts_at, by=ana)
    undo_plan(plan=plan, by=ana)
    assert Appointment.objects.filter(pk=weekly[0].pk).values(*UNDONE).get() == before


# --- how much work -------------------------------------------------------------------------------------------------------


def test_a_plan_reads_the_diary_in_few_queries_whatever_the_number_of_visits(now, maria, ana, neuro_45):
    def counted(client, visits):
        book_series(
            client=client,
            therapist=ana,
            service=neuro_45,
            first_starts_at=at(9 if client == maria else 14),
            rhythm=Rhythm(1 if visits > 1 else 7, visits),
            by=ana,
            override_reason="every day",
        )
        episode = confirm(client, ana)
        with CaptureQueriesContext(connection) as seen:
            plan = propose_plan(episode=episode, by=ana)
        assert plan.moves.count() == visits
        return len(seen)

    assert counted(make_client(ana.practice, "Otto One"), 1) == counted(maria, 8) <= 25


def test_plans_are_seen_by_their_practice_alone(relapse, ana, lakeside_owner):
    propose_plan(episode=relapse, by=ana)
    assert not Plan.objects.visible_to(lakeside_owner).exists()
    assert rescheduling.__all__
