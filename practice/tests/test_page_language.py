"""Pages in a client's language: nothing is left untranslated, and what is shipped is what was written."""

from __future__ import annotations

import gettext
import re
from string import Formatter

import pytest
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext as said_here

from practice.page_language import NAMES, in_english, page_language, written_in
from practice.tests.catalogues import LOCALE, po_of, sentences
from practice.wording import LANGUAGES, UNREVIEWED

OTHERS = [language for language in LANGUAGES if language != "en"]
_NAMED = re.compile(r"%\((\w+)\)s|(</?\w+[^>]*>)")


def placeholders(text: str) -> list[str]:
    """What must stand in a translation as it stands in the sentence: its variables and its markup."""
    braces = [name for _, name, _, _ in Formatter().parse(text) if name] if "%(" not in text or "{" in text else []
    return sorted([*braces, *(match[0] for match in _NAMED.finditer(text))])


def test_pages_speak_the_languages_messages_do():
    assert [code for code, _ in settings.LANGUAGES] == list(LANGUAGES)
    assert set(NAMES) == set(OTHERS) == set(UNREVIEWED)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_a_clients_page_is_translated_and_none_that_is_not_one(language):
    written = set(po_of(language)) - {("",)}
    assert sentences() - written == set()
    assert written - sentences() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_not_empty_and_keeps_what_is_put_into_it(language):
    for sentence, told in po_of(language).items():
        if sentence == ("",):
            continue
        assert len(told) == len(sentence), sentence
        for text, was in zip(told, sentence, strict=True):
            assert text.strip(), sentence
            assert placeholders(text) == placeholders(was), (sentence, text)
            assert (text[0] == " ", text[-1] == " ") == (was[0] == " ", was[-1] == " "), sentence


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_shipped_is_what_was_written(language):
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    written: dict[object, str] = {}
    for sentence, told in po_of(language).items():
        if len(sentence) == 1:
            written[sentence[0]] = told[0]
        else:
            written |= {(sentence[0], number): text for number, text in enumerate(told)}
    assert shipped == written, f"manage.py compilemessages -l {language} compiles what was changed"


def ask(query: str = ""):
    return RequestFactory().get(f"/r/x/{query}")


def test_the_language_ends_with_the_page():
    request = ask()
    shown = written_in(request, "es", lambda: HttpResponse(said_here("Thank you")))
    assert shown.content.decode() == "Gracias"
    assert page_language() == "en"
    assert said_here("Thank you") == "Thank you"


def test_what_breaks_leaves_no_language_behind():
    def breaks():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written_in(ask(), "de", breaks)
    assert page_language() == "en"


def test_whoever_asks_for_english_reads_english_and_goes_on_in_english():
    shown = written_in(ask("?lang=en"), "fr", lambda: HttpResponse(said_here("Thank you")))
    assert shown.content.decode() == "Thank you"
    sent_on = written_in(ask("?lang=en"), "fr", lambda: HttpResponseRedirect("/r/x/?say=thanks#here"))
    assert sent_on["Location"] == "/r/x/?say=thanks&lang=en#here"
    stays = written_in(ask(), "fr", lambda: HttpResponseRedirect("/r/x/?say=thanks"))
    assert stays["Location"] == "/r/x/?say=thanks"


def test_nobody_gets_another_language_by_asking_for_it():
    for query in ("?lang=de", "?lang=", "?lang=xx"):
        assert written_in(ask(query), "es", lambda: HttpResponse(page_language())).content == b"es"
    assert written_in(ask("?lang=de"), "en", lambda: HttpResponse(page_language())).content == b"en"


def test_the_wish_for_english_goes_to_no_other_site():
    assert in_english("https://elsewhere.example/?a=1") == "https://elsewhere.example/?a=1"
    assert in_english("//elsewhere.example/") == "//elsewhere.example/"
    assert in_english("?say=unwell&lang=de") == "?say=unwell&lang=en"


def test_a_language_that_was_active_before_is_active_again():
    with translation.override("de"):
        written_in(ask(), "es", lambda: HttpResponse(""))
        assert page_language() == "de"
