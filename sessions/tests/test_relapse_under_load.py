"""A relapse is confirmed while fifty others book the very hours it frees: real processes, over HTTP."""

from __future__ import annotations

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from practice.tests import unguarded_sql
from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size
from sessions.tests.test_races import OVERLAPS

pytestmark = [pytest.mark.processes, pytest.mark.sized]
VISITS, OTHERS, CONFIRMERS, ROUNDS = 12, size(24, 50), 4, size(1, 20)
# A client with twelve visits before the review date, and a relapse somebody reported; all that was there is let go.
_FILL = """
import json, conftest as c
from datetime import time, timedelta
from django.utils import timezone
from clients.models import Client, Episode
from practice import clock
from practice.models import Membership, Service
from sessions.booking import book_appointment
from sessions.holds import report_episode
from sessions.models import Appointment, Hold
Hold.objects.filter(outcome="").update(outcome="cancelled", ended_at=timezone.now())
Appointment.objects.exclude(status="cancelled").update(status="cancelled")
service = Service.objects.select_related("practice").get(pk="{service}")
ana, ben = (Membership.objects.select_related("user", "practice").get(pk=pk) for pk in ("{ana}", "{ben}"))
p = service.practice
maria = c.make_client(p, "Maria Lindqvist", "ms-relapsing-remitting", email="maria{n}@clients.example")
today = clock.wall_of(timezone.now(), p.time_zone)[0]
days = [d for d in (today + timedelta(days=n) for n in range(1, 14)) if d.weekday() < 5]
times = [clock.instant_of(d, time(h), p.time_zone) for d in days for h in (10, 14)][:{visits}]
visits = [book_appointment(client=maria, therapist=(ana, ben)[n % 2], service=service, starts_at=at, by=ana) for n, at in enumerate(times)]
while Client.objects.count() < {others} + 1:
    c.make_client(p, f"Other {Client.objects.count()}", email=f"o{Client.objects.count()}@clients.example")
episode = report_episode(client=maria, kind="relapse", by=ana).episode
others = [str(pk) for pk in Client.objects.filter(practice=p).exclude(name="Maria Lindqvist").values_list("pk", flat=True)]
print(json.dumps({"episode": str(episode.pk), "others": others, "wishes": [
    [str(v.therapist_id), clock.iso(v.starts_at, p.time_zone)] for v in visits]}))
"""


def fill(scratch: Scratch, n: int) -> dict[str, Any]:
    code = _FILL
    for name, value in {**scratch.ids, "n": n, "visits": VISITS, "others": OTHERS}.items():
        code = code.replace(f"{{{name}}}", str(value))
    made: dict[str, Any] = json.loads(scratch.python(code).strip().splitlines()[-1])
    return made


def confirm_while_others_book(url: str, scratch: Scratch, made: dict[str, Any]) -> Counter[str]:
    """Several therapists confirm at one moment, and each of the others wants one of its hours; what they are told."""
    start, dice = Barrier(OTHERS + CONFIRMERS), random.Random(made["episode"])
    wishes = [dice.choice(made["wishes"]) for _ in range(OTHERS)]

    def post(path: str, body: dict[str, Any], what: str) -> str:
        with requests.Session() as http:
            start.wait(60)
            answer = http.post(f"{url}/api/v1/{path}", json=body, timeout=120,
                               headers={"Authorization": f"Bearer {scratch.ids['token']}"})
        return f"{what} {answer.status_code} {answer.json().get('code', '')}".strip()

    def act(n: int) -> str:
        if n < CONFIRMERS:
            return post(f"episodes/{made['episode']}/status/", {"status": "confirmed"}, "confirm")
        therapist, starts_at = wishes[n - CONFIRMERS]
        return post("appointments/", {"client": made["others"][n - CONFIRMERS], "therapist": therapist,
                                      "service": scratch.ids["service"], "starts_at": starts_at}, "book")

    with ThreadPoolExecutor(OTHERS + CONFIRMERS) as pool:
        return Counter(pool.map(act, range(OTHERS + CONFIRMERS)))


def check(scratch: Scratch, episode: str, told: Counter[str]) -> None:
    """Confirmed once, each visit held once, every hold one row, and nobody at one time with somebody else."""
    one = f"'{episode}'" if scratch.is_postgres else f"'{episode.replace('-', '')}'"
    assert scratch.sql(OVERLAPS)[0][0] == 0, "nobody is booked twice"
    assert told["confirm 200"] == 1 and told["confirm 409 wrong_state"] == CONFIRMERS - 1, told
    assert set(told) <= {"confirm 200", "confirm 409 wrong_state", "book 201", "book 409 slot_taken"}, told
    holds = scratch.sql(f"SELECT appointment_id, count(*) FROM therapy_sessions_hold WHERE episode_id = {one} GROUP BY 1")
    assert [count for _, count in holds] == [1] * VISITS, "every visit is held once"
    held = scratch.sql("SELECT a.status, count(*) FROM therapy_sessions_appointment a JOIN therapy_sessions_hold h "
                       f"ON h.appointment_id = a.id WHERE h.episode_id = {one} GROUP BY 1")
    assert held == [("held", VISITS)]
    steps = f"SELECT count(*) FROM practice_auditentry WHERE verb = 'episode_moved_on' AND subject_id = {one}"
    assert scratch.sql(steps)[0][0] == 1, "one entry of the episode's step"
    audited = ("SELECT count(*) FROM practice_auditentry e JOIN therapy_sessions_hold h ON h.appointment_id = e.subject_id "
               f"WHERE e.verb = 'appointment_held' AND h.episode_id = {one}")
    assert scratch.sql(audited)[0][0] == VISITS, "one entry of each visit held"


def test_a_relapse_confirmed_while_fifty_others_book_its_hours_holds_each_visit_once(tmp_path, record_property):
    with scratch_practice(tmp_path / "held") as scratch:
        url, all_told = scratch.serve(), Counter[str]()
        for n in range(ROUNDS):
            made = fill(scratch, n)
            told = confirm_while_others_book(url, scratch, made)
            check(scratch, made["episode"], told)
            all_told += told
    record_property("figure", f"{ROUNDS} relapses of {VISITS} visits, each confirmed by {CONFIRMERS} at once while {OTHERS} "
                    f"others booked the same hours ({all_told['book 201']} of them got one): each visit held once, 0 overlaps")


@pytest.mark.proof
def test_with_the_guards_taken_out_the_same_hour_ends_in_a_mess(tmp_path, record_property):
    """The twin: the guards removed from code and database."""
    with scratch_practice(tmp_path / "unguarded") as scratch:
        for statement in unguarded_sql.drop_statements(scratch.is_postgres):
            scratch.sql(statement)
        made = fill(scratch, 0)
        told = confirm_while_others_book(scratch.serve("practice.tests.unguarded:application"), scratch, made)
        with pytest.raises(AssertionError, match="nobody is booked twice"):
            check(scratch, made["episode"], told)
        record_property("figure", f"{scratch.sql(OVERLAPS)[0][0]} pairs of visits overlap")
