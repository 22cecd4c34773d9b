"""The words of messages: filled without markup, short where there is nothing to say, a practice's own before ours."""

import pytest

from practice import wording
from practice.models import MessageText
from practice.outbox import KINDS


def test_a_line_that_has_nothing_to_say_is_left_out_with_its_gap():
    text = "Hello {called},\n\n{message}\n\nQuestions? Call {phone}.\n{practice}"
    values = {"called": "Maria", "message": "See you.", "phone": "", "practice": "Riverside"}
    assert wording.fill(text, values) == "Hello Maria,\n\nSee you.\n\nRiverside"


def test_a_value_is_never_read_as_another_variable():
    assert wording.fill("{name}: {visit}", {"name": "{visit}", "visit": "Tue"}) == "{visit}: Tue"


def test_a_text_with_a_variable_nobody_knows_is_not_sent_half_filled():
    with pytest.raises(KeyError):
        wording.fill("Hello {nobody}", {"called": "Maria"})


@pytest.mark.parametrize("code, read_in", [("de-AT", "de"), ("es", "es"), ("pt-BR", "en"), ("", "en")])
def test_a_client_reads_their_language_where_there_is_one_and_english_elsewhere(code, read_in):
    assert wording.language_of(code) == read_in


def test_the_words_of_the_practice_come_before_ours(riverside):
    ours = wording.text_of(riverside, "booked")
    MessageText.objects.create(practice=riverside, kind="booked", language="de", subject="Ihr Termin: {visit}")
    wording.forget_own_texts(riverside)
    assert ours.subject == "Your appointment is booked: {visit}"
    assert wording.text_of(riverside, "booked", language="de").subject == "Ihr Termin: {visit}"
    assert wording.text_of(riverside, "booked", language="en") == ours


def test_every_text_uses_the_variables_its_kind_declares_and_no_other():
    texts = [(kind, variant, wording.product_text(kind.code, variant)) for kind in KINDS.values() for variant in kind.variants]
    for kind, variant, text in texts:
        if text is not None:
            used = wording.variables_of(text.subject + text.body + text.sms) - {"practice", "phone"}
            assert used <= set(kind.variables), (kind.code, variant)
