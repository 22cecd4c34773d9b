"""The outbox against real SMTP servers: what is due leaves once, what is refused waits or is listed, nothing is lost."""

import smtplib
import socket
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from conftest import MONDAY, at, make_client
from practice import clock, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said, doors, pump
from practice.outbox.delivery import ATTEMPTS, Delivery, Doors
from practice.outbox.receipts import Receipts

State = Message.State


class Post:
    """An SMTP server that answers each recipient as told and keeps what it accepted."""

    def __init__(self):
        self.answers, self.received = {}, []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.received.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content)))
        return "250 OK"

    @property
    def ids(self):
        return [mail["Message-ID"] for _, mail in self.received]


@pytest.fixture
def post(settings):
    """A mail server on a port of its own, and the settings that lead there."""
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    yield handler
    controller.stop()


@pytest.fixture
def trial(monkeypatch):
    """A kind of message whose re-check and text the test decides."""

    class Trial:
        why_not = None
        subject = "Your next appointment"

        while_checked = None

        def __init__(self):
            self.seen = []

        def recheck(self, message):
            if self.while_checked:
                self.seen.append(self.while_checked())
            return self.why_not

        def says(self, message):
            return Said({"subject": self.subject}, message.to_name)

    kind = Trial()
    for code in ("trial", "urgent"):
        monkeypatch.setitem(wording._texts("en"), code, wording.Text("{subject}", "See you."))
    monkeypatch.setitem(outbox.KINDS, "trial", Kind("trial", "Trial", kind.recheck, kind.says))
    monkeypatch.setitem(
        outbox.KINDS, "urgent", Kind("urgent", "Urgent", kind.recheck, kind.says, keeps_quiet_hours=False)
    )
    return kind


def queue(practice, to="maria@clients.example", kind="trial", **fields):
    fields = {"subject_id": uuid4(), "due_at": timezone.now(), "why": "A trial.", "to_name": "Maria"} | fields
    return outbox.queue_message(practice=practice, kind=kind, to_address=to, **fields)


@pytest.fixture
def noon(riverside, time_machine):
    """Monday noon in New York, well outside quiet hours."""
    time_machine.move_to(clock.instant_of(MONDAY, time(12), "America/New_York"), tick=False)
    return riverside


def deliver(claimed, opened=None):
    """What one worker does with what it has in its hands."""
    receipts = Receipts()
    counts = Delivery(claimed, opened or Doors(), receipts).run()
    receipts.close()
    return counts


def state_of(message):
    message.refresh_from_db()
    return message.state


# --- leaving ------------------------------------------------------------------------------------------------------


def test_what_is_due_leaves_over_one_connection_and_is_marked_with_its_time(noon, post, trial, monkeypatch):
    opened = []
    real = smtplib.SMTP.connect
    monkeypatch.setattr(smtplib.SMTP, "connect", lambda self, *a, **k: opened.append(1) or real(self, *a, **k))
    messages = [queue(noon, to=f"{n}@clients.example") for n in range(5)]
    later = queue(noon, due_at=timezone.now() + timedelta(minutes=1))
    assert outbox.drain() == {"sent": 5}
    assert [to for to, _ in post.received] == [f"{n}@clients.example" for n in range(5)]
    assert len(opened) == 1
    assert {state_of(m) for m in messages} == {"sent"}
    assert (messages[0].sent_at, messages[0].subject_line) == (timezone.now(), "Your next appointment")
    assert state_of(later) == "waiting"
    assert outbox.drain() == {}


def test_a_message_carries_the_practices_name_a_reply_address_and_its_own_lasting_id(noon, post, trial):
    message = queue(noon)
    outbox.drain()
    _, mail = post.received[0]
    assert mail["From"] == "Riverside Therapy <appointments@localhost>"
    assert mail["Reply-To"] == "hello@riverside.example"
    assert mail["To"] == "Maria <maria@clients.example>"
    assert mail["Message-ID"] == f"<{message.pk}@testserver>"
    assert mail["Auto-Submitted"] == "auto-generated"
    noon.sender_name = "Riverside"
    noon.save()
    queue(noon)
    outbox.drain()
    assert post.received[1][1]["From"] == "Riverside <appointments@localhost>"


