"""Copies made every night and on a press: when the next is due, what became of each, and which old ones make room."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit
from practice.access import Actor
from practice.copies.filing import check_through, read_sealed
from practice.copies.installation import installation_id
from practice.copies.keys import recipient_of
from practice.copies.making import make_copy
from practice.copies.refusals import NotReady
from practice.models import Copy, Installation
from practice.offers import refuse_unless_owner
from practice.refusals import Refusal

OLD = timedelta(hours=26)  # a night, and two hours of grace
AGAIN = timedelta(hours=1)  # after a night's copy has failed
CUT_OFF = timedelta(hours=3)  # nobody works on one copy that long
DAYS, WEEKS, MONTHS = 7, 5, 12  # how many are kept: our proposal
FRESH = timedelta(days=2)  # younger ones all stay
_log = logging.getLogger(__name__)


# --- asking -----------------------------------------------------------------------------------------------------


def ask_for_copy(*, by: Actor) -> Copy:
    """An owner wants a copy now; a worker makes it. Refuses without a key, and while another is being made."""
    refuse_unless_owner(by.practice, by)
    recipient_of(settings.BACKUP_KEY)
    end_what_was_cut_off()
    try:
        with transaction.atomic():
            copy = Copy.objects.create(asked_by=by, asked_at=timezone.now())
            audit.record(by=by, verb="copy_asked_for", subject=copy)
    except IntegrityError as under_way:
        raise NotReady("A copy is being made already. It will be on the list when it is done.") from under_way
    return copy


def ask_for_the_nights(now: datetime) -> Copy | None:
    """The night's copy, once its hour has come; None where it is made already, not yet due, or failed just now."""
    if not settings.BACKUP_KEY or Copy.objects.filter(ended_at=None).exists():
        return None
    due = now.astimezone(UTC).replace(hour=settings.BACKUP_HOUR % 24, minute=0, second=0, microsecond=0)
    due -= timedelta(days=1) if due > now else timedelta()
    nights = Copy.objects.filter(is_nightly=True, ended_at__isnull=False)
    if nights.filter(asked_at__gte=due, failure="").exists() or nights.filter(asked_at__gte=now - AGAIN).exists():
        return None
    with suppress(IntegrityError), transaction.atomic():  # another worker was first
        return Copy.objects.create(is_nightly=True, asked_at=now)
    return None


def end_what_was_cut_off() -> None:
    """A copy whose worker was killed does not stand in the way of the next."""
    now = timezone.now()
    Copy.objects.filter(ended_at=None, asked_at__lt=now - CUT_OFF).update(
        ended_at=now, failure="It was cut off: the worker that made it ended.")


# --- making -----------------------------------------------------------------------------------------------------


def keep_copies() -> None:
    """What the scheduler does each minute: ask for the night's copy when it is due, and make what is asked for."""
    end_what_was_cut_off()
    ask_for_the_nights(timezone.now())
    waiting = Copy.objects.filter(ended_at=None, began_at=None).first()
    if waiting is not None and Copy.objects.filter(pk=waiting.pk, began_at=None).update(began_at=timezone.now()):
        _make(waiting)


def _make(copy: Copy) -> None:
    folder, now = Path(settings.BACKUP_DIR), timezone.now()
    name = f"evenhand-{installation_id().hex[-8:]}-{now.astimezone(UTC):%Y-%m-%dT%H%M%S}.age"

    def told(done: int, of: int) -> None:
        Copy.objects.filter(pk=copy.pk).update(rows_done=done, rows=of)

    try:
        made = make_copy(path=folder / name, key=settings.BACKUP_KEY, told=told)
        checked = _read_through(folder / name)
    except (Refusal, OSError) as fault:
        _throw_away_unread(folder / name)
        words = fault.detail if isinstance(fault, Refusal) else f"The disk says no: {fault.strerror or fault}."
        _end(copy, failure=words[:400])
        return
    except Exception:
        _log.exception("A copy could not be made")
        _throw_away_unread(folder / name)
        _end(copy, failure="It could not be made; the log of the worker says why.")
        return
    _end(copy, name=name, size=made["size"], checked_at=checked)
    throw_away_old()


