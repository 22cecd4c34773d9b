"""Whoever reads Spanish, French or German reads the page behind a link so too: all of it, and only that page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils.translation import trans_real

from clients.models import Client
from clients.replies import unwanted_views
from notes.models import HomeItem
from notes.tests.link_pages import Linked, end_all, live_links
from notes.tests.test_walls import World
from practice.clock import _MONTHS_IN, _WEEKDAYS_IN
from practice.models import Membership, Practice, Room, Service, User
from practice.refusals import WrongState

PAGES = ("r/", "me/", "w/", "c/", "p/", "n/", "f/", "h/", "u/", "l/")
NO_PAGES = ("r/<str:token>/appointment.ics", "me/new-password/<str:token>/", "me/new-address/<str:token>/")
ASKED = ("", "?say=unwell", "?say=thanks", "?say=yes", "?say=other-time", "?say=questions", "?say=some", "?say=already",
         "?say=moved", "?say=link")
SAYING = ("r/<str:token>/", "p/<str:token>/")
SENT: dict[str, tuple[dict[str, str], ...]] = {  # by how the route begins or ends: what is refused, then what is done
    "unwell/": ({"steroids_until": "1999-01-01", "symptoms": "x" * 2001}, {"steroids_until": "2001-01-01"},
                {"fever_or_infection": "yes"}),
    "cancel/": ({"reason": "x"}, {"reason": "sick"}), "move/": ({},),
    "r/": ({"answer": "unwell", "began": "x"}, {"answer": "other-time"}, {"answer": "yes"}, {"answer": "link"}),
    "me/": ({"nonce": "x"},), "w/": ({"answer": "x"}, {"answer": "yes", "gives": "x"}, {"answer": "no"}),
    "c/": ({"answer": "x"}, {"words": "x" * 501}, {"answer": "worse", "words": "x"}, {"answer": "better"}),
    "p/": ({"answer": "x"}, {"answer": "some"}, {"answer": "yes"}, {"answer": "some"}), "n/": ({"act": "stop"}, {}),
    "f/": ({}, {"soreness": "9"}, {"soreness": "3", "sore_days": "2", "words": "my leg is red"}, {"act": "stop"}),
    "h/": ({"done": "x"},), "u/": ({},), "l/": ({"what": "page"},)}

_SPANISH_DAY = rf"(?:{'|'.join(_WEEKDAYS_IN['es'])}) \d+ (?:{'|'.join(_MONTHS_IN['es'])})(?: \d{{4}})?"
_LETTERS = re.compile(r"[^\W\d_]{2,}")


class Wrapped(trans_real.DjangoTranslation):
    """A language in which each sentence is itself between ⟦ and ⟧: whatever stands outside was not translated."""

    def gettext(self, message: str) -> str:
        return f"⟦{super().gettext(message)}⟧" if message.strip() and message != "j F Y" else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{super().ngettext(msgid1, msgid2, n)}⟧"


@pytest.fixture
def world(now, db) -> World:
    return World()


@pytest.fixture
def linked(world) -> list[Linked]:
    found = [page for page in live_links(world) if page.route.startswith(PAGES) and page.route not in NO_PAGES]
    assert len(found) > 15
    return found


@pytest.fixture
def in_spanish(linked) -> list[Linked]:
    Client.objects.update(language="es")
    return linked


class Seen(HTMLParser):
    """What is read or read out of a page: texts, labels; not what says that it is English, nor what somebody typed."""

    VOID = {"meta", "link", "input", "br", "img", "use", "path", "line"}
    SKIPPED = {"bdi", "script", "style", "textarea"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.skipped, self.open, self.texts, self.lang = 0, list[bool](), list[str](), ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "html":
            self.lang = named["lang"] or ""
        elif self.lang != "en":
            is_skipped = tag in self.SKIPPED or named.get("lang") == "en"
            if not (self.skipped or is_skipped):
                self.texts += [named[name] or "" for name in ("aria-label", "title", "placeholder") if name in named]
            if tag not in self.VOID:
                self.open.append(is_skipped)
                self.skipped += is_skipped

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self.open:
            self.skipped -= self.open.pop()

    def handle_data(self, data: str) -> None:
        if not self.skipped and data.strip():
            self.texts.append(" ".join(data.split()))


def answers(pages: list[Linked], query: str = "") -> Iterator[tuple[str, HttpResponse]]:
    """Every page as it is opened, and as it answers what it does not take, what it refuses and what it does."""
    for page in pages:
        for say in ASKED if page.route in SAYING else ("", "?say=thanks"):
            wish = say + (f"&{query}" if say else f"?{query}") if query else say
            yield page.path + wish, Browser().get(page.path + wish, follow=True)
        kind = next(kind for kind in SENT if page.route.endswith(kind) or page.route.startswith(kind))
        for sent in SENT[kind]:
            wish = f"?{query}" if query else ""
            yield f"{page.path}{wish} {sent}", Browser().post(page.path + wish, sent, follow=True)


def is_ours(shown: HttpResponse) -> bool:
    """Whether this is a page in somebody's language: no file, no dead end, not the questionnaire, which is English."""
    return (shown.status_code not in (404, 405) and "html" in shown.get("Content-Type", "")
            and not shown.request["PATH_INFO"].startswith("/q/"))


