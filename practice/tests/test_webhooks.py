"""Other systems are told: ids only, signed, from rows written with the act, tried for a day, into no network of ours."""

import json
import re
import socket
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from clients.profiles import change_client, create_client
from conftest import at, make_member
from practice import outbox
from practice.access import Role
from practice.internet import Net
from practice.models import AuditEntry, Membership, Message, Practice, User, Webhook, WebhookDelivery
from practice.refusals import BadInput, NotAllowed, Refusal
from practice.tests.receiver import Receiver
from practice.tests.scratch import ROOT
from practice.webhooks import hooks, pump
from practice.webhooks.events import EVENTS, TRIED_FOR, event_of
from sessions.booking import book_appointment, cancel_appointment, confirm_appointment, move_appointment

NOBODY = "http://127.0.0.1:9/"  # nothing listens there


@pytest.fixture
def inside(settings):
    settings.WEBHOOKS_INSIDE = True


@pytest.fixture
def receiver(inside):
    with Receiver() as system:
        yield system


@pytest.fixture
def told(receiver, owner):
    """`told("client.created")`: the receiver is told of these events; answers its address and secret."""
    def add(*events, url=""):
        return hooks.add_webhook(practice=owner.practice, url=url or receiver.url, events=events or list(EVENTS), by=owner)
    return add


def a_client(by, name="Nora Quist"):
    by = Membership.objects.select_related("practice", "user").get(pk=by.pk)  # as a request reads them
    return create_client(practice=by.practice, name=name, email="nora@example.org", by=by)


def verified(secret, headers, body):
    """What the other side does: the very lines that stand in docs/messages.md."""
    example = re.search(r"```python\n(.*?is_ours.*?)```", (ROOT / "docs" / "messages.md").read_text(), re.S)[1]
    theirs = {}
    exec(example, theirs)
    return theirs["is_ours"](secret, headers, body)


# --- what is told ------------------------------------------------------------------------------------------------------


def test_a_client_is_told_of_by_an_id_a_version_and_nothing_else(told, receiver, ana):
    fresh = told("client.created")
    client = a_client(ana)
    assert pump.drain() == {"sent": 1}
    (headers, body, path), = receiver.received
    row = WebhookDelivery.objects.get()
    assert json.loads(body) == {
        "id": str(row.event_id), "type": "client.created", "created_at": row.created_at.isoformat(),
        "practice": str(client.practice_id), "data": {"object": "client", "id": str(client.pk), "version": 1}}
    for secret in (b"Nora", b"Quist", b"nora@", fresh.secret.encode()):
        assert secret not in body + str(headers).encode()
    assert (path, headers["Evenhand-Event"], headers["Content-Type"]) == ("/hook", str(row.event_id), "application/json")
    assert (row.state, row.attempts, row.last_status) == ("sent", 1, 200)
    assert pump.drain() == {}


def test_the_signature_proves_who_calls_when_and_what(told, receiver, ana):
    fresh = told()
    a_client(ana)
    pump.drain()
    headers, body, _ = receiver.received[0]
    assert verified(fresh.secret, headers, body)
    assert not verified(fresh.secret, headers, body.replace(b"client.created", b"client.removed"))
    assert not verified(fresh.secret, headers | {"Evenhand-Timestamp": str(int(headers["Evenhand-Timestamp"]) - 1)}, body)
    assert not verified("somebody else's", headers, body)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert not verified(fresh.secret, headers, body), "a call kept and sent again later"
    assert fresh.secret not in str(list(Webhook.objects.values())), "it stands nowhere"


