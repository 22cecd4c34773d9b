"""Text messages through kills and a moody gateway: real worker processes, real HTTP, SIGKILL in the middle of sending."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from practice.tests.gateway import Gateway, callback_id
from practice.tests.scratch import scratch_practice
from practice.tests.sizes import bounded_once, size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
DUE, KILLS = size(40, 300), size(2, 10)
DIALECTS = ("twilio", "plain")[:size(1, 2)]
_QUEUE = """
from datetime import timedelta
from django.utils import timezone
from clients.models import Client
from practice.models import Membership, Message, Room, Service
from sessions.models import Appointment
from sessions import reminders
for n, client in enumerate(Client.objects.all()):
    Client.objects.filter(pk=client.pk).update(phone=f"+1206555{n:04d}", channels=["sms"])
clients = list(Client.objects.select_related("practice"))
room, service, ana = Room.objects.first(), Service.objects.first(), Membership.objects.filter(is_therapist=True).first()
start = (timezone.now() + timedelta(days=20)).replace(minute=0, second=0, microsecond=0)
for n in range(%d):
    visit = Appointment(practice=ana.practice, client=clients[n %% len(clients)], therapist=ana, room=room,
                        service=service, minutes=45)
    visit.set_time(start + timedelta(hours=n), ana.practice.time_zone)
    visit.save(force_insert=True)
    reminders.schedule(visit)
Message.objects.exclude(kind="booked").delete()
Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
print(Message.objects.count())
"""
_TRY_NOW = "UPDATE practice_message SET claimed_until = NULL, attempts = 1 WHERE state = 'waiting'"


def moods(gateway: Gateway, over: Event, chance: random.Random) -> None:
    """Busy, down, silent or hanging up at times, also after it has taken the text."""
    bad = (lambda: gateway.refuse(429, times=1), lambda: gateway.refuse(503, times=2), lambda: gateway.drop(times=1),
           lambda: gateway.drop(after_taking=True, times=1))
    while not over.wait(chance.uniform(0.02, 0.2)):
        chance.choice(bad)()


@pytest.mark.parametrize("dialect", DIALECTS)
@bounded_once
def test_no_text_is_lost_and_none_rings_twice_but_what_was_in_hand_at_a_kill(dialect, tmp_path, record_property):
    chance, over = random.Random(20261121), Event()
    with Gateway() as gateway, scratch_practice(
            tmp_path / dialect, SMS_URL=gateway.url(dialect), MESSAGE_LEASE_SECONDS="2") as scratch:
        assert scratch.python(_QUEUE % DUE).strip().endswith(str(DUE))
        Thread(target=moods, args=(gateway, over, chance), daemon=True).start()
        for _ in range(KILLS):
            worker = scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
            taken, until = len(gateway.taken), time.monotonic() + 20
            while len(gateway.taken) == taken and time.monotonic() < until:
                time.sleep(0.005)
            assert len(gateway.taken) < DUE, "the worker is killed with work left"
            time.sleep(chance.uniform(0, 0.05))
            scratch.kill(worker)
        scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
        _until(lambda: len(gateway.taken) > DUE * 3 // 4, scratch)
        over.set()
        gateway.take()
        _until(lambda: not scratch.sql("SELECT count(*) FROM practice_message WHERE state <> 'sent'")[0][0], scratch)
        states = dict(scratch.sql("SELECT state, count(*) FROM practice_message GROUP BY state"))
    rang = Counter(text.id or callback_id(text) for text in gateway.taken)
    twice = sum(rang.values()) - DUE
    assert states == {"sent": DUE}
    assert len(rang) == DUE, "every text arrived"
    assert twice <= (KILLS if dialect == "twilio" else 0), "the plain gateway tells a repeat by our id"
    record_property("figure", f"{dialect}: {DUE} due, {KILLS} SIGKILLs, {len(gateway.received)} requests: 0 lost, "
                              f"{twice} twice")


def _until(is_so: Callable[[], bool], scratch: Any) -> None:
    """Nobody waits for the back-off here."""
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        scratch.sql(_TRY_NOW)
        time.sleep(0.3)
