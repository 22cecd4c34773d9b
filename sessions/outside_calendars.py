"""A therapist's own calendar elsewhere: read every hour for when they are busy, and for nothing else.

What was read before stays until the next good read; what went wrong is kept and told to the therapist.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from time import monotonic
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from icalendar import Calendar

from practice import audit, clock
from practice.access import Actor
from practice.clock import instant_at, minute_of
from practice.fetching import CannotFetch, fetch, host_of
from practice.internet import INTERNET, Net
from practice.links import hash_of
from practice.models import Membership
from practice.refusals import BadInput, NotAllowed, Refusal
from practice.sealing import sealer
from sessions.availability import Window, merge
from sessions.calendars import OURS
from sessions.diary import lock_diary
from sessions.models import BusyTime, OutsideFeed
from sessions.supply import ROUND_UP

log = logging.getLogger(__name__)

READ_AHEAD = timedelta(days=400)
READ_BACK = timedelta(days=1)
MOST_BYTES = 2_000_000
MOST_FEEDS = 5
MOST_EVENTS, MOST_TIMES, MOST_SECONDS = 5_000, 10_000, 20
_AT_ONCE = timedelta(days=50)  # so much is unfolded of a repeating event before anybody looks how much it is
_TOO_MUCH = "There is more in this calendar than we can read. Choose one with fewer events."
PURPOSE = "outside-calendar"


class FeedUnreadable(Refusal):
    """The calendar could not be read from this address."""

    code: ClassVar[str] = "calendar_unreadable"
    title: ClassVar[str] = "This calendar could not be read"


def add_feed(*, therapist: Membership, url: str, by: Actor, net: Net = INTERNET) -> OutsideFeed:
    """Read the busy times of a calendar from now on; refused where it cannot be read now.

    Only for therapists, each for themselves, and at most five. The same address again is read again.
    """
    _refuse_others(therapist, by)
    url = url.strip()
    spans = _read(url, therapist, net)
    with transaction.atomic():
        lock_diary([therapist], [], [])
        known = OutsideFeed.objects.filter(therapist=therapist, url_hash=hash_of(url)).first()
        if known is None and OutsideFeed.objects.filter(therapist=therapist).count() >= MOST_FEEDS:
            raise BadInput(f"At most {MOST_FEEDS} calendars are read. Remove one first.", field="url")
        feed = known or OutsideFeed(practice=therapist.practice, therapist=therapist, url_hash=hash_of(url),
                                    host=host_of(url))
        if known is None:
            feed.sealed_url = sealer(PURPOSE, feed.pk).encrypt(url.encode()).decode()
            feed.save(force_insert=True)
            audit.record(by=by, verb="outside_calendar_added", subject=feed)
        _keep(feed, spans)
    return feed


def read_feed(*, feed: OutsideFeed, net: Net = INTERNET) -> OutsideFeed:
    """Read a calendar anew; where that fails, what was read before stays, and what went wrong is kept."""
    try:
        spans = _read(sealer(PURPOSE, feed.pk).decrypt(feed.sealed_url).decode(), feed.therapist, net)
    except FeedUnreadable as refused:
        feed.failure, feed.tried_at = refused.detail[:300], timezone.now()
        OutsideFeed.objects.filter(pk=feed.pk).update(failure=feed.failure, tried_at=feed.tried_at)
        return feed
    with transaction.atomic():
        lock_diary([feed.therapist], [], [])
        if OutsideFeed.objects.filter(pk=feed.pk).exists():  # it may have been removed meanwhile
            _keep(feed, spans)
    return feed


def read_all(*, net: Net = INTERNET) -> int:
    """Read every outside calendar of therapists who are still here; answers how many could be read."""
    feeds = (OutsideFeed.objects.filter(therapist__is_active=True, therapist__is_therapist=True)
             .select_related("therapist__practice"))
    good = 0
    for feed in feeds:
        try:
            good += not read_feed(feed=feed, net=net).failure
        except Exception as broken:  # one calendar must not stand in the way of the others; its address is a secret
            log.error("an outside calendar could not be read (%s)", type(broken).__name__)
    return good


def remove_feed(*, feed: OutsideFeed, by: Actor) -> None:
    """Read this calendar no more; its busy times are open again at once."""
    _refuse_others(feed.therapist, by)
    with transaction.atomic():
        lock_diary([feed.therapist], [], [])
        audit.record(by=by, verb="outside_calendar_removed", subject=feed)
        OutsideFeed.objects.filter(pk=feed.pk).delete()


def _refuse_others(therapist: Membership, by: Actor) -> None:
    if by != therapist or not therapist.is_therapist:
        raise NotAllowed("An outside calendar is named by the therapist whose calendar it is.")


def _read(url: str, therapist: Membership, net: Net) -> list[Window]:
    """When the calendar under this address says busy, from yesterday on, in epoch minutes."""
    now = timezone.now()
    try:
        body = fetch(url, most_bytes=MOST_BYTES, net=net)
        return busy_spans(body, zone=therapist.practice.time_zone, since=now - READ_BACK, until=now + READ_AHEAD)
    except CannotFetch as broken:
        raise FeedUnreadable(str(broken), field="url") from None


def _keep(feed: OutsideFeed, spans: list[Window]) -> None:
    """Put what was just read in place of what was read before; called under the therapist's lock."""
    feed.tried_at = feed.read_at = timezone.now()
    feed.failure = ""
    BusyTime.objects.filter(feed=feed).delete()
    BusyTime.objects.bulk_create(
        [BusyTime(practice_id=feed.practice_id, therapist_id=feed.therapist_id, feed=feed,
                  starts_at=instant_at(begin), ends_at=instant_at(end)) for begin, end in spans], batch_size=500)
    OutsideFeed.objects.filter(pk=feed.pk).update(tried_at=feed.tried_at, read_at=feed.read_at, failure="")


