"""What a killed worker had written down is marked by the next; one bad line stops neither the others nor the pump."""

import json
import logging
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from practice import outbox
from practice.models import Message
from practice.outbox import receipts


@pytest.fixture
def left(riverside, settings, tmp_path):
    """`left(line, …)`: what a killed worker left in its file, behind a good line of a message; answers that message."""
    settings.DATA_DIR = tmp_path
    message = Message.objects.create(
        practice=riverside, kind="reminder", subject_id=riverside.pk, to_address="x@clients.example", why="A test.",
        due_at=timezone.now(), state="sending", claimed_by=uuid4(), claimed_until=timezone.now())

    def leave(*lines):
        file = tmp_path / "handed-over" / "1-dead"
        file.parent.mkdir()
        file.write_bytes(b"\n".join([*lines, line_of(message.pk), b""]))
        return message

    return leave


def line_of(pk, subject="Your visit", told_with=""):
    return json.dumps([str(pk), timezone.now().isoformat(), subject, "ref", "A test.", told_with]).encode()


def state_of(message):
    message.refresh_from_db()
    return message.state, message.subject_line


def files(name):
    return [path.name for path in (Path(receipts.settings.DATA_DIR) / name).iterdir()]


@pytest.mark.parametrize("bad", [
    b"5", b"{}", b"\xff\xfe", b"[null, null, null, null, null, null]", b"[1, 2, 3, 4, 5, 6]",
    line_of("0198f2a4-0000-7000-8000-000000000000", subject="half \ud83d")])
def test_a_line_nobody_can_read_is_put_aside_and_the_others_are_marked(left, bad, caplog):
    message = left(bad)
    with caplog.at_level(logging.ERROR, logger="practice.outbox.receipts"):
        assert outbox.drain() == {}
    assert state_of(message) == ("sent", "Your visit")
    assert (files("handed-over"), files("handed-over-unread")) == ([], ["1-dead"])
    assert (Path(receipts.settings.DATA_DIR) / "handed-over-unread" / "1-dead").read_bytes() == bad + b"\n"
    assert "of what was handed over, 1 could not be noted" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_line_the_database_refuses_is_put_aside_too(left):
    message = left()
    other = Message.objects.create(
        practice=message.practice, kind="reminder", subject_id=uuid4(), to_address="y@clients.example", why="A test.",
        due_at=timezone.now(), state="sending", claimed_by=uuid4(), claimed_until=timezone.now())
    file = Path(receipts.settings.DATA_DIR) / "handed-over" / "1-dead"
    file.write_bytes(line_of(other.pk, told_with=str(uuid4())) + b"\n" + file.read_bytes())
    receipts.settle_what_was_left()
    assert (state_of(message)[0], state_of(other)[0]) == ("sent", "sending")
    assert files("handed-over-unread") == ["1-dead"]


def test_a_line_cut_off_by_a_fall_is_passed_over(left):
    message = left()
    file = Path(receipts.settings.DATA_DIR) / "handed-over" / "1-dead"
    file.write_bytes(file.read_bytes() + line_of(uuid4())[:30])
    receipts.settle_what_was_left()
    assert state_of(message)[0] == "sent"
    assert not (Path(receipts.settings.DATA_DIR) / "handed-over-unread").exists()


def test_while_the_database_does_not_answer_everything_stays_where_it_is(left, monkeypatch):
    left()

    def down(found, **how):
        raise OperationalError

    monkeypatch.setattr(receipts, "mark_sent", down)
    with pytest.raises(OperationalError):
        receipts.settle_what_was_left()
    assert files("handed-over") == ["1-dead"]
