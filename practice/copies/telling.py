"""What a command says while it works: on standard error, one line that is written over where a person looks on."""

from __future__ import annotations

import getpass
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from practice.refusals import Refusal

EVERY = 1.0  # seconds


def progress(stderr: Any, what: str = "rows") -> Callable[[int, int], None]:
    """Says how many rows are done, once a second and at the end."""
    said = [0.0]

    def told(done: int, of: int) -> None:
        now = time.monotonic()
        if now - said[0] >= EVERY or (done == of and said[0]):
            said[0] = now
            stderr.write(f"  {done:,} of {of:,} {what}")

    return told


def given_key() -> str:
    """The key from BACKUP_KEY, or typed in where somebody sits at a terminal."""
    if settings.BACKUP_KEY or not sys.stdin.isatty():
        return str(settings.BACKUP_KEY)
    return getpass.getpass("The secret half of the key (AGE-SECRET-KEY-1…): ")


def in_words(verb: Callable[..., Any], **given: Any) -> Any:
    """Call a verb; a refusal, and a disk that says no, end the command in a sentence."""
    try:
        return verb(**given)
    except Refusal as refused:
        raise CommandError(refused.detail) from refused
    except DatabaseError as silent:
        raise CommandError(f"The database says no: {str(silent).splitlines()[0]}") from silent
    except OSError as disk:
        raise CommandError(f"The disk says no: {disk}.") from disk
