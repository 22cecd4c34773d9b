"""Several schedulers wake up at once, against real processes: nobody is written to twice, nor told twice in a morning."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any

import pytest

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
SCHEDULERS, CLIENTS = size(2, 8), size(8, 32)
_AWAY = """
from datetime import time, timedelta
from clients.models import Client
from django.utils import timezone
from practice import clock
from practice.models import Membership, Message, Practice, Service
from sessions.booking import book_appointment, complete
ana, service = Membership.objects.get(pk="{ana}"), Service.objects.select_related("practice").get(pk="{service}")
zone = ana.practice.time_zone
today = clock.wall_of(timezone.now(), zone)[0]
for n, client in enumerate(Client.objects.select_related("practice").filter(pk__in={clients}).order_by("pk")[:MANY]):
    starts_at = clock.instant_of(today - timedelta(days=20 + n // 8), time(9 + n % 8), zone)
    visit = book_appointment(client=client, therapist=ana, service=service, starts_at=starts_at, by=ana,
                             override_reason="entered late")
    complete(appointment=visit, by=ana)
ahead = (8 - timezone.now().hour + 12) % 24 - 12  # of UTC, where it is eight in the morning just now
morning = f"Etc/GMT{-ahead:+d}"
Practice.objects.update(recall_weeks=2, time_zone=morning)
Message.objects.create(practice=ana.practice, kind="reminder", subject_id=ana.pk, to_address="x@clients.example",
                       due_at=timezone.now(), state="failed", why="Lost.")
Membership.objects.update(digests={"digest-not-delivered": True})
"""
_LOOK = """
import time
from sessions.recall import recall_clients
from practice.digests import send_digests
time.sleep(max(0, {at} - time.time()))
print(recall_clients(), send_digests())
"""
_COUNT = """
import json
from practice.models import Membership, Message
from sessions.models import Recall
print(json.dumps([Recall.objects.count(), Message.objects.filter(kind="recall").count(),
                  Message.objects.filter(kind="digest-not-delivered").count() - Membership.objects.count()]))
"""


@pytest.fixture
def scratch(tmp_path: Any) -> Any:
    with scratch_practice(tmp_path) as made:
        yield made


@pytest.mark.proof
def test_however_many_schedulers_wake_up_at_once_each_is_written_to_and_told_once(scratch, record_property):
    code = _AWAY.replace("MANY", str(CLIENTS))
    for name in ("ana", "service", "clients"):
        code = code.replace(f"{{{name}}}", str(scratch.ids[name]))
    scratch.python(code)
    look = _LOOK.replace("{at}", str(time() + 2 + SCHEDULERS / 2))
    with ThreadPoolExecutor(SCHEDULERS) as pool:
        told = [said.split()[-2:] for said in pool.map(lambda _: scratch.python(look), range(SCHEDULERS))]
    assert json.loads(scratch.python(_COUNT).splitlines()[-1]) == [CLIENTS, CLIENTS, 0]
    assert sum(int(written) for written, _ in told) == CLIENTS
    record_property("figure", f"{SCHEDULERS} schedulers at once, {CLIENTS} clients away: each written to once")
