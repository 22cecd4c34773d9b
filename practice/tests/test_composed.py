"""A query composed once answers what Django's own would, whatever values it is asked with later."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from conftest import make_member
from practice.composed import Composed, ComposedRows, as_date, as_id, as_instant, as_time, write_fields
from practice.models import Closure, Membership, TimeOff, WorkingHours

DAY = date(2026, 12, 24)
NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)


@pytest.fixture
def asked():
    return Composed(lambda who, since, until: TimeOff.objects.filter(
        therapist__in=who, starts_at__gte=since, ends_at__lte=until).order_by("starts_at").values_list(
        "therapist_id", "starts_at", "reason"))


def test_the_same_question_with_other_values_is_composed_once_and_answers_only_for_them(asked, ana, ben, riverside):
    for n, member in enumerate((ana, ben, ana)):
        TimeOff.objects.create(practice=riverside, therapist=member, starts_at=NOON + timedelta(days=n),
                               ends_at=NOON + timedelta(days=n, hours=1), reason=f"{n}")
    cara = make_member(riverside, "Cara", "cara@riverside.example", "therapist")
    always = (NOON - timedelta(days=9), NOON + timedelta(days=9))
    assert [reason for *_, reason in asked([ana.pk, ben.pk, cara.pk], *always)] == ["0", "1", "2"]
    assert [reason for *_, reason in asked([cara.pk, ana.pk, cara.pk, cara.pk], *always)] == ["0", "2"]
    assert asked([ben.pk], NOON, NOON) == []
    assert [(as_id(who), as_instant(at)) for who, at, _ in asked([ben.pk], *always)] == [
        (ben.pk, NOON + timedelta(days=1))]
    assert asked([], *always) == []
    assert len(asked._kept) == 1, "however many ids"


def test_equal_values_in_several_places_are_kept_apart(riverside):
    Closure.objects.create(practice=riverside, first_on=DAY, last_on=DAY, name="Eve")
    between = Composed(lambda practice, first, last: Closure.objects.filter(
        practice=practice, last_on__gte=first, first_on__lte=last).values_list("first_on", "name"))
    assert between(riverside.pk, DAY, DAY) == between(riverside.pk, DAY, DAY + timedelta(days=3))
    assert [(as_date(on), name) for on, name in between(riverside.pk, DAY, DAY)] == [(DAY, "Eve")]
    assert between(riverside.pk, DAY + timedelta(days=1), DAY) == between(uuid4(), DAY, DAY) == []


def test_a_question_costs_one_statement_and_times_come_as_times(ana):
    hours = Composed(lambda who: WorkingHours.objects.filter(therapist=who, weekday=0).values_list("opens"))
    with CaptureQueriesContext(connection) as seen:
        assert {as_time(opens) for (opens,) in hours(ana.pk)} == {time(9), time(13)}
    assert len(seen) == 1


def test_rows_of_a_model_come_as_its_instances_with_what_is_joined(ana, ben):
    named = ComposedRows(lambda ids, role: Membership.objects.filter(pk__in=ids, role=role).select_related(
        "user", "practice").annotate(hours=Count("working_hours")).order_by("user__name"))
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            rows = named([ana.pk, ben.pk], "therapist")
            assert [(row.user.name, row.practice.name, row.hours) for row in rows] == [
                (m.user.name, "Riverside Therapy", m.working_hours.count()) for m in sorted((ana, ben), key=str)]
        assert len(seen) == 3, "one for the rows, and the two counts of this test"
    assert named([ana.pk], "desk") == []
    assert rows[0] == Membership.objects.get(pk=rows[0].pk)
    assert not rows[0]._state.adding


def test_writing_fields_says_whether_the_row_was_there_and_touches_no_other(riverside):
    eve = Closure.objects.create(practice=riverside, first_on=DAY, last_on=DAY, name="Eve")
    eve.name, eve.last_on = "Christmas", DAY + timedelta(days=1)
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert write_fields(eve, ["name"])
        assert len(seen) == 1
    eve.refresh_from_db()
    assert (eve.name, eve.last_on) == ("Christmas", DAY)
    eve.pk = uuid4()
    assert not write_fields(eve, ["name"])
