"""Visits as iCalendar (RFC 5545): a therapist's feed under its secret address, and the file a client is sent.

A feed holds initials, minutes and a room, and nothing else about anybody. A visit keeps its UID for ever, and its
SEQUENCE only rises.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, vCalAddress, vDuration, vText

from clients.words import one_line
from practice import audit, clock, walls, wording
from practice.access import Actor
from practice.links import OWN_CALENDAR, hash_of, token_of
from practice.models import Membership, Practice, TimeOff
from practice.outbox import Attachment
from practice.refusals import NotAllowed
from practice.wording.clinical import clinical_words_in
from sessions.busy_times import OURS
from sessions.diary import lock_diary
from sessions.models import Appointment, AppointmentEvent, CalendarFeed
from sessions.supply import horizon_of

SHOWN_BACK = timedelta(days=60)
CANCELLED_SHOWN = timedelta(days=14)  # long enough for every calendar to have asked again
ASK_AGAIN = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=5)  # how exactly it is kept when a feed was last read
PURPOSE = "calendar-feed"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
# Parts of an address: “Riverside, 12 Water Street” are two, “Calle Mayor, 5” is one.
_PARTS = re.compile(r",(?!\s*\d+\s?[A-Za-z]?\s*(?:,|$))\s*")
_STATUS = {"proposed": "TENTATIVE", "held": "CANCELLED", "cancelled": "CANCELLED", "noshow": "CANCELLED"}


# --- the address of a therapist's calendar ---------------------------------------------------------------------


def make_feed(*, therapist: Membership, by: Actor) -> str:
    """A new address for the therapist's calendar; the one before stops at once.

    Only for therapists, each for themselves.
    """
    _refuse_others(therapist, by)
    with transaction.atomic():
        lock_diary([therapist], [], [])
        _revoke(therapist)
        feed = CalendarFeed(practice=therapist.practice, therapist=therapist)
        feed.secret_hash = hash_of(token_of(PURPOSE, feed.pk))
        feed.save(force_insert=True)
        audit.record(by=by, verb="calendar_address_made", subject=feed)
    return address_of(feed)


def address_of(feed: CalendarFeed) -> str:
    """The address itself: its secret is worked out from the row under the server's key, and stands in no column."""
    return f"{settings.BASE_URL}/feeds/{token_of(PURPOSE, feed.pk)}.ics"


def own_address(therapist: Membership) -> str | None:
    """The therapist's own address, None where none is switched on."""
    feed = feed_of(therapist)
    return address_of(feed) if feed else None


def revoke_feed(*, therapist: Membership, by: Actor) -> None:
    """The therapist's calendar can be read under no address any more; doing it twice is doing it once."""
    _refuse_others(therapist, by)
    with transaction.atomic():
        lock_diary([therapist], [], [])
        if _revoke(therapist):
            audit.record(by=by, verb="calendar_address_revoked", subject=therapist)


def feed_of(therapist: Membership) -> CalendarFeed | None:
    """The row of the address under which the therapist's calendar is read now."""
    return CalendarFeed.objects.filter(therapist=therapist, revoked_at=None).first()


def open_feed(secret: str) -> CalendarFeed | None:
    """The live feed behind a secret; None for malformed, unknown and revoked ones, and for who has left, alike."""
    if not _SECRET.fullmatch(secret):
        return None
    with walls.everywhere():
        feed = (CalendarFeed.objects.select_related("therapist__practice")
                .filter(secret_hash=hash_of(secret), revoked_at=None, therapist__is_active=True,
                        therapist__is_therapist=True, therapist__user__is_active=True).first())
    if feed is not None:
        walls.enter(feed.practice_id)
    return feed


