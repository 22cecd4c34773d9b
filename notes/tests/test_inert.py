"""What somebody typed is told as they typed it, on every page, paper, mail and file, and never does anything."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from clients.models import Client
from conftest import at
from notes.tests import test_walls
from notes.tests.hostile import PAYLOADS, acts, acts_in_zip, plant
from notes.tests.link_pages import live_links
from notes.tests.test_walls import ANYBODY, TABLE, World, ask, browser_of
from practice import outbox
from practice.copies.archives import write_archive
from practice.models import Message, Practice
from practice.people.inviting import invite
from practice.tests.sizes import bounded_once, size
from sessions.booking import book_appointment


@pytest.fixture
def hostile(now, db, settings, monkeypatch):
    """`hostile(turn)`: a practice with one of everything, all of it in hostile words, others in each place each turn."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    plain = {"name": "Ida Invited", "email": "ida@example.org"}  # an invitation takes nothing but a name that is one
    monkeypatch.setattr(test_walls, "invite", lambda **said: invite(**said | plain))

    def made(turn: int) -> tuple[World, list[Any], set[str]]:
        for name in ("MARK", "FOUND"):
            monkeypatch.setattr(test_walls, name, PAYLOADS[turn][:48])
        world = World()
        linked = live_links(world)
        took, _ = plant(turn)
        return world, linked, took

    return made


def shown(world: World, linked: list[Any], api: Any) -> Iterator[tuple[str, Any]]:
    """Every address that can be opened, with its answer: to a therapist, to the owner, to whoever has a link."""
    people = [(browser_of(member), api(member)) for member in (world.ana, world.owner)]
    for pattern, row in TABLE.items():
        if "get" in row.methods and row.who != ANYBODY:
            path = world.path(pattern, row)
            answers = (ask(browser, http, "get", path) for browser, http in people)
            answer = next((one for one in answers if one.status_code != 403), None)
            if answer is not None:
                yield path, answer
    for page in linked:
        yield page.path, browser_of(None).get(page.path)
    yield world.share_link, browser_of(None).get(world.share_link)


def sent() -> list[Any]:
    """Every message that waits, as it left; what did not is a fault."""
    Message.objects.filter(channel="email").update(due_at=timezone.now(), state="waiting", useful_until=None)
    mail.outbox = []
    outbox.drain()
    return list(mail.outbox)


def faults_of(turn: int, hostile: Any, api: Any, kinds: Counter[str]) -> list[tuple[Any, ...]]:
    """What would act, or did not come, with the payloads of one turn in every column."""
    faults: list[tuple[Any, ...]] = []
    cache.clear()
    world, linked, _ = hostile(turn)
    for path, answer in shown(world, linked, api):
        kind = answer.get("Content-Type", "").partition(";")[0]
        kinds[kind] += 1
        if answer.status_code >= 500 or answer.has_header("X-Evil"):
            faults.append((turn, path, answer.status_code))
        faults += [(turn, path, what) for what in acts(kind, answer.getvalue())]
    file = io.BytesIO()
    write_archive(file, by=world.owner, told=lambda *_: None)
    for name, kind, found in acts_in_zip(file.getvalue()):
        kinds[kind] += 1
        faults += [(turn, name, what) for what in found]
    letters = sent()
    lost = Message.objects.filter(channel="email", state="failed").values_list("kind", "why")
    faults += [(turn, *one) for one in lost]
    if not letters:
        faults.append((turn, "no mail left"))
    for letter in letters:
        kinds["mail"] += 1
        headers = message_from_bytes(letter.message().as_bytes())
        if headers["X-Evil"] or headers["Bcc"] or len(letter.subject.splitlines()) != 1:
            faults.append((turn, letter.subject, headers.items()))
        for body, kind in getattr(letter, "alternatives", []):
            faults += [(turn, letter.subject, what) for what in acts(kind, body.encode())]
    return faults


@pytest.mark.sized
@bounded_once
def test_what_was_typed_does_nothing_on_any_page_paper_mail_or_file(hostile, api, record_property):
    faults, kinds, turns = [], Counter[str](), size(1, len(PAYLOADS))
    for turn in range(turns):
        with transaction.atomic():
            faults += faults_of(turn, hostile, api, kinds)
            transaction.set_rollback(True)
    assert not faults, faults[:8]
    assert {"text/html", "text/calendar", "application/pdf", "text/csv", "mail"} <= kinds.keys(), kinds
    record_property("figure", f"{len(PAYLOADS)} payloads, {turns} of them in each column: {kinds.total():,} pages, papers, "
                              "mails and files, all inert")


def test_a_paper_that_would_run_something_is_found():
    paper, file = PdfWriter(), io.BytesIO()
    paper.add_blank_page(72, 72)
    paper.root_object[NameObject("/OpenAction")] = DictionaryObject({
        NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")})
    paper.write(file)
    assert acts("application/pdf", file.getvalue()) == ["/JS", "/JavaScript", "/OpenAction"]


def test_the_payloads_reach_the_columns_that_may_still_be_written(hostile):
    _, _, took = hostile(0)
    assert len(took) >= 74, sorted(took)


def test_pages_that_escape_nothing_are_found_out(hostile, api, monkeypatch):
    monkeypatch.setattr("django.template.base.conditional_escape", str)
    faults = faults_of(0, hostile, api, Counter())
    assert any("onerror" in str(fault) for fault in faults), faults[:5]


def test_a_name_that_reckons_stands_still_in_a_table_and_is_found_out_where_it_would_run(hostile, monkeypatch):
    world, *_ = hostile(0)
    Client.objects.filter(practice=world.owner.practice).update(name="=cmd|'/c calc'!A1")
    trail = reverse("clients:trail_csv")

    def running() -> list[str]:
        return acts("text/csv", browser_of(world.owner).get(trail).getvalue())

    assert running() == []
    monkeypatch.setattr("clients.privacy.trail.cell_of", str)
    assert running()


BROKEN = [payload for payload in PAYLOADS if len(payload.splitlines()) > 1]


@pytest.fixture
def written_to(now, maria, ana, neuro_45, settings):
    """`written_to(name)`: the mails that leave after a booking, where practice and client are called so."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)

    def left(name: str) -> list[Any]:
        Practice.objects.update(name=name, sender_name=name)
        Message.objects.update(to_name=name)
        return sent()

    return left


@pytest.mark.parametrize("name", BROKEN)
def test_a_mail_leaves_whatever_line_breaks_a_name_holds(name, written_to):
    letters = written_to(name)
    assert letters and not Message.objects.filter(state="failed").exists()
    for letter in letters:
        headers = message_from_bytes(letter.message().as_bytes())
        assert not headers["X-Evil"] and not headers["Bcc"], headers.items()


def test_without_the_guard_such_a_mail_never_leaves(written_to, monkeypatch):
    """The twin."""
    monkeypatch.setattr("practice.outbox.doors.one_line", str)
    assert not written_to(BROKEN[0]) and Message.objects.filter(why__contains="cannot be written to").exists()
