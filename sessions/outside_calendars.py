"""A therapist's own calendar elsewhere: read every hour for when they are busy, and for nothing else.

What was read before stays until the next good read; what went wrong is kept and told to the therapist.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from practice import audit
from practice.access import Actor
from practice.clock import instant_at, minute_of
from practice.fetching import CannotFetch, fetch, host_of
from practice.internet import INTERNET, Net
from practice.links import hash_of
from practice.models import Membership
from practice.refusals import BadInput, NotAllowed, Refusal
from practice.sealing import sealer
from sessions.availability import Window
from sessions.busy_times import MOST_SECONDS, NO_SENSE, TOO_MUCH
from sessions.diary import lock_diary
from sessions.models import BusyTime, OutsideFeed

log = logging.getLogger(__name__)

READ_AHEAD = timedelta(days=400)
READ_BACK = timedelta(days=1)
MOST_BYTES = 2_000_000
MOST_FEEDS = 5
PROGRAM = "sessions.busy_times"
PURPOSE = "outside-calendar"
_BROKE = "Something went wrong as we read this calendar. If it stays so, remove it and add it again."


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
        return _keep_failure(feed, refused.detail)
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
            _keep_failure(feed, _BROKE)
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
        return unfolded_apart(body, zone=therapist.practice.time_zone, since=now - READ_BACK, until=now + READ_AHEAD)
    except CannotFetch as broken:
        raise FeedUnreadable(str(broken), field="url") from None


def unfolded_apart(body: bytes, *, zone: str, since: datetime, until: datetime) -> list[Window]:
    """What `busy_spans` makes of a calendar, in a process of its own that is ended where it takes too long.

    A rule can be unfolded for ever without a single event, and takes all memory there is; nobody here can stop it.
    """
    asked = [zone, str(minute_of(since)), str(minute_of(until))]
    try:
        answer = subprocess.run(
            [sys.executable, "-m", PROGRAM, *asked], cwd=settings.BASE_DIR, input=body, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise CannotFetch(TOO_MUCH) from None
    if answer.returncode < 0:  # ended by its limits
        raise CannotFetch(TOO_MUCH)
    if answer.returncode:
        raise CannotFetch(NO_SENSE)
    said = json.loads(answer.stdout)
    if isinstance(said, str):
        raise CannotFetch(said)
    return [(begin, end) for begin, end in said]


def _keep_failure(feed: OutsideFeed, why: str) -> OutsideFeed:
    feed.failure, feed.tried_at = why[:300], timezone.now()
    OutsideFeed.objects.filter(pk=feed.pk).update(failure=feed.failure, tried_at=feed.tried_at)
    return feed


def _keep(feed: OutsideFeed, spans: list[Window]) -> None:
    """Put what was just read in place of what was read before; called under the therapist's lock."""
    feed.tried_at = feed.read_at = timezone.now()
    feed.failure = ""
    BusyTime.objects.filter(feed=feed).delete()
    BusyTime.objects.bulk_create(
        [BusyTime(practice_id=feed.practice_id, therapist_id=feed.therapist_id, feed=feed,
                  starts_at=instant_at(begin), ends_at=instant_at(end)) for begin, end in spans], batch_size=500)
    OutsideFeed.objects.filter(pk=feed.pk).update(tried_at=feed.tried_at, read_at=feed.read_at, failure="")
