"""The practice's own pages: signing in, messages, what there is, and how a refusal reads."""

from datetime import date, time, timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from conftest import at
from practice import wording
from practice.models import Closure, Message, TimeOff
from practice.outbox import KINDS, Kind, Said
from practice.refusals import RefusalMiddleware, WrongState, refuse_all
from practice.tests.answers import text_of
from practice.views import nearest_first, week_of
from sessions.booking import book_appointment

# --- signing in ---


def test_signing_in_takes_the_password_and_says_what_to_check_when_it_does_not_fit(page, ana, db):
    ana.user.set_password("a long enough password")
    ana.user.save()
    wrong = page(None).post("/login/", {"username": ana.user.email, "password": "another"})
    assert "do not go together" in text_of(wrong)
    assert (
        page(None).post("/login/", {"username": ana.user.email, "password": "a long enough password"})["Location"]
        == "/"
    )


def test_the_demo_names_its_people_and_a_real_practice_nobody(page, ana, desk, settings):
    settings.DEMO = True
    words = text_of(page(None).get("/login/"))
    assert "Therapist ana@riverside.example" in words and "Front desk desk@riverside.example" in words
    settings.DEMO = False
    assert "riverside.example" not in text_of(page(None).get("/login/"))


def test_a_page_asked_for_before_signing_in_is_the_page_one_lands_on(page, ana):
    assert page(None).get("/messages/?state=sent")["Location"] == "/login/?next=/messages/%3Fstate%3Dsent"


# --- messages ---


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
        "why": "Reminder 2 days before.",
    } | fields
    return Message.objects.create(practice=practice, **fields)


def test_messages_are_shown_with_their_state_and_why(page, desk, booked):
    words = text_of(page(desk).get("/messages/"))
    assert "Maria Lindqvist" in words and "waiting" in words
    assert all(message.why in words for message in Message.objects.all())
    for clinical in ("relapse", "sclerosis", "flare", "numb"):
        assert clinical not in words.lower()


def test_messages_are_filtered_by_state_kind_and_client(page, desk, riverside, now):
    message_of(riverside, to_name="Sent Sam", state="sent", sent_at=now)
    message_of(riverside, to_name="Failing Fay", state="failed", start_version="2")
    message_of(riverside, to_name="Own Olga", client_id=desk.pk, start_version="3")

    def shown(query):
        return {
            name
            for name in ("Sent Sam", "Failing Fay", "Own Olga")
            if name in text_of(page(desk).get(f"/messages/{query}"))
        }

    assert shown("") == {"Sent Sam", "Failing Fay", "Own Olga"}
    assert shown("?state=sent") == {"Sent Sam"}
    assert shown(f"?client={desk.pk}") == {"Own Olga"}
    assert shown("?kind=cancelled") == set()
    assert "No message is like that" in text_of(page(desk).get("/messages/?state=cancelled"))
    assert shown("?state=nonsense&kind=nonsense&client=nonsense&page=nonsense") == {
        "Sent Sam",
        "Failing Fay",
        "Own Olga",
    }


def test_what_leaves_next_stands_before_what_leaves_in_a_month(riverside, now):
    ages = {"past": -3, "hour": 1 / 24, "month": 30, "week": 7}
    for name, days in ages.items():
        message_of(riverside, to_name=name, start_version=name, due_at=now + timedelta(days=days))
    assert [m.to_name for m in nearest_first(Message.objects.all())] == ["hour", "past", "week", "month"]


def test_an_empty_outbox_says_how_it_fills(page, desk, now):
    assert "appear here once a visit is booked" in text_of(page(desk).get("/messages/"))


def test_messages_that_stand_still_are_said_on_top(page, desk, riverside, now):
    waiting = message_of(riverside, due_at=now - timedelta(minutes=4))
    assert "standing still" not in text_of(page(desk).get("/messages/"))
    Message.objects.filter(pk=waiting.pk).update(due_at=now - timedelta(minutes=6))
    assert "Messages are standing still" in text_of(page(desk).get("/messages/"))


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


# --- what there is ---


