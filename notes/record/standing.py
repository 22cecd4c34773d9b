"""How a note stands, beside what it says: late, co-signed or waiting, opened with a reason, and who has read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from notes.models import BrokenGlass, Note
from notes.record.check_kept import check_from_data
from notes.record.cosigning import is_sent_back, may_cosign
from notes.record.glass import is_open
from notes.record.late import late_entry
from practice import clock
from practice.access import Role
from practice.models import AuditEntry, Membership

_LOOKS = {"note_read": "", "note_exported": "taken out of the house", "glass_broken": "opened with a reason"}
_VERDICTS = {"ok": "nothing spoke against it", "caution": "caution", "clearance": "a doctor’s word was needed",
             "stop": "stop"}
MOST_LOOKS = 1000  # the latest; more are in the audit trail


@dataclass(frozen=True, slots=True)
class Look:
    """One person's readings of a note on one day: how often, how, and why where a reason was given."""

    name: str
    at: datetime  # the latest of the day
    times: int
    how: str
    reason: str


def standing_of(note: Note, member: Membership) -> dict[str, Any]:
    """What the page of a note says about it besides its words."""
    may_see_who = member.is_therapist and (note.author_id == member.pk or member.role == Role.OWNER)
    moved = note.visit_began_at != note.appointment.starts_at
    return {
        "late": late_entry(note), "may_cosign": may_cosign(note, member), "is_sent_back": is_sent_back(note),
        "awaited": (note.author.supervisor or note.supervisor) if note.awaits_cosignature else None,
        "opened": is_open(note, member) if not _is_theirs(note, member) else None,
        "check_then": check_then(note), "may_add": member.is_therapist,
        "looks": looks_at(note) if may_see_who else None,
        "signed_for": clock.said(note.visit_began_at, note.practice.time_zone) if moved else ""}


def check_then(note: Note) -> dict[str, Any] | None:
    """The safety check a note was signed with: its verdict in words, and each reason once."""
    if note.check_at_signing is None:
        return None
    check = check_from_data(note.check_at_signing)
    once = {(reason.rule, reason.text): reason for reason in check.reasons}
    return {"verdict": _VERDICTS[check.verdict], "reasons": list(once.values())}


def _is_theirs(note: Note, member: Membership) -> bool:
    return member.is_therapist and (note.visibility == "therapists" or note.author_id == member.pk)


def looks_at(note: Note) -> list[Look]:
    """Who read this note, the latest first, its author left out; by person and day."""
    entries = AuditEntry.objects.filter(subject_id=note.pk, verb__in=_LOOKS).exclude(actor=note.author_id)
    looked = list(entries.order_by("-id")[:MOST_LOOKS])
    was_opened = any("glass" in entry.detail for entry in looked)
    reasons = {str(row.pk): row.reason for row in BrokenGlass.objects.filter(note=note)} if was_opened else {}
    zone, found = note.practice.time_zone, {}
    for entry in looked:
        glass = entry.detail.get("glass", "")
        day = clock.wall_of(entry.at, zone)[0]
        key = (entry.actor_id, entry.actor_name, day, entry.verb, glass)
        before = found.get(key)
        found[key] = Look(entry.actor_name, before.at if before else entry.at, before.times + 1 if before else 1,
                          _LOOKS[entry.verb], reasons.get(glass, ""))
    return sorted(found.values(), key=lambda look: look.at, reverse=True)


def said_left(glass: BrokenGlass) -> int:
    """For how many more minutes the note stays open, at least one."""
    return max(1, round((glass.until - timezone.now()).total_seconds() / 60))
