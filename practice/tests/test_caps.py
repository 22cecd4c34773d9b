"""At most one a day and three in any seven days, told together; a reminder goes before everything else."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from conftest import make_client
from practice import clock, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said, caps, delivery, doors
from practice.outbox.pump import _claim

DAY = timedelta(days=1)


class Taken:
    """A door of the test that keeps what it took."""

    def __init__(self):
        self.letters = []

    def __call__(self):
        return self

    def hand_over(self, message, letter):
        self.letters.append((message.to_address, letter))
        return ""

    def copy(self, message, letter):
        return [f"Copy to {address}." for address in letter.copies]

    def close(self):
        pass


@pytest.fixture
def door(now, monkeypatch):
    """Three kinds: a reminder, something less urgent, and the answer to somebody's own act."""
    taken = Taken()
    monkeypatch.setitem(doors.DOORS, "email", taken)
    monkeypatch.setitem(doors.DOORS, "sms", taken)
    for code, marks in {"first": {"counts": True, "goes_first": True}, "second": {"counts": True}, "answer": {}}.items():
        kind = Kind(code, code.title(), lambda m: None, _said, **marks)
        monkeypatch.setitem(outbox.KINDS, code, kind)
    for code in ("first", "second", "answer"):
        text = f"{code.title()} about {{what}}."
        monkeypatch.setitem(wording._texts("en"), code, wording.Text(f"{code.title()}: {{what}}", text, text))
    return taken


def _said(message):
    return Said({"what": message.start_version}, "Maria", copies=("carer@x.example",) if message.kind == "first" else ())


@pytest.fixture
def client(riverside):
    return make_client(riverside, "Maria Lindqvist", channels=["email", "sms"], phone="+12065550123")


def queue(client, kind="second", what="the weather", *, after=timedelta(), notice=timedelta(days=30), **fields):
    due = timezone.now() + after
    fields = {"to_address": client.email, "client_id": client.pk} | fields
    return outbox.queue_message(practice=client.practice, kind=kind, subject_id=uuid4(), due_at=due, why="A trial.",
                                start_version=what, useful_until=due + notice, **fields)


def told(message):
    message.refresh_from_db()
    return message.state, message.why


# --- the arithmetic -----------------------------------------------------------------------------------------------


def days(*numbers):
    return [date(2026, 11, 1) + timedelta(days=n) for n in numbers]


@pytest.mark.parametrize("on, taken, promised, is_free", [
    (10, [], [], True), (10, [10], [], False), (10, [4, 5], [], True), (10, [4, 5, 6], [], False),
    (10, [3, 4, 5], [], True), (10, [5], [11, 12], True), (10, [5, 6], [11], False), (10, [5], [12], True), (10, [], [10, 11, 12], True),
    (10, [], [11, 12, 13], False), (10, [], [11, 16], True), (10, [4], [11, 16], True), (10, [8], [11, 14], False)])  # fmt: skip
def test_a_day_is_free_when_no_seven_days_around_it_become_too_full(on, taken, promised, is_free):
    fitting = caps.fits(days(on)[0], days(*taken), days(*promised), per_day=1, per_week=3)
    assert fitting is is_free


def test_the_next_free_day_is_the_first_that_fits():
    assert caps.next_day(days(10)[0], days(8, 9, 10), [], per_day=1, per_week=3) == days(15)[0]
    assert caps.next_day(days(10)[0], days(10), days(12), per_day=1, per_week=3) == days(11)[0]


# --- bundles --------------------------------------------------------------------------------------------------------


def test_what_is_due_on_one_day_leaves_as_one_message(client, door):
    late = queue(client, what="soreness", after=timedelta(hours=6))
    first = queue(client, "first", "Thursday")
    tomorrow = queue(client, what="tomorrow", after=DAY)
    assert outbox.drain() == {"sent": 2}
    (_, letter), = door.letters
    assert letter.subject == "First: Thursday, and more"
    assert letter.body == (
        "Hello Maria,\n\nFirst about Thursday.\n\nSecond about soreness.\n\nQuestions? Call +1 206 555 0100.\nRiverside Therapy\n")
    assert "First about Thursday." in letter.copied
    assert "soreness" not in letter.copied, "carers read what is for them"
    assert "First about Thursday. Second about soreness." in letter.sms
    assert told(late) == ("sent", "A trial. It left in one message with another.")
    assert late.told_with == first
    first.refresh_from_db()
    assert (first.told_with, first.counted_on, late.counted_on) == (None, date(2026, 11, 23), None)
    assert told(tomorrow)[0] == "waiting"


def test_an_answer_leaves_at_once_on_its_own_and_takes_no_place(client, door):
    for n in range(5):
        queue(client, "answer", str(n))
    queue(client)
    assert outbox.drain() == {"sent": 6}
    assert len(door.letters) == 6
    assert Message.objects.filter(counted_on__isnull=False).count() == 1


def test_one_that_cannot_be_written_does_not_keep_the_others_of_its_bundle(client, door, monkeypatch):
    bad, good = queue(client, what="bad"), queue(client, "first", "good")

    def says(message):
        if message.start_version == "bad":
            raise LookupError("erased")
        return _said(message)

    monkeypatch.setitem(outbox.KINDS, "second", Kind("second", "Second", lambda m: None, says, counts=True))
    outbox.drain()
    assert (told(bad)[0], told(good)[0]) == ("failed", "sent")
    assert [letter.subject for _, letter in door.letters] == ["First: good"]