def test_every_step_of_a_visit_is_told_in_its_own_word(told, receiver, maria, ana, neuro_45, now):
    told()
    by = Membership.objects.select_related("practice", "user").get(pk=ana.pk)
    visit = book_appointment(client=maria, therapist=by, service=neuro_45, starts_at=at(10, days=14), by=by)
    visit = move_appointment(appointment=visit, starts_at=at(11, days=15), by=by)
    visit = confirm_appointment(appointment=visit, by=by)
    cancel_appointment(appointment=visit, by=by)
    pump.drain()
    told_of = [json.loads(body) for _, body, _ in receiver.received]
    assert [(e["type"], e["data"]["version"]) for e in told_of] == [
        ("appointment.booked", 1), ("appointment.moved", 2), ("appointment.confirmed", 3), ("appointment.cancelled", 4)]
    assert {e["data"]["id"] for e in told_of} == {str(visit.pk)}


def test_every_step_the_diary_knows_is_some_event_and_reading_and_health_are_none():
    from sessions.states import TRANSITIONS

    for verb in TRANSITIONS:
        assert event_of(f"appointment_{verb.replace('-', '_')}"), verb
    for verb in ("client_read", "note_signed", "episode_reported", "finding_recorded", "consent_recorded", "note_read"):
        assert event_of(verb) is None, verb
    from sessions.tests.test_reminders import CLINICAL

    for event in EVENTS.values():
        assert not CLINICAL.search(f"{event.code} {event.name}".replace(".", " ")), event


def test_only_what_was_chosen_is_told_and_only_to_those_who_chose_it(told, receiver, ana):
    told("appointment.moved")
    told("client.changed", url=f"{receiver.url}/other")
    client = a_client(ana)
    by = Membership.objects.select_related("practice", "user").get(pk=ana.pk)
    change_client(client=client, by=by, name="Nora Berg")
    pump.drain()
    assert [(path, json.loads(body)["type"]) for _, body, path in receiver.received] == [("/hook/other", "client.changed")]


def test_an_act_that_is_not_done_after_all_is_told_to_nobody(told, receiver, ana):
    told()
    with pytest.raises(RuntimeError), transaction.atomic():
        a_client(ana)
        raise RuntimeError
    assert pump.drain() == {}
    assert not WebhookDelivery.objects.exists()


def test_another_practice_hears_nothing_and_costs_nothing(told, receiver, lakeside_owner, django_assert_num_queries):
    told()
    a_client(lakeside_owner)
    assert not WebhookDelivery.objects.exists()
    from practice import audit

    by = Membership.objects.select_related("practice", "user").get(pk=lakeside_owner.pk)
    with django_assert_num_queries(1):
        audit.record(by=by, verb="client_changed", subject=by)


# --- tried again, given up ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refuses, words", [
    ({"status": 500}, "127.0.0.1 answered 500."),
    ({"status": 302, "leads_to": "http://127.0.0.1:9/"}, "127.0.0.1 sends us elsewhere (302)"),
])
def test_what_is_not_taken_waits_longer_each_time_and_nothing_is_followed(told, receiver, ana, refuses, words, time_machine):
    told()
    time_machine.move_to(timezone.now(), tick=False)
    for name, value in refuses.items():
        setattr(receiver, name, value)
    a_client(ana)
    waits = []
    for _ in range(4):
        assert pump.drain() == {"waiting": 1}
        row = WebhookDelivery.objects.get()
        waits.append((row.due_at - timezone.now()).total_seconds())
        assert row.last_words.startswith(words) and row.last_status == refuses["status"]
        assert pump.drain() == {}, "not before its time"
        time_machine.move_to(row.due_at, tick=False)
    assert waits == [30, 60, 120, 240]
    receiver.status, receiver.leads_to = 204, ""
    assert pump.drain() == {"sent": 1}
    bodies = {body for _, body, _ in receiver.received}
    assert len(bodies) == 1, "the same bytes and the same id at every attempt"
    assert Webhook.objects.get().failing_since is None


