"""The words of messages: filled without markup, short where there is nothing to say, a practice's own before ours."""

from datetime import UTC, date, datetime

import pytest

from practice import clock, wording
from practice.models import Message, MessageText, Practice
from practice.outbox import KINDS, Said
from practice.wording import LANGUAGES
from practice.wording.clinical import clinical_words_in
from practice.wording.examples import examples_in
from practice.wording.lengths import length_of


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
    MessageText.objects.create(practice=riverside, kind="booked", language="de", subject="Ihr Termin: {visit}",
                               body="{link}")
    wording.forget_own_texts(riverside)
    assert ours.subject == "Your appointment is booked: {visit}"
    assert wording.text_of(riverside, "booked", language="de").subject == "Ihr Termin: {visit}"
    assert wording.text_of(riverside, "booked", language="en") == ours


# --- every text there is -----------------------------------------------------------------------------------------


def every_text(languages=LANGUAGES):
    """Kind, variant, language and text of all that is sent to clients, and the English of the rest."""
    for kind in KINDS.values():
        for variant in kind.variants:
            for language in languages if kind.is_to == "client" else ("en",):
                yield kind, variant, language, wording.product_text(kind.code, variant, language)


def filled(kind, variant, language, link):
    """The message as it leaves, with examples in its language and links of this length."""
    examples = examples_in(language, kind.variables)
    values = {name: link if value.startswith("https://") else value for name, value in examples.items()}
    practice = Practice(name="Riverside Therapy", sender_name="Riverside", phone="+44 1632 960100")
    message = Message(practice=practice, kind=kind.code)
    return kind.finish(message, Said(values, "Maria", variant, language))


def test_every_text_to_a_client_stands_in_every_language_with_the_variables_of_the_english_one():
    for kind, variant, language, text in every_text():
        where = (kind.code, variant, language)
        assert text is not None and text.body and text.subject, where
        english = wording.product_text(kind.code, variant)
        for part in ("subject", "body", "sms"):
            assert wording.variables_of(getattr(text, part)) == wording.variables_of(getattr(english, part)), where
        assert wording.variables_of(text.subject + text.body + text.sms) - {"practice", "phone"} <= set(kind.variables)
        assert bool(text.sms) == (kind.is_to == "client" or kind.code in ("share-code", "test")), where


def test_every_small_part_and_what_stands_around_a_message_is_written_in_every_language():
    for room in ("practice", "clients", "sessions", "notes"):
        for name, english in wording._file(room, "en").get("pieces", {}).items():
            if name == "end_of":  # a letter to a doctor: English
                continue
            for language in ("es", "fr", "de"):
                translated = wording._file(room, language)["pieces"][name]
                assert wording.variables_of(translated) == wording.variables_of(english), (room, name, language)
    for language in LANGUAGES:
        for variant in ("client", "anybody"):
            frame = wording.product_text("frame", variant, language)
            assert "{message}" in frame.body and "{message}" in frame.sms


@pytest.mark.django_db
def test_every_sms_that_names_one_visit_fits_into_one_and_needs_no_costly_letter():
    for kind, variant, language, _ in every_text():
        if kind.is_to == "client":
            sms = filled(kind, variant, language, "https://practice.example/" + "x" * 35).sms
            length = length_of(sms)
            names_several = {"visits", "together"} & wording.variables_of(
                wording.product_text(kind.code, variant, language).sms)
            most = 2 if names_several else 1
            assert length.is_gsm_7 and length.parts <= most, (kind.code, variant, language, length.said, sms)


@pytest.mark.django_db
def test_no_text_in_any_language_says_what_somebody_comes_for():
    for kind, variant, language, _ in every_text():
        letter = filled(kind, variant, language, "https://practice.example/r/x")
        whole = f"{letter.subject} {letter.body} {letter.sms}".replace("Riverside Therapy", "")
        assert clinical_words_in(whole, language) == [], (kind.code, variant, language)