# --- what a calendar says ---------------------------------------------------------------------------------------


def busy_spans(body: bytes, *, zone: str, since: datetime, until: datetime) -> list[Window]:
    """Every busy stretch between two instants, merged, in epoch minutes; whole days and floating times in `zone`.

    Cancelled and free (transparent) events are not busy, nor is anything from a feed of ours: a visit takes its own
    time. Refuses what is no calendar, and one that repeats without measure.
    """
    calendar = _parsed(body)
    stop_at, spans = monotonic() + MOST_SECONDS, []
    first, last = minute_of(since), minute_of(until)
    for event in _occurrences(calendar, since, until):
        if len(spans) >= MOST_TIMES or monotonic() > stop_at:
            raise CannotFetch(_TOO_MUCH)
        if not _is_busy(event):
            continue
        begin, end = (_instant(event.decoded(name), zone) for name in ("dtstart", "dtend"))
        span = (max(first, minute_of(begin)), min(last, minute_of(end + ROUND_UP)))
        if span[0] < span[1]:
            spans.append(span)
    return merge(spans)


_UNFOLDED_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}


def _parsed(body: bytes) -> Calendar:
    try:
        calendar = Calendar.from_ical(body)
    except (ValueError, IndexError, KeyError):
        raise CannotFetch("What stands there is not a calendar (iCalendar, .ics). Copy the address again.") from None
    if not isinstance(calendar, Calendar):
        raise CannotFetch("What stands there is not a calendar (iCalendar, .ics). Copy the address again.")
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS or any(_repeats_without_measure(event) for event in events):
        raise CannotFetch(_TOO_MUCH)
    return calendar


def _repeats_without_measure(event: Any) -> bool:
    """Whether an event repeats within a day: no appointment does, and unfolding it could take for ever."""
    rules = event.get("rrule") or []
    for rule in rules if isinstance(rules, list) else [rules]:
        frequency = {str(word).upper() for word in rule.get("FREQ", [])}
        times_a_day = max(len(rule.get(by, [])) for by in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if frequency & _UNFOLDED_TOO_OFTEN or times_a_day > 1:
            return True
    return False


def _occurrences(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Any]:
    """Every event between two instants, repeating ones unfolded, a stretch of days at a time."""
    from recurring_ical_events import of as series_of

    unfolded, begin = series_of(calendar, skip_bad_series=True), since
    while begin < until:
        end = min(begin + _AT_ONCE, until)
        yield from unfolded.between(begin - READ_BACK, end + READ_BACK)  # a day more: zones, and whole days
        begin = end


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