def test_a_message_sent_again_after_a_crash_carries_the_same_id(noon, post, trial):
    message = queue(noon)
    outbox.drain()
    Message.objects.filter(pk=message.pk).update(
        state="sending", claimed_by=uuid4(), claimed_until=timezone.now() - timedelta(seconds=1), sent_at=None
    )
    outbox.drain()
    assert post.ids == [f"<{message.pk}@testserver>"] * 2


def test_the_same_thing_queued_twice_is_one_message_and_one_taken_back_is_taken_up_again(noon, trial):
    subject = uuid4()
    first = queue(noon, subject_id=subject)
    assert queue(noon, subject_id=subject).pk == first.pk
    assert outbox.cancel_messages(subject_id=subject, why="The visit was moved.") == 1
    assert (state_of(first), first.why) == ("cancelled", "The visit was moved.")
    again = queue(noon, subject_id=subject, due_at=timezone.now() + timedelta(days=1))
    assert (again.pk, again.state, again.due_at) == (first.pk, "waiting", timezone.now() + timedelta(days=1))


def test_several_are_queued_at_once_with_the_same_care(noon, trial):
    subject = uuid4()

    def wanted():
        return [
            Message(
                practice=noon,
                time_zone=noon.time_zone,
                kind="trial",
                subject_id=subject,
                start_version=str(n),
                to_address="m@x.example",
                why="w" * 300,
                due_at=timezone.now() + timedelta(hours=10),
            )
            for n in range(3)
        ]

    outbox.queue_messages(wanted())
    outbox.cancel_messages(subject_id=subject, start_version="1", why="x")
    outbox.queue_messages(wanted())
    outbox.queue_messages([])
    assert Message.objects.count() == 3
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}
    assert set(Message.objects.values_list("due_at", flat=True)) == {at(8)}, "out of the quiet hours"


# --- claims ---------------------------------------------------------------------------------------------------------


def test_a_claim_is_exclusive_until_its_lease_runs_out_and_then_hands_on(noon, post, trial, time_machine):
    message = queue(noon)
    assert [m.pk for m in pump._claim(10)] == [message.pk]
    assert pump._claim(10) == []
    assert outbox.drain() == {}
    time_machine.move_to(timezone.now() + timedelta(seconds=121), tick=False)
    assert outbox.drain() == {"sent": 1}
    assert len(post.received) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_drain_at_once_send_each_message_once(post, trial):
    if connection.vendor == "sqlite":
        pytest.skip(
            "the test database of SQLite lives in one connection; processes do the same in test_reminders_survive"
        )
    from conftest import make_practice

    practice = make_practice("Riverside Therapy", zone=f"Etc/GMT{timezone.now().hour - 13:+d}")
    for n in range(60):
        queue(practice, to=f"{n}@clients.example")
    start, counts = Barrier(3), []

    def work():
        start.wait(10)
        counts.append(outbox.drain())
        connections.close_all()

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(c.get("sent", 0) for c in counts) == 60
    assert sorted(post.ids) == sorted(f"<{pk}@testserver>" for pk in Message.objects.values_list("pk", flat=True))


def test_a_slow_worker_that_lost_its_lease_leaves_the_rest_to_the_other(noon, post, trial, time_machine, monkeypatch):
    first, second = queue(noon, to="1@clients.example"), queue(noon, to="2@clients.example")

    real = doors.MailDoor.hand_over

    def takes_two_minutes(door, message, mail):
        reference = real(door, message, mail)
        time_machine.move_to(timezone.now() + timedelta(seconds=121), tick=False)
        taken = Message.objects.filter(pk=second.pk)
        taken.update(claimed_by=uuid4(), claimed_until=timezone.now() + timedelta(seconds=120))
        return reference

    monkeypatch.setattr(doors.MailDoor, "hand_over", takes_two_minutes)
    assert outbox.drain() == {"sent": 1, "left to another": 1}
    assert [to for to, _ in post.received] == ["1@clients.example"]
    assert (state_of(first), state_of(second)) == ("sent", "sending")


