"""Episodes, visits on hold and return plans on the page."""

from django.urls import reverse

from clients.models import Episode
from conftest import MONDAY
from sessions.booking import book_appointment
from sessions.models import Appointment, Hold, Plan
from sessions.rescheduling import propose_plan
from sessions.sending import send_plan
from sessions.tests.reading import clinical_in, visit_url, words_of


def test_a_therapist_reports_an_episode_with_the_likely_kind_chosen(weekly, page, ana, maria):
    url = reverse("sessions:episode_new", args=[maria.pk])
    assert '<option value="relapse" selected>' in words_of(page(ana).get(url))
    shown = page(ana).post(
        url, {"kind": "relapse", "status": "confirmed", "onset_on": MONDAY, "fever_or_infection": "no"}, follow=True
    )
    assert "Confirmed. 2 visits on hold until Mon 7 Dec." in words_of(shown)
    assert Appointment.objects.filter(status="held").count() == 2


def test_the_desk_writes_down_that_somebody_is_not_well_and_can_confirm_nothing(weekly, page, desk, maria):
    url = reverse("sessions:episode_new", args=[maria.pk])
    form = page(desk).get(url)
    assert [w for w in clinical_in(form) if w not in (b"fever", b"symptom", b"steroid")] == []
    typed = {
        "onset_on": MONDAY,
        "fever_or_infection": "no",
        "symptoms": "legs are heavy",
        "status": "confirmed",
        "kind": "other",
    }
    shown = page(desk).post(url, typed, follow=True)
    assert "Noted. Ana looks at it today; nothing moves until then." in words_of(shown)
    episode = Episode.objects.get()
    assert (episode.kind, episode.status, episode.symptoms) == ("relapse", "suspected", "legs are heavy")
    assert set(Appointment.objects.values_list("status", flat=True)) == {"booked"}


def test_words_about_an_episode_that_is_known_are_kept_with_it(relapse, page, ana, maria):
    typed = {
        "kind": "relapse",
        "status": "suspected",
        "onset_on": MONDAY,
        "fever_or_infection": "no",
        "symptoms": "and the left arm",
    }
    shown = page(ana).post(reverse("sessions:episode_new", args=[maria.pk]), typed, follow=True)
    assert "This belongs to the MS relapse that began Sat 21 Nov." in words_of(shown)
    assert [step.note for step in relapse.steps.all()].count("and the left arm") == 1


def test_one_press_confirms_and_the_page_says_what_is_held_and_what_stays_and_why(suspected, page, ana):
    url = reverse("sessions:episode", args=[suspected.pk])
    words = words_of(page(ana).get(url))
    for said in ("visits before Mon 7 Dec are put on hold", "On hold if you confirm.", "Stays, also if you confirm: not before Mon 7 Dec."):
        assert said in words
    page(ana).post(
        reverse("sessions:episode_status", args=[suspected.pk]), {"status": "confirmed", "on_word_of": "the MS team"}
    )
    words = words_of(page(ana).get(url))
    for said in ("on the word of the MS team", "Awaiting review", "On or after the review date, Mon 7 Dec."):
        assert said in words
    again = page(ana).post(reverse("sessions:episode_status", args=[suspected.pk]), {"status": "suspected"})
    assert again.status_code == 409


def test_not_a_relapse_gives_the_times_back_and_says_so(relapse, page, ana):
    shown = page(ana).post(
        reverse("sessions:episode_status", args=[relapse.pk]), {"status": "not_a_relapse"}, follow=True
    )
    assert "2 visits back at their times." in words_of(shown)
    assert Hold.objects.filter(outcome="restored").count() == 2