def test_after_a_day_it_is_listed_and_sent_again_by_a_press_under_its_old_id(told, receiver, ana, owner, time_machine):
    fresh = told()
    receiver.status = 503
    a_client(ana)
    for _ in range(40):
        row = WebhookDelivery.objects.get()
        if row.state == "failed":
            break
        time_machine.move_to(row.due_at + timedelta(seconds=1), tick=False)
        pump.drain()
    assert row.state == "failed" and "Given up after" in row.last_words
    assert TRIED_FOR - timedelta(hours=4) < timezone.now() - row.created_at <= TRIED_FOR
    assert 10 < row.attempts < 20
    receiver.status = 200
    assert hooks.replay(webhook=fresh.webhook, by=owner) == 1
    assert pump.drain() == {"sent": 1}
    assert len({headers["Evenhand-Event"] for headers, _, _ in receiver.received}) == 1
    assert hooks.replay(webhook=fresh.webhook, by=owner) == 0


def test_three_days_without_an_answer_switch_it_off_and_its_owner_is_told_once(
        told, receiver, ana, owner, time_machine, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    fresh = told()
    receiver.status = 500
    a_client(ana)
    pump.drain()
    time_machine.move_to(timezone.now() + timedelta(days=3, hours=1), tick=False)
    for name in ("Ada Berg", "Bo Berg"):
        a_client(ana, name)
    pump.drain()
    hook = Webhook.objects.get()
    assert (hook.is_active, Practice.objects.get(pk=hook.practice_id).calls_webhooks) == (False, False)
    assert Message.objects.filter(kind="webhook-off").count() == 1
    a_client(ana, "Cy Berg")
    assert WebhookDelivery.objects.count() == 3, "nothing is noted while it is off"
    assert pump.drain() == {}
    time_machine.move_to(at(10, days=30), tick=False)
    outbox.drain()
    mail, = (m for m in mailoutbox if "does not hear" in m.subject)
    assert mail.to == [f"{owner.name} <{owner.user.email}>"] and f"/practice/webhooks/{hook.pk}/" in mail.body
    receiver.status = 200
    hooks.switch(webhook=fresh.webhook, on=True, by=owner)
    assert pump.drain()["sent"] == 2, "what waited leaves; what was given up stays listed"
    assert Practice.objects.get(pk=hook.practice_id).calls_webhooks


def test_an_owner_whose_account_is_closed_is_not_told_of_it(told, receiver, ana, owner, riverside):
    closed = make_member(riverside, "Otto Owner", "otto@riverside.example", Role.OWNER)
    User.objects.filter(pk=closed.user_id).update(is_active=False)
    told()
    receiver.status = 410
    a_client(ana)
    pump.drain()
    assert [m.to_address for m in Message.objects.filter(kind="webhook-off")] == [owner.user.email]


def test_an_address_that_is_gone_is_switched_off_at_once(told, receiver, ana):
    told()
    receiver.status = 410
    a_client(ana)
    pump.drain()
    assert not Webhook.objects.get().is_active


def test_behind_one_that_hangs_only_its_own_events_wait(told, receiver, ana, monkeypatch):
    from practice.webhooks import sending

    monkeypatch.setattr(sending, "SECONDS", 0.3)
    with Receiver() as slow:
        slow.hangs = 3
        told("client.created", url=slow.url)
        told("client.created")
        for name in ("Ada Berg", "Bo Berg", "Cy Berg"):
            a_client(ana, name)
        began = timezone.now()
        assert pump.drain() == {"sent": 3, "waiting": 1, "postponed": 2}
        assert (timezone.now() - began).total_seconds() < 2
    late = WebhookDelivery.objects.filter(state="waiting").order_by("-attempts")
    assert [row.attempts for row in late] == [1, 0, 0]
    assert "did not answer within" in late[0].last_words


def test_one_event_the_other_side_cannot_read_does_not_hold_up_the_others(told, receiver, ana):
    told()
    odd = str(a_client(ana).pk)
    receiver.refuses = lambda body: json.loads(body)["data"]["id"] == odd
    for name in ("Ada Berg", "Bo Berg"):
        a_client(ana, name)
    assert pump.drain() == {"waiting": 1, "sent": 2}


def test_what_a_dead_worker_held_is_taken_up_when_its_lease_runs_out(told, receiver, ana, time_machine):
    told()
    a_client(ana)
    assert len(pump._claim(10)) == 1
    assert (pump._claim(10), pump.drain()) == ([], {})
    time_machine.move_to(timezone.now() + timedelta(minutes=3), tick=False)
    assert pump.drain() == {"sent": 1}


def test_the_database_keeps_one_row_for_an_event_and_an_address(told, ana):
    told()
    a_client(ana)
    row = WebhookDelivery.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_what_was_sent_a_month_ago_is_forgotten_and_what_failed_is_not(told, receiver, ana, time_machine):
    told()
    a_client(ana)
    pump.drain()
    a_client(ana, "Ada Berg")
    WebhookDelivery.objects.filter(state="waiting").update(state="failed")
    time_machine.move_to(timezone.now() + timedelta(days=31), tick=False)
    assert pump.forget_old() == 1
    assert WebhookDelivery.objects.get().state == "failed"


# --- secrets -----------------------------------------------------------------------------------------------------------


def test_while_it_changes_both_secrets_sign_and_after_a_day_only_the_new_one(told, receiver, ana, owner, time_machine):
    old = told()
    new = hooks.rotate_secret(webhook=old.webhook, by=owner)
    assert old.secret != new.secret
    a_client(ana)
    pump.drain()
    headers, body, _ = receiver.received[-1]
    assert verified(old.secret, headers, body) and verified(new.secret, headers, body)
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1), tick=False)
    a_client(ana, "Ada Berg")
    pump.drain()
    headers, body, _ = receiver.received[-1]
    assert verified(new.secret, headers, body) and not verified(old.secret, headers, body)


