"""A query composed once answers what Django's own would, whatever values it is asked with later."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conftest import make_member
from practice.composed import Composed, as_date, as_id, as_instant, as_time
from practice.models import Closure, TimeOff, WorkingHours

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
    assert len(asked._kept) == 2, "one for one id, one for up to four"


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
