"""One claimed batch on its way out: checked again, counted, bundled, handed over, or put off with the reason."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from practice import clock
from practice.models import Message
from practice.outbox import caps
from practice.outbox.bundles import Parcel
from practice.outbox.colleagues import pass_on
from practice.outbox.doors import DOORS, Door, MailDoor, NotTaken
from practice.outbox.failing import OTHER_WAY_AFTER, another_way, fail
from practice.outbox.kinds import KINDS, Letter
from practice.outbox.queueing import morning_of, outside_quiet_hours
from practice.outbox.receipts import Receipt, Receipts

log = logging.getLogger(__name__)

LOOK_AHEAD, LOOK_UP_LASTS = 50, 0.4  # messages at most; seconds after which what was looked up is read again
ATTEMPTS = 12  # with the waits below about half a day
_LONGEST_WAIT = timedelta(hours=2)
_State = Message.State


class Doors:
    """The doors of one drain, opened as they are needed."""

    def __init__(self) -> None:
        self._open: dict[str, Door] = {}

    def of(self, channel: str) -> Door:
        if channel not in self._open:
            if channel not in DOORS:
                raise NotTaken(f"There is no way out by {channel}.", for_good=True)
            self._open[channel] = DOORS[channel]()
        return self._open[channel]

    def mail(self) -> MailDoor:
        """The mail's own: copies are mails, by whatever way the message itself goes."""
        return cast(MailDoor, self.of("email"))

    def close(self) -> None:
        for door in self._open.values():
            door.close()


