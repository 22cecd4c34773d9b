"""The steps of a list, run piece by piece in the worker: checked, brought in, taken back.

A piece is one transaction that first locks the list's own row. So a step that was broken off goes on where it stood,
and two workers at one list take turns.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from time import monotonic
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from clients.importing import files
from clients.importing.kinds import Kind, fault, kind_of
from clients.models import Import, ImportRow
from practice.access import Actor, Outsider
from practice.composed import insert
from practice.refusals import Refusal, WrongState

log = logging.getLogger(__name__)

CHECKED_AT_ONCE = 1000
WRITTEN_AT_ONCE = 400
UNTAKEN = timedelta(seconds=15)  # after which somebody is told that no worker has taken it up
SILENT = timedelta(seconds=60)  # a step of which nothing is heard any longer is taken up again
KEPT_DAYS = timedelta(days=30)  # how long a list that was not brought in, and rows to be put right, are kept
BROKEN = "This step broke off; what was done before stays. Press Go on."
_State, _Row = Import.State, ImportRow.State
BECAME = (_Row.DONE, _Row.SAME)


def carry_on(pk: UUID, *, seconds: float = 3600.0) -> None:
    """Run the step a list is in, piece by piece, to its end or for so long; one that nobody waits for is left alone."""
    try:
        brought = Import.objects.select_related("practice", "made_by__user").get(pk=pk)
        run = {_State.CHECKING: _check, _State.IMPORTING: _write, _State.UNDOING: _undo}.get(_State(brought.state))
        if run:
            run(brought, monotonic() + seconds)
    except Import.DoesNotExist:
        return
    except Exception:  # whatever it was: whoever waits must be told
        log.exception("the list %s broke off", pk)
        Import.objects.filter(pk=pk).update(problem=BROKEN)


def wake(brought: Import) -> None:
    """Have a worker go on with it, once this transaction is through."""
    from clients.tasks import carry_on_import  # the worker's side imports this one

    transaction.on_commit(lambda: carry_on_import.delay(str(brought.pk)), robust=True)


def wake_silent() -> int:
    """Take up again the steps of which nothing is heard any longer; how many. For whoever looks every minute."""
    silent = Import.objects.filter(state__in=(_State.CHECKING, _State.IMPORTING, _State.UNDOING), problem="",
                                   heard_at__lt=timezone.now() - SILENT)
    found = list(silent)
    for brought in found:
        wake(brought)
    return len(found)


def forget_old() -> None:
    """Forget, after a month, files nobody brought in and the words of rows nobody put right."""
    old = Import.objects.filter(created_at__lt=timezone.now() - KEPT_DAYS)
    old.filter(state__in=(_State.CHOSEN, _State.CHECKED)).delete()
    done = old.filter(state__in=(_State.DONE, _State.UNDONE))
    ImportRow.objects.filter(of__in=done).exclude(state__in=BECAME).delete()
    done.exclude(content=b"").update(content=b"")


def is_untaken(brought: Import) -> bool:
    """Whether nothing has been heard of it for longer than a piece takes."""
    return brought.is_running and bool(brought.heard_at and brought.heard_at < timezone.now() - UNTAKEN)


def actor_of(brought: Import) -> Actor:
    """In whose name the worker acts: whoever brought the list."""
    return brought.made_by or Outsider(brought.practice, "system", brought.made_by_name)


def start(brought: Import, state: str) -> None:
    """Begin a step, from its first row, in the worker."""
    brought.state, brought.handled, brought.problem, brought.heard_at = state, 0, "", timezone.now()
    brought.save()
    wake(brought)


def _end(brought: Import, state: str) -> None:
    brought.state, brought.ended_at, brought.heard_at = state, timezone.now(), timezone.now()
    brought.content = b""
    brought.save(update_fields=["state", "ended_at", "heard_at", "content"])


def _tell(brought: Import, count: int) -> None:
    Import.objects.filter(pk=brought.pk).update(handled=F("handled") + count, heard_at=timezone.now())


def locked(pk: UUID) -> Import:
    """The list's row as it stands now, locked; refuses one that was dropped meanwhile."""
    rows = Import.objects.select_for_update(no_key=True, of=("self",)).select_related("practice", "made_by__user")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise WrongState("This list was dropped meanwhile. Choose the file again.")
    return row


