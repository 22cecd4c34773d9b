"""The owner's pages of whose years are over: nobody else's, one person at a time, the password once more."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from clients.models import Client, Disposal
from clients.privacy.holds import place_hold
from conftest import ZONE
from notes.tests.long_ago import LONG_AGO, TODAY, one_of_everything
from practice.accounts.signed_in import PROVED
from practice.models import AuditEntry, Practice


@pytest.fixture
def now():
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        yield traveller


@pytest.fixture
def old(now, maria, ana, ben, owner, neuro_45, neurologist):
    """Maria came once, in 2012."""
    one_of_everything(maria, ana, ben, neuro_45, neurologist, 9)
    now.move_to(TODAY)
    return maria


def long_in(browser):
    """A browser whose owner typed the password longer ago than a quarter of an hour."""
    session = browser.session
    session[PROVED] = 0
    session.save()
    return browser


def test_the_owner_looks_types_the_password_says_why_and_it_is_gone(old, owner, page):
    owner.user.set_password("a-long-enough-one")
    owner.user.save()
    browser, address = long_in(page(owner)), reverse("clients:dispose", args=[old.pk])
    listed = browser.get(reverse("clients:disposals")).content.decode()
    assert address in listed and "10 years after the last contact, 26 Nov 2012" in listed
    asked = browser.get(address).content.decode()
    for words in ("1 note<", "1 addendum<", "1 letter as it was signed<", "It cannot be undone", "Type your password",
                  reverse("clients:export", args=[old.pk]), "born 1971"):
        assert words in asked, words
    assert 'name="reason"' not in asked
    refused = browser.post(address, {"reason": "Ten years are over."})
    assert refused.status_code == 403 and "Type your password once more first" in refused.content.decode()
    assert "Ten years are over." in refused.content.decode() and Client.objects.filter(pk=old.pk).exists()
    confirm = f"{reverse('practice:confirm')}?next={address}"
    back = browser.post(confirm, {"password": "a-long-enough-one", "next": address})
    assert back.headers["Location"] == address
    assert 'name="reason"' in browser.get(address).content.decode()
    empty = browser.post(address, {"reason": " "})
    assert empty.status_code == 422 and "Write why it goes." in empty.content.decode()
    done = browser.post(address, {"reason": "Ten years are over."}, follow=True).content.decode()
    assert "It is gone." in done and "Born 1971" in done and "Maria" not in done and "Ten years are over." in done
    assert browser.get(address).status_code == 404
    assert (row := Disposal.objects.get()).by == owner and row.reason == "Ten years are over."
    line = AuditEntry.objects.get(verb="client_disposed")
    assert (line.client_id, line.detail) == (old.pk, {"hash": row.content_hash})


def test_the_page_of_somebody_kept_says_why_and_offers_nothing_to_press(old, kofi, owner, page):
    place_hold(client=old, reason="A court’s letter.", by=owner)
    browser = page(owner)
    assert "On legal hold since Mon 23 Nov 2026" in browser.get(reverse("clients:disposals")).content.decode()
    for client, words in ((old, "has been on legal hold since"), (kofi, "is kept until")):
        shown = browser.get(address := reverse("clients:dispose", args=[client.pk])).content.decode()
        assert words in shown and 'name="reason"' not in shown
        refused = browser.post(address, {"reason": "Now."})
        assert refused.status_code == 409 and words in refused.content.decode()
    assert not Disposal.objects.exists()


def test_without_anybody_the_page_says_when_the_next_years_end(now, maria, owner, page):
    now.move_to(LONG_AGO)
    shown = page(owner).get(reverse("clients:disposals")).content.decode()
    assert "Nobody. The next one’s years end on Sat 26 Nov 2022." in shown and "Nobody yet." in shown


def test_it_is_for_the_owner_alone(old, ana, desk, lakeside_owner, page):
    for address in (reverse("clients:disposals"), reverse("clients:dispose", args=[old.pk])):
        for member in (ana, desk):
            assert page(member).get(address).status_code == 403
    stranger = page(lakeside_owner)
    assert stranger.get(reverse("clients:dispose", args=[old.pk])).status_code == 404
    assert stranger.post(reverse("clients:dispose", args=[old.pk]), {"reason": "x"}).status_code == 404
    assert "Maria" not in stranger.get(reverse("clients:disposals")).content.decode()


@pytest.mark.parametrize("day, told", [(1, True), (7, True), (8, False), (23, False)])
def test_today_tells_the_owner_in_the_first_week_of_a_month_and_nobody_by_name(old, owner, ana, page, now, day, told):
    now.move_to(datetime(2027, 2, day, 9, tzinfo=ZoneInfo(ZONE)))
    words = "1 client’s years are over: what is written of them may go"
    assert (words in page(owner).get("/").content.decode()) is told
    assert words not in page(ana).get("/").content.decode()
    Practice.objects.update(retention_years=40)
    assert words not in page(owner).get("/").content.decode()
