"""A practice's own word on the rules of the safety check: other numbers, or a rule switched off, and taken back.

What it says of the kinds of episodes (`clients/episode_policies.py`) is kept here in the same way. Each change has its
reason, its author and its time, and stays readable when it is over. What is sent away at once, an emergency, cannot be
switched off; a number that no published rule has cannot be added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from clients.models import RuleChange
from clients.reasons import said_cap
from clients.rule import Rule, RuleBook
from clients.rules import PUBLISHED, RULES
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor, Role
from practice.models import Membership, Practice
from practice.refusals import BadInput, NotAllowed, NotThere, Refusal

# The numbers of a rule that a practice may change, the least and the most of each, and in what it is counted.
NUMBERS: dict[str, tuple[int, int, str]] = {
    "max_pressure": (0, 5, "on the pressure scale"), "max_minutes": (5, 480, "minutes"),
    "days": (0, 730, "days"), "days_after": (0, 3650, "days"),
}
Numbers = Mapping[str, int]
_WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 7: "seven"}  # as rules write small numbers


class EmergencyStays(Refusal):
    """A rule that sends somebody for help at once is nobody's to switch off."""

    code: ClassVar[str] = "emergency_rule"
    title: ClassVar[str] = "This one stays"


def book_of(practice: Practice) -> RuleBook:
    """The rules this practice works by today; worked out once for each change."""
    return _book(practice.pk, practice.rule_changes, practice.time_zone) if practice.rule_changes else PUBLISHED


@lru_cache(maxsize=256)
def _book(practice_id: UUID, _changes: int, zone: str) -> RuleBook:
    now = RuleChange.objects.filter(practice_id=practice_id, ended_at=None)
    return _with(now.select_related("made_by__user"), zone)


def book_at(practice: Practice, moment: datetime) -> RuleBook:
    """The rules it worked by at a moment that has passed."""
    if not practice.rule_changes:
        return PUBLISHED
    then = RuleChange.objects.filter(practice=practice, made_at__lte=moment).filter(
        Q(ended_at=None) | Q(ended_at__gt=moment))
    return _with(then.select_related("made_by__user"), practice.time_zone)


def _with(changes: Iterable[RuleChange], zone: str) -> RuleBook:
    rules = dict(RULES)
    for change in changes:
        if change.rule not in rules:
            continue  # a rule that was published once and is no more
        if change.is_off:
            del rules[change.rule]
        else:
            rules[change.rule] = changed(rules[change.rule], change.numbers, said_change(change, zone))
    return RuleBook(rules)


def said_change(change: RuleChange, zone: str) -> str:
    """Whose number it is, since when and why, as it stands behind the source."""
    day = clock.said_date(clock.wall_of(change.made_at, zone)[0], year=True)
    return f"Changed here by {change.made_by.name}, {day}: {change.reason}"


def changed(rule: Rule, numbers: Numbers, why: str) -> Rule:
    """The rule with a practice's own numbers, said in its text too."""
    text, added = rule.text, []
    for name, number in numbers.items():
        was, now = _said(name, getattr(rule, name)), _said(name, number)
        if name in ("days", "days_after") and f"last {_WORDS.get(getattr(rule, name), '')} days" in text:
            text = text.replace(f"last {_WORDS[getattr(rule, name)]} days", f"last {number} days")
        elif was in text.lower():
            at = text.lower().index(was)
            text = text[:at] + (now.capitalize() if text[at].isupper() else now) + text[at + len(was):]
        else:
            added.append(f"Here: {now}.")
    new: dict[str, Any] = {**numbers, "text": " ".join([text, *added]), "own": why}
    return replace(rule, **new)


def _said(name: str, number: int) -> str:
    """A number of a rule in words: "pressure 2 at most", "45 minutes at most", "for 3 days"."""
    if name == "max_pressure":
        return said_cap(number)
    return f"{number} minutes at most" if name == "max_minutes" else f"for {number} day{'s' * (number != 1)}"