def test_a_slow_worker_takes_its_claim_anew_before_it_runs_out(noon, post, trial, time_machine):
    message = queue(noon)
    claimed = pump._claim(1)[0]
    time_machine.move_to(timezone.now() + timedelta(seconds=100), tick=False)
    until = timezone.now() + timedelta(seconds=120)
    trial.while_checked = lambda: Message.objects.get(pk=message.pk).claimed_until == until
    assert deliver([claimed]) == {"sent": 1}
    assert trial.seen == [True]


def test_a_message_taken_back_while_others_left_slowly_is_left_alone(noon, post, trial, time_machine):
    message = queue(noon)
    claimed = pump._claim(1)
    outbox.cancel_messages(pk=message.pk, why="The visit was moved.")
    time_machine.move_to(timezone.now() + timedelta(seconds=100), tick=False)
    assert deliver(claimed) == {"left to another": 1}
    assert (state_of(message), post.received) == ("cancelled", [])


def test_a_message_taken_back_while_it_was_handed_over_is_on_record_as_sent(noon, post, trial):
    message = queue(noon)
    claimed = pump._claim(1)
    outbox.cancel_messages(pk=message.pk, why="The visit was moved.")
    assert deliver(claimed) == {"sent": 1}
    assert state_of(message) == "sent"


# --- refusals of the mail server -----------------------------------------------------------------------------------


def test_a_temporary_refusal_waits_longer_each_time_and_leaves_in_the_end(noon, post, trial, time_machine):
    message = queue(noon)
    post.answers["maria@clients.example"] = "451 try again later"
    waits = []
    for _ in range(4):
        assert outbox.drain() == {"postponed": 1}
        message.refresh_from_db()
        waits.append((message.claimed_until - timezone.now()).total_seconds())
        assert (message.state, message.why) == ("waiting", "The mail server asked to wait (451).")
        assert outbox.drain() == {}, "not before its time"
        time_machine.move_to(message.claimed_until + timedelta(seconds=1), tick=False)
    assert waits == [15, 30, 60, 120]
    post.answers.clear()
    assert outbox.drain() == {"sent": 1}
    message.refresh_from_db()
    assert (message.attempts, message.why) == (5, message.rule), "it says why it was sent, not what went wrong before"


def test_a_permanent_refusal_is_listed_as_not_delivered_and_not_tried_again(noon, post, trial):
    bad, good = queue(noon, to="gone@clients.example"), queue(noon, to="here@clients.example")
    post.answers["gone@clients.example"] = "550 no such person"
    assert outbox.drain() == {"failed": 1, "sent": 1}
    assert (state_of(bad), bad.get_state_display(), bad.why) == (
        "failed",
        "Not delivered",
        "The mail server refused it for good (550).",
    )
    assert state_of(good) == "sent"
    assert outbox.drain() == {}


def test_a_server_that_does_not_answer_loses_nothing_and_gives_up_after_half_a_day(noon, settings, trial, time_machine):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", nobody.getsockname()[1]
        message = queue(noon, kind="urgent")
        began = timezone.now()
        for attempt in range(1, ATTEMPTS + 1):
            counts = outbox.drain()
            message.refresh_from_db()
            assert message.attempts == attempt
            if message.claimed_until:
                time_machine.move_to(message.claimed_until + timedelta(seconds=1), tick=False)
        assert counts == {"failed": 1}
    assert "could not be reached" in message.why
    assert "Given up after 12 attempts" in message.why
    assert timedelta(hours=6) < timezone.now() - began < timedelta(hours=14)


def test_a_connection_that_breaks_is_opened_anew_for_the_next(noon, post, trial):
    first, second = queue(noon, to="1@clients.example"), queue(noon, to="2@clients.example")
    door = Doors()
    claimed = {m.pk: m for m in pump._claim(2)}
    assert deliver([claimed[first.pk]], door) == {"sent": 1}
    door.of("email")._connection.connection.sock.shutdown(socket.SHUT_RDWR)
    assert deliver([claimed[second.pk]], door) == {"postponed": 1}
    assert door.of("email")._connection is None
    Message.objects.filter(pk=second.pk).update(claimed_until=None)
    assert outbox.drain() == {"sent": 1}


