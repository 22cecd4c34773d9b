"""Asking how it was: once after each visit that took place, some days later; answered, changed, seen.

Rows are the truth: what a missed hour left undone, the next one does, up to a week late. Two schedulers ask once.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.episodes import today_in
from clients.models import Client, ClientCondition
from clients.profiles import change_client
from clients.standing import lock_client
from clients.words import one_line
from clients.writing import is_written_to
from notes.follow_ups import letters
from notes.follow_ups.questions import (
    FOUR_WEEKS,
    HEADACHES,
    HEADACHES_OF_FOUR_WEEKS,
    SLEEP,
    Answers,
    days_it_may_have_helped,
    has_headaches,
    headaches_asked,
    most_headaches,
)
from notes.models import FollowUp, Measurement
from practice import audit, clock
from practice.access import Actor, Outsider
from practice.models import Practice
from practice.refusals import BadInput, Refusal, WrongState
from sessions.check_ins import asked_now
from sessions.models import RELEASED, Appointment, AppointmentEvent

OPEN_DAYS = 14  # after the day of asking; our proposal
LATEST_DAYS = 7  # a question that is later than this is asked no more: our proposal


def ask_after_visits() -> int:
    """Ask about every visit whose day has come, once each; how many. Of several visits of a client the last counts."""
    count = 0
    for practice in Practice.objects.filter(follow_up_days__gte=1):
        today = clock.wall_of(timezone.now(), practice.time_zone)[0]
        last = today - timedelta(days=practice.follow_up_days)
        for visit in _due(practice).filter(wall_date__lte=last, wall_date__gte=last - timedelta(days=LATEST_DAYS)):
            count += _ask(visit)
    return count


def _due(practice: Practice) -> QuerySet[Appointment]:
    """Visits that took place, nobody asked about yet, and no later one took place meanwhile."""
    later = Appointment.objects.filter(client=OuterRef("client"), starts_at__gt=OuterRef("starts_at"),
                                       starts_at__lte=timezone.now()).exclude(status__in=(*RELEASED, "proposed"))
    elsewhere = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), verb="imported",
                                                at__gte=OuterRef("ends_at"))
    return (Appointment.objects.filter(practice=practice, status=Appointment.Status.FULFILLED, follow_up=None)
            .filter(client__archived_at=None, client__wants_follow_ups=True).exclude(Exists(later))
            .exclude(Exists(elsewhere))  # it took place before it was brought here: nobody is written to about it
            .select_related("client__practice", "practice").order_by("starts_at", "pk"))


def _ask(visit: Appointment) -> bool:
    """Write the question down and queue its message, where nobody else just did and the client is written to."""
    if not is_written_to(visit.client) or asked_now(visit.client):  # while an episode runs they are asked already
        return False
    try:
        with transaction.atomic():
            lock_client(visit.client)
            if not _due(visit.practice).filter(pk=visit.pk, client=visit.client_id).exists():
                return False
            today = today_in(visit.client)
            row = FollowUp.objects.create(
                practice=visit.practice, appointment=visit, asked_on=today, asks=_further_questions(visit.client),
                closes_at=clock.day_begins(today + timedelta(days=OPEN_DAYS + 1), visit.practice.time_zone))
            audit.record(by=Outsider(visit.practice, "system", "Evenhand"), verb="follow_up_asked", subject=row,
                         client_id=visit.client_id)
            letters.ask(row)
    except Refusal:  # merged into another row this very moment: the next hour asks there
        return False
    return True


def _further_questions(client: Client) -> list[str]:
    """What this client is asked besides: sleep where it is read at their visits, headache days where they have them."""
    asks = []
    if Measurement.objects.filter(note__client__in=client.family, measure="sleep").exists():
        asks.append(SLEEP)
    codes = ClientCondition.objects.filter(client=client, ended_on=None).values_list("condition", flat=True)
    if has_headaches(codes):
        lately = FollowUp.objects.filter(
            appointment__client=client, asked_on__gt=today_in(client) - timedelta(days=FOUR_WEEKS))
        is_asked = any(HEADACHES_OF_FOUR_WEEKS in asked for asked in lately.values_list("asks", flat=True))
        asks.append(HEADACHES if is_asked else HEADACHES_OF_FOUR_WEEKS)
    return asks


@transaction.atomic
def answer_follow_up(*, follow_up: FollowUp, answers: Answers, by: Actor) -> FollowUp:
    """Keep what the client answers; given again, the last answers stand and a therapist is to look anew.

    Refuses once it is closed, answers off their scales, and days that are still to come.
    """
    row = (FollowUp.objects.select_for_update(of=("self",), no_key=True)
           .select_related("appointment__client__practice", "practice").get(pk=follow_up.pk))
    if row.closes_at <= timezone.now():
        raise WrongState(_("This is closed: nothing can be changed any more."))
    answers = _consistent(row, answers)
    given = asdict(answers)
    if row.answered_at and all(getattr(row, name) == value for name, value in given.items()):
        return row
    for name, value in given.items():
        setattr(row, name, value)
    row.answered_at, row.seen_at = timezone.now(), None
    row.save(update_fields=[*given, "answered_at", "seen_at"])
    audit.record(by=by, verb="follow_up_answered", subject=row, client_id=row.appointment.client_id)
    return row


def _consistent(row: FollowUp, said: Answers) -> Answers:
    """The answers without lengths of what was not felt and without what was not asked; refuses what cannot be."""
    today = today_in(row.appointment.client)
    _within(said.soreness, 3, "soreness")
    _within(said.lethargy, 3, "lethargy")
    _within(said.sleep, 10, "sleep")
    _within(said.headache_days, most_headaches(row, today), "headache_days")
    _within(said.sore_days, 3, "sore_days")
    _within(said.lethargy_hours, 24, "lethargy_hours")
    if said.helped not in ("", *FollowUp.Helped.values):
        raise BadInput(_("Choose one of the answers."), field="helped")
    days = said.helped_days if said.helped == FollowUp.Helped.UNTIL else None
    if said.helped == FollowUp.Helped.UNTIL and days not in dict(days_it_may_have_helped(row, today)):
        raise BadInput(_("Choose the last day on which it helped."), field="helped")
    return Answers(
        said.soreness, said.sore_days if said.soreness else None, said.lethargy,
        said.lethargy_hours if said.lethargy else None, said.helped, days, said.sleep if SLEEP in row.asks else None,
        said.headache_days if headaches_asked(row) else None, one_line(said.words)[:500])


def _within(value: int | None, most: int, field: str) -> None:
    if value is not None and not 0 <= value <= most:
        raise BadInput(_("Choose from 0 to {most}.").format(most=most), field=field)


def ask_no_more(*, client: Client, by: Actor, again: bool = False) -> Client:
    """The client is asked after visits no more, or (`again`) as before."""
    return change_client(client=client, by=by, wants_follow_ups=again)


@transaction.atomic
def see_follow_up(*, follow_up: FollowUp, by: Actor, answered_at: datetime | None = None) -> FollowUp:
    """A therapist has looked at the answer of that moment: Today asks for it no more. Looked at twice, it is one act.

    An answer that was changed since is still to be looked at.
    """
    rows = FollowUp.objects.filter(pk=follow_up.pk, seen_at=None, answered_at=answered_at or follow_up.answered_at)
    if follow_up.answered_at and rows.update(seen_at=timezone.now()):
        audit.record(by=by, verb="follow_up_seen", subject=follow_up, client_id=follow_up.appointment.client_id)
    follow_up.refresh_from_db(fields=["seen_at"])
    return follow_up
