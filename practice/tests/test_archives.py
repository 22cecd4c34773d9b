"""Everything of a practice is taken out by its owner: made by a worker, fetched once signed in, gone after a day."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from practice.copies import archives
from practice.copies.refusals import NotReady
from practice.models import Archive, ArchivePiece, AuditEntry
from practice.refusals import NotAllowed


@pytest.fixture
def archive(owner: Any, maria: Any, kofi: Any) -> Archive:
    """One that is made."""
    asked = archives.ask_for_archive(by=owner)
    archives.make_archives()
    return Archive.objects.get(pk=asked.pk)


def test_an_owner_asks_for_it_a_worker_makes_it_and_the_owner_fetches_it(archive: Archive, page: Any, owner: Any) -> None:
    assert archive.failure == ""
    assert (archive.records, archive.records_done) == (2, 2)
    kept = b"".join(bytes(piece.sealed) for piece in archive.pieces.all())
    assert b"PK\x03\x04" not in kept[:10]
    shown = page(owner).get("/practice/moving-out/").content.decode()
    assert archive.name in shown
    fetched = page(owner).post(f"/practice/moving-out/{archive.pk}/")
    assert fetched.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content))) as read:
        assert read.testzip() is None
        assert len([name for name in read.namelist() if name.startswith("records/")]) == 2
        assert "Maria Lindqvist" in read.read("tables/clients_client.csv").decode("utf-8-sig")
    assert {"practice_export_asked_for", "practice_exported", "practice_export_fetched"} <= set(
        AuditEntry.objects.values_list("verb", flat=True))


def test_nobody_but_an_owner_of_that_practice_has_it(archive: Archive, page: Any, ana: Any, lakeside_owner: Any) -> None:
    with pytest.raises(NotAllowed):
        archives.ask_for_archive(by=ana)
    assert page(ana).post(f"/practice/moving-out/{archive.pk}/").status_code == 403
    assert page(lakeside_owner).post(f"/practice/moving-out/{archive.pk}/").status_code == 404
    assert archive.name not in page(lakeside_owner).get("/practice/moving-out/").content.decode()


def test_one_is_made_at_a_time_and_one_cut_off_does_not_stand_in_the_way(owner: Any) -> None:
    first = archives.ask_for_archive(by=owner)
    with pytest.raises(NotReady, match="being made already"):
        archives.ask_for_archive(by=owner)
    Archive.objects.filter(pk=first.pk).update(asked_at=timezone.now() - timedelta(hours=7))
    archives.ask_for_archive(by=owner)
    assert Archive.objects.get(pk=first.pk).failure.startswith("It was cut off")


def test_after_a_day_its_bytes_are_gone(archive: Archive, owner: Any) -> None:
    Archive.objects.filter(pk=archive.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    archives.make_archives()
    assert not ArchivePiece.objects.exists()
    with pytest.raises(NotReady, match="expired"):
        archives.fetch_archive(archive=Archive.objects.get(pk=archive.pk), by=owner)
