"""Reminders through kills: real worker processes, a real SMTP server, SIGKILL in the middle of sending."""

from __future__ import annotations

import random
import time

import pytest

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size
from sessions.tests.faults import MoodyServer, over, queue, states, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.sized]
DUE, KILLS = size(80, 3_000), size(2, 25)
A_MOMENT = size(20, 0) / 1000  # seconds the mail server takes over each, so that a few are left at the last of few kills
IN_HAND = 1  # a worker hands over one message at a time


@pytest.fixture
def mail():
    with MoodyServer() as server:
        yield server


def env(mail, lease="2"):
    return {"EMAIL_URL": f"smtp://127.0.0.1:{mail.port}", "MESSAGE_LEASE_SECONDS": lease}


def test_no_reminder_is_lost_when_workers_are_killed_in_mid_sending(tmp_path, mail, record_property):
    chance, mail.thinks = random.Random(20261121), A_MOMENT
    with scratch_practice(tmp_path / "kills", **env(mail)) as scratch:
        queue(scratch, DUE)
        for _ in range(KILLS):
            worker = scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
            arrived = len(mail.taken)
            assert wait_until(lambda seen=arrived: len(mail.taken) > seen, 30)
            assert len(mail.taken) < DUE, "the worker is killed with work left"
            time.sleep(chance.uniform(0, 0.1))
            scratch.kill(worker)
        scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
        assert wait_until(lambda: over(scratch), 120, every=0.3)
        assert states(scratch) == {"sent": DUE}
    twice = mail.each.total() - DUE
    assert len(mail.each) == DUE, "every reminder arrived"
    assert twice <= KILLS * IN_HAND, "only what was in hand at a kill may come twice, under the same Message-ID"
    record_property("figure", f"{DUE} due, {KILLS} SIGKILLs: 0 lost, {twice} twice ({twice / DUE:.2%})")


_MARKS_BEFORE_SENDING = """
import time
from practice import outbox
from practice.models import Message
from practice.outbox.doors import MailDoor
hand_over = MailDoor.hand_over
def too_early(door, message, mail):
    Message.objects.filter(pk=message.pk).update(state="sent", sent_at=message.due_at)
    time.sleep(0.3)
    return hand_over(door, message, mail)
MailDoor.hand_over = too_early
outbox.drain()
"""


@pytest.mark.proof
def test_a_worker_that_marks_before_it_sends_would_lose_what_is_in_hand(tmp_path, mail, record_property):
    with scratch_practice(tmp_path / "early", **env(mail, "1")) as scratch:
        queue(scratch, 6)
        worker = scratch.start("manage.py", "shell", "-v0", "-c", _MARKS_BEFORE_SENDING)
        assert wait_until(lambda: len(mail.taken) >= 2, 30)
        time.sleep(0.15)
        scratch.kill(worker)
        time.sleep(1.2)
        scratch.manage("drain_messages")
        assert states(scratch) == {"sent": 6}
    assert len(mail.taken) < 6, "the row said sent, the letter never left"
    record_property("figure", f"6 due, 1 SIGKILL: {6 - len(mail.taken)} lost")


_WRITES_NOTHING_DOWN = """
from practice import outbox
from practice.outbox import receipts
receipts.SETTLED_WITHIN = receipts.SETTLED_AFTER = 10_000
receipts.Receipts.keep = lambda self, found: self._kept.extend(found)
outbox.drain()
"""


@pytest.mark.proof
def test_a_worker_that_wrote_nothing_down_would_send_many_twice(tmp_path, mail, record_property):
    mail.slow = 0.01
    with scratch_practice(tmp_path / "unwritten", **env(mail, "1")) as scratch:
        queue(scratch, 60)
        worker = scratch.start("manage.py", "shell", "-v0", "-c", _WRITES_NOTHING_DOWN)
        assert wait_until(lambda: len(mail.taken) >= 20, 30)
        scratch.kill(worker)
        time.sleep(1.2)
        scratch.manage("drain_messages")
    twice = mail.each.total() - 60
    assert twice >= 10, "marked in one go at the end, and the kill came before"
    record_property("figure", f"60 due, 1 SIGKILL: {twice} twice")
