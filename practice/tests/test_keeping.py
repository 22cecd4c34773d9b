"""Copies every night: when they are due, which stay, what the owner and /healthz are told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from practice.copies import keeping
from practice.copies.keys import new_key
from practice.copies.refusals import NoKey, NotReady
from practice.models import AuditEntry, Copy
from practice.refusals import NotAllowed

SECRET, PUBLIC = new_key()
NIGHT = datetime(2026, 11, 24, 3, 5, tzinfo=UTC)


@pytest.fixture
def kept(settings: Any, tmp_path: Path, db: None) -> Path:
    """A place for copies, and a key."""
    settings.BACKUP_KEY, settings.BACKUP_DIR, settings.BACKUP_HOUR = SECRET, tmp_path / "backups", 3
    return tmp_path / "backups"


def made(at: datetime, **more: Any) -> Copy:
    return Copy.objects.create(asked_at=at, began_at=at, ended_at=at, name=f"{at:%Y%m%d%H}.age", **more)


def test_the_nights_copy_is_asked_for_once_and_again_an_hour_after_a_failure(kept: Path) -> None:
    assert keeping.ask_for_the_nights(NIGHT) is not None
    assert keeping.ask_for_the_nights(NIGHT) is None  # it is under way
    Copy.objects.update(ended_at=NIGHT, failure="The disk says no.")
    assert keeping.ask_for_the_nights(NIGHT + timedelta(minutes=50)) is None
    again = keeping.ask_for_the_nights(NIGHT + timedelta(minutes=61))
    assert again is not None
    Copy.objects.filter(pk=again.pk).update(ended_at=NIGHT + timedelta(minutes=62))
    assert keeping.ask_for_the_nights(NIGHT + timedelta(hours=20)) is None
    assert keeping.ask_for_the_nights(NIGHT + timedelta(days=1)) is not None


def test_without_a_key_nothing_is_made_and_the_owner_is_told(settings: Any, owner: Any) -> None:
    settings.BACKUP_KEY = ""
    assert keeping.ask_for_the_nights(NIGHT) is None
    assert "BACKUP_KEY" in keeping.worry()
    with pytest.raises(NoKey, match="--new-key"):
        keeping.ask_for_copy(by=owner)


def test_an_owner_asks_for_a_copy_a_worker_makes_it_and_reads_it_through(kept: Path, owner: Any, ana: Any) -> None:
    with pytest.raises(NotAllowed):
        keeping.ask_for_copy(by=ana)
    keeping.ask_for_copy(by=owner)
    with pytest.raises(NotReady, match="being made already"):
        keeping.ask_for_copy(by=owner)
    keeping.keep_copies()
    copy = Copy.objects.get()
    assert copy.failure == ""
    assert copy.checked_at is not None
    assert (kept / copy.name).stat().st_size == copy.size > 0
    assert keeping.worry() == ""
    assert AuditEntry.objects.filter(verb="copy_asked_for").count() == 1


def test_a_failure_is_kept_in_words_and_one_cut_off_does_not_block_the_next(kept: Path, owner: Any) -> None:
    kept.write_text("a file where the folder should be")
    keeping.ask_for_copy(by=owner)
    keeping.keep_copies()
    assert "The disk says no" in Copy.objects.get().failure
    assert "The disk says no" in keeping.worry()
    Copy.objects.all().delete()
    Copy.objects.create(asked_at=timezone.now() - timedelta(hours=4), began_at=timezone.now() - timedelta(hours=4))
    keeping.ask_for_copy(by=owner)
    assert Copy.objects.filter(failure__startswith="It was cut off").count() == 1


@given(some.sets(some.integers(0, 2_500), max_size=40))
def test_what_is_kept_is_seven_days_five_weeks_and_twelve_months(numbers: set[int]) -> None:
    days = {date(2020, 1, 1) + timedelta(days=n) for n in numbers}
    stay = keeping.kept_of(days)
    assert stay <= days
    assert set(sorted(days)[-7:]) <= stay
    assert len(stay) <= 7 + 5 + 12
    months = sorted({(day.year, day.month) for day in days})[-12:]
    assert {(day.year, day.month) for day in stay} >= set(months)
    assert keeping.kept_of(stay) == stay  # a second look throws nothing more away


def test_old_copies_make_room_and_only_their_files_go(kept: Path) -> None:
    kept.mkdir()
    (kept / "mine.txt").write_text("not a copy")
    for day in range(60):
        (kept / made(timezone.now() - timedelta(days=day)).name).write_text("x")
    gone = keeping.throw_away_old()
    left = {path.name for path in kept.iterdir()}
    assert len(left) == 61 - gone
    assert "mine.txt" in left
    assert Copy.objects.filter(thrown_away_at=None).count() == 60 - gone
    assert keeping.throw_away_old() == 0


def test_healthz_says_how_old_the_newest_copy_is_and_stays_well(kept: Path, client: Any) -> None:
    made(timezone.now() - timedelta(hours=30))
    answer = client.get("/healthz")
    assert answer.json()["backup_age_hours"] == 30
    assert "the newest copy is more than 26 hours old" in answer.json()["warnings"][0]
    assert not [problem for problem in answer.json()["problems"] if "cop" in problem]


def test_the_page_says_what_the_key_can_do_and_shows_what_was_made(kept: Path, settings: Any, page: Any, owner: Any,
                                                                   desk: Any) -> None:
    made(timezone.now() - timedelta(hours=30), size=2_000_000, rows=1234)
    shown = page(owner).get("/practice/keeping/").content.decode()
    assert "read through to its end" in shown
    assert "30 hours old" in shown
    settings.BACKUP_KEY = PUBLIC
    assert "nobody can read them, you neither" in page(owner).get("/practice/keeping/").content.decode()
    settings.BACKUP_KEY = "riverside"
    assert "This key is none" in page(owner).get("/practice/keeping/").content.decode()
    assert "30 hours old" in page(owner).get("/").content.decode()
    assert "30 hours old" not in page(desk).get("/").content.decode()
    assert page(desk).get("/practice/keeping/").status_code == 403
