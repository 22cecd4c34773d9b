"""When clients are written about their visits: booked, reminded, moved, cancelled, on hold.

Each message is queued once per visit, kind and start, and taken back when its time goes. How it reads, and whether it
still stands when it would leave, is told in `sessions/letters.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone

from clients.models import Client, Episode
from clients.writing import AGREED_ANEW, message_to, write_to
from practice import clock, outbox
from practice.models import Message
from sessions.asks import before_on_the_clock, questions_due, reminder_days
from sessions.letters import (
    ALIVE,
    BOOKED_TOGETHER,
    MOVED_TOGETHER,
    OF_A_TIME,
    QUESTIONS,
    TOGETHER,
    stamp_of,
    steps_of,
)
from sessions.models import Appointment, CheckIn, Hold, Plan, PlanMove
from sessions.pause_letters import STANDS_AGAIN
from sessions.together_letters import is_on_its_way, together_of, told_by

_BOOKED, _CONFIRMS = ("booked", "booked"), "Confirms the booking."


def schedule(appointment: Appointment, *, is_told: bool = True) -> None:
    """Queue the reminders of a newly booked visit and its confirmation; that one not where it is told with others."""
    if appointment.starts_at > timezone.now():
        booked = _message(appointment, *_BOOKED, _after_grace(), _CONFIRMS) if is_told else []
        outbox.queue_messages([*booked, *_reminders_of(appointment)], are_first=True)


def tell_booked(appointments: Iterable[Appointment], act: UUID) -> None:
    """One message to each client for all visits that one act booked, or moved before their booking was told."""
    coming: dict[UUID, list[Appointment]] = {}
    for visit in appointments:
        if visit.starts_at > timezone.now():
            coming.setdefault(visit.client_id, []).append(visit)
    for visits in coming.values():
        first, last = min(visits, key=_start), max(visits, key=_start)
        if len(visits) == 1:
            _queue(first, *_BOOKED, _after_grace(), _CONFIRMS)
        else:
            write_to(client=first.client, kind=BOOKED_TOGETHER, subject_id=act, start_version=str(first.client_id),
                     why=f"Confirms {len(visits)} bookings.", useful_until=last.starts_at)


def remind(appointment: Appointment) -> None:
    """Queue the reminders alone: of a visit that was agreed elsewhere, nobody is told."""
    _queue_reminders(appointment)


def tell_accepted(appointment: Appointment) -> None:
    """The time somebody asked for is theirs."""
    _queue(appointment, "request-accepted", "accepted", _after_grace(), "Accepts the request.")


def reschedule(appointment: Appointment) -> None:
    """After a move: nothing leaves for the old time; the new time is told, unless it is the one last told, and
    reminded of."""
    if news := _turn_to_new_time(appointment, _last_told(appointment)):
        stamp = stamp_of(appointment)
        if news == "booked":
            _queue(appointment, *_BOOKED, _after_grace(), _CONFIRMS)
        else:
            _queue(appointment, news, f"{stamp}-{appointment.sequence}", _after_grace(), "Tells the new time.")


def reschedule_together(appointments: Iterable[Appointment], act: UUID) -> None:
    """The same after one act moved several: one message to each client names all their new times.

    What a client had not heard of yet, as the act noted it (`of_act`), is told as booked.
    """
    news: dict[str, list[Appointment]] = {"booked": [], "moved": []}
    unsaid = dict(steps_of(act).values_list("appointment_id", "detail__unsaid"))
    for visit in appointments:
        if visit.pk not in unsaid:  # its time is as it was
            reschedule(visit)
        elif kind := _turn_to_new_time(visit, None if unsaid[visit.pk] else _last_told(visit) or ""):
            news[kind].append(visit)
    tell_booked(news["booked"], act)
    for client in {visit.client_id: visit.client for visit in news["moved"]}.values():
        write_to(client=client, kind=MOVED_TOGETHER, subject_id=act, start_version=str(client.pk),
                 why="Tells the new times.")


def of_act(act: UUID | None, appointment: Appointment, *, is_move: bool = False) -> dict[str, Any]:
    """What an undo of several acts reads in the history of each: which act, and the version and start it left.

    Of a move, also whether its client had heard of the visit at all: the message of the act goes by it.
    """
    if act is None:
        return {}
    unsaid = {"unsaid": True} if is_move and _last_told(appointment) is None else {}
    return {"act": str(act), "version": appointment.version, "stamp": stamp_of(appointment), **unsaid}


def _turn_to_new_time(appointment: Appointment, told: str | None) -> str:
    """Take back what waits about other times, queue the reminders; answers what is news: "booked" where nothing was
    told of the visit, "moved" where another time was, "" where there is nothing to tell."""
    stamp = stamp_of(appointment)
    other_times = Message.objects.filter(appointment_id=appointment.pk, kind__in=OF_A_TIME).exclude(
        start_version__startswith=stamp)
    outbox.cancel_messages(why="The visit was moved.", pk__in=list(other_times.values_list("pk", flat=True)))
    if appointment.status not in ALIVE or appointment.starts_at <= timezone.now():
        return ""
    _queue_reminders(appointment)
    if (told is not None and told.startswith(stamp)) or is_on_its_way(appointment):
        return ""
    return "booked" if told is None else "moved"


def _last_told(appointment: Appointment) -> str | None:
    """The start version of the last time the client was told of; None while nothing can have left."""
    plans = PlanMove.objects.filter(appointment=appointment).values("plan_id")
    told = Message.objects.filter(
        Q(appointment_id=appointment.pk, kind__in=("booked", "moved", "request-accepted", "swapped"))
        | Q(subject_id__in=plans, kind="plan-applied") | Q(client_id=appointment.client_id, kind__in=TOGETHER),
        outbox.may_have_left()).order_by(F("sent_at").desc(nulls_first=True), "-pk")
    for kind, subject, version, left_at in told.values_list("kind", "subject_id", "start_version", "sent_at"):
        if kind not in TOGETHER:
            return str(version)
        if stamp := told_by(subject, appointment, left_at):
            return stamp
    return None


def follow(appointment: Appointment) -> None:
    """After any other step: a cancelled visit is told so, a released one is not reminded of, a restored one is."""
    if appointment.status == Appointment.Status.CANCELLED:
        withdraw([appointment], "The visit was cancelled.")
        if appointment.starts_at > timezone.now() and _was_told(appointment):
            _queue(appointment, "cancelled", stamp_of(appointment), _after_grace(), "Tells the cancellation.")
    elif appointment.status in ALIVE:
        if appointment.starts_at > timezone.now():
            _queue_reminders(appointment)
    else:
        is_here = appointment.status == Appointment.Status.ARRIVED
        withdraw([appointment], "The client has arrived." if is_here else
                 f"The visit is {appointment.get_status_display().lower()}.")


def stand_again(appointment: Appointment) -> None:
    """After a cancellation was taken back: nobody is told of it, and what waited about this time waits again."""
    outbox.cancel_messages(why="The cancellation was taken back.", appointment_id=appointment.pk,
                           kind__in=["cancelled"])
    with_others = together_of([appointment.pk]) & Q(kind=BOOKED_TOGETHER)
    if Message.objects.filter(Q(appointment_id=appointment.pk, kind="booked") | with_others).exists():
        reschedule(appointment)
    elif appointment.status in ALIVE and appointment.starts_at > timezone.now():
        _queue_reminders(appointment)


def _was_told(appointment: Appointment) -> bool:
    """Whether the client has heard of this visit: one booked and cancelled within the grace says nothing at all."""
    about = Message.objects.filter(Q(appointment_id=appointment.pk, kind__in=OF_A_TIME))
    if about.filter(outbox.may_have_left()).exists():
        return True
    several = Message.objects.filter(together_of([appointment.pk]))
    left = several.filter(outbox.may_have_left()).values_list("subject_id", "sent_at")
    if any(told_by(act, appointment, left_at) for act, left_at in left):
        return True
    return not about.filter(kind="booked").exists() and not several.filter(kind=BOOKED_TOGETHER).exists()


def withdraw(appointments: Iterable[Appointment], why: str) -> None:
    """Take back what is waiting about the times of these visits."""
    outbox.cancel_messages(why=why, appointment_id__in=[visit.pk for visit in appointments], kind__in=OF_A_TIME)


def tell_held(episode: Episode, held: list[Appointment]) -> Message | None:
    """One message for all visits put on hold, without saying why; None where the client is not written to."""
    withdraw(held, "The visit is on hold.")
    if not held:
        return None
    return write_to(client=episode.client, kind="held", subject_id=episode.pk, start_version=str(episode.version),
                    why="Visits were put on hold.")


def tell_still_held(plan: Plan) -> None:
    """After a plan that nobody has read of is over: who was not told yet that visits are on hold is told so now."""
    episode = plan.episode
    known = Message.objects.filter(Q(state=Message.State.WAITING) | outbox.may_have_left(),
                                   subject_id=plan.episode_id, kind="held")
    if episode and not known.exists() and Hold.objects.filter(episode=episode, outcome="").exists():
        write_to(client=plan.client, kind="held", subject_id=episode.pk, why="Visits are on hold again.",
                 start_version=f"{episode.version}-{plan.pk}")


def tell_restored(episode: Episode, *, since: datetime) -> None:
    """One message for the visits of this episode that stand again since then, where the client read that they did not.

    What waits already speaks of all of them when it leaves.
    """
    asked = Plan.objects.filter(episode=episode).values("pk")
    of_it = Q(subject_id=episode.pk, kind="held") | Q(subject_id__in=asked, kind="plan-to-accept")
    told = Message.objects.filter(of_it, outbox.may_have_left())
    waits = Message.objects.filter(subject_id=episode.pk, kind=STANDS_AGAIN, state=Message.State.WAITING)
    if told.exists() and not waits.exists():
        write_to(client=episode.client, kind=STANDS_AGAIN, subject_id=episode.pk, start_version=since.isoformat(),
                 why="Tells that visits stand after all.")


def ask_therapist(appointment: Appointment, about: Episode | CheckIn) -> Message | None:
    """Ask the therapist of this visit to look today; the message says neither who nor what."""
    therapist = appointment.therapist
    return outbox.queue_message(
        practice=about.practice, kind="look-today", subject_id=about.pk, start_version=str(therapist.pk),
        to_address=therapist.user.email, to_name=therapist.name, due_at=_after_grace(),
        why="A visit needs the therapist's decision.", appointment_id=appointment.pk)


def tell_plan(plan: Plan, kind: str) -> Message | None:
    """One message for a whole plan: the new times, or that they no longer stand; None where nothing changed."""
    if not plan.moves.exclude(before={}).exists():
        return None
    return write_to(client=plan.client, kind=kind, subject_id=plan.pk, start_version=str(plan.status),
                    why="A plan changed the visits.")


def said_grace() -> str:
    """The same in words: "3 minutes"."""
    minutes, seconds = divmod(settings.MESSAGE_GRACE_SECONDS, 60)
    return f"{settings.MESSAGE_GRACE_SECONDS} seconds" if seconds or not minutes else (
        "1 minute" if minutes == 1 else f"{minutes} minutes")


def said_end_of_grace(appointment: Appointment) -> str:
    """When a message asked for now may leave, on the wall clock where the visit takes place: "10:54"."""
    return clock.said_time(clock.wall_of(_after_grace(), appointment.time_zone)[1])


def remind_of(appointments: Iterable[Appointment]) -> None:
    """Queue the reminders of visits that stand at a new time; what was queued before stays one row."""
    coming = [visit for visit in appointments if visit.starts_at > timezone.now()]
    outbox.queue_messages([message for visit in coming for message in _reminders_of(visit)])


def _remind_of_all(client: Client) -> None:
    visits = Appointment.objects.filter(client=client, status__in=ALIVE, starts_at__gt=timezone.now())
    remind_of(visits.select_related("client__practice", "practice"))


AGREED_ANEW.append(_remind_of_all)


def _queue_reminders(appointment: Appointment) -> None:
    outbox.queue_messages(_reminders_of(appointment))


def _reminders_of(appointment: Appointment) -> list[Message]:
    """Reminders so many days ahead at the visit's own hour; one whose time has passed is on record as not sent.

    Each is of use until the day of the next one, so that two never leave together about one visit.
    """
    now, found, practice = timezone.now(), [], appointment.practice
    usual, asks, last = reminder_days(practice), practice.confirm_days, appointment.starts_at
    for days in sorted({*usual, asks} - {0}):
        due_at = before_on_the_clock(appointment, timedelta(days=days))
        why = f"Reminder {days} days before." if days in usual else f"Asks {days} days before whether they come."
        for message in _message(appointment, "reminder", f"{days}d", due_at, why):
            message.useful_until = last
            if due_at <= now:
                message.state = Message.State.SKIPPED
                message.why = f"Booked less than {days} days before: the confirmation says when it is."
            found.append(message)
        last = clock.day_begins(clock.wall_of(due_at, appointment.client.zone)[0], appointment.client.zone)
    if asked_at := questions_due(appointment):
        found += _message(appointment, QUESTIONS, "check", asked_at, "Asks the questions before a visit.")
    return found


def _start(appointment: Appointment) -> datetime:
    return appointment.starts_at


def _after_grace() -> datetime:
    return timezone.now() + outbox.grace()


def _queue(appointment: Appointment, kind: str, version: str, due_at: datetime, why: str) -> None:
    outbox.queue_messages(_message(appointment, kind, version, due_at, why))


def _message(appointment: Appointment, kind: str, version: str, due_at: datetime, why: str) -> list[Message]:
    """The message, ready to be queued; none where the client is not written to."""
    version = version if version.startswith(stamp_of(appointment)) else f"{stamp_of(appointment)}-{version}"
    row = message_to(client=appointment.client, kind=kind, subject_id=appointment.pk, start_version=version,
                     due_at=due_at, useful_until=appointment.starts_at, why=why, appointment_id=appointment.pk)
    return [row] if row else []