# --- whom it may call --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [
    "http://example.org/hook", "ftp://example.org/", "example.org", "https://", "https://user:pw@example.org/",
    "https://exa mple.org/", "https://example.org/\r\nX: 1", "https://[::1", "https://" + "a" * 600 + ".org/"])
def test_an_address_that_can_never_be_called_is_refused_in_words(owner, url):
    with pytest.raises(BadInput) as refused:
        hooks.add_webhook(practice=owner.practice, url=url, events=["client.created"], by=owner)
    assert refused.value.field == "url"
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("ip", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.1"])
def test_our_own_network_is_never_called_also_when_the_name_leads_there_later(owner, ana, ip, monkeypatch):
    from practice.webhooks import sending

    places = {"books.example.org": ["93.184.216.34"]}
    called = []
    net = Net(lambda host, port: places[host], lambda *where: called.append(where))
    monkeypatch.setattr(sending.place_of, "__defaults__", (net,))
    hooks.add_webhook(practice=owner.practice, url="https://books.example.org/", events=["client.created"], by=owner)
    places["books.example.org"] = ["93.184.216.34", ip]
    with pytest.raises(BadInput, match="not on the open internet"):
        hooks.add_webhook(practice=owner.practice, url="https://books.example.org/", events=["client.created"], by=owner)
    a_client(ana)
    assert pump.drain(net=net) == {"waiting": 1}
    assert not called
    assert WebhookDelivery.objects.get().last_words == "books.example.org is not on the open internet."


def test_the_very_address_that_was_looked_at_is_connected_to(owner, ana, monkeypatch):
    from practice.webhooks import sending

    with Receiver() as system:
        asked = []

        def connect(ip, port, host, seconds):
            asked.append((ip, port, host))
            return socket.create_connection(("127.0.0.1", system.port), timeout=seconds)

        net = Net(lambda host, port: ["93.184.216.34"], connect)
        monkeypatch.setattr(sending.place_of, "__defaults__", (net,))
        hooks.add_webhook(practice=owner.practice, url="https://books.example.org/a?b=1", events=["client.created"], by=owner)
        a_client(ana)
        assert pump.drain(net=net) == {"sent": 1}
        headers, _, path = system.received[0]
    assert (asked, headers["Host"], path) == ([("93.184.216.34", 443, "books.example.org")], "books.example.org", "/a?b=1")


def test_an_address_stands_once_also_after_two_presses(told, receiver):
    told()
    with pytest.raises(BadInput, match="is there already"):
        told()
    assert Webhook.objects.count() == 1


def test_ten_addresses_are_the_most(told, receiver):
    for n in range(hooks.MOST):
        told(url=f"{receiver.url}/{n}")
    with pytest.raises(BadInput, match="10 addresses are the most"):
        told()


# --- who may -----------------------------------------------------------------------------------------------------------


def test_the_owner_alone_decides_who_is_told_and_it_is_written_down(told, owner, ana, desk, lakeside_owner):
    fresh = told()
    for member in (ana, desk, lakeside_owner):
        for act in (lambda by: hooks.add_webhook(practice=owner.practice, url=NOBODY, events=["client.created"], by=by),
                    lambda by: hooks.rotate_secret(webhook=fresh.webhook, by=by),
                    lambda by: hooks.switch(webhook=fresh.webhook, on=False, by=by),
                    lambda by: hooks.replay(webhook=fresh.webhook, by=by),
                    lambda by: hooks.send_test(webhook=fresh.webhook, by=by),
                    lambda by: hooks.remove_webhook(webhook=fresh.webhook, by=by)):
            with pytest.raises(NotAllowed):
                act(member)
    hooks.remove_webhook(webhook=fresh.webhook, by=owner)
    assert list(AuditEntry.objects.filter(verb__startswith="webhook_").order_by("pk").values_list("verb", flat=True)) == [
        "webhook_added", "webhook_removed"]


def test_nothing_is_sent_again_to_an_address_that_is_off(told, ana, owner):
    fresh = told()
    a_client(ana)
    hook = hooks.switch(webhook=fresh.webhook, on=False, by=owner)
    for act in (hooks.replay, hooks.send_test):
        with pytest.raises(Refusal, match="Switch it on first"):
            act(webhook=hook, by=owner)


@pytest.fixture
def after_the_first(monkeypatch):
    """`after_the_first(act)`: act once the first of a claimed batch was posted; the list of what was posted where."""
    def watch(act):
        posted = []

        def post(url, body, headers, net):
            posted.append(url)
            if len(posted) == 1:
                act()
            return 200

        monkeypatch.setattr(pump, "post", post)
        return posted

    return watch


def test_nothing_more_is_posted_once_it_is_off_and_what_waited_leaves_when_it_is_on(told, owner, after_the_first):
    fresh = told()
    for _ in range(3):
        hooks.send_test(webhook=fresh.webhook, by=owner)
    posted = after_the_first(lambda: hooks.switch(webhook=fresh.webhook, on=False, by=owner))
    assert pump.drain() == {"sent": 1, "postponed": 2}
    assert len(posted) == 1
    assert set(WebhookDelivery.objects.values_list("state", "attempts")) == {("sent", 1), ("waiting", 0)}
    hooks.switch(webhook=fresh.webhook, on=True, by=owner)
    assert pump.drain() == {"sent": 2}


def test_nothing_more_is_posted_to_an_address_that_was_removed_meanwhile(told, owner, after_the_first):
    fresh = told()
    for _ in range(3):
        hooks.send_test(webhook=fresh.webhook, by=owner)
    posted = after_the_first(lambda: hooks.remove_webhook(webhook=fresh.webhook, by=owner))
    pump.drain()
    assert len(posted) == 1


def test_what_is_posted_after_a_change_goes_to_the_new_address(told, owner, after_the_first):
    fresh = told()
    for _ in range(2):
        hooks.send_test(webhook=fresh.webhook, by=owner)
    posted = after_the_first(lambda: hooks.change_webhook(webhook=fresh.webhook, url=NOBODY, events=list(EVENTS), by=owner))
    pump.drain()
    assert posted == [fresh.webhook.url, NOBODY]


@pytest.mark.parametrize("events", [[], ["client.eaten"], ["client.created", "note.signed"]])
def test_an_event_nobody_knows_is_refused(inside, owner, events):
    with pytest.raises(BadInput, match="Choose at least one event"):
        hooks.add_webhook(practice=owner.practice, url=NOBODY, events=events, by=owner)
