"""How messages about visits read: booked, reminded, moved, cancelled, on hold; each checked again at the door.

No clinical word stands in any of them. When each is queued is told in `sessions/reminders.py`; what a client may
answer stands on the page behind the link.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from clients.contacts import copied_to
from clients.models import Client, Episode
from clients.writing import not_agreed_any_more
from practice import clock, links, outbox, wording
from practice.models import Membership, Message
from practice.outbox import Kind, Letter, Said
from sessions.asks import asks_for_yes, reminder_days
from sessions.calendars import visit_file
from sessions.models import Appointment, AppointmentEvent, CheckIn, Hold, Plan

VISIT_LINK = "visit"
CHECK_OPENS = timedelta(days=3)  # before a visit, from when on the questions about it can be answered: our proposal
ALIVE = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)
MOVED_TOGETHER, STANDS_AGAIN = "moved-together", "stands-again"
QUESTIONS = "check-before"
OF_A_TIME = ("booked", "reminder", "moved", "request-accepted", "swapped", QUESTIONS)  # of one start of a visit


def visit_url(appointment: Appointment) -> str:
    """The link on which the client can answer about this visit."""
    token = vars(appointment).get("link_token") or links.link_for(
        practice=appointment.practice, purpose=VISIT_LINK, subject_id=appointment.pk, expires_at=appointment.ends_at)
    return f"{settings.BASE_URL}/r/{token}/"


def stamp_of(appointment: Appointment) -> str:
    """The start a message speaks of, as its row keeps it."""
    return f"{appointment.starts_at.astimezone(UTC):%Y%m%dT%H%MZ}"


def steps_of(act: UUID) -> QuerySet[AppointmentEvent]:
    """What one act did to the times of several visits."""
    steps = AppointmentEvent.objects.filter(detail__act=str(act), verb__in=("moved", "undo-moved"))
    return steps.order_by("-at", "-pk")


# --- checked again at the door, then written ---------------------------------------------------------------------


def _visit(message: Message) -> Appointment | None:
    if "visit" not in vars(message):
        _look_up_visits([message])
    visit: Appointment | None = vars(message)["visit"]
    return visit


def _look_up_visits(messages: list[Message]) -> None:
    """Read the visits of several messages as they stand now, and their links, in two or three statements."""
    everything = Appointment.objects.select_related("client__practice", "practice").prefetch_related("client__contacts")
    visits = everything.in_bulk([m.subject_id for m in messages])
    linked = {visits[m.subject_id].pk: visits[m.subject_id] for m in messages
              if m.kind in OF_A_TIME and m.subject_id in visits and _time_is_of(m, visits[m.subject_id])}
    tokens = links.links_for(purpose=VISIT_LINK, wanted={pk: (v.practice, v.ends_at) for pk, v in linked.items()})
    for pk, visit in linked.items():
        vars(visit)["link_token"] = tokens[pk]
    for message in messages:
        vars(message)["visit"] = visits.get(message.subject_id)


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
    """A reminder that was queued only to ask for the yes is not sent to who has said it."""
    because = _time_stands(message)
    visit = _visit(message)
    if because or visit is None or asks_for_yes(visit):
        return because
    days = message.start_version.rpartition("-")[2].removesuffix("d")
    only_asks = days == str(visit.practice.confirm_days) and int(days) not in reminder_days(visit.practice)
    return "They have said already whether they come." if only_asks else None


def _cancel_stands(message: Message) -> str | None:
    visit = _visit(message)
    if visit is None or visit.status != Appointment.Status.CANCELLED:
        return "The visit stands again."
    return not_agreed_any_more(message, visit.client)


def greeting(client: Client) -> str:
    """How every message to a client begins."""
    return f"Hello {client.called},\n\n"


def closing(client: Client) -> str:
    """How it ends."""
    practice = client.practice
    call = f"Questions? Call {practice.phone}.\n" if practice.phone else ""
    return f"\n{call}{practice.sender_name or practice.name}\n"


def _about_visit(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    client, language = visit.client, wording.language_of(visit.client.language)
    values = {"visit": visit.said, "minutes": str(visit.minutes), "link": visit_url(visit)}
    if message.kind == "reminder":
        is_soon = visit.starts_at <= timezone.now() + CHECK_OPENS
        values["questions"] = wording.piece("sessions", "questions", language) if is_soon else ""
        values |= {"yes": f"{values['link']}?say=yes", "other_time": f"{values['link']}?say=other-time"}
        return Said(values, client.called, "asks" if asks_for_yes(visit) else "", language, copies=copied_to(client))
    return Said(values, client.called, language=language, attachments=(visit_file(visit),), copies=copied_to(client))


def _moved_together(message: Message) -> list[tuple[Appointment, AppointmentEvent]]:
    """The visits of a message about several new times that still stand at them, with what moved each there."""
    steps = steps_of(message.subject_id).filter(appointment__client_id=message.client_id)
    found = [(step.appointment, step) for step in steps.select_related(
        "appointment__client__practice", "appointment__practice", "appointment__therapist__user")]
    since = min((step.at for _, step in found), default=timezone.now())  # who had not read of the booking reads it now
    anew = set(Message.objects.filter(appointment_id__in=[visit.pk for visit, _ in found], kind="booked",
                                      created_at__gte=since).values_list("appointment_id", "start_version"))
    return sorted(((visit, step) for visit, step in found if visit.status in ALIVE
                   and step.detail["stamp"] == stamp_of(visit) and (visit.pk, f"{stamp_of(visit)}-booked") not in anew),
                  key=lambda pair: pair[0].starts_at)


def _moved_together_stands(message: Message) -> str | None:
    moved = _moved_together(message)
    if not any(visit.starts_at > timezone.now() for visit, _ in moved):
        return "None of these times stands any more."
    return not_agreed_any_more(message, moved[0][0].client)


def _about_moved_together(message: Message) -> Letter:
    moved = _moved_together(message)
    client = moved[0][0].client
    head = "Your appointment has a new time" if len(moved) == 1 else f"Your {len(moved)} appointments have new times"
    times = "\n\n".join(
        f"{visit.said} ({visit.minutes} minutes) with {visit.therapist.name}, instead of {step.detail['was']['at']}\n"
        f"Confirm, or ask for another time: {visit_url(visit)}" for visit, step in moved)
    body = (f"{greeting(client)}{head}:\n\n{times}\n\n"
            f"Not feeling well? Tell us on the same page.\n{closing(client)}")
    subject = f"{head}: {moved[0][0].said}" if len(moved) == 1 else head
    return Letter(subject, body, tuple(visit_file(visit) for visit, _ in moved), copied_to(client))


def _about_cancellation(message: Message) -> Said:
    visit = _visit(message)
    assert visit is not None
    return Said({"visit": visit.said}, visit.client.called, language=wording.language_of(visit.client.language),
                attachments=(visit_file(visit),), copies=copied_to(visit.client))


def _hold_stands(message: Message) -> str | None:
    if not _held_by(message):
        asked = Hold.objects.filter(episode_id=message.subject_id, outcome="").exists()
        return "Told with the new times they were asked about." if asked else "No visit is on hold any more."
    return not_agreed_any_more(message, Client.objects.get(pk=message.client_id))


def _held_by(message: Message) -> list[Appointment]:
    """What is on hold and not asked about yet: a time kept for an answer is told in its own letter."""
    holds = Hold.objects.filter(episode_id=message.subject_id, outcome="", appointment__status="held").select_related(
        "appointment")
    return sorted((hold.appointment for hold in holds), key=lambda visit: visit.starts_at)


def _about_hold(message: Message) -> Letter:
    client = Client.objects.select_related("practice").get(pk=message.client_id)
    held = _held_by(message)
    times = "\n".join(visit.said for visit in held)
    body = (f"{greeting(client)}These appointments are on hold and need a new time:\n\n{times}\n\n"
            f"You do not have to do anything, and there is no fee. We will write to you with new times.\n"
            f"{_how_to_say_unwell(held)}{closing(client)}")
    return Letter("Your appointments need a new time", body, copies=copied_to(client))


def _standing_again(message: Message) -> list[Appointment]:
    """What came back to its own time since the message was asked for, and still stands there."""
    holds = Hold.objects.filter(episode_id=message.subject_id, outcome=Hold.Outcome.RESTORED,
                                ended_at__gte=datetime.fromisoformat(message.start_version))
    return sorted({hold.appointment for hold in holds.select_related("appointment__practice", "appointment__client")
                   if hold.appointment.status in ALIVE and hold.appointment.starts_at > timezone.now()},
                  key=lambda visit: visit.starts_at)


def _stands_after_all(message: Message) -> str | None:
    visits = _standing_again(message)
    return not_agreed_any_more(message, visits[0].client) if visits else "None of them stands any more."


def _about_standing(message: Message) -> Letter:
    visits = _standing_again(message)
    client = visits[0].client
    times = "\n\n".join(f"{visit.said} ({visit.minutes} minutes)\nConfirm, or ask for another time: {visit_url(visit)}"
                        for visit in visits)
    head = "Your appointment stands after all" if len(visits) == 1 else "Your appointments stand after all"
    body = (f"{greeting(client)}{head}, at {'its' if len(visits) == 1 else 'their'} old time:\n\n{times}\n\n"
            f"Not feeling well? Tell us on the same page.\n{closing(client)}")
    return Letter(head, body, tuple(visit_file(visit) for visit in visits), copied_to(client))


def _how_to_say_unwell(visits: list[Appointment]) -> str:
    """The line that leads to "I am not feeling well", by the link of the visit that lives longest."""
    return f"Not feeling well? Tell us: {visit_url(visits[-1])}\n" if visits else ""


def _plan_stands(message: Message) -> str | None:
    plan = Plan.objects.filter(pk=message.subject_id).first()
    if plan is None or plan.status != message.start_version:
        return "The plan was changed again."
    return not_agreed_any_more(message, plan.client)


def _about_plan(message: Message) -> Letter:
    plan = Plan.objects.select_related("client__practice").get(pk=message.subject_id)
    zone = plan.client.practice.time_zone
    moves = list(plan.moves.exclude(before={}).select_related("appointment__practice").order_by("starts_at"))
    if message.kind == "plan-undone":
        visits = sorted((m.appointment for m in moves), key=lambda visit: visit.starts_at)
        return Letter("Your appointments need a new time",
                    f"{greeting(plan.client)}The new times we sent you do not stand after all. We will write again.\n"
                    f"{_how_to_say_unwell(visits)}{closing(plan.client)}", copies=copied_to(plan.client))
    times = [f"{clock.said(m.starts_at, zone)} ({m.minutes} minutes)\n"
             f"Confirm, or ask for another time: {visit_url(m.appointment)}" for m in moves if m.starts_at]
    gone = [m.appointment.said for m in moves if m.starts_at is None]
    parts = []
    if times:
        parts += ["Your new appointment times:", "\n\n".join(times), "Not feeling well? Tell us on the same page."]
    if gone:
        parts += ["These appointments are cancelled, without a fee:", "\n".join(gone)]
    subject = "Your new appointment times" if times else "Your appointments are cancelled"
    body = f"{greeting(plan.client)}" + "\n\n".join(parts) + f"\n{closing(plan.client)}"
    return Letter(subject, body, copies=copied_to(plan.client))


def _still_open(message: Message) -> str | None:
    is_waiting = (Episode.objects.filter(pk=message.subject_id, status=Episode.Status.SUSPECTED).exists()
                  or CheckIn.objects.filter(pk=message.subject_id, answer=CheckIn.Answer.WORSE, seen_at=None).exists())
    return None if is_waiting else "It has been dealt with."


def ask_to_look(message: Message) -> Letter:
    """The message to a therapist that says on which day, and neither who nor what."""
    member = Membership.objects.select_related("user").filter(user__email=message.to_address,
                                                              practice=message.practice).first()
    name = member.name if member else "there"
    return Letter(f"A visit{_day_of(message)} needs your decision",
                f"Hello {name},\n\nA coming visit needs your decision. Sign in and look under “Needs you”:\n"
                f"{settings.BASE_URL}/\n")


def _day_of(message: Message) -> str:
    """When the visit is, as it goes on in a sentence: " today", " on Thu 26 Nov"; empty without a visit."""
    visit = Appointment.objects.filter(pk=message.appointment_id).first()
    if visit is None:
        return ""
    today = clock.wall_of(timezone.now(), visit.time_zone)[0]
    if visit.wall_date < today:  # asked about what comes next, not about this one
        return ""
    return " today" if visit.wall_date == today else f" on {clock.said_date(visit.wall_date)}"


_VISIT = {"visit": "Tue 24 Nov, 10:30", "minutes": "45", "link": "https://practice.example/r/Zm9yIHRoaXM"}
outbox.declare(Kind("booked", "Booking confirmation", _time_stands, _about_visit, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables=_VISIT))
outbox.declare(Kind("reminder", "Reminder", _reminder_stands, _about_visit, look_up=_look_up_visits, counts=True,
                    variants=("", "asks"), variables={
                        **_VISIT, "questions": wording.piece("sessions", "questions"),
                        **{way: f"{_VISIT['link']}/?say={way.replace('_', '-')}" for way in ("yes", "other_time")}}))
outbox.declare(Kind("moved", "New time", _time_stands, _about_visit, keeps_quiet_hours=False, look_up=_look_up_visits,
                    variables=_VISIT))
outbox.declare(Kind(MOVED_TOGETHER, "New times of several visits", _moved_together_stands, _about_moved_together,
                    keeps_quiet_hours=False))
outbox.declare(Kind("request-accepted", "Request accepted", _time_stands, _about_visit, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables=_VISIT))
outbox.declare(Kind("cancelled", "Cancellation", _cancel_stands, _about_cancellation, keeps_quiet_hours=False,
                    look_up=_look_up_visits, variables={"visit": "Tue 24 Nov, 10:30"}))
outbox.declare(Kind(STANDS_AGAIN, "Stands after all", _stands_after_all, _about_standing))
outbox.declare(Kind("held", "On hold", _hold_stands, _about_hold))
outbox.declare(Kind("plan-applied", "New times by a plan", _plan_stands, _about_plan))
outbox.declare(Kind("plan-undone", "New times of a plan undone", _plan_stands, _about_plan))
outbox.declare(Kind("look-today", "Needs a therapist", _still_open, ask_to_look, keeps_quiet_hours=False))
