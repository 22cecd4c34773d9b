"""When a calendar (iCalendar) says busy: pure, and a program that answers it within limits of time and memory.

What stands in a calendar somebody added is anybody's. Events that make no sense are left out one by one.
"""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from practice import clock
from practice.clock import instant_at, minute_of
from practice.fetching import CannotFetch
from sessions.availability import ROUND_UP, Window, merge

OURS = "@evenhand"  # how every UID of ours ends
MOST_EVENTS, MOST_TIMES, MOST_SECONDS = 5_000, 10_000, 20
MOST_MEMORY = 768 * 2**20  # bytes; the largest calendar that is read takes a tenth of it
TOO_MUCH = "There is more in this calendar than we can read. Choose one with fewer events."
NO_SENSE = "We cannot make out what stands in this calendar. Copy the address again, or choose another calendar."
_NO_CALENDAR = "What stands there is not a calendar (iCalendar, .ics). Copy the address again."
_A_DAY_MORE = timedelta(days=1)  # zones, and whole days
_AT_ONCE = timedelta(days=50)  # so much is unfolded of a repeating event before anybody looks how much it is
_UNFOLDED_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


def busy_spans(body: bytes, *, zone: str, since: datetime, until: datetime) -> list[Window]:
    """Every busy stretch between two instants, merged, in epoch minutes; whole days and floating times in `zone`.

    Cancelled and free (transparent) events are not busy, nor is anything from a feed of ours: a visit takes its own
    time. An event that makes no sense is left out. Refuses what is no calendar, and one that repeats without measure.
    """
    spans: list[Window] = []
    for events in _by_series(_parsed(body)):
        try:
            for event in _occurrences(events, since, until):
                if span := _span(event, zone, minute_of(since), minute_of(until)):
                    spans.append(span)
                if len(spans) > MOST_TIMES:
                    raise CannotFetch(TOO_MUCH)
        except (CannotFetch, MemoryError):
            raise
        except Exception:  # noqa: S112 - how many ways an event can be odd, nobody knows; the others stay
            continue
    return merge(spans)


def _parsed(body: bytes) -> Calendar:
    try:
        calendar = Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError):
        raise CannotFetch(_NO_CALENDAR) from None
    if not isinstance(calendar, Calendar):
        raise CannotFetch(_NO_CALENDAR)
    return calendar


def _by_series(calendar: Calendar) -> Iterator[Calendar]:
    """The events of one UID at a time, each time as a calendar of its own; rules that never step on are left out."""
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS or any(_repeats_without_measure(event) for event in events):
        raise CannotFetch(TOO_MUCH)
    series: dict[str, list[Any]] = {}
    for n, event in enumerate(events):
        series.setdefault(str(event.get("uid", n)), []).append(event)
    for of_one in series.values():
        one = Calendar(calendar)
        one.subcomponents = [event for event in of_one if _steps_on(event)]
        yield one


def _rules(event: Any) -> list[Any]:
    rules = event.get("rrule") or []
    return [rule for rule in (rules if isinstance(rules, list) else [rules]) if isinstance(rule, dict)]


def _repeats_without_measure(event: Any) -> bool:
    """Whether an event repeats within a day: no appointment does, and unfolding it could take for ever."""
    for rule in _rules(event):
        frequency = {str(word).upper() for word in rule.get("FREQ", [])}
        times_a_day = max(len(rule.get(by, [])) for by in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if frequency & _UNFOLDED_TOO_OFTEN or times_a_day > 1:
            return True
    return False


def _steps_on(event: Any) -> bool:
    """Whether each rule of an event goes on by at least one day, week, month or year."""
    return all(isinstance(step, int) and step >= 1 for rule in _rules(event) for step in rule.get("INTERVAL", []))


def _occurrences(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Any]:
    """Every event between two instants, repeating ones unfolded, a stretch of days at a time."""
    from recurring_ical_events import of as series_of

    unfolded, begin = series_of(calendar, skip_bad_series=True), since
    while begin < until:
        end = min(begin + _AT_ONCE, until)
        yield from unfolded.between(begin - _A_DAY_MORE, end + _A_DAY_MORE)
        begin = end


def _span(event: Any, zone: str, first: int, last: int) -> Window | None:
    """When an event is busy between two minutes, if it is."""
    if not _is_busy(event):
        return None
    begin, end = (_instant(event.decoded(name), zone) for name in ("dtstart", "dtend"))
    span = (max(first, minute_of(begin)), min(last, minute_of(end + ROUND_UP)))
    return span if span[0] < span[1] else None


def _is_busy(event: Any) -> bool:
    if str(event.get("status", "")).upper() == "CANCELLED" or str(event.get("uid", "")).endswith(OURS):
        return False
    is_free = str(event.get("x-microsoft-cdo-busystatus", "")).upper() == "FREE"
    return str(event.get("transp", "OPAQUE")).upper() != "TRANSPARENT" and not is_free


def _instant(value: date | datetime, zone: str) -> datetime:
    """A whole day begins at its midnight in the zone; a time without a zone is the zone's wall time."""
    if not isinstance(value, datetime):
        return clock.day_begins(value, zone)
    return (value if value.tzinfo else value.replace(tzinfo=clock.zone_of(zone))).astimezone(UTC)


# --- the program ----------------------------------------------------------------------------------------------------


def _limit_oneself() -> None:
    """However it goes on, this process ends itself; a system without such limits leaves that to who waits for it."""
    for limit, most in ((resource.RLIMIT_CPU, MOST_SECONDS), (resource.RLIMIT_AS, MOST_MEMORY)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


def main(zone: str, since: str, until: str) -> None:
    """A calendar on standard input; its busy stretches as JSON, or one sentence that says why not."""
    _limit_oneself()
    answer: list[Window] | str
    try:
        answer = busy_spans(sys.stdin.buffer.read(), zone=zone, since=instant_at(int(since)),
                            until=instant_at(int(until)))
    except CannotFetch as refused:
        answer = str(refused)
    except (MemoryError, RecursionError):
        answer = TOO_MUCH
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
