"""What an episode does to the diary: held in one act, kept with a reason, given back, never lost sight of."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.episodes import EpisodeGoesForward
from clients.models import Episode, Finding
from conftest import MONDAY, at
from practice.models import AuditEntry, Closure, Message, TimeOff
from practice.refusals import BadInput, NotAllowed
from sessions import booking, holds, rescheduling, restoring
from sessions.booking import book_appointment, confirm_appointment
from sessions.diary import SlotTaken
from sessions.models import Appointment, Hold
from sessions.objections import Contraindicated, OutsideWorkingHours, ReasonNeeded
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.states import VisitNotInState


@pytest.fixture
def weekly(now, maria, ana, neuro_45):
    return book_series(
        client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 4), by=ana
    )[1]


def confirm(client, by, kind="relapse", **facts):
    return holds.report_episode(
        client=client, kind=kind, onset_on=MONDAY - timedelta(days=2), status="confirmed", by=by, **facts
    )


def statuses(visits):
    return [Appointment.objects.get(pk=v.pk).status for v in visits]


def test_the_hold_runs_fourteen_days_from_confirmation_or_seven_from_the_last_steroid(weekly, maria, ana):
    effect = confirm(maria, ana, steroids_until=MONDAY + timedelta(days=10))
    assert effect.episode.hold_until == effect.episode.review_on == MONDAY + timedelta(days=17)
    assert statuses(weekly) == ["held", "held", "held", "booked"]


def test_a_visit_under_way_or_begun_stays_and_says_why(weekly, maria, ana, time_machine):
    time_machine.move_to(at(10, 40))
    booking.arrive(appointment=weekly[0], by=ana)
    effect = confirm(maria, ana)
    assert {v.pk: why for v, why in effect.kept}[weekly[0].pk] == "Already under way."
    assert statuses(weekly)[:2] == ["arrived", "held"]


def test_a_booked_visit_whose_time_has_begun_is_not_held(weekly, maria, ana, time_machine):
    time_machine.move_to(at(10, 40))
    effect = confirm(maria, ana)
    assert {v.pk: why for v, why in effect.kept}[weekly[0].pk] == "Its time has begun already."


def test_a_confirmed_visit_is_held_as_well_and_remembers_what_it_was(weekly, maria, ana):
    confirm_appointment(appointment=weekly[0], by=ana)
    confirm(maria, ana)
    assert Hold.objects.get(appointment=weekly[0]).status_before == "confirmed"


def test_holding_takes_every_waiting_message_back_and_says_so_once(weekly, maria, ana):
    confirm(maria, ana)
    held = [v.pk for v in weekly[:2]]
    of_them = Message.objects.filter(appointment_id__in=held).exclude(why__startswith="Booked less than")
    assert set(of_them.values_list("state", flat=True)) == {"cancelled"}
    told = Message.objects.get(kind="held")
    assert (told.state, told.to_address) == ("waiting", "maria@clients.example")
    assert Message.objects.filter(appointment_id=weekly[3].pk, state="waiting").exists()
    assert AuditEntry.objects.filter(verb="appointment_held").count() == 2


@pytest.mark.parametrize("kind", [k for k in Episode.Kind.values if k != "relapse"])
def test_other_episodes_hold_nothing_and_the_safety_check_speaks_instead(weekly, maria, ana, kind):
    effect = confirm(maria, ana, kind=kind)
    assert effect.held == []
    assert all("safety check" in why for _, why in effect.kept)
    assert set(statuses(weekly)) == {"booked"}


def test_the_desk_reports_but_does_not_confirm(weekly, maria, desk):
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=desk).episode
    for attempt in (
        lambda: holds.change_episode(episode=episode, status="confirmed", on=MONDAY, by=desk),
        lambda: holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=desk),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Episode.objects.get().status == "suspected"


def test_an_episode_only_goes_forward(weekly, maria, ana):
    episode = confirm(maria, ana).episode
    holds.change_episode(episode=episode, status="recovering", on=MONDAY, by=ana)
    for back in ("suspected", "confirmed", "recovering"):
        with pytest.raises(EpisodeGoesForward):
            holds.change_episode(episode=episode, status=back, on=MONDAY, by=ana)
    holds.change_episode(episode=episode, status="resolved", on=MONDAY, by=ana)
    with pytest.raises(EpisodeGoesForward):
        holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)


@pytest.mark.parametrize(
    "on, words", [(MONDAY + timedelta(days=1), "still to come"), (MONDAY - timedelta(days=9), "is earlier")]
)
def test_a_step_is_dated_between_the_onset_and_today(weekly, maria, ana, on, words):
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), by=ana).episode
    with pytest.raises(BadInput, match=words):
        holds.change_episode(episode=episode, status="confirmed", on=on, by=ana)


def test_a_second_report_says_more_until_somebody_confirms(weekly, maria, ana, desk):
    first = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, symptoms="left leg", by=desk)
    again = holds.report_episode(
        client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), symptoms="both legs", steroids_until=MONDAY,
        by=ana)
    assert (again.is_new, again.episode.pk) == (False, first.episode.pk)
    again.episode.refresh_from_db()
    assert (again.episode.onset_on, again.episode.steroids_until) == (MONDAY - timedelta(days=2), MONDAY)
    assert again.episode.symptoms == "left leg"
    said = again.episode.steps.exclude(note="").get()
    assert (said.by_name, said.note) == ("Ana Alves", "It began Sat 21 Nov, not Mon 23 Nov. both legs")
    confirm(maria, ana)
    late = holds.report_episode(
        client=maria, kind="relapse", onset_on=MONDAY, steroids_until=MONDAY + timedelta(days=30), by=desk
    )
    assert (late.episode.steroids_until, late.episode.hold_until) == (MONDAY, MONDAY + timedelta(days=14))


def test_a_relapse_thirty_days_after_the_last_is_a_new_one(weekly, maria, ana):
    def told(days):
        return holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=days), by=ana)

    assert [told(60).is_new, told(31).is_new, told(30).is_new, told(1).is_new, told(0).is_new] == [
        True,
        False,
        True,
        False,
        True,
    ]


# --- keeping, releasing, giving back -----------------------------------------------------------------------------


def test_a_kept_visit_stands_at_its_own_time_with_its_reminders(weekly, maria, ana):
    confirm(maria, ana)
    kept = restoring.keep_appointment(appointment=weekly[1], by=ana, reason="feet only, short")
    assert (kept.status, kept.starts_at, kept.keep_reason) == ("booked", weekly[1].starts_at, "feet only, short")
    assert Hold.objects.get(appointment=kept).outcome == "restored"
    assert Message.objects.filter(appointment_id=kept.pk, kind="reminder", state="waiting").exists()


def test_keeping_is_for_therapists_with_a_reason(weekly, maria, ana, desk):
    confirm(maria, ana)
    with pytest.raises(NotAllowed):
        restoring.keep_appointment(appointment=weekly[0], by=desk, reason="she feels fine")
    with pytest.raises(ReasonNeeded):
        restoring.keep_appointment(appointment=weekly[0], by=ana, reason="  ")
    assert statuses(weekly)[0] == "held"


def test_a_visit_whose_time_is_taken_or_past_cannot_be_kept(weekly, maria, ines, ana, neuro_45, time_machine):
    confirm(maria, ana)
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=ana)
    with pytest.raises(SlotTaken, match="is taken"):
        restoring.keep_appointment(appointment=weekly[0], by=ana, reason="x")
    time_machine.move_to(at(12, days=8))
    with pytest.raises(VisitNotInState, match="has passed"):
        restoring.keep_appointment(appointment=weekly[1], by=ana, reason="x")
    assert Hold.objects.filter(outcome="").count() == 2


def test_a_kept_visit_takes_another_room_where_its_own_is_taken(weekly, maria, ines, ana, ben, neuro_45, garden, room):
    confirm(maria, ana)
    book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(10, 30), room=room, by=ana)
    assert restoring.keep_appointment(appointment=weekly[0], by=ana, reason="x").room == garden


def test_nobody_keeps_a_visit_through_an_emergency(weekly, maria, ana):
    confirm(maria, ana)
    Finding.objects.create(practice=maria.practice, client=maria, finding="acute-stroke-signs", began_on=MONDAY)
    with pytest.raises(Contraindicated):
        restoring.keep_appointment(appointment=weekly[0], by=ana, reason="she insists")


def test_a_released_visit_is_cancelled_without_saying_why_to_the_desk(weekly, maria, ana, desk):
    confirm(maria, ana)
    released = restoring.release_appointment(appointment=weekly[0], by=desk)
    assert (released.status, released.cancel_reason) == ("cancelled", "other")
    assert Hold.objects.get(appointment=released).outcome == "cancelled"
    assert not Message.objects.filter(kind="cancelled").exists()
    with pytest.raises(VisitNotInState):
        restoring.release_appointment(appointment=released, by=desk)


def test_not_a_relapse_gives_back_what_is_free_and_the_rest_goes_to_a_plan(weekly, maria, ines, ana, neuro_45):
    episode = confirm(maria, ana).episode
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=ana)
    effect = holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    assert [v.pk for v in effect.restored] == [weekly[1].pk]
    assert [(v.pk, "is taken" in why) for v, why in effect.kept] == [(weekly[0].pk, True)]
    plan = rescheduling.propose_plan(episode=Episode.objects.get(), by=ana)
    assert plan.return_on == MONDAY, "a closed episode holds nothing any more"
    assert [m.appointment_id for m in plan.moves.all()] == [weekly[0].pk]


def test_not_a_relapse_does_not_fail_on_a_therapist_who_left(weekly, maria, ana, owner):
    episode = confirm(maria, ana).episode
    ana.is_active = False
    ana.save()
    effect = holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=owner)
    assert effect.restored == []
    assert ["does not give" in why for _, why in effect.kept] == [True, True]


def test_an_expired_request_is_no_obstacle_to_a_visit_coming_back(weekly, maria, ines, ana, neuro_45):
    episode = confirm(maria, ana).episode
    asked = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=ana)
    Appointment.objects.filter(pk=asked.pk).update(status="proposed", expires_at=timezone.now())
    assert len(holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana).restored) == 2


def test_a_plan_that_counted_on_a_visit_is_stale_once_it_is_kept_or_released(weekly, maria, ana):
    episode = confirm(maria, ana).episode
    for act in (
        lambda: restoring.keep_appointment(appointment=weekly[0], by=ana, reason="x"),
        lambda: restoring.release_appointment(appointment=weekly[1], by=ana),
    ):
        plan = rescheduling.propose_plan(episode=episode, by=ana)
        act()
        plan.refresh_from_db()
        assert plan.status == "stale"


def test_visits_on_hold_are_listed_by_review_date(weekly, maria, ana):
    confirm(maria, ana)
    assert [h.appointment_id for h in holds.visits_on_hold(maria)] == [v.pk for v in weekly[:2]]


def test_no_visit_comes_back_onto_a_closed_day_or_into_time_off(weekly, maria, ana, riverside):
    episode = confirm(maria, ana).episode
    Closure.objects.create(practice=riverside, first_on=weekly[0].wall_date, last_on=weekly[0].wall_date, name="Boiler")
    with pytest.raises(OutsideWorkingHours, match="closed on Tue 24 Nov: Boiler"):
        restoring.keep_appointment(appointment=weekly[0], by=ana, reason="feet only")
    TimeOff.objects.create(practice=riverside, therapist=ana, starts_at=weekly[1].starts_at, ends_at=weekly[1].ends_at)
    effect = holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    assert effect.restored == []
    assert [why for _, why in effect.kept] == [
        "The practice is closed on Tue 24 Nov: Boiler.",
        "Ana Alves is away then and works 09:00–10:30, 11:15–12:00, 13:00–17:00 that day."]


def test_a_held_visit_whose_break_was_cut_returns_to_exactly_the_time_it_had(weekly, maria, ines, ana, neuro_45):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(11, 20), by=ana, override_reason="far")
    confirm(maria, ana)
    kept = restoring.keep_appointment(appointment=weekly[0], by=ana, reason="She asked for it.")
    assert (kept.status, kept.starts_at, kept.occupied_until) == ("booked", at(10, 30), at(11, 20))
