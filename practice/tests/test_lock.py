"""The lock: what a session shows that nobody has touched for a while, how it opens, and what was pressed meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse

from clients.tests.test_pages import profile
from conftest import token_for
from practice.models import Practice
from practice.passwords import TRIES_FROM_HERE
from practice.tests.answers import is_problem, text_of

PASSWORD = "a long enough password"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock_of(now):
    """The tests' Monday, to be moved on by hand."""
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anas(clock_of, ana, ben, page):
    """Ana's browser; she and Ben have passwords, and addresses nobody has guessed at in an earlier test."""
    for member in (ana, ben):
        member.user.email = f"{uuid4().hex}@riverside.example"
        member.user.set_password(PASSWORD)
        member.user.save()
    browser = page(None)
    assert browser.post("/login/", {"username": ana.user.email, "password": PASSWORD})["Location"] == "/"
    return browser


def later(clock_of, **how):
    clock_of.shift(timedelta(**how))


def kept_in(answer):
    return re.search(r'name="kept" value="([^"]*)"', answer.content.decode())[1]


def test_untouched_for_a_quarter_of_an_hour_every_page_is_the_lock_and_a_touch_puts_it_off(anas, clock_of, maria):
    for _ in range(4):
        later(clock_of, minutes=14)
        assert anas.get("/clients/").status_code == 200
    later(clock_of, minutes=16)
    answer = anas.get("/clients/")
    assert answer.status_code == 423 and answer["Cache-Control"] == "no-store"
    assert "Maria" not in answer.content.decode() and "Ana Alves, unlock with your password." in text_of(answer)
    later(clock_of, minutes=-16)
    assert anas.get("/clients/").status_code == 200, "looking at the lock is no touch"


def test_the_practice_says_how_long_and_the_script_that_somebody_is_here(anas, clock_of, riverside):
    Practice.objects.filter(pk=riverside.pk).update(lock_minutes=5)
    for _ in range(3):
        later(clock_of, minutes=4)
        assert anas.post("/lock/here/", **JSON).status_code == 204
    later(clock_of, minutes=6)
    is_problem(anas.post("/lock/here/", **JSON), 423, "locked")


def test_locked_calls_by_the_page_are_refused_and_those_by_token_are_not(anas, clock_of, ana, api):
    later(clock_of, minutes=16)
    is_problem(anas.get("/api/v1/clients/"), 423, "locked")
    is_problem(anas.get("/clients/", **JSON), 423, "locked")
    assert anas.get("/clients/", HTTP_HX_REQUEST="true").status_code == 423
    assert anas.get("/api/v1/clients/", HTTP_AUTHORIZATION=f"Bearer {token_for(ana)}").status_code == 200
    for anybodys in ("/healthz", "/api/v1/schema/"):
        assert anas.get(anybodys).status_code == 200


def test_the_password_opens_the_page_that_was_asked_for(anas, clock_of, maria):
    later(clock_of, minutes=16)
    kept = kept_in(anas.get("/clients/?q=mar"))
    wrong = anas.post("/clients/?q=mar", {"kept": kept, "lock_password": "guess"})
    assert wrong.status_code == 403 and "That is not the password" in text_of(wrong) and kept_in(wrong) == kept
    opened = anas.post("/clients/?q=mar", {"kept": kept, "lock_password": PASSWORD})
    assert opened["Location"] == "/clients/?q=mar"
    assert "Maria Lindqvist" in anas.get("/clients/?q=mar").content.decode()


def test_a_press_on_a_locked_page_is_kept_sealed_and_happens_once_it_is_open(anas, clock_of, maria):
    later(clock_of, minutes=16)
    address, typed = reverse("clients:edit", args=[maria.pk]), "Maria Lindqvist Ångström"
    waits = anas.post(address, profile(name=typed, email="new@clients.example", version=maria.version))
    assert waits.status_code == 423 and "kept and happens then" in text_of(waits)
    assert "Ångström" not in waits.content.decode() and "new@clients" not in waits.content.decode()
    maria.refresh_from_db()
    assert maria.name == "Maria Lindqvist"
    done = anas.post(address, {"kept": kept_in(waits), "lock_password": PASSWORD})
    assert done.status_code == 302, text_of(done)
    maria.refresh_from_db()
    assert maria.name == typed


