"""Changes to a series: this visit, this and those after it, all still to come; on the wall clock, all or none."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from conftest import MONDAY, at
from practice import clock
from practice.refusals import BadInput, Stale
from sessions.booking import book_appointment, cancel_appointment, move_appointment
from sessions.models import Appointment
from sessions.rescheduling import UndoConflict
from sessions.rhythm import Rhythm
from sessions.series import SeriesConflict, book_series
from sessions.series_changes import cancel_visits, move_visits
from sessions.states import VisitNotInState
from sessions.undoing import undo_act, undo_of

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def visits(now, maria, ana, neuro_45):
    return book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10, 30), rhythm=Rhythm(7, 4),
                       by=ana)[1]


def walls(series) -> list[tuple[date, time]]:
    rows = Appointment.objects.filter(series=series).order_by("starts_at")
    return [(row.wall_date, row.wall_time) for row in rows if not row.is_released]


def weekly(*days: int, hour: int = 10, minute: int = 30) -> list[tuple[date, time]]:
    return [(MONDAY + timedelta(days=day), time(hour, minute)) for day in days]


@pytest.mark.parametrize("scope, stand", [
    ("this", [*weekly(1), *weekly(9, hour=14, minute=0), *weekly(15, 22)]),
    ("following", [*weekly(1), *weekly(9, 16, 23, hour=14, minute=0)]),
    ("all", weekly(2, 9, 16, 23, hour=14, minute=0)),
])
def test_a_visit_takes_along_what_was_meant_by_the_same_days_and_minutes(visits, ana, scope, stand):
    moved = move_visits(appointment=visits[1], scope=scope, starts_at=at(14, days=9), by=ana)
    assert walls(visits[0].series) == stand
    assert {v.pk for v in moved} == {v.pk for v in visits[{"this": 1, "following": 1, "all": 0}[scope]:][
        :1 if scope == "this" else None]}
    assert {v.sequence for v in moved} == {1}


@pytest.mark.parametrize("days", [-7, 7])
def test_a_whole_week_earlier_or_later_no_visit_stands_in_the_way_of_the_next(visits, ana, days):
    cancel_appointment(appointment=visits[0], by=ana)
    move_visits(appointment=visits[1], scope="following", starts_at=at(11, days=8 + days), by=ana)
    assert walls(visits[0].series) == weekly(*(day + days for day in (8, 15, 22)), hour=11, minute=0)


def test_a_visit_that_was_moved_before_keeps_its_own_distance(visits, ana):
    move_appointment(appointment=visits[2], starts_at=at(9, days=16), by=ana)
    move_visits(appointment=visits[1], scope="following", starts_at=at(11, days=8), by=ana)
    assert walls(visits[0].series) == [
        *weekly(1), *weekly(8, hour=11, minute=0), *weekly(16, hour=9), *weekly(22, hour=11, minute=0)]


def test_where_one_cannot_go_none_does_and_each_that_cannot_is_named(visits, ana, ines, neuro_45):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14, days=16), by=ana)
    before = walls(visits[0].series)
    with pytest.raises(SeriesConflict, match=r"1 of 3 visits cannot move.*Tue 8 Dec, 10:30: Ana Alves is taken") as refused:
        move_visits(appointment=visits[1], scope="following", starts_at=at(14, days=9), by=ana)
    assert [d["code"] for d in refused.value.more["dates"]] == [None, "slot_taken", None]
    assert walls(visits[0].series) == before
    assert set(Appointment.objects.filter(series=visits[0].series).values_list("version", flat=True)) == {1}


def test_what_is_over_or_called_off_is_never_taken_along(visits, ana):
    cancel_appointment(appointment=visits[3], by=ana)
    moved = move_visits(appointment=visits[1], scope="all", starts_at=at(10, 30, days=9), by=ana)
    assert [v.pk for v in moved] == [v.pk for v in visits[:3]]
    with pytest.raises(VisitNotInState):
        move_visits(appointment=visits[3], scope="this", starts_at=at(10, 30, days=23), by=ana)
    with pytest.raises((VisitNotInState, SeriesConflict)):
        move_visits(appointment=visits[3], scope="all", starts_at=at(10, 30, days=23), by=ana)


def test_cancelling_from_one_visit_on_leaves_those_before_it(visits, ana):
    gone = cancel_visits(appointment=visits[2], scope="following", by=ana, reason="away")
    assert walls(visits[0].series) == weekly(1, 8)
    assert {(v.status, v.cancel_reason) for v in gone} == {("cancelled", "away")}


def test_a_series_read_before_somebody_changed_its_visit_is_refused_as_stale(visits, ana):
    move_appointment(appointment=visits[1], starts_at=at(9, days=8), by=ana)
    with pytest.raises(Stale):
        move_visits(appointment=visits[1], scope="all", starts_at=at(14, days=8), by=ana, expected_version=1)


def test_over_the_api_a_scope_moves_and_cancels_and_another_word_is_refused(visits, api, desk):
    url = f"/api/v1/appointments/{visits[1].pk}/"
    moved = api(desk).post(f"{url}move/", {"starts_at": clock.iso(at(14, days=8), "UTC"), "scope": "following"},
                           format="json")
    assert (moved.status_code, moved.json()["id"]) == (200, str(visits[1].pk))
    assert walls(visits[0].series) == [*weekly(1), *weekly(8, 15, 22, hour=14, minute=0)]
    assert api(desk).post(f"{url}cancel/", {"reason": "away", "scope": "all"}, format="json").status_code == 200
    assert walls(visits[0].series) == []
    odd = api(desk).post(f"{url}cancel/", {"scope": "some"}, format="json")
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (400, "/scope")


def test_one_undo_puts_the_whole_change_back_also_where_one_stood_in_anothers_old_place(visits, ana, page):
    before = walls(visits[0].series)
    moved = move_visits(appointment=visits[1], scope="following", starts_at=at(10, 30, days=15), by=ana)
    assert walls(visits[0].series) == weekly(1, 15, 22, 29)
    undo_act(appointment=moved[0], step=undo_of(moved[0]).step, by=ana)
    assert walls(visits[0].series) == before
    gone = cancel_visits(appointment=visits[0], scope="all", by=ana, reason="away")
    assert undo_of(gone[0]).words == "Maria Lindqvist, 4 visits cancelled."
    undo_act(appointment=gone[0], step=undo_of(gone[0]).step, by=ana)
    assert walls(visits[0].series) == before


def test_an_undo_of_several_is_refused_whole_where_one_old_time_was_taken_since(visits, ana, ines, neuro_45):
    moved = move_visits(appointment=visits[1], scope="following", starts_at=at(14, days=9), by=ana)
    after = walls(visits[0].series)
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30, days=15), by=ana)
    with pytest.raises(UndoConflict, match=r"Tue 8 Dec, 10:30, is not free any more. Nothing was put back"):
        undo_act(appointment=moved[0], step=undo_of(moved[0]).step, by=ana)
    assert walls(visits[0].series) == after


def test_the_page_asks_which_visits_are_meant_only_where_there_are_others(visits, page, desk, ines, ana, neuro_45):
    alone = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14, days=3), by=ana)
    browser = page(desk)
    assert "Which visits" not in browser.get(f"/appointments/{alone.pk}/").content.decode()
    url = f"/appointments/{visits[1].pk}/"
    assert "This visit and those after it" in browser.get(url).content.decode()
    look = browser.get(f"{url}move/", {"on": "2026-12-02", "at": "14:00", "scope": "following"}).content.decode()
    assert "3 visits move by 1 day and 3 hours 30 minutes:" in look and "Wed 16 Dec, 14:00" in look
    form = {"on": "2026-12-02", "at": "14:00", "therapist": ana.pk, "version": 1, "scope": "following"}
    done = browser.post(f"{url}move/", form, follow=True).content.decode()
    assert "3 visits moved" in done and "Undo" in done
    assert walls(visits[0].series) == [*weekly(1), *weekly(9, 16, 23, hour=14, minute=0)]
    twice = browser.post(f"{url}move/", form, follow=True).content.decode()
    assert "Moved already to" in twice and "changed this visit" not in twice
    browser.post(f"{url}cancel/", {"reason": "away", "scope": "following"})
    assert walls(visits[0].series) == weekly(1)


def test_the_look_names_each_visit_that_cannot_go_and_one_can_stay_where_it_is(visits, page, desk, ines, ana, neuro_45):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14, days=16), by=ana)
    browser, url = page(desk), f"/appointments/{visits[1].pk}/move/"
    wish = {"on": "2026-12-02", "at": "14:00", "scope": "following"}
    look = browser.get(url, wish).content.decode()
    assert "1 of 3 cannot go there" in look and "Tue 8 Dec, 10:30: Ana Alves is taken" in look
    assert ">Move</button>" not in look
    look = browser.get(url, wish | {"but": visits[2].pk}).content.decode()
    assert "2 visits move by" in look and "1 stays where it is" in look and ">Move</button>" in look
    browser.post(url, wish | {"but": visits[2].pk, "therapist": ana.pk, "version": 1})
    assert walls(visits[0].series) == [*weekly(1), *weekly(9, hour=14, minute=0), *weekly(15),
                                       *weekly(23, hour=14, minute=0)]


def test_one_undo_takes_a_whole_series_back(visits, ana):
    assert undo_of(visits[0]).words == "Maria Lindqvist, 4 visits booked."
    undo_act(appointment=visits[0], step=undo_of(visits[0]).step, by=ana)
    assert walls(visits[0].series) == []


def test_a_visit_still_to_come_is_not_moved_into_the_past(visits, ana):
    with pytest.raises(BadInput, match="can only be moved to a time still to come"):
        move_appointment(appointment=visits[1], starts_at=at(10, days=-7), by=ana, override_reason="typed wrong")