def _throw_away_unread(path: Path) -> None:
    """A file nobody could read to its end is no copy, and would lie among those that are."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        _log.exception("A copy that could not be read stays at its place")


def _read_through(path: Path) -> datetime | None:
    """When the file was read to its end; None where only the public half of the key is here, which cannot read."""
    if settings.BACKUP_KEY.strip().startswith("age1"):
        return None
    with read_sealed(path, settings.BACKUP_KEY) as lines:
        check_through(lines)
    return timezone.now()


def _end(copy: Copy, **found: object) -> None:
    Copy.objects.filter(pk=copy.pk).update(ended_at=timezone.now(), **found)


# --- making room ------------------------------------------------------------------------------------------------


def kept_of(days: Iterable[date]) -> set[date]:
    """Of which days a copy is kept: the last seven with one, of five weeks and of twelve months the newest."""
    newest = sorted(set(days), reverse=True)
    weeks: dict[tuple[int, int], date] = {}
    months: dict[tuple[int, int], date] = {}
    for day in newest:
        weeks.setdefault(day.isocalendar()[:2], day)
        months.setdefault((day.year, day.month), day)
    return {*newest[:DAYS], *list(weeks.values())[:WEEKS], *list(months.values())[:MONTHS]}


def throw_away_old() -> int:
    """Delete the files that made room for newer ones; of a day two days ago the newest stays. How many."""
    there = list(Copy.objects.exclude(name="").filter(thrown_away_at=None, ended_at__isnull=False))
    newest: dict[date, Copy] = {}
    for copy in there:  # the newest first
        newest.setdefault(copy.asked_at.astimezone(UTC).date(), copy)
    stay = {newest[day].pk for day in kept_of(newest)}
    fresh = timezone.now() - FRESH
    gone = [copy for copy in there if copy.pk not in stay and copy.asked_at < fresh]
    for copy in gone:
        with suppress(FileNotFoundError):
            (Path(settings.BACKUP_DIR) / copy.name).unlink()
    Copy.objects.filter(pk__in=[copy.pk for copy in gone]).update(thrown_away_at=timezone.now())
    return len(gone)


# --- looking ----------------------------------------------------------------------------------------------------


def last_good() -> Copy | None:
    """The newest copy there is."""
    return Copy.objects.filter(ended_at__isnull=False, failure="", thrown_away_at=None).first()


def age() -> timedelta | None:
    """How old the newest copy is: what was written since is nowhere else. None where there never was one."""
    copy = last_good()
    return None if copy is None else timezone.now() - copy.asked_at


def worry() -> str:
    """What an owner ought to know about copies, in a sentence; empty where all is well."""
    if not settings.BACKUP_KEY:
        return "" if settings.DEBUG else ("Nothing is copied anywhere: if this machine is lost, so is every record. "
                                          "Whoever runs the server sets a key for copies (BACKUP_KEY).")
    old = age()
    if old is not None and old <= OLD:
        return ""
    failed = Copy.objects.exclude(failure="").first()
    why = f" The last try: {failed.failure}" if failed and failed == Copy.objects.first() else ""
    if old is None:
        first = Installation.objects.order_by("made_at").first()
        if not why and (first is None or timezone.now() - first.made_at < OLD):
            return ""  # the first night is still to come
        return f"There is no copy yet: if this machine is lost, so is every record.{why}"
    return f"The newest copy is {_said(old)} old: what was written since is nowhere else.{why}"


def _said(age_: timedelta) -> str:
    hours = round(age_.total_seconds() / 3600)
    return f"{hours} hours" if hours < 72 else f"{hours // 24} days"


def listed(most: int = 30) -> Sequence[Copy]:
    """The newest copies that are there, under way, or failed; they are of the whole installation."""
    return list(Copy.objects.filter(thrown_away_at=None).select_related("asked_by__user")[:most])
