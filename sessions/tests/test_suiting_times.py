"""Which open times suit a client best: between two doses, mid-morning for who tires, not on a day of an infusion."""

from datetime import date, time, timedelta

import pytest

from clients.medicines import record_medicine
from clients.models import Finding
from clients.suiting_times import MID_MORNING, suiting_times
from conftest import MONDAY
from sessions.supply import find_open_slots

WEEK_ON = MONDAY + timedelta(days=7)


@pytest.fixture
def search(now, neuro_45, ana):
    def best(client, first=MONDAY + timedelta(days=1), last=WEEK_ON):
        return find_open_slots(service=neuro_45, first=first, last=last, client=client)

    return best


def test_somebody_with_parkinsons_is_offered_the_hour_after_a_dose_and_told_so_without_a_word_of_it(search, joao, ana):
    record_medicine(client=joao, name="Sinemet", times=[time(8), time(13)], by=ana)
    first, *_ = search(joao)
    assert f"{first.starts_at:%H:%M}" == "14:00", "09:00 in New York, an hour after the dose at eight"
    assert first.why == ("inside the suggested time 09:00-10:00",)


def test_who_tires_quickly_is_offered_the_middle_of_the_morning(search, maria, ana):
    assert suiting_times(maria, MONDAY, WEEK_ON).hours == (), "no diagnosis alone shapes the day"
    Finding.objects.create(practice=maria.practice, client=maria, finding="fatigue", began_on=date(2026, 1, 1))
    assert suiting_times(maria, MONDAY, WEEK_ON).hours == (MID_MORNING,)
    assert search(maria)[0].why == ("inside the suggested time 09:30-11:30",)
    Finding.objects.update(ended_on=MONDAY - timedelta(days=1))
    assert suiting_times(maria, MONDAY, WEEK_ON).hours == ()


def test_hours_the_client_asked_for_go_before_any_suggestion(search, maria, ana):
    Finding.objects.create(practice=maria.practice, client=maria, finding="fatigue", began_on=date(2026, 1, 1))
    maria.preferences = {"windows": [["15:00", "17:00"]]}
    maria.save()
    assert search(maria)[0].why == ("inside the preferred window 15:00-17:00",)


def test_the_day_of_an_infusion_and_the_day_after_come_last_and_say_so(search, maria, ana):
    record_medicine(client=maria, name="Ocrelizumab", by=ana, last_given_on=MONDAY - timedelta(days=26), every_days=28)
    found = search(maria)
    days = list(dict.fromkeys(slot.starts_at.date() for slot in found))
    assert days[-2:] == [MONDAY + timedelta(days=2), MONDAY + timedelta(days=3)]
    assert found[-1].why == ("a day to avoid for them",)


def test_an_infusion_that_ended_or_has_no_day_keeps_nothing_free(search, maria, ana):
    record_medicine(client=maria, name="Ocrelizumab", by=ana)
    record_medicine(client=maria, name="Tysabri", by=ana, last_given_on=MONDAY - timedelta(days=26), every_days=28,
                    ended_on=MONDAY)
    assert suiting_times(maria, MONDAY, WEEK_ON).days_to_avoid == frozenset()