def siblings_of(rule: Rule) -> list[Rule]:
    """The other rules that follow from the same thing; what is changed about one leaves them as they are."""
    return [other for other in RULES.values() if other.when == rule.when and other.code != rule.code]


def numbers_of(rule: Rule) -> dict[str, int]:
    """The numbers of a rule that may be changed, as published; those of a return stand with its kind of episode."""
    if rule.on_return:
        return {}
    return {name: number for name in NUMBERS if isinstance(number := getattr(rule, name), int)}


@transaction.atomic
def change_rule(*, practice: Practice, rule: str, by: Actor, reason: str, is_off: bool = False,
                numbers: Numbers | None = None) -> RuleChange:
    """Give a rule other numbers here, or switch it off; replaces what was said of it before; said twice, nothing new.

    Refuses anybody but the owner, a change without a reason, numbers the rule does not have, and switching off what
    sends somebody for help at once.
    """
    owner = owner_of(practice, by)
    published, numbers = _published(rule), dict(numbers or {})
    known = numbers_of(published)
    for name, number in numbers.items():
        least, most, counted = NUMBERS.get(name, (0, 0, ""))
        if name not in known:
            raise BadInput("This rule has no such number. What no source names cannot become a limit here.", field=name)
        if not least <= number <= most:
            raise BadInput(f"Write a number from {least} to {most} {counted}.", field=name)
    numbers = {name: number for name, number in numbers.items() if number != known[name]}
    if not is_off and not numbers:
        raise BadInput("Nothing differs from the published rule. Change a number, or switch it off.", field="is_off")
    if is_off and published.is_emergency:
        raise EmergencyStays("This rule sends somebody for help at once. It cannot be switched off.")
    return write_change(practice=practice, rule=rule, by=owner, reason=reason, is_off=is_off,
                        numbers={} if is_off else numbers)


@transaction.atomic
def restore_rule(*, practice: Practice, rule: str, by: Actor) -> None:
    """Work by the published rule again; what was changed stays in its history."""
    owner = owner_of(practice, by)
    _published(rule)
    restore_change(practice=practice, rule=rule, by=owner)


def write_change(*, practice: Practice, rule: str, by: Membership, reason: str, numbers: Mapping[str, Any],
                 is_off: bool = False) -> RuleChange:
    """Keep the owner's word on a rule or on a kind of episode, with its reason; the one before it ends."""
    reason = one_line(reason)
    if not reason:
        raise BadInput("Write why, for whoever reads this in a year.", field="reason")
    now = RuleChange.objects.filter(practice=practice, rule=rule, ended_at=None).first()
    if now and (now.is_off, now.numbers, now.reason) == (is_off, numbers, reason):
        return now
    _end_current(practice, rule, by)
    row = RuleChange.objects.create(practice=practice, rule=rule, is_off=is_off, numbers=dict(numbers), reason=reason,
                                    made_by=by)
    _count(practice)
    audit.record(by=by, verb="rule_changed", subject=row)
    return row


def restore_change(*, practice: Practice, rule: str, by: Membership) -> None:
    """End the owner's word on a rule or on a kind of episode."""
    for row in _end_current(practice, rule, by):
        audit.record(by=by, verb="rule_restored", subject=row)
        _count(practice)


def owner_of(practice: Practice, by: Actor) -> Membership:
    """The owner, once it is certain that it is theirs to change; takes the practice's lock."""
    if not isinstance(by, Membership) or by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("The practice's owner decides by which rules you work.")
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    return by


def _published(rule: str) -> Rule:
    if rule not in RULES:
        raise NotThere("There is no rule of this name.")
    return RULES[rule]


def _end_current(practice: Practice, rule: str, by: Membership) -> list[RuleChange]:
    rows = list(RuleChange.objects.filter(practice=practice, rule=rule, ended_at=None))
    for row in rows:
        row.ended_at, row.ended_by = timezone.now(), by
        row.save(update_fields=["ended_at", "ended_by"])
    return rows


def _count(practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).update(rule_changes=F("rule_changes") + 1)
    practice.refresh_from_db(fields=["rule_changes"])