def read_feed(feed: CalendarFeed) -> bytes:
    """The calendar as it stands; notes on the feed since when it reads like this, and that it was read."""
    body, now = calendar_of(feed.therapist), timezone.now()
    print_ = hashlib.sha256(body).hexdigest()
    if print_ != feed.body_hash:
        # Whole seconds, each later than the one before: whoever asks “since then?” never misses a change.
        earliest = feed.changed_at + timedelta(seconds=1) if feed.changed_at else now
        feed.body_hash, feed.changed_at = print_, max(now, earliest).replace(microsecond=0)
    elif feed.read_at and now - feed.read_at < SEEN_EVERY:
        return body
    feed.read_at = now
    CalendarFeed.objects.filter(pk=feed.pk).update(
        body_hash=feed.body_hash, changed_at=feed.changed_at, read_at=feed.read_at)
    return body


def _revoke(therapist: Membership) -> int:
    return CalendarFeed.objects.filter(therapist=therapist, revoked_at=None).update(revoked_at=timezone.now())


def _refuse_others(therapist: Membership, by: Actor) -> None:
    if by != therapist or not therapist.is_therapist:
        raise NotAllowed("A calendar's address is made by the therapist whose calendar it is.")


# --- what stands in it ------------------------------------------------------------------------------------------


def calendar_of(therapist: Membership) -> bytes:
    """The therapist's visits from 60 days back to the horizon, and when they are away, as an iCalendar file."""
    practice, now = therapist.practice, timezone.now()
    begin = now - SHOWN_BACK
    end = clock.day_begins(horizon_of(practice) + timedelta(days=1), practice.time_zone)
    last = AppointmentEvent.objects.filter(appointment=OuterRef("pk")).order_by("-at").values("at")[:1]
    visits = (Appointment.objects.filter(therapist=therapist, starts_at__gte=begin, starts_at__lt=end)
              .annotate(changed_at=Coalesce(Subquery(last), F("created_at")))
              .select_related("client", "room").order_by("starts_at", "pk"))
    events = [_for_the_therapist(visit, visit.changed_at) for visit in visits if _is_shown(visit, now)]
    off = TimeOff.objects.filter(therapist=therapist, ends_at__gt=begin, starts_at__lt=end).order_by("starts_at", "pk")
    events += [_away(row, practice) for row in off]
    calendar = _calendar("PUBLISH", events)
    calendar.add("x-wr-calname", one_line(f"Visits, {_sender(practice)}"))
    calendar.add("refresh-interval", vDuration(ASK_AGAIN), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(ASK_AGAIN))
    return calendar.to_ical()


def visit_file(visit: Appointment) -> Attachment:
    """The visit as its client puts it into their own calendar; once it is cancelled, what takes it out again."""
    return _file("appointment.ics", "CANCEL" if visit.is_released else "PUBLISH", [visit])


def visits_file(visits: Sequence[Appointment]) -> Attachment:
    """Several visits of one client that stand, in one file."""
    return _file("appointments.ics" if len(visits) > 1 else "appointment.ics", "PUBLISH", visits)


def _file(name: str, method: str, visits: Iterable[Appointment]) -> Attachment:
    content = _calendar(method, map(_for_the_client, visits)).to_ical()
    return Attachment(name, content, "text/calendar", (("charset", "utf-8"), ("method", method)))


def _for_the_client(visit: Appointment) -> Event:
    practice = visit.practice
    is_over = visit.status == Appointment.Status.CANCELLED  # then SEQUENCE rises (RFC 5546); nothing follows it
    event = _event(visit, f"Appointment at {_sender(practice)}", timezone.now(), visit.sequence + is_over)
    organizer = vCalAddress(f"mailto:{practice.email or settings.DEFAULT_FROM_EMAIL}")
    organizer.params["CN"] = vText(one_line(_sender(practice)))
    event.add("organizer", organizer)
    if practice.address:
        event.add("location", one_line(", ".join(_where(practice, wording.language_of(visit.client.language)))))
    if practice.phone:
        event.add("contact", one_line(practice.phone))
        event.add("description", one_line(f"Questions? Call {practice.phone}."))
    return event


def initials(name: str) -> str:
    """“Maria Lindqvist” is “M. L.”: the first and the last of a name's words."""
    words = [word for word in re.split(r"[\s\-]+", name) if word[:1].isalpha()]
    return " ".join(f"{word[0].upper()}." for word in (words[:1] + words[1:][-1:])) or "–"


