"""Two hosts on one database and one Redis, each with a folder of its own: any process may be killed at any time."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
import requests
from django.conf import settings
from django.db import connection

from practice.tests.scratch import Scratch, free_port, scratch_practice
from practice.tests.sizes import size
from sessions.tests.faults import MoodyServer, broker, over, queue, states, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.sized]
CALLS, DUE, ROUNDS, HANDS = size(60, 3_000), size(40, 1_500), size(1, 8), 4
PROGRAMS = ("web", "worker", "scheduler")


class Host:
    """One machine: its web server, worker and scheduler, and a folder no other machine sees."""

    def __init__(self, scratch: Scratch, name: str) -> None:
        self.scratch, self.name, self.port = scratch, name, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = scratch.folder / name
        (self.folder / "static").mkdir(parents=True)
        self.running: dict[str, Any] = {}

    def start(self, program: str) -> None:
        celery = ("-m", "celery", "--quiet", "-A", "practice")
        command = {
            "web": ("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}",
                    "--log-level", "critical", "practice.wsgi"),
            "worker": (*celery, "worker", "--pool", "threads", "--concurrency", "2", "--without-gossip",
                       "--without-mingle", "--loglevel", "ERROR", "--hostname", f"{self.name}@%h"),
            "scheduler": (*celery, "beat", "--loglevel", "ERROR")}[program]
        self.running[program] = self.scratch.start(*command, DATA_DIR=str(self.folder))

    def kill(self, program: str) -> None:
        self.scratch.kill(self.running[program])

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        except requests.RequestException:
            return False


@pytest.mark.proof
def test_with_any_process_of_two_hosts_killed_under_load_nothing_fails_is_lost_or_happens_twice(tmp_path, record_property):
    if connection.vendor == "sqlite" or not settings.REDIS_URL:
        pytest.skip("two hosts share a PostgreSQL and a Redis; SQLite and its file queue are for one machine")
    chance = random.Random(20261121)
    with MoodyServer() as mail, scratch_practice(
            tmp_path / "hosts", **broker(), EMAIL_URL=f"smtp://127.0.0.1:{mail.port}", MESSAGE_LEASE_SECONDS="4") as scratch:
        hosts = [Host(scratch, "a"), Host(scratch, "b")]
        for host, program in itertools.product(hosts, PROGRAMS):
            host.start(program)
        assert wait_until(lambda: all(host.answers() for host in hosts), 90, every=0.2)
        queue(scratch, DUE)
        done, killed = Event(), Counter[str]()
        with ThreadPoolExecutor(HANDS) as pool:
            calling = [pool.submit(call, scratch, hosts, hand, done) for hand in range(HANDS)]
            for _ in range(ROUNDS):
                for program, host in itertools.product(PROGRAMS, hosts):
                    time.sleep(chance.uniform(0.2, 0.6))
                    host.kill(program)
                    killed[program] += 1
                    time.sleep(chance.uniform(0.1, 0.4))
                    host.start(program)
                    assert program != "web" or wait_until(host.answers, 60, every=0.2)
            done.set()
            seen = sum((one.result() for one in calling), Counter[str]())
        assert wait_until(lambda: over(scratch), 90, every=0.3), states(scratch)
        rows = dict(scratch.sql("SELECT name, count(*) FROM clients_client WHERE name LIKE 'Called %' GROUP BY name"))
        assert states(scratch).get("sent", 0) >= DUE
    twice = mail.each.total() - len(mail.each)
    assert {status for status in seen if status.isdigit()} == {"201"}, seen
    assert len(rows) == seen["201"] >= CALLS and set(rows.values()) == {1}, "each call acted once"
    assert len(mail.each) >= DUE and twice <= killed["worker"], "what was in a worker's hand at its kill may come twice"
    record_property("figure", f"{killed.total()} SIGKILLs, {seen['201']} calls: 0 answers of 500, 0 lost, 0 twice, "
                              f"{seen['cut']} cut and repeated; {len(mail.each)} mails, 0 lost, {twice} twice")


def call(scratch: Scratch, hosts: list[Host], hand: int, done: Event) -> Counter[str]:
    """Add clients one after the other, each at the next host; what was cut is sent again there under the same key."""
    seen = Counter[str]()
    for number in itertools.count():
        if done.is_set() and number >= CALLS / HANDS:
            break
        name, key = f"Called {hand} {number}", str(uuid4())
        for turn in itertools.count(number):
            try:
                answer = requests.post(
                    f"{hosts[turn % 2].url}/api/v1/clients/", json={"name": name, "phone": "206 555 0101"}, timeout=30,
                    headers={"Authorization": f"Bearer {scratch.ids['token']}", "Idempotency-Key": key})
            except requests.RequestException:
                seen["cut"] += 1
                time.sleep(0.02)
                continue
            if answer.status_code == 409 and answer.json()["code"] == "request_in_flight":
                time.sleep(0.05)
                continue
            seen[str(answer.status_code)] += 1
            break
    return seen
