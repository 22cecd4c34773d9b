"""Other systems through the API: a program of the owner's does what the owner's pages do, under the same refusals."""

import json

import pytest
from rest_framework.test import APIClient

from practice.models import Webhook, WebhookDelivery
from practice.tests.receiver import Receiver
from practice.tests.test_webhooks import a_client, verified
from practice.tokens import make_token
from practice.webhooks import pump

HOOKS = "/api/v1/webhooks/"


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_INSIDE = True
    with Receiver() as system:
        yield system


@pytest.fixture
def added(receiver, owner, api):
    answer = api(owner).post(HOOKS, {"url": receiver.url, "events": ["client.created"]}, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()


def heard(receiver, hook):
    """What the other system was told, each call proven with its secret."""
    assert all(verified(hook["secret"], headers, body) for headers, body, _ in receiver.received)
    return [json.loads(body) for _, body, _ in receiver.received]


def at(hook, more=""):
    return f"{HOOKS}{hook['id']}/{more}"


def test_a_program_adds_an_address_gets_its_secret_once_and_calls_are_signed_with_it(added, receiver, owner, ana, api):
    client = a_client(ana)
    pump.drain()
    assert heard(receiver, added)[0]["data"]["id"] == str(client.pk)
    assert "secret" not in api(owner).get(at(added)).json()
    assert added["secret"] not in api(owner).get(HOOKS).content.decode()
    row = api(owner).get(at(added, "deliveries/?state=sent")).json()["results"][0]
    assert (row["event"], row["object_id"], row["last_status"], row["attempts"]) == ("client.created", str(client.pk), 200, 1)
    assert api(owner).get(at(added, "deliveries/?state=failed")).json()["count"] == 0


def test_an_address_is_changed_tried_switched_off_and_on_given_a_new_secret_and_removed(added, receiver, owner, api):
    http = api(owner)
    assert http.patch(at(added), {"events": ["client.changed"]}, format="json").json()["events"] == ["client.changed"]
    assert http.post(at(added, "test/")).status_code == 201
    fresh = http.post(at(added, "secret/")).json()
    assert fresh["secret"] != added["secret"] and fresh["old_secret_until"]
    pump.drain()
    assert heard(receiver, fresh)[0]["type"] == "webhook.test"
    off = http.post(at(added, "off/")).json()
    assert not off["is_active"] and off["switched_off_at"]
    refused = http.post(at(added, "test/"))
    assert refused.status_code == 409 and refused.json()["code"] == "wrong_state"
    assert http.post(at(added, "on/")).json()["is_active"]
    assert http.delete(at(added)).status_code == 204 and not Webhook.objects.exists()


def test_what_did_not_arrive_is_sent_again_under_its_old_id_one_or_all(added, receiver, owner, ana, api):
    a_client(ana)
    WebhookDelivery.objects.update(state="failed")
    event = str(WebhookDelivery.objects.get().event_id)
    assert api(owner).post(at(added, "again/")).json() == {"count": 1}
    pump.drain()
    row = WebhookDelivery.objects.get()
    assert api(owner).post(f"{HOOKS}deliveries/{row.pk}/again/").json() == {"count": 1}
    pump.drain()
    assert [said["id"] for said in heard(receiver, added)] == [event, event]
    assert api(owner).post(at(added, "again/")).json() == {"count": 0}


@pytest.mark.parametrize("sent, pointer", [
    ({"url": "ftp://example.org/", "events": ["client.created"]}, "/url"),
    ({"url": "https://me:secret@example.org/", "events": ["client.created"]}, "/url"),
    ({"url": "RECEIVER", "events": ["episode.began"]}, "/events"), ({"url": "RECEIVER", "events": []}, "/events"),
    ({"events": ["client.created"]}, "/url"), ({"url": "RECEIVER", "events": ["client.created"], "secret": "x"}, "/secret")])
def test_what_can_never_be_called_or_told_is_refused_in_words_at_its_field(receiver, owner, api, sent, pointer):
    sent = {name: receiver.url if value == "RECEIVER" else value for name, value in sent.items()}
    refused = api(owner).post(HOOKS, sent, format="json")
    assert refused.status_code == 400 and refused["Content-Type"] == "application/problem+json"
    assert refused.json()["errors"][0]["pointer"] == pointer and not Webhook.objects.exists()


def test_nobody_but_the_owner_reads_or_changes_them_and_a_token_needs_its_scope(
        added, owner, ana, desk, lakeside_owner, api):
    for member in (ana, desk):
        for answer in (api(member).get(HOOKS), api(member).post(at(added, "off/")), api(member).delete(at(added))):
            assert answer.status_code == 403 and answer.json()["code"] == "not_allowed"
    assert api(lakeside_owner).get(at(added)).status_code == 404 and api(lakeside_owner).get(HOOKS).json()["count"] == 0
    reads = APIClient()
    reads.credentials(HTTP_AUTHORIZATION="Bearer " + make_token(member=owner, by=owner, scopes=["practice:read"]).secret)
    assert reads.get(HOOKS).json()["count"] == 1
    assert reads.post(at(added, "off/")).json()["scope"] == "practice:write" and Webhook.objects.get().is_active
