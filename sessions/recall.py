"""Clients whom nobody has booked again: found, written to once after their last visit, or left alone.

One decision for each last visit, which the database keeps (`Recall`): two schedulers, or a press at the same moment,
write once. Whoever said no by the link, is on the waitlist, has visits on hold or is not well, is not written to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from clients.models import Client, Episode
from clients.profiles import change_client
from clients.standing import lock_client
from clients.writing import is_written_to, write_to
from practice import audit
from practice.access import Actor, Outsider
from practice.models import Practice
from practice.refusals import Refusal
from sessions.models import RELEASED, Appointment, AppointmentEvent, Hold, Recall, WaitlistEntry

LATEST = timedelta(weeks=52)  # whoever was away longer is written to by hand only: our proposal
RECALL = "recall"


class NotToBeRecalled(Refusal):
    """They have a visit again, are not well, said no, are not written to, or it was decided already."""

    code: ClassVar[str] = "not_to_be_recalled"
    title: ClassVar[str] = "Nobody is written to"


def without_next_visit(practice: Practice) -> QuerySet[Client]:
    """The clients of a practice who were there and have nothing to come, nothing on hold, no open episode and no place
    on the waitlist; with `last_at`, `last_visit` (an id), and `decided` about it ("" where nobody did).
    """
    now = timezone.now()
    had = (Appointment.objects.filter(client=OuterRef("pk"), ends_at__lte=now)
           .exclude(status__in=(*RELEASED, "proposed")).order_by("-ends_at", "-pk"))
    return (Client.objects.filter(practice=practice, archived_at=None, is_provisional=False)
            .exclude(_among(_to_come(practice)))
            .annotate(last_visit=Subquery(had.values("pk")[:1]), last_at=Subquery(had.values("ends_at")[:1]))
            .filter(last_visit__isnull=False)
            .annotate(decided=Subquery(Recall.objects.filter(appointment=OuterRef("last_visit")).values("what")[:1]),
                      decided_at=Subquery(Recall.objects.filter(appointment=OuterRef("last_visit")).values("at")[:1]))
            .select_related("practice"))


def _to_come(practice: Practice) -> list[QuerySet[Any]]:
    """The ids of its clients with a visit to come, one on hold, a place on the waitlist or an open episode.

    As sets, each read once: asked client by client, PostgreSQL took a minute for 5,000 of them.
    """
    now = timezone.now()
    visits = Appointment.objects.filter(practice=practice, starts_at__gt=now - timedelta(days=1), ends_at__gt=now)
    return [
        visits.exclude(status__in=RELEASED).order_by().values("client"),
        Hold.objects.filter(appointment__practice=practice, outcome="").order_by().values("appointment__client"),
        WaitlistEntry.objects.filter(practice=practice, ended_at=None, until_on__gte=now.date()).order_by().values(
            "client"),
        Episode.objects.filter(practice=practice, status__in=Episode.OPEN).order_by().values("client")]


def _among(sets: list[QuerySet[Any]]) -> Q:
    """Whoever is in one of these."""
    found = Q()
    for ids in sets:
        found |= Q(pk__in=ids)
    return found


def recall_clients() -> int:
    """Write to everybody who has been away for the practice's weeks, once; how many. For whoever looks every hour."""
    count = 0
    for practice in Practice.objects.exclude(recall_weeks=None):
        now = timezone.now()
        away = now - timedelta(weeks=practice.recall_weeks or 0)
        # Who has only been elsewhere, by a list brought here, is not written to by itself.
        elsewhere = AppointmentEvent.objects.filter(appointment=OuterRef("last_visit"), verb="imported",
                                                    at__gte=OuterRef("last_at"))
        due = without_next_visit(practice).filter(last_at__lte=away, last_at__gt=now - LATEST, decided=None,
                                                  wants_recalls=True).exclude(Exists(elsewhere))
        for client in due:
            count += _recall_if_due(client, Outsider(practice, "system", "Evenhand"))
    return count


def _recall_if_due(client: Client, by: Actor) -> bool:
    try:
        return is_written_to(client) and bool(write_to_again(client=client, by=by))
    except (NotToBeRecalled, IntegrityError):  # somebody else just did, or a visit was just booked
        return False


@transaction.atomic
def write_to_again(*, client: Client, by: Actor) -> Recall:
    """Ask a client who has been away whether they would like to come again; once after each last visit.

    Refuses where they have a visit again, are not well, said no, are not written to, or it was decided already.
    """
    client = _still_away(client)
    if not client.wants_recalls:
        raise NotToBeRecalled(f"{client.called} asked not to be written to about this. Ring them, or leave it.")
    if not is_written_to(client):
        raise NotToBeRecalled(f"{client.called} has not agreed to be written to. Ring them instead.")
    decided = _decide(client, Recall.What.WRITTEN, by)
    write_to(client=client, kind=RECALL, subject_id=client.pk, start_version=str(decided.appointment_id),
             why="A while without a visit, and none to come.", useful_until=timezone.now() + timedelta(days=14))
    return decided


@transaction.atomic
def leave_alone(*, client: Client, by: Actor) -> Recall:
    """Decide not to write after this last visit. Refuses where it was decided already."""
    return _decide(_still_away(client), Recall.What.LEFT, by)


def decline_recalls(*, client: Client, by: Actor, again: bool = False) -> Client:
    """The client is not written to about this any more, or (`again`) as before."""
    return change_client(client=client, by=by, wants_recalls=again)


def _still_away(client: Client) -> Any:
    lock_client(client)
    row: Any = without_next_visit(client.practice).filter(pk=client.pk).first()
    if row is None:
        raise NotToBeRecalled(f"{client.called} has a visit again, or it is not the time to ask.")
    if row.decided:
        raise NotToBeRecalled(f"It was decided already: {row.called} is {Recall.What(row.decided).label}.")
    return row


def _decide(client: Any, what: str, by: Actor) -> Recall:
    row = Recall.objects.create(practice=client.practice, client=client, what=what, by_name=by.name[:120],
                                appointment_id=client.last_visit)
    audit.record(by=by, verb=f"recall_{what}", subject=row, client_id=client.pk)
    return row


def is_still_away(client: Client) -> bool:
    """Whether there is still nothing to come for them."""
    return without_next_visit(client.practice).filter(pk=client.pk).exists()


def to_decide(practice: Practice) -> QuerySet[Client]:
    """Those nobody has decided about, whoever left last on top."""
    return without_next_visit(practice).filter(decided=None).order_by(F("last_at").desc(), "pk")


def decided_about(practice: Practice, since: datetime) -> QuerySet[Client]:
    """Those somebody decided about since, the latest on top."""
    return without_next_visit(practice).filter(Q(decided__isnull=False), decided_at__gte=since).order_by(
        F("decided_at").desc(), "pk")