def test_an_address_with_a_line_break_is_not_written_to(noon, post, trial):
    message = queue(noon, to="maria@clients.example\nBcc: x@x.example", to_name="Maria")
    assert outbox.drain() == {"failed": 1}
    assert (state_of(message), message.why) == ("failed", "The address cannot be written to.")
    assert post.received == []


def test_a_name_with_a_line_break_smuggles_no_header_in_and_its_mail_leaves(noon, post, trial):
    queue(noon, to="maria@clients.example", to_name="Maria\nBcc: all@x.example")
    assert outbox.drain() == {"sent": 1}
    [(to, sent)] = post.received
    assert to == "maria@clients.example" and sent["Bcc"] is None


# --- checked again at the door ---------------------------------------------------------------------------------------


def test_a_message_that_may_not_leave_any_more_is_not_sent_and_says_why(noon, post, trial):
    message = queue(noon)
    trial.why_not = "The visit was moved."
    assert outbox.drain() == {"skipped": 1}
    assert (state_of(message), message.why) == ("skipped", "The visit was moved.")
    assert post.received == []


def test_a_message_too_late_to_be_of_use_is_not_sent(noon, post, trial):
    message = queue(noon, useful_until=timezone.now())
    assert outbox.drain() == {"skipped": 1}
    assert (state_of(message), message.why) == ("skipped", "Too late to be of use.")


@pytest.mark.parametrize("broken", ["recheck", "says"])
def test_one_that_cannot_be_written_does_not_stand_in_the_way_of_the_others(
    noon, post, trial, monkeypatch, broken, caplog
):
    bad = queue(noon, kind="trial", to="1@clients.example")
    good = queue(noon, kind="urgent", to="2@clients.example")

    def fails(message):
        raise LookupError("erased")

    parts = {"recheck": trial.recheck, "says": trial.says} | {broken: fails}
    monkeypatch.setitem(outbox.KINDS, "trial", Kind("trial", "Trial", parts["recheck"], parts["says"]))
    assert outbox.drain() == {"failed": 1, "sent": 1}
    assert (state_of(bad), state_of(good)) == ("failed", "sent")
    assert "maria" not in caplog.text


def test_a_kind_nobody_sends_any_more_fails_in_words(noon, post, trial, monkeypatch):
    message = queue(noon)
    monkeypatch.delitem(outbox.KINDS, "trial")
    assert outbox.drain() == {"failed": 1}
    assert "No part of the product sends “trial”" in Message.objects.get(pk=message.pk).why


