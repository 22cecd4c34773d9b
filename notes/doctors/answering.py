"""A doctor answers through the link: kept as evidence, it waits for a therapist, and changes nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from clients.clearances import Terms, receive_clearance
from clients.models import Clearance
from clients.words import one_line
from notes.doctors.letters import tell_answered
from notes.letters.letters import Letter
from notes.models import DoctorAnswer, Share
from notes.summaries.summaries import letter_of
from practice import audit, clock
from practice.access import Outsider
from practice.refusals import BadInput, Refusal

MOST_ANSWERS = 10  # through one link: our proposal
WORDS = (DoctorAnswer.Kind.GRANTED, DoctorAnswer.Kind.NOT_YET)


class TooManyAnswers(Refusal):
    """So many answers have come through one link that no more are taken."""

    code: ClassVar[str] = "too_many_answers"
    title: ClassVar[str] = "Ring the practice"


@dataclass(frozen=True, slots=True)
class AnswerInput:
    """What a doctor typed. `terms.expires_on` is until when it counts, or until when it is “not yet”."""

    kind: str
    name: str
    registration: str = ""
    note: str = ""
    phone: str = ""
    call_when: str = ""
    scope: str = ""
    terms: Terms = field(default_factory=Terms)
    key: UUID = field(default_factory=uuid4)


def answer_share(*, share: Share, answer: AnswerInput, address: str | None = None) -> DoctorAnswer | None:
    """Keep an answer to an opened share, and tell the therapist; None where the share has closed meanwhile.

    A word on the work lands as a received clearance. Refuses an answer without a name, a call without a number, a
    word on what was not asked, a day that has passed, and more than ten answers through one link.
    """
    with transaction.atomic():
        locked = (Share.objects.select_for_update(of=("self",), no_key=True)
                  .select_related("summary__client__practice", "summary__doctor", "doctor", "practice", "consent",
                                  "shared_by__user").get(pk=share.pk))
        if locked.state in ("revoked", "expired") or locked.consent.withdrawn_at:
            return None
        if known := locked.answers.filter(key=answer.key).first():
            return known
        if locked.answers.count() >= MOST_ANSWERS:
            raise TooManyAnswers(f"{MOST_ANSWERS} answers have come through this link. To say more, ring "
                                 f"{_ways(locked)}.")
        _refuse_unclear(answer, locked)
        by = Outsider(locked.practice, "doctor", locked.doctor.name)
        row = _kept(locked, answer, by, address)
        audit.record(by=by, verb="share_answered", subject=locked, client_id=locked.summary.client_id,
                     answer=str(row.pk))
        tell_answered(row)
    return row


def scopes_of(letter: Letter) -> list[tuple[str, str]]:
    """What an answer may be about: what the letter asks, first, and work in general."""
    asked = [(ask.scope, ask.name) for ask in letter.asks if ask.scope]
    return [*asked, ("", "work in general")]


def _kept(share: Share, answer: AnswerInput, by: Outsider, address: str | None) -> DoctorAnswer:
    is_word, is_grant = answer.kind in WORDS, answer.kind == DoctorAnswer.Kind.GRANTED
    terms = answer.terms if is_grant else Terms(expires_on=answer.terms.expires_on if is_word else None)
    scope = answer.scope if is_word else ""
    clearance: Clearance | None = None
    if is_word:
        clearance = receive_clearance(client=share.summary.client.standing, doctor=share.doctor, by=by, scope=scope,
                                      terms=terms)
    columns = terms.columns()
    is_call = answer.kind == DoctorAnswer.Kind.CALL
    return DoctorAnswer.objects.create(
        practice=share.practice, share=share, key=answer.key, kind=answer.kind, scope=scope,
        until=columns.pop("expires_on"), **columns, phone=one_line(answer.phone) if is_call else "",
        call_when=one_line(answer.call_when) if is_call else "", note=_clean(answer.note), name=one_line(answer.name),
        registration=one_line(answer.registration), address=address, content_hash=share.summary.content_hash,
        clearance=clearance)


def _refuse_unclear(answer: AnswerInput, share: Share) -> None:
    today = clock.wall_of(timezone.now(), share.practice.time_zone)[0]
    until = answer.terms.expires_on
    if answer.kind not in DoctorAnswer.Kind.values:
        raise BadInput("Choose your answer.", field="kind")
    if not any(sign.isalnum() for sign in answer.name):
        raise BadInput("Write your name: it signs the answer.", field="name")
    if answer.kind == DoctorAnswer.Kind.CALL and not any(sign.isdigit() for sign in answer.phone):
        raise BadInput("Write the number to ring.", field="phone")
    if answer.kind == DoctorAnswer.Kind.NOTE and not _clean(answer.note):
        raise BadInput("Write your note.", field="note")
    if answer.kind in WORDS and answer.scope not in dict(scopes_of(letter_of(share.summary))):
        raise BadInput("Choose what your word is about from the list.", field="scope")
    if answer.kind in WORDS and until and until < today:
        raise BadInput(f"{clock.said_date(until, year=True)} has passed.", field="until")


def _clean(text: str) -> str:
    """Some lines of text, their ends alike and without NUL."""
    return text.replace("\x00", "").replace("\r\n", "\n").strip()[:2000]


def _ways(share: Share) -> str:
    return f"{share.practice.name}{', ' + share.practice.phone if share.practice.phone else ''}"
