"""The page behind the link in a message: looking changes nothing, each answer is one act, dead links tell nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clients.models import Episode, EpisodeStep
from conftest import MONDAY, at, make_client
from practice import links, outbox
from practice.models import ActionLink, AuditEntry, Message
from sessions import letters
from sessions.booking import book_appointment, cancel_appointment
from sessions.holds import change_episode, report_episode
from sessions.models import Appointment, AppointmentEvent

NASTY = "<script>alert(1)</script>"


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=3), by=ana)


@pytest.fixture
def url(visit):
    return letters.visit_url(visit).removeprefix("http://testserver")


def words_of(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


def rows():
    return [
        list(m.objects.order_by("pk").values())
        for m in (Appointment, AppointmentEvent, Episode, EpisodeStep, Message, AuditEntry, ActionLink)
    ]


def test_the_page_says_when_where_and_with_whom_and_nothing_else(visit, url, page):
    words = words_of(page(None).get(url))
    for said in (
        "Thu 26 Nov, 10:00",
        "45 minutes with Ana",
        "River room",
        "12 Water Street",
        "Yes, I will come",
        "I need another time",
        "I am not feeling well",
    ):
        assert said in words
    for kept_back in ("Lindqvist", "Alves", "maria@", "sclerosis", "relapse", "flare"):
        assert kept_back not in words


def test_looking_changes_nothing(visit, url, page):
    before = rows()
    for query in ("", "?say=unwell", "?say=thanks", "?answer=yes", "?say=x"):
        assert page(None).get(url + query).status_code == 200
        assert page(None).head(url + query).status_code == 200
    assert rows() == before


def test_no_cache_no_index_no_referrer(visit, url, page):
    for answer in (page(None).get(url), page(None).get("/r/nobody/"), page(None).post(url, {"answer": "yes"})):
        assert (answer.headers["Referrer-Policy"], answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == (
            "no-referrer",
            "noindex",
            "no-store",
        )


def test_five_taps_on_yes_confirm_once(visit, url, page):
    browser = page(None)
    for _ in range(5):
        shown = browser.post(url, {"answer": "yes"}, follow=True)
    assert "You said you will come" in words_of(shown)
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("confirmed", 2)
    assert AppointmentEvent.objects.filter(appointment=visit, verb="confirm", by_name="Maria Lindqvist").count() == 1


def test_five_taps_on_another_time_ask_once_and_the_visit_stays(visit, url, page, ana):
    browser = page(None)
    for _ in range(5):
        shown = browser.post(url, {"answer": "other-time"}, follow=True)
    assert "Until then this time stays yours." in words_of(shown)
    visit.refresh_from_db()
    assert (visit.status, visit.wants_other_time) == ("booked", True)
    assert AppointmentEvent.objects.filter(verb="other-time").count() == 1
    assert "asked for another time" in words_of(page(ana).get("/"))


def test_a_client_who_comes_after_all_takes_the_wish_for_another_time_back(visit, url, page, ana):
    for answer in ("yes", "other-time", "yes", "yes"):
        shown = page(None).post(url, {"answer": answer}, follow=True)
    assert "You said you will come" in words_of(shown)
    visit.refresh_from_db()
    assert (visit.status, visit.wants_other_time) == ("confirmed", False)
    history = words_of(page(ana).get(f"/appointments/{visit.pk}/"))
    assert history.count("Comes at the old time after all") == 1
    assert "asked for another time" not in words_of(page(ana).get("/"))


def test_five_taps_on_not_well_are_one_possible_episode_and_nothing_moves(visit, url, page):
    browser = page(None)
    asked = words_of(browser.get(f"{url}?say=unwell"))
    assert "Is it a flare or a relapse" in asked
    assert "When did it begin?" in asked
    for _ in range(5):
        shown = browser.post(url, {"answer": "unwell", "symptoms": "legs like lead"}, follow=True)
    episode = Episode.objects.get()
    assert (episode.kind, episode.status, episode.symptoms, episode.onset_on) == (
        "relapse",
        "suspected",
        "legs like lead",
        MONDAY,
    )
    assert episode.reported_by == "Maria Lindqvist"
    assert EpisodeStep.objects.count() == 1
    assert Message.objects.filter(kind="look-today").count() == 1
    visit.refresh_from_db()
    assert (visit.status, visit.version) == ("booked", 1)
    assert "Nothing is cancelled. Ana is told at once" in words_of(shown)
    assert "emergency number" in words_of(shown)


def test_since_when_and_whether_there_is_fever_is_what_the_client_said_and_nothing_is_made_up(visit, url, page, ana):
    page(None).post(url, {"answer": "unwell"})
    episode = Episode.objects.get()
    assert (episode.onset_on, episode.fever_or_infection) == (MONDAY, None)
    assert "not asked yet" in words_of(page(ana).get(reverse("sessions:episode", args=[episode.pk])))
    Episode.objects.all().delete()
    told = {"answer": "unwell", "began": "2", "fever_or_infection": "yes", "symptoms": "legs like lead"}
    for _ in range(2):
        page(None).post(url, told)
    episode = Episode.objects.get()
    assert (episode.onset_on, episode.fever_or_infection) == (MONDAY - timedelta(days=2), True)
    assert episode.symptoms == "It began two or three days ago. legs like lead"
    assert page(None).post(url, told | {"began": "99"}).status_code == 422


def test_the_therapist_is_not_asked_to_look_at_what_has_been_decided(visit, url, page, ana, now):
    page(None).post(url, {"answer": "unwell"})
    change_episode(episode=Episode.objects.get(), status="confirmed", on=MONDAY, by=ana)
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        outbox.drain()
    look = Message.objects.get(kind="look-today")
    assert (look.state, look.why) == ("skipped", "It has been dealt with.")


def test_a_kind_that_never_joins_the_last_one_is_one_episode_a_day_too(now, page, ines, ana, neuro_45):
    visit = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    url = letters.visit_url(visit).removeprefix("http://testserver")
    for words in ("", "", "light hurts", "light hurts"):
        page(None).post(url, {"answer": "unwell", "symptoms": words})
    assert Episode.objects.get().kind == "migraine_attack"
    assert [step.note for step in EpisodeStep.objects.filter(by_name="Ines Moreau")].count("light hurts") == 1


def test_words_about_a_relapse_that_is_known_reach_it_and_today_shows_it(visit, url, page, maria, ana):
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=5), by=ana).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY - timedelta(days=4), by=ana)
    change_episode(episode=episode, status="recovering", on=MONDAY, by=ana)
    Appointment.objects.filter(pk=visit.pk).update(status="booked")
    for _ in range(3):
        page(None).post(url, {"answer": "unwell"})
    assert Episode.objects.count() == 1
    assert [step.note for step in EpisodeStep.objects.all()].count("Not feeling well again.") == 1
    assert "Maria Lindqvist wrote again: MS relapse since Wed 18 Nov." in words_of(page(ana).get("/"))


def test_dead_links_of_every_kind_get_one_page_byte_for_byte(visit, url, page, riverside):
    live = page(None).get(url)
    with time_machine.travel(visit.ends_at + timedelta(minutes=1), tick=False):
        expired = page(None).get(url)
    other = links.link_for(
        practice=riverside, purpose="something-else", subject_id=visit.pk, expires_at=timezone.now() + timedelta(days=1)
    )
    nobody = links.link_for(
        practice=riverside,
        purpose=letters.VISIT_LINK,
        subject_id=riverside.pk,
        expires_at=timezone.now() + timedelta(days=1),
    )
    dead = [
        expired,
        page(None).get("/r/unknown/"),
        page(None).get(f"/r/{other}/"),
        page(None).get(f"/r/{nobody}/"),
        page(None).post("/r/unknown/", {"answer": "yes"}),
        page(None).get(f"/r/{'x' * 500}/"),
    ]
    assert {answer.status_code for answer in dead} == {404}
    assert len({answer.content for answer in dead}) == 1
    assert live.status_code == 200
    assert b"Riverside" not in dead[0].content


def test_a_cancelled_visit_says_so_kindly_and_takes_no_answer(visit, url, page, ana):
    cancel_appointment(appointment=visit, by=ana, reason="sick")
    assert "This appointment is cancelled" in words_of(page(None).get(url))
    refused = page(None).post(url, {"answer": "yes"})
    assert (refused.status_code, "This appointment is cancelled" in words_of(refused)) == (409, True)
    page(None).post(url, {"answer": "unwell"})
    assert not Episode.objects.exists()


def test_a_visit_on_hold_says_that_there_is_nothing_to_do(visit, url, page, maria, ana):
    episode = report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana).episode
    change_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    words = words_of(page(None).get(url))
    assert "This appointment is on hold" in words
    assert "there is no fee" in words
    assert "relapse" not in words


def test_hostile_and_oversized_words_stay_words(visit, url, page, ana):
    page(None).post(url, {"answer": "unwell", "symptoms": NASTY})
    episode = Episode.objects.get()
    assert episode.symptoms == NASTY
    assert NASTY not in words_of(page(ana).get(f"/episodes/{episode.pk}/"))
    long = page(None).post(url, {"answer": "unwell", "symptoms": "x" * 2001})
    assert (long.status_code, "longer than we can keep" in words_of(long), "x" * 2001 in words_of(long)) == (
        422,
        True,
        True,
    )
    assert page(None).post(url, {"answer": "yes\x00"}).status_code in (302, 400)


def test_a_hostile_name_is_inert_on_the_page_and_in_the_history(now, riverside, page, ana, neuro_45):
    eve = make_client(riverside, f"Eve {NASTY}")
    visit = book_appointment(client=eve, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    url = letters.visit_url(visit).removeprefix("http://testserver")
    page(None).post(url, {"answer": "other-time"})
    assert NASTY not in words_of(page(None).get(url))
    assert NASTY not in words_of(page(ana).get(f"/appointments/{visit.pk}/"))
