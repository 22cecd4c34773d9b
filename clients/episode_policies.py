"""What each kind of episode does to the diary, as published: numbers and words, not code. `(P)` are our proposals.

No source gives a number of days after which work may go on (docs/relapses.md); sources give criteria. So every number
here is a default that a practice's owner may change, with a reason; the signs that mean medical help now are nobody's
to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop as _

from clients.models import Episode, RuleChange
from clients.own_rules import owner_of, restore_change, said_change, write_change
from clients.red_flags import COMMON, OF_KIND, RedFlag
from practice.access import Actor
from practice.models import Practice
from practice.refusals import BadInput, NotThere


@dataclass(frozen=True, slots=True)
class EpisodePolicy:
    """One kind of episode. Days and minutes are whole numbers; 0 days means never.

    `joins_within_days`: a report within so many days of the last onset belongs to that episode.
    `hold_days`, `steroid_gap_days`: visits before confirmation + hold_days, or end of steroids + gap, are held.
    `return_minutes`, `return_pressure`: the longest and firmest first visit after it; None: no limit.
    `client_reads` is told to whoever reports it about themselves, `therapist_reads` to whoever decides; `source` are
    keys of clients/sources.py for both. `cited` are the numbers a source speaks about, each with its keys; those in
    `given` it gives, all others are our proposals. `own` says what a practice changed about it.
    """

    holds_visits: bool
    joins_within_days: int = 0
    hold_days: int = 14
    steroid_gap_days: int = 7
    check_in_days: int = 0
    return_minutes: int | None = None
    return_pressure: int | None = None
    asks_clearance: bool = False
    client_reads: str = ""
    therapist_reads: str = ""
    source: tuple[str, ...] = ("evenhand",)
    cited: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    red_flags: tuple[RedFlag, ...] = ()
    own: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One number or switch of a policy: what it is called, its bounds (both included), what it counts.

    `is_switch` is yes or no; `may_be_empty` where None means no limit.
    """

    name: str
    label: str
    help: str
    least: int = 0
    most: int = 1
    counted_in: str = ""
    is_switch: bool = False
    may_be_empty: bool = False


NUMBERS: dict[str, Number] = {n.name: n for n in (
    Number("holds_visits", "Confirming it puts visits on hold", "", is_switch=True),
    Number("hold_days", "Holds visits for", "Days from the day it is confirmed. Then somebody looks again.",
           1, 120, "days"),
    Number("steroid_gap_days", "Keeps free after a steroid course", "Days after its last day.", 0, 60, "days"),
    Number("check_in_days", "Asks the client how it is every", "0: never.", 0, 60, "days"),
    Number("return_minutes", "The first visit afterwards lasts at most", "Empty: no limit.", 10, 240, "minutes",
           may_be_empty=True),
    Number("return_pressure", "And its pressure is at most", "On the scale from 0 to 5. Empty: no limit.", 0, 5,
           "on the pressure scale", may_be_empty=True),
    Number("asks_clearance", "A doctor’s word is asked for before the return", "", is_switch=True),
    Number("joins_within_days", "Reported again, it is the same one within",
           "Days from when it began. 0: each report is a new one, except on the same day.", 0, 90, "days"),
)}
Numbers = Mapping[str, int | bool | None]

PUBLISHED: dict[str, EpisodePolicy] = {
    Episode.Kind.RELAPSE: EpisodePolicy(
        holds_visits=True, joins_within_days=30, check_in_days=7, return_minutes=45, return_pressure=2,
        client_reads=_("Tell your MS team today as well. They know whether it is a relapse, and what helps."),
        therapist_reads="A relapse is new or worse symptoms for 24 hours or longer, without fever or infection, at "
                        "least 30 days from the start of the last one. The MS team says whether it is one.",
        source=("ms-trust-relapses",),
        cited={"holds_visits": ("ms-three-uses", "werner-charts", "massage-reference"),
               "joins_within_days": ("ms-trust-relapses",), "return_minutes": ("neuropathy-article",),
               "return_pressure": ("healing-touch",)},
        given=frozenset({"holds_visits", "joins_within_days"})),
    Episode.Kind.PSEUDO_RELAPSE: EpisodePolicy(
        holds_visits=False,
        client_reads=_("Rest where it is cool. Tell your MS team if it has not settled within a day."),
        therapist_reads="Old symptoms that come back with heat, fever, infection, effort or stress, and usually settle "
                        "within 24 hours once that is over. Settled: the visit stays, in a cool room. With fever or "
                        "infection: no session until that is over.",
        source=("msaa-pseudo",)),
    Episode.Kind.MIGRAINE_ATTACK: EpisodePolicy(
        holds_visits=False,
        client_reads=_("An attack mostly passes within three days. If you would rather come another day, tell us."),
        therapist_reads="Untreated, an attack lasts 4 to 72 hours. Sources differ on working in one: it is a caution, "
                        "and the client’s choice.",
        source=("migraine-course", "massage-reference", "migraine-attack-study")),
    Episode.Kind.OFF_PERIOD: EpisodePolicy(
        holds_visits=False,
        client_reads=_("Take your medicine as your doctor told you. If another hour of the day suits you better, "
                       "tell us."),
        therapist_reads="The medicine has worn off: stiff, slow, may freeze. An hour or two after a dose suits best.",
        source=("wearing-off",)),
    Episode.Kind.PAIN_FLARE: EpisodePolicy(
        holds_visits=False,
        client_reads=_("If touch is too much just now, tell us: we can work elsewhere, for a shorter time, or "
                       "another day."),
        therapist_reads="Touch may make it worse: light stroking first, away from the sore place, shorter; move the "
                        "visit if touch cannot be borne.",
        source=("neuropathy-article", "werner-charts")),
    Episode.Kind.ACUTE_ILLNESS: EpisodePolicy(
        holds_visits=False,
        client_reads=_("Rest. With a fever or an infection we do not work until it is over; there is no fee."),
        therapist_reads="Fever or infection: no session until it is over.", source=("bc-college",)),
    Episode.Kind.OTHER: EpisodePolicy(
        holds_visits=False,
        client_reads=_("Tell your doctor as well, if it is new or getting worse."),
        therapist_reads="Nobody knows yet what it is. What is new or getting worse belongs before a doctor first."),
}
PUBLISHED = {kind: replace(policy, red_flags=(*OF_KIND.get(kind, ()), *COMMON)) for kind, policy in PUBLISHED.items()}