def test_two_to_one_client_by_different_ways_are_still_one_a_day(client, door):
    queue(client, "first", "by mail")
    other = queue(client, what="by text", channel="sms", to_address=client.phone)
    assert outbox.drain() == {"sent": 1, "postponed": 1}
    assert told(other) == ("waiting", "A trial. · At most 1 a day and 3 in seven days: not before Tue 24 Nov.")


# --- caps -----------------------------------------------------------------------------------------------------------


def live(time_machine, client, count, **fields):
    """A message a day, drained each morning and noon; answers on which days something left."""
    began, left = timezone.now(), []
    for day in range(count):
        time_machine.move_to(began + day * DAY)
        queue(client, what=str(day), **fields)
        before = Message.objects.filter(told_with=None, state="sent").count()
        outbox.drain()
        left += [day] * (Message.objects.filter(told_with=None, state="sent").count() - before)
    return left


def test_three_in_any_seven_days_and_the_rest_together_with_what_may_leave(client, door, time_machine):
    left = live(time_machine, client, 15)
    assert left == [0, 1, 2, 7, 8, 9, 14]
    assert Message.objects.filter(state="sent").count() == 15, "nothing was lost: what waited left with another"


def test_what_is_of_no_use_by_the_time_there_is_a_place_is_not_sent_and_says_so(client, door, time_machine):
    live(time_machine, client, 4, notice=timedelta(hours=20))
    last = Message.objects.get(start_version="3")
    assert told(last) == ("skipped", "At most 1 a day and 3 in seven days: no place was left while it was of use.")


def test_a_practice_may_decide_otherwise(client, door, time_machine, riverside):
    riverside.messages_per_week = 5
    riverside.save()
    client.practice.refresh_from_db()
    assert live(time_machine, client, 6) == [0, 1, 2, 3, 4]


def test_nothing_takes_the_place_a_reminder_will_need(client, door, time_machine):
    """Three reminders are due in the next days: what is less urgent waits although a place is free today."""
    reminders = [queue(client, "first", f"visit {n}", after=n * DAY, notice=2 * DAY) for n in (2, 3, 4)]
    weak = queue(client, what="weak")
    assert outbox.drain() == {"postponed": 1}
    assert told(weak)[1] == "A trial. · At most 1 a day and 3 in seven days: not before Wed 25 Nov."
    time_machine.move_to(timezone.now() + 2 * DAY)
    assert outbox.drain() == {"sent": 2}, "it leaves inside the first of them"
    assert (told(weak)[0], weak.told_with) == ("sent", reminders[0])


def test_among_reminders_the_one_with_the_shortest_notice_goes_first(client, door):
    early = queue(client, "first", "in a week", notice=7 * DAY)
    for n in (2, 3, 4):
        queue(client, "first", f"visit {n}", after=n * DAY, notice=2 * DAY)
    outbox.drain()
    assert told(early)[0] == "waiting"


def test_the_database_gives_a_place_to_one_message_only(client, door):
    first, second = queue(client), queue(client, "first", "other")
    outbox.drain()
    first.refresh_from_db()
    holder = Message.objects.get(counted_on__isnull=False)
    other = second if holder.pk == first.pk else first
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=other.pk).update(counted_on=holder.counted_on, counted_as=holder.counted_as)


def test_of_two_workers_with_something_for_one_client_one_gets_the_place(client, door, monkeypatch):
    """The second worker read the client's week before the first took the place."""
    queue(client, what="a")
    mine = _claim(10)
    other = queue(client, what="b")
    read = caps.weeks_of

    def while_another_sends(messages, now):
        weeks = read(messages, now)
        monkeypatch.setattr(caps, "weeks_of", read)
        assert outbox.drain() == {"sent": 1}
        return weeks

    monkeypatch.setattr(caps, "weeks_of", while_another_sends)
    receipts = delivery.Receipts()
    assert delivery.Delivery(mine, delivery.Doors(), receipts).run() == {}
    receipts.close()
    assert told(other)[0] == "sent"
    assert outbox.drain() == {"postponed": 1}
    assert len(door.letters) == 1


def test_a_place_is_given_back_when_nothing_left(client, door, monkeypatch, time_machine):
    down = delivery.NotTaken("Down.")

    def refuses(message, letter):
        raise down

    monkeypatch.setattr(door, "hand_over", refuses)
    message = queue(client)
    assert outbox.drain() == {"postponed": 1}
    message.refresh_from_db()
    assert (message.state, message.counted_on) == ("waiting", None)


def test_a_worker_killed_with_a_place_in_hand_leaves_it_to_whoever_takes_up_the_message(client, door, time_machine):
    message = queue(client)
    _claim(10)
    on = clock.wall_of(timezone.now(), client.zone)[0]
    Message.objects.filter(pk=message.pk).update(counted_on=on, counted_as=0)
    time_machine.move_to(timezone.now() + timedelta(seconds=121))
    stronger = queue(client, "first", "other")
    assert outbox.drain() == {"sent": 2}
    assert (told(message)[0], message.told_with, message.counted_on) == ("sent", stronger, None)
