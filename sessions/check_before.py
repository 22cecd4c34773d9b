"""The check before a visit: answered by link from three days ahead. A red answer flags the visit, never cancels it.

Something new for longer than a day opens a possible episode, as “not feeling well” does; the client is offered
another time, and the therapist is asked to look before they come.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.asking.questionnaires import SETS, QuestionSet, answers_of, ask_questions
from clients.asking.questions import Answer
from clients.episode_policies import policy_of
from clients.episodes import likely_kind, today_in
from clients.models import Questionnaire
from practice import outbox
from practice.access import Actor
from practice.composed import Composed, as_id
from practice.models import Message
from practice.outbox import Kind
from practice.refusals import WrongState
from sessions.answers import is_not_well
from sessions.check_questions import BEGAN, FEVER, INFECTION, NEW, QUESTIONS, WHAT, is_quiet, is_red
from sessions.letters import CHECK_OPENS, visit_url
from sessions.look_letters import VARIABLES, VARIANTS, ask_to_look, stand_in
from sessions.models import Appointment

PRE_VISIT = Questionnaire.Kind.PRE_VISIT.value
MESSAGE = "look-at-answers"
_COMING = ("booked", "confirmed")


def is_open_for(visit: Appointment) -> bool:
    """Whether the check of this visit can be answered now."""
    return visit.status in _COMING and timezone.now() < visit.starts_at <= timezone.now() + CHECK_OPENS


def last_answers(visit: Appointment) -> Questionnaire | None:
    """What was last answered before this visit, if anything was."""
    return (Questionnaire.objects.filter(kind=PRE_VISIT, subject_id=visit.pk).exclude(submitted_at=None)
            .order_by("-submitted_at").first())


_with_red_answers = Composed(lambda visits: Questionnaire.objects.filter(
    kind=PRE_VISIT, subject_id__in=visits, is_red=True, reviewed_at=None).exclude(submitted_at=None).values_list(
    "subject_id"))


def flagged(visits: list[UUID]) -> set[UUID]:
    """Of these visits, those with a red answer that nobody has looked at."""
    return {as_id(visit) for visit, in _with_red_answers(visits)} if visits else set()


@transaction.atomic
def begin_check(*, appointment: Appointment, by: Actor) -> Questionnaire:
    """Open the questions of this visit, until it begins; refuses earlier than three days ahead, and afterwards."""
    if not is_open_for(appointment):
        raise WrongState(_("These questions are asked in the three days before a visit that is coming."))
    return ask_questions(kind=PRE_VISIT, client=appointment.client, subject_id=appointment.pk, by=by,
                         closes_at=appointment.starts_at)


def _weigh(row: Questionnaire, by: Actor) -> None:
    """What sent answers do at once: flag the visit, open a possible episode, ask the therapist to look."""
    answers = answers_of(row)
    visit = Appointment.objects.select_related("client__practice", "practice", "therapist__user").filter(
        pk=row.subject_id).first()
    if is_quiet(answers):
        row.reviewed_at = row.submitted_at  # nobody has to look at “no” all the way down
        row.save(update_fields=["reviewed_at"])
    if visit is None or not is_red(answers):
        return
    row.is_red = True
    row.save(update_fields=["is_red"])
    if "yes" in answers.get(NEW, Answer()).chosen:
        _report(visit, answers)
    if Message.objects.filter(kind="look-today", appointment_id=visit.pk, state=Message.State.WAITING).exists():
        return  # the episode has just asked the therapist to look
    therapist = visit.therapist
    outbox.queue_message(
        practice=visit.practice, kind=MESSAGE, subject_id=row.pk, to_address=therapist.user.email,
        to_name=therapist.name, due_at=timezone.now() + outbox.grace(), useful_until=visit.ends_at,
        why="Answers before a visit need a look.", appointment_id=visit.pk)


def _report(visit: Appointment, answers: dict[str, Answer]) -> None:
    today = today_in(visit.client)
    began = answers.get(BEGAN, Answer()).first_day() or today - timedelta(days=1)
    hot = [answers.get(code, Answer()) for code in (FEVER, INFECTION)]
    fever = True if any("yes" in a.chosen for a in hot) else False if all("no" in a.chosen for a in hot) else None
    is_not_well(visit.client, answers.get(WHAT, Answer()).words, days_ago=(today - began).days,
                fever_or_infection=fever)


def _then(row: Questionnaire) -> tuple[str, str, str] | None:
    """What to offer once the answers are sent: words, the page of the visit, and the words of the way there."""
    visit = Appointment.objects.select_related("client__practice", "practice").filter(pk=row.subject_id).first()
    if visit is None or visit.status not in _COMING:
        return None
    words = f"We look forward to {visit.said}."
    if row.is_red:
        words = (f"Your therapist looks at this before {visit.said} and may call you. Nothing is cancelled: that time "
                 "stays yours. Would you rather come another day?")
        words = " ".join(filter(None, [_help_now(row, visit), words]))
    return words, visit_url(visit), "To my appointment"


def _help_now(row: Questionnaire, visit: Appointment) -> str:
    """What the answers ask of the client themselves, before any visit: a doctor, or their own team."""
    answers = answers_of(row)
    said = {code for code in (FEVER, INFECTION, NEW) if "yes" in answers.get(code, Answer()).chosen}
    told = policy_of(visit.practice, likely_kind(visit.client)).client_reads
    hot = "With a fever or an infection, call a doctor today." if said & {FEVER, INFECTION} else ""
    return " ".join(filter(None, [hot, told if NEW in said else ""]))


def _stands(message: Message) -> str | None:
    row = Questionnaire.objects.filter(pk=message.subject_id).first()
    return None if row is not None and row.reviewed_at is None else "Somebody has looked already."


SETS[PRE_VISIT] = QuestionSet(
    kind=PRE_VISIT, heading="A few questions before you come",
    lead="They tell us whether we should work differently this time, or another day.",
    questions=QUESTIONS, when_sent=_weigh, then=_then)
outbox.declare(Kind(MESSAGE, "Answers need a look", _stands, ask_to_look, keeps_quiet_hours=False, is_to="member",
                    variables=VARIABLES, variants=VARIANTS, passed_on_to=stand_in,
                    when="Three minutes after a client gave answers that need a look before the visit."))
