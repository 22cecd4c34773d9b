"""The door: password, second step, recovery codes; what stands between the steps, and what a stranger can learn."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser

from practice.accounts import signed_in
from practice.accounts.code_apps import begin_code_app, confirm_code_app, set_up_of
from practice.accounts.links import ask_for_address
from practice.accounts.recovery import HOW_MANY, make_codes
from practice.accounts.sign_in import CODES_AN_HOUR
from practice.models import (
    AccountLink,
    AuditEntry,
    CodeApp,
    Membership,
    Message,
    Passkey,
    Practice,
    RecoveryCode,
    SignIn,
)
from practice.tests.answers import is_problem, text_of

PASSWORD = "a long enough password"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def clock_of(now):
    with time_machine.travel(now, tick=False) as traveller:
        yield traveller


def with_password(member):
    member.user.email = f"{uuid4().hex}@riverside.example"
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture
def anna(clock_of, ana):
    """Ana, who has a password."""
    return with_password(ana)


@pytest.fixture
def app(anna):
    """The app on Ana's phone; it has shown its first code."""
    row = begin_code_app(user=anna.user)
    phone = pyotp.TOTP(set_up_of(row).secret)
    confirm_code_app(app=row, code=phone.at(int(time.time()) - 60 + 30), by=anna)
    return phone


def at_the_door(member, browser=None, password=PASSWORD, **more):
    browser = browser or Browser()
    return browser, browser.post("/login/", {"username": member.user.email, "password": password, **more})


def is_in(browser):
    return browser.get("/clients/").status_code == 200


def test_between_password_and_code_nobody_is_signed_in_and_then_the_session_has_another_key(anna, app, clock_of):
    browser, answer = at_the_door(anna, next="/clients/")
    assert answer["Location"] == "/login/second-step/?next=%2Fclients%2F"
    assert "_auth_user_id" not in browser.session and not is_in(browser)
    is_problem(browser.get("/api/v1/clients/", **JSON), 401, "not_authenticated")
    before = browser.session.session_key
    assert "That is not the code" in text_of(browser.post("/login/second-step/", {"code": "000000"}))
    assert browser.post("/login/second-step/", {"code": app.now(), "next": "/clients/"})["Location"] == "/clients/"
    assert is_in(browser) and browser.session.session_key != before
    assert "half_signed_in" not in browser.session


def test_a_code_is_taken_once_and_half_a_minute_early_or_late_but_not_a_minute(anna, app, clock_of):
    now, browser = int(time.time()), at_the_door(anna)[0]
    for wrong in (app.at(now - 60), app.at(now + 60)):
        assert "That is not the code" in text_of(browser.post("/login/second-step/", {"code": wrong}))
    assert browser.post("/login/second-step/", {"code": app.at(now + 30)}).status_code == 302
    again = at_the_door(anna)[0]
    for used in (app.at(now + 30), app.at(now), app.at(now - 30)):  # nor one before the last
        assert "none is taken twice" in text_of(again.post("/login/second-step/", {"code": used}))
    clock_of.shift(timedelta(seconds=60))
    assert again.post("/login/second-step/", {"code": f"{app.now()[:3]} {app.now()[3:]}"}).status_code == 302


def test_the_half_signed_state_is_over_after_five_minutes_and_with_a_new_password(anna, app, clock_of):
    browser, _ = at_the_door(anna)
    clock_of.shift(timedelta(minutes=5, seconds=1))
    answer = browser.post("/login/second-step/", {"code": app.now()}, follow=True)
    assert "within five minutes" in text_of(answer) and not is_in(browser)
    browser, _ = at_the_door(anna)
    anna.user.set_password("quite another password")
    anna.user.save()
    assert browser.post("/login/second-step/", {"code": app.now()})["Location"].startswith("/login/")


def test_wrong_codes_are_counted_before_they_are_looked_at(anna, app, clock_of):
    browser, _ = at_the_door(anna)
    for _ in range(CODES_AN_HOUR):
        browser.post("/login/second-step/", {"code": "000000"})
    answer = browser.post("/login/second-step/", {"code": app.now()})
    assert answer.status_code == 429 and "Too many codes" in text_of(answer), "not even the right one is looked at"
    assert not is_in(browser)
    clock_of.shift(timedelta(hours=1))
    browser, _ = at_the_door(anna)
    assert browser.post("/login/second-step/", {"code": app.now()}).status_code == 302


