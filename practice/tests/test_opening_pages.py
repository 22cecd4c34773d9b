"""The pages before there is a practice: one thing a page, back works, nothing typed is lost, nothing afterwards."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client as Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from practice import clock
from practice.closures import countries
from practice.models import Membership, OpeningCode, Practice
from practice.money import CURRENCIES
from practice.opening.code import new_code
from practice.opening.places import currency_of, paper_of, zone_choices, zones_of

PRACTICE = {"name": "Riverside  Neuro", "country": "US"}
YOU = {"owner_name": "Olivia Grant", "gives_sessions": "on", "credential": "LMT 60123",
       "credential_expires_on": "2029-05-01"}
ACCOUNT = {"email": "Olivia@Example.org", "password": "a quiet room by the river", "again": "a quiet room by the river"}
PAGES = ("", "practice/", "clock/", "you/", "account/")


@pytest.fixture
def browser(db) -> Browser:
    """Somebody who typed the code."""
    browser = Browser()
    browser.post("/open/", {"code": new_code()})
    return browser


def fill(browser: Browser) -> None:
    for page, said in (("practice", PRACTICE), ("clock", {"time_zone": "America/New_York"}), ("you", YOU)):
        assert browser.post(f"/open/{page}/", said).status_code == 302, page


def test_an_empty_installation_leads_to_its_opening(db):
    assert Browser().get("/", follow=True).redirect_chain[-1][0] == "/open/"
    assert Browser().get("/login/")["Location"] == "/open/"
    for page in PAGES[1:]:
        assert Browser().get(f"/open/{page}")["Location"] == "/open/", "without the code nothing is asked"


def test_an_owner_opens_the_practice_and_is_signed_in(browser):
    fill(browser)
    said = browser.get("/open/account/").content.decode()
    assert "America/New_York" in said
    assert "US dollar" in said
    assert "US Letter" in said
    assert browser.post("/open/account/", ACCOUNT)["Location"] == "/practice/opening/"
    member = Membership.objects.select_related("user", "practice").get()
    assert (member.role, member.is_therapist, member.credential) == ("owner", True, "LMT 60123")
    assert member.credential_expires_on == date(2029, 5, 1)
    assert (member.practice.name, member.practice.currency, member.practice.paper) == (
        "Riverside Neuro", "USD", "us-letter")
    assert Browser().login(username="olivia@example.org", password=ACCOUNT["password"])
    assert browser.get("/practice/opening/").status_code == 200


def test_one_goes_back_and_on_and_what_was_written_stands_there(browser):
    fill(browser)
    assert 'value="Riverside Neuro"' in browser.get("/open/practice/").content.decode()
    assert 'value="LMT 60123"' in browser.get("/open/you/").content.decode()
    assert browser.get("/open/")["Location"] == "/open/account/", "resumed where one was"
    browser.post("/open/practice/", {"name": "Hafen", "country": "DE"})
    assert browser.get("/open/account/")["Location"] == "/open/clock/", "the zone was another country's"
    assert '<option value="Europe/Berlin" selected>' in browser.get("/open/clock/").content.decode()


def test_a_new_code_after_a_restart_loses_nothing(browser):
    fill(browser)
    code = new_code()
    assert browser.get("/open/account/")["Location"] == "/open/"
    assert browser.post("/open/", {"code": code})["Location"] == "/open/account/"


@pytest.mark.parametrize(("page", "said", "words"), [
    ("practice", {"name": " ", "country": "US"}, "Write the practice"),
    ("practice", {"name": "Riverside", "country": "XX"}, "Choose one of the list."),
    ("practice", {"name": "x" * 121, "country": ""}, "At most 120 letters"),
    ("clock", {"time_zone": ""}, "Choose a time zone."),
    ("clock", {"time_zone": "Mars/Olympus"}, "Choose one of the list."),
    ("you", {**YOU, "owner_name": "7"}, "Write your name."),
    ("you", {**YOU, "credential_expires_on": "2001-01-01"}, "This day has passed"),
    ("you", {**YOU, "credential_expires_on": "soon"}, "Write the date as day, month and year."),
    ("account", {**ACCOUNT, "email": "olivia"}, "Write the whole e-mail address"),
    ("account", {**ACCOUNT, "email": ""}, "Write your e-mail address."),
    ("account", {**ACCOUNT, "password": "short"}, "too short"),
    ("account", {**ACCOUNT, "password": "Olivia Grant", "again": "Olivia Grant"}, "too similar"),
    ("account", {**ACCOUNT, "again": "another"}, "The two passwords differ"),
])
def test_each_page_refuses_in_words_and_keeps_what_was_typed(browser, page, said, words):
    fill(browser)
    answer = browser.post(f"/open/{page}/", said)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "<title>Error: " in text
    for name, value in said.items():
        if value and name not in ("password", "again", "gives_sessions", "country", "time_zone"):
            assert value.strip() in text, name
    assert ACCOUNT["password"] not in text, "a password is never written back into a page"
    assert not Practice.objects.exists()


def test_once_a_practice_is_open_nothing_of_it_is_there_for_anybody(browser, riverside):
    for page in PAGES:
        for method in ("get", "post"):
            answer = getattr(browser, method)(f"/open/{page}", ACCOUNT | PRACTICE | {"code": "A"})
            assert answer.status_code == 404, (method, page)
            assert "open already" in answer.content.decode()
    assert Practice.objects.count() == 1
    assert OpeningCode.objects.count() == 1, "left over, and good for nothing"


def test_countries_are_spelt_as_people_write_them_in_the_order_of_their_letters():
    names = dict(countries())
    assert [names[code] for code in ("AX", "BA", "CD", "IM", "TT", "US")] == [
        "Åland Islands", "Bosnia and Herzegovina", "DR Congo", "Isle of Man", "Trinidad and Tobago", "United States"]
    assert [code for code in names if code in ("AF", "AX", "AL")] == ["AF", "AX", "AL"]


@given(st.sampled_from([code for code, _ in countries()]))
@settings(max_examples=40, deadline=None)
def test_what_a_country_suggests_can_be_chosen(country):
    offered = [zone for _, rows in zone_choices(country) for zone, _ in rows]
    assert len(offered) == len(set(offered))
    assert all(clock.is_zone(zone) for zone in offered)
    assert {zone for zone, _ in zones_of(country)} <= set(offered)
    assert currency_of(country) in CURRENCIES
    assert paper_of(country) in ("a4", "us-letter")
