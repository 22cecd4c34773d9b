"""What the owner says about prices, hours, closed days: read as people type it, refused in words, the past kept."""

from datetime import date, time, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import MONDAY, at
from practice import closures, hours, stretches
from practice.access import Role
from practice.models import AuditEntry, Closure, DayHours, Membership, Service, Skill, TimeOff, WorkingHours
from practice.money import CURRENCIES, price_from, said_price, typed_price
from practice.offers import Offer, add_service, change_currency, set_in_use, set_skills
from practice.refusals import BadInput, NotAllowed
from practice.stretches import Validity, left_of
from practice.tests.sizes import size

DAY = timedelta(days=1)
NEXT_MONDAY = MONDAY + 7 * DAY
DATES = st.dates(date(2026, 1, 1), date(2027, 12, 31))
WALLS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000_000), st.sampled_from(sorted(CURRENCIES)))
def test_a_price_typed_as_it_stands_in_the_field_is_the_same_price(price, currency):
    assert price_from(typed_price(price, currency), currency) == price


@pytest.mark.parametrize("price, currency, said", [
    (6500, "GBP", "£65"), (6550, "EUR", "€65.50"), (6500, "JPY", "¥6,500"), (12345, "KWD", "KWD 12.345"), (None, "USD", "")])  # fmt: skip
def test_a_price_is_said_in_its_currency(price, currency, said):
    assert said_price(price, currency) == said


@pytest.mark.parametrize("typed, currency", [("-5", "EUR"), ("65.505", "EUR"), ("65.5", "JPY"), ("free", "EUR"), ("٦٥", "EUR"), ("999999999", "EUR")])  # fmt: skip
def test_what_is_no_price_is_refused_in_words(typed, currency):
    with pytest.raises(ValueError, match="price"):
        price_from(typed, currency)


@settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(WALLS, WALLS), max_size=5))
def test_stretches_are_taken_in_order_or_refused_in_words_and_never_overlap(typed):
    try:
        found = stretches.stretches_from(stretches.said(typed))
    except ValueError as refused:
        assert any(closes <= opens for opens, closes in typed) or "overlap" in str(refused)
        return
    assert found == sorted(typed)
    assert all(opens < closes for opens, closes in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))


@pytest.mark.parametrize("typed, words", [
    ("17-9", "09:00 is before 17:00"), ("9-9", "no time at all"), ("9-12, 11-14", "overlap"), ("mornings", "not understood"), ("9-25", "not a time")])  # fmt: skip
def test_hours_that_cannot_be_are_refused_in_words(typed, words):
    with pytest.raises(ValueError, match=words):
        stretches.stretches_from(typed)


def test_hours_are_read_however_people_write_them():
    assert stretches.stretches_from("13.00 – 17h30 and 9-12:15") == [(time(9), time(12, 15)), (time(13), time(17, 30))]


