"""The engine of questions by link: what matters is asked, in order, and an answer is what it can be. No database."""

from dataclasses import replace
from datetime import date

import pytest

from clients.asking import intake  # noqa: F401  registers the set
from clients.asking.becoming import ToCondition, ToFinding
from clients.asking.questions import (
    Answer,
    Kind,
    Question,
    asked,
    day_of,
    first_open,
    fit,
    named_in,
    said_answer,
    said_roughly,
)
from clients.asking.questions_forms import places
from clients.asking.questions_intake import NAMED, QUESTIONS, WHAT_YOU_LIVE_WITH
from clients.body import REGIONS, keys
from clients.conditions import CONDITIONS, line_of
from clients.findings import FINDINGS
from practice.refusals import BadInput

TODAY = date(2026, 11, 23)
BY_CODE = {question.code: question for question in QUESTIONS}
EFFECTS = {q.code: [e for e in (q.becomes, *(c.becomes for c in q.choices)) if e] for q in QUESTIONS}


def having(*conditions, **answers):
    return {NAMED: Answer(chosen=conditions)} | answers


def codes(answers, **known):
    return [question.code for question in asked(QUESTIONS, answers, **known)]


def test_no_question_is_asked_that_nothing_uses():
    feeding = {code for effects in EFFECTS.values() for e in effects
               for code in (getattr(e, "where", ""), getattr(e, "when", ""), getattr(e, "since", "")) if code}
    assert feeding <= BY_CODE.keys()
    assert [q.code for q in QUESTIONS if not EFFECTS[q.code] and q.code not in feeding] == []


def test_every_code_is_its_own_and_says_nothing():
    assert len(BY_CODE) == len(QUESTIONS)
    assert all(len(code) == 3 and code[0] == "q" and code[1:].isdecimal() for code in BY_CODE)


def test_what_answers_become_is_in_the_catalogues():
    for effect in (e for effects in EFFECTS.values() for e in effects):
        if isinstance(effect, ToCondition):
            assert effect.code in CONDITIONS
        if isinstance(effect, ToFinding):
            assert effect.code in FINDINGS
    for question in QUESTIONS:
        assert set(question.matters_for) <= CONDITIONS.keys()
        for code, value in question.after:
            assert value in [choice.code for choice in BY_CODE[code].choices]
    for _, listed in places():
        for place, _ in listed:
            assert keys(*place.split(":")) and place.split(":")[0] in REGIONS


def test_a_condition_that_is_not_listed_is_a_kind_of_one_that_is():
    listed = {choice.code for choice in WHAT_YOU_LIVE_WITH[0].choices}
    for code in CONDITIONS.keys() - listed:
        assert listed & set(line_of(code)), code


def test_every_finding_with_places_has_a_question_for_them_or_holds_everywhere():
    everywhere = {"osteoporosis", "undiagnosed-lump"}
    for question in QUESTIONS:
        for effect in (e for e in EFFECTS[question.code] if isinstance(e, ToFinding)):
            if FINDINGS[effect.code].is_regional and effect.code not in everywhere:
                asks = BY_CODE[effect.where] if effect.where else question
                assert asks.kind is Kind.PLACES, effect.code


def test_only_what_matters_for_the_conditions_named_is_asked():
    migraine, ms = codes(having("migraine-chronic")), codes(having("ms-relapsing-remitting"))
    assert "q10" in migraine and "q10" not in ms
    assert {"q02", "q11", "q12", "q15", "q16", "q22"} <= set(ms) and not {"q12", "q22"} & set(migraine)
    assert "q21" in codes(having("parkinsonism")) and "q23" in codes(having("epilepsy"))
    assert "q24" in codes(having("spinal-cord-injury")) and "q24" not in codes(having("epilepsy"))


def test_it_stays_short():
    assert len(codes(having("migraine"))) == 17
    assert max(len(codes(having(code))) for code in CONDITIONS) <= 25
    known = frozenset({"phone", "birth_date", "reminders"})
    assert len(codes(having("migraine"), facts=known)) == 14


def test_conditions_known_already_are_asked_about_even_where_they_were_not_ticked():
    assert "q12" in codes({NAMED: Answer(is_none=True)}, conditions=["ms"])


def test_a_place_is_asked_for_only_after_the_tick_that_needs_it():
    ticked = having("migraine", q34=Answer(chosen=("recent-surgery",)))
    order = codes(ticked)
    assert order[order.index("q34"):][:3] == ["q34", "q36", "q37"]
    assert "q36" not in codes(having("migraine", q34=Answer(is_unknown=True)))
    # A tick on a page that is not asked any more asks nothing either.
    assert "q18" not in codes(having("migraine", q17=Answer(chosen=("yes",))))


