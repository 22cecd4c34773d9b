"""What was done at home, day by day, as the client taps it; counted over the last seven days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from clients.standing import lock_client
from notes.home.programmes import barred_today, paused_by
from notes.models import HomeDone, HomeItem, HomeProgramme
from practice import audit, clock
from practice.access import Actor
from practice.refusals import WrongState

WEEK = 7


@dataclass(frozen=True, slots=True)
class Week:
    """An item and the last seven days, oldest first: whether it was done on each."""

    item: HomeItem
    days: tuple[tuple[date, bool], ...]

    @property
    def count(self) -> int:
        """On how many of them."""
        return sum(done for _, done in self.days)

    @property
    def is_done_today(self) -> bool:
        """Whether the last of them, today, is done."""
        return self.days[-1][1]

    @property
    def said(self) -> str:
        """"Release a tight muscle: left calf, 5 of 7 days"."""
        return f"{self.item.name}, {self.count} of {WEEK} days"


def today_of(client: Client) -> date:
    """The day it is where the client is."""
    return clock.wall_of(timezone.now(), client.zone)[0]


def weeks_of(programme: HomeProgramme, until: date) -> list[Week]:
    """Each item with its seven days up to `until`; what was done in an earlier version counts for the same item."""
    return _weeks(programme.items.all(), programme, until)


def _weeks(items: Iterable[HomeItem], programme: HomeProgramme, until: date) -> list[Week]:
    first = until - timedelta(days=WEEK - 1)
    rows = HomeDone.objects.filter(item__programme__client=programme.client_id, on__range=(first, until))
    done = {(row.item.key, row.on) for row in rows.select_related("item")}
    days = [first + timedelta(days=n) for n in range(WEEK)]
    return [Week(item, tuple((day, (item.key, day) in done) for day in days)) for item in items]


def home_said(client: Client, until: date) -> list[str]:
    """What the next note shows of it, a line for each item; nothing, in one query, where no programme stands."""
    items = list(HomeItem.objects.filter(programme__client=client.standing_id, programme__ended_at=None)
                 .select_related("programme__practice").order_by("position"))
    if not items:
        return []
    if paused_by(items[0].programme):
        return [f"{item.name}, paused: it begins again when you say so" for item in items]
    return [week.said for week in _weeks(items, items[0].programme, until)]


@transaction.atomic
def mark_done(*, item: HomeItem, by: Actor) -> HomeDone:
    """The client did it today; said twice it is once. Refuses what has ended, is paused, or is left out for now."""
    item = _standing(item)
    today = today_of(item.programme.client)
    row = _same(item, today).first()
    if row is None:
        row = HomeDone.objects.create(item=item, on=today, at=timezone.now())
        audit.record(by=by, verb="home_item_done", subject=item, client_id=item.programme.client_id)
    return row


@transaction.atomic
def take_back_done(*, item: HomeItem, by: Actor) -> None:
    """Tapped by mistake: today is not done. Earlier days stay as they were said."""
    item = _standing(item)
    if _same(item, today_of(item.programme.client)).delete()[0]:
        audit.record(by=by, verb="home_item_not_done", subject=item, client_id=item.programme.client_id)


def _same(item: HomeItem, on: date) -> QuerySet[HomeDone]:
    """Today's rows of the item, in whatever version it was tapped."""
    rows = HomeDone.objects.filter(on=on, item__programme__client=item.programme.client_id)
    return rows.filter(item__in=[row.item_id for row in rows.select_related("item") if row.item.key == item.key])


def _standing(item: HomeItem) -> HomeItem:
    """The item, its client locked; refuses one that is not to be done today."""
    lock_client(item.programme.client)
    item = HomeItem.objects.select_related("programme__client__practice").get(pk=item.pk)
    programme = item.programme
    if programme.ended_at is not None:
        raise WrongState(_("This was changed meanwhile. Open the page again."))
    if paused_by(programme) is not None:
        raise WrongState(_("This is paused for now. We tell you when it goes on."))
    if item.pk in barred_today(programme):
        raise WrongState(_("Leave this one out for now. We talk about it at your next visit."))
    return item
