"""Celery's queue of files: a message is whole or not there."""

import contextlib
import queue
from pathlib import Path

import pytest
from kombu import Connection

from practice import file_queue


@contextlib.contextmanager
def waiting(folder: Path, transport: type):
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control"),
               "processed_folder": str(folder / "done"), "polling_interval": 0.01}
    (folder / "done").mkdir(parents=True)
    with Connection("filesystem://", transport=transport, transport_options=options) as connection:
        with connection.SimpleQueue("celery") as simple:
            yield simple


def dies(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_writer_that_dies_half_way_leaves_nothing_to_read(tmp_path, monkeypatch):
    with waiting(tmp_path / "queue", file_queue.Transport) as simple:
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Path, "rename", dies)
            simple.put({"n": 1})
        with pytest.raises(queue.Empty):
            simple.get(timeout=0.1)
        simple.put({"n": 2})
        assert simple.get(timeout=5).payload == {"n": 2}


def test_an_empty_message_such_as_kombus_own_writer_shows_would_end_the_reader(tmp_path):
    with waiting(tmp_path / "queue", file_queue.Transport) as simple:
        (tmp_path / "queue" / "1_begun.celery.msg").touch()
        with pytest.raises(ValueError, match="Expecting value"):
            simple.get(timeout=5)
