"""Questions sent by link: asked, answered page by page as a draft, sent once, then waiting for a therapist.

Which questions a kind asks is registered in `SETS`: the intake here (`intake.py`), others by rooms to the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from clients.asking.questions import Answer, Question, asked, first_open, fit
from clients.consents import record_consent
from clients.episodes import today_in
from clients.models import Client, Questionnaire
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, links
from practice.access import Actor, Outsider
from practice.refusals import BadInput, Refusal

LINK = "questions"
SHOWN = "questions-shown"  # the link somebody of the practice has seen; it opens no answers
DRAFT_IS_KEPT = timedelta(days=7)
LINK_LIVES = timedelta(days=30)
MINUTES_EACH = 0.6  # a question, as we tell them beforehand; our own guess
THANKS_STAND = timedelta(minutes=15)  # how long the page after sending can be opened again


@dataclass(frozen=True, slots=True)
class Spared:
    """What need not be asked: conditions known already, and facts such as "phone"."""

    conditions: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one kind of questionnaire, and what stands around them.

    `agreement` are the paragraphs agreed to at the end (heading, text), empty where nothing is to be agreed.
    `when_sent` is called in the transaction in which the answers are sent; `then` says what the page after it offers:
    words, an address of ours, and the words on the way there.
    """

    kind: str
    heading: str
    lead: str
    questions: Sequence[Question]
    agreement: tuple[tuple[str, str], ...] = ()
    agreement_version: str = ""
    spared: Callable[[Questionnaire], Spared] = lambda _: Spared()
    when_sent: Callable[[Questionnaire, Actor], None] = lambda _, by: None
    then: Callable[[Questionnaire], tuple[str, str, str] | None] = lambda _: None


SETS: dict[str, QuestionSet] = {}


class AnswersSent(Refusal):
    """The answers have been sent; nothing is added to them."""

    code: ClassVar[str] = "answers_sent"
    title: ClassVar[str] = "These answers have been sent"


class AnswersMissing(Refusal):
    """Some questions have no answer yet."""

    code: ClassVar[str] = "answers_missing"
    title: ClassVar[str] = "Some questions have no answer yet"


# --- asking and opening ----------------------------------------------------------------------------------------------


@transaction.atomic
def ask_questions(*, kind: str, client: Client, subject_id: UUID, by: Actor, closes_at: datetime) -> Questionnaire:
    """Ask a client these questions about this subject; asked again while open, the same ones stay open longer."""
    lock_client(client)
    row = Questionnaire.objects.filter(kind=kind, subject_id=subject_id, submitted_at=None).first()
    if row is None:
        row = Questionnaire.objects.create(practice_id=client.practice_id, kind=kind, client=client,
                                           subject_id=subject_id, closes_at=closes_at)
    else:
        row.closes_at = max(row.closes_at, closes_at)
        row.save(update_fields=["closes_at"])
    audit.record(by=by, verb="questions_asked", subject=row, kind=kind)
    return row


def url_of(row: Questionnaire) -> str:
    """The link under which the questions are answered, the same whenever it is asked for."""
    token = links.link_for(practice=row.practice, purpose=LINK, subject_id=row.pk, expires_at=row.closes_at)
    return f"{settings.BASE_URL}/q/{token}/"


def shown_url_of(row: Questionnaire) -> str:
    """A link to be opened on a device of the practice: from the first answer on it works in that browser alone."""
    token = links.link_for(practice=row.practice, purpose=SHOWN, subject_id=row.pk, expires_at=row.closes_at)
    return f"{settings.BASE_URL}/q/{token}/"


def is_shown(token: str) -> bool:
    """Whether somebody of the practice has seen this link."""
    return links.open_link(token, purpose=SHOWN) is not None


def close_shown(row: Questionnaire) -> None:
    """The link that was shown works no more: the client answers by their own."""
    links.close_link(purpose=SHOWN, subject_id=row.pk)


def open_behind(token: str, *, begun_here: str = "") -> Questionnaire | None:
    """The questions a live link leads to; None for unknown, expired and answered ones alike.

    A link that was shown leads nowhere once somebody has begun to answer, but in the browser that did: `begun_here`
    is the id of the questions which that browser began.
    """
    return _behind(token, begun_here, submitted_at=None, closes_at__gt=timezone.now())


def just_sent_behind(token: str, *, begun_here: str = "") -> Questionnaire | None:
    """The same for answers that were sent a moment ago."""
    return _behind(token, begun_here, submitted_at__gt=timezone.now() - THANKS_STAND)


