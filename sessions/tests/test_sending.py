"""A plan sent to the client: times kept while they are asked, one yes for all of them, everything as it was otherwise."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.utils import timezone

from clients.keeping.merging import merge_clients
from clients.models import Finding
from conftest import MONDAY, at, make_client
from practice import outbox
from practice.models import Closure, Message, TimeOff
from practice.refusals import BadInput, Refusal, WrongState
from sessions import holds, requests, reserved, restoring, waitlist_offers
from sessions.booking import (
    accept_appointment,
    ask_for_another_time,
    book_appointment,
    cancel_appointment,
    confirm_appointment,
    move_appointment,
)
from sessions.diary import SlotTaken
from sessions.models import Appointment, Hold, Plan
from sessions.objections import Contraindicated
from sessions.plan_changes import plan_rest_anew
from sessions.plan_letters import plan_url
from sessions.requests import decline_request
from sessions.rescheduling import PlanStale, UndoConflict, apply_plan, propose_plan, undo_plan
from sessions.sending import CannotBeAsked, accept_plan, plan_behind, send_plan, some_do_not_suit, take_back_plan
from sessions.states import VisitNotInState
from sessions.tests.reading import clinical_in, words_of

FIELDS = [f.attname for f in Appointment._meta.concrete_fields if f.name not in ("version", "sequence")]


@pytest.fixture
def plan(relapse, ana):
    return propose_plan(episode=relapse, by=ana)


@pytest.fixture
def sent(plan, ana):
    return send_plan(plan=plan, by=ana)


def rows():
    return list(Appointment.objects.order_by("pk").values(*FIELDS))


def open_holds():
    return Hold.objects.filter(outcome="").count()


def kept(plan):
    return list(Appointment.objects.filter(reserved_by=plan).order_by("starts_at"))


def link_of(plan):
    return "/p/" + plan_url(plan).rstrip("/").rsplit("/", 1)[1] + "/"


def letters(kind):
    return Message.objects.filter(kind=kind).values_list("state", flat=True)


def deliver(*kinds):
    Message.objects.filter(kind__in=kinds).update(state="sent", sent_at=timezone.now())


# --- asked -----------------------------------------------------------------------------------------------------------


def test_asking_keeps_the_new_times_for_three_days_and_writes_once(plan, ana, kofi, neuro_45):
    sent = send_plan(plan=plan, by=ana)
    moves = list(sent.moves.select_related("appointment"))
    assert [(m.appointment.status, m.appointment.starts_at == m.starts_at, m.appointment.sequence) for m in moves] == [
        ("proposed", True, 1)] * 2
    assert {m.appointment.expires_at for m in moves} == {timezone.now() + timedelta(hours=72)} == {sent.expires_at}
    assert open_holds() == 2, "they still count as on hold, in a plan"
    assert list(letters("plan-to-accept")) == ["waiting"]
    assert sent.moves.filter(appointment=moves[0].appointment).exists() and sent.status == "proposed"
    with pytest.raises(SlotTaken):
        book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=moves[0].starts_at, by=ana)
    with pytest.raises(WrongState, match="asked already"):
        send_plan(plan=sent, by=ana)


def test_nobody_is_asked_who_is_not_written_to_or_where_nothing_has_a_new_time(relapse, maria, ana):
    maria.channels = []
    maria.save()
    with pytest.raises(CannotBeAsked, match="by phone"):
        send_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    maria.channels = ["email"]
    maria.save()
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=at(0, days=15), ends_at=at(0, days=130))
    with pytest.raises(WrongState, match="nothing to ask"):
        send_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    assert not Appointment.objects.filter(status="proposed").exists()


def test_a_plan_whose_time_was_taken_is_not_sent_and_says_what_is_open_near_it(plan, ana, kofi, neuro_45):
    first = plan.moves.first().starts_at
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=first, by=ana)
    with pytest.raises(PlanStale) as refused:
        send_plan(plan=plan, by=ana)
    assert "Near it are open: " in refused.value.detail
    assert len(refused.value.more["nearest"]) == 3
    plan.refresh_from_db()
    assert (plan.status, plan.sent_at, kept(plan)) == ("stale", None, [])


@pytest.mark.parametrize("verb", [
    lambda v, by: accept_appointment(appointment=v, by=by),
    lambda v, by: confirm_appointment(appointment=v, by=by),
    lambda v, by: cancel_appointment(appointment=v, by=by),
    lambda v, by: move_appointment(appointment=v, starts_at=at(15, days=60), by=by),
    lambda v, by: ask_for_another_time(appointment=v, by=by),
    lambda v, by: decline_request(appointment=v, by=by),
    lambda v, by: restoring.release_appointment(appointment=v, by=by),
    lambda v, by: restoring.keep_appointment(appointment=v, by=by, reason="x"),
])
def test_a_time_kept_for_an_answer_belongs_to_its_plan_alone(sent, ana, verb):
    before = rows()
    with pytest.raises(VisitNotInState, match="take the plan back"):
        verb(kept(sent)[0], ana)
    assert rows() == before


def test_the_database_lets_a_plan_keep_only_proposed_times_that_run_out(sent, relapse):
    for change in ({"status": "booked"}, {"expires_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appointment.objects.filter(pk=kept(sent)[0].pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.filter(pk=sent.pk).update(sent_at=None, answered_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(practice=sent.practice, client=sent.client, episode=relapse, return_on=MONDAY,
                            diary_print="", made_by_name="x", expires_at=timezone.now())


# --- answered --------------------------------------------------------------------------------------------------------


def test_one_yes_applies_the_plan_in_the_clients_name_and_further_taps_change_nothing(sent, maria):
    for _ in range(3):
        done = accept_plan(plan=Plan.objects.select_related("client__practice", "practice").get(pk=sent.pk))
        assert done.status == "applied"
    visits = Appointment.objects.filter(plan_moves__plan=sent)
    assert {(v.status, v.reserved_by_id, v.expires_at) for v in visits} == {("booked", None, None)}
    assert set(Hold.objects.values_list("outcome", flat=True)) == {"planned"}
    assert [e.by_name for e in visits.first().events.filter(verb="moved")] == [maria.name]
    assert list(letters("plan-to-accept")) == ["cancelled"]
    assert list(letters("plan-applied")) == ["waiting"]
    assert Message.objects.filter(kind="reminder", state="waiting", appointment_id__in=visits.values("pk")).count() == 4


def test_a_yes_is_undone_like_any_plan_and_the_link_is_dead_then(plan, ana):
    before = rows()
    sent = send_plan(plan=plan, by=ana)
    link = link_of(sent)
    accept_plan(plan=sent)
    undo_plan(plan=sent, by=ana)
    assert rows() == before
    assert open_holds() == 2
    assert Browser().get(link).status_code == 404


def test_staff_apply_a_sent_plan_for_a_client_who_rang(sent, desk):
    assert apply_plan(plan=sent, by=desk).status == "applied"
    assert kept(sent) == []
    assert open_holds() == 0


def test_what_does_not_suit_goes_back_on_hold_and_the_rest_stays_kept_for_staff_to_look_at(sent, weekly, page, desk):
    first, second = sent.moves.all()
    answered = some_do_not_suit(plan=sent, moves={first.pk}, words="Only\nmornings")
    assert answered.answer == "Only mornings"
    assert [v.pk for v in kept(sent)] == [second.appointment_id]
    back = Appointment.objects.get(pk=first.appointment_id)
    assert (back.status, back.starts_at) == ("held", weekly[0].starts_at)
    today = words_of(page(desk).get("/?whose=all"))
    assert "Maria Lindqvist: 1 new time does not suit" in today
    shown = page(desk).get(f"/plans/{sent.pk}/")
    assert "Only mornings" in words_of(shown)
    assert "does not suit" in words_of(shown)
    assert clinical_in(shown) == []
    assert some_do_not_suit(plan=sent, moves={second.pk}).answer == "Only mornings", "the first answer stands"
    with pytest.raises(WrongState, match="answered already"):
        accept_plan(plan=sent)
    with pytest.raises(WrongState, match="has answered"):
        take_back_plan(plan=sent, by=desk)


def test_what_suits_can_be_moved_and_what_does_not_stays_on_hold(sent, ana):
    first, second = sent.moves.all()
    some_do_not_suit(plan=sent, moves={first.pk})
    apply_plan(plan=sent, by=ana)
    assert dict(Appointment.objects.filter(plan_moves__plan=sent).values_list("pk", "status")) == {
        first.appointment_id: "held", second.appointment_id: "booked"}
    assert open_holds() == 1
    undo_plan(plan=sent, by=ana)
    assert open_holds() == 2


def test_the_rest_is_planned_anew_around_what_suits_and_never_at_the_time_that_did_not(sent, ana):
    first, second = sent.moves.all()
    some_do_not_suit(plan=sent, moves={first.pk})
    new = plan_rest_anew(plan=sent, by=ana)
    one, two = new.moves.all()
    assert (two.starts_at, two.is_chosen) == (second.starts_at, True)
    assert one.starts_at not in (None, first.starts_at)
    sent.refresh_from_db()
    assert (sent.status, new.replaces, new.status, kept(sent)) == ("superseded", sent, "proposed", [])
    again = send_plan(plan=new, by=ana)
    some_do_not_suit(plan=again, moves={one.pk})
    third = plan_rest_anew(plan=again, by=ana).moves.first()
    assert third.starts_at not in (first.starts_at, one.starts_at)


def test_an_answer_without_a_time_is_asked_again(sent):
    with pytest.raises(BadInput, match="Tick each time"):
        some_do_not_suit(plan=sent, moves=set())
    assert len(kept(sent)) == 2


# --- given back ------------------------------------------------------------------------------------------------------


def test_a_plan_taken_back_leaves_everything_as_it_was_and_can_be_sent_again(plan, ana, time_machine):
    before = rows()
    sent = send_plan(plan=plan, by=ana)
    link = link_of(sent)
    again = take_back_plan(plan=sent, by=ana)
    assert rows() == before
    assert (again.status, again.sent_at) == ("proposed", None)
    assert list(letters("plan-to-accept")) == ["cancelled"], "within the grace nobody hears of it"
    assert not letters("plan-withdrawn")
    assert Browser().get(link).status_code == 404
    with pytest.raises(WrongState):
        take_back_plan(plan=again, by=ana)
    deliver("plan-to-accept")
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    send_plan(plan=again, by=ana)
    assert sorted(letters("plan-to-accept")) == ["sent", "waiting"]


def test_who_was_asked_already_is_told_that_the_times_do_not_stand(sent, ana):
    deliver("plan-to-accept")
    take_back_plan(plan=sent, by=ana)
    assert list(letters("plan-withdrawn")) == ["waiting"]


def test_nobody_answers_for_three_days_and_the_visits_are_on_hold_again_and_today_says_so(
        plan, ana, page, desk, time_machine):
    before = rows()
    sent = send_plan(plan=plan, by=ana)
    link = link_of(sent)
    time_machine.move_to(sent.expires_at)
    assert reserved.lapse_plans() == 1
    assert reserved.lapse_plans() == 0
    sent.refresh_from_db()
    assert (sent.status, open_holds()) == ("expired", 2)
    assert rows() == before
    assert Browser().get(link).status_code == 404
    assert "did not answer whether the new times suit" in words_of(page(desk).get("/?whose=all"))
    with pytest.raises(PlanStale):
        apply_plan(plan=sent, by=ana)
    propose_plan(episode=sent.episode, by=ana)
    assert "did not answer" not in words_of(page(desk).get("/?whose=all"))


def test_whoever_books_a_time_nobody_answered_for_gets_it_and_the_whole_plan_is_over(
        plan, ana, kofi, neuro_45, time_machine):
    before = rows()
    sent = send_plan(plan=plan, by=ana)
    time_machine.move_to(sent.expires_at)
    wanted = sent.moves.first().starts_at
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=wanted, by=ana)
    sent.refresh_from_db()
    assert (sent.status, open_holds(), kept(sent)) == ("expired", 2, [])
    assert [row for row in rows() if row["client_id"] == sent.client_id] == before
    with pytest.raises(PlanStale):
        accept_plan(plan=sent)


def test_a_request_that_lapsed_is_still_cancelled_and_a_plan_takes_its_time(relapse, ana, kofi, neuro_45, time_machine):
    wanted = propose_plan(episode=relapse, by=ana).moves.first().starts_at
    asked = book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=wanted, by=ana,
                             expires_at=timezone.now() + timedelta(hours=1))
    time_machine.move_to(timezone.now() + timedelta(hours=2))
    plan = propose_plan(episode=relapse, by=ana)
    assert plan.moves.first().starts_at == wanted
    apply_plan(plan=plan, by=ana)
    asked.refresh_from_db()
    assert asked.status == "cancelled"
    assert requests.lapse_requests() == 0


def test_a_new_plan_takes_the_place_of_a_sent_one(sent, ana):
    deliver("plan-to-accept")
    new = propose_plan(episode=sent.episode, by=ana, policy="catch_up")
    sent.refresh_from_db()
    assert (sent.status, kept(sent), new.status) == ("superseded", [], "proposed")
    assert list(letters("plan-withdrawn")) == ["waiting"]


# --- what happens meanwhile ------------------------------------------------------------------------------------------


def test_a_yes_to_times_that_were_closed_meanwhile_moves_nothing_and_is_told(sent, ana):
    first = sent.moves.first().starts_at
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=first, ends_at=first + timedelta(hours=1))
    with pytest.raises(PlanStale):
        accept_plan(plan=sent)
    sent.refresh_from_db()
    assert (sent.status, kept(sent), open_holds()) == ("stale", [], 2)
    assert set(Appointment.objects.filter(plan_moves__plan=sent).values_list("status", flat=True)) == {"held"}


@pytest.mark.parametrize("shut", ["time off", "closed"])
def test_today_says_at_once_that_a_kept_time_is_not_open_any_more(sent, maria, ana, page, shut):
    told = f"{maria.name}: a time kept for their answer lies in time off or on a closed day. Take the plan back"
    assert told not in words_of(page(ana).get("/?whose=all"))
    move = sent.moves.first()
    if shut == "closed":
        Closure.objects.create(practice=ana.practice, first_on=move.starts_at.date(), last_on=move.starts_at.date(), name="x")
    else:
        TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=move.starts_at,
                               ends_at=move.starts_at + timedelta(hours=1))
    assert told in words_of(page(ana).get("/?whose=all"))
    take_back_plan(plan=sent, by=ana)
    assert told not in words_of(page(ana).get("/?whose=all"))


def test_another_visit_of_the_client_does_not_stand_in_the_way_of_their_yes(sent, weekly, ana):
    move_appointment(appointment=weekly[4], starts_at=at(14, days=31), by=ana)
    assert accept_plan(plan=sent).status == "applied"


def test_a_new_episode_that_reaches_into_kept_times_puts_them_on_hold_again(sent, maria, ana):
    deliver("plan-to-accept")
    holds.report_episode(client=maria, kind="relapse", status="confirmed", by=ana,
                         onset_on=MONDAY - timedelta(days=60), steroids_until=MONDAY + timedelta(days=80))
    sent.refresh_from_db()
    assert (sent.status, kept(sent)) == ("stale", [])
    assert Hold.objects.filter(outcome="", episode=sent.episode).count() == 2
    assert list(letters("plan-withdrawn")) == ["waiting"]
    assert not Appointment.objects.filter(status="proposed").exists()


def test_not_a_relapse_gives_the_old_times_back_also_while_the_client_is_asked(sent, weekly, ana):
    effect = holds.change_episode(episode=sent.episode, status="not_a_relapse", on=MONDAY, by=ana)
    assert [v.pk for v in effect.restored] == [v.pk for v in weekly[:2]]
    assert list(Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)) == [
        v.starts_at for v in weekly]
    sent.refresh_from_db()
    assert (sent.status, open_holds()) == ("stale", 0)


def test_an_episode_that_is_over_leaves_the_question_standing(sent, ana):
    for status in ("recovering", "resolved"):
        holds.change_episode(episode=sent.episode, status=status, on=MONDAY, by=ana)
    assert accept_plan(plan=sent).status == "applied"


def test_two_rows_of_one_person_become_one_while_they_are_asked_and_their_yes_counts(sent, maria, ana):
    stays = make_client(ana.practice, "Maria Lindquist")
    merge_clients(client=maria, into=stays, by=ana)
    plan = plan_behind(link_of(sent).split("/")[2])
    assert plan and accept_plan(plan=plan).status == "applied"
    assert set(Appointment.objects.filter(plan_moves__plan=sent).values_list("client", "status")) == {
        (stays.pk, "booked")}


def test_kept_times_are_no_requests_and_ask_nobody_to_move_them(sent, ana, page):
    first = kept(sent)[0]
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=first.starts_at, ends_at=first.ends_at)
    shown = words_of(page(ana).get("/?whose=all"))
    assert "Accept<" not in shown
    assert "1 visit lies" not in shown and "visits lie" not in shown
    visit = words_of(page(ana).get(f"/appointments/{first.pk}/"))
    assert "who was asked whether it suits" in visit
    assert "Cancel visit" not in visit


def test_kept_times_are_listed_once_as_on_hold_and_said_to_be_kept(sent, ana, page):
    for url in ("/on-hold/", f"/episodes/{sent.episode_id}/", f"/clients/{sent.client_id}/visits/"):
        words = words_of(page(ana).get(url))
        assert words.lower().count("new time, kept until they answer") == 2, url
    assert words_of(page(ana).get(f"/episodes/{sent.episode_id}/")).count(kept(sent)[0].said) == 1


def test_times_given_back_are_offered_to_the_waitlist(sent, ana, kofi, neuro_45, time_machine):
    from sessions.waitlist import join_waitlist

    join_waitlist(client=kofi, service=neuro_45, by=ana)
    take_back_plan(plan=sent, by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    assert waitlist_offers.offer_freed_times() >= 1


def test_undo_names_what_changed_and_what_is_open_near_the_old_time(plan, weekly, ana):
    apply_plan(plan=plan, by=ana)
    move_appointment(appointment=Appointment.objects.get(pk=weekly[1].pk), starts_at=at(14, days=60), by=ana)
    with pytest.raises(UndoConflict, match="Open near Tue 1 Dec, 10:30") as refused:
        undo_plan(plan=plan, by=ana)
    assert list(refused.value.more["nearest"]) == [str(weekly[1].pk)]
    assert len(refused.value.more["nearest"][str(weekly[1].pk)]) == 3


# --- the letter and its page -----------------------------------------------------------------------------------------


@pytest.fixture
def mails(settings, mailoutbox, time_machine):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def drained():
        del mailoutbox[:]
        time_machine.move_to(timezone.now() + timedelta(minutes=4))
        outbox.drain()
        return [mail for mail in mailoutbox if "Do these new times" in mail.body]

    return drained


def test_the_letter_names_the_times_and_until_when_and_its_page_takes_one_press(sent, mails):
    (mail,) = mails()
    assert mail.subject == "New appointment times: do they suit you?"
    assert "Tue 5 Jan 2027, 10:30 (45 minutes) with Ana, instead of Tue 24 Nov, 10:30" in mail.body
    assert "until Thu 26 Nov, 08:00" in mail.body
    path = "/p/" + mail.body.split("/p/")[1].split()[0]
    browser = Browser()
    shown = browser.get(path)
    assert "Yes, both suit me" in words_of(shown)
    assert clinical_in(shown) == []
    assert shown["Referrer-Policy"] == "no-referrer"
    assert Plan.objects.get().status == "proposed", "looking changes nothing"
    for _ in range(5):
        assert "These times are yours" in words_of(browser.post(path, {"answer": "yes"}, follow=True))
    assert Plan.objects.get().status == "applied"
    assert Appointment.objects.filter(status="booked").count() == 6


def test_what_does_not_suit_is_ticked_and_said_in_a_few_words(sent):
    browser, path = Browser(), link_of(sent)
    first = sent.moves.first()
    assert "Tick each one" in words_of(browser.get(f"{path}?say=some"))
    empty = browser.post(path, {"answer": "some", "words": "mornings"})
    assert (empty.status_code, "mornings" in words_of(empty)) == (422, True)
    shown = words_of(browser.post(path, {"answer": "some", "moves": [first.pk], "words": "mornings"}, follow=True))
    assert "Thank you for telling us" in shown
    assert "Tue 12 Jan 2027, 10:30" in shown
    assert browser.post(path, {"answer": "yes"}).status_code == 409
    assert Plan.objects.get().answer == "mornings"


def test_a_yes_that_comes_too_late_says_that_nothing_is_booked(sent, ana):
    first = sent.moves.first().starts_at
    TimeOff.objects.create(practice=ana.practice, therapist=ana, starts_at=first, ends_at=first + timedelta(hours=1))
    late = Browser().post(link_of(sent), {"answer": "yes"})
    assert (late.status_code, "Nothing is booked" in words_of(late)) == (409, True)


def test_who_is_asked_within_minutes_of_the_hold_reads_of_it_once_in_the_letter_with_the_new_times(sent, mails):
    outbox.drain()
    mails()
    assert list(letters("held")) == ["skipped"]
    assert list(letters("plan-to-accept")) == ["sent"]


def test_what_a_yes_lets_go_of_is_said_before_it(relapse, ana, mails):
    plan = propose_plan(episode=relapse, by=ana, policy="drop", return_on=MONDAY + timedelta(days=5))
    sent = send_plan(plan=plan, by=ana)
    (mail,) = mails()
    assert "Tue 24 Nov, 10:30 is let go, without a fee." in mail.body
    assert "Tue 24 Nov, 10:30 is let go" in words_of(Browser().get(link_of(sent)))
    accept_plan(plan=sent)
    assert Appointment.objects.filter(status="cancelled").count() == 1


def test_an_emergency_meanwhile_books_nothing_and_asks_to_ring_without_a_clinical_word(sent, maria, ana):
    Finding.objects.create(practice=maria.practice, client=maria, finding="acute-stroke-signs", began_on=MONDAY)
    shown = Browser().post(link_of(sent), {"answer": "yes"})
    assert (shown.status_code, clinical_in(shown)) == (409, [])
    assert "Ring us about these times" in words_of(shown)
    with pytest.raises(Contraindicated):
        apply_plan(plan=sent, by=ana)
    assert len(kept(sent)) == 2


def test_every_dead_link_reads_the_same(sent, ana, time_machine):
    path = link_of(sent)
    unknown = Browser().get("/p/no-such-token/").content
    time_machine.move_to(sent.expires_at)
    assert Browser().get(path).content == unknown
    visit_link = Browser().get(path.replace("/p/", "/r/"))
    assert visit_link.status_code == 404, "the link is for one purpose"


def test_a_yes_that_comes_after_the_times_were_taken_back_moves_nothing(sent, ana):
    take_back_plan(plan=sent, by=ana)
    with pytest.raises(Refusal, match="taken back"):
        accept_plan(plan=sent)
    sent.refresh_from_db()
    assert (sent.status, sent.answered_at) == ("proposed", None)


def test_a_second_tab_that_says_some_do_not_suit_after_the_yes_is_told_so(plan, page, ana):
    sent = send_plan(plan=plan, by=ana)
    accept_plan(plan=sent)
    with pytest.raises(WrongState, match="You said yes to these times already"):
        some_do_not_suit(plan=sent, moves={sent.moves.first().pk})