def policy_of(practice: Practice, kind: str) -> EpisodePolicy:
    """The policy this practice works by for one kind of episode; worked out once for each change."""
    return (_policies(practice.pk, practice.rule_changes, practice.time_zone) if practice.rule_changes
            else PUBLISHED)[kind]


def policy_at(practice: Practice, kind: str, moment: datetime) -> EpisodePolicy:
    """The policy it worked by at a moment that has passed."""
    if not practice.rule_changes:
        return PUBLISHED[kind]
    then = RuleChange.objects.filter(practice=practice, made_at__lte=moment).filter(
        Q(ended_at=None) | Q(ended_at__gt=moment))
    return _worked_out(then, practice.time_zone)[kind]


@lru_cache(maxsize=256)
def _policies(practice_id: UUID, _changes: int, zone: str) -> dict[str, EpisodePolicy]:
    return _worked_out(RuleChange.objects.filter(practice_id=practice_id, ended_at=None), zone)


def _worked_out(changes: QuerySet[RuleChange], zone: str) -> dict[str, EpisodePolicy]:
    policies = dict(PUBLISHED)
    for change in changes.filter(rule__startswith="episode:").select_related("made_by__user"):
        kind = change.rule.removeprefix("episode:")
        if kind in policies:
            policies[kind] = _with(policies[kind], change, zone)
    return policies


def _with(policy: EpisodePolicy, change: RuleChange, zone: str) -> EpisodePolicy:
    mine: dict[str, Any] = {name: value for name, value in change.numbers.items() if name in NUMBERS}
    return replace(policy, **mine, own=said_change(change, zone))


def rule_of(kind: str) -> str:
    """Under which name a practice's changes of this kind's policy are kept."""
    return f"episode:{kind}"


def numbers_of(policy: EpisodePolicy) -> dict[str, int | bool | None]:
    """The numbers and switches of a policy."""
    return {f.name: getattr(policy, f.name) for f in fields(policy) if f.name in NUMBERS}


@transaction.atomic
def change_policy(*, practice: Practice, kind: str, by: Actor, reason: str, **numbers: int | bool | None) -> RuleChange:
    """Give a kind of episode other numbers here; replaces what was said of it before; said twice, nothing new.

    Holds from now on: what is on hold stays until its own day. Refuses anybody but the owner, a change without a
    reason, numbers out of bounds, and a change that changes nothing.
    """
    published = numbers_of(_published(kind))
    owner = owner_of(practice, by)
    for name, value in numbers.items():
        _refuse_odd(name, value)
    differs = {name: value for name, value in numbers.items() if value != published[name]}
    if not differs:
        raise BadInput("Nothing differs from what is published. Change a number, or restore it.", field="reason")
    return write_change(practice=practice, rule=rule_of(kind), by=owner, reason=reason, numbers=differs)


@transaction.atomic
def restore_policy(*, practice: Practice, kind: str, by: Actor) -> None:
    """Work by what is published again; what was changed stays in its history."""
    _published(kind)
    restore_change(practice=practice, rule=rule_of(kind), by=owner_of(practice, by))


def _published(kind: str) -> EpisodePolicy:
    if kind not in PUBLISHED:
        raise NotThere("There is no such kind of episode.")
    return PUBLISHED[kind]


def _refuse_odd(name: str, value: int | bool | None) -> None:
    number = NUMBERS.get(name)
    if number is None:
        raise BadInput("There is no such number.", field=name)
    if (number.is_switch and isinstance(value, bool)) or (value is None and number.may_be_empty):
        return
    if number.is_switch:
        raise BadInput("Say yes or no.", field=name)
    if value is None or not number.least <= value <= number.most:
        raise BadInput(f"Write a number from {number.least} to {number.most} {number.counted_in}.", field=name)