def test_each_recovery_code_opens_once_and_the_last_ones_are_told_of(anna, app, clock_of):
    codes = make_codes(user=anna.user, by=anna)
    assert len(codes) == HOW_MANY and not RecoveryCode.objects.filter(code_hash__in=codes).exists()
    for code in codes[:7]:
        browser, _ = at_the_door(anna)
        last = browser.post("/login/second-step/", {"code": f" {code.upper()} "}, follow=True)
    assert "3 recovery codes are left" in text_of(last)
    browser, _ = at_the_door(anna)
    assert "That is not the code" in text_of(browser.post("/login/second-step/", {"code": codes[0]}))
    assert "3 of 10 left" in text_of(page_of(anna).get("/me/security/"))


def page_of(member):
    browser = Browser()
    browser.force_login(member.user)
    return browser


def test_where_the_practice_asks_for_a_second_step_one_sets_it_up_at_the_next_sign_in_and_sees_nothing_before(
    anna, desk, owner, riverside, clock_of,
):
    inside = page_of(anna)
    assert page_of(owner).get("/practice/settings/").status_code == 200
    Practice.objects.filter(pk=riverside.pk).update(second_step_for="clinical")
    assert is_in(inside), "who is in stays in"
    assert is_in(at_the_door(with_password(desk))[0]), "the desk is not asked"
    browser, _ = at_the_door(anna)
    assert browser.get("/clients/")["Location"] == "/me/security/" and not is_in(browser)
    is_problem(browser.get("/clients/", **JSON), 403, "second_step_first")
    assert browser.get("/api/v1/clients/").status_code == 403
    assert "First, a second step" in text_of(browser.get("/me/security/"))
    typed = re.search(r'typed">([A-Z2-7 ]+)<', browser.get("/me/security/app/").content.decode())[1]
    shown = browser.post("/me/security/app/", {"code": pyotp.TOTP(typed.replace(" ", "")).now()}, follow=True)
    codes = re.findall(r"\b[a-z2-9]{4}(?:-[a-z2-9]{4}){3}\b", text_of(shown))
    assert len(codes) == HOW_MANY and "app-added" in Message.objects.get(kind="account-changed").start_version
    assert browser.get("/me/security/codes/")["Location"] == "/me/security/", "they are shown once"
    assert is_in(browser)
    is_kept = browser.post("/me/security/app/remove/", follow=True)
    assert "this is your last one" in text_of(is_kept) and CodeApp.objects.count() == 1


def test_an_owner_takes_the_second_step_of_a_lost_phone_away_and_nobody_else_can(anna, app, ben, owner, clock_of):
    browser, _ = at_the_door(anna)
    browser.post("/login/second-step/", {"code": app.now()})
    address = f"/practice/people/{anna.pk}/sign-in/"
    assert page_of(ben).post(address).status_code == 403
    assert "Your own second step" in text_of(page_of(owner).post(f"/practice/people/{owner.pk}/sign-in/", {"act": "reset"}))
    assert page_of(owner).post(address, {"act": "resett"}).status_code == 404 and CodeApp.objects.filter(user=anna.user).exists()
    ask_for_address(member=anna, email="somebody.else@riverside.example", by=anna)
    told = page_of(owner).post(address, {"act": "reset"}, follow=True)
    assert "signs in with the password alone now" in text_of(told)
    assert not AccountLink.objects.filter(user=anna.user, used_at=None).exists()
    assert not is_in(browser) and not SignIn.objects.filter(user=anna.user, ended_at=None).exists()
    assert at_the_door(anna)[1]["Location"] == "/" and AuditEntry.objects.filter(verb="second_step_reset").count() == 1
    assert Message.objects.get(kind="account-changed").to_address == anna.user.email


def test_an_owner_signs_somebody_out_everywhere_who_is_told_and_keeps_what_opens_the_door(anna, app, ben, owner, clock_of):
    browser, _ = at_the_door(anna)
    browser.post("/login/second-step/", {"code": app.now()})
    address, press = f"/practice/people/{anna.pk}/sign-in/", {"act": "sign-out"}
    assert page_of(ben).post(address, press).status_code == 403 and is_in(browser)
    assert "Your own places" in text_of(page_of(owner).post(f"/practice/people/{owner.pk}/sign-in/", press))
    assert "signed out everywhere" in text_of(page_of(owner).post(address, press, follow=True))
    assert not is_in(browser) and CodeApp.objects.filter(user=anna.user).exists()
    assert "signed-out" in Message.objects.get(kind="account-changed").start_version
    assert "was signed in nowhere" in text_of(page_of(owner).post(address, press, follow=True))
    assert AuditEntry.objects.filter(verb="member_signed_out").count() == 1


def test_whoever_works_in_two_practices_is_reset_by_the_server_alone(anna, app, owner, lakeside, capsys):
    Membership.objects.create(practice=lakeside, user=anna.user, role="therapist", is_therapist=True)
    refused = page_of(owner).post(f"/practice/people/{anna.pk}/sign-in/", {"act": "reset"})
    assert "works in another practice too" in text_of(refused) and CodeApp.objects.exists()
    call_command("reset_second_step", anna.user.email)
    assert not CodeApp.objects.exists() and "password alone" in capsys.readouterr().out


