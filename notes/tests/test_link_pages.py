"""Every page behind a link: what does not open answers the same bytes; opening changes nothing and leaves no trace."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client as Browser

from clients import behind_links
from notes.tests.link_pages import Linked, end_all, live_links
from notes.tests.test_walls import MARK, TABLE, World
from practice.links import hash_of
from sessions import answers
from sessions.models import Plan

COUNTED = {"practice_tally", "practice_cache"}  # how often an address asked: no link's matter
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
NOTED = {"feeds/<path:name>": "therapy_sessions_calendarfeed"}  # a calendar program can only GET: its owner reads when it did
NEVER_OVER = ("u/<str:token>/",)  # a mail's last line works as long as the mail is kept

_FORM_TOKEN = re.compile(rb'(?<=csrfmiddlewaretoken" value=")\w+|(?<=csrf-token" content=")\w+')  # each visit has its own


@pytest.fixture
def linked(now, db) -> list[Linked]:
    return live_links(World())


def asked(method: str, path: str) -> tuple[Any, ...]:
    """The whole answer: its status, headers and bytes; and what it did is undone."""
    with transaction.atomic():
        answer = getattr(Browser(), method)(path)
        transaction.set_rollback(True)
    headers = sorted((name, value) for name, value in answer.items() if name != "X-Request-ID")  # each has its own
    return answer.status_code, headers, sorted(answer.cookies), _FORM_TOKEN.sub(b"", answer.getvalue())


def everything() -> dict[str, str]:
    """A fingerprint of each table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - COUNTED):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_each_route_with_a_secret_in_it_has_its_live_link_here(linked):
    behind = {route for route in TABLE if "<str:token>" in route or route == "feeds/<path:name>"}
    assert {page.route for page in linked} == behind


def test_opening_a_link_changes_nothing_and_nobody_on_the_way_keeps_it(linked, record_property):
    before, faults = everything(), []
    for page in linked:
        for method in ("get", "head"):
            answer = getattr(Browser(), method)(page.path)
            kept = {name: answer.get(name, "") for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}
            if answer.status_code not in (200, 302) or not all(word in kept[name] for name, word in PRIVATE.items()):
                faults.append((page.route, method, answer.status_code, kept))
        after = everything()
        faults += [(page.route, "it changed", table) for table in after
                   if after[table] != before[table] and NOTED.get(page.route) != table]
        before = after
    assert not faults, faults
    record_property("figure", f"{len(linked)} pages opened twice: 0 of {len(before)} tables changed")


@pytest.mark.parametrize("how", ["expired", "taken back"])
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_a_link_that_is_over_answers_as_one_that_never_was_byte_for_byte(how, method, linked):
    unknown = {page.route: asked(method, page.address.format("x" * 43)) for page in linked}
    end_all(how)
    told_apart = [page.route for page in linked if page.route not in NEVER_OVER
                  and asked(method, page.path) != unknown[page.route]]
    assert not told_apart, told_apart
    assert not [route for route, answer in unknown.items() if MARK.encode() in answer[-1]]


def test_a_link_to_another_page_a_broken_and_an_endless_one_answer_as_one_that_never_was(linked):
    told_apart = []
    for page in linked:
        unknown = asked("get", page.address.format("x" * 43))
        other = next(one for one in linked if one.address.split("{")[0] != page.address.split("{")[0])
        for token in (other.token, page.token[:-1], page.token + "A", "x" * 500, "%00", "%ff", "..", hash_of(page.token)):
            if asked("get", page.address.format(token)) != unknown:
                told_apart.append((page.route, token[:20]))
    assert not told_apart, told_apart


def test_a_page_that_writes_when_it_is_opened_is_found(linked, monkeypatch):
    """The twin: the plan is noted as answered by opening a visit's page."""
    behind = answers.visit_behind

    def notes_it(token: str) -> Any:
        visit = behind(token)  # from here on in its practice: before, the second wall lets nothing be written
        Plan.objects.update(answered_at="2026-11-23T00:00Z")
        return visit

    monkeypatch.setattr(answers, "visit_behind", notes_it)
    with pytest.raises(AssertionError, match="sessions_plan"):
        test_opening_a_link_changes_nothing_and_nobody_on_the_way_keeps_it(linked, lambda *_: None)


def test_an_answer_that_tells_an_old_link_from_an_unknown_one_is_found(linked, monkeypatch):
    """The twin: whoever comes with a link that was good is greeted by the practice's name."""
    monkeypatch.setattr(behind_links, "link_gone", lambda request, template: HttpResponse(request.path, status=404))
    with pytest.raises(AssertionError, match="r/<str:token>/"):
        test_a_link_that_is_over_answers_as_one_that_never_was_byte_for_byte("expired", "get", linked)
