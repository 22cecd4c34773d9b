"""What the practice's own people are told regularly: each room declares its digests, each member chooses among them.

A digest is a message like any other: once for each member, kind and day, and none where there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from practice import audit, clock, outbox
from practice.access import Role
from practice.models import Membership, Message, Practice
from practice.outbox import Kind, Said
from practice.refusals import BadInput

MORNING = time(7)  # in the practice's zone, also where that is a quiet hour: who wants none chooses none. Our proposal
LATEST = timedelta(hours=3)  # after its hour, from when on a digest of the day is of no use: our proposal
EVERY_DAY, MONDAYS = tuple(range(7)), (0,)


@dataclass(frozen=True, slots=True)
class Digest:
    """One regular message: what it is called, on which weekdays it comes, for whom it is on unless they say no.

    `says` answers a value for each variable of its text, or None where there is nothing to say to this member that day;
    initials and counts, never a client's name. `is_for` says who is offered it at all.
    """

    code: str
    name: str
    help: str
    says: Callable[[Membership, date], dict[str, str] | None]
    variables: Mapping[str, str]
    weekdays: tuple[int, ...] = EVERY_DAY
    on_for: frozenset[str] = frozenset()
    is_for: Callable[[Membership], bool] = lambda member: True


DIGESTS: dict[str, Digest] = {}


def declare_digest(digest: Digest) -> None:
    """Make a digest known, and the kind of message it is; called once at start by the room that owns its facts."""
    DIGESTS[digest.code] = digest
    outbox.declare(Kind(
        digest.code, f"Regular: {digest.name.lower()}", _nothing_to_say, _said, keeps_quiet_hours=False,
        variables={**digest.variables, "link": settings.BASE_URL}, is_to="member",
        when=digest.help))


def offered_to(member: Membership) -> list[Digest]:
    """The digests this member can choose among."""
    return [digest for digest in DIGESTS.values() if digest.is_for(member)]


def is_wanted(digest: Digest, member: Membership) -> bool:
    """Whether the member gets it: as they chose, else as is usual for their role."""
    usual = member.role in digest.on_for or (Role.THERAPIST in digest.on_for and member.is_therapist)
    return digest.is_for(member) and bool(member.digests.get(digest.code, usual))


def choose_digests(*, member: Membership, wanted: Collection[str], by: Membership) -> Membership:
    """Say which digests one gets from now on; everybody for themselves. Refuses what is not offered to them."""
    offered = {digest.code for digest in offered_to(member)}
    if not set(wanted) <= offered:
        raise BadInput("Choose from the list.", field="wanted")
    member.digests = {code: code in wanted for code in offered}
    member.save(update_fields=["digests"])
    audit.record(by=by, verb="digests_chosen", subject=member)
    return member


def send_digests() -> int:
    """Queue every digest whose hour has come; how many. Two schedulers, or a late one, queue each once."""
    return sum(_queue(digest, member, today) for practice in Practice.objects.all()
               for today in _mornings(practice) for digest, member in _to_tell(practice, today))


def _mornings(practice: Practice) -> Iterator[date]:
    """Today, while its digests are due."""
    today, at, _ = clock.wall_of(timezone.now(), practice.time_zone)
    if MORNING <= at < (datetime.combine(today, MORNING) + LATEST).time():
        yield today


def _morning(today: date, practice: Practice) -> datetime:
    return clock.instant_of(today, MORNING, practice.time_zone, fold=0)


def _to_tell(practice: Practice, today: date) -> Iterator[tuple[Digest, Membership]]:
    """Who is still to get which digest of the day."""
    told = set(Message.objects.filter(practice=practice, kind__in=DIGESTS, start_version=today.isoformat()).values_list(
        "subject_id", "kind"))
    people = Membership.objects.filter(practice=practice, is_active=True, user__is_active=True).select_related(
        "user", "practice").order_by("pk")
    for member in people:
        for digest in DIGESTS.values():
            if today.weekday() in digest.weekdays and (member.pk, digest.code) not in told and is_wanted(
                    digest, member):
                yield digest, member


def _queue(digest: Digest, member: Membership, today: date) -> bool:
    if digest.says(member, today) is None:
        return False
    outbox.queue_message(
        practice=member.practice, kind=digest.code, subject_id=member.pk, start_version=today.isoformat(),
        to_address=member.user.email, to_name=member.name, due_at=timezone.now(),
        useful_until=_morning(today, member.practice) + LATEST,
        why=f"{digest.name}: chosen by them, or usual for their role.")
    return True


def _member(message: Message) -> Membership | None:
    return (Membership.objects.filter(pk=message.subject_id, is_active=True, user__is_active=True)
            .select_related("user", "practice").first())


def _nothing_to_say(message: Message) -> str | None:
    member, digest = _member(message), DIGESTS[message.kind]
    if member is None:
        return "They do not work here any more."
    if not is_wanted(digest, member):
        return "They do not want it any more."
    is_left = digest.says(member, date.fromisoformat(message.start_version)) is not None
    return None if is_left else "There is nothing to say any more."


def _said(message: Message) -> Said:
    member = _member(message)
    assert member is not None
    values = DIGESTS[message.kind].says(member, date.fromisoformat(message.start_version)) or {}
    empty = dict.fromkeys((*DIGESTS[message.kind].variables, "link"), "")
    return Said(empty | values, member.name.split()[0])
