"""Reminders through kills: real worker processes, a real SMTP server, SIGKILL in the middle of sending."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from practice.tests.scratch import MailServer, scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
DUE, KILLS = size(80, 300), size(2, 10)
BATCH_IN_HAND = 1  # a worker hands over one message at a time

_QUEUE = """
import sys
from datetime import timedelta
from django.utils import timezone
from clients.models import Client
from practice.models import Membership, Message, Room, Service
from sessions.models import Appointment
from sessions import reminders
want = %d
noon = f"Etc/GMT{timezone.now().hour - 13:+d}" if timezone.now().hour != 13 else "Etc/GMT"
Client.objects.update(time_zone=noon)
client = list(Client.objects.select_related("practice"))
room, service, ana = Room.objects.first(), Service.objects.first(), Membership.objects.filter(is_therapist=True).first()
start = (timezone.now() + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
for n in range(want):
    visit = Appointment(practice=ana.practice, client=client[n %% len(client)], therapist=ana, room=room, service=service, minutes=45)
    visit.set_time(start + timedelta(hours=n), ana.practice.time_zone)
    visit.save(force_insert=True)
    reminders._queue_reminders(visit)
Message.objects.exclude(start_version__endswith="-7d").delete()
Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
print(Message.objects.count())
"""


def test_no_reminder_is_lost_when_workers_are_killed_in_mid_sending(tmp_path, record_property):
    chance = random.Random(20261121)
    with (
        MailServer() as mail,
        scratch_practice(
            tmp_path / "kills", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}", MESSAGE_LEASE_SECONDS="2"
        ) as scratch,
    ):
        assert scratch.python(_QUEUE % DUE).strip().endswith(str(DUE))
        for _ in range(KILLS):
            worker = scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
            arrived, until = len(mail.received), time.monotonic() + 20
            while len(mail.received) == arrived and time.monotonic() < until:
                time.sleep(0.01)
            assert len(mail.received) < DUE, "the worker is killed with work left"
            time.sleep(chance.uniform(0, 0.1))
            scratch.kill(worker)
        scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
        until = time.monotonic() + 90
        while (
            scratch.sql("SELECT count(*) FROM practice_message WHERE state <> 'sent'")[0][0]
            and time.monotonic() < until
        ):
            time.sleep(0.3)
        states = dict(scratch.sql("SELECT state, count(*) FROM practice_message GROUP BY state"))
    each = Counter(message_id for _, message_id in mail.received)
    assert states == {"sent": DUE}
    assert len(each) == DUE, "every reminder arrived"
    assert sum(each.values()) - DUE <= KILLS * BATCH_IN_HAND, (
        "only what was in hand at a kill may come twice, under the same Message-ID"
    )
    record_property("figure", f"{DUE} due, {KILLS} SIGKILLs: 0 lost, {sum(each.values()) - DUE} twice")


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


def test_a_worker_that_marks_before_it_sends_would_lose_what_is_in_hand(tmp_path, record_property):
    with (
        MailServer() as mail,
        scratch_practice(
            tmp_path / "early", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}", MESSAGE_LEASE_SECONDS="1"
        ) as scratch,
    ):
        scratch.python(_QUEUE % 6)
        worker = scratch.start("manage.py", "shell", "-v0", "-c", _MARKS_BEFORE_SENDING)
        until = time.monotonic() + 30
        while len(mail.received) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.15)
        scratch.kill(worker)
        time.sleep(1.2)
        scratch.manage("drain_messages")
        assert scratch.sql("SELECT count(*) FROM practice_message WHERE state <> 'sent'")[0][0] == 0
    assert len(mail.received) < 6, "the row said sent, the letter never left"
    record_property("figure", f"6 due, 1 SIGKILL: {6 - len(mail.received)} lost")
