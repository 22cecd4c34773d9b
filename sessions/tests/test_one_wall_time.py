"""In the weeks in which clocks change, a visit is at one time: on the page, in the mail, in the SMS and in the file."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from conftest import make_client, make_member, make_practice
from practice import clock, outbox
from practice.models import Message, Room, Service, WorkingHours
from practice.outbox import doors
from sessions.booking import book_appointment
from sessions.tests.test_series import ZONES


def change_in(zone):
    """A day of 2027 on which the clocks of this zone change."""
    noons = [datetime(2027, 1, 1, 12, tzinfo=clock.zone_of(zone)) + timedelta(days=n) for n in range(365)]
    return next(after.date() for before, after in pairwise(noons) if before.utcoffset() != after.utcoffset())


class Kept:
    """A door of the test that keeps its letters."""

    def __init__(self):
        self.letters = []

    def __call__(self):
        return self

    def hand_over(self, message, letter):
        self.letters.append((message.kind, letter))
        return ""

    def close(self):
        pass


def book_around_the_change(zone, travel):
    """A visit at 9:15 on the day after the clocks change, booked ten days before."""
    change = change_in(zone)
    travel.move_to(datetime.combine(change - timedelta(days=10), time(12), UTC), tick=False)
    practice = make_practice("Riverside Therapy", zone)
    ana = make_member(practice, "Ana Alves", "ana@riverside.example", "therapist")
    WorkingHours.objects.create(practice=practice, therapist=ana, weekday=(change + timedelta(days=1)).weekday(),
                                opens=time(6), closes=time(8, 59))
    Room.objects.create(practice=practice, name="River room")
    service = Service.objects.create(practice=practice, name="Neuro 45", minutes=45)
    client = make_client(practice, "Maria Lindqvist", time_zone="Asia/Tokyo")
    starts_at = clock.instant_of(change + timedelta(days=1), time(9, 15), zone)
    return book_appointment(client=client, therapist=ana, service=service, starts_at=starts_at, by=ana, override_reason="x")


@pytest.mark.parametrize("zone", ZONES)
def test_one_string_says_when_a_visit_is(db, zone, time_machine, monkeypatch, page):
    kept = Kept()
    monkeypatch.setitem(doors.DOORS, "email", kept)
    visit = book_around_the_change(zone, time_machine)
    said = f"{clock.said_date(visit.wall_date)}, 09:15"
    for due in Message.objects.filter(state="waiting").order_by("due_at").values_list("due_at", flat=True):
        time_machine.move_to(due + timedelta(minutes=1), tick=False)
        outbox.drain()
    assert [kind for kind, _ in kept.letters] == ["booked", "reminder", "reminder"]
    for _, letter in kept.letters:
        assert said in letter.subject
        assert said in letter.body
        assert said in letter.sms
    file = kept.letters[0][1].attachments[0].content.decode()
    assert f"DTSTART;TZID={zone}:{visit.wall_date:%Y%m%d}T091500" in file
    browser = page(visit.therapist)
    assert said in browser.get(f"/appointments/{visit.pk}/").content.decode()


@pytest.mark.parametrize("zone", ZONES)
def test_each_reminder_is_due_at_the_visits_hour_or_in_the_readers_morning(db, zone, time_machine):
    visit = book_around_the_change(zone, time_machine)
    for message in Message.objects.filter(kind="reminder"):
        days = int(message.start_version.partition("-")[2][:-1])
        wall = clock.wall_of(message.due_at, zone)[:2]
        own_hour = (visit.wall_date - timedelta(days=days), time(9, 15))
        reader = clock.wall_of(message.due_at, visit.client.zone)[1]
        assert wall == own_hour or (reader == time(8) and message.due_at > clock.instant_of(*own_hour, zone))
        assert time(8) <= reader < time(21)
    assert timezone.now() < visit.starts_at