@pytest.mark.parametrize(("language", "text", "words"), [
    ("en", "How is the numbness after your relapse? Dr Lund, neurologist", ["numbness", "relapse", "neurologist"]),
    ("en", "Ms Lund, your MS nurse is here", ["nurse", "MS"]),
    ("de", "Wie geht es nach dem Schub, trotz Taubheitsgefühl und Müdigkeit?", ["Schub", "Taubheitsgefühl", "Müdigkeit"]),
    ("de", "In der Schublade, die Taube", []),
    ("fr", "Après votre poussée de sclérose (SEP), la kiné", ["poussée", "sclérose", "kiné", "SEP"]),
    ("es", "Tras su brote de esclerosis, ¿tiene dolor?", ["brote", "esclerosis", "dolor"]),
    ("en", "{pain} is a name, not a word", []),
])
def test_a_clinical_word_is_found_in_its_language_whatever_its_accents(language, text, words):
    assert clinical_words_in(text, language) == words


def test_days_are_said_in_the_readers_language_and_english_stays_as_it_was():
    on = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    said = {language: clock.said(on, "Europe/Berlin", language=language) for language in LANGUAGES}
    assert said == {"en": "Tue 24 Nov, 10:30", "es": "mar 24 nov, 10:30", "fr": "mar. 24 nov., 10:30",
                    "de": "Di. 24. Nov., 10:30"}
    assert clock.said_date(date(2027, 2, 1), language="fr", year=True) == "lun. 1er févr. 2027"


def test_an_example_reads_in_the_language_it_is_shown_in():
    shown = examples_in("de", KINDS["moved-together"].variables)
    assert shown["visits"] == "Di. 24. Nov., 10:30; Di. 1. Dez., 10:30"
    assert shown["times"].startswith("Di. 24. Nov., 10:30 (45 Minuten) bei Ana Alves, statt Mo. 23. Nov., 14:00\n")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_without_the_link_does_not_speak_of_the_page_behind_it(language):
    letter = filled(KINDS["reminder"], "", language, "https://practice.example/r/x")
    copy = wording.without_link_lines(letter.body)
    assert "://" not in copy and "10:30" in copy
    assert wording.piece("practice", "same_page", language) in letter.body
    assert wording.piece("practice", "same_page", language) not in copy


# --- how long an SMS is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sms", "said"), [
    ("x" * 160, "160 of 160 characters, 1 part"),
    ("x" * 161, "161 of 306 characters, 2 parts"),
    ("x" * 306, "306 of 306 characters, 2 parts"),
    ("x" * 307, "307 of 459 characters, 3 parts"),
    ("€" * 80, "160 of 160 characters, 1 part"),
    ("€" * 81, "162 of 306 characters, 2 parts"),
    ("x" * 152 + "€" + "x" * 7 + "y" * 146, "307 of 459 characters, 3 parts"),  # the euro is not cut in two
    ("ź" * 70, "70 of 70 characters, 1 part"),
    ("ź" * 71, "71 of 134 characters, 2 parts"),
    ("😀" * 35, "70 of 70 characters, 1 part"),
    ("😀" * 36, "72 of 134 characters, 2 parts"),
])
def test_an_sms_is_counted_as_a_network_counts_it(sms, said):
    assert length_of(sms).said == said


def test_accents_the_sms_alphabet_lacks_are_left_off_unless_more_is_missing():
    assert wording.folded("sáb 28 nov – ¿qué tal? “Sí”, août, façon") == 'sab 28 nov - ¿qué tal? "Si", aout, facon'
    assert wording.folded("Łódź, sáb") == "Łódź, sáb"


# --- read once for a batch ---------------------------------------------------------------------------------------


def test_the_own_texts_of_a_practice_are_read_once_for_a_whole_batch(riverside, django_assert_num_queries):
    wording.forget_own_texts(riverside)
    with django_assert_num_queries(1):
        for _ in range(50):
            wording.text_of(Practice(pk=riverside.pk), "booked")


def test_what_another_process_changed_is_read_within_seconds(riverside, monkeypatch):
    wording.text_of(riverside, "booked")
    MessageText.objects.create(practice=riverside, kind="booked", language="en", subject="Booked", body="{link}")
    assert wording.text_of(riverside, "booked").subject != "Booked"
    since = wording.monotonic()
    monkeypatch.setattr(wording, "monotonic", lambda: since + wording.KEPT_FOR + 1)
    assert wording.text_of(riverside, "booked").subject == "Booked"
