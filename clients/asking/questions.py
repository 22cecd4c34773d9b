"""The engine of questions by link: which questions matter, which comes next, what an answer may be. Nothing stored.

A set of questions is frozen data (`questions_intake.py`). An answer is what the client chose or wrote; “I do not
know” answers every question. What an answer becomes is said beside the question and done in `accepting.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum
from typing import Any

from django.core.exceptions import ValidationError

from clients.asking.becoming import Becomes, ToCondition
from clients.body import REGIONS, keys, said, sides_of
from clients.conditions import line_of
from clients.words import check_phone, one_line
from practice.clock import MONTHS
from practice.refusals import BadInput

FIRST_YEAR = 1900
MOST_PARTS = 20


class Kind(Enum):
    """How a question is answered."""

    LINE = "one line"
    LINES = "some lines"
    CHOICE = "one of a list"
    CHOICES = "any of a list"
    DATE = "a date, as exactly as it is known"
    PLACES = "places on the body"
    PERSON = "somebody: name, who they are, phone"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a list. `becomes` is what it means once a therapist accepts it; `group` the heading it stands under."""

    code: str
    text: str
    becomes: Becomes | None = None
    group: str = ""
    matters_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One page: a question in plain words and the ways to answer it.

    `code` stands in the address, so it says nothing. `matters_for` names conditions (their kinds included), `after`
    earlier answers, one of which must be there for it to be asked; `spared_by` is a fact that makes it needless.
    `none` are the words for “there is nothing to say”; `words` labels a place for more words beside choices. At most
    `longest` letters; with `part_longest`, one thing on each line (or between commas) of at most so many.
    """

    code: str
    text: str
    kind: Kind
    help: str = ""
    becomes: Becomes | None = None
    choices: tuple[Choice, ...] = ()
    matters_for: tuple[str, ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    spared_by: str = ""
    none: str = ""
    words: str = ""
    label: str = ""
    longest: int = 300
    part_longest: int = 0
    is_divided_by_commas: bool = False
    is_exact: bool = False
    is_phone: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client said to one question; only the parts its kind has are filled.

    `on` is a date as exactly as it is known: "2019", "2019-05" or "2019-05-31".
    """

    is_unknown: bool = False
    is_none: bool = False
    chosen: tuple[str, ...] = ()
    words: str = ""
    on: str = ""
    places: tuple[str, ...] = ()
    name: str = ""
    role: str = ""
    phone: str = ""

    def as_json(self) -> dict[str, Any]:
        """The parts that say something."""
        said_parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in said_parts.items() if value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Answer:
        """An answer as it was kept."""
        parts: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
        return cls(**parts)

    @property
    def is_empty(self) -> bool:
        return self == Answer()

    def parts(self, *, at_commas: bool = False) -> tuple[str, ...]:
        """The words one by one: a line each, and where commas divide, what stands between them."""
        text = self.words.replace(",", "\n") if at_commas else self.words
        return tuple(part for line in text.splitlines() if (part := one_line(line)))

    def first_day(self) -> date | None:
        """The first day it can have been: the first of the year where only the year is known."""
        if not self.on:
            return None
        year, month, day = [*map(int, self.on.split("-")), 1, 1][:3]
        return date(year, month, day)


Answers = Mapping[str, Answer]


# --- which questions matter, which comes next ----------------------------------------------------------------------


def named_in(questions: Iterable[Question], answers: Answers) -> frozenset[str]:
    """The conditions the answers name."""
    return frozenset(
        choice.becomes.code for question in questions for choice in question.choices
        if isinstance(choice.becomes, ToCondition) and choice.code in answers.get(question.code, Answer()).chosen)


def asked(questions: Sequence[Question], answers: Answers, *, conditions: Iterable[str] = (),
          facts: frozenset[str] = frozenset()) -> tuple[Question, ...]:
    """The questions that matter, in order, each with the choices that matter.

    `conditions` are known already; what is named in the answers is added. `facts` spare questions.
    """
    known = {wider for code in named_in(questions, answers) | set(conditions) for wider in line_of(code)}
    shown: dict[str, Question] = {}
    for question in questions:
        if question.spared_by in facts or not _matters(question.matters_for, known):
            continue
        if question.after and not any(code in shown and value in answers.get(code, Answer()).chosen
                                      for code, value in question.after):
            continue
        choices = tuple(choice for choice in question.choices if _matters(choice.matters_for, known))
        shown[question.code] = question if choices == question.choices else replace(question, choices=choices)
    return tuple(shown.values())


def first_open(questions: Sequence[Question], answers: Answers) -> Question | None:
    """The first of these questions without an answer; None when all have one."""
    return next((question for question in questions if question.code not in answers), None)


def beside(questions: Sequence[Question], code: str) -> tuple[Question | None, Question | None]:
    """The question before and the one after."""
    place = [question.code for question in questions].index(code)
    return (questions[place - 1] if place else None,
            questions[place + 1] if place + 1 < len(questions) else None)


def _matters(conditions: tuple[str, ...], known: Iterable[str]) -> bool:
    return not conditions or not set(conditions).isdisjoint(known)




# --- what an answer may be -----------------------------------------------------------------------------------------


def fit(question: Question, answer: Answer, *, today: date) -> Answer:
    """The answer as it is kept; refuses, in words and at the part it speaks about, what cannot be one."""
    if answer.is_unknown or (answer.is_none and question.none):
        return Answer(is_unknown=answer.is_unknown, is_none=answer.is_none)
    answer = _FITS[question.kind](question, answer, today)
    if len(answer.words) > question.longest:
        raise BadInput(f"This is longer than we can keep: {len(answer.words)} letters, {question.longest} at most. "
                       "Keep the most important part.", field="words")
    parts = answer.parts(at_commas=question.is_divided_by_commas)
    if question.part_longest and (len(parts) > MOST_PARTS or any(len(part) > question.part_longest for part in parts)):
        between = "with a comma between" if question.is_divided_by_commas else "one on each line"
        raise BadInput(f"Write each in a few words, {between}; {MOST_PARTS} at most.", field="words")
    return answer


