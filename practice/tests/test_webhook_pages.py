"""The owner's pages of other systems: a secret shown once, a log of what was sent, a press to send it again."""

import re

import pytest
from django.urls import reverse

from practice.models import Webhook, WebhookDelivery
from practice.tests.receiver import Receiver
from practice.tests.test_webhooks import a_client, verified
from practice.webhooks import pump

LIST, NEW = "/practice/webhooks/", "/practice/webhooks/new/"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_INSIDE = True
    with Receiver() as system:
        yield system


def words_of(response):
    return response.content.decode().replace("&#x27;", "'")


def act(browser, hook, verb):
    return browser.post(reverse("practice:webhook_act", args=[hook.pk, verb]), follow=True)


def test_an_owner_adds_one_sees_its_secret_once_and_every_sending_with_its_answer(receiver, owner, ana, page):
    browser = page(owner)
    assert LIST in words_of(browser.get("/practice/"))
    assert "No other system is told anything." in words_of(browser.get(LIST))
    made = words_of(browser.post(NEW, {"url": receiver.url, "events": ["client.created"]}))
    secret = re.search(r"<code data-copied>([\w-]{43})</code>", made)[1]
    hook = Webhook.objects.get()
    address = reverse("practice:webhook", args=[hook.pk])
    a_client(ana)
    receiver.status = 500
    pump.drain()
    shown = words_of(browser.get(address))
    assert "127.0.0.1 answered 500." in shown and "A client is added" in shown and "does not answer" in shown
    assert secret not in shown + words_of(browser.get(LIST))
    receiver.status = 200
    row = WebhookDelivery.objects.get()
    assert "It leaves again in a moment." in words_of(
        browser.post(reverse("practice:delivery_again", args=[row.pk]), follow=True))
    pump.drain()
    assert verified(secret, *receiver.received[-1][:2])
    assert "127.0.0.1 answered 500." not in words_of(browser.get(address))


def test_test_off_on_new_secret_and_away(receiver, owner, page):
    browser = page(owner)
    browser.post(NEW, {"url": receiver.url, "events": ["client.created"]})
    hook = Webhook.objects.get()
    assert "A test is on its way" in words_of(act(browser, hook, "test"))
    pump.drain()
    assert b'"webhook.test"' in receiver.received[0][1]
    assert "Off: nothing is sent" in words_of(act(browser, hook, "off"))
    refused = act(browser, hook, "test")
    assert (refused.status_code, "Switch it on first." in words_of(refused)) == (409, True)
    assert "On: what waited leaves now." in words_of(act(browser, hook, "on"))
    assert "Nothing had failed." in words_of(act(browser, hook, "again"))
    assert "For 24 hours the old secret signs as well." in words_of(act(browser, hook, "secret"))
    assert act(browser, hook, "explode").status_code == 404
    act(browser, hook, "remove")
    assert not Webhook.objects.exists() and not WebhookDelivery.objects.exists()


def test_a_wrong_address_and_no_event_are_told_beside_their_fields(owner, page, settings):
    settings.WEBHOOKS_INSIDE = False
    answer = page(owner).post(NEW, {"url": "http://10.0.0.1/", "events": ["client.created"]})
    assert (answer.status_code, "The address has to begin with https://." in words_of(answer)) == (400, True)
    answer = page(owner).post(NEW, {"url": "https://10.0.0.1/", "events": ["client.created"]})
    assert (answer.status_code, "10.0.0.1 is not on the open internet." in words_of(answer)) == (400, True)
    answer = page(owner).post(NEW, {"url": "https://example.org/"})
    assert (answer.status_code, "Choose at least one event." in words_of(answer)) == (422, True)
    assert not Webhook.objects.exists()


def test_nobody_but_the_owner_sees_the_pages(receiver, owner, ana, desk, lakeside_owner, page):
    page(owner).post(NEW, {"url": receiver.url, "events": ["client.created"]})
    hook = Webhook.objects.get()
    for member in (ana, desk):
        assert page(member).get(LIST).status_code == 403
        assert "Other systems" not in words_of(page(member).get("/practice/"))
    other = page(lakeside_owner)
    assert other.get(reverse("practice:webhook", args=[hook.pk])).status_code == 404
    assert act(other, hook, "remove").status_code == 404
    assert receiver.url not in words_of(other.get(LIST))
