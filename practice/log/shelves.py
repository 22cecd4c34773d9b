"""The four views of the outbox, and how a page of each is read: a keyset on an index, however many messages there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from practice.models import Message

PER_PAGE = 40
MOST_COUNTED = 1000  # beyond it a tab says “1,000+”: counting all of a long log would cost more than reading it
S = Message.State


@dataclass(frozen=True, slots=True)
class Shelf:
    """One view: its messages' states, and whether the latest stand on top. All are ordered by when they were due."""

    code: str
    name: str
    states: tuple[str, ...]
    is_latest_first: bool = True
    empty: str = ""


COMING = Shelf("coming", "Coming", (S.WAITING, S.SENDING), is_latest_first=False,
               empty="Nothing is waiting to leave. Confirmations and reminders appear here once a visit is booked.")
SENT = Shelf("sent", "Sent", (S.SENT,), empty="Nothing was sent yet.")
NOT_DELIVERED = Shelf("not-delivered", "Not delivered", (S.FAILED,),
                      empty="Everything that was sent arrived, as far as anybody told us. Nobody is to be rung.")
NOT_SENT = Shelf("not-sent", "Not sent", (S.SKIPPED, S.CANCELLED), empty="Nothing was held back.")
SHELVES = {shelf.code: shelf for shelf in (COMING, SENT, NOT_DELIVERED, NOT_SENT)}
SHELF_OF_STATE = {state: shelf.code for shelf in SHELVES.values() for state in shelf.states}


def to_be_told(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Of these, what did not arrive and still matters: nobody rang, it is not too late, nothing stands in for it."""
    stands_in = Message.objects.filter(instead_of=OuterRef("pk"))
    return rows.filter(Q(useful_until=None) | Q(useful_until__gt=timezone.now()), ~Exists(stands_in),
                       state=S.FAILED, told_at=None)


def dealt_with(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Of these, what did not arrive and needs nobody any more: told by phone, sent another way, or too late."""
    stands_in = Message.objects.filter(instead_of=OuterRef("pk"))
    return rows.filter(Q(useful_until__lte=timezone.now()) | Q(told_at__isnull=False) | Exists(stands_in),
                       state=S.FAILED)


def counted(rows: QuerySet[Message]) -> str:
    """How many, in words for a tab."""
    count = rows.order_by()[:MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a view a page begins: after this message, or before it where one turns back."""

    at: datetime
    pk: UUID
    is_back: bool = False

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"


def place_from(asked: str, *, is_back: bool) -> Place | None:
    """The place an address names; None for the first page and for what nobody can read."""
    at, _, pk = asked.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return Place(moment.astimezone(UTC), UUID(pk), is_back) if moment.tzinfo else None
    except (ValueError, OverflowError):  # a year before the first, once it is brought to UTC
        return None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page of a view, with the places where the pages before and after it begin."""

    rows: list[Message]
    before: Place | None
    after: Place | None


def leaf_of(rows: QuerySet[Message], shelf: Shelf, place: Place | None) -> Leaf:
    """A page of these messages as the view orders them: one query for each of its states, whatever the length."""
    is_back = bool(place and place.is_back)
    is_falling = shelf.is_latest_first != is_back
    found = [message for state in shelf.states
             for message in _next(rows.filter(state=state), place, is_falling=is_falling)]
    found.sort(key=lambda message: (message.due_at, message.pk), reverse=is_falling)
    has_more, shown = len(found) > PER_PAGE, found[:PER_PAGE]
    if is_back:
        shown.reverse()
    if not shown:
        return Leaf([], None, None)
    ends = [Place(end.due_at, end.pk) for end in (shown[0], shown[-1])]
    return Leaf(shown, ends[0] if (has_more if is_back else place) else None,
                ends[1] if (is_back or has_more) else None)


def _next(rows: QuerySet[Message], place: Place | None, *, is_falling: bool) -> list[Message]:
    if place:
        way, within = ("lt", "lte") if is_falling else ("gt", "gte")
        rows = rows.filter(Q(**{f"due_at__{way}": place.at}) | Q(**{f"pk__{way}": place.pk}),
                           **{f"due_at__{within}": place.at})
    sign = "-" if is_falling else ""
    return list(rows.order_by(f"{sign}due_at", f"{sign}id")[:PER_PAGE + 1])
