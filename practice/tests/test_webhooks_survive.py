"""Events through kills: real worker processes, a real HTTP receiver, SIGKILL in the middle of sending."""

from __future__ import annotations

import json
import random
import time
from collections import Counter

import pytest

from practice.tests.receiver import Receiver
from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
EVENTS, KILLS = size(60, 600), size(2, 10)

_HAPPEN = """
from practice.models import Membership, Practice, Webhook
from clients.profiles import create_client
from practice.webhooks import hooks
ana = Membership.objects.select_related("practice").get(user__email="ana@riverside.example")
Membership.objects.filter(pk=ana.pk).update(role="owner")
ana.role = "owner"
fresh = hooks.add_webhook(practice=ana.practice, url=%r, events=["client.created"], by=ana)
by = Membership.objects.select_related("practice", "user").get(pk=ana.pk)
for n in range(%d):
    create_client(practice=by.practice, name=f"Client {n}", email=f"{n}@clients.example", by=by)
print(fresh.secret)
"""


def test_no_event_is_lost_when_workers_are_killed_in_mid_sending(tmp_path, record_property):
    from practice.tests.test_webhooks import verified

    chance = random.Random(20261121)
    with (
        Receiver() as system,
        scratch_practice(tmp_path / "kills", WEBHOOKS_INSIDE="1", MESSAGE_LEASE_SECONDS="2") as scratch,
    ):
        secret = scratch.python(_HAPPEN % (system.url, EVENTS)).strip().splitlines()[-1]
        for _ in range(KILLS):
            worker = scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
            arrived, until = len(system.received), time.monotonic() + 30
            while len(system.received) == arrived and time.monotonic() < until:
                time.sleep(0.002)
            assert len(system.received) < EVENTS, "the worker is killed with work left"
            time.sleep(chance.uniform(0, 0.02))
            scratch.kill(worker)
        scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
        until = time.monotonic() + 90
        unsent = "SELECT count(*) FROM practice_webhookdelivery WHERE state <> 'sent'"
        while scratch.sql(unsent)[0][0] and time.monotonic() < until:
            time.sleep(0.3)
        states = dict(scratch.sql("SELECT state, count(*) FROM practice_webhookdelivery GROUP BY state"))
        made = {str(pk).replace("-", "") for pk, in scratch.sql("SELECT object_id FROM practice_webhookdelivery")}
    each = Counter(headers["Evenhand-Event"] for headers, _, _ in system.received)
    told = {json.loads(body)["data"]["id"].replace("-", "") for _, body, _ in system.received}
    assert states == {"sent": EVENTS}
    assert len(each) == EVENTS and told == made, "every event arrived"
    assert sum(each.values()) - EVENTS <= KILLS, "only what was in hand at a kill may come twice, under the same id"
    assert all(verified(secret, headers, body) for headers, body, _ in system.received)
    twice = sum(each.values()) - EVENTS
    record_property("figure", f"{EVENTS} events, {KILLS} SIGKILLs: 0 lost, {twice} twice")


@pytest.mark.proof
def test_two_workers_at_once_send_each_event_once(tmp_path, record_property):
    with Receiver() as system, scratch_practice(tmp_path / "two", WEBHOOKS_INSIDE="1") as scratch:
        scratch.python(_HAPPEN % (system.url, EVENTS))
        system.hangs = 0.05  # so that neither has done everything before the other begins
        workers = [scratch.start("manage.py", "drain_messages") for _ in range(2)]
        assert [worker.wait(120) for worker in workers] == [0, 0]
        states = dict(scratch.sql("SELECT state, count(*) FROM practice_webhookdelivery GROUP BY state"))
    each = Counter(headers["Evenhand-Event"] for headers, _, _ in system.received)
    assert states == {"sent": EVENTS}
    assert (len(each), set(each.values())) == (EVENTS, {1})
    record_property("figure", f"{EVENTS} events, 2 workers: each once")


_MARKS_BEFORE_SENDING = """
import time
from django.utils import timezone
from practice.models import WebhookDelivery
from practice.webhooks import pump
deliver = pump._deliver
def too_early(row, net):
    WebhookDelivery.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now())
    time.sleep(0.5)
    return deliver(row, net)
pump._deliver = too_early
pump.drain()
"""


@pytest.mark.proof
def test_a_worker_that_marks_before_it_sends_would_lose_what_is_in_hand(tmp_path, record_property):
    with (
        Receiver() as system,
        scratch_practice(tmp_path / "early", WEBHOOKS_INSIDE="1", MESSAGE_LEASE_SECONDS="1") as scratch,
    ):
        scratch.python(_HAPPEN % (system.url, 6))
        worker = scratch.start("manage.py", "shell", "-v0", "-c", _MARKS_BEFORE_SENDING)
        until = time.monotonic() + 30
        marked = "SELECT count(*) FROM practice_webhookdelivery WHERE state = 'sent'"
        while scratch.sql(marked)[0][0] <= max(2, len(system.received)) and time.monotonic() < until:
            time.sleep(0.005)
        scratch.kill(worker)
        time.sleep(1.2)
        scratch.manage("drain_messages")
        assert scratch.sql("SELECT count(*) FROM practice_webhookdelivery WHERE state <> 'sent'")[0][0] == 0
    assert len(system.received) < 6, "the row said sent, the event never left"
    record_property("figure", f"6 events, 1 SIGKILL: {6 - len(system.received)} lost")
