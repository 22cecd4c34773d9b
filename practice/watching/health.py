"""`/healthz`: whether all is well, for load balancers and whoever looks after the machine; names nobody."""

from __future__ import annotations

from typing import Any

import tzdata
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from practice import counting, outbox
from practice.encryption import keys
from practice.opening.code import is_open
from practice.watching import facts

STALE_SECONDS = 300  # a due message older than this and no worker: our proposal
OLD_COPY = 26 * 3600  # seconds; a night, and two hours of grace: our proposal
LEAST_DISK = 200 * 2**20  # bytes


@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while people can work here, else 503; `warnings` name what needs somebody, though the site works."""
    answer: dict[str, Any] = {}
    problems: list[str] = []
    warnings: list[str] = []
    try:
        _ask_the_database(answer, problems, warnings)
    except Exception as fault:  # whatever it is, the answer is that it is not well
        problems.append(f"the database does not answer ({type(fault).__name__})")
    answer["tzdata"] = tzdata.IANA_VERSION
    free = facts.free_disk()
    answer["disk_free_mb"] = free // 2**20
    if free < LEAST_DISK:
        problems.append("less than 200 MB of disk left")
    if (shared := counting.is_shared()) is not None:
        answer["redis"] = "ok" if shared else "does not answer"
        if not shared:
            warnings.append("Redis does not answer: messages leave late, limits are counted by each process")
    answer |= {"status": "not well" if problems else "ok", "problems": problems, "warnings": warnings,
               "database": connection.vendor}
    return JsonResponse(answer, status=503 if problems else 200, headers={"Cache-Control": "no-store"})


def _ask_the_database(answer: dict[str, Any], problems: list[str], warnings: list[str]) -> None:
    answer["migrations_pending"] = facts.pending_migrations()
    if answer["migrations_pending"]:
        problems.append("migrations are pending")
        return
    try:
        keys.load()
    except keys.KeysMissing:
        problems.append("clinical text cannot be read: a key is missing, see manage.py check --database default")
    answer["outbox_oldest_due_seconds"] = oldest = round(outbox.oldest_due_seconds(), 1)
    if oldest > STALE_SECONDS:
        problems.append("messages are due and nobody sends them: is the worker running?")
    if refused := facts.refused_lately():
        warnings.append(f"{refused} messages wait after an attempt that was not taken: does the mail server answer?")
    age = facts.backup_age()
    answer["backup_age_hours"] = None if age is None else round(age / 3600, 1)
    if age is None and not settings.BACKUP_KEY and not settings.DEBUG and is_open():
        warnings.append("nothing is copied anywhere: set BACKUP_KEY, see docs/keeping.md")
    elif age is not None and age > OLD_COPY:
        warnings.append("the newest copy is more than 26 hours old: did last night's run?")
