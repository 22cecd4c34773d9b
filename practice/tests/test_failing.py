"""What cannot be delivered goes by another way the client agreed to; what waits follows a new address."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from clients.profiles import ReminderConsent, change_client
from conftest import make_client
from practice import outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said, doors
from practice.outbox.failing import OTHER_WAY_AFTER


class Refusing:
    """A door of the test: refuses as told, keeps what it took."""

    def __init__(self):
        self.taken, self.refusal = [], None

    def __call__(self):
        return self

    def hand_over(self, message, letter):
        if self.refusal:
            raise self.refusal
        self.taken.append(message.to_address)
        return ""

    def close(self):
        pass


@pytest.fixture
def ways_out(now, monkeypatch):
    """Both channels, each to be refused as the test says."""
    found = {channel: Refusing() for channel in ("email", "sms")}
    for channel, door in found.items():
        monkeypatch.setitem(doors.DOORS, channel, door)
    monkeypatch.setitem(wording._texts("en"), "trial", wording.Text("Subject", "Hello", "Hello"))
    kind = Kind("trial", "Trial", lambda message: None, lambda message: Said({}, "Maria"))
    monkeypatch.setitem(outbox.KINDS, "trial", kind)
    return found


@pytest.fixture
def both(riverside):
    return make_client(riverside, "Maria Lindqvist", channels=["email", "sms"], phone="+12065550123")


def queue(client, **fields):
    fields = {"to_address": client.email, "due_at": timezone.now(), "why": "A trial.", "client_id": client.pk} | fields
    return outbox.queue_message(practice=client.practice, kind="trial", subject_id=uuid4(), **fields)


def told(**where):
    return [tuple(row) for row in Message.objects.filter(**where).order_by("pk").values_list("channel", "state", "why")]


def test_what_is_refused_for_good_goes_by_the_other_way_at_once(ways_out, both):
    message = queue(both, useful_until=timezone.now() + timedelta(hours=1))
    ways_out["email"].refusal = doors.NotTaken("No such person (550).", for_good=True)
    assert outbox.drain() == {"failed": 1, "sent": 1}
    assert ways_out["sms"].taken == ["+12065550123"]
    assert told() == [("email", "failed", "No such person (550). It goes by SMS instead."),
                      ("sms", "sent", "It could not be delivered by e-mail.")]
    assert Message.objects.get(channel="sms").instead_of == message
    assert not outbox.not_delivered().exists(), "nobody has to be rung"


def test_where_every_way_fails_somebody_rings(ways_out, both):
    queue(both)
    for door in ways_out.values():
        door.refusal = doors.NotTaken("Refused.", for_good=True)
    assert outbox.drain() == {"failed": 2}
    assert [m.channel for m in outbox.not_delivered()] == ["sms"]


def test_a_channel_that_is_down_for_an_hour_is_left_for_the_other(ways_out, both, time_machine):
    message = queue(both)
    ways_out["email"].refusal = doors.NotTaken("Down.")
    began = timezone.now()
    for _ in range(OTHER_WAY_AFTER - 1):
        assert outbox.drain() == {"postponed": 1}
        message.refresh_from_db()
        time_machine.move_to(message.claimed_until + timedelta(seconds=1))
    assert outbox.drain() == {"failed": 1, "sent": 1}
    assert ways_out["sms"].taken == ["+12065550123"]
    assert timedelta(minutes=20) < timezone.now() - began < timedelta(hours=1)


@pytest.mark.parametrize("lacks", ["another way", "use", "a client"])
def test_without_another_way_it_stays_on_the_list(ways_out, both, lacks):
    message = queue(both, client_id=None if lacks == "a client" else both.pk)
    outbox.drain()
    if lacks == "another way":
        both.channels = ["email"]
        both.save()
    if lacks == "use":
        Message.objects.update(useful_until=timezone.now())
    assert outbox.came_back(message, "Mailbox full.", timezone.now()) is None
    assert list(outbox.not_delivered()) == [message]


def test_a_mail_that_came_back_after_it_was_sent_goes_by_the_other_way_once(ways_out, both):
    message = queue(both)
    outbox.drain()
    at = timezone.now() + timedelta(minutes=3)
    instead = outbox.came_back(message, "No such mailbox.", at)
    assert instead.instead_of_id == message.pk
    message.refresh_from_db()
    assert (message.state, message.delivery, message.delivery_at) == ("failed", "bounced", at)
    assert outbox.came_back(message, "No such mailbox.", at) is None, "said twice"
    assert outbox.drain() == {"sent": 1}
    assert outbox.came_back(instead, "Unknown number.", at) is None, "never back to the way that failed"
    assert [m.channel for m in outbox.not_delivered()] == ["sms"]


def test_what_waits_follows_to_a_new_address(ways_out, both, owner):
    queue(both, due_at=timezone.now() + timedelta(days=1))
    doctors = queue(both, to_address="doctor@clinic.example", due_at=timezone.now() + timedelta(days=1))
    change_client(client=both, by=owner, email="new@clients.example")
    assert set(Message.objects.filter(state="waiting").values_list("to_address", flat=True)) == {
        "new@clients.example", "doctor@clinic.example"}
    change_client(client=both, by=owner, email="maria@clients.example")
    assert set(Message.objects.filter(state="waiting").values_list("to_address", flat=True)) == {
        "maria@clients.example", "doctor@clinic.example"}
    assert doctors.state == "waiting"


def test_what_waits_goes_by_the_way_that_is_left_or_not_at_all(ways_out, both, owner):
    queue(both, due_at=timezone.now() + timedelta(days=1))
    change_client(client=both, by=owner, channels=["sms"])
    assert told() == [("email", "cancelled", "The client wishes no e-mail any more: it goes by SMS."),
                      ("sms", "waiting", "A trial.")]
    change_client(client=both, by=owner, reminder_consent=None)
    assert told(channel="sms") == [
        ("sms", "cancelled", "The client does not wish to be written to by SMS any more.")]
    change_client(client=both, by=owner, reminder_consent=ReminderConsent(both.created_at.date(), "by phone"))
    assert outbox.drain() == {}
