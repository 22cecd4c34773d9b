"""Where a run happens: a scratch database, the web server as deployed, and clients that cost little themselves."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

from practice.tests.scratch import Scratch, free_port

WORKERS = 2


class Place(Scratch):
    """A scratch database with the tables and nobody in them; its processes run as deployed, with DEBUG off."""

    def create(self) -> None:
        if self.is_postgres:
            self._admin(f'CREATE DATABASE "{self.name}"')
        self.manage("migrate", "-v0")
        (self.folder / "static").mkdir()  # WhiteNoise looks for it

    def enter(self) -> None:
        """Make this process itself a process of the place."""
        os.environ.update(self.env)
        import django

        django.setup()

    def leave(self) -> None:
        """Close what this process holds open."""
        from django.db import connections

        connections.close_all()

    @contextlib.contextmanager
    def served(self, wsgi: str = "practice.wsgi") -> Iterator[Web]:
        """Gunicorn with its deployed settings and two workers, until the end of the block."""
        port, began = free_port(), time.perf_counter()
        process = self.start(
            "-m",
            "gunicorn",
            "--config",
            "deploy/gunicorn.conf.py",
            "--bind",
            f"127.0.0.1:{port}",
            "--backlog",
            "1024",
            wsgi,
            WEB_CONCURRENCY=str(WORKERS),
        )
        web = Web(port, process.pid)
        try:
            while web.call("GET", "/healthz")[0] != 200:
                if time.perf_counter() - began > 60:
                    raise RuntimeError("the web server did not come up")
                time.sleep(0.02)
            web.started_in = time.perf_counter() - began
            yield web
        finally:
            self.kill(process)
            self.processes.remove(process)

    def settle(self) -> None:
        """Let the database know its tables after a bulk load, as its own housekeeping would within minutes."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if self.is_postgres else "PRAGMA wal_checkpoint(TRUNCATE)")


@dataclass
class Request:
    """One request, ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None = None


@dataclass
class Web:
    """A running server."""

    port: int
    pid: int
    started_in: float = 0.0

    def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """One request over a connection of its own; status 0 where nobody listens yet."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def caller(self) -> Caller:
        return Caller(self.port)

    def memory(self) -> float:
        """The largest resident set of a worker process, in MB."""
        children = subprocess.run(
            ["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        sizes = []
        for pid in children:
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    sizes.append(int(line.split()[1]) / 1024)
        return max(sizes, default=0.0)


class Caller:
    """One kept-open connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: Request) -> tuple[int, bytes]:
        self.connection.request(request.method, request.path, body=request.body, headers=request.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def expect(self, request: Request, status: int = 200) -> bytes:
        got, body = self.send(request)
        if got != status:
            raise RuntimeError(f"{request.method} {request.path} answered {got}: {body[:600]!r}")
        return body


def storm(web: Web, hands: Sequence[Sequence[Request]], status: int) -> float:
    """Each hand sends its requests one after the other, all hands at once; answers requests per second."""
    start = Barrier(len(hands) + 1)

    def work(requests: Sequence[Request]) -> None:
        caller = web.caller()
        start.wait(60)
        for request in requests:
            caller.expect(request, status)

    with ThreadPoolExecutor(len(hands)) as pool:
        running = [pool.submit(work, requests) for requests in hands]
        start.wait(60)
        began = time.perf_counter()
        for one in running:
            one.result()
        return sum(map(len, hands)) / (time.perf_counter() - began)


def get(path: str, token: str) -> Request:
    return Request("GET", path, {"Authorization": f"Bearer {token}", "Accept": "application/json"})


def post(path: str, token: str, body: dict[str, Any]) -> Request:
    return Request(
        "POST",
        path,
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        json.dumps(body).encode(),
    )


def route_exists(path: str) -> bool:
    """Whether the product answers at this path at all; parts of it may not be built yet."""
    from django.urls import Resolver404, resolve

    try:
        resolve(path)
    except Resolver404:
        return False
    return True
