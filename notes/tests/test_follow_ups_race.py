"""Several schedulers wake up at once, against real processes: every visit is asked about once, with one message."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any

import pytest

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
SCHEDULERS, VISITS = size(2, 8), size(8, 32)
_VISITS = """
from datetime import time, timedelta
from clients.models import Client
from django.utils import timezone
from practice import clock
from practice.models import Membership, Service
from sessions.booking import book_appointment, complete
ana, service = Membership.objects.get(pk="{ana}"), Service.objects.select_related("practice").get(pk="{service}")
zone = ana.practice.time_zone
today = clock.wall_of(timezone.now(), zone)[0]
for n, client in enumerate(Client.objects.select_related("practice").filter(pk__in={clients}).order_by("pk")[:VISITS]):
    starts_at = clock.instant_of(today - timedelta(days=3 + n // 8), time(9 + n % 8), zone)
    visit = book_appointment(client=client, therapist=ana, service=service, starts_at=starts_at, by=ana,
                             override_reason="entered late")
    complete(appointment=visit, by=ana)
"""
_ASK = """
import time
from notes.follow_ups.asking import ask_after_visits
time.sleep(max(0, {at} - time.time()))
print(ask_after_visits())
"""
_COUNT = """
import json
from notes.models import FollowUp
from practice.models import AuditEntry, Message
print(json.dumps([FollowUp.objects.count(), Message.objects.filter(kind="follow-up").count(),
                  AuditEntry.objects.filter(verb="follow_up_asked").count()]))
"""


@pytest.fixture
def scratch(tmp_path: Any) -> Any:
    with scratch_practice(tmp_path) as made:
        yield made


@pytest.mark.proof
def test_however_many_schedulers_wake_up_at_once_each_visit_is_asked_about_once(scratch, record_property):
    code = _VISITS.replace("VISITS", str(VISITS))
    for name in ("ana", "service", "clients"):
        code = code.replace(f"{{{name}}}", str(scratch.ids[name]))
    scratch.python(code)
    ask = _ASK.replace("{at}", str(time() + 2 + SCHEDULERS / 2))
    with ThreadPoolExecutor(SCHEDULERS) as pool:
        told = [int(said.split()[-1]) for said in pool.map(lambda _: scratch.python(ask), range(SCHEDULERS))]
    assert json.loads(scratch.python(_COUNT).splitlines()[-1]) == [VISITS] * 3
    assert sum(told) == VISITS
    record_property("figure", f"{SCHEDULERS} schedulers at once, {VISITS} visits: each asked about once")
