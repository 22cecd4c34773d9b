"""A web server that is told to stop finishes what it began, and one that runs for long does not grow."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from practice.tests.scratch import Scratch, free_port, scratch_practice
from practice.tests.sizes import bounded_once, size

pytestmark = [pytest.mark.processes, pytest.mark.sized]
REQUESTS, HANDS = size(160, 1_000), 8
SECONDS, WARM, PACE = size(12, 1_800), size(6, 120), 20  # requests a second


def served(scratch: Scratch, port: int, **env: str) -> subprocess.Popen[bytes]:
    """Gunicorn with its deployed settings, once it answers."""
    (scratch.folder / "static").mkdir(exist_ok=True)
    process = scratch.start("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "critical",
                            "--bind", f"127.0.0.1:{port}", "practice.wsgi", **env)
    until = time.monotonic() + 60
    while ask(port, "/healthz", "") != "200":
        assert time.monotonic() < until, "the web server did not come up"
        time.sleep(0.1)
    return process


def ask(port: int, path: str, token: str) -> str:
    """The status of one whole answer; "refused" where nobody listens, "dropped" where a taken call was not answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.connect()
    except OSError:
        return "refused"
    try:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}", "Connection": "close"})
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException):
        return "dropped"
    finally:
        connection.close()


@bounded_once
def test_new_processes_take_over_and_the_last_ones_stop_without_dropping_a_request(tmp_path, record_property):
    """SIGHUP puts new processes in place of old ones, as a new version does; SIGTERM ends them; 0 are dropped."""
    port = free_port()
    with scratch_practice(tmp_path / "drain") as scratch:
        master = served(scratch, port, WEB_CONCURRENCY="2")
        path, token = f"/api/v1/appointments/?from={scratch.ids['day']}&to={scratch.ids['day']}", scratch.ids["token"]
        with ThreadPoolExecutor(HANDS) as pool:
            asked = [pool.submit(ask, port, path, token) for _ in range(REQUESTS)]
            for part in (0.2, 0.5):
                while sum(one.done() for one in asked) < REQUESTS * part:
                    time.sleep(0.01)
                master.send_signal(signal.SIGHUP)
            answers = Counter(one.result() for one in asked)
            assert answers == {"200": REQUESTS}
            last = [pool.submit(ask, port, path, token) for _ in range(REQUESTS)]
            while sum(one.done() for one in last) < REQUESTS * 0.4:
                time.sleep(0.01)
            master.send_signal(signal.SIGTERM)
            assert master.wait(30) == 0
            ended = Counter(one.result() for one in last)
    assert ended["200"] >= REQUESTS * 0.4
    assert set(ended) <= {"200", "refused"}, ended
    record_property("figure", f"{REQUESTS} requests through two changes of processes: 0 dropped; "
                              f"{ended['200']} until SIGTERM: 0 dropped")


def memory(master: int) -> int:
    """Resident bytes of the processes of a server."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.proof
@bounded_once
def test_a_server_at_work_for_long_does_not_grow(tmp_path, record_property):
    port = free_port()
    with scratch_practice(tmp_path / "grow") as scratch:
        master = served(scratch, port, WEB_CONCURRENCY="1", METRICS_TOKEN="m" * 24, LOG_FORMAT="json")
        day, token, seen = scratch.ids["day"], scratch.ids["token"], Counter[str]()
        paths = [f"/api/v1/appointments/?from={day}&to={day}", f"/api/v1/clients/{scratch.ids['clients'][0]}/",
                 "/api/v1/clients/?page_size=20", "/login/", "/healthz", "/metrics",
                 f"/api/v1/availability/?service={scratch.ids['service']}&from={day}&to={day}"]
        began, first, number = time.monotonic(), 0, 0
        with ThreadPoolExecutor(4) as pool:
            while (passed := time.monotonic() - began) < WARM + SECONDS:
                if not first and passed > WARM:
                    first = memory(master.pid)
                asked = [pool.submit(ask, port, paths[(number + n) % len(paths)], "m" * 24 if paths[
                    (number + n) % len(paths)] == "/metrics" else token) for n in range(PACE // 4)]
                seen += Counter(one.result() for one in asked)
                number += len(asked)
                time.sleep(max(0.0, number / PACE - (time.monotonic() - began)))
        grown = memory(master.pid) / first - 1
    assert set(seen) == {"200"}, seen
    assert grown < size(15, 5) / 100, f"{grown:.1%}; a short run still fills what is kept for good"
    record_property("figure", f"{seen.total():,} requests in {SECONDS + WARM} s: 0 answers of 500, memory {grown:+.1%}")
