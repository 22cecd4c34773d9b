"""Many reminders due in a scratch practice, and a mail server with moods: what the proofs of the outbox share."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from practice.tests.scratch import MailServer, Scratch

QUEUE = """
import random
from datetime import date, timedelta
from django.utils import timezone
from clients.models import Client
from practice.models import Membership, Message, Room, Service
from sessions.models import Appointment
from sessions import reminders
want, channel, days, apart, each = %(want)d, "%(channel)s", %(days)d, %(apart)d, %(each)d
noon = f"Etc/GMT{timezone.now().hour - 12:+d}" if timezone.now().hour != 12 else "Etc/GMT"
ana = Membership.objects.filter(is_therapist=True).select_related("practice", "user").first()
people = Client.objects.bulk_create(Client(
    practice=ana.practice, name=f"Person {n:04d}", email=f"p{n}@many.example", phone=f"+1206555{n:04d}", channels=[channel],
    reminder_consent_on=date(2026, 1, 5), reminder_consent_source="intake form", time_zone=noon) for n in range(want))
room, service = Room.objects.first(), Service.objects.first()
start = (timezone.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
visits = []
for n, client in enumerate(people * each):
    visit = Appointment(practice=ana.practice, client=client, therapist=ana, room=room, service=service, minutes=45)
    visit.set_time(start + timedelta(minutes=apart * n), ana.practice.time_zone)
    visits.append(visit)
for k in range(0, len(visits), 100):
    Appointment.objects.bulk_create(visits[k:k + 100])
rows = []
for visit in visits:
    visit.practice = visit.client.practice = ana.practice
    rows += [m for m in reminders._reminders_of(visit) if m.start_version.endswith("-7d")]
for row in rows:
    row.due_at = timezone.now() - timedelta(seconds=random.randrange(60, 600))
Message.objects.bulk_create(rows)
print(Message.objects.count())
"""


def queue(scratch: Scratch, want: int, *, channel: str = "email", days: int = 20, apart: int = 60, each: int = 1) -> None:
    """So many clients, each with one visit or more whose reminders are due already; the visits are minutes apart."""
    code = QUEUE % {"want": want, "channel": channel, "days": days, "apart": apart, "each": each}
    assert scratch.python(code).strip().endswith(str(want * each))


def states(scratch: Scratch) -> dict[str, int]:
    return dict(scratch.sql("SELECT state, count(*) FROM practice_message GROUP BY state"))


def wait_until(holds: Callable[[], Any], seconds: float, *, every: float = 0.01) -> bool:
    """Whether it came to hold in that time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


def over(scratch: Scratch) -> bool:
    """Whether nothing waits any more."""
    return not {"waiting", "sending"} & states(scratch).keys()


def hurry(scratch: Scratch) -> None:
    """What waits to be tried again is tried now."""
    scratch.sql("UPDATE practice_message SET claimed_until = NULL WHERE state = 'waiting'")


class MoodyServer(MailServer):
    """Takes a moment over each mail, asks some to wait, refuses some for good, and is away for a while when told so."""

    def __init__(self, *, asks_to_wait: float = 0.0, refuses: str = "nobody", slow: float = 0.0) -> None:
        super().__init__()
        self.asks_to_wait, self.refuses, self.slow, self.is_away = asks_to_wait, refuses, slow, False
        self.thinks = 0.0  # seconds before a mail is taken; `slow` are those between that and saying so
        self.chance = random.Random(7)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.is_away:
            return "421 Closed for now"
        if address.partition("@")[0].endswith(self.refuses):
            return "550 No such person"
        if self.chance.random() < self.asks_to_wait:
            return "451 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.thinks:
            await asyncio.sleep(self.thinks)
        answer = await super().handle_DATA(server, session, envelope)
        if self.slow:
            await asyncio.sleep(self.slow)
        return answer

    @property
    def arrived(self) -> dict[str, float]:
        """When the first reminder came to each address."""
        return {one.recipient: one.at for one in reversed(self.taken)
                if str(one.mail["Subject"]).startswith("Your next appointment")}

    @property
    def each(self) -> Counter[str]:
        """How often each message arrived, by the id it carries."""
        return Counter(message_id for _, message_id in self.received)


def broker() -> dict[str, str]:
    """The environment of a queue of one's own: on Redis where the test run has one, else in files."""
    return {"REDIS_URL": os.environ.get("REDIS_URL", ""), "REDIS_KEY_PREFIX": f"faults-{uuid4().hex[:8]}:"}


def empty_broker(scratch: Scratch) -> None:
    """Everything the queue holds is gone."""
    url = scratch.env["REDIS_URL"]
    if not url:
        for file in (scratch.folder / "queue" / "messages").glob("*"):
            file.unlink(missing_ok=True)
        return
    import redis

    server = redis.Redis.from_url(url)
    for key in server.scan_iter(f"{scratch.env['REDIS_KEY_PREFIX']}*"):
        server.delete(key)


def worker(scratch: Scratch) -> Any:
    """A worker as it is deployed."""
    return scratch.start("-m", "celery", "--quiet", "-A", "practice", "worker", "--pool", "threads", "--concurrency",
                         "2", "--without-gossip", "--without-mingle", "--loglevel", "ERROR")


def beat(scratch: Scratch, name: str = "one") -> Any:
    """A scheduler as it is deployed, with a note of its own about when it last did what."""
    (scratch.folder / name).mkdir(exist_ok=True)
    return scratch.start("-m", "celery", "--quiet", "-A", "practice", "beat", "--loglevel", "ERROR",
                         "--schedule", str(scratch.folder / name / "beat"))

