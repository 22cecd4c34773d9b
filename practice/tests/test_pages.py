"""The practice's own pages: signing in, what there is, and how a refusal reads."""

from datetime import date, time
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from conftest import at
from practice.models import Closure, TimeOff
from practice.refusals import RefusalMiddleware, WrongState, refuse_all
from practice.tests.answers import text_of
from practice.views import week_of

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
