"""The code that opens an empty installation: once, for one, and only for whoever has it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from practice.models import OpeningCode, Practice
from practice.opening import code as codes
from practice.opening import open_by_code
from practice.opening.code import ALPHABET, LETTERS, new_code
from practice.opening.doors import OpenAlready, Owner
from practice.tests.scratch import scratch_practice
from practice.tests.sizes import size

OWNER = Owner("Olivia Grant", "olivia@example.org", "a quiet room by the river")
RIVALS = size(4, 8)


def typed(browser: Browser, code: str):
    return browser.post("/open/", {"code": code})


def test_the_server_prints_where_to_go_and_a_code_of_sixty_bits_stored_hashed(db, capsys):
    call_command("opening_code")
    said = capsys.readouterr().out
    assert "http://testserver/open/" in said
    code = re.search(r"code: (\S+)", said)[1]
    assert len(ALPHABET) ** LETTERS >= 2**60
    assert set(code.replace("-", "")) <= set(ALPHABET)
    assert code not in str(list(OpeningCode.objects.values()))
    assert code.replace("-", "") not in str(list(OpeningCode.objects.values()))


def test_there_is_one_live_code_and_a_new_one_ends_it(db):
    first, second = new_code(), new_code()
    browser = Browser()
    assert "not the code the server printed last" in typed(browser, first).content.decode()
    assert typed(browser, second.lower().replace("-", " "))["Location"] == "/open/practice/"
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningCode.objects.create(pk=2, code_hash="x", made_at=timezone.now())


def test_wrong_codes_are_throttled_and_not_even_the_right_one_is_looked_at(db):
    code, browser = new_code(), Browser()
    answers = [typed(browser, "AAAA-AAAA-AAAA").status_code for _ in range(11)]
    assert answers == [403] * 10 + [429]
    assert typed(browser, code).status_code == 429
    assert typed(browser, new_code()).status_code == 302, "a new code begins anew"


def test_the_code_dies_with_its_use_and_refused_input_does_not_use_it(db):
    new_code()
    live = OpeningCode.objects.get().code_hash
    with pytest.raises(codes.Refusal, match="time zone"):
        open_by_code(code_hash=live, name="Riverside", time_zone="Mars/Olympus", owner=OWNER)
    assert OpeningCode.objects.exists()
    assert not Practice.objects.exists()
    open_by_code(code_hash=live, name="Riverside", time_zone="Europe/Berlin", owner=OWNER, country="DE")
    assert not OpeningCode.objects.exists()
    assert new_code() == "", "an open practice prints none"
    with pytest.raises(OpenAlready):
        open_by_code(code_hash=live, name="Another", time_zone="Europe/Berlin", owner=OWNER)


@pytest.mark.processes
def test_of_several_owners_with_one_code_at_once_one_opens(tmp_path):
    with scratch_practice(tmp_path, fill="print('{}')") as scratch:
        code = re.search(r"code: (\S+)", scratch.manage("opening_code"))[1]
        url = scratch.serve()

        def owner(number: int) -> requests.Session:
            http = requests.Session()
            for page, said in (("", {"code": code}), ("practice/", {"name": f"Practice {number}", "country": ""}),
                               ("clock/", {"time_zone": "UTC"}), ("you/", {"owner_name": f"Olga {'abcdefgh'[number]}"})):
                assert post(http, f"{url}/open/{page}", said) == 302, page
            return http

        def opens(number: int) -> int:
            return post(owners[number], f"{url}/open/account/", {
                "email": f"o{number}@example.org", "password": OWNER.password, "again": OWNER.password})

        owners = [owner(number) for number in range(RIVALS)]
        with ThreadPoolExecutor(RIVALS) as at_once:
            answers = sorted(at_once.map(opens, range(RIVALS)))
        assert answers[0] == 302, answers
        assert set(answers[1:]) <= {404, 409}, "all others are refused in words"
        assert scratch.sql("SELECT (SELECT count(*) FROM practice_practice), (SELECT count(*) FROM practice_user)") == [(1, 1)]


def post(http: requests.Session, url: str, said: dict[str, str]) -> int:
    """Post a form as a browser does, with the token of the page; answers the status."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', http.get(url, timeout=60).text)
    return http.post(url, said | {"csrfmiddlewaretoken": token[1] if token else ""}, allow_redirects=False, timeout=60,
                     headers={"Referer": url}).status_code


def test_a_code_that_is_looked_at_and_not_taken_would_open_twice(db, monkeypatch):
    """The twin of the race: what decides it is that one deletes the row."""
    monkeypatch.setattr("practice.opening.doors.use_up", codes.is_live)
    monkeypatch.setattr("practice.opening.doors.is_open", lambda: False)
    new_code()
    live = OpeningCode.objects.get().code_hash
    for number in range(2):
        open_by_code(code_hash=live, name=f"Practice {number}", time_zone="UTC",
                     owner=Owner(f"Owner {number}", f"o{number}@example.org", OWNER.password))
    assert Practice.objects.count() == 2