def test_what_waits_opens_for_its_own_person_alone_and_only_where_it_was_pressed(anas, clock_of, page, ana, ben, desk):
    later(clock_of, minutes=16)
    kept = kept_in(anas.post("/clients/new/", {"name": "Zoe Zander"}))
    bens = page(None)
    bens.post("/login/", {"username": ben.user.email, "password": PASSWORD})
    answer = bens.post("/clients/new/", {"kept": kept, "lock_password": PASSWORD})
    assert "Zander" not in answer.content.decode()
    stranger = page(None)
    ben.user.set_password("quite another password")
    ben.user.save()
    other = f"{ben.pk}.{kept.partition('.')[2]}"
    for forged in (other, kept[:-9] + "A" * 9, "nonsense", f"{ana.pk}."):
        answer = stranger.post("/clients/new/", {"kept": forged, "lock_password": "quite another password"})
        assert answer["Location"].startswith("/login/")
    assert anas.post("/book/new/", {"kept": kept, "lock_password": PASSWORD}).status_code == 423
    later(clock_of, hours=13)
    assert "Zander" not in anas.post("/clients/new/", {"kept": kept, "lock_password": PASSWORD}).content.decode()


def test_a_page_unlocks_in_place_and_signs_the_same_person_in_again(anas, clock_of, ana, ben):
    later(clock_of, minutes=16)
    assert anas.get("/lock/").json() | {"csrf": ""} == {"member": "", "locked": True, "csrf": ""}
    is_problem(anas.post("/unlock/", {"who": ana.pk, "lock_password": "guess"}, **JSON), 403, "wrong_password")
    opened = anas.post("/unlock/", {"who": ana.pk, "lock_password": PASSWORD}, **JSON).json()
    assert (opened["member"], opened["locked"]) == (str(ana.pk), False) and opened["key"]
    anas.post("/logout/")
    assert "key" not in anas.get("/lock/").json()
    again = anas.post("/unlock/", {"who": ana.pk, "lock_password": PASSWORD}, **JSON).json()
    assert again["member"] == str(ana.pk) and again["key"] != opened["key"], "each session has a key of its own"
    assert anas.get("/clients/").status_code == 200
    anas.post("/logout/")
    for nobody in ("", "nonsense", "00000000-0000-0000-0000-000000000000"):
        is_problem(anas.post("/unlock/", {"who": nobody, "lock_password": PASSWORD}, **JSON), 403, "wrong_password")


def test_a_page_of_somebody_who_was_here_before_gets_nothing_and_throws_nobody_out(anas, clock_of, ana, ben):
    anas.post("/logout/")
    anas.post("/login/", {"username": ben.user.email, "password": PASSWORD})
    is_problem(anas.post("/lock/here/", HTTP_X_MEMBER=str(ana.pk), **JSON), 401, "not_authenticated")
    is_problem(anas.get("/clients/", HTTP_X_MEMBER=str(ana.pk), **JSON), 401, "not_authenticated")
    anas.post("/lock/", HTTP_X_MEMBER=str(ana.pk), **JSON)
    refused = is_problem(anas.post("/unlock/", {"who": ana.pk, "lock_password": PASSWORD}, **JSON), 409, "wrong_state")
    assert "Ben Baker is signed in here by now" in refused["detail"]
    assert anas.get("/lock/").json()["member"] == str(ben.pk)


def test_lock_covers_at_once_and_leads_back(anas, clock_of, maria):
    back = f"http://testserver/clients/{maria.pk}/"
    assert anas.post("/lock/", HTTP_REFERER=back)["Location"] == back
    assert anas.get(f"/clients/{maria.pk}/").status_code == 423
    assert "Maria" not in anas.get(f"/clients/{maria.pk}/").content.decode()


@pytest.mark.parametrize("door", ["/login/", "/unlock/"])
def test_wrong_passwords_are_counted_at_both_doors_together(anas, clock_of, page, ana, door):
    guesser = page(None)

    def guess(password):
        if door == "/login/":
            return text_of(guesser.post(door, {"username": ana.user.email.upper(), "password": password}))
        return guesser.post(door, {"who": ana.pk, "lock_password": password}, **JSON).content.decode()

    for _ in range(TRIES_FROM_HERE // 2):
        guesser.post("/login/", {"username": ana.user.email, "password": "guess"})
        assert "Too many" not in guess("guess")
    assert "Too many wrong passwords" in guess(PASSWORD), "not even the right one is looked at"
    later(clock_of, hours=1)
    assert "Too many" not in guess(PASSWORD)


def test_signing_out_clears_what_pages_kept_in_the_browser(anas):
    assert anas.post("/logout/")["Clear-Site-Data"] == '"storage"'
    assert "practice/forget.js" in anas.get("/login/").content.decode()


def test_a_script_whose_token_is_of_an_earlier_session_is_told_so(anas, ana):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana.user)
    is_problem(strict.post("/lock/here/", **JSON), 403, "form_too_old")
    assert "sat open too long" in text_of(strict.post("/lock/here/"))