def _is_shown(visit: Appointment, now: datetime) -> bool:
    """Whatever stands or may come back; what is over for good, for as long as calendars need to hear of it."""
    is_over = visit.status in (Appointment.Status.CANCELLED, Appointment.Status.NOSHOW)
    return not is_over or visit.changed_at > now - CANCELLED_SHOWN  # type: ignore[attr-defined]


def _for_the_therapist(visit: Appointment, changed_at: datetime) -> Event:
    event = _event(visit, f"{initials(visit.client.name)}, {visit.minutes} min", changed_at, visit.sequence)
    event.add("last-modified", changed_at)
    event.add("location", one_line(visit.room.name))
    return event


def _event(visit: Appointment, title: str, stamp: datetime, sequence: int) -> Event:
    event = Event()
    event.add("uid", f"visit-{visit.pk}{OURS}")
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    _set_time(event, visit.starts_at, visit.ends_at, visit.time_zone)
    event.add("summary", one_line(title))
    has_lapsed = visit.status == Appointment.Status.PROPOSED and visit.expires_at and visit.expires_at <= timezone.now()
    event.add("status", "CANCELLED" if has_lapsed else _STATUS.get(visit.status, "CONFIRMED"))
    event.add("class", "PRIVATE")
    return event


def _away(row: TimeOff, practice: Practice) -> Event:
    made_at = _made_at(row.pk)
    event = Event()
    event.add("uid", f"away-{row.pk}{OURS}")
    event.add("dtstamp", made_at)
    event.add("last-modified", made_at)
    _set_time(event, row.starts_at, row.ends_at, practice.time_zone)
    event.add("summary", "Away")
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _set_time(event: Event, starts_at: datetime, ends_at: datetime, zone: str) -> None:
    """Wall time with its zone; in UTC where the clocks go back and a wall time alone would mean the hour before."""
    local = [instant.astimezone(clock.zone_of(zone)) for instant in (starts_at, ends_at)]
    is_ambiguous = any(time.fold for time in local)
    for name, time in zip(("dtstart", "dtend"), local, strict=True):
        event.add(name, time.astimezone(UTC) if is_ambiguous else time)


def _calendar(method: str, events: Iterable[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Evenhand//Evenhand//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    times = [time for event in calendar.events for time in (event.DTSTART, event.DTEND)]
    if years := [time.year for time in times if isinstance(time, datetime)]:
        for zone in sorted(calendar.get_missing_tzids()):
            calendar.subcomponents.insert(0, _changes_of(zone, min(years), max(years)))
    return calendar


@lru_cache(64)
def _changes_of(zone: str, first: int, last: int) -> Timezone:
    """The changes of a zone's clocks in these years. Working them out takes longer than all else of a file."""
    return Timezone.from_tzid(zone, first_date=date(first - 1, 12, 31), last_date=date(last + 1, 1, 1))


def _sender(practice: Practice) -> str:
    return practice.sender_name or practice.name


def _where(practice: Practice, language: str) -> list[str]:
    """Where to come, as anybody may read it: what says what somebody comes for gives way to the name messages carry.

    A street or a town is called what it is called, unless the words are those of the practice's own name.
    """
    own = {word.casefold() for word in _telling(practice.name, language)}

    def is_open(part: str) -> bool:
        told = {word.casefold() for word in _telling(part, language)}
        return not told or (any(letter.isdigit() for letter in part) and not told & own)

    parts = [part for line in practice.letterhead() for part in _PARTS.split(line) if part]
    return list(dict.fromkeys(part if is_open(part) else _sender(practice) for part in parts))


def _telling(text: str, language: str) -> list[str]:
    return [*clinical_words_in(text), *clinical_words_in(text, language)]


def _made_at(pk: UUID) -> datetime:
    """When a row was made, by its time-ordered id (RFC 9562: milliseconds in the first 48 bits)."""
    return datetime.fromtimestamp((pk.int >> 80) // 1000, UTC)


OWN_CALENDAR.append(own_address)