def test_the_lock_of_an_ended_session_asks_for_the_second_step_and_of_a_living_one_does_not(anna, app, clock_of):
    browser, _ = at_the_door(anna)
    browser.post("/login/second-step/", {"code": app.now()})
    opens = {"who": anna.pk, "lock_password": PASSWORD}
    clock_of.shift(timedelta(minutes=20))
    assert browser.post("/unlock/", opens, **JSON).json()["member"] == str(anna.pk)
    browser.post("/logout/")
    is_problem(browser.post("/unlock/", opens, **JSON), 403, "second_step_needed")
    assert not is_in(browser)
    is_problem(browser.post("/unlock/", opens | {"lock_code": "000000"}, **JSON), 403, "wrong_code")
    assert browser.post("/unlock/", opens | {"lock_code": app.now()}, **JSON).json()["member"] == str(anna.pk)


def test_a_passkey_that_answers_nothing_of_ours_opens_nothing(anna, clock_of):
    Passkey.objects.create(user=anna.user, name="Phone", credential_id="abc", public_key="pQECAyYgASFY")
    browser = Browser()
    forged = {"answer": '{"id": "abc", "rawId": "abc", "type": "public-key", "response": {}}'}
    is_problem(browser.post("/login/passkey/answer/", forged, **JSON), 403, "passkey_not_known")
    asked = browser.post("/login/passkey/", **JSON).json()
    assert asked["rpId"] and asked["userVerification"] == "required" and not asked.get("allowCredentials")
    for answer in (forged, {"answer": "nonsense"}, {"answer": '{"id": "unknown"}'}, {"answer": '{"id": null}'}, {}):
        assert browser.post("/login/passkey/answer/", answer, **JSON).status_code in (400, 403)
    assert at_the_door(anna)[1]["Location"].startswith("/login/second-step/"), "the password alone does not do any more"
    assert not is_in(browser)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_door_leads_out_of_the_house(anna, app, elsewhere):
    browser, answer = at_the_door(anna, next=elsewhere)
    assert answer["Location"] == "/login/second-step/?next=%2F"
    assert browser.post("/login/second-step/", {"code": app.now(), "next": elsewhere})["Location"] == "/"
    assert browser.post("/me/confirm/", {"password": PASSWORD, "next": elsewhere})["Location"] == "/me/security/"


def test_a_key_planted_before_signing_in_is_worth_nothing_after(anna):
    thief = Browser()
    thief.get("/login/")
    thief.post("/login/passkey/")  # an anonymous session of the thief's
    victim = Browser()
    victim.cookies["sessionid"] = thief.cookies["sessionid"].value
    at_the_door(anna, victim)
    assert is_in(victim) and not is_in(thief)


def test_every_press_of_the_door_and_of_ones_account_needs_its_own_pages_token(anna):
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(anna.user)
    for address in ("/login/", "/login/second-step/", "/login/passkey/", "/login/passkey/answer/", "/forgot/", "/me/",
                    "/me/password/", "/me/address/", "/me/confirm/", "/me/security/app/", "/me/security/codes/",
                    "/me/security/places/end/", "/me/security/passkeys/made/", f"/practice/people/{anna.pk}/sign-in/"):
        is_problem(strict.post(address, **JSON), 403, "form_too_old")


def test_a_browser_never_seen_is_told_of_by_mail_and_a_known_one_is_not(anna, clock_of):
    known, _ = at_the_door(anna)
    assert not Message.objects.exists(), "the first of all has nothing to be compared with"
    known.post("/logout/")
    at_the_door(anna, known)
    assert not Message.objects.exists()
    Browser().post("/login/", {"username": anna.user.email, "password": PASSWORD}, HTTP_USER_AGENT="X Firefox/140 Windows")
    message = Message.objects.get(kind="account-device")
    assert message.to_address == anna.user.email
    assert SignIn.objects.get(pk=message.subject_id).device == "Firefox on Windows"


def test_a_place_signed_out_elsewhere_finds_nobody_at_its_next_request(anna, ben, clock_of):
    here, there = at_the_door(anna)[0], at_the_door(anna)[0]
    third = at_the_door(anna)[0]
    row = signed_in.live(anna.user).get(session_hash=signed_in.hash_of(there.session.session_key))
    assert page_of(ben).post(f"/me/security/places/{row.pk}/end/").status_code == 404
    assert is_in(there)
    here.post(f"/me/security/places/{row.pk}/end/")
    assert not is_in(there) and is_in(here) and is_in(third)
    assert "Nowhere else" in text_of(here.post("/me/security/places/end/", follow=True))
    assert not is_in(third) and is_in(here)
