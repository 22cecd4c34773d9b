"""A note that is not theirs to read, opened all the same: with a reason, for half an hour, and never in silence.

For the case that cannot wait for its author. Its author and the owner are written to at once and find it under “Needs
you” until they have seen it; the reason stands with the note for ever. The front desk cannot do this.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from notes.models import BrokenGlass, Note
from practice import audit, outbox
from practice.access import CLINICAL, Actor, Role
from practice.models import Membership, Message
from practice.outbox import Kind, Said
from practice.refusals import BadInput, NotAllowed, Refusal

OPEN_FOR = timedelta(minutes=30)
KIND = "note-opened"


class NotNeeded(Refusal):
    """The note is theirs to read anyway."""

    code: ClassVar[str] = "glass_not_needed"
    title: ClassVar[str] = "This note is yours to read"


def break_glass(*, note: Note, reason: str, by: Actor) -> BrokenGlass:
    """Open a note kept from this member for half an hour. Refuses the front desk, a blank reason, and whoever may read
    the note anyway."""
    if not may_break(by):
        raise NotAllowed("The record is for therapists. Ask one of them.")
    if not reason.strip():
        raise BadInput("Say why this cannot wait for the note's author.", field="reason")
    with transaction.atomic():
        note = Note.objects.select_related("author__user", "practice").select_for_update(
            of=("self",), no_key=True).get(pk=note.pk)
        if Note.objects.visible_to(by).filter(pk=note.pk).exists():
            raise NotNeeded("You may read this note without a reason.")
        now = timezone.now()
        row = BrokenGlass.objects.create(practice_id=note.practice_id, note=note, by=by, at=now, until=now + OPEN_FOR,
                                         reason=reason.strip().replace("\x00", ""))
        audit.record(by=by, verb="glass_broken", subject=note, glass=str(row.pk))
        for member in _to_be_told(row):
            outbox.queue_message(
                practice=note.practice, kind=KIND, subject_id=row.pk, to_address=member.user.email,
                to_name=member.name, due_at=now, why="A note was opened with a reason.")
    return row


def may_break(member: Actor) -> bool:
    """Owners and therapists; nobody else, and nobody without an account."""
    return isinstance(member, Membership) and (member.role in CLINICAL or member.is_therapist)


def kept_from(member: Membership) -> QuerySet[Note]:
    """The practice's notes this member may open only with a reason."""
    if not may_break(member):
        return Note.objects.none()
    return Note.objects.filter(practice_id=member.practice_id).exclude(
        pk__in=Note.objects.visible_to(member).order_by().values("pk"))


def is_open(note: Note, member: Membership) -> BrokenGlass | None:
    """The opening by which this member reads a note that is not theirs, while it lasts."""
    return BrokenGlass.objects.filter(note=note, by=member, until__gt=timezone.now()).first()


def _to_be_told(row: BrokenGlass) -> list[Membership]:
    """The author and every owner, but not whoever opened it."""
    told = Membership.objects.filter(Q(pk=row.note.author_id) | Q(role=Role.OWNER), practice_id=row.practice_id,
                                     is_active=True, user__is_active=True).exclude(pk=row.by_id)
    return list(told.select_related("user").order_by("pk"))


# --- seen by whom it concerns -------------------------------------------------------------------------------------


def openings_for(member: Membership) -> QuerySet[BrokenGlass]:
    """The openings this member is told of: of their own notes, for the owner all; the latest first."""
    whose = Q() if member.role == Role.OWNER else Q(note__author=member)
    rows = BrokenGlass.objects.filter(whose, practice_id=member.practice_id).exclude(by=member)
    return rows.select_related("by__user", "note__client", "note__author__user")


def unseen_by(member: Membership) -> QuerySet[BrokenGlass]:
    """Those they have not said they saw."""
    return openings_for(member).filter(
        Q(note__author=member, seen_by_author_at=None)
        | (Q(seen_by_owner_at=None) if member.role == Role.OWNER else Q(pk=None)))


def mark_seen(*, glass: BrokenGlass, by: Membership) -> BrokenGlass:
    """The author or an owner has seen who opened the note and why. Refuses whoever it does not concern."""
    is_author, is_owner = glass.note.author_id == by.pk, by.role == Role.OWNER
    if glass.by_id == by.pk or not (is_author or is_owner):
        raise NotAllowed("This is for the note's author and the owner to see.")
    with transaction.atomic():
        glass = BrokenGlass.objects.select_for_update(of=("self",), no_key=True).get(pk=glass.pk)
        now = timezone.now()
        if is_author and glass.seen_by_author_at is None:
            glass.seen_by_author_at = now
        if is_owner and glass.seen_by_owner_at is None:
            glass.seen_by_owner_at = now
        glass.save(update_fields=["seen_by_author_at", "seen_by_owner_at"])
        audit.record(by=by, verb="glass_seen", subject=glass, client_id=glass.note.client_id)
    return glass


# --- the message --------------------------------------------------------------------------------------------------


def _always(message: Message) -> str | None:
    return None


def _about_opening(message: Message) -> Said:
    """That it happened and where to look; neither who, whose, nor why."""
    return Said({"link": f"{settings.BASE_URL}/notes/opened/"}, message.to_name)


outbox.declare(Kind(KIND, "Opened with a reason", _always, _about_opening, keeps_quiet_hours=False,
                    is_to="member", variables={"link": "https://practice.example/notes/opened/"},
                    when="At once, when a colleague opens a note that is kept from them."))
