"""How messages about visits read: booked, reminded, moved, cancelled; each checked again at the door.

What is written of a pause stands in `sessions/pause_letters.py`, of several visits at once in
`sessions/together_letters.py`. When each is queued is told in `sessions/reminders.py`; what a client may answer stands
on the page behind the link.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from clients.contacts import copied_to
from clients.writing import not_agreed_any_more, reads
from practice import links, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said
from practice.wording.examples import example_of
from sessions.asks import asks_for_yes, reminder_days
from sessions.calendars import visit_file
from sessions.models import Appointment, AppointmentEvent, PlanMove

VISIT_LINK = "visit"
CHECK_OPENS = timedelta(days=3)  # before a visit, from when on the questions about it can be answered: our proposal
ALIVE = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)
BOOKED_TOGETHER, MOVED_TOGETHER, QUESTIONS = "booked-together", "moved-together", "check-before"
TOGETHER = (BOOKED_TOGETHER, MOVED_TOGETHER)  # of what one act did to several visits
SETS_A_TIME = ("booked", "moved", "undo-moved")
STAMP = "%Y%m%dT%H%MZ"
OF_A_TIME = ("booked", "reminder", "moved", "request-accepted", "swapped", QUESTIONS)  # of one start of a visit


def visit_url(appointment: Appointment) -> str:
    """The link on which the client can answer about this visit."""
    token = vars(appointment).get("link_token") or links.link_for(
        practice=appointment.practice, purpose=VISIT_LINK, subject_id=appointment.pk, expires_at=appointment.ends_at)
    return f"{settings.BASE_URL}/r/{token}/"


def stamp_of(appointment: Appointment) -> str:
    """The start a message speaks of, as its row keeps it."""
    return f"{appointment.starts_at.astimezone(UTC):{STAMP}}"


def steps_of(act: UUID) -> QuerySet[AppointmentEvent]:
    """What one act did to the times of several visits."""
    steps = AppointmentEvent.objects.filter(detail__act=str(act), verb__in=SETS_A_TIME)
    return steps.order_by("-at", "-pk")


# --- checked again at the door, then written ---------------------------------------------------------------------


def _visit(message: Message) -> Appointment | None:
    if "visit" not in vars(message):
        _look_up_visits([message])
    visit: Appointment | None = vars(message)["visit"]
    return visit


def _look_up_visits(messages: list[Message]) -> None:
    """Read the visits of several messages as they stand now, and their links, in two or three statements."""
    everything = Appointment.objects.select_related("client").prefetch_related("client__contacts")
    visits = everything.in_bulk({m.subject_id for m in messages})
    practices = {message.practice_id: message.practice for message in messages}
    for visit in visits.values():
        if visit.practice_id in practices:
            visit.practice = visit.client.practice = practices[visit.practice_id]
    linked = {visits[m.subject_id].pk: visits[m.subject_id] for m in messages
              if m.kind in OF_A_TIME and m.subject_id in visits and _time_is_of(m, visits[m.subject_id])}
    tokens = links.links_for(purpose=VISIT_LINK, wanted={pk: (v.practice, v.ends_at) for pk, v in linked.items()})
    for pk, visit in linked.items():
        vars(visit)["link_token"] = tokens[pk]
    told = _told_at([visits[m.subject_id] for m in messages if m.kind == "reminder" and m.subject_id in visits])
    for message in messages:
        vars(message)["visit"] = visits.get(message.subject_id)
        vars(message)["time_told_at"] = told.get((message.subject_id, message.start_version.partition("-")[0]))


def _told_at(visits: list[Appointment]) -> dict[tuple[UUID, str], datetime]:
    """When each of these visits was last told of by another message than a reminder, by visit and start."""
    if not visits:
        return {}
    sent = Message.objects.filter(state=Message.State.SENT, sent_at__isnull=False).order_by("sent_at")
    rows = sent.filter(appointment_id__in=[visit.pk for visit in visits],
                       kind__in=set(OF_A_TIME) - {"reminder", QUESTIONS})
    told: dict[Any, Any] = {
        (visit, version.partition("-")[0]): at
        for visit, version, at in rows.values_list("appointment_id", "start_version", "sent_at")}
    of_several = sent.filter(client_id__in=[visit.client_id for visit in visits], kind__in=_OF_SEVERAL,
                             sent_at__gte=timezone.now() - _LATELY)
    for client, act, at in of_several.values_list("client_id", "subject_id", "sent_at"):
        for visit in visits:
            if visit.client_id == client and _tells_of(act, visit):
                told[visit.pk, stamp_of(visit)] = max(filter(None, (at, told.get((visit.pk, stamp_of(visit))))))
    return told


_OF_SEVERAL, _LATELY = (*TOGETHER, "plan-applied", "plan-to-accept"), timedelta(days=7)


def _tells_of(act: UUID, visit: Appointment) -> bool:
    """Whether one message about several visits told of this one at the time it stands at: one act's, or a plan's."""
    return (PlanMove.objects.filter(plan_id=act, appointment=visit, starts_at=visit.starts_at).exists()
            or steps_of(act).filter(appointment=visit, detail__stamp=stamp_of(visit)).exists())


def _time_is_of(message: Message, visit: Appointment) -> bool:
    return visit.status in ALIVE and message.start_version.startswith(stamp_of(visit))


def _time_stands(message: Message) -> str | None:
    """Why a message about one start time may not leave any more; None if it may."""
    visit = _visit(message)
    if visit is None or visit.status not in ALIVE:
        return "The visit does not stand any more."
    if not message.start_version.startswith(stamp_of(visit)):
        return "The visit was moved."
    return not_agreed_any_more(message, visit.client)


def _reminder_stands(message: Message) -> str | None:
    """A reminder says nothing new within some hours of the confirmation; one that only asks for the yes is not sent
    to who has said it.
    """
    because = _time_stands(message)
    visit = _visit(message)
    if because or visit is None:
        return because
    told_at, hours = vars(message)["time_told_at"], message.practice.reminder_gap_hours
    if told_at and timezone.now() - told_at < timedelta(hours=hours):
        return f"The time was told less than {hours} hours before."
    if asks_for_yes(visit):
        return None
    days = message.start_version.rpartition("-")[2].removesuffix("d")
    only_asks = days == str(visit.practice.confirm_days) and int(days) not in reminder_days(visit.practice)
    return "They have said already whether they come." if only_asks else None


def _cancel_stands(message: Message) -> str | None:
    visit = _visit(message)
    if visit is None or visit.status != Appointment.Status.CANCELLED:
        return "The visit stands again."
    return not_agreed_any_more(message, visit.client)


def _about_visit(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    client, language = visit.client, reads(visit.client)
    is_soon = visit.starts_at <= timezone.now() + CHECK_OPENS
    values = {"visit": visit.said_in(language), "minutes": str(visit.minutes), "link": visit_url(visit),
              "questions": wording.piece("sessions", "questions", language) if is_soon else ""}
    if message.kind == "reminder":
        values |= {"yes": f"{values['link']}?say=yes", "other_time": f"{values['link']}?say=other-time"}
        return Said(values, client.called, "asks" if asks_for_yes(visit) else "", language, copies=copied_to(client))
    return Said(values, client.called, language=language, attachments=(visit_file(visit),), copies=copied_to(client))


def said_together(visits: Iterable[Appointment], language: str) -> str:
    """Several times in one line, as an SMS says them: "Tue 24 Nov, 10:30; Tue 1 Dec, 10:30"."""
    return "; ".join(visit.said_in(language) for visit in visits)


def _about_cancellation(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    language = reads(visit.client)
    return Said({"visit": visit.said_in(language)}, visit.client.called, language=language,
                attachments=(visit_file(visit),), copies=copied_to(visit.client))


LINK = "https://practice.example/r/Zm9yIHRoaXMgb25lIHBlcnNvbg"  # as examples show one
QUESTIONS_LINE = example_of("sessions", "questions", {})
_VISIT = {"visit": "Tue 24 Nov, 10:30", "minutes": "45", "link": LINK, "questions": QUESTIONS_LINE}
SEVERAL = {"count": "2", "visit": "Tue 24 Nov, 10:30", "visits": "Tue 24 Nov, 10:30; Tue 1 Dec, 10:30", "link": LINK}
outbox.declare(Kind("booked", "Booking confirmation", _time_stands, _about_visit, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables=_VISIT, about="About their visits",
                    when="Three minutes after a visit is booked."))
outbox.declare(Kind("reminder", "Reminder", _reminder_stands, _about_visit, look_up=_look_up_visits, counts=True,
                    goes_first=True, variants=("", "asks"), variables={
                        **_VISIT, **{way: f"{LINK}/?say={way.replace('_', '-')}" for way in ("yes", "other_time")}},
                    about="About their visits", when="So many days before a visit, at its own hour."))
outbox.declare(Kind("moved", "New time", _time_stands, _about_visit, keeps_quiet_hours=False, look_up=_look_up_visits,
                    variables=_VISIT, about="About their visits", when="Three minutes after a visit is moved."))
outbox.declare(Kind("request-accepted", "Request accepted", _time_stands, _about_visit, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables=_VISIT, about="Booking by themselves",
                    when="Three minutes after a request is accepted."))
outbox.declare(Kind("cancelled", "Cancellation", _cancel_stands, _about_cancellation, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables={"visit": "Tue 24 Nov, 10:30"},
                    about="About their visits", when="Three minutes after a visit the client knew of is cancelled."))
