"""What a client is written about a plan that waits for their yes: which times are kept, or that they are not any more.

No clinical word stands in either. That a plan was applied or undone is told in `sessions/reminders.py`.
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from clients.writing import not_agreed_any_more, reads, write_to
from practice import clock, links, outbox, wording
from practice.models import Message
from practice.outbox import Kind, Said
from practice.wording.examples import example_of
from sessions.letters import LINK
from sessions.models import Appointment, Plan, PlanMove
from sessions.reminders import tell_still_held

PLAN_LINK = "plan"


def plan_url(plan: Plan) -> str:
    """The link on which the client says whether the new times suit; it is dead once the plan has run out."""
    token = links.link_for(practice=plan.practice, purpose=PLAN_LINK, subject_id=plan.pk, expires_at=plan.expires_at)
    return f"{settings.BASE_URL}/p/{token}/"


def ask(plan: Plan) -> None:
    """Queue the question whether the new times suit."""
    _queue(plan, "plan-to-accept", "Asks whether the new times suit.")


def withdraw(plan: Plan) -> None:
    """Take the question back and its link away; where it had left and nothing came back, say that it is over."""
    links.close_link(purpose=PLAN_LINK, subject_id=plan.pk)
    outbox.cancel_messages(subject_id=plan.pk, kinds=["plan-to-accept"], why="The plan was taken back.")
    had_left = Message.objects.filter(outbox.may_have_left(), subject_id=plan.pk, kind="plan-to-accept",
                                      start_version=_stamp(plan))
    if not had_left.exists():
        tell_still_held(plan)
    elif plan.answered_at is None:
        _queue(plan, "plan-withdrawn", "The kept times are not kept any more.")


def times_of(plan: Plan) -> list[PlanMove]:
    """The moves whose times are kept for the client, or became theirs, in order."""
    return [move for move in plan.moves.exclude(before={}) if move.starts_at]


def let_go_with(plan: Plan) -> list[Appointment]:
    """The visits that are given up with a yes, as the policy has it."""
    moves = plan.moves.filter(starts_at=None, is_chosen=False).select_related("appointment")
    return [m.appointment for m in moves if m.appointment.status == "held" and plan.lets_go(m.appointment)]


def _queue(plan: Plan, kind: str, why: str) -> None:
    write_to(client=plan.client, kind=kind, subject_id=plan.pk, start_version=_stamp(plan), why=why,
             useful_until=plan.expires_at)


def _stamp(plan: Plan) -> str:
    """Which sending of a plan a message belongs to: one taken back can be sent again."""
    assert plan.sent_at
    return f"{plan.sent_at:%Y%m%dT%H%M%S%fZ}"


# --- checked again at the door, then written ---------------------------------------------------------------------


def _plan(message: Message) -> Plan:
    return Plan.objects.select_related("practice", "client__practice").get(pk=message.subject_id)


def _still_asked(message: Message) -> str | None:
    plan = _plan(message)
    if not plan.is_sent or _stamp(plan) != message.start_version:
        return "The plan was taken back."
    if plan.answered_at or plan.expires_at <= timezone.now():
        return "The plan was answered." if plan.answered_at else "The plan has run out."
    return not_agreed_any_more(message, plan.client)


def _about_question(message: Message) -> Said:
    plan = _plan(message)
    zone, language = plan.practice.time_zone, reads(plan.client)
    times, lines = [], []
    for move in times_of(plan):
        if move.starts_at and move.therapist:
            times.append(clock.said(move.starts_at, zone, language=language))
            lines.append(wording.piece("sessions", "kept_line", language, visit=times[-1], minutes=str(move.minutes),
                                       therapist=move.therapist.name.split()[0],
                                       was=clock.said(move.from_at, zone, language=language)))
    gone = [wording.piece("sessions", "let_go_line", language, visit=visit.said_in(language))
            for visit in let_go_with(plan)]
    values = {"times": "\n".join(lines), "visits": "; ".join(times), "gone": "\n".join(gone), "link": plan_url(plan),
              "until": clock.said(plan.expires_at, zone, language=language)}
    return Said(values, plan.client.called, language=language)


def _is_over(message: Message) -> str | None:
    plan = _plan(message)
    if plan.is_sent or plan.status == Plan.Status.APPLIED:
        return "The client was told of other times since."
    return not_agreed_any_more(message, plan.client)


def _about_end(message: Message) -> Said:
    client = _plan(message).client
    return Said({}, client.called, language=reads(client))


_KEPT = example_of("sessions", "kept_line", {"visit": "Tue 24 Nov, 10:30", "minutes": "45", "therapist": "Ana",
                                             "was": "Mon 23 Nov, 14:00"})
outbox.declare(Kind("plan-to-accept", "New times, to be agreed", _still_asked, _about_question,
                    variables={"times": _KEPT, "visits": "Tue 24 Nov, 10:30", "until": "Sun 22 Nov, 10:30",
                               "gone": example_of("sessions", "let_go_line", {"visit": "Tue 8 Dec, 10:30"}),
                               "link": LINK},
                    about="When visits pause", when="Three minutes after a plan is sent to be agreed."))
outbox.declare(Kind("plan-withdrawn", "New times not asked about any more", _is_over, _about_end,
                    about="When visits pause",
                    when="Three minutes after a plan they were asked about is taken back unanswered."))