@settings(max_examples=size(60, 1_000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.none() | DATES, st.none() | DATES, DATES, st.none() | DATES, DATES)
def test_a_change_of_hours_takes_its_own_days_and_no_others(held_since, held_until, since, until, day):
    held, taken = Validity(held_since, held_until), Validity(since, until)
    if (held_since and held_until and held_until < held_since) or (until and until < since):
        return

    def holds(validity):
        return (validity.since is None or validity.since <= day) and (validity.until is None or day <= validity.until)

    assert any(map(holds, left_of(held, since, until))) == (holds(held) and not holds(taken))


def week(opens, closes):
    return {day: [(time(opens), time(closes))] for day in range(5)}


def said_on(therapist, day):
    found = Membership.objects.get(pk=therapist.pk).hours_on(day)
    return [(row.opens, row.closes) for row in found if row.weekday == day.weekday()]


def test_new_weekly_hours_keep_the_days_before_and_come_back_after_their_end(now, owner, ana):
    before = said_on(ana, MONDAY)
    hours.set_weekly_hours(therapist=ana, week=week(10, 15), since=NEXT_MONDAY, until=NEXT_MONDAY + 6 * DAY, by=owner)
    assert said_on(ana, NEXT_MONDAY - 7 * DAY) == before == said_on(ana, NEXT_MONDAY + 7 * DAY)
    assert said_on(ana, NEXT_MONDAY) == [(time(10), time(15))]
    hours.set_weekly_hours(therapist=ana, week=week(8, 11), since=NEXT_MONDAY + 2 * DAY, by=owner)
    assert [said_on(ana, NEXT_MONDAY + n * DAY) for n in (0, 2, 30)] == [
        [(time(10), time(15))], [(time(8), time(11))], [(time(8), time(11))]]
    assert not WorkingHours.objects.filter(therapist=ana, valid_from__gt=NEXT_MONDAY + 2 * DAY).exists()


def test_hours_are_refused_for_the_past_in_the_wrong_order_and_by_anybody_else(now, owner, ana, desk, lakeside_owner):
    with pytest.raises(BadInput, match="has passed"):
        hours.set_weekly_hours(therapist=ana, week=week(9, 17), since=MONDAY - DAY, by=owner)
    with pytest.raises(BadInput, match="lies before"):
        hours.set_weekly_hours(therapist=ana, week=week(9, 17), since=NEXT_MONDAY, until=MONDAY, by=owner)
    with pytest.raises(BadInput, match="overlap") as refused:
        hours.set_weekly_hours(therapist=ana, week={2: [(time(9), time(12)), (time(11), time(13))]}, since=MONDAY, by=owner)
    assert refused.value.field == "day_2"
    for member in (ana, desk, lakeside_owner):
        with pytest.raises(NotAllowed):
            hours.set_weekly_hours(therapist=ana, week=week(9, 17), since=MONDAY, by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkingHours.objects.create(practice=ana.practice, therapist=ana, weekday=1, opens=time(9), closes=time(12),
                                    valid_from=NEXT_MONDAY, valid_until=MONDAY)


def test_hours_of_one_date_take_the_place_of_what_was_said_before(now, owner, ana):
    hours.set_day_hours(therapist=ana, on=NEXT_MONDAY, stretches_=[(time(10), time(12)), (time(14), time(20))], by=owner)
    hours.set_day_hours(therapist=ana, on=NEXT_MONDAY, stretches_=[(time(10), time(11))], by=owner)
    assert [(row.opens, row.closes) for row in DayHours.objects.all()] == [(time(10), time(11))]
    hours.drop_day_hours(therapist=ana, on=NEXT_MONDAY, by=owner)
    assert not DayHours.objects.exists()
    with pytest.raises(BadInput, match="time off"):
        hours.set_day_hours(therapist=ana, on=NEXT_MONDAY, stretches_=[], by=owner)


@pytest.mark.parametrize("on, opens, words", [
    (date(2027, 3, 14), time(2, 30), "does not exist"), (date(2027, 11, 7), time(1, 30), "comes twice")])  # fmt: skip
def test_hours_the_clocks_skip_or_repeat_are_refused_in_words(now, owner, ana, on, opens, words):
    with pytest.raises(BadInput, match=words) as refused:
        hours.set_day_hours(therapist=ana, on=on, stretches_=[(opens, time(9))], by=owner)
    assert "Say which" not in refused.value.detail, "nobody is asked what cannot be answered here"


def test_time_off_is_entered_once_by_whoever_may(now, owner, ana, ben, desk, lakeside_owner):
    span = {"starts_at": at(0), "ends_at": at(0, days=3)}
    first = hours.enter_time_off(therapist=ana, by=desk, reason="Course", **span)
    assert hours.enter_time_off(therapist=ana, by=ana, **span) == first
    assert AuditEntry.objects.filter(verb="time_off_entered").count() == 1
    assert first.said == "Tue 24 Nov to Wed 25 Nov"
    for member in (ben, lakeside_owner):
        with pytest.raises(NotAllowed):
            hours.enter_time_off(therapist=ana, by=member, **span)
    with pytest.raises(BadInput, match="ends after it begins"):
        hours.enter_time_off(therapist=ana, by=owner, starts_at=at(12), ends_at=at(12))
    with pytest.raises(BadInput, match="has passed"):
        hours.enter_time_off(therapist=ana, by=owner, starts_at=at(0, days=-3), ends_at=at(0, days=-2))
    with pytest.raises(BadInput, match="two years"):
        hours.enter_time_off(therapist=ana, by=owner, starts_at=at(0), ends_at=at(0, days=800))
    with pytest.raises(BadInput, match="gives no sessions"):
        hours.enter_time_off(therapist=desk, by=owner, **span)
    hours.take_back_time_off(time_off=first, by=desk)
    assert not TimeOff.objects.exists()


def test_the_ticked_public_holidays_are_closed_on_once_and_opened_again(now, riverside, owner):
    closures.set_place(practice=riverside, country="US", region="NY", by=owner)
    thanksgiving, christmas = date(2026, 11, 26), date(2026, 12, 25)
    closures.close_practice(practice=riverside, first=christmas, last=christmas + 7 * DAY, name="Winter break", by=owner)
    for _ in range(2):
        closures.close_on_holidays(practice=riverside, days={thanksgiving, date(2027, 1, 18)}, by=owner)
    named = dict(Closure.objects.filter(is_public_holiday=True).values_list("first_on", "name"))
    assert named == {thanksgiving: "Thanksgiving Day", date(2027, 1, 18): "Martin Luther King Jr. Day"}
    ahead = {holiday.on: holiday for holiday in closures.holidays_ahead(riverside)}
    assert ahead[christmas].is_fixed and not ahead[thanksgiving].is_fixed
    assert max(ahead) <= MONDAY + closures.LOOKS_AHEAD and min(ahead) >= MONDAY
    closures.close_on_holidays(practice=riverside, days=set(), by=owner)
    assert list(Closure.objects.values_list("name", flat=True)) == ["Winter break"]
    with pytest.raises(BadInput, match="Choose from the list"):
        closures.close_on_holidays(practice=riverside, days={MONDAY}, by=owner)
    with pytest.raises(BadInput, match="part of this country"):
        closures.set_place(practice=riverside, country="DE", region="NY", by=owner)


@pytest.mark.parametrize("first, last, name, words", [
    (5, 4, "Break", "lies before"), (-5, -4, "Break", "passed"), (1, 900, "Break", "year at most"), (1, 2, " - ", "Write what")])  # fmt: skip
def test_closed_days_that_cannot_be_are_refused_in_words(now, riverside, owner, first, last, name, words):
    with pytest.raises(BadInput, match=words):
        closures.close_practice(practice=riverside, first=MONDAY + first * DAY, last=MONDAY + last * DAY, name=name, by=owner)
    assert not Closure.objects.exists()


def test_a_closure_entered_twice_is_one_row(now, riverside, owner):
    same = [closures.close_practice(practice=riverside, first=MONDAY, last=MONDAY + DAY, name="Move", by=owner) for _ in "ab"]
    assert same[0] == same[1] and Closure.objects.count() == 1


def test_a_service_takes_only_its_own_practices_people_and_rooms_and_a_name_of_its_own(
        riverside, owner, neuro_45, lakeside_owner, ana):
    with pytest.raises(BadInput, match="own practice"):
        add_service(practice=riverside, offer=Offer("Long", 90, therapists=(lakeside_owner,)), by=owner)
    with pytest.raises(BadInput, match="there already"):
        add_service(practice=riverside, offer=Offer("neuro  45", 90), by=owner)
    for minutes, before, field in ((0, 0, "minutes"), (-45, 0, "minutes"), (45, -5, "buffer_before")):
        with pytest.raises(BadInput) as refused:
            add_service(practice=riverside, offer=Offer("Long", minutes, before), by=owner)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        add_service(practice=riverside, offer=Offer("Long", 90), by=ana)
    assert Service.objects.count() == 1
    set_in_use(row=neuro_45, is_active=False, by=owner)
    assert add_service(practice=riverside, offer=Offer("Neuro 45", 50), by=owner).is_active, "a retired one frees its name"


def test_a_skill_is_named_once_and_goes_with_the_last_who_has_it(riverside, owner, ana, ben, neuro_45):
    set_skills(therapist=ana, skills=["Lymph drainage"], by=owner)
    set_skills(therapist=ben, skills=["LYMPH  drainage", "Cupping"], by=owner)
    assert list(Skill.objects.values_list("name", flat=True)) == ["Cupping", "Lymph drainage"]
    set_skills(therapist=ben, skills=[], by=owner)
    assert list(Skill.objects.values_list("name", flat=True)) == ["Lymph drainage"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Skill.objects.create(practice=riverside, name="lymph DRAINAGE")


def test_prices_are_not_turned_into_other_amounts_by_another_currency(riverside, owner, neuro_45):
    neuro_45.price = 6500
    neuro_45.save()
    change_currency(practice=riverside, currency="GBP", by=owner)
    with pytest.raises(BadInput, match="Take the prices"):
        change_currency(practice=riverside, currency="JPY", by=owner)
    assert owner.role == Role.OWNER and said_price(neuro_45.price, riverside.currency) == "£65"
