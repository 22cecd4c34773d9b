"""One's own account: name, password, address; a forgotten password; what a stranger cannot learn from any of it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from practice import outbox
from practice.accounts import links
from practice.accounts.devices import device_of
from practice.accounts.links import ASKED_FOR_ONE, ask_for_password, forget_links, send_asked
from practice.models import AccountLink, AuditEntry, CodeApp, Message, SignIn, User
from practice.pace import forget_tallies, too_often
from practice.tests.answers import is_problem, text_of

PASSWORD, OTHER = "a long enough password", "another long password"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock_of(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(clock_of, ana):
    ana.user.email = f"{uuid4().hex}@riverside.example"
    ana.user.set_password(PASSWORD)
    ana.user.save()
    return ana


def signed_in(member, password=PASSWORD):
    browser = Browser()
    browser.post("/login/", {"username": member.user.email, "password": password})
    return browser


def is_in(browser):
    return browser.get("/clients/").status_code == 200


def link_in(kind):
    """The path of the link in the newest mail of this kind, as its reader gets it."""
    message = Message.objects.select_related("practice").filter(kind=kind).latest("pk")
    assert outbox.KINDS[kind].recheck(message) is None
    mail = outbox.KINDS[kind].compose(message)
    path = re.search(r"https?://[^/]+(/me/\S+)", mail.body)[1]
    assert path not in outbox.without_links(mail.body), "whoever reads the log of messages cannot use it"
    return path


def test_a_forgotten_password_is_chosen_anew_by_a_link_once_and_every_place_is_signed_out(anna, clock_of):
    inside = signed_in(anna)
    asked = Browser().post("/forgot/", {"email": anna.user.email.upper()})
    assert "Look into your mail" in text_of(asked) and send_asked() == 1
    path = link_in("account-password")
    assert "12" in text_of(Browser().post(path, {"password": "short"}))
    assert Browser().post(path, {"password": OTHER})["Location"] == "/login/"
    assert not is_in(inside) and not is_in(signed_in(anna)) and is_in(signed_in(anna, OTHER))
    for late in (Browser().get(path), Browser().post(path, {"password": PASSWORD})):
        assert late.status_code == 404 and "used, too old" in text_of(late)
    same = {re.sub(rb'(value|content)="[^"]*"', b"", Browser().get(page).content)
            for page in (path, path[:-4] + "AAA/", "/me/new-password/unknown/")}
    assert len(same) == 1, "used, cut off and unknown look the same"
    assert AuditEntry.objects.filter(verb="password_reset").count() == 1
    assert Message.objects.get(kind="account-changed").start_version.startswith("password")


def test_links_end_after_an_hour_and_a_newer_one_ends_the_older(anna, clock_of):
    ask_for_password(email=anna.user.email, from_address=None)
    send_asked()
    first = link_in("account-password")
    ask_for_password(email=anna.user.email, from_address=None)
    send_asked()
    second = link_in("account-password")
    assert first != second and Browser().get(first).status_code == 404 and Browser().get(second).status_code == 200
    assert not AccountLink.objects.filter(token_hash__contains=second.split("/")[3]).exists()
    clock_of.shift(timedelta(minutes=61))
    assert Browser().get(second).status_code == 404
    clock_of.shift(timedelta(days=8))
    assert forget_links() == 1


def test_a_reset_leaves_the_second_step_as_it_is(anna, clock_of):
    CodeApp.objects.create(user=anna.user, sealed_secret="x", confirmed_at=timezone.now())
    ask_for_password(email=anna.user.email, from_address=None)
    send_asked()
    Browser().post(link_in("account-password"), {"password": OTHER})
    answer = Browser().post("/login/", {"username": anna.user.email, "password": OTHER})
    assert answer["Location"].startswith("/login/second-step/")


def test_nobody_learns_whether_an_address_has_an_account(anna, ben, clock_of, django_assert_num_queries):
    """The same page, the same statements in the database: what takes time is the same, and mail is for later."""
    known, unknown = anna.user.email, f"{'x' * 32}@riverside.example"
    User.objects.filter(pk=ben.user.pk).update(is_active=False)
    pages = {}
    for address in (known, unknown, ben.user.email):
        with django_assert_num_queries(3):  # two counts, one row
            pages[address] = Browser().post("/forgot/", {"email": address}).content.replace(address.encode(), b"")
    assert len({re.sub(rb'value="[^"]+"|content="[^"]+"', b"", page) for page in pages.values()}) == 1
    assert send_asked() == 1 and AccountLink.objects.count() == 1, "of an unknown address nothing is kept"
    wrong = {text_of(Browser().post("/login/", {"username": address, "password": "guess"})).replace(address, "")
             for address in (known, unknown, ben.user.email)}
    assert len(wrong) == 1
    for _ in range(ASKED_FOR_ONE):
        last = {Browser().post("/forgot/", {"email": address}).status_code for address in (known, unknown)}
    assert last == {429}


def test_a_new_password_signs_out_every_other_place_and_keeps_this_one(anna, clock_of):
    here, there = signed_in(anna), signed_in(anna)
    wrong = here.post("/me/password/", {"old_password": "guess", "password": OTHER})
    assert wrong.status_code == 422 and "That is not the password" in text_of(wrong)
    weak = here.post("/me/password/", {"old_password": PASSWORD, "password": "1q2w3e4r5t6y"})
    assert "too common" in text_of(weak) and is_in(there)
    done = here.post("/me/password/", {"old_password": PASSWORD, "password": OTHER}, follow=True)
    assert "Every other place is signed out" in text_of(done)
    assert is_in(here) and not is_in(there) and is_in(signed_in(anna, OTHER))
    row = SignIn.objects.get(session_hash=links.hash_of(here.session.session_key))
    assert row.ended_at is None, "the session goes on under its new key"


def test_a_new_address_opens_the_door_once_its_link_is_pressed_and_the_old_one_is_told(anna, ben, clock_of):
    browser, old = signed_in(anna), anna.user.email
    browser.post("/me/address/", {"email": "New@Riverside.example"})
    assert "new@riverside.example waits" in text_of(browser.get("/me/"))
    anna.user.refresh_from_db()
    assert anna.user.email == old and Message.objects.get(kind="account-address").to_address == "new@riverside.example"
    path = link_in("account-address")
    assert Browser().get(path).status_code == 200 and User.objects.filter(email=old).exists(), "opening it is no press"
    Browser().post(path)
    anna.user.refresh_from_db()
    assert anna.user.email == "new@riverside.example" and Browser().post(path).status_code == 404
    assert Message.objects.get(kind="account-changed").to_address == old
    browser.post("/me/address/", {"email": ben.user.email})
    taken = Browser().post(link_in("account-address"))
    assert "signs in with this address already" in text_of(taken)


def test_a_link_asked_for_before_opens_nothing_once_the_password_is_another(anna, clock_of):
    browser = signed_in(anna)
    browser.post("/me/address/", {"email": "somebody.else@riverside.example"})
    path, old = link_in("account-address"), anna.user.email
    browser.post("/me/password/", {"old_password": PASSWORD, "password": OTHER})
    assert Browser().post(path).status_code == 404
    anna.user.refresh_from_db()
    assert anna.user.email == old


def test_what_opens_the_door_is_changed_only_with_a_fresh_proof(anna, clock_of):
    browser = signed_in(anna)
    clock_of.shift(timedelta(minutes=10))
    browser.get("/clients/")
    clock_of.shift(timedelta(minutes=6))
    for address in ("/me/address/", "/me/security/app/", "/me/security/passkeys/new/"):
        assert browser.get(address)["Location"].startswith("/me/confirm/?next=")
    is_problem(browser.post("/me/security/passkeys/wanted/", **JSON), 403, "not_allowed")
    assert browser.post("/me/confirm/", {"password": "guess"}).status_code == 422
    assert browser.post("/me/confirm/", {"password": PASSWORD, "next": "/me/address/"})["Location"] == "/me/address/"
    assert browser.get("/me/address/").status_code == 200


def test_a_name_is_changed_by_oneself_and_written_down(anna):
    browser = signed_in(anna)
    assert "Write the name" in text_of(browser.post("/me/", {"name": " "}))
    browser.post("/me/", {"name": "Ana  Alves-Moreira"})
    anna.user.refresh_from_db()
    assert anna.user.name == "Ana Alves-Moreira" and AuditEntry.objects.get(verb="member_renamed").subject_id == anna.pk


@pytest.mark.parametrize("said, device", [
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
    ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
    ("curl/8", "A browser")])
def test_a_browser_is_named_in_words(said, device):
    assert device_of(said) == device


def test_tries_count_for_an_hour_from_the_first_and_are_forgotten_after(clock_of, db):
    assert [too_often("guess", "here", 2) for _ in range(3)] == [False, False, True]
    assert not too_often("guess", "there", 2)
    clock_of.shift(timedelta(minutes=59))
    assert too_often("guess", "here", 2)
    clock_of.shift(timedelta(minutes=2))
    assert [too_often("guess", "here", 2) for _ in range(3)] == [False, False, True]
    clock_of.shift(timedelta(hours=2))
    assert forget_tallies() == 2
