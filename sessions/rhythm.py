"""The rhythm of a series: every so many days, or on chosen days of the week; the dates alone, without a diary. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from dateutil import rrule

from clients.wishes import WEEKDAYS
from practice import clock
from practice.refusals import BadInput

MOST_VISITS = 104
WEEK = 7  # days


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every `every_days` days from the first date, or on `weekdays` (0 = Monday) of every so many whole weeks.

    It ends after `count` visits or with the last date not after `until`, whichever is named, or comes first.
    """

    every_days: int = WEEK
    count: int | None = None
    until: date | None = None
    weekdays: tuple[int, ...] = ()

    def dates(self, first: date) -> list[date]:
        """Every date, the first one included; refuses what is no rhythm, has no end, or begins on another weekday."""
        self._refuse_impossible(first)
        if self.weekdays:
            rule = rrule.rrule(rrule.WEEKLY, _at_noon(first), interval=self.every_days // WEEK,
                               byweekday=self.weekdays, wkst=rrule.MO, until=self.until and _at_noon(self.until))
        else:
            rule = rrule.rrule(rrule.DAILY, _at_noon(first), interval=self.every_days,
                               until=self.until and _at_noon(self.until))
        found = [moment.date() for moment in islice(rule, self.count or MOST_VISITS + 1)]
        if len(found) > MOST_VISITS:
            raise BadInput(f"That would be more than {MOST_VISITS} visits. Let it end earlier.", field="until")
        return found

    @property
    def interval_days(self) -> int:
        """How many days lie between two visits on the whole: twice a week is 4 (3.5)."""
        return max(1, -(-self.every_days // max(1, len(self.weekdays))))

    @property
    def said(self) -> str:
        """In words: "every 2 weeks on Monday and Thursday"."""
        weeks, days = divmod(self.every_days, WEEK)
        every = ("every day" if self.every_days == 1 else f"every {self.every_days} days" if days else
                 "every week" if weeks == 1 else f"every {weeks} weeks")
        return f"{every} on {' and '.join(WEEKDAYS[day] for day in sorted(self.weekdays))}" if self.weekdays else every

    def _refuse_impossible(self, first: date) -> None:
        if not 1 <= self.every_days <= 366:
            raise BadInput("A rhythm is from 1 to 366 days.", field="every_days")
        if self.count is not None and not 1 <= self.count <= MOST_VISITS:
            raise BadInput(f"A series has from 1 to {MOST_VISITS} visits.", field="count")
        if self.count is None and self.until is None:
            raise BadInput("Say how many visits, or until when.", field="count")
        if self.until is not None and self.until < first:
            raise BadInput(f"{clock.said_date(self.until)} lies before the first visit, {clock.said_date(first)}.",
                           field="until")
        if any(not 0 <= day < WEEK for day in self.weekdays):
            raise BadInput("Days are numbered 0 for Monday to 6 for Sunday.", field="weekdays")
        if self.weekdays and self.every_days % WEEK:
            raise BadInput("On chosen weekdays the rhythm is whole weeks: 7 days, 14 days, 21 days.",
                           field="every_days")
        if self.weekdays and first.weekday() not in self.weekdays:
            raise BadInput(f"The first visit, {clock.said_date(first)}, falls on none of the days chosen.",
                           field="weekdays")


def _at_noon(on: date) -> datetime:
    return datetime.combine(on, time(12))
