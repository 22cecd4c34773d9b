"""The demo's past is made by the same verbs as its future, each as of its own day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest import mock

ZONE = "Europe/London"


@contextmanager
def as_of(instant: datetime) -> Iterator[None]:
    """Everything inside happens at that instant."""
    with mock.patch("django.utils.timezone.now", return_value=instant):
        yield