def test_the_practice_page_names_people_hours_rooms_services_and_days_off(
    page, desk, ana, room, neuro_45, riverside, now
):
    Closure.objects.create(
        practice=riverside, name="Christmas", first_on=date(2026, 12, 25), last_on=date(2026, 12, 26)
    )
    Closure.objects.create(practice=riverside, name="Midsummer", first_on=date(2026, 6, 21), last_on=date(2026, 6, 21))
    TimeOff.objects.create(practice=riverside, therapist=ana, starts_at=at(9), ends_at=at(17, days=2), reason="course")
    words = text_of(page(desk).get("/practice/"))
    assert "Ana Alves Therapist, LMT 60123 Mon to Fri, 09:00 to 12:00, 13:00 to 17:00" in words
    assert "Neuro 45 45 15 after" in words and "River room" in words
    assert "Christmas Fri 25 Dec 2026 to Sat 26 Dec 2026" in words and "Midsummer" not in words
    assert "Ana Alves Tue 24 Nov, 09:00 to Wed 25 Nov, 17:00: course" in words


def test_another_practices_people_are_not_named(page, lakeside_owner, ana, room, neuro_45, now):
    words = text_of(page(lakeside_owner).get("/practice/"))
    assert "Lena Lake" in words and "Ana Alves" not in words and "River room" not in words and "Neuro 45" not in words


def hours(*stretches):
    return [SimpleNamespace(weekday=day, opens=time(opens), closes=time(closes)) for day, opens, closes in stretches]


def test_a_week_is_said_in_as_few_lines_as_it_takes():
    assert week_of([]) == []
    assert week_of(hours((0, 9, 12), (0, 13, 17), (1, 9, 12), (1, 13, 17), (3, 9, 12), (3, 13, 17), (4, 9, 13))) == [
        ("Mon to Tue", "09:00 to 12:00, 13:00 to 17:00"),
        ("Thu", "09:00 to 12:00, 13:00 to 17:00"),
        ("Fri", "09:00 to 13:00"),
    ]


# --- refusals ---


def refused(member, refusal, **headers):
    """How a refusal nobody caught reads, to this member or to a visitor."""
    request = RequestFactory().get("/r/something/", headers=headers)
    request.member, request.user = member, member.user if member else AnonymousUser()
    return RefusalMiddleware(lambda r: None).process_exception(request, refusal)


def test_a_refusal_reads_for_members_in_their_frame_and_for_visitors_without_it(desk):
    refusal = WrongState("The visit is over. Look at <today>.")
    member, visitor = refused(desk, refusal), refused(None, refusal)
    for answer in (member, visitor):
        assert answer.status_code == 409
        words = text_of(answer)
        assert "Not possible from here" in words and "The visit is over. Look at <today>." in words
        assert "Nothing was changed" in words
    assert "Diary" in text_of(member) and "Riverside Therapy" in text_of(member)
    assert "Diary" not in text_of(visitor) and "Riverside" not in text_of(visitor)
    assert "open its link again" in text_of(visitor)


def test_several_refusals_are_all_told(desk):
    with pytest.raises(WrongState) as first:
        refuse_all([WrongState("The time is taken."), WrongState("The room is closed.")])
    words = text_of(refused(desk, first.value))
    assert words.count("The time is taken.") == 1 and "The room is closed." in words


def test_the_way_back_leads_to_our_own_pages_only(desk):
    ours = refused(desk, WrongState("No."), referer="http://testserver/diary/")
    assert 'href="http://testserver/diary/"' in ours.content.decode()
    theirs = refused(desk, WrongState("No."), referer="https://elsewhere.example/testserver/")
    assert "elsewhere" not in theirs.content.decode()


def test_a_page_beyond_ones_role_is_refused_in_words(page, desk, maria, now):
    answer = page(desk).get(f"/clients/{maria.pk}/findings/new/")
    assert answer.status_code == 403
    assert "Your role does not include this page. The practice's owner can change roles." in text_of(answer)


def test_what_is_not_there_has_a_page(page, desk, now):
    answer = page(desk).get("/clients/01890000-0000-7000-8000-000000000000/")
    assert answer.status_code == 404 and "There is nothing at this address" in text_of(answer)