def day_of(day: str, month: str, year: str, *, is_exact: bool = False) -> str:
    """A date from its parts, as exactly as it is known; refuses, at the part, what no calendar has."""
    day, month, year = day.strip(), month.strip(), year.strip()
    if not (day or month or year):
        return ""
    if not year:
        raise BadInput("Write the year, with four digits.", field="year")
    if not (year.isdecimal() and len(year) == 4):
        raise BadInput("Write the year with four digits, for example 2019.", field="year")
    if day and not (day.isdecimal() and len(day) <= 2):
        raise BadInput("Write the day as a number, for example 31.", field="day")
    if day and not month:
        raise BadInput("Choose the month as well, or leave the day empty.", field="month")
    if is_exact and not (day and month):
        raise BadInput("Write the day, the month and the year.", field="month" if not month else "day")
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise BadInput("There is no such day in this month. Look at the number of the day.", field="day") from None
    return "-".join([f"{int(year):04}", *(f"{int(part):02}" for part in (month, day) if part)])


def _fit_text(question: Question, answer: Answer, today: date) -> Answer:
    words = one_line(answer.words) if question.kind is Kind.LINE else "\n".join(
        line for part in answer.words.splitlines() if (line := one_line(part)))
    if not words:
        raise BadInput(_missing(question, "Write your answer"), field="words")
    if question.is_phone:
        _check_phone(words, "words")
    return Answer(words=words)


def _fit_chosen(question: Question, answer: Answer, today: date) -> Answer:
    codes = [choice.code for choice in question.choices]
    chosen, words = tuple(code for code in codes if code in answer.chosen), answer.words.strip()
    if len(chosen) != len(set(answer.chosen)):
        raise BadInput("Choose from the list.", field="chosen")
    if question.kind is Kind.CHOICE and len(chosen) > 1:
        raise BadInput("Choose one of the list.", field="chosen")
    if not chosen and not (words and question.words):
        raise BadInput(_missing(question, "Choose what fits"), field="chosen")
    return Answer(chosen=chosen, words=words if question.words else "")


def _fit_date(question: Question, answer: Answer, today: date) -> Answer:
    first = answer.first_day()
    if first is None:
        raise BadInput(_missing(question, "Write the year"), field="year")
    if first > today:
        raise BadInput(f"{said_roughly(answer.on)} is still to come. Look at the year.", field="year")
    if first.year < FIRST_YEAR:
        raise BadInput(f"{first.year} is too long ago. Look at the year.", field="year")
    return Answer(on=answer.on)


def _fit_places(question: Question, answer: Answer, today: date) -> Answer:
    for place in answer.places:
        region, _, side = place.partition(":")
        if region not in REGIONS or side not in sides_of(region):
            raise BadInput("Choose from the list.", field="places")
    if not answer.places:
        raise BadInput(_missing(question, "Tick the places"), field="places")
    return Answer(places=tuple(dict.fromkeys(answer.places)))


def _fit_person(question: Question, answer: Answer, today: date) -> Answer:
    name, role, phone = one_line(answer.name), one_line(answer.role), one_line(answer.phone)
    if not any(c.isalnum() for c in name):
        raise BadInput(_missing(question, "Write the name"), field="name")
    for part, value, most in (("name", name, 120), ("role", role, 60), ("phone", phone, 40)):
        if len(value) > most:
            raise BadInput(f"This is longer than we can keep: {most} letters at most.", field=part)
    if phone:
        _check_phone(phone, "phone")
    return Answer(name=name, role=role, phone=phone)


_FITS = {Kind.LINE: _fit_text, Kind.LINES: _fit_text, Kind.CHOICE: _fit_chosen, Kind.CHOICES: _fit_chosen,
         Kind.DATE: _fit_date, Kind.PLACES: _fit_places, Kind.PERSON: _fit_person}


def _missing(question: Question, what: str) -> str:
    """What to do where nothing was answered: the page always has a way out."""
    ways = [f"“{question.none}”"] * bool(question.none) + ["“I do not know”"]
    if question.kind is Kind.CHOICE:
        return f"{what}."
    return f"{what}, or press {' or '.join(ways)}."


def _check_phone(number: str, part: str) -> None:
    try:
        check_phone(number)
    except ValidationError as unlike:
        raise BadInput(unlike.messages[0], field=part) from None


# --- how an answer is said -----------------------------------------------------------------------------------------


def said_roughly(on: str) -> str:
    """A date as exactly as it is known: "2019", "May 2019", "31 May 2019"."""
    year, *rest = on.split("-")
    return " ".join([*(str(int(day)) for day in rest[1:]), *(MONTHS[int(month) - 1] for month in rest[:1]), year])


def said_answer(question: Question, answer: Answer | None) -> tuple[str, ...]:
    """An answer in words, one thing in each."""
    if answer is None:
        return ("Not answered yet",)
    if answer.is_unknown:
        return ("I do not know",)
    if answer.is_none:
        return (question.none,)
    chosen = [choice.text for choice in question.choices if choice.code in answer.chosen]
    where = said(tuple(key for place in answer.places for key in keys(*place.split(":"))))
    person = ", ".join(part for part in (answer.name, answer.role, answer.phone) if part)
    parts = [*chosen, *answer.words.splitlines(), answer.on and said_roughly(answer.on), where, person]
    return tuple(part for part in parts if part)
