"""What is known about the running of a practice: is the database there, does anything wait, how old is the copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from practice import counting, outbox
from practice.models import Message, WebhookDelivery

# Whoever keeps copies registers here how many seconds old the newest good one is; None where there is none.
BACKUP_AGE: list[Callable[[], float | None]] = []
_UNSENT = (Message.State.WAITING, Message.State.SENDING)


def backup_age() -> float | None:
    """Seconds since the newest good copy, where anybody knows."""
    ages = [age for ask in BACKUP_AGE if (age := ask()) is not None]
    return min(ages, default=None)


def pending_migrations() -> int:
    """How many migrations this version brings that the database has not seen."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refused_lately() -> int:
    """Messages that wait for another attempt after the mail server or gateway took none."""
    return Message.objects.filter(state__in=_UNSENT, attempts__gt=0, due_at__lte=timezone.now()).count()


def free_disk() -> int:
    """Bytes left where this host keeps its files."""
    return shutil.disk_usage(settings.DATA_DIR).free


def queued_tasks() -> int | None:
    """Wake-ups no worker has taken yet; None where the queue cannot be asked."""
    if not settings.REDIS_URL:
        return sum(1 for _ in (Path(settings.DATA_DIR) / "queue" / "messages").glob("*.msg"))
    return counting.length_of(f"{settings.REDIS_KEY_PREFIX}celery")


def numbers() -> Iterator[tuple[str, str, float | None]]:
    """Name, meaning and value of each; a database that does not answer is itself a number."""
    try:
        connection.ensure_connection()
        now = timezone.now()
        due = Message.objects.filter(state__in=_UNSENT, due_at__lte=now)
        rows: list[tuple[str, str, float | None]] = [
            ("outbox_due", "Messages that are due and have not left.", due.count()),
            ("outbox_waiting", "Messages that wait for their time.",
             Message.objects.filter(state=Message.State.WAITING).count()),
            ("outbox_oldest_due_seconds", "How long the oldest free message is due.", outbox.oldest_due_seconds()),
            ("outbox_failed_today", "Messages given up within a day.",
             Message.objects.filter(state=Message.State.FAILED, due_at__gte=now - timedelta(days=1)).count()),
            ("webhooks_waiting", "Events for other systems that have not left.",
             WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING).count()),
            ("migrations_pending", "Migrations the database has not seen.", pending_migrations()),
            ("backup_age_seconds", "Age of the newest good copy.", backup_age())]
        yield "database_up", "Whether the database answers.", 1
        yield from rows
    except DatabaseError:
        yield "database_up", "Whether the database answers.", 0
    shared = counting.is_shared()
    yield "redis_up", "Whether Redis answers, where there is one.", None if shared is None else int(shared)
    yield "queue_tasks", "Wake-ups no worker has taken.", queued_tasks()
    yield "disk_free_bytes", "Free on this host's disk.", free_disk()
