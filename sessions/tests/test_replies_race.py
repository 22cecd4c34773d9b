"""A gateway that tells everything many times at once, against a real server: each text counts once, stop ends once."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
TIMES = size(12, 60)
_READY = """
from datetime import datetime
from django.utils import timezone
from clients.models import Client
from practice.models import Membership, Message, Service
from sessions.booking import book_appointment
client = Client.objects.select_related("practice").get(pk="{client}")
Client.objects.filter(pk=client.pk).update(phone="+1 206 555 0123", channels=["sms", "email"])
client = Client.objects.select_related("practice").get(pk=client.pk)
ana, service = Membership.objects.get(pk="{ana}"), Service.objects.select_related("practice").get(pk="{service}")
book_appointment(client=client, therapist=ana, service=service, starts_at=datetime.fromisoformat("{starts_at}"), by=ana)
Message.objects.filter(kind="booked").update(state="sent", sent_at=timezone.now())
"""
_COUNT = """
import json
from clients.models import ChannelConsent, Client, Reply
from practice.models import Message
from sessions.models import AppointmentEvent
print(json.dumps([Reply.objects.count(), AppointmentEvent.objects.filter(verb="confirm").count(),
                  Client.objects.get(pk="{client}").channels,
                  ChannelConsent.objects.filter(channel="sms", withdrawn_at__isnull=False).count(),
                  Message.objects.filter(kind="texts-ended").count()]))
"""


@pytest.fixture
def scratch(tmp_path: Any) -> Any:
    with scratch_practice(tmp_path, SMS_URL="https://us:s3cret@gateway.example/send?from=EVENHAND") as made:
        yield made


def tell(url: str, reference: str, text: str) -> int:
    body = json.dumps({"id": reference, "from": "+12065550123", "to": "EVENHAND", "text": text}).encode()
    at = str(int(time.time()))
    signature = hmac.digest(b"s3cret", at.encode() + body, hashlib.sha256).hex()
    return requests.post(f"{url}/hooks/sms/in/", body, timeout=60, headers={
        "X-Timestamp": at, "X-Signature": signature}).status_code


@pytest.mark.proof
def test_what_is_told_many_times_at_once_happens_once(scratch, record_property):
    code = _READY
    ids = scratch.ids | {"client": scratch.ids["clients"][0]}
    for name in ("client", "ana", "service", "starts_at"):
        code = code.replace(f"{{{name}}}", str(ids[name]))
    scratch.python(code)
    url = scratch.serve()
    said = [("same", "yes")] * TIMES + [(f"yes-{n}", "Yes!") for n in range(TIMES)]
    stops = [("stop", "STOP")] * TIMES + [(f"stop-{n}", "stop") for n in range(TIMES)]
    with ThreadPoolExecutor(12) as pool:
        for told in (said, stops):
            assert set(pool.map(lambda text: tell(url, *text), told)) == {204}
    counted = json.loads(scratch.python(_COUNT.replace("{client}", ids["client"])).splitlines()[-1])
    assert counted == [2 * (TIMES + 1), 1, ["email"], 1, 1]
    record_property("figure", f"{2 * TIMES} times yes and {2 * TIMES} times stop, 12 at once: one confirmation, one end, "
                              "one last text")
