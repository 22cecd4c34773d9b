"""Breaches: written down once they are known, never changed, with who is to be told by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from clients.models import Breach, BreachStep
from clients.privacy.clocks import LAWS, Duty, duties_of
from practice import audit, clock
from practice.access import Actor, Role
from practice.models import Membership, Practice
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput
from practice.waiting import WAITING, Waiting

MOST_PEOPLE = 10_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """One duty of a breach: when it was done, if it was, and whether its time has passed."""

    duty: Duty
    done_at: datetime | None
    is_late: bool


@transaction.atomic
def record_breach(*, practice: Practice, what: str, found_out_at: datetime, people: int, risk: str, assessment: str,
                  law: str, by: Actor) -> Breach:
    """Write a breach down for good. Refuses one of the future, and one without what happened or how it was judged."""
    refuse_unless_owner(practice, by)
    _refuse_unfit(what, "what")
    _refuse_unfit(assessment, "assessment")
    _refuse_future(found_out_at, "found_out_at")
    if risk not in Breach.Risk.values or law not in LAWS or not 0 <= people <= MOST_PEOPLE:
        raise BadInput("Choose from the list.", field="risk")
    row = Breach.objects.create(
        practice=practice, what=_text(what), found_out_at=found_out_at, people=people, risk=risk,
        assessment=_text(assessment), law=law, recorded_by_name=by.name[:120])
    audit.record(by=by, verb="breach_recorded", subject=row, people=people, risk=risk)
    return row


@transaction.atomic
def add_step(
    *, breach: Breach, kind: str, at: datetime, words: str, by: Actor, people: int | None = None,
) -> BreachStep:
    """Add who was told, or what became known; what stands already stays."""
    refuse_unless_owner(breach.practice, by)
    if kind not in BreachStep.Kind.values:
        raise BadInput("Choose from the list.", field="kind")
    _refuse_unfit(words, "words")
    _refuse_future(at, "at")
    row = BreachStep.objects.create(breach=breach, kind=kind, at=at, words=_text(words), people=people,
                                    by_name=by.name[:120])
    audit.record(by=by, verb="breach_step_added", subject=breach, kind=kind)
    return row


def people_known(breach: Breach) -> int:
    """How many people it concerns, as last known."""
    known = [step.people for step in breach.steps.all() if step.people is not None]
    return known[-1] if known else breach.people


def is_open(breach: Breach) -> bool:
    """Whether anything is left to do."""
    return all(step.kind != BreachStep.Kind.DONE for step in breach.steps.all())


def standing_of(breach: Breach) -> list[Standing]:
    """Each duty, whether it is done and whether it is late."""
    told: dict[str, datetime] = {}
    for step in sorted(breach.steps.all(), key=lambda step: step.at):
        told.setdefault(step.kind, step.at)  # told once is told, whatever is added later
    found_out_at = breach.found_out_at.astimezone(clock.zone_of(breach.practice.time_zone))
    return [Standing(duty, told.get(duty.who),
                     duty.until is not None and (told.get(duty.who) or timezone.now()) > duty.until)
            for duty in duties_of(breach.law, found_out_at, people_known(breach), breach.risk)]


def breaches_waiting(member: Membership) -> Iterator[Waiting]:
    """For the owner: who is still to be told of a breach, and by when."""
    if member.role != Role.OWNER:
        return
    week = timezone.now() + timedelta(days=7)
    for breach in Breach.objects.visible_to(member).prefetch_related("steps"):
        for one in standing_of(breach) if is_open(breach) else ():
            until = one.duty.until
            if one.done_at is None and (until is None or until < week):
                when = f", by {clock.said(until, member.practice.time_zone)}" if until else ""
                yield Waiting(f"A breach: {one.duty.words[0].lower()}{one.duty.words[1:]}{when}",
                              reverse("clients:breach", args=[breach.pk]), is_urgent=True)


def _refuse_unfit(words: str, field: str) -> None:
    if not any(c.isalnum() for c in words):
        raise BadInput("Write something here.", field=field)


def _refuse_future(at: datetime, field: str) -> None:
    if at > timezone.now() + timedelta(minutes=5):
        raise BadInput("That is still to come.", field=field)


def _text(words: str) -> str:
    return words.replace("\x00", "").strip()[:4000]


WAITING.append(breaches_waiting)
