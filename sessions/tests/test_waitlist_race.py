"""Twenty people say yes at once, over HTTP, to offers of one time, against real server processes; one gets it."""

from __future__ import annotations

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from practice.tests.scratch import scratch_practice

pytestmark = pytest.mark.processes
AT_ONCE = 20
_OFFER = """
import json
from datetime import datetime
from clients.models import Client
from practice.models import Membership, Practice, Service
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import WaitlistOffer
from sessions.waitlist import join_waitlist
from sessions.waitlist_letters import offer_url
from sessions.waitlist_offers import offer_freed_times
from practice import outbox
from practice.outbox import queueing
outbox.outside_quiet_hours = queueing.outside_quiet_hours = lambda due_at, *_: due_at  # the race is run at any hour
Practice.objects.update(waitlist_offers=20, waitlist_offer_hours=12)
ana, service = Membership.objects.get(pk="{ana}"), Service.objects.select_related("practice").get(pk="{service}")
first, *others = Client.objects.select_related("practice").filter(pk__in={clients}).order_by("pk")[:21]
visit = book_appointment(client=first, therapist=ana, service=service, starts_at=datetime.fromisoformat("{starts_at}"), by=ana)
for client in others:
    join_waitlist(client=client, service=service, by=ana)
cancel_appointment(appointment=visit, by=ana)
assert offer_freed_times() == 20
print(json.dumps([offer_url(offer) for offer in WaitlistOffer.objects.select_related("practice")]))
"""


@pytest.fixture
def scratch(tmp_path: Any) -> Any:
    with scratch_practice(tmp_path) as made:
        yield made


def test_of_twenty_who_say_yes_at_once_one_gets_the_time_and_the_others_are_told(scratch, record_property):
    ids = scratch.ids
    code = _OFFER
    for name in ("ana", "service", "clients", "starts_at"):
        code = code.replace(f"{{{name}}}", str(ids[name]))
    tokens = [address.rstrip("/").rsplit("/", 1)[1] for address in json.loads(scratch.python(code).splitlines()[-1])]
    url, start = scratch.serve(), Barrier(AT_ONCE)

    def yes(token: str) -> tuple[int, str]:
        address = f"{url}/w/{token}/"
        with requests.Session() as http:
            secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', http.get(address, timeout=60).text)
            start.wait(60)
            answer = http.post(address, timeout=60, data={"answer": "yes", "csrfmiddlewaretoken": secret[1]})
        said = "yours" if "It is yours" in answer.text else "taken" if (
            "It is taken. You stay on the list." in answer.text) else answer.text[-300:]
        return answer.status_code, said

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(yes, tokens))
    assert answers == {(200, "yours"): 1, (409, "taken"): AT_ONCE - 1}
    states = dict(scratch.sql("SELECT state, count(*) FROM therapy_sessions_waitlistoffer GROUP BY state"))
    assert states == {"taken": 1, "withdrawn": AT_ONCE - 1}
    assert scratch.sql("SELECT count(*) FROM therapy_sessions_appointment WHERE status = 'booked'")[0][0] == 1
    record_property("figure", f"{AT_ONCE} yes at once: 1 visit, {AT_ONCE - 1} told it is taken")
