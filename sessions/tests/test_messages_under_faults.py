"""Messages while things go wrong: the queue emptied, the mail server away or moody, two schedulers, visits that change
as their reminder leaves. Real processes and a real SMTP server."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import bounded_once, size
from sessions.tests.faults import (
    MoodyServer,
    beat,
    broker,
    empty_broker,
    hurry,
    over,
    queue,
    states,
    wait_until,
    worker,
)

pytestmark = [pytest.mark.processes, pytest.mark.sized]
DUE, AWAY = size(60, 1_000), size(2, 300)  # messages; seconds
TRIALS = size(100, 1_000)


def env(mail, **more):
    return {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", **broker(), **more}


@bounded_once
def test_nothing_is_lost_while_the_queue_is_emptied_and_the_mail_server_is_away_and_moody(tmp_path, record_property):
    with (
        MoodyServer(asks_to_wait=0.1, refuses="7", slow=0.01) as mail,
        scratch_practice(tmp_path / "moods", **env(mail)) as scratch,
    ):
        queue(scratch, DUE)
        worker(scratch)
        beat(scratch)
        assert wait_until(lambda: len(mail.taken) > DUE // 6, 60)
        mail.is_away = True
        empty_broker(scratch)
        arrived = len(mail.taken)
        time.sleep(AWAY)
        empty_broker(scratch)
        assert len(mail.taken) <= arrived + 1
        mail.is_away = False
        for _ in range(60):
            hurry(scratch)
            if wait_until(lambda: over(scratch), 5, every=0.3):
                break
        refused = sum(f"{n:04d}".endswith("7") for n in range(DUE))
        assert states(scratch) == {"sent": DUE - refused, "failed": refused}
        words = {why for why, in scratch.sql("SELECT why FROM practice_message WHERE state = 'failed'")}
    assert words == {"The mail server refused it for good (550)."}, "each stands on the list, with why"
    assert set(mail.each.values()) == {1}
    assert len(mail.each) == DUE - refused
    record_property("figure", f"{DUE} due, queue emptied twice, server away {AWAY} s, one in ten asked to wait: 0 lost, "
                              f"0 twice, {refused} refused for good and on the list")


def test_two_schedulers_and_two_workers_send_each_message_once(tmp_path, record_property):
    with MoodyServer() as mail, scratch_practice(tmp_path / "two", **env(mail)) as scratch:
        queue(scratch, DUE)
        for name in ("one", "two"):
            worker(scratch)
            beat(scratch, name)
        assert wait_until(lambda: over(scratch), 120, every=0.3)
        assert states(scratch) == {"sent": DUE}
    assert set(mail.each.values()) == {1}
    assert len(mail.each) == DUE
    record_property("figure", f"{DUE} due, 2 schedulers, 2 workers: 0 twice")


_TAKES_WHAT_OTHERS_HAVE = """
import os, pathlib, time
from practice import outbox
from django.conf import settings
from practice.models import Message
from practice.outbox import pump
def claim(how_many):
    rows = list(Message.objects.select_related("practice").filter(state="waiting")[:how_many])
    here = pathlib.Path(settings.DATA_DIR, "both-have-read")
    here.mkdir(exist_ok=True)
    (here / str(os.getpid())).touch()
    until = time.monotonic() + 30
    while rows and len(list(here.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    return rows
pump._claim = claim
outbox.drain()
"""


@pytest.mark.proof
def test_workers_that_read_send_and_save_would_send_twice(tmp_path, record_property):
    with MoodyServer() as mail, scratch_practice(tmp_path / "naive", **env(mail)) as scratch:
        queue(scratch, 20)
        both = [scratch.start("manage.py", "shell", "-v0", "-c", _TAKES_WHAT_OTHERS_HAVE) for _ in range(2)]
        for process in both:
            process.wait(60)
    twice = mail.each.total() - len(mail.each)
    assert twice > 0
    record_property("figure", f"20 due, 2 workers: {twice} twice")


_TAKES_NO_PLACE = """
from practice import outbox
from practice.outbox import caps, pump
caps.take_places = lambda places, held, mine: set(places)
pump.BATCH = 5
outbox.drain()
"""
_SMALL_BATCHES = _TAKES_NO_PLACE.replace("caps.take_places = lambda places, held, mine: set(places)", "")


def sent_by_three(tmp_path, clients, code):
    """Three workers at once, with three reminders due for each client; answers how many mails each client got."""
    with MoodyServer(slow=0.005) as mail, scratch_practice(tmp_path / "three", **env(mail)) as scratch:
        queue(scratch, clients, each=3)
        for process in [scratch.start("manage.py", "shell", "-v0", "-c", code) for _ in range(3)]:
            process.wait(120)
        assert "sending" not in states(scratch)
        waiting = states(scratch).get("waiting", 0)
    return Counter(address for address, _ in mail.received), waiting


@pytest.mark.proof
def test_three_workers_at_once_write_to_nobody_twice_on_one_day(tmp_path, record_property):
    clients = size(40, 500)
    each, waiting = sent_by_three(tmp_path, clients, _SMALL_BATCHES)
    assert len(each) == clients
    assert set(each.values()) == {1}
    record_property("figure", f"{clients} clients, 3 reminders each, 3 workers: 1 mail each, {waiting} put off a day")


@pytest.mark.proof
def test_workers_that_count_without_taking_a_place_would_write_twice(tmp_path, record_property):
    twice = 0
    for chance in range(3):  # on a busy machine one worker may have sent everything before the next has started
        each, _ = sent_by_three(tmp_path / f"{chance}", 40, _TAKES_NO_PLACE)
        if twice := sum(n > 1 for n in each.values()):
            break
    assert twice
    record_property("figure", f"40 clients, 3 workers: {twice} written to twice or more")


# --- changed at the moment of sending --------------------------------------------------------------------------------

_CHANGES = """
import json, random, time
from datetime import timedelta
from practice.models import Membership
from sessions.booking import cancel_appointment, move_appointment
from sessions.models import Appointment
ana = Membership.objects.filter(is_therapist=True).select_related("practice", "user").first()
visits = list(Appointment.objects.select_related("client__practice", "practice", "service", "therapist", "room").order_by("starts_at"))
chance = random.Random(3)
for n, visit in enumerate(visits):
    if chance.random() < 0.5:
        cancel_appointment(appointment=visit, by=ana)
    else:
        move_appointment(appointment=visit, starts_at=visit.starts_at + timedelta(days=200), by=ana, override_reason="x")
    print(json.dumps([visit.client.email, time.time()]), flush=True)
"""
_UNCHECKED = """
from dataclasses import replace
from practice import outbox
from practice.outbox import delivery, pump
pump.BATCH, delivery.LOOK_UP_LASTS = 10_000, 10_000
outbox.KINDS["reminder"] = replace(outbox.KINDS["reminder"], recheck=lambda message: None)
outbox.drain()
"""


def changed_while_sending(tmp_path, trials, *drain):
    """So many visits are cancelled or moved while their reminders leave; answers which left a second after that."""
    with MoodyServer(slow=max(0.02, 8 / trials)) as mail, scratch_practice(tmp_path / "race", **env(mail)) as scratch:
        scratch.sql("UPDATE practice_practice SET horizon_days = 1000")
        queue(scratch, trials, days=10)
        scratch.start(*drain)
        assert wait_until(lambda: mail.arrived, 30)
        changed = dict(json.loads(line) for line in scratch.python(_CHANGES).strip().splitlines())
        assert len(changed) == trials
        time.sleep(3)  # nothing that still left now would be right
        return [address for address, at in mail.arrived.items() if at > changed[address] + 1], len(mail.arrived)


def test_no_reminder_leaves_for_a_visit_cancelled_or_moved_a_second_before(tmp_path, record_property):
    wrong, left = changed_while_sending(tmp_path, TRIALS, "manage.py", "drain_messages", "--forever", "--every", "0.1")
    assert wrong == []
    assert 0 < left < TRIALS, "some left before their visit changed, some were kept back"
    record_property("figure", f"{TRIALS} visits changed while their reminders left: {left} had left, 0 left after it")


@pytest.mark.proof
def test_a_pump_that_does_not_check_again_at_the_door_would_remind_of_what_is_gone(tmp_path, record_property):
    wrong, _ = changed_while_sending(tmp_path, 100, "manage.py", "shell", "-v0", "-c", _UNCHECKED)
    assert wrong
    record_property("figure", f"100 visits changed while their reminders left: {len(wrong)} left after it")