def test_the_plan_is_proposed_applied_and_undone_one_press_each(relapse, page, ana):
    browser = page(ana)
    proposed = browser.post(reverse("sessions:plan_new", args=[relapse.pk]), {"policy": "append"}, follow=True)
    plan = Plan.objects.get()
    words = words_of(proposed)
    assert "Move 2 visits" in words
    assert f"This one costs {plan.cost}, and no plan for these visits costs less" in words
    assert "Tue 24 Nov, 10:30" in words
    assert "Nothing has moved" in words
    applied = browser.post(reverse("sessions:plan_act", args=[plan.pk, "apply"]), follow=True)
    assert "2 visits moved." in words_of(applied)
    assert "Tue 24 Nov, 10:30" in words_of(applied)  # where it was still stands there
    assert not Appointment.objects.filter(status="held").exists()
    assert "Undone" in words_of(browser.post(reverse("sessions:plan_act", args=[plan.pk, "undo"]), follow=True))
    assert Appointment.objects.filter(status="held").count() == 2


def test_a_plan_the_diary_has_left_behind_says_so_and_offers_a_new_one(relapse, page, ana, kofi, neuro_45):
    plan = propose_plan(episode=relapse, by=ana)
    taken = plan.moves.order_by("position").first().starts_at
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=taken, by=ana)
    refused = page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "apply"]))
    assert refused.status_code == 409
    assert "Make a new plan" in words_of(refused)
    assert Appointment.objects.filter(status="held").count() == 2


def test_an_undo_that_finds_a_visit_changed_names_it(relapse, page, ana, desk):
    plan = propose_plan(episode=relapse, by=ana)
    page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "apply"]))
    moved = plan.moves.order_by("position").first().appointment
    page(desk).post(visit_url(moved, "appointment_act", "cancel"), {"reason": "away"})
    refused = page(ana).post(reverse("sessions:plan_act", args=[plan.pk, "undo"]))
    assert refused.status_code == 409
    assert moved.said in words_of(refused).replace("Changed since the plan: ", "")


def test_every_visit_on_hold_is_listed_overdue_first_and_can_be_let_go(relapse, weekly, page, desk, ana):
    Episode.objects.update(review_on=MONDAY)
    answer = page(desk).get(reverse("sessions:on_hold"))
    assert "overdue, Mon 23 Nov" in words_of(answer)
    assert clinical_in(answer) == []
    page(desk).post(visit_url(weekly[0], "appointment_act", "release"), {"next": reverse("sessions:on_hold")})
    weekly[0].refresh_from_db()
    assert weekly[0].status == "cancelled"
    assert "MS relapse" not in words_of(page(desk).get(visit_url(weekly[1])))


def test_the_plan_says_with_whom_and_where_it_differs_and_how_it_was_chosen_on_demand(relapse, page, ana, ben, garden):
    browser = page(ana)
    browser.post(reverse("sessions:plan_new", args=[relapse.pk]), {"policy": "append"})
    plan = Plan.objects.get()
    move = plan.moves.first()
    move.therapist, move.room = ben, garden
    move.save()
    url = reverse("sessions:plan", args=[plan.pk])
    words = words_of(browser.get(url))
    assert '<span class="meta">Ana Alves, River room</span>' in words
    assert '<span class="meta">Ben Baker, Garden room</span>' in words
    assert '<span class="meta">Ana Alves</span>' in words
    assert '<th scope="col">Becomes</th>' in words
    assert words.index("How this was chosen") < words.index("This one costs")
    Plan.objects.update(status="undone")
    undone = words_of(browser.get(url))
    assert '<th scope="col">Would have become</th>' in undone
    assert "Becomes" not in undone


def test_a_plan_the_client_was_asked_about_is_not_taken_back_by_proposing_another(relapse, page, ana):
    plan = send_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    browser = page(ana)
    assert "Propose a return plan" not in words_of(browser.get(reverse("sessions:episode", args=[relapse.pk])))
    shown = browser.post(reverse("sessions:plan_new", args=[relapse.pk]), {"policy": "append"}, follow=True)
    plan.refresh_from_db()
    assert plan.is_sent and Plan.objects.filter(episode=relapse).count() == 1
    assert "Take it back first" in words_of(shown) and "Take back" in words_of(shown)
