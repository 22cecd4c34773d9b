"""The log of messages: four views, found and paged at a constant price; one message's course; who is to be rung."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.profiles import change_client
from conftest import at, make_client
from practice import wording
from practice.log import shelves
from practice.log.pace import batch_of, standing_still_since
from practice.log.shelves import COMING, NOT_SENT, SENT, leaf_of, place_from
from practice.log.telling import not_told_after_all, send_again, tell_by_phone
from practice.models import AuditEntry, Message
from practice.outbox import KINDS, Kind, Said, drain
from practice.refusals import WrongState
from practice.tests.answers import text_of
from sessions.booking import book_appointment, cancel_appointment


@pytest.fixture
def booked(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, 30, days=9), by=ana)


def message_of(practice, **fields):
    fields = {
        "kind": "reminder",
        "to_address": "x@clients.example",
        "to_name": "Rosa Vega",
        "due_at": timezone.now(),
        "subject_id": practice.pk,
        "start_version": str(Message.objects.count()),
        "why": "Reminder 2 days before.",
    } | fields
    return Message.objects.create(practice=practice, **fields)


@pytest.fixture
def note(monkeypatch):
    """A kind that always may leave."""
    monkeypatch.setitem(wording._texts("en"), "note", wording.Text("Hello", "Hello"))
    monkeypatch.setitem(KINDS, "note", Kind("note", "Note", lambda m: None, lambda m: Said({})))


# --- the four views ---


def test_messages_are_shown_with_when_they_leave_and_why(page, desk, booked):
    words = text_of(page(desk).get("/messages/"))
    assert "Maria Lindqvist" in words and "Visit Wed 2 Dec, 10:30" in words and "Coming 3" in words
    assert all(message.why in words for message in Message.objects.all())
    for clinical in ("relapse", "sclerosis", "flare", "numb"):
        assert clinical not in words.lower()


def test_each_message_stands_in_one_view_and_each_view_says_how_many(page, desk, riverside, now):
    ends = {"waiting": "", "sending": "", "sent": "sent", "failed": "not-delivered", "skipped": "not-sent",
            "cancelled": "not-sent"}
    for state in ends:
        message_of(riverside, to_name=f"Is {state}", state=state, sent_at=now if state == "sent" else None)
    for view in ("", "sent", "not-delivered", "not-sent"):
        words = text_of(page(desk).get(f"/messages/?view={view}"))
        assert {state for state in ends if f"Is {state}" in words} == {s for s, where in ends.items() if where == view}
        assert "Coming 2 Sent 1 Not delivered 1 Not sent 2" in words


def test_messages_are_filtered_by_state_kind_way_day_and_client(page, desk, maria, riverside, now):
    message_of(riverside, to_name="Sent Sam", state="sent", sent_at=now)
    message_of(riverside, to_name="Texted Tom", channel="sms")
    message_of(riverside, to_name="Cancelled Cy", state="cancelled", kind="cancelled")
    message_of(riverside, to_name="Skipped Sky", state="skipped")
    message_of(riverside, to_name="Own Olga", client_id=maria.pk, due_at=now + timedelta(days=3))

    def shown(query):
        words = text_of(page(desk).get(f"/messages/{query}"))
        names = ("Sent Sam", "Texted Tom", "Cancelled Cy", "Skipped Sky", "Own Olga")
        return {name for name in names if name in words}

    assert shown("") == {"Texted Tom", "Own Olga"}
    assert shown("?state=sent") == {"Sent Sam"}
    assert shown("?state=cancelled") == {"Cancelled Cy"}
    assert shown("?view=not-sent&kind=reminder") == {"Skipped Sky"}
    assert shown("?channel=sms") == {"Texted Tom"}
    assert shown(f"?client={maria.pk}") == {"Own Olga"}
    assert shown("?first_on=2026-11-24") == shown("?last_on=2026-11-26&first_on=2026-11-26") == {"Own Olga"}
    assert shown("?last_on=2026-11-23") == {"Texted Tom"}
    assert shown("?state=nonsense&kind=nonsense&client=nonsense&at=nonsense&visit_on=nonsense") == shown("")
    assert "No message is like that" in text_of(page(desk).get("/messages/?who=nobody"))


@pytest.mark.parametrize("typed, fits", [
    ("lindq", True), ("maria@clients", True), ("0102", True), ("Lindqist", True), ("Pereira", False),
    ("old@clients.example", True), ("elsewhere", False)])
def test_a_client_is_found_by_name_number_address_and_the_address_they_once_had(
        page, desk, maria, joao, riverside, now, typed, fits):
    maria.phone = "206 555 0102"
    maria.save()
    message_of(riverside, to_name="Maria Lindqvist", to_address="old@clients.example", client_id=maria.pk)
    assert ("Maria Lindqvist" in text_of(page(desk).get("/messages/", {"who": typed}))) == fits


def test_colleagues_and_doctors_are_found_by_a_part_of_their_name_or_address(page, desk, riverside, now):
    message_of(riverside, to_name="Dr Okafor", to_address="okafor@hospital.example")
    assert "Dr Okafor" in text_of(page(desk).get("/messages/?who=kafo"))
    assert "Dr Okafor" in text_of(page(desk).get("/messages/?who=hospital"))
    assert "Dr Okafor" not in text_of(page(desk).get("/messages/?who=lakeside"))


def test_messages_are_found_by_the_day_of_their_visit(page, desk, booked):
    assert "Maria" in text_of(page(desk).get("/messages/?visit_on=2026-12-02"))
    assert "Maria" not in text_of(page(desk).get("/messages/?visit_on=2026-12-03"))


def test_an_empty_outbox_says_how_it_fills(page, desk, now):
    assert "appear here once a visit is booked" in text_of(page(desk).get("/messages/"))


# --- pages of a long view ---


@pytest.mark.parametrize("shelf, state", [(COMING, "waiting"), (SENT, "sent")])
def test_a_long_view_is_walked_there_and_back_without_losing_or_repeating_one(riverside, now, monkeypatch, shelf, state):
    monkeypatch.setattr(shelves, "PER_PAGE", 3)
    for n in range(10):  # some at the very same moment
        when = now + timedelta(minutes=n // 4)
        message_of(riverside, to_name=str(n), state=state, due_at=when, sent_at=when if state == "sent" else None)
    rows, seen, place, turns = Message.objects.all(), [], None, []
    while True:
        leaf = leaf_of(rows, shelf, place)
        seen.append([m.to_name for m in leaf.rows])
        turns.append(leaf)
        if leaf.after is None:
            break
        place = leaf.after
    everything = [m.to_name for m in sorted(rows, key=lambda m: (m.due_at, m.pk), reverse=shelf is SENT)]
    assert [name for names in seen for name in names] == everything and [len(names) for names in seen] == [3, 3, 3, 1]
    assert turns[0].before is None
    for leaf, before in zip(reversed(turns), reversed(turns[:-1]), strict=False):
        back = leaf_of(rows, shelf, place_from(str(leaf.before), is_back=True))
        assert [m.to_name for m in back.rows] == [m.to_name for m in before.rows]
    assert leaf_of(rows, shelf, place_from(str(turns[1].before), is_back=True)).before is None


def test_a_view_of_two_states_is_one_list_in_order(riverside, now, monkeypatch):
    monkeypatch.setattr(shelves, "PER_PAGE", 4)
    for n in range(9):
        message_of(riverside, to_name=str(n), state=("skipped", "cancelled")[n % 2], due_at=now - timedelta(hours=n))
    first = leaf_of(Message.objects.all(), NOT_SENT, None)
    second = leaf_of(Message.objects.all(), NOT_SENT, first.after)
    assert [m.to_name for m in (*first.rows, *second.rows)] == list("01234567")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00"])
def test_a_place_at_the_end_of_time_is_no_fault(page, desk, riverside, now, at):
    shown = page(desk).get("/messages/", {"at": f"{at}~{riverside.pk}"})
    assert shown.status_code == 200
    assert "Coming 0" in text_of(shown)


def test_the_pages_links_lead_on_and_keep_what_was_asked(page, desk, riverside, now, monkeypatch):
    monkeypatch.setattr(shelves, "PER_PAGE", 2)
    for n in range(5):
        message_of(riverside, to_name=f"N{n}.", due_at=now + timedelta(hours=n), channel="sms" if n < 4 else "email")
    first = page(desk).get("/messages/?channel=sms")
    assert first.context["leaf"].before is None
    second = page(desk).get("/messages/", {"channel": "sms", "at": str(first.context["leaf"].after)})
    words = text_of(second)
    assert "N2." in words and "N3." in words and "N1." not in words and "N4." not in words
    assert 'rel="prev"' in second.content.decode() and 'rel="next"' not in second.content.decode()


@pytest.mark.parametrize("view", ["coming", "sent", "not-delivered", "not-sent"])
def test_a_page_of_the_log_takes_as_many_queries_for_forty_messages_as_for_one(
        page, desk, riverside, now, view, django_assert_max_num_queries):
    state = shelves.SHELVES[view].states[0]
    for n in range(45):
        client = make_client(riverside, f"Client {n}")
        message_of(riverside, client_id=client.pk, state=state, sent_at=now if state == "sent" else None)
    browser = page(desk)
    with django_assert_max_num_queries(18):
        browser.get("/messages/", {"view": view})


# --- whether they leave ---


def test_messages_that_stand_still_are_said_on_the_log_and_on_today(page, desk, riverside, now):
    waiting = message_of(riverside, due_at=now - timedelta(minutes=4))
    assert standing_still_since(riverside) is None
    assert "have not left" not in text_of(page(desk).get("/messages/"))
    Message.objects.filter(pk=waiting.pk).update(due_at=now - timedelta(minutes=6))
    for where in ("/messages/", "/"):
        words = text_of(page(desk).get(where))
        assert "Messages have not left since Mon 23 Nov, 07:54" in words and "drain_messages" in words
    other = message_of(riverside, state="sent", sent_at=now - timedelta(seconds=59))
    assert standing_still_since(riverside) is None  # a long batch, and others of it leave
    Message.objects.filter(pk=other.pk).update(sent_at=now - timedelta(seconds=61))
    assert standing_still_since(riverside) == now - timedelta(minutes=6)
    Message.objects.filter(pk=waiting.pk).update(claimed_until=now + timedelta(hours=1), attempts=3)
    assert standing_still_since(riverside) is None  # it was tried, and waits for the next attempt


def test_another_practices_standstill_is_not_ours(page, lakeside_owner, riverside, now):
    message_of(riverside, due_at=now - timedelta(hours=1))
    assert "have not left" not in text_of(page(lakeside_owner).get("/"))


def test_a_big_batch_shows_how_far_it_has_come_and_how_long_it_takes_at_this_pace(page, desk, riverside, now):
    began = now - timedelta(seconds=30)
    for n in range(60):
        message_of(riverside, state="sent", due_at=began, sent_at=began + timedelta(seconds=n / 2))
    for _ in range(40):
        message_of(riverside, due_at=began)
    batch = batch_of(riverside)
    assert (batch.sent, batch.of, batch.seconds) == (60, 100, 20)  # 60 in 30 seconds
    words = text_of(page(desk).get("/messages/"))
    assert "60 of 100 sent; at this pace 20 s more" in words
    assert "60 of 100 sent" in text_of(page(desk).get("/messages/progress/"))


def test_a_batch_none_of_which_has_left_names_no_time_and_a_small_one_is_not_shown(page, desk, riverside, now):
    for _ in range(20):
        message_of(riverside)
    assert batch_of(riverside) is None and page(desk).get("/messages/progress/").content.strip() == b""
    message_of(riverside)
    assert batch_of(riverside).seconds is None
    assert "0 of 21 sent; none left in the last minute" in text_of(page(desk).get("/messages/"))


# --- what did not arrive ---


def lost(practice, **fields):
    return message_of(practice, **{"state": "failed", "kind": "note", "why": "The mail server refused it for good (550).",
                                   "attempts": 1} | fields)


def test_whom_to_ring_stands_with_number_matter_and_reason(page, desk, maria, booked, riverside, note):
    change_client(client=maria, by=booked.therapist, phone="+1 206 555 0199")
    message = lost(riverside, client_id=maria.pk, appointment_id=booked.pk, to_address="gone@clients.example")
    answer = page(desk).get("/messages/?view=not-delivered")
    words = text_of(answer)
    assert 'href="tel:+12065550199"' in answer.content.decode()
    for part in ("Maria Lindqvist", "Note", "Visit Wed 2 Dec, 10:30", "refused it for good (550)", "Rung, told them"):
        assert part in words
    assert str(message.pk) in answer.content.decode()


def test_rung_once_is_noted_with_name_and_hour_and_leaves_the_list_and_today(page, desk, ana, riverside, note, now):
    message = lost(riverside)
    assert "1 message did not arrive: ring Rosa Vega" in text_of(page(desk).get("/"))
    url = f"/messages/{message.pk}/told/"
    assert page(desk).post(url, {"next": "/messages/?view=not-delivered"})["Location"] == "/messages/?view=not-delivered"
    assert page(ana).post(url).status_code == 302  # pressed again by somebody else: the first stands
    message.refresh_from_db()
    assert (message.told_by, message.told_at) == (desk, now)
    assert AuditEntry.objects.filter(verb="message_told", subject_id=message.pk).count() == 1
    assert "did not arrive: ring" not in text_of(page(desk).get("/"))
    assert "Rosa Vega" not in text_of(page(desk).get("/messages/?view=not-delivered"))
    assert "Dora Desk told them by phone, Mon 23 Nov, 08:00" in text_of(
        page(desk).get("/messages/?view=not-delivered&dealt=1"))
    assert "Dora Desk rang and told them." in text_of(page(desk).get(f"/messages/{message.pk}/"))


def test_rung_by_mistake_is_taken_back(riverside, desk, note, now):
    message = tell_by_phone(message=lost(riverside), by=desk)
    message = not_told_after_all(message=message, by=desk)
    assert message.told_at is None and shelves.to_be_told(Message.objects.all()).count() == 1


def test_what_is_over_or_went_another_way_needs_nobody(riverside, now, note):
    lost(riverside, useful_until=now - timedelta(minutes=1))
    first = lost(riverside)
    assert list(shelves.to_be_told(Message.objects.all())) == [first]
    message_of(riverside, channel="sms", instead_of=first, state="sent", sent_at=now)
    assert not shelves.to_be_told(Message.objects.all()).exists()
    assert shelves.dealt_with(Message.objects.all()).count() == 2


def test_only_what_was_lost_is_told_by_phone(riverside, desk, now):
    with pytest.raises(WrongState):
        tell_by_phone(message=message_of(riverside), by=desk)


def test_sent_again_it_goes_to_the_address_they_have_today(riverside, maria, desk, note, now, settings, mailoutbox):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    message = lost(riverside, client_id=maria.pk, to_address="gone@clients.example")
    again = send_again(message=message, by=desk)
    assert (again.state, again.to_address, again.attempts) == ("waiting", "maria@clients.example", 0)
    assert again.why == "Sent again by Dora Desk."
    drain()
    assert [mail.to for mail in mailoutbox] == [["Rosa Vega <maria@clients.example>"]]
    with pytest.raises(WrongState, match="Only a message that did not arrive"):
        send_again(message=again, by=desk)


@pytest.mark.parametrize("change, because", [
    ({"useful_until": -1}, "too late"), ({"channel": "sms"}, "not reached this way"), ({"kind": "reminder"}, "as things")])
def test_sending_again_is_refused_where_it_makes_no_sense(riverside, maria, desk, note, now, page, change, because):
    if "useful_until" in change:
        change = {"useful_until": now - timedelta(minutes=1)}
    message = lost(riverside, **{"client_id": maria.pk} | change)
    answer = page(desk).post(f"/messages/{message.pk}/again/")
    assert answer.status_code == 409 and because in text_of(answer)
    message.refresh_from_db()
    assert message.state == "failed"


def test_a_message_sent_again_asks_nobody_to_ring_any_more_and_names_the_next(riverside, desk, note, page, now):
    message = lost(riverside, channel="sms", delivery="undelivered", delivery_at=now)
    assert text_of(page(desk).get(f"/messages/{message.pk}/")).count("did not arrive") == 1
    again = page(desk).post(f"/messages/{message.pk}/again/")
    next_one = Message.objects.get(instead_of=message)
    assert again.url == f"/messages/{next_one.pk}/"
    assert "Sent again because the first did not arrive" in text_of(page(desk).get(again.url))
    before = text_of(page(desk).get(f"/messages/{message.pk}/"))
    assert "Rung, told them" not in before and "Sent again." in before


def test_sent_again_at_night_it_waits_for_the_morning(riverside, desk, note, time_machine, page):
    time_machine.move_to(at(22))
    message = lost(riverside, time_zone="America/New_York")
    page(desk).post(f"/messages/{message.pk}/again/")
    assert Message.objects.get(instead_of=message).due_at == at(8, days=2)


def test_sending_again_is_offered_for_a_new_address_or_after_a_passing_trouble(page, desk, maria, riverside, note, now):
    def offered(**fields):
        Message.objects.all().delete()
        lost(riverside, client_id=maria.pk, **fields)
        return "Send again" in text_of(page(desk).get("/messages/?view=not-delivered"))

    assert offered(to_address="gone@clients.example")
    assert offered(to_address=maria.email, attempts=12)
    assert not offered(to_address=maria.email)  # refused for good, and there is no other
    assert not offered(to_address="gone@clients.example", channel="sms")


# --- one message ---


def test_the_course_of_a_message_tells_each_step_and_the_rule_that_queued_it(page, desk, booked, time_machine, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    drain()
    message = Message.objects.get(kind="booked")
    Message.objects.filter(pk=message.pk).update(attempts=3, delivery="delivered", delivery_at=timezone.now())
    words = text_of(page(desk).get(f"/messages/{message.pk}/"))
    for step in ("23 Nov, 08:00 Queued. Confirms the booking.", "23 Nov, 08:04 Handed over at the 3rd attempt.",
                 "It arrived, says whoever carried it.", "It left as “Your appointment is booked: Wed 2 Dec, 10:30”"):
        assert step in words
    assert reverse("sessions:appointment", args=[booked.pk]) in page(desk).get(f"/messages/{message.pk}/").content.decode()


def test_a_message_that_was_taken_back_still_says_why_it_was_queued(page, desk, ana, booked):
    cancel_appointment(appointment=booked, by=ana)
    message = Message.objects.get(rule="Reminder 7 days before.")
    words = text_of(page(desk).get(f"/messages/{message.pk}/"))
    assert "Queued. Reminder 7 days before." in words and "Not sent: The visit was cancelled." in words


def test_the_messages_that_belong_together_lead_to_each_other(page, desk, riverside, note, now):
    first = lost(riverside)
    second = message_of(riverside, channel="sms", instead_of=first, state="sent", sent_at=now, kind="note")
    inside = message_of(riverside, told_with=second, state="skipped", kind="note", why="Told with another.")
    pages = {m.pk: page(desk).get(f"/messages/{m.pk}/") for m in (first, second, inside)}
    assert "Sent another way instead." in text_of(pages[first.pk])
    assert "because the first did not arrive" in text_of(pages[second.pk]) and "Said in it as well: note." in text_of(
        pages[second.pk])
    assert "Left inside another message" in text_of(pages[inside.pk])
    assert f"/messages/{second.pk}/" in pages[first.pk].content.decode()


@pytest.fixture
def notice(monkeypatch):
    """A kind of message with a link in it."""
    kind = Kind(
        "notice",
        "Notice",
        lambda m: "They said no.",
        lambda m: Said({"link": "http://h.example/r/s3cret/"}),
    )
    monkeypatch.setitem(wording._texts("en"), "notice", wording.Text("About you", "Look: {link} <b>"))
    monkeypatch.setitem(KINDS, "notice", kind)


def test_a_message_reads_as_it_leaves_and_its_link_works_in_the_demo_only_and_never_for_the_desk(
        page, ana, desk, riverside, notice, settings, now):
    message = message_of(riverside, kind="notice")
    settings.DEMO = True
    assert "s3cret" not in page(desk).get(f"/messages/{message.pk}/").content.decode()
    shown = page(ana).get(f"/messages/{message.pk}/")
    assert 'href="http://h.example/r/s3cret/"' in shown.content.decode() and "&lt;b&gt;" in shown.content.decode()
    assert "It would not leave as things stand They said no." in text_of(shown)
    settings.DEMO = False
    assert "s3cret" not in page(ana).get(f"/messages/{message.pk}/").content.decode()


def test_a_message_whose_subject_is_gone_or_whose_kind_is_gone_still_opens(page, desk, riverside, monkeypatch, now):
    def gone(message):
        raise LookupError

    monkeypatch.setitem(KINDS, "notice", Kind("notice", "Notice", lambda m: None, gone))
    message = message_of(riverside, kind="notice", state="sent", sent_at=now)
    assert "has changed since" in text_of(page(desk).get(f"/messages/{message.pk}/"))
    Message.objects.filter(pk=message.pk).update(kind="forgotten")
    assert "writes this kind of message any more" in text_of(page(desk).get(f"/messages/{message.pk}/"))


def test_another_practice_sees_none_of_the_messages(page, lakeside_owner, booked):
    message = Message.objects.first()
    assert "Maria" not in text_of(page(lakeside_owner).get("/messages/"))
    assert page(lakeside_owner).get(f"/messages/{message.pk}/").status_code == 404
