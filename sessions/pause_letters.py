"""What clients are written when visits pause: on hold, standing after all, new times by a plan, those undone.

No clinical word stands in any of them, and none says why. When each is queued is told in `sessions/reminders.py`.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from clients.contacts import copied_to
from clients.models import Client
from clients.writing import not_agreed_any_more, reads
from practice import clock, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said
from practice.wording.examples import example_of
from sessions.calendars import visit_file
from sessions.letters import ALIVE, LINK, SEVERAL, said_together, visit_url
from sessions.models import Appointment, Hold, Plan, PlanMove

STANDS_AGAIN = "stands-again"


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


def _about_hold(message: Message) -> Said:
    """By the link of the visit that lives longest they can say that they are not well."""
    client = Client.objects.select_related("practice").get(pk=message.client_id)
    held, language = _held_by(message), reads(client)
    times = [visit.said_in(language) for visit in held]
    values = {"visit": times[0] if times else "", "visits": "\n".join(times), "together": "; ".join(times),
              "link": visit_url(held[-1]) if held else ""}
    return Said(values, client.called, "one" if len(held) == 1 else "several", language, copies=copied_to(client))


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


def _about_standing(message: Message) -> Said:
    visits = _standing_again(message)
    client = visits[0].client
    language = reads(client)
    values = {"times": "\n\n".join(_line(visit, language) for visit in visits), "count": str(len(visits)),
              "visit": visits[0].said_in(language), "visits": said_together(visits, language),
              "link": visit_url(visits[0])}
    return Said(values, client.called, "one" if len(visits) == 1 else "several", language,
                tuple(visit_file(visit) for visit in visits), copied_to(client))


def _line(visit: Appointment, language: str) -> str:
    return wording.piece("sessions", "stands_line", language, visit=visit.said_in(language),
                         minutes=str(visit.minutes), link=visit_url(visit))


def _plan_stands(message: Message) -> str | None:
    plan = Plan.objects.filter(pk=message.subject_id).first()
    if plan is None or plan.status != message.start_version:
        return "The plan was changed again."
    return not_agreed_any_more(message, plan.client)


def _plan_of(message: Message) -> tuple[Plan, list[PlanMove]]:
    plan = Plan.objects.select_related("client__practice").get(pk=message.subject_id)
    return plan, list(plan.moves.exclude(before={}).select_related("appointment__practice").order_by("starts_at"))


def _about_plan(message: Message) -> Said:
    plan, moves = _plan_of(message)
    client, language = plan.client, reads(plan.client)
    placed = [m for m in moves if m.starts_at]
    times = [clock.said(m.starts_at, client.practice.time_zone, language=language) for m in placed if m.starts_at]
    lines = [wording.piece("sessions", "stands_line", language, visit=said, minutes=str(m.minutes),
                           link=visit_url(m.appointment)) for m, said in zip(placed, times, strict=True)]
    gone = [m.appointment.said_in(language) for m in moves if m.starts_at is None]
    values = {"times": "\n\n".join(lines), "visits": "; ".join(times), "gone": "\n".join(gone),
              "gone_together": "; ".join(gone), "link": visit_url(placed[0].appointment) if placed else ""}
    variant = "gone" if not placed else "some" if gone else "new"
    return Said(values, client.called, variant, language, copies=copied_to(client))


def _about_plan_undone(message: Message) -> Said:
    plan, moves = _plan_of(message)
    visits = sorted((m.appointment for m in moves), key=lambda visit: visit.starts_at)
    return Said({"link": visit_url(visits[-1]) if visits else ""}, plan.client.called, language=reads(plan.client),
                copies=copied_to(plan.client))


_TWO = ("Tue 24 Nov, 10:30", "Tue 1 Dec, 10:30")
_LINES = example_of("sessions", "stands_line", *({"visit": at, "minutes": "45", "link": LINK} for at in _TWO))
outbox.declare(Kind(STANDS_AGAIN, "Stands after all", _stands_after_all, _about_standing, variants=("one", "several"),
                    variables={**SEVERAL, "times": _LINES},
                    about="When visits pause", when="Three minutes after visits told to be on hold stand again."))
outbox.declare(Kind("held", "On hold", _hold_stands, _about_hold,
                    variables={"visit": _TWO[0], "visits": "\n".join(_TWO), "together": "; ".join(_TWO), "link": LINK},
                    variants=("one", "several"),
                    about="When visits pause", when="Three minutes after visits are put on hold."))
outbox.declare(Kind("plan-applied", "New times by a plan", _plan_stands, _about_plan,
                    variants=("new", "some", "gone"), about="When visits pause",
                    when="Three minutes after a plan gave visits new times.",
                    variables={"times": _LINES, "visits": "; ".join(_TWO), "gone": "Tue 8 Dec, 10:30",
                               "gone_together": "Tue 8 Dec, 10:30", "link": LINK}))
outbox.declare(Kind("plan-undone", "New times of a plan undone", _plan_stands, _about_plan_undone,
                    variables={"link": LINK}, about="When visits pause",
                    when="Three minutes after new times by a plan were undone."))
