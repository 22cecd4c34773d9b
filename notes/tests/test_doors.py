"""What no column can hold, brought to every door: each form and each call refuses it in words, and none breaks."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from notes.tests.hostile import AT_THE_DOOR, Form, acts, forms_of
from notes.tests.link_pages import live_links
from notes.tests.test_walls import ANYBODY, TABLE, World, browser_of
from practice.refusals import PROBLEM
from practice.tests.sizes import size


def forms(world: World) -> Iterator[tuple[Any, str, Form]]:
    """Each form there is, with a browser of somebody who is shown it."""
    cache.clear()
    linked = [page.path for page in live_links(world)]
    pages = [world.path(pattern, row) for pattern, row in TABLE.items()
             if "get" in row.methods and row.who != ANYBODY and not pattern.startswith("api/")]
    seen = set()
    for browser, paths in ((browser_of(world.ana), pages), (browser_of(world.owner), pages),
                           (browser_of(None), [*linked, "/login/", "/forgot/", "/book-with/riverside/"])):
        browser.raise_request_exception = False
        for path in paths:
            answer = browser.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                for form in forms_of(path, answer.getvalue()):
                    if (form.action, tuple(form.typed)) not in seen:
                        seen.add((form.action, tuple(form.typed)))
                        yield browser, path, form


def sent(form: Form, payload: str, chance: random.Random) -> dict[str, Any]:
    """What the form sends: the payload in everything typed, or, where that is too long to send, in one of it."""
    into = form.typed if len(payload) < 1_000 else [chance.choice(form.typed)]
    return {**dict.fromkeys(form.typed, "Somebody"), **form.stands, **dict.fromkeys(into, payload)}


@pytest.mark.sized
def test_no_form_breaks_on_what_nothing_can_hold(now, db, record_property):
    chance, faults, statuses = random.Random(20261122), [], Counter[int]()
    every = list(forms(World()))
    chosen = every if size(0, 1) else chance.sample(every, 6)
    for browser, path, form in chosen:
        for name, payload in AT_THE_DOOR.items():
            with transaction.atomic():
                answer = browser.post(form.action, sent(form, payload, chance))
                transaction.set_rollback(True)
            statuses[answer.status_code] += 1
            kind = answer.get("Content-Type", "").partition(";")[0]
            if answer.status_code >= 500 or acts(kind, answer.getvalue()):
                faults.append((name, path, form.action, answer.status_code))
    assert not faults, faults
    assert len(every) > 60 and {302, 422} & statuses.keys(), (len(every), statuses)
    record_property("figure", f"{statuses.total()} posts to {len(chosen)} of {len(every)} forms: 0 faults")


def calls(world: World) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each call that takes words: its method, its address, and a word for each of its fields."""
    described = SchemaGenerator().get_schema(request=None, public=True)
    parts = described["components"]["schemas"]
    routes = {"/" + _plain(pattern): world.path(pattern, row) for pattern, row in TABLE.items() if pattern.startswith("api/")}
    for path, methods in described["paths"].items():
        for method in {"post", "patch"} & methods.keys():
            body = methods[method].get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            shape = parts.get(body.get("$ref", "").rsplit("/", 1)[-1], {}).get("properties", {})
            words = {name: "x" for name, one in shape.items() if one.get("type") == "string" and "format" not in one}
            if words and _plain(path) in routes:
                yield method, routes[_plain(path)], words


def _plain(path: str) -> str:
    """An address with every id as one sign."""
    return "".join("*" if part.startswith(("{", "<")) else part for part in _parts(path))


def _parts(path: str) -> list[str]:
    return [part for word in path.split("/") for part in (word, "/")][:-1]


@pytest.mark.sized
def test_no_call_breaks_on_what_nothing_can_hold(now, db, api, record_property):
    chance, world = random.Random(20261122), World()
    http, every = api(world.ana), list(calls(world))
    http.raise_request_exception = False
    faults, statuses = [], Counter[int]()
    for method, path, words in every if size(0, 1) else chance.sample(every, 12):
        for name, payload in AT_THE_DOOR.items():
            into = words if len(payload) < 1_000 else [chance.choice(list(words))]
            with transaction.atomic():
                answer = getattr(http, method)(path, {**words, **dict.fromkeys(into, payload)}, format="json", HTTP_IF_MATCH="*")
                transaction.set_rollback(True)
            statuses[answer.status_code] += 1
            if answer.status_code >= 500 or (answer.status_code >= 400 and not answer["Content-Type"].startswith(PROBLEM)):
                faults.append((name, method, path, answer.status_code))
    assert not faults, faults
    assert len(every) >= 25 and 400 in statuses, (len(every), statuses)
    record_property("figure", f"{statuses.total()} calls of {len(every)}: 0 faults")


@pytest.mark.proof
def test_a_door_that_lets_it_through_is_found(now, db, monkeypatch):
    """The twin: a form that breaks on a NUL instead of refusing it."""
    def breaks(*_: Any, **__: Any) -> None:
        raise LookupError

    monkeypatch.setattr("django.core.validators.ProhibitNullCharactersValidator.__call__", breaks)
    with pytest.raises(AssertionError, match="NUL"):
        test_no_form_breaks_on_what_nothing_can_hold(None, None, lambda *_: None)
