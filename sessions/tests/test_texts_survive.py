"""Reminders by SMS through kills: real worker processes, a real gateway, SIGKILL in the middle of sending."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size
from sessions.tests.faults import over, queue, states, wait_until

Gateway = pytest.importorskip("practice.tests.gateway").Gateway
pytestmark = [pytest.mark.processes, pytest.mark.sized]
DUE, KILLS = size(60, 3_000), size(2, 25)


@pytest.mark.proof
def test_no_text_is_lost_when_workers_are_killed_in_mid_sending(tmp_path, record_property):
    chance = random.Random(20261121)
    with (
        Gateway() as gateway,
        scratch_practice(tmp_path / "kills", SMS_URL=gateway.url("plain"), MESSAGE_LEASE_SECONDS="2") as scratch,
    ):
        queue(scratch, DUE, channel="sms")
        gateway.hang(0.02)  # or a quick worker is through before it is killed
        for _ in range(KILLS):
            worker = scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
            asked = len(gateway.received)
            assert wait_until(lambda seen=asked: len(gateway.received) > seen, 30)
            assert len(gateway.received) < DUE, "the worker is killed with work left"
            time.sleep(chance.uniform(0, 0.1))
            scratch.kill(worker)
        gateway.take()
        scratch.start("manage.py", "drain_messages", "--forever", "--every", "0.2")
        assert wait_until(lambda: over(scratch), 120, every=0.3)
        assert states(scratch) == {"sent": DUE}
    asked = Counter(text.id for text in gateway.received)
    assert len(asked) == DUE, "every reminder was asked for"
    twice = asked.total() - DUE
    assert twice <= KILLS, "only what was in hand at a kill is asked for twice, under the same id"
    assert len({text.to for text in gateway.taken}) == len(gateway.taken) == DUE, "and rings once"
    record_property("figure", f"{DUE} due by SMS, {KILLS} SIGKILLs: 0 lost, {twice} asked for twice, 0 rang twice")
