"""A practice of its own for tests with real processes: a scratch database of the engine under test, web server,
worker, and mail server. Nothing here touches the database of the test run itself."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
FILL = """
import json, conftest as c
from datetime import timedelta
from django.utils import timezone
from practice import clock
from practice.models import Room, Service
p, lake = c.make_practice("Riverside Therapy"), c.make_practice("Lakeside Therapy")
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ben = c.make_member(p, "Ben Baker", "ben@riverside.example", "therapist")
Room.objects.create(practice=p, name="River room", position=1)
Room.objects.create(practice=p, name="Garden room", position=2)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
names = [f"{first} {last}" for last in ("Aalto", "Berg", "Costa", "Diaz") for first in ("Ada", "Bo", "Cy", "Di", "Eva", "Fay", "Gus", "Hal")]
people = [c.make_client(p, name, email=f"{i}@clients.example") for i, name in enumerate(names)]
day = clock.wall_of(timezone.now(), p.time_zone)[0] + timedelta(days=3)
while day.weekday() > 4:
    day += timedelta(days=1)
print(json.dumps({"practice": str(p.pk), "ana": str(ana.pk), "ben": str(ben.pk), "service": str(s.pk), "day": day.isoformat(),
                  "clients": [str(x.pk) for x in people], "token": c.token_for(ana),
                  "starts_at": clock.iso(clock.instant_of(day, __import__("datetime").time(10), p.time_zone), p.time_zone)}))
"""
SIGNED = FILL + """
from clients.models import Client
from conftest import at
from notes.tests.conftest import had_visit, sign
from practice import audit
from practice.models import Practice
from practice.sealing import sealer
from sessions.models import OutsideFeed
for client in Client.objects.select_related("practice")[:3]:
    audit.record(by=ana, verb="client_read", subject=client, client_id=client.pk)
feed = OutsideFeed(practice=p, therapist=ana, url_hash="0" * 64, host="calendar.example")
feed.sealed_url = sealer("outside-calendar", feed.pk).encrypt(b"https://calendar.example/ana").decode()
feed.save()
maria = people[0]
maria.practice = p
ana.practice = p
first = sign(had_visit(maria, ana, s, days_ago=5), ana)
ids = {"practice": str(p.pk), "ana": str(ana.pk), "feed": str(feed.pk), "note": str(first.pk)}
print(json.dumps(ids))
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Scratch:
    """One scratch practice; `ids` names its people, `env` is what its processes run with."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder, self.name = folder, f"ev_scratch_{uuid.uuid4().hex[:12]}"
        self.processes: list[subprocess.Popen[bytes]] = []
        base = os.environ.get("DATABASE_URL", "")
        self.is_postgres = base.startswith("postgres")
        self.server_url = base.rsplit("/", 1)[0] if self.is_postgres else ""
        url = f"{self.server_url}/{self.name}" if self.is_postgres else f"sqlite:///{folder / 'scratch.sqlite3'}"
        self.env = (
            os.environ
            | {
                "DATABASE_URL": url,
                "DATA_DIR": str(folder),
                "SECRET_KEY": "scratch-" + "s" * 50,
                "SECRET_KEY_FALLBACKS": str(settings.SECRET_KEY) if settings.configured else "",  # it wrapped the copied key
                "DEBUG": "0",
                "API_RATE": "off",
                "PYTHONPATH": str(ROOT),
                "LOG_LEVEL": "ERROR",
                "REDIS_URL": "",
                "DJANGO_SETTINGS_MODULE": "practice.settings",
                "MESSAGE_GRACE_SECONDS": "0",
            }
            | env
        )
        self.ids: dict[str, Any] = {}

    def create(self, fill: str, **env: str) -> None:
        """Make the database and run `fill` in it; the JSON in its last line becomes `ids`."""
        self._migrate()
        self.ids = json.loads(self.manage("shell", "-v0", "-c", fill, **env).strip().splitlines()[-1])

    def _migrate(self) -> None:
        """Copy the test run's own database, which is migrated and, between two tests, empty (see conftest.py)."""
        name = str(connection.settings_dict["NAME"])
        connection.close()  # a template of PostgreSQL may have no visitors
        if self.is_postgres:
            self._admin(f'CREATE DATABASE "{self.name}" TEMPLATE "{name}"')
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(name, uri=True)) as ours:
            ours.execute("VACUUM INTO ?", (str(self.folder / "scratch.sqlite3"),))

    def manage(self, *args: str, **env: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *args],
            cwd=ROOT,
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def python(self, code: str) -> str:
        """Run code inside the scratch practice's Django; answers what it prints."""
        return self.manage("shell", "-v0", "-c", code)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of one query, straight from the database."""
        if self.is_postgres:
            import psycopg

            with psycopg.connect(self.env["DATABASE_URL"], autocommit=True, options="-c evenhand.practice=*") as connection:
                cursor = connection.execute(query)
                return cursor.fetchall() if cursor.description else []
        with contextlib.closing(
            sqlite3.connect(self.folder / "scratch.sqlite3", timeout=30, isolation_level=None)
        ) as connection:
            return connection.execute(query).fetchall()

    def start(self, *command: str, **env: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=self.env | env, start_new_session=True)
        self.processes.append(process)
        return process

    def serve(self, wsgi: str = "practice.wsgi", workers: int = 2, threads: int = 8, port: int = 0) -> str:
        """Start gunicorn; answers the base URL once it is up."""
        port = port or free_port()
        self.start(
            "-m",
            "gunicorn",
            wsgi,
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(workers),
            "--worker-class",
            "gthread",
            "--threads",
            str(threads),
            "--log-level",
            "error",
            "--backlog",
            "1024",
            "--timeout",
            "60",
            "--keep-alive",
            "75",
        )
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{url}/healthz", timeout=2).status_code == 200:
                    return url
            time.sleep(0.1)
        raise AssertionError("the web server did not come up")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def destroy(self) -> None:
        for process in self.processes:
            self.kill(process)
        if self.is_postgres:
            self._admin(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        shutil.rmtree(self.folder, ignore_errors=True)

    def _admin(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(f"{self.server_url}/postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]


@contextlib.contextmanager
def scratch_practice(
    folder: Path, fill: str = FILL, filling: dict[str, str] | None = None, **env: str
) -> Iterator[Scratch]:
    """A practice filled by the code `fill` (with `filling` in its environment), taken down with all it started."""
    scratch = Scratch(folder, **env)
    try:
        scratch.create(fill, **filling or {})
        yield scratch
    finally:
        scratch.destroy()


@dataclass(frozen=True)
class Taken:
    """A mail as it arrived."""

    recipient: str
    content: bytes
    at: float  # seconds since 1970

    @cached_property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @cached_property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


class MailServer:
    """A real SMTP server on a port of its own that remembers every message it accepted."""

    def __init__(self) -> None:
        from aiosmtpd.controller import Controller

        self.taken: list[Taken] = []
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the bytes and say so at once, as mail servers do; reading them takes ten times as long."""
        self.taken.append(Taken(envelope.rcpt_tos[0], envelope.content, time.time()))
        return "250 OK"

    @property
    def received(self) -> list[tuple[str, str]]:
        """Recipient and Message-ID of each, in order of arrival."""
        return [(one.recipient, one.message_id) for one in self.taken]

    @property
    def mails(self) -> list[EmailMessage]:
        return [one.mail for one in self.taken]

    def to(self, address: str) -> list[EmailMessage]:
        """What this address received, in order of arrival."""
        return [one.mail for one in self.taken if one.recipient == address]

    def __enter__(self) -> MailServer:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
