"""Every staff page of the diary: looking changes nothing, strangers find nothing, hostile words stay words."""

import re

from django.urls import reverse

from clients.models import Episode, EpisodeStep
from conftest import MONDAY, at, make_client, make_practice
from practice.models import Message
from sessions.booking import book_appointment
from sessions.models import Appointment, AppointmentEvent, Hold, Plan, Series
from sessions.rescheduling import propose_plan
from sessions.tests.reading import NASTY, clinical_in, visit_url, words_of


def all_pages(visit, episode, plan, client):
    return [
        "/",
        "/diary/",
        "/diary/?by=room",
        "/diary/?view=week",
        "/book/",
        f"/book/?client={client.pk}",
        f"/series/new/?client={client.pk}",
        visit_url(visit),
        reverse("sessions:episode_new", args=[client.pk]),
        visit_url(episode, "episode"),
        visit_url(plan, "plan"),
        "/on-hold/",
    ]


def test_looking_at_any_page_changes_nothing(relapse, weekly, page, ana, maria):
    plan = propose_plan(episode=relapse, by=ana)

    def state():
        return [
            list(model.objects.order_by("pk").values())
            for model in (Appointment, AppointmentEvent, Hold, Plan, Episode, EpisodeStep, Series, Message)
        ]

    before = state()
    for url in all_pages(weekly[0], relapse, plan, maria):
        assert page(ana).get(url).status_code == 200
    assert state() == before


def test_another_practice_finds_none_of_it(relapse, weekly, page, ana, maria, lakeside_owner):
    plan, browser = propose_plan(episode=relapse, by=ana), page(lakeside_owner)
    for url in all_pages(weekly[0], relapse, plan, maria):
        answer = browser.get(url)
        assert b"Maria" not in answer.content
        assert answer.status_code == (404 if str(maria.pk) in url or re.search("[0-9a-f-]{36}", url) else 200)
    posts = [
        visit_url(weekly[0], "appointment_act", "cancel"),
        visit_url(weekly[0], "appointment_move"),
        visit_url(relapse, "episode_status"),
        visit_url(relapse, "plan_new"),
        visit_url(plan, "plan_act", "apply"),
        reverse("sessions:episode_new", args=[maria.pk]),
    ]
    assert {browser.post(url, {"reason": "other"}).status_code for url in posts} == {404}


def test_nobody_is_sent_to_sign_in_and_the_desk_is_kept_from_episodes(relapse, weekly, page, ana, maria, desk):
    plan = propose_plan(episode=relapse, by=ana)
    for url in all_pages(weekly[0], relapse, plan, maria):
        assert page(None).get(url).headers["Location"].startswith("/login/")
    for url in (visit_url(relapse, "episode"),):
        answer = page(desk).get(url)
        assert answer.status_code == 403
        assert clinical_in(answer) == []
    assert page(desk).post(visit_url(relapse, "episode_status"), {"status": "resolved"}).status_code == 403
    assert Episode.objects.get().status == "confirmed"


def test_hostile_words_stay_words_on_every_page(now, page, ana, riverside, neuro_45):
    nasty = make_client(riverside, f"Eve {NASTY}", "ms-relapsing-remitting", email="eve@clients.example")
    visit = book_appointment(client=nasty, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    page(ana).post(
        reverse("sessions:episode_new", args=[nasty.pk]),
        {"kind": "relapse", "status": "confirmed", "onset_on": MONDAY, "fever_or_infection": "no", "symptoms": NASTY},
    )
    episode = Episode.objects.get()
    plan = propose_plan(episode=episode, by=ana)
    for url in [*all_pages(visit, episode, plan, nasty), f"/book/?q={NASTY}", f"/book/?{NASTY}={NASTY}"]:
        body = page(ana).get(url).content
        assert b"<script>alert" not in body
        assert b"Eve 14" not in body


def test_a_practice_in_another_zone_says_its_own_wall_times(now, page, lakeside_owner):
    lakeside_owner.practice.time_zone = "Asia/Tokyo"
    lakeside_owner.practice.save()
    assert "Mon 23 Nov 2026" in words_of(page(lakeside_owner).get("/"))
    assert make_practice("Other").time_zone != "Asia/Tokyo"


def test_the_clients_page_carries_visits_for_everybody_and_episodes_for_therapists(
    relapse, weekly, page, ana, desk, maria
):
    url = reverse("clients:client_visits", args=[maria.pk])
    of_ana, of_desk = page(ana).get(url), page(desk).get(url)
    assert "MS relapse since Sat 21 Nov 2026" in words_of(of_ana)
    assert "Visits on hold until Mon 7 Dec." in words_of(of_ana)
    assert reverse("sessions:appointment", args=[weekly[0].pk]) in words_of(of_desk)
    assert "On hold: time released" in words_of(of_desk)
    assert [word for word in clinical_in(of_desk) if word != b"episode"] == []  # the way to report one