# --- quiet hours -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "zone, local, leaves",
    [
        ("America/New_York", (20, 59), (20, 59)),
        ("America/New_York", (21, 0), (32, 0)),
        ("America/New_York", (7, 59), (8, 0)),
        ("Europe/Berlin", (23, 30), (32, 0)),
        ("Asia/Kolkata", (3, 0), (8, 0)),
        ("America/New_York", (8, 0), (8, 0)),
    ],
)
def test_quiet_hours_are_those_of_the_recipients_zone(noon, trial, zone, local, leaves):
    due = clock.instant_of(MONDAY, time(*local), zone)
    message = queue(noon, due_at=due, time_zone=zone)
    expected = clock.instant_of(MONDAY + timedelta(days=leaves[0] // 24), time(leaves[0] % 24, leaves[1]), zone)
    assert message.due_at == expected


def test_a_message_that_comes_due_in_the_quiet_hours_waits_for_the_morning(noon, post, trial, time_machine):
    message, urgent = queue(noon, time_zone="Europe/Berlin"), queue(noon, kind="urgent", time_zone="Europe/Berlin")
    time_machine.move_to(datetime(2026, 11, 23, 22, 30, tzinfo=UTC), tick=False)  # the worker was down; 23:30 in Berlin
    assert outbox.drain() == {"postponed": 1, "sent": 1}
    assert state_of(urgent) == "sent"
    assert (state_of(message), message.due_at) == ("waiting", datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    time_machine.move_to(message.due_at, tick=False)
    assert outbox.drain() == {"sent": 1}


def test_after_six_hours_without_a_worker_useful_messages_go_once_and_stale_ones_are_logged(
    noon, post, trial, time_machine
):
    useful = queue(noon, useful_until=timezone.now() + timedelta(hours=7))
    stale = queue(noon, useful_until=timezone.now() + timedelta(hours=2))
    time_machine.move_to(timezone.now() + timedelta(hours=6), tick=False)
    assert outbox.oldest_due_seconds() == 6 * 3600
    assert outbox.drain() == {"sent": 1, "skipped": 1}
    assert (state_of(useful), state_of(stale)) == ("sent", "skipped")
    assert outbox.oldest_due_seconds() == 0


# --- a visit's own messages, end to end ------------------------------------------------------------------------------


@pytest.fixture
def visit(noon, ana, neuro_45):
    from sessions.booking import book_appointment

    maria = make_client(noon, "Maria Lindqvist", "ms-relapsing-remitting")
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)


def test_a_reminder_of_a_visit_that_moved_or_was_called_off_is_cancelled_at_the_door(visit, ana, post, time_machine):
    from sessions.models import Appointment

    due = Message.objects.get(kind="reminder", state="waiting")
    # The visit moves behind the outbox's back, as by a hand in the database: the re-check alone must notice.
    moved = Appointment.objects.get(pk=visit.pk)
    moved.set_time(at(14, days=3), "America/New_York")
    moved.save()
    time_machine.move_to(due.due_at, tick=False)
    outbox.drain()
    assert (state_of(due), due.why) == ("skipped", "The visit was moved.")
    assert post.received == []


@pytest.mark.parametrize("status", ["cancelled", "held", "noshow", "fulfilled"])
def test_nothing_leaves_for_a_visit_that_does_not_stand(visit, post, time_machine, status):
    from sessions.models import Appointment

    Appointment.objects.filter(pk=visit.pk).update(status=status)
    time_machine.move_to(Message.objects.get(kind="reminder", state="waiting").due_at, tick=False)
    outbox.drain()
    assert set(Message.objects.exclude(why__startswith="Booked less").values_list("state", "why")) == {
        ("skipped", "The visit does not stand any more.")}
    assert post.received == []


def test_nothing_leaves_for_a_client_who_no_longer_wishes_it(visit, post, time_machine):
    visit.client.channels = []
    visit.client.save()
    time_machine.move_to(Message.objects.get(kind="reminder", state="waiting").due_at, tick=False)
    outbox.drain()
    assert set(Message.objects.exclude(why__startswith="Booked less").values_list("why", flat=True)) == {
        "The client no longer wishes to be written to."}


def test_the_command_drains_without_any_broker(visit, post, time_machine, capsys):
    time_machine.move_to(timezone.now() + timedelta(minutes=4), tick=False)
    call_command("drain_messages")
    assert "1 sent" in capsys.readouterr().out
    call_command("drain_messages")
    assert "nothing was due" in capsys.readouterr().out
    words, calendar = post.received[0][1].get_payload()
    assert "Thu 26 Nov, 10:00" in words.get_payload(decode=True).decode()
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "PUBLISH")
    assert b"DTSTART;TZID=America/New_York:20261126T100000" in calendar.get_payload(decode=True)
    assert calendar.get_filename() == "appointment.ics"


def test_the_secret_of_a_link_stays_out_of_what_staff_read():
    assert outbox.without_links("see https://x.example/r/abcDEF_1/ and\nhttps://x.example/s/q-2/ or https://x.example/q/z/") == (
        "see https://x.example/r/… and\nhttps://x.example/s/… or https://x.example/q/…"
    )
    assert outbox.without_links("https://x.example/w/aB_1/ https://x.example/me/cD-2/") == (
        "https://x.example/w/… https://x.example/me/…")