class Delivery:
    """One worker with one batch in its hands; `run` answers how many ended how."""

    def __init__(self, claimed: list[Message], doors: Doors, receipts: Receipts) -> None:
        self.claimed, self.doors, self.receipts = claimed, doors, receipts
        self.mine = claimed[0].claimed_by
        self.counts: Counter[str] = Counter()
        self._looked_at, self._ahead = 0.0, LOOK_AHEAD
        self._checked: set[UUID] = set()  # since it was looked up
        self._lost: set[UUID] = set()  # to another worker, or taken back

    def run(self) -> Counter[str]:
        self._look_up(self.claimed)
        parcels = self._parcels()
        looked_to = len(parcels)
        for place, parcel in enumerate(parcels):
            while place >= looked_to or self._is_stale() or _lease_is_short(parcel.carrier):
                looked_to = place + self._ahead
                self._look_again(parcels[place:looked_to])
                if self._ahead == 1:  # it cannot be fresher than read alone
                    break
            if self._stands(parcel):
                self._hand_over(parcel)
        return self.counts

    # --- looked up together -------------------------------------------------------------------------------------

    def _look_up(self, messages: list[Message]) -> None:
        """Let each kind read at once what its messages speak about; one that cannot reads message by message."""
        self._looked_at = monotonic()
        for kind in {message.kind for message in messages} & KINDS.keys():
            look_up = KINDS[kind].look_up
            if look_up is not None:
                try:
                    look_up([message for message in messages if message.kind == kind])
                except Exception:  # each then reads for itself, and only the one that cannot fails
                    log.exception("messages of kind %s could not be looked up together", kind)

    def _is_stale(self) -> bool:
        return monotonic() - self._looked_at > LOOK_UP_LASTS

    def _look_again(self, parcels: list[Parcel]) -> None:
        """The same after a while, for those still in hand: their lease begins anew, what was taken back is let go.

        Where that takes long, fewer are looked up next time, so that what is known stays fresh.
        """
        messages = [message for parcel in parcels for message in parcel.messages]
        rows = Message.objects.filter(pk__in=[message.pk for message in messages], claimed_by=self.mine,
                                      state=_State.SENDING)
        until = timezone.now() + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
        rows.update(claimed_until=until)
        still_mine = set(rows.values_list("pk", flat=True))
        for message in messages:
            message.claimed_until = until
        self._lost |= {message.pk for message in messages} - still_mine
        self._checked.clear()
        self._look_up([message for message in messages if message.pk in still_mine])
        took_long = monotonic() - self._looked_at > LOOK_UP_LASTS / 4
        self._ahead = max(1, self._ahead // 2) if took_long else min(LOOK_AHEAD, self._ahead * 2)

    # --- what may leave, and with what ------------------------------------------------------------------------------

    def _parcels(self) -> list[Parcel]:
        """Every message in a parcel of its own, but for those that count: these leave together, if at all today."""
        counted = [message for message in self.claimed if caps.counts(message)]
        alone = {message.pk: Parcel(message) for message in self.claimed if not caps.counts(message)}
        led = {parcel.carrier.pk: parcel for parcel in self._counted(counted)} if counted else {}
        order = {message.pk: place for place, message in enumerate(self.claimed)}
        found = {**alone, **led}
        return sorted(found.values(), key=lambda parcel: min(order.get(m.pk, len(order)) for m in parcel.messages))

    def _counted(self, counted: list[Message]) -> list[Parcel]:
        now = timezone.now()
        ready = [message for message in counted if self._may_leave(message, now)]
        if not ready:
            return []
        weeks = caps.weeks_of(ready, now)
        ready += self._pulled_in(ready, weeks, now)
        groups: dict[tuple[Any, ...], list[Message]] = {}
        for message in sorted(ready, key=caps.strength):
            groups.setdefault(_reader(message), []).append(message)
        parcels, places = [], {}
        for group in groups.values():
            week, first = weeks[group[0].client_id], group[0]
            today, limits = caps.today_of(first, now), caps.limits_of(first.practice)
            promised = caps.promised_days(first, week, now, {message.pk for message in group})
            if not caps.fits(today, week.days, promised, **limits):
                self._put_off(group, caps.next_day(today, week.days, promised, **limits), now)
                continue
            places[first.pk] = week.taken[first.pk] = caps.free_place(week, today)
            parcels.append(Parcel(first, group[1:]))
        got = caps.take_places(places, [message.pk for message in ready if message.counted_on], self.mine)
        self._release(m for parcel in parcels if parcel.carrier.pk not in got for m in parcel.messages)
        return [parcel for parcel in parcels if parcel.carrier.pk in got]

    def _pulled_in(self, ready: list[Message], weeks: dict[Any, caps.Week], now: datetime) -> list[Message]:
        """What else is due for these readers today, taken into hand too, so that it leaves with what is due now."""
        readers = {_reader(message): message for message in ready}
        wanted = [row for week in weeks.values() for row in week.waiting if _reader(row) in readers
                  and (row.claimed_until is None or row.claimed_until < now)
                  and clock.wall_of(row.due_at, row.time_zone)[0] <= caps.today_of(row, now)]
        if not wanted:
            return []
        until = timezone.now() + timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
        rows = Message.objects.filter(pk__in=[row.pk for row in wanted])
        rows.filter(state=_State.WAITING).update(state=_State.SENDING, claimed_by=self.mine, claimed_until=until)
        got = set(rows.filter(claimed_by=self.mine).values_list("pk", flat=True))
        pulled = [row for row in wanted if row.pk in got]
        for row in pulled:
            row.practice = readers[_reader(row)].practice
            row.state, row.claimed_by, row.claimed_until = _State.SENDING, self.mine, until
        self._look_up(pulled)
        self.claimed += pulled
        return [row for row in pulled if self._may_leave(row, now)]

    def _may_leave(self, message: Message, now: datetime) -> bool:
        """Whether it may leave now; if not, its row says why, or it waits on. What was taken early just waits on."""
        is_early, kind = message.due_at > now, KINDS.get(message.kind)
        self._checked.add(message.pk)
        if kind is None:
            return self._mark(message, _State.FAILED, f"No part of the product sends “{message.kind}” any more.")
        if message.useful_until and now >= message.useful_until:
            return self._mark(message, _State.SKIPPED, "Too late to be of use.")
        if kind.keeps_quiet_hours:
            later = outside_quiet_hours(now, message.time_zone, message.practice)
            if later > now:
                return self._wait(message, later, message.why)
        try:
            because = kind.recheck(message) or pass_on(message, kind)
        except Exception:  # one message that cannot be checked must not stand in the way of the others
            log.exception("message %s could not be checked", message.pk)
            return self._mark(message, _State.FAILED, "The message could not be written; see the server's log.")
        if because and is_early:
            self._release([message])
            return False
        return because is None or self._mark(message, _State.SKIPPED, because)

    def _stands(self, parcel: Parcel) -> bool:
        """Whether all of it may still leave: without its carrier, the others find themselves another one."""
        now = timezone.now()
        kept = []
        for message in parcel.messages:
            if message.pk in self._lost:
                self.counts["left to another"] += 1
            elif message.pk in self._checked or self._may_leave(message, now):
                kept.append(message)
        if kept and kept[0] is not parcel.carrier:
            self._release(kept)
            return False
        parcel.carried = kept[1:]
        return bool(kept)

    # --- handed over -----------------------------------------------------------------------------------------------

    def _hand_over(self, parcel: Parcel) -> None:
        letter = self._written(parcel)
        if letter is None:
            return
        try:
            reference = self.doors.of(parcel.carrier.channel).hand_over(parcel.carrier, letter)
        except NotTaken as refused:
            for message in parcel.messages:
                self._not_taken(message, refused)
            return
        except Exception:  # one message at which a door breaks must not stand in the way of the others
            log.exception("message %s could not be handed over", parcel.carrier.pk)
            for message in parcel.messages:
                self._not_taken(message, NotTaken("It could not be handed over; see the server's log."))
            return
        self.receipts.keep(_receipts_of(parcel, letter, reference))
        self.counts[_State.SENT.value] += len(parcel.messages)
        if letter.copies:
            self._copy(parcel.carrier, letter)

    def _copy(self, message: Message, letter: Letter) -> None:
        """The same by mail to whoever gets copies; what became of these is told beside the message, and decides
        nothing about it.
        """
        self.receipts.settle()
        told = " ".join(self.doors.mail().copy(message, letter))
        Message.objects.filter(pk=message.pk).update(why=f"{message.asked_by} {told}"[:200])


    def _written(self, parcel: Parcel) -> Letter | None:
        """What is handed over; None where it cannot be written: whatever is to blame fails, the rest tries again."""
        together = parcel.messages
        try:
            return parcel.compose()
        except Exception:
            log.exception("message %s could not be written", parcel.carrier.pk)
            bad = [message for message in together if len(together) == 1 or not _can_be_written(message)] or together
            for message in bad:
                self._mark(message, _State.FAILED, "The message could not be written; see the server's log.")
            self._release(message for message in together if message not in bad)
            return None

    def _not_taken(self, message: Message, refused: NotTaken) -> None:
        tried = message.attempts + 1
        if tried >= ATTEMPTS and not refused.for_good:
            refused = NotTaken(f"{refused.why} Given up after {ATTEMPTS} attempts.", for_good=True)
        if refused.for_good or (tried >= OTHER_WAY_AFTER and another_way(message)):
            fail(message, refused.why, attempts=tried)
            self.counts[_State.FAILED.value] += 1
            return
        wait = min(timedelta(seconds=15 * 2**message.attempts), _LONGEST_WAIT)
        self._update(message, state=_State.WAITING, why=refused.why[:200], claimed_until=timezone.now() + wait,
                     attempts=tried)
        self.counts["postponed"] += 1

    # --- put off, or not at all --------------------------------------------------------------------------------------

    def _put_off(self, group: list[Message], until: Any, now: datetime) -> None:
        """The client's days are full: it waits for the next free morning, if it is of use then."""
        for message in group:
            if message.due_at > now:
                self._release([message])
                continue
            rule, morning = caps.rule_of(message.practice), morning_of(until, message.time_zone, message.practice)
            if message.useful_until and morning >= message.useful_until:
                self._mark(message, _State.SKIPPED, f"{rule}: no place was left while it was of use.")
            else:
                self._wait(message, morning, f"{message.asked_by} · {rule}: not before {clock.said_date(until)}.")

    def _wait(self, message: Message, until: datetime, why: str) -> bool:
        self._update(message, state=_State.WAITING, due_at=until, why=why[:200], claimed_until=None)
        self.counts["postponed"] += 1
        return False

    def _release(self, messages: Iterable[Message]) -> None:
        """Back into the queue as they were; the next claim finds those that are due."""
        for message in messages:
            self._update(message, state=_State.WAITING, claimed_until=None)

    def _mark(self, message: Message, state: str, why: str) -> bool:
        self._update(message, state=state, why=why[:200], claimed_until=None, attempts=message.attempts + 1)
        self.counts[str(state)] += 1
        return False

    def _update(self, message: Message, **fields: Any) -> None:
        """End this claim; if it was lost or taken back meanwhile, others speak for the row."""
        rows = Message.objects.filter(pk=message.pk, claimed_by=self.mine, state=_State.SENDING)
        rows.update(claimed_by=None, counted_on=None, counted_as=0, **fields)


def _reader(message: Message) -> tuple[Any, ...]:
    return message.client_id, message.channel, message.to_address


def _lease_is_short(message: Message) -> bool:
    lease = timedelta(seconds=settings.MESSAGE_LEASE_SECONDS)
    return message.claimed_until is None or message.claimed_until - timezone.now() < lease / 2


def _can_be_written(message: Message) -> bool:
    try:
        KINDS[message.kind].compose(message)
    except Exception:
        return False
    return True


def _receipts_of(parcel: Parcel, letter: Letter, reference: str) -> list[Receipt]:
    now, carrier = timezone.now(), parcel.carrier
    subject, reference = letter.subject[:200], reference[:120]
    inside = [(message.pk, f"{message.asked_by[:150]} It left in one message with another.")
              for message in parcel.carried]
    return [Receipt(carrier.pk, now, subject, reference, carrier.asked_by[:200]),
            *(Receipt(pk, now, subject, reference, told, carrier.pk) for pk, told in inside)]
