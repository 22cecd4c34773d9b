"""Notes that wait for somebody: drafts a day after the visit, co-signatures, what was sent back, what was opened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from notes.models import Note
from notes.record.cosigning import awaiting, sent_back_to
from notes.record.glass import unseen_by
from practice import clock
from practice.access import Role
from practice.models import Membership
from practice.people.leaving import LEFT_BEHIND, Left
from sessions.needs import MORE_NEEDS, Need

UNSIGNED_AFTER = timedelta(hours=24)  # since the visit was over
TOLD_ONE_BY_ONE = 4  # more stand on the page of notes that wait


def unsigned_of(member: Membership) -> QuerySet[Note]:
    """The member's own drafts of visits that were over a day ago, oldest first."""
    return _unsigned(member).filter(author=member).select_related("client", "appointment", "practice").order_by(
        "appointment__ends_at", "pk")


def unsigned_counts(member: Membership) -> list[tuple[str, int]]:
    """How many such drafts each colleague has, by name: all that an owner is told of them."""
    if member.role != Role.OWNER:
        return []
    rows = _unsigned(member).exclude(author=member).order_by("author__user__name", "author")
    return list(rows.values("author", "author__user__name").annotate(count=Count("pk")).values_list(
        "author__user__name", "count"))


def _unsigned(member: Membership) -> QuerySet[Note]:
    over = timezone.now() - UNSIGNED_AFTER
    return Note.objects.filter(practice_id=member.practice_id, signed_at=None, appointment__ends_at__lte=over)


def left_in_the_record(person: Membership) -> list[Left]:
    """Drafts only they can sign, and what waits for their co-signature."""
    drafts = Note.objects.filter(practice_id=person.practice_id, author=person, signed_at=None).count()
    cosigns = awaiting(person).count()
    found = []
    if drafts:
        found.append(Left("1 note they have not signed" if drafts == 1 else f"{drafts} notes they have not signed",
                          advice="Only who wrote a note signs it: ask them to before they leave."))
    if cosigns:
        found.append(Left("1 note that waits for their co-signature" if cosigns == 1
                          else f"{cosigns} notes that wait for their co-signature",
                          advice="Choose another supervisor on the page of their hours."))
    return found


LEFT_BEHIND.append(left_in_the_record)


def said_age(over: datetime) -> str:
    """How long ago a visit was over: “1 day”, “12 days”."""
    days = (timezone.now() - over).days
    return f"{days} day{'' if days == 1 else 's'}"


def needs_of_the_record(member: Membership, _mine: Q) -> Iterator[Need]:
    """What of the record waits for this member, for Today; nothing for the front desk."""
    if not member.may_see_clinical:
        return
    page = reverse("notes:waiting")
    if member.is_therapist:
        waiting = _waiting_for(member)
        for kind, words in _SAID.items():
            yield from _told([row for row in waiting if row[0] == kind], words, page)
    if counts := unsigned_counts(member):
        yield Need("Unsigned notes: " + ", ".join(f"{name} {count}" for name, count in counts), page)
    if opened := unseen_by(member).count():
        yield Need("1 note was opened with a reason" if opened == 1 else f"{opened} notes were opened with a reason",
                   reverse("notes:opened"))


_SAID = {"unsigned": "to sign, {age} since the visit", "sent back": "your note was sent back",
         "awaiting": "{author}’s note waits for your co-signature"}
_Row = tuple[str, UUID, str, date, str, datetime]


def _waiting_for(member: Membership) -> list[_Row]:
    """Every note that waits for a therapist, with why, oldest first; one query."""
    parts = [rows.order_by().annotate(why=Value(kind)).values_list(
        "why", "pk", "client__name", day, "author__user__name", "appointment__ends_at")
        for kind, day, rows in (("unsigned", "appointment__wall_date", unsigned_of(member)),
                                ("sent back", "visit_on", sent_back_to(member)),
                                ("awaiting", "visit_on", awaiting(member)))]
    return sorted(parts[0].union(*parts[1:], all=True), key=lambda row: (row[3], row[1]))


def _told(rows: list[_Row], words: str, page: str) -> Iterator[Need]:
    """Each note by client and day; where there are too many the page tells the rest."""
    for _, pk, client, on, author, over in rows[:TOLD_ONE_BY_ONE]:
        said = words.format(age=said_age(over), author=author)
        yield Need(f"{client}, {clock.said_date(on)}: {said}", reverse("notes:note", args=[pk]))
    if (more := len(rows) - TOLD_ONE_BY_ONE) > 0:
        yield Need(f"{more} more note{'' if more == 1 else 's'} like that", page)


MORE_NEEDS.append(needs_of_the_record)
