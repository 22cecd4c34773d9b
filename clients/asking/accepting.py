"""Answers that were sent, line by line: what each would change in the profile, and what of it they deny."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from clients.asking.becoming import Becomes, ToFinding, ToWish
from clients.asking.proposals import BUILDERS, Profile, Proposal
from clients.asking.questionnaires import answers_of, questions_of
from clients.asking.questions import Answer, Question, said_answer
from clients.emergency import card_of
from clients.episodes import today_in
from clients.findings import FINDINGS
from clients.models import Questionnaire
from clients.wishes import wishes_of


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer; `contrary` are words of the profile that the answer denies."""

    question: Question
    said: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    contrary: tuple[str, ...] = ()
    is_unknown: bool = False


def lines_of(row: Questionnaire) -> list[Line]:
    """Every question that was answered, with what it would change; nothing is written."""
    profile = _profile(row)
    return [_line(profile, question, profile.answers[question.code]) for question in questions_of(row)]


def _profile(row: Questionnaire) -> Profile:
    client, today = row.client, today_in(row.client)
    still = Q(ended_on=None) | Q(ended_on__gte=today)
    return Profile(
        row, today, answers_of(row), tuple(client.conditions.filter(still)),
        tuple(client.findings.filter(still).prefetch_related("places")), tuple(client.medicines.filter(still)),
        tuple(link.doctor.name for link in client.doctor_links.select_related("doctor")), card_of(client),
        wishes_of(client))


def _line(profile: Profile, question: Question, answer: Answer) -> Line:
    told = said_answer(question, answer)
    if answer.is_unknown:
        return Line(question, told, (), is_unknown=True)
    proposals = [proposal for n, (effect, given) in enumerate(_effects(question, answer))
                 for proposal in BUILDERS[type(effect)](profile, effect, given, f"{question.code}:{n}")]
    return Line(question, told, tuple(proposals), tuple(_denied(profile, question, answer)))


def _effects(question: Question, answer: Answer) -> Iterator[tuple[Any, Answer]]:
    """What the answer becomes, choices that go to one and the same place together."""
    merged: dict[tuple[str, str], Any] = {}
    for choice in question.choices:
        to = choice.becomes
        if to is None or choice.code not in answer.chosen:
            continue
        slot = (type(to).__name__, getattr(to, "code", "") or getattr(to, "field", ""))
        if slot in merged and isinstance(to, ToFinding):
            to = replace(to, detail=", ".join(filter(None, [merged[slot].detail, to.detail])))
        elif slot in merged and isinstance(to, ToWish):
            to = replace(to, words=", ".join([merged[slot].words, to.words]))
        merged[slot] = to
    for effect in merged.values():
        yield effect, Answer()
    rest = replace(answer, chosen=())
    if question.becomes is not None and not answer.is_none and not rest.is_empty:
        yield question.becomes, rest


def _denied(profile: Profile, question: Question, answer: Answer) -> Iterator[str]:
    """Findings of the profile that this answer does not name, though it was asked for them."""
    denied = [c.becomes for c in question.choices if c.code not in answer.chosen]
    effects: list[Becomes | None] = [*denied, question.becomes if answer.is_none else None]
    for code in dict.fromkeys(to.code for to in effects if isinstance(to, ToFinding)):
        is_named = any(isinstance(c.becomes, ToFinding) and c.becomes.code == code and c.code in answer.chosen
                       for c in question.choices)
        if not is_named and profile.findings_of(code):
            yield FINDINGS[code].name
