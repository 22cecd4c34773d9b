"""Not well: told in two taps from wherever one is, with what to do now; what heat brought on; what is known by now."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clients.episode_policies import PUBLISHED
from clients.episodes import EpisodeGoesForward
from clients.models import Episode
from conftest import MONDAY, at
from practice import outbox
from practice.models import Message
from practice.refusals import BadInput, NotAllowed
from sessions import letters
from sessions.booking import book_appointment, cancel_appointment
from sessions.holds import change_episode, learn_of_episode, report_episode
from sessions.models import Appointment, Hold, WaitlistOffer
from sessions.online_letters import client_url
from sessions.rescheduling import apply_plan, propose_plan, undo_plan
from sessions.restoring import keep_appointment
from sessions.tests.reading import clinical_in, words_of
from sessions.waitlist import join_waitlist
from sessions.waitlist_letters import offer_url
from sessions.waitlist_offers import offer_freed_times

SETTLED = "Settled. The visits stay, in a cool room."


class Taps:
    """A browser without scripts that counts what is pressed: links, and buttons with what their form holds already."""

    def __init__(self, browser, start):
        self.browser, self.count = browser, 0
        self._show(browser.get(start, follow=True))

    def _show(self, response):
        assert response.status_code == 200, response.status_code
        self.response, self.words = response, words_of(response)
        self.path = response.wsgi_request.get_full_path()

    def link(self, words):
        """Press the first link of these words."""
        found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>(?:<svg.*?</svg>)?{words}', self.words, re.S)
        assert found, f"no link {words} on {self.path}"
        there = found[1] if found[1].startswith("/") else f"{urlsplit(self.path).path}{found[1]}"
        self.count += 1
        self._show(self.browser.get(there, follow=True))

    def button(self, words, **typed):
        """Press the first button of these words, with what stands in its form and what is typed."""
        for form in re.findall(r"<form\b.*?</form>", self.words, re.S):
            pressed = re.search(rf'<button[^>]*>(?:<svg.*?</svg>)?{words}', form, re.S)
            if pressed:
                break
        else:
            raise AssertionError(f"no button {words} on {self.path}")
        action = re.search(r'<form[^>]*action="([^"]+)"', form)
        named = re.search(r'name="(\w+)" value="([^"]*)"', pressed[0])
        self.count += 1
        self._show(self.browser.post(
            action[1] if action else self.path, _held(form) | (dict([named.groups()]) if named else {}) | typed,
            follow=True))


def _held(form):
    """What a form would send as it stands."""
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        is_choice = 'type="radio"' in tag or 'type="checkbox"' in tag
        if name and (not is_choice or "checked" in tag):
            sent[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r'<option value="([^"]*)"', options)
        sent[name] = chosen[1]
    return sent


def one_possible(kind="relapse"):
    (episode,) = Episode.objects.all()
    assert (episode.kind, episode.status, episode.onset_on) == (kind, "suspected", MONDAY)
    assert (episode.fever_or_infection, episode.heat_or_strain, episode.doctor_contacted_on) == (None, None, None)
    assert not Appointment.objects.filter(status="held").exists()
    return episode


def ours(url):
    return url.removeprefix("http://testserver")


# --- two taps from everywhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "words"), [("ana", "Report episode"), ("desk", "Not feeling well")])
def test_two_taps_from_the_clients_page_for_a_therapist_and_for_the_desk_on_the_phone(
    visit, page, maria, who, words, request
):
    taps = Taps(page(request.getfixturevalue(who)), reverse("clients:client", args=[maria.pk]))
    taps.link(words)
    taps.button("Report")
    assert taps.count == 2 and one_possible()


@pytest.mark.parametrize("who", ["ana", "desk"])
def test_two_taps_from_todays_row_and_one_is_back_at_today(now, page, maria, ana, neuro_45, who, request):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(15, days=0), by=ana)
    taps = Taps(page(request.getfixturevalue(who)), "/")
    taps.link("Client not well")
    taps.button("Report")
    assert taps.count == 2 and one_possible() and urlsplit(taps.path).path == "/"


def test_two_taps_from_the_link_in_a_reminder(visit, page):
    taps = Taps(page(None), ours(letters.visit_url(visit)))
    taps.link("I am not feeling well")
    taps.button("Send")
    assert taps.count == 2 and one_possible()
    assert PUBLISHED["relapse"].client_reads in taps.words and "Ana is told at once" in taps.words


def test_two_taps_from_the_clients_own_link(visit, riverside, page, maria):
    riverside.books_online, riverside.public_slug = True, "riverside"
    riverside.save()
    taps = Taps(page(None), ours(client_url(maria)))
    taps.link("I am not feeling well")
    taps.button("Send")
    assert taps.count == 2 and one_possible()


def test_two_taps_from_the_link_of_an_offered_time(visit, page, joao, ana, neuro_45):
    join_waitlist(client=joao, service=neuro_45, by=ana)
    cancel_appointment(appointment=visit, by=ana, reason="away")
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        offer_freed_times()
        offer = WaitlistOffer.objects.get(client=joao)
        taps = Taps(page(None), f"/w/{offer_url(offer).split('/w/')[1]}")
        taps.link("I am not feeling well")
        taps.button("Send")
    assert taps.count == 2 and one_possible("off_period").client == joao


def test_a_visit_on_hold_can_be_answered_with_not_well_too(relapse, weekly, page):
    weekly[0].refresh_from_db()
    taps = Taps(page(None), ours(letters.visit_url(weekly[0])))
    taps.link("I am not feeling well")
    taps.button("Send", symptoms="now the arm")
    assert [step.note for step in relapse.steps.all()].count("now the arm") == 1


def test_what_is_written_of_a_hold_and_of_a_plan_leads_to_it_too(relapse, weekly, page, ana, time_machine, mailoutbox):
    def last_link():
        time_machine.move_to(timezone.now() + timedelta(minutes=4))
        outbox.drain()
        return ours(re.findall(r"http://testserver/r/\S+", mailoutbox[-1].body)[0])

    links = [last_link()]
    plan = apply_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    links.append(last_link())
    undo_plan(plan=plan, by=ana)
    links.append(last_link())
    assert [mail.subject for mail in mailoutbox[-3:]] == [
        "Your appointments need a new time", "Your new appointment times", "Your appointments need a new time"]
    for link in links:
        Taps(page(None), link).link("I am not feeling well")


def test_somebody_without_a_visit_to_come_is_told_of_to_whoever_may_decide(now, page, maria, ana, ben, desk):
    report_episode(client=maria, kind="relapse", by=desk)
    for member in (ana, ben):
        assert "Maria Lindqvist: possible MS relapse since Mon 23 Nov." in words_of(page(member).get("/"))
    assert "Maria Lindqvist" not in words_of(page(desk).get("/"))


# --- what is asked, and what is said ------------------------------------------------------------------------------------


def test_everything_that_was_said_on_the_phone_is_written_down(visit, page, desk, maria):
    page(desk).post(reverse("sessions:episode_new", args=[maria.pk]), {
        "onset_on": MONDAY, "fever_or_infection": "no", "heat_or_strain": "yes", "symptoms": "legs are heavy",
        "doctor_contacted_on": MONDAY, "steroids_until": MONDAY + timedelta(days=4)})
    episode = Episode.objects.get()
    assert (episode.fever_or_infection, episode.heat_or_strain) == (False, True)
    assert (episode.doctor_contacted_on, episode.steroids_until) == (MONDAY, MONDAY + timedelta(days=4))


def test_what_a_client_says_of_heat_doctor_and_steroids_is_what_is_kept(visit, page):
    url = ours(letters.visit_url(visit))
    page(None).post(url, {"answer": "unwell", "heat_or_strain": "yes", "told": "1",
                          "steroids_until": MONDAY + timedelta(days=3)})
    episode = Episode.objects.get()
    assert (episode.heat_or_strain, episode.doctor_contacted_on, episode.steroids_until) == (
        True, MONDAY - timedelta(days=1), MONDAY + timedelta(days=3))
    Episode.objects.all().delete()
    page(None).post(url, {"answer": "unwell", "told": "earlier"})
    assert (Episode.objects.get().doctor_contacted_on, Episode.objects.get().symptoms) == (
        None, "The doctor or nurse knows.")


@pytest.mark.parametrize(("field", "day", "words"), [
    ("onset_on", MONDAY + timedelta(days=1), "Tue 24 Nov is still to come. When did it begin?"),
    ("steroids_until", MONDAY - timedelta(days=1), "Sun 22 Nov lies before it began on Mon 23 Nov."),
    ("doctor_contacted_on", MONDAY + timedelta(days=1), "Tue 24 Nov is still to come. When were they told?")])
def test_days_that_cannot_be_are_refused_in_words_and_nothing_typed_is_lost(
    visit, page, ana, maria, field, day, words
):
    typed = {"kind": "relapse", "status": "suspected", "onset_on": MONDAY, "symptoms": "legs are heavy",
             "heat_or_strain": "yes"} | {field: day}
    refused = page(ana).post(reverse("sessions:episode_new", args=[maria.pk]), typed)
    shown = words_of(refused)
    assert (refused.status_code, Episode.objects.count()) == (400, 0)
    assert words in shown and "legs are heavy" in shown and f'name="{field}" value="{day}"' in shown
    assert re.search(r'name="heat_or_strain" value="yes"[^>]*checked', shown)


def test_the_signs_that_mean_help_now_stand_where_it_is_reported(visit, page, ana, desk, maria, ines, neuro_45):
    url = reverse("sessions:episode_new", args=[ines.pk])
    of_ana, of_desk = words_of(page(ana).get(url)), page(desk).get(url)
    assert "longer than 72 hours" in of_ana and "emergency number" in of_ana
    assert "72 hours" not in words_of(of_desk) and "emergency number" in words_of(of_desk)
    assert [w for w in clinical_in(of_desk) if w not in (b"fever", b"symptom", b"steroid")] == []
    theirs = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    for say in ("unwell", "thanks"):
        assert "longer than 72 hours" in words_of(page(None).get(f"{ours(letters.visit_url(theirs))}?say={say}"))
        assert "unsafe to walk" in words_of(page(None).get(f"{ours(letters.visit_url(visit))}?say={say}"))


def test_one_is_led_back_to_a_page_of_ours_alone(visit, page, ana, maria):
    url = reverse("sessions:episode_new", args=[maria.pk])
    typed = {"kind": "relapse", "status": "suspected", "onset_on": MONDAY}
    there = page(ana).post(url, typed | {"next": "https://elsewhere.example/"})
    assert there.url == reverse("sessions:episode", args=[Episode.objects.get().pk])
    shown = words_of(page(ana).get(f"{url}?next=https://elsewhere.example/"))
    assert 'href="https://elsewhere' not in shown and 'name="next" value="https://elsewhere' not in shown


def test_over_http_the_same_facts_go_in_and_come_out(visit, api, ana, desk, maria):
    body = {"kind": "relapse", "onset_on": str(MONDAY), "heat_or_strain": True, "doctor_contacted_on": str(MONDAY)}
    made = api(desk).post(f"/api/v1/clients/{maria.pk}/episodes/", body)
    assert made.status_code == 201, made.json()
    url = f"/api/v1/episodes/{made.json()['id']}/"
    read = api(ana).get(url).json()
    assert (read["heat_or_strain"], read["doctor_contacted_on"], read["fever_or_infection"]) == (
        True, str(MONDAY), None)
    assert api(ana).patch(url, {"fever_or_infection": True}).status_code == 200
    assert api(ana).get(url).json()["fever_or_infection"] is True
    late = api(desk).post(f"/api/v1/clients/{maria.pk}/episodes/", body | {"doctor_contacted_on": "2026-12-24"})
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (400, "/doctor_contacted_on")
    assert api(desk).patch(url, {"fever_or_infection": False}).status_code == 403
    settled = api(ana).post(f"{url}status/", {"status": "resolved", "kind": "pseudo_relapse"})
    assert (settled.status_code, settled.json()["kind"], settled.json()["status"]) == (200, "pseudo_relapse", "resolved")
    assert api(ana).patch(url, {"fever_or_infection": False}).status_code == 409


# --- what heat or strain brought on -------------------------------------------------------------------------------------


def check_of(api, member, client, on, **more):
    return api(member).post(f"/api/v1/clients/{client.pk}/cautions/", {
        "on": str(on), "minutes": 45, "treatments": [
            {"technique": "effleurage", "region": "back", "side": "both", "pressure": 2, **more}]}).json()


@pytest.fixture
def from_heat(visit, maria, ana):
    return report_episode(client=maria, kind="relapse", by=ana, heat_or_strain=True).episode


def test_brought_on_by_heat_within_a_day_a_pseudo_relapse_is_proposed_and_one_press_settles_it(
    from_heat, visit, page, ana, maria, api
):
    taps = Taps(page(ana), reverse("sessions:episode", args=[from_heat.pk]))
    assert "It may be a pseudo-relapse" in taps.words
    taps.button("Settled")
    assert taps.count == 1 and SETTLED in taps.words and "Stays, in a cool room." in taps.words
    from_heat.refresh_from_db()
    visit.refresh_from_db()
    assert (from_heat.kind, from_heat.status, visit.status) == ("pseudo_relapse", "resolved", "booked")
    assert "keep the room cool" in words_of(page(ana).get(reverse("sessions:appointment", args=[visit.pk])))
    warm = check_of(api, ana, maria, visit.wall_date, temperature="hot")
    assert "pseudo-relapse-settled" in [reason["rule"] for reason in warm["reasons"]]
    later = check_of(api, ana, maria, MONDAY + timedelta(days=15), temperature="hot")
    assert "pseudo-relapse-settled" not in [reason["rule"] for reason in later["reasons"]]


@pytest.mark.parametrize(("days_ago", "facts"), [(2, {"heat_or_strain": True}), (0, {}), (0, {"heat_or_strain": False})])
def test_what_lasts_longer_or_came_of_itself_is_not_taken_for_one(visit, page, ana, maria, days_ago, facts):
    onset_on = MONDAY - timedelta(days=days_ago)
    episode = report_episode(client=maria, kind="relapse", onset_on=onset_on, by=ana, **facts).episode
    assert "It may be a pseudo-relapse" not in words_of(page(ana).get(reverse("sessions:episode", args=[episode.pk])))


def test_not_settled_yet_it_holds_nothing_and_the_page_says_why_each_visit_stays(from_heat, visit, page, ana):
    taps = Taps(page(ana), reverse("sessions:episode", args=[from_heat.pk]))
    taps.button("Pseudo-relapse, not settled yet")
    assert "Stays if it has settled by then, in a cool room." in taps.words
    assert "No visit is put on hold for this" in taps.words
    from_heat.refresh_from_db()
    assert (from_heat.kind, from_heat.status) == ("pseudo_relapse", "suspected")
    taps.button("Settled")
    assert taps.count == 2 and SETTLED in taps.words


def test_with_fever_there_is_no_session_until_it_is_over_at_booking_page_and_over_http(
    from_heat, visit, page, ana, maria, neuro_45, api
):
    learn_of_episode(episode=from_heat, by=ana, kind="pseudo_relapse", fever_or_infection=True)
    wish = {"client": str(maria.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk),
            "starts_at": "2026-11-24T14:00:00-05:00"}
    refused = api(ana).post("/api/v1/appointments/", wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "contraindicated")
    of_visit = page(ana).get(reverse("sessions:appointment", args=[visit.pk]))
    assert "Fever or infection: no session until it is over." in words_of(of_visit)
    assert check_of(api, ana, maria, visit.wall_date)["verdict"] == "stop"
    taps = Taps(page(ana), reverse("sessions:episode", args=[from_heat.pk]))
    assert "Stands, but no session until fever or infection is over." in taps.words
    taps.button("Settled, and free of fever")
    assert SETTLED in taps.words
    assert check_of(api, ana, maria, visit.wall_date)["verdict"] == "ok"
    assert api(ana).post("/api/v1/appointments/", wish).status_code == 201


def test_free_of_fever_by_now_is_written_down_and_the_stop_is_over(from_heat, page, ana, maria, visit, api):
    learn_of_episode(episode=from_heat, by=ana, kind="pseudo_relapse", fever_or_infection=True)
    page(ana).post(reverse("sessions:episode_facts", args=[from_heat.pk]), {
        "fever_or_infection": "no", "heat_or_strain": "yes"})
    assert check_of(api, ana, maria, visit.wall_date)["verdict"] == "ok"
    assert check_of(api, ana, maria, visit.wall_date, temperature="hot")["verdict"] == "caution"
    assert [step.note for step in from_heat.steps.all()].count("Fever or infection: no.") == 1


# --- what is known by now ----------------------------------------------------------------------------------------------


def test_steroids_that_outlast_the_hold_lengthen_it_and_hold_what_lies_before_the_new_day(relapse, weekly, page, ana):
    keep_appointment(appointment=weekly[0], by=ana, reason="she asked for it")
    before = relapse.hold_until
    shown = page(ana).post(reverse("sessions:episode_facts", args=[relapse.pk]), {
        "steroids_until": before, "fever_or_infection": "unknown", "heat_or_strain": "unknown"}, follow=True)
    relapse.refresh_from_db()
    assert (relapse.hold_until, relapse.review_on) == (before + timedelta(days=7), before + timedelta(days=7))
    statuses = {visit.wall_date: visit.status for visit in Appointment.objects.all()}
    assert statuses[MONDAY + timedelta(days=1)] == "booked", "what a therapist kept stays kept"
    assert [on for on, status in statuses.items() if status == "held"] == [
        MONDAY + timedelta(days=8), MONDAY + timedelta(days=15)]
    assert "1 visit more on hold until Mon 14 Dec." in words_of(shown)
    assert "Kept: she asked for it" in words_of(shown)
    assert "7 days after the last day of steroids, Mon 7 Dec (P)" in words_of(shown)
    assert Hold.objects.filter(outcome="").count() == 2


def test_a_shorter_course_shortens_no_hold(relapse, ana):
    learn_of_episode(episode=relapse, by=ana, steroids_until=MONDAY + timedelta(days=1))
    relapse.refresh_from_db()
    assert relapse.hold_until == MONDAY + timedelta(days=14)


def test_the_kind_stands_once_it_is_confirmed_and_what_is_over_is_left_alone(relapse, ana, desk):
    with pytest.raises(EpisodeGoesForward, match="its kind stands"):
        learn_of_episode(episode=relapse, by=ana, kind="pseudo_relapse")
    with pytest.raises(NotAllowed):
        learn_of_episode(episode=relapse, by=desk, fever_or_infection=False)
    with pytest.raises(BadInput, match="lies before it began"):
        learn_of_episode(episode=relapse, by=ana, steroids_until=MONDAY - timedelta(days=9))
    change_episode(episode=relapse, status="resolved", on=MONDAY, by=ana)
    with pytest.raises(EpisodeGoesForward, match="It is over"):
        learn_of_episode(episode=relapse, by=ana, fever_or_infection=True)


def test_a_status_backwards_is_refused_in_words_with_the_page_and_what_was_typed(relapse, page, ana):
    change_episode(episode=relapse, status="recovering", on=MONDAY, by=ana)
    refused = page(ana).post(reverse("sessions:episode_status", args=[relapse.pk]), {
        "status": "confirmed", "note": "worse again"})
    assert refused.status_code == 409
    assert "cannot become confirmed any more. Report a new episode" in words_of(refused)
    assert "worse again" in words_of(refused)


def test_confirming_and_holding_is_one_press_and_the_button_says_how_many(suspected, page, ana):
    taps = Taps(page(ana), reverse("sessions:episode", args=[suspected.pk]))
    taps.button("Confirm and hold 2 visits")
    assert taps.count == 1 and Appointment.objects.filter(status="held").count() == 2
    assert "14 days from Mon 23 Nov, when it was confirmed (P)" in taps.words
    assert Message.objects.filter(kind="held").count() == 1
    assert parse_qs(urlsplit(taps.path).query) == {}
