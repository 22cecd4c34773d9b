"""Celery's queue where there is no Redis: files in the data folder.

kombu's own transport lets a reader take a message that is still being written, and the worker ends on the empty
file (celery/kombu issue 1551). Here a message is written aside and appears whole.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """A channel whose messages appear whole or not at all."""

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{int(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        aside = Path(self.data_folder_out) / f"{uuid4()}.aside"
        aside.write_text(dumps(payload))
        aside.rename(aside.with_name(name))


class Transport(filesystem.Transport):
    """`filesystem://` with that channel."""

    Channel = Channel