def _behind(token: str, begun_here: str, **where: object) -> Questionnaire | None:
    own = links.open_link(token, purpose=LINK)
    link = own or links.open_link(token, purpose=SHOWN)
    if link is None:
        return None
    row = (Questionnaire.objects.filter(pk=link.subject_id, practice=link.practice, client__archived_at=None, **where)
           .select_related("client__practice", "practice").first())
    is_open_here = own or row is None or not answers_of(row) or begun_here == str(row.pk)
    return row if is_open_here else None


# --- answering -------------------------------------------------------------------------------------------------------


def answers_of(row: Questionnaire) -> dict[str, Answer]:
    """The answers as they stand; a draft nobody touched for seven days counts as empty."""
    if row.submitted_at is None and row.drafted_at and timezone.now() - row.drafted_at >= DRAFT_IS_KEPT:
        return {}
    return {code: Answer.from_json(kept) for code, kept in row.answers.items()}


def questions_of(row: Questionnaire) -> tuple[Question, ...]:
    """The questions this client is asked, in order, as their answers stand; once sent, those they were asked."""
    own, answers = SETS[row.kind], answers_of(row)
    if row.submitted_at:
        return tuple(question for question in own.questions if question.code in answers)
    spared = own.spared(row)
    return asked(own.questions, answers, conditions=spared.conditions, facts=spared.facts)


def minutes_for(row: Questionnaire) -> int:
    """About how long the questions take, in steps of five minutes: one number for the mail and the first page."""
    return 5 * ceil(len(questions_of(row)) * MINUTES_EACH / 5)


@transaction.atomic
def save_answer(*, questionnaire: Questionnaire, code: str, answer: Answer) -> Questionnaire:
    """Keep one answer in the draft; refuses what cannot be one, and anything once the answers have been sent."""
    row = _locked(questionnaire)
    answers = answers_of(row)
    question = next((q for q in questions_of(row) if q.code == code), None)
    if question is None:
        raise BadInput("This question is not asked any more. Go on with the next one.")
    answers[code] = fit(question, answer, today=today_in(row.client))
    row.answers = {key: given.as_json() for key, given in answers.items()}
    row.drafted_at = timezone.now()
    row.save(update_fields=["answers", "drafted_at"])
    return row


@transaction.atomic
def send_answers(*, questionnaire: Questionnaire, is_agreed: bool = False, name: str = "", relationship: str = "self",
                 address: str | None = None) -> Questionnaire:
    """Send the answers, once: they stand from now on, with the agreement, who gave it, when and from where.

    Refuses while a question has no answer, without the agreement, and without the name of who answers.
    """
    row, own = _locked(questionnaire), SETS[questionnaire.kind]
    answers, questions = answers_of(row), questions_of(row)
    missing = first_open(questions, answers)
    if missing is not None:
        raise AnswersMissing("Some questions have no answer yet. Go back to your answers and press “Answer”.",
                             question=missing.code)
    if own.agreement and not is_agreed:
        raise BadInput("Tick that you agree. If you do not agree, do not send this, and call us.", field="is_agreed")
    giver, relation = one_line(name), one_line(relationship)
    if own.agreement and not any(c.isalnum() for c in giver):
        raise BadInput("Write your full name.", field="name")
    if not relation:
        raise BadInput("Say who you are to them, for example daughter, carer.", field="relationship")
    by = Outsider(row.practice, "client", giver or row.client.name)
    row.answers = {q.code: answers[q.code].as_json() for q in questions}
    row.submitted_at, row.submitted_from = timezone.now(), address
    row.answered_by = (giver if relation == "self" else f"{giver}, {relation}")[:120]
    row.consent_version = own.agreement_version
    row.save(update_fields=["answers", "submitted_at", "submitted_from", "answered_by", "consent_version"])
    if own.agreement:
        record_consent(client=row.client, by=by, kind=row.kind, text_version=own.agreement_version, how="by link",
                       given_by=giver, relationship=relation)
    audit.record(by=by, verb="answers_sent", subject=row, kind=row.kind)
    own.when_sent(row, by)
    return row


def empty_old_drafts() -> int:
    """Drafts nobody touched for seven days are emptied; the link stays open. Answers how many."""
    old = Questionnaire.objects.filter(submitted_at=None, drafted_at__lte=timezone.now() - DRAFT_IS_KEPT)
    return old.update(answers={}, drafted_at=None)


def _locked(questionnaire: Questionnaire) -> Questionnaire:
    row = (Questionnaire.objects.select_for_update(no_key=True, of=("self",))
           .select_related("client__practice", "practice").get(pk=questionnaire.pk))
    if row.submitted_at is not None:
        raise AnswersSent("These answers have been sent already. To add or change something, call us.")
    return row