def _check(brought: Import, until: float) -> None:
    by, what = actor_of(brought), kind_of(brought.kind)
    reader = what.reader(brought, by)
    rows = files.rows_of(brought.text, brought.delimiter, len(brought.columns))
    while piece := list(islice(rows, CHECKED_AT_ONCE)):
        with transaction.atomic():
            now = locked(brought.pk)
            if now.state != _State.CHECKING or _asked(now) != _asked(brought):
                return
            have = list(now.rows.filter(number__gte=piece[0][0], number__lte=piece[-1][0]))
            if have:  # read before this step broke off
                reader.remember(have)
                continue
            found = [ImportRow(practice=now.practice, of=now, kind=now.kind, number=number, cells=cells)
                     for number, cells in piece]
            for row in found:
                reader.read(row)
            insert(found)
            _tell(now, len(found))
        if monotonic() > until:
            return
    with transaction.atomic():
        now = locked(brought.pk)
        # Begun anew meanwhile, its rows were thrown away: whoever began anew ends it, with all of them there.
        if now.state == _State.CHECKING and _asked(now) == _asked(brought) and now.rows.count() == now.size:
            now.state, now.heard_at = _State.CHECKED, timezone.now()
            now.save(update_fields=["state", "heard_at"])


def _asked(brought: Import) -> tuple[object, ...]:
    """How the list is read; changed meanwhile, what was read before counts no more."""
    return brought.mapping, brought.date_order, brought.names, brought.options


def _write(brought: Import, until: float) -> None:
    by, what = actor_of(brought), kind_of(brought.kind)
    while monotonic() < until:
        with transaction.atomic():
            now = locked(brought.pk)
            if now.state != _State.IMPORTING:
                return
            rows = list(now.rows.filter(state=_Row.READY)[:WRITTEN_AT_ONCE])
            if not rows:
                _end(now, _State.DONE)
                return
            try:
                with transaction.atomic():
                    what.write(now, rows, by)
            except (IntegrityError, Refusal):
                _write_singly(now, rows, what, by)
            _settle(rows)
            _tell(now, len(rows))


def _write_singly(brought: Import, rows: Sequence[ImportRow], what: Kind, by: Actor) -> None:
    """One of them cannot be written any more: each for itself, so that the others are."""
    for row in rows:
        row.state = _Row.READY
        try:
            with transaction.atomic():
                what.write(brought, [row], by)
        except Refusal as refused:
            row.state, row.faults = _Row.FAULTY, [fault("", "", refused.detail)]
        except IntegrityError:
            row.state = _Row.FAULTY
            row.faults = [fault("", "", "Something changed here since the list was checked. Check this row again.")]


def _settle(rows: Sequence[ImportRow]) -> None:
    """Write down what became of them; of those brought in only what is needed to know them again is kept."""
    done = [row.pk for row in rows if row.state == _Row.DONE]
    ImportRow.objects.filter(pk__in=done).update(state=_Row.DONE, made_id=F("id"), cells=[], reading={}, alike=[])
    others = [row for row in rows if row.state != _Row.DONE]
    ImportRow.objects.bulk_update(others, ["state", "faults"])


def _undo(brought: Import, until: float) -> None:
    by, what = actor_of(brought), kind_of(brought.kind)
    while monotonic() < until:
        with transaction.atomic():
            now = locked(brought.pk)
            if now.state != _State.UNDOING:
                return
            left = {UUID(str(pk)) for pk, *_ in now.stays}
            rows = list(now.rows.filter(state=_Row.DONE).exclude(made_id__in=left)[:WRITTEN_AT_ONCE])
            if not rows:
                now.rows.filter(state=_Row.SAME).update(state=_Row.UNDONE)
                _end(now, _State.UNDONE)
                return
            ids = [row.made_id for row in rows if row.made_id]
            undone = what.undo(now, ids, by)
            now.rows.filter(made_id__in=undone.gone).update(state=_Row.UNDONE)
            now.stays = [*now.stays, *([str(pk), name, why] for pk, (name, why) in undone.stays.items())]
            now.save(update_fields=["stays"])
            _tell(now, len(rows))
