"""The one truth of wall time: time zones, gaps, repeated hours, and how a time is said."""

import zoneinfo
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache

# zoneinfo prefers the system's files over the pinned `tzdata` package, and those go stale.
zoneinfo.reset_tzpath(to=[])
zoneinfo.ZoneInfo.clear_cache()

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# As CLDR abbreviates them, written without a comma after the weekday.
_WEEKDAYS_IN = {
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "de": ("Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."),
}
_MONTHS_IN = {
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "de": ("Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
}
DAYS_WITHOUT_YEAR = 300  # further away than this, "Tue 24 Nov" could be taken for another year's
DAY = 1440  # minutes
EPOCH_DAY = date(1970, 1, 1).toordinal()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class UnknownZone(ValueError):
    """A name that is no time zone in the pinned tzdata."""

    def __init__(self, zone: str) -> None:
        super().__init__(zone)
        self.zone = zone

    def __str__(self) -> str:
        return f"{self.zone!r} is not a time zone. Use a name such as Europe/Berlin."


class WallTimeMissing(ValueError):
    """A wall time the clocks jump over; `nearest` are the valid naive local times before and after it."""

    def __init__(self, on: date, at: time, zone: str, nearest: tuple[datetime, datetime]) -> None:
        super().__init__(on, at, zone, nearest)
        self.on, self.at, self.zone, self.nearest = on, at, zone, nearest

    @property
    def because(self) -> str:
        """Why there is no such time, without the times around it."""
        return (
            f"{said_time(self.at)} on {said_date(self.on, year=True)} does not exist in {self.zone}: "
            "clocks go forward."
        )

    def __str__(self) -> str:
        before, after = (
            said_time(near.time()) if near.date() == self.on else f"{said_date(near.date())}, {said_time(near.time())}"
            for near in self.nearest
        )
        return f"{self.because} Nearest times: {before} and {after}."


class WallTimeAmbiguous(ValueError):
    """A wall time that comes twice when clocks go back; `choices` are its two aware local datetimes."""

    def __init__(self, on: date, at: time, zone: str, choices: tuple[datetime, datetime]) -> None:
        super().__init__(on, at, zone, choices)
        self.on, self.at, self.zone, self.choices = on, at, zone, choices

    @property
    def because(self) -> str:
        """Why it is no one moment, without which two it is."""
        return (
            f"{said_time(self.at)} on {said_date(self.on, year=True)} comes twice in {self.zone}: "
            "clocks go back."
        )

    def __str__(self) -> str:
        first, second = (_said_offset(choice) for choice in self.choices)
        return f"{self.because} Say which one: the first ({first}) or the second ({second})."


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA zone name of the pinned tzdata, without the placeholder `Factory`."""
    return frozenset(zoneinfo.available_timezones() - {"Factory"})


def is_zone(name: str) -> bool:
    """Say whether `name` is an IANA zone of the pinned tzdata, spelled exactly."""
    return name in zone_names()


@cache
def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """Return the zone called `name` from the pinned tzdata, or refuse with `UnknownZone`."""
    if not is_zone(name):
        raise UnknownZone(name)
    return zoneinfo.ZoneInfo(name)


def instant_of(on: date, at: time, zone: str, fold: int | None = None, *, grid: int = 15) -> datetime:
    """Return the UTC instant of a wall time; refuses one in a gap, and a repeated one without `fold` 0 or 1.

    The nearest times offered for a gap lie on a grid of `grid` minutes; a `fold` nobody needs is ignored.
    """
    if at.tzinfo is not None:
        raise ValueError("A wall time carries no time zone of its own.")
    info = zone_of(zone)
    local = datetime.combine(on, at)
    before, after = (local.replace(tzinfo=info, fold=side).utcoffset() for side in (0, 1))
    assert before is not None
    assert after is not None
    if before < after:
        raise WallTimeMissing(on, at, zone, _around_gap(local, info, before, after, grid))
    if before > after and fold is None:
        raise WallTimeAmbiguous(on, at, zone, (local.replace(tzinfo=info, fold=0), local.replace(tzinfo=info, fold=1)))
    return (local - (after if fold else before)).replace(tzinfo=UTC)


def wall_of(instant: datetime, zone: str) -> tuple[date, time, int]:
    """Return what the clocks of `zone` show at an aware instant: date, time, fold (1 = the second pass)."""
    local = _aware(instant).astimezone(zone_of(zone))
    return local.date(), local.time(), local.fold


def day_begins(on: date, zone: str) -> datetime:
    """Return the first aware UTC instant of a day in `zone`, also where the clocks skip midnight."""
    try:
        return instant_of(on, time(0), zone, fold=0)
    except WallTimeMissing as gap:
        return instant_of(gap.nearest[1].date(), gap.nearest[1].time(), zone, fold=0)


def iso(instant: datetime, zone: str) -> str:
    """Write an instant as ISO 8601 with the offset of `zone`: "2026-11-24T10:30:00+01:00"."""
    return _aware(instant).astimezone(zone_of(zone)).isoformat()


def minute_of(instant: datetime) -> int:
    """Return an aware instant as whole minutes since 1970-01-01 UTC, rounded down."""
    return (_aware(instant) - _EPOCH) // _MINUTE


def instant_at(minute: int) -> datetime:
    """Return the aware UTC instant `minute` minutes after 1970-01-01 UTC."""
    return _EPOCH + minute * _MINUTE


def offset_spans(zone: str, first: int, last: int) -> list[tuple[int, int, int]]:
    """Cut the epoch minutes [first, last) where the UTC offset changes: (from, until, offset in minutes)."""
    if first >= last:
        return []
    spans, since, offset = [], first, _offset_at(first, zone_of(zone))
    for year in range(instant_at(first).year, instant_at(last).year + 1):
        for change, new_offset in _changes_in(zone, year):
            if first < change < last:
                spans.append((since, change, offset))
                since, offset = change, new_offset
    return [*spans, (since, last, offset)]


def said(instant: datetime, zone: str, *, today: date | None = None, language: str = "en") -> str:
    """Say an instant in the words of page, mail, SMS, calendar and PDF: "Tue 24 Nov, 10:30".

    The year is added where it is not that of `today` (without one: the day it is in that zone) or more than 300 days
    from it, the UTC offset where the wall time comes twice.
    """
    local = _aware(instant).astimezone(zone_of(zone))
    today = today or datetime.now(local.tzinfo).date()
    text = f"{said_date(local.date(), today=today, language=language)}, {said_time(local.time())}"
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{text} ({_said_offset(local)})" if comes_twice else text


def said_span(begin: datetime, end: datetime, zone: str) -> str:
    """Say a stretch of time: whole days as dates, "Tue 24 Nov to Fri 27 Nov", anything else with times."""
    first, last = wall_of(begin, zone)[0], wall_of(end - _MINUTE, zone)[0]
    today = datetime.now(zone_of(zone)).date()
    if begin == day_begins(first, zone) and end == day_begins(last + timedelta(days=1), zone):
        days = [said_date(on, today=today) for on in dict.fromkeys((first, last))]
        return " to ".join(days)
    if first == last:
        return f"{said(begin, zone)} to {said_time(wall_of(end, zone)[1])}"
    return f"{said(begin, zone)} to {said(end, zone)}"


def said_date(on: date, *, today: date | None = None, year: bool = False, language: str = "en") -> str:
    """Say a date: "Tue 24 Nov", with the year where asked, of another year than `today` or 300 days from it.

    In English, Spanish, French or German ("Di. 24. Nov."); any other language reads English.
    """
    text = named_day(on.weekday(), on.day, on.month - 1, language)
    far = today is not None and (on.year != today.year or abs((on - today).days) > DAYS_WITHOUT_YEAR)
    return f"{text} {on.year}" if year or far else text


def named_day(weekday: int, day: int, month: int, language: str = "en") -> str:
    """A weekday and month by their numbers from 0, and the day between them: "Tue 24 Nov", "Di. 24. Nov."."""
    said = {"de": f"{day}.", "fr": "1er" if day == 1 else str(day)}.get(language, str(day))
    return f"{_WEEKDAYS_IN.get(language, WEEKDAYS)[weekday]} {said} {_MONTHS_IN.get(language, MONTHS)[month]}"


def said_weekday(on: date, language: str = "en") -> str:
    """Say a weekday: "Tue", "mar", "Di."."""
    return _WEEKDAYS_IN.get(language, WEEKDAYS)[on.weekday()]


def said_time(at: time) -> str:
    """Say a time of day on the 24-hour clock: "10:30"."""
    return f"{at.hour:02d}:{at.minute:02d}"


def _said_offset(local: datetime) -> str:
    offset = local.utcoffset()
    assert offset is not None
    minutes = offset // _MINUTE
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("An instant needs a time zone: this datetime has none.")
    return instant


def _offset_at(minute: int, info: zoneinfo.ZoneInfo) -> int:
    offset = instant_at(minute).astimezone(info).utcoffset()
    assert offset is not None
    return offset // _MINUTE


def _change_between(info: zoneinfo.ZoneInfo, low: int, high: int) -> int:
    """Return the first minute in (low, high] that has the offset of `high`, where one change lies between."""
    offset = _offset_at(high, info)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_at(middle, info) == offset:
            high = middle
        else:
            low = middle
    return high


@lru_cache(maxsize=512)
def _changes_in(zone: str, year: int) -> Sequence[tuple[int, int]]:
    """Return (minute, new offset) of every change of a zone's clocks in a UTC year."""
    info = zone_of(zone)
    start = minute_of(datetime(year, 1, 1, tzinfo=UTC))
    days = [start + DAY * day for day in range((date(year + 1, 1, 1) - date(year, 1, 1)).days + 1)]
    offsets = [_offset_at(day, info) for day in days]
    return tuple(
        (_change_between(info, days[i], days[i + 1]), offsets[i + 1])
        for i in range(len(days) - 1)
        if offsets[i] != offsets[i + 1]
    )


def _around_gap(
    local: datetime, info: zoneinfo.ZoneInfo, before: timedelta, after: timedelta, grid: int
) -> tuple[datetime, datetime]:
    """Return the last grid time before a gap and the first one after it, as naive local datetimes."""
    low = minute_of((local - after).replace(tzinfo=UTC))
    high = minute_of((local - before).replace(tzinfo=UTC))
    change = instant_at(_change_between(info, low, high)).replace(tzinfo=None)
    last, first = (
        minute_of((change + before).replace(tzinfo=UTC)),
        minute_of((change + after).replace(tzinfo=UTC)),
    )
    last, first = (last - 1) // grid * grid, -(-first // grid) * grid
    return instant_at(last).replace(tzinfo=None), instant_at(first).replace(tzinfo=None)