def data() -> list[str]:
    """What a practice or a person has typed, which stands on a page as it was written; longest first."""
    said = [str(value) for model, name in (
        (Client, "name"), (Client, "preferred_name"), (User, "name"), (Membership, "credential"), (Room, "name"),
        (Service, "name"), (Practice, "name"), (Practice, "address"), (HomeItem, "name"), (Practice, "email"))
        for value in model.objects.values_list(name, flat=True)]
    return sorted({part for value in said for part in (value, *value.splitlines(), *value.split())} - {""}, key=len,
                  reverse=True)


def left_over(text: str, known: list[str]) -> list[str]:
    """What of the texts of a page is no translation, no time and no data."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    text = re.sub(_SPANISH_DAY, " ", text)
    for value in known:
        text = text.replace(value, " ")
    return [part.strip() for part in text.split("¦") if _LETTERS.search(part)]


def test_not_one_sentence_of_a_page_behind_a_clients_link_is_left_in_english(in_spanish, monkeypatch):
    monkeypatch.setitem(trans_real._translations, "es", Wrapped("es"))
    known, faults, count = data(), [], 0
    for path, shown in answers(in_spanish):
        if not is_ours(shown):
            continue
        seen = Seen(shown.content.decode())
        count += 1
        assert seen.lang == "es", path
        faults += [(path, words) for words in left_over(" ¦ ".join(seen.texts), known)]
    assert faults == []
    assert count > 80


def test_a_page_says_its_language_and_that_nobody_has_read_it_over(linked):
    said = {"es": "Esta traducción aún no la ha revisado", "fr": "Cette traduction n’a pas encore été relue",
            "de": "Diese Übersetzung hat noch niemand gegengelesen"}
    for language, words in said.items():
        Client.objects.update(language=language)
        for page in linked:
            shown = Browser().get(page.path, follow=True).content.decode()
            assert f'<html lang="{language}"' in shown, page.route
            assert words in shown.split('<footer')[1], page.route
            assert re.search(r'href="[^"]*[?&]lang=en" lang="en" hreflang="en"', shown), page.route


def test_whoever_wishes_reads_english_on_every_page_and_stays_in_it(in_spanish):
    faults = []
    for path, shown in answers(in_spanish, "lang=en"):
        if shown.status_code in (404, 405) or "html" not in shown["Content-Type"]:
            continue
        words = shown.content.decode()
        if '<html lang="en"' not in words or 'lang="es" hreflang="es">Español</a>' not in words:
            faults.append(path)
        main = words.partition("<main")[2].split("</main>")[0]
        faults += [(path, address) for address in re.findall(r'(?:href|action)="((?:/|\?)[^"]*)"', main)
                   if "lang=en" not in address and not address.startswith("/static/") and not address.endswith(".ics")]
    assert faults == []
    assert set(Client.objects.values_list("language", flat=True)) == {"es"}


def test_an_english_client_is_told_nothing_of_languages(linked):
    Client.objects.update(language="en")
    for page in linked:
        for query in ("", "?lang=en", "?lang=de"):
            words = Browser().get(page.path + query, follow=True).content.decode()
            assert '<html lang="en"' in words
            assert "native speaker" not in words
            assert "hreflang" not in words


def test_a_language_we_do_not_write_reads_english(linked):
    Client.objects.update(language="pt-BR")
    assert '<html lang="en"' in Browser().get(linked[0].path).content.decode()


def test_the_next_request_is_english_again(world, in_spanish):
    staff = Browser()
    staff.force_login(world.ana.user)
    before = staff.get("/waitlist/").content.decode()
    for page in in_spanish[:4]:
        assert '<html lang="es"' in Browser().get(page.path).content.decode()
        after = staff.get("/waitlist/").content.decode()
        assert '<html lang="en"' in after
    strip = re.compile(r'csrf[^"]*"[^"]*"[^"]*"')
    assert strip.sub("", after) == strip.sub("", before)


def test_a_refusal_no_form_has_caught_is_told_in_their_language_too(in_spanish, monkeypatch):
    def refuses(**_: object) -> None:
        raise WrongState("Rien.")

    monkeypatch.setattr(unwanted_views, "end_mail", refuses)
    [page] = [page for page in in_spanish if page.route.startswith("u/")]
    refused = Browser().post(page.path)
    words = refused.content.decode()
    assert (refused.status_code, refused["Cache-Control"]) == (409, "no-store")
    for said in ('<html lang="es"', "<h1>Desde aquí no es posible</h1>", "No se ha cambiado nada."):
        assert said in words


def test_a_dead_link_is_the_same_bytes_whatever_its_client_reads(in_spanish):
    end_all("expired")
    for page in in_spanish:
        if not page.route.startswith("u/"):
            dead, unknown = Browser().get(page.path), Browser().get(page.address.format("nobody"))
            assert (dead.status_code, dead.content) == (404, unknown.content), page.route
            assert b'<html lang="en"' in dead.content
