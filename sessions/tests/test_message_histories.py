"""Whatever people do for some weeks: no reminder is wrong, missing without a reason, or sent twice, and nobody is
written to too often or in the quiet hours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import timezone

from practice import outbox
from practice.outbox import Kind, Said, caps, delivery, doors, queueing
from practice.tests.sizes import size
from sessions import reminders
from sessions.tests.histories import World

WORLDS, PEOPLE = size(2, 100), size(30, 100)


@pytest.fixture
def world(now, db, monkeypatch, time_machine):
    """Begins one world; its doors and the kind it asks with are gone with the test."""
    monkeypatch.setattr(doors, "DOORS", dict(doors.DOORS))
    monkeypatch.setattr(delivery, "DOORS", doors.DOORS)
    monkeypatch.setattr("sessions.tests.histories.DOORS", doors.DOORS)
    asked = Kind("asked", "Asked", lambda message: None, lambda message: Said({}), counts=True)
    monkeypatch.setitem(outbox.KINDS, "asked", asked)

    def begun(seed, people):
        time_machine.move_to(timezone.now())
        found = World(seed, people, time_machine)
        found.begin()
        return found

    return begun


@pytest.mark.sized
@pytest.mark.parametrize("seed", range(WORLDS))
def test_whatever_happens_every_reminder_is_right_or_has_its_reason(world, seed, record_property):
    lived = world(seed, PEOPLE)
    lived.live()
    lived.judge_what_is_missing()
    lived.judge_what_they_know()
    assert len(lived.done) >= 8
    record_property("figure", f"{PEOPLE} histories, {lived.done.total()} acts, {lived.told.total()} reminders")


def _never_check(monkeypatch):
    never = replace(outbox.KINDS["reminder"], recheck=lambda message: None)
    monkeypatch.setitem(outbox.KINDS, "reminder", never)
    monkeypatch.setattr(outbox, "cancel_messages", lambda **where: 0)


def _no_caps(monkeypatch):
    monkeypatch.setattr(caps, "fits", lambda *a, **k: True)
    monkeypatch.setattr(caps, "free_place", lambda week, on: (on, len(week.taken)))


def _no_quiet_hours(monkeypatch):
    for module in (queueing, delivery):
        monkeypatch.setattr(module, "outside_quiet_hours", lambda due_at, zone, practice: due_at)


def _forgets_reminders(monkeypatch):
    whole = reminders._reminders_of
    monkeypatch.setattr(reminders, "_reminders_of", lambda visit: whole(visit)[:1])


def _says_it_left(monkeypatch):
    hand_over, calls = delivery.Delivery._hand_over, iter(range(10**6))

    def sometimes(self, parcel):
        if next(calls) % 5:
            hand_over(self, parcel)
        else:
            self.receipts.keep(delivery._receipts_of(parcel, parcel.compose(), ""))

    monkeypatch.setattr(delivery.Delivery, "_hand_over", sometimes)


def _agrees_for_them(monkeypatch):
    monkeypatch.setattr(outbox, "follow_ways", lambda **_: None)
    monkeypatch.setattr("sessions.letters.not_agreed_any_more", lambda message, client: None)


@pytest.mark.proof
@pytest.mark.parametrize("spoil, found", [
    (_never_check, "reminded of|names another"), (_no_caps, "two that count|more than three"),
    (_no_quiet_hours, "quiet hours"), (_forgets_reminders, "no word of"), (_says_it_left, "never left"),
    (_agrees_for_them, "without agreement")])  # fmt: skip
def test_a_product_without_one_of_the_rules_is_found_out(world, monkeypatch, spoil, found):
    lived = world(1, 24)
    spoil(monkeypatch)
    with pytest.raises(AssertionError, match=found):
        lived.live()
        lived.judge_what_is_missing()
