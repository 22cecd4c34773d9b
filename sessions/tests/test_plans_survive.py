"""Plans through kills and through each other: real processes, SIGKILL in the middle of applying, many presses at once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
KILLS, VISITS, AT_ONCE = size(2, 20), 8, 12

_HOLD = """
import json
from datetime import date, time, timedelta
from clients.models import Client
from django.utils import timezone
from practice import clock
from practice.models import Membership, Practice, Service
from sessions.holds import report_episode
from sessions.rescheduling import propose_plan
from sessions.rhythm import Rhythm
from sessions.series import book_series
practice, ana = Practice.objects.get(name__startswith="Riverside"), Membership.objects.get(user__email="ana@riverside.example")
maria = Client.objects.filter(practice=practice).select_related("practice").order_by("pk").first()
today = clock.wall_of(timezone.now(), practice.time_zone)[0]
monday = today + timedelta(days=7 - today.weekday())
book_series(client=maria, therapist=ana, service=Service.objects.filter(practice=practice).first(), by=ana,
            first_starts_at=clock.instant_of(monday, time(10), practice.time_zone), rhythm=Rhythm(7, %d, weekdays=(0, 2, 4)))
episode = report_episode(client=maria, kind="relapse", status="confirmed", by=ana, onset_on=today,
                         steroids_until=today + timedelta(days=40)).episode
print(json.dumps({"episode": str(episode.pk), "held": episode.holds.count(), "plan": str(propose_plan(episode=episode, by=ana).pk)}))
"""

# Applies a plan, each visit written a little slower, so that a kill falls between two of them.
_APPLY = """
import contextlib, time, types
from pathlib import Path
from clients.models import Episode
from practice.models import Membership
from sessions import rescheduling
from sessions.diary import fresh_all
from sessions.models import Plan
%s
def slowly(visit, **how):
    write(visit, **how)
    time.sleep(0.04)
write, rescheduling.write_visit = rescheduling.write_visit, slowly
ana = Membership.objects.get(user__email="ana@riverside.example")
episode = Episode.objects.select_related("client__practice").get()
for plan in Plan.objects.filter(status="applied"):
    rescheduling.undo_plan(plan=plan, by=ana)
plan = rescheduling.propose_plan(episode=episode, by=ana)
Path(r"%s").write_text("applying")
rescheduling.apply_plan(plan=plan, by=ana)
Path(r"%s").write_text("applied")
time.sleep(60)
"""

_WITHOUT_A_TRANSACTION = """
def unlocked(plan):
    moves = list(plan.moves.select_related("appointment", "therapist__user", "room"))
    visits = {m.appointment_id: m.appointment for m in moves}
    for move in moves:
        move.appointment = type(move.appointment).objects.select_related("client__practice", "service", "practice").get(pk=move.appointment_id)
    return Plan.objects.select_related("client__practice", "practice").get(pk=plan.pk), moves
rescheduling.locked = unlocked
rescheduling.transaction = types.SimpleNamespace(atomic=contextlib.nullcontext)
"""

_STANDING = """
SELECT v.status, v.starts_at = m.starts_at, h.outcome, p.status FROM therapy_sessions_planmove m
JOIN therapy_sessions_plan p ON p.id = m.plan_id JOIN therapy_sessions_appointment v ON v.id = m.appointment_id
JOIN therapy_sessions_hold h ON h.appointment_id = v.id
WHERE p.id = (SELECT id FROM therapy_sessions_plan ORDER BY created_at DESC LIMIT 1)"""
ALL, NONE = ("booked", True, "planned", "applied"), ("held", False, "", "proposed")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: Any) -> Any:
    with scratch_practice(tmp_path_factory.mktemp("plans")) as made:
        made.ids |= json.loads(made.python(_HOLD % VISITS).strip().splitlines()[-1])
        assert made.ids["held"] == VISITS
        yield made


@pytest.mark.proof
def test_of_many_who_apply_a_plan_at_once_one_does(scratch, record_property):
    url, start = scratch.serve(), Barrier(AT_ONCE)

    def press(_: int) -> tuple[int, str]:
        with requests.Session() as http:
            start.wait(60)
            answer = http.post(f"{url}/api/v1/plans/{scratch.ids['plan']}/apply/", timeout=120,
                               headers={"Authorization": f"Bearer {scratch.ids['token']}"})
        return answer.status_code, answer.json().get("code", "")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(press, range(AT_ONCE)))
    assert answers == {(200, ""): 1, (409, "wrong_state"): AT_ONCE - 1}
    assert scratch.sql("SELECT count(*) FROM therapy_sessions_appointmentevent WHERE verb = 'moved'")[0][0] == VISITS
    assert scratch.sql("SELECT count(*) FROM practice_message WHERE kind = 'plan-applied'")[0][0] == 1
    record_property("figure", f"{AT_ONCE} at once: 1 applied, {AT_ONCE - 1} x 409, {VISITS} visits moved once each")


def killed_while_applying(scratch: Scratch, folder: Any, wait: float, before: str = "") -> tuple[bool, Counter[Any]]:
    """Kill a process so many seconds into applying a plan; whether it was under way still, and how each visit stands."""
    mark = folder / "mark"
    mark.unlink(missing_ok=True)
    worker = scratch.start("manage.py", "shell", "-v0", "-c", _APPLY % (before, mark, mark))
    until = time.monotonic() + 60
    while not mark.exists() and time.monotonic() < until:
        time.sleep(0.005)
    assert mark.exists(), "it never came to apply"
    time.sleep(wait)
    scratch.kill(worker)
    rows = [(status, bool(is_there), outcome, plan) for status, is_there, outcome, plan in scratch.sql(_STANDING)]
    return mark.read_text() == "applying", Counter(rows)


def test_a_plan_whose_process_is_killed_moves_every_visit_or_none(scratch, tmp_path, record_property):
    chance, under_way, ends = random.Random(20261121), 0, Counter[str]()
    for _ in range(KILLS):
        was_applying, rows = killed_while_applying(scratch, tmp_path, chance.uniform(0, 0.5))
        under_way += was_applying
        assert rows in ({ALL: VISITS}, {NONE: VISITS}), rows
        ends["all" if ALL in rows else "none"] += 1
    assert under_way, "a kill fell into the applying itself"
    record_property("figure", f"{KILLS} SIGKILLs, {under_way} while {VISITS} visits were being moved: "
                    f"{ends['all']} times all moved, {ends['none']} times none")


def test_with_the_transaction_taken_out_a_kill_leaves_half_a_plan(scratch, tmp_path, record_property):
    for wait in (0.08, 0.12, 0.16, 0.2, 0.1, 0.14):
        _, rows = killed_while_applying(scratch, tmp_path, wait, _WITHOUT_A_TRANSACTION)
        if rows not in ({ALL: VISITS}, {NONE: VISITS}):
            moved = sum(n for row, n in rows.items() if row[1])
            record_property("figure", f"a plan called applied, {moved} of {VISITS} visits moved")
            return
        scratch.python("from sessions.models import Plan; Plan.objects.filter(status='proposed').update(status='stale')")
    raise AssertionError("half a plan was never seen: this proof cannot fail")