def test_choices_that_matter_for_few_are_shown_to_those():
    def shown(condition):
        return [c.code for q in asked(QUESTIONS, having(condition)) if q.code == "q31" for c in q.choices]

    assert "low-platelets" in shown("hiv-neuropathy") and "low-platelets" not in shown("migraine")


def test_the_first_open_question_is_where_one_goes_on():
    questions = asked(QUESTIONS, having("migraine"))
    assert first_open(questions, having("migraine")).code == "q10"
    assert first_open(questions, {q.code: Answer(is_unknown=True) for q in questions}) is None
    assert named_in(QUESTIONS, having("migraine", "diabetes")) == {"migraine", "diabetes"}


def test_i_do_not_know_answers_every_question():
    for question in QUESTIONS:
        assert fit(question, Answer(is_unknown=True), today=TODAY) == Answer(is_unknown=True)
        assert said_answer(question, Answer(is_unknown=True)) == ("I do not know",)


@pytest.mark.parametrize("typed, kept, words", [
    (("", "", "2019"), "2019", "2019"), (("", "05", "2019"), "2019-05", "May 2019"),
    ((" 3", "5", "2019"), "2019-05-03", "3 May 2019"), (("", "", ""), "", "")])
def test_a_date_is_kept_as_exactly_as_it_is_known(typed, kept, words):
    assert day_of(*typed) == kept
    if kept:
        assert said_roughly(kept) == words


@pytest.mark.parametrize("typed, part, words", [
    (("31", "02", "2019"), "day", "no such day"), (("3", "", "2019"), "month", "Choose the month"),
    (("", "", "19"), "year", "four digits"), (("", "", "last"), "year", "four digits"),
    (("", "05", ""), "year", "Write the year"), (("0", "05", "2019"), "day", "no such day"),
    (("٣٣", "05", "2019"), "day", "no such day"), (("²", "05", "2019"), "day", "as a number"),
        (("the 3rd", "05", "2019"), "day", "as a number")])
def test_a_date_no_calendar_has_is_refused_at_its_part(typed, part, words):
    with pytest.raises(BadInput, match=words) as refused:
        day_of(*typed)
    assert refused.value.field == part


@pytest.mark.parametrize("code, answer, words", [
    ("q02", Answer(on="2027"), "still to come"), ("q02", Answer(on="1850"), "too long ago"),
    ("q12", Answer(places=("tail:left",)), "from the list"), ("q12", Answer(places=("foot:midline",)), "from the list"),
    ("q12", Answer(), "press “Nowhere” or “I do not know”"), ("q31", Answer(chosen=("bad-mood",)), "from the list"),
    ("q62", Answer(chosen=("self", "other")), "one of the list"), ("q62", Answer(), "Choose what fits."),
    ("q30", Answer(words=" \n "), "Write your answer"), ("q30", Answer(words="x" * 111), "one on each line"),
    ("q48", Answer(words="x" * 301), "301 letters, 300 at most"), ("q51", Answer(words="a" * 61), "comma between"),
    ("q60", Answer(role="neurologist"), "Write the name"), ("q61", Answer(name="Sven", phone="call me"), "digits"),
    ("q65", Answer(words="ask Sven"), "digits"), ("q37", Answer(is_none=True), "Write the year")])
def test_what_cannot_be_an_answer_is_refused_in_words(code, answer, words):
    with pytest.raises(BadInput, match=words):
        fit(BY_CODE[code], answer, today=TODAY)


def test_an_answer_keeps_only_the_parts_of_its_kind():
    given = Answer(chosen=("yes",), words="much", places=("foot:left",), phone="1", is_none=True)
    assert fit(BY_CODE["q17"], given, today=TODAY) == Answer(chosen=("yes",))
    assert Answer.from_json(given.as_json()) == given


def test_an_answer_is_said_as_it_was_chosen():
    question = Question("q99", "Where?", Kind.PLACES)
    assert said_answer(question, Answer(places=("foot:left", "foot:right", "back:both"))) == ("both feet and back",)
    assert said_answer(BY_CODE["q17"], Answer(chosen=("no",))) == ("No",)
    assert said_answer(BY_CODE["q61"], Answer(name="Sven", role="son", phone="555")) == ("Sven, son, 555",)
    assert said_answer(replace(question, none="Nowhere"), Answer(is_none=True)) == ("Nowhere",)
