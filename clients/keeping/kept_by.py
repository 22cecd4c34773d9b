"""What this room knows of when a client's years begin to count, and of what keeps everything whatever the years say."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from clients.keeping.retention import CONTACTS, KEPT_BY, Contact, by_person
from clients.models import (
    Clearance,
    ClientCondition,
    Consent,
    Disclosure,
    Episode,
    EpisodeNotice,
    EpisodeStep,
    Finding,
    LegalHold,
    Medicine,
    PrivacyRequest,
    Questionnaire,
    Referral,
    Reply,
)
from practice import clock


def held_or_open(clients: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """A legal hold, a request that waits for its answer, an episode that runs."""
    holds = by_person(LegalHold.objects.filter(lifted_at=None), clients).select_related("practice")
    for hold in holds:
        yield hold.whose, f"on legal hold since {clock.said_date(_day(hold), year=True)}"
    for asked in by_person(PrivacyRequest.objects.filter(answered_on=None), clients):
        yield asked.whose, ("a request about their record of "
                            f"{clock.said_date(asked.received_on, year=True)} waits for its answer")
    for episode in by_person(Episode.objects.filter(status__in=Episode.OPEN), clients):
        yield episode.whose, f"an episode since {clock.said_date(episode.onset_on, year=True)} is still open"


def _day(hold: LegalHold) -> date:
    return clock.wall_of(hold.placed_at, hold.practice.time_zone)[0]


KEPT_BY.append(held_or_open)
CONTACTS += [
    Contact(ClientCondition, "recorded_at"), Contact(Finding, "recorded_at"), Contact(Medicine, "recorded_at"),
    Contact(Clearance, "recorded_at"), Contact(Consent, "recorded_at"), Contact(Referral, "recorded_at"),
    Contact(Disclosure, "on"), Contact(Questionnaire, "submitted_at"), Contact(Reply, "received_at"),
    Contact(PrivacyRequest, "received_on"), Contact(Episode, "created_at"),
    Contact(EpisodeStep, "at", "episode__client"), Contact(EpisodeNotice, "at", "episode__client"),
]
