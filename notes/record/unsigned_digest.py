"""The digest of notes that are not signed a day after their visit: how many, for whoever wrote them."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse

from notes.record.waiting import unsigned_of
from practice.access import Role
from practice.digests import Digest, declare_digest
from practice.models import Membership


def _unsigned(member: Membership, _today: date) -> dict[str, str] | None:
    count = unsigned_of(member).count() if member.is_therapist else 0
    if not count:
        return None
    return {"notes": "1 note is" if count == 1 else f"{count} notes are",
            "link": f"{settings.BASE_URL}{reverse('notes:waiting')}"}


declare_digest(Digest(
    "digest-unsigned", "Notes to sign", "Every morning on which a note of yours is unsigned a day after its visit.",
    _unsigned, {"notes": "2 notes are"}, on_for=frozenset({Role.THERAPIST}),
    is_for=lambda member: bool(member.is_therapist)))
