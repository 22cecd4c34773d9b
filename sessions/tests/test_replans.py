"""Who must move: new times searched together, moved in one act or not at all, undone in one act; each client told once."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clients.contacts import add_contact
from conftest import MONDAY, at, make_client, make_member
from practice import outbox
from practice.hours import enter_time_off, set_day_hours
from practice.models import AuditEntry, Closure, Message
from practice.refusals import WrongState
from sessions import bulk_search, replans
from sessions.away import in_hot_hours, in_time_off, on_closed_days, outside_hours
from sessions.booking import book_appointment, cancel_appointment, confirm_appointment
from sessions.models import Appointment, BulkPlan
from sessions.moving import Move, NothingMoved, move_all, undo_together
from sessions.rescheduling import PlanStale, UndoConflict
from sessions.tests.reading import CLINICAL, words_of

FIELDS = ("status", "therapist_id", "room_id", "starts_at", "ends_at", "occupied_from", "occupied_until", "wall_date",
          "wall_time", "minutes", "wants_other_time", "override_reason")
HEAT = {"first_on": "2026-11-24", "last_on": "2026-11-26", "from": "13:00", "until": "18:00"}


@pytest.fixture
def away(now, ana, ben, desk, riverside, room, garden, neuro_45):
    """Ana is away on Tuesday week, over three visits booked before; one of them is confirmed, one of Ben's is not touched."""
    names = ("Carla Cruz", "Dev Das", "Eva Ek")
    for n, name in enumerate(names):
        client = make_client(riverside, name, phone=f"+1 206 555 010{n}")
        book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(9 + n, days=8), by=desk)
    Appointment.objects.filter(client__name="Dev Das").update(status="confirmed")
    Message.objects.filter(kind="booked").update(state="sent", sent_at=now)
    book_appointment(client=make_client(riverside, "Finn Falk"), therapist=ben, service=neuro_45, starts_at=at(9, days=8), by=desk)
    return enter_time_off(therapist=ana, starts_at=at(0, days=8), ends_at=at(0, days=9), by=desk)


def found_for(time_off, by, **scope):
    """The plan of a time off, searched."""
    plan = replans.start_replan(by=by, kind="time_off", scope={"time_off": str(time_off.pk)}, is_now=True)
    assert plan.state == "ready", plan.problem
    return plan


def stand():
    return {v["pk"]: v for v in Appointment.objects.values("pk", *FIELDS)}


def told():
    """What clients are to read: kind and body of each message about new times that waits."""
    return [outbox.KINDS[m.kind].compose(m).body for m in Message.objects.filter(kind="moved-together", state="waiting").order_by("to_name")]


def test_each_visit_gets_the_least_disturbing_time_and_is_offered_others_near_it(away, desk, ana, ben):
    plan = found_for(away, desk)
    assert plan.cost == plan.bound and plan.gap_percent == 0, "proven"
    assert sum(plan.cost_terms.values()) == plan.cost
    rows = replans.moves_of(plan)
    assert [row.appointment.client.name for row in rows] == ["Carla Cruz", "Dev Das", "Eva Ek"]
    assert sum(sum(row.cost_terms.values()) for row in rows) == plan.cost
    for move, row in zip(replans.found_moves(plan), rows, strict=True):
        assert at(9, days=8) <= move.starts_at <= at(0, days=10), "the same day with Ben, or the day after with Ana"
        assert {who for _, who, _ in row.options} == {str(ana.pk), str(ben.pk)} and row.why
        assert not any("2026-12-01" in start and who == str(ana.pk) for start, who, _ in row.options)
    assert stand() and all(not v["wants_other_time"] for v in stand().values()), "nothing moved"


def test_all_move_in_one_act_and_all_come_back_as_they_were(away, desk, ana):
    before = stand()
    plan = replans.apply_replan(plan=found_for(away, desk), by=desk)
    assert plan.state == "applied" and not in_time_off(away)
    assert Message.objects.filter(kind="moved-together", state="waiting").count() == 3
    assert not Message.objects.filter(kind="moved").exists()
    assert {v.status for v in replans.undo_replan(plan=plan, by=desk)} == {"booked", "confirmed"}
    assert stand() == before
    assert not Message.objects.filter(kind__in=("moved", "moved-together"), state="waiting").exists(), "nobody is written"
    assert Message.objects.filter(kind="reminder", state="waiting").count() == 8, "and the old reminders stand"
    for verb in (replans.apply_replan, replans.undo_replan):
        with pytest.raises(WrongState, match="undone"):
            verb(plan=plan, by=desk)


def test_a_client_with_two_visits_there_reads_one_message_with_both_new_times(away, desk, ana, neuro_45, now):
    carla = Appointment.objects.get(client__name="Carla Cruz").client
    away.delete()
    book_appointment(client=carla, therapist=ana, service=neuro_45, starts_at=at(14, days=9), by=desk)
    Message.objects.filter(kind="booked").update(state="sent", sent_at=now)
    longer = enter_time_off(therapist=ana, starts_at=at(0, days=8), ends_at=at(0, days=10), by=desk)
    plan = replans.apply_replan(plan=found_for(longer, desk), by=desk)
    first, *others = told()
    assert "Your 2 appointments have new times" in first and first.count("/r/") == 2 and len(others) == 2
    assert "instead of Tue 1 Dec, 09:00" in first and "instead of Wed 2 Dec, 14:00" in first
    days = Appointment.objects.filter(client=carla).values_list("wall_date", flat=True)
    assert len(set(days)) == 2, "never twice a day"
    assert not [word for word in CLINICAL if word in "".join([first, *others]).lower().encode()]
    replans.undo_replan(plan=plan, by=desk)
    assert told() == []


def test_who_had_read_the_new_times_is_told_of_the_old_ones_again_after_a_late_undo(away, desk, now):
    before = stand()
    plan = replans.apply_replan(plan=found_for(away, desk), by=desk)
    with time_machine.travel(now + timedelta(hours=2), tick=False):
        Message.objects.filter(kind="moved-together").update(state="sent", sent_at=timezone.now())
        confirm_appointment(appointment=Appointment.objects.get(client__name="Carla Cruz"), by=desk)
        replans.undo_replan(plan=plan, by=desk)
        assert stand() == before
        texts = told()
    assert len(texts) == 3 and all("Your appointment has a new time" in text and "Tue 1 Dec" in text for text in texts)


def test_a_second_move_after_the_message_tells_again_and_a_move_back_does_not(away, desk, now):
    plan = replans.apply_replan(plan=found_for(away, desk), by=desk)
    Message.objects.filter(kind="moved-together").update(state="sent", sent_at=now + timedelta(seconds=1))
    visit = Appointment.objects.get(client__name="Eva Ek")
    first = visit.starts_at
    move_all(moves=[Move(visit, visit.version, at(15, days=10), visit.therapist)], by=desk)
    assert len(told()) == 1 and "Thu 3 Dec, 15:00" in told()[0]
    visit.refresh_from_db()
    move_all(moves=[Move(visit, visit.version, first, visit.therapist)], by=desk)
    assert plan.state == "applied" and Message.objects.filter(kind="moved-together", state="waiting").count() == 1
    assert [outbox.KINDS[m.kind].recheck(m) for m in Message.objects.filter(kind="moved-together", state="waiting")] == [
        "None of these times stands any more."]


def test_one_that_cannot_move_keeps_all_where_they_are_and_is_named(away, desk, maria):
    plan = found_for(away, desk)
    taken = replans.found_moves(plan)[1]
    book_appointment(client=maria, therapist=taken.therapist, service=taken.visit.service, starts_at=taken.starts_at,
                     room=taken.room, by=desk)
    before = stand()
    with pytest.raises(PlanStale, match="Dev Das, Tue 1 Dec, 10:00:") as refused:
        replans.apply_replan(plan=plan, by=desk)
    assert list(refused.value.more["rows"]) == [str(taken.visit.pk)]
    plan.refresh_from_db()
    assert stand() == before and plan.state == "stale"
    assert not Message.objects.filter(kind="moved-together").exists()
    replans.apply_replan(plan=plan, by=desk, leaving=[taken.visit.pk])
    assert [v.client.name for v in in_time_off(away)] == ["Dev Das"]


def test_two_visits_can_change_places(now, ana, ben, desk, riverside, room, garden, neuro_45):
    one, two = (book_appointment(client=make_client(riverside, name), therapist=who, service=neuro_45, starts_at=at(10, days=8), by=desk)
                for name, who in (("Carla Cruz", ana), ("Dev Das", ben)))
    move_all(moves=[Move(one, one.version, one.starts_at, ben, two.room), Move(two, two.version, two.starts_at, ana, one.room)], by=desk)
    assert list(Appointment.objects.order_by("client__name").values_list("therapist__user__name", "room__name", "status")) == [
        ("Ben Baker", two.room.name, "booked"), ("Ana Alves", one.room.name, "booked")]


def test_nothing_comes_back_once_one_was_changed_or_has_begun(away, desk, now):
    plan = replans.apply_replan(plan=found_for(away, desk), by=desk)
    with time_machine.travel(at(9, days=8), tick=False), pytest.raises(UndoConflict, match="The time of Carla Cruz has begun"):
        replans.undo_replan(plan=plan, by=desk)
    cancel_appointment(appointment=Appointment.objects.get(client__name="Eva Ek"), by=desk)
    before = stand()
    with pytest.raises(UndoConflict, match="Changed since: Eva Ek"):
        replans.undo_replan(plan=plan, by=desk)
    assert stand() == before


def test_an_act_that_no_plan_keeps_is_undone_for_three_minutes_only(away, desk, now):
    act = move_all(moves=replans.found_moves(found_for(away, desk)), by=desk)
    with time_machine.travel(now + timedelta(minutes=3), tick=False), pytest.raises(WrongState, match="have been sent"):
        undo_together(practice=desk.practice, act=act, by=desk)


def test_closed_days_and_shorter_hours_find_their_visits_too(away, riverside, owner, ana):
    closure = Closure.objects.create(practice=riverside, first_on=MONDAY + timedelta(days=8),
                                     last_on=MONDAY + timedelta(days=8), name="Burst pipe")
    assert len(on_closed_days(riverside, [closure])) == 4
    plan = replans.start_replan(by=owner, kind="closure", scope={"closure": str(closure.pk)}, is_now=True)
    assert plan.state == "ready" and all(move.starts_at >= at(0, days=9) for move in replans.found_moves(plan))
    away.delete()
    closure.delete()
    assert outside_hours(ana) == []
    set_day_hours(therapist=ana, on=MONDAY + timedelta(days=8), stretches_=[(time(9, 45), time(12))], by=owner)
    assert [visit.client.name for visit in outside_hours(ana)] == ["Carla Cruz"]


@pytest.fixture
def hot(now, maria, kofi, joao, ana, riverside, room, neuro_45):
    """A hot Tuesday to Thursday; Maria (MS) and Gil, who feels the heat, come in the afternoon, and so does Kofi, who does not mind."""
    gil = make_client(riverside, "Gil Gomez", heat_sensitive=True)
    for client, hour, day in ((maria, 14, 1), (gil, 15, 2), (kofi, 16, 2), (joao, 9, 1)):
        book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(hour, days=day), by=ana)


def test_in_a_heat_wave_whom_it_harms_comes_in_the_cool_hours_of_the_same_week(hot, ana, riverside):
    plan = replans.start_replan(by=ana, kind="heat", scope=HEAT, is_now=True)
    assert [row.appointment.client.name for row in replans.moves_of(plan)] == ["Maria Lindqvist", "Gil Gomez"]
    for move in replans.found_moves(plan):
        wall = timezone.localtime(move.starts_at, timezone.get_fixed_timezone(-300))
        assert MONDAY <= wall.date() <= MONDAY + timedelta(days=6)
        assert wall.hour < 12 or wall.date() > MONDAY + timedelta(days=3) or wall.date() == MONDAY
    replans.apply_replan(plan=plan, by=ana)
    assert not in_hot_hours(riverside, MONDAY + timedelta(days=1), MONDAY + timedelta(days=3), time(13), time(18))
    assert not any("heat" in repr(entry.__dict__).lower() for entry in AuditEntry.objects.all())


def test_the_desk_moves_them_without_learning_why(hot, ana, desk, page, api):
    plan = replans.start_replan(by=ana, kind="heat", scope=HEAT, is_now=True)
    words = page(desk).get(reverse("sessions:replan", args=[plan.pk])).content.decode().lower()
    assert "maria lindqvist" in words and "tue 24 nov to thu 26 nov, 13:00" in words
    assert not re.search(r"\bheat|\bhot\b|sclerosis", words) and not [word for word in CLINICAL if word in words.encode()]
    assert api(desk).get(f"/api/v1/replans/{plan.pk}/").json()["kind"] is None
    assert api(ana).get(f"/api/v1/replans/{plan.pk}/").json()["kind"] == "heat"
    assert api(desk).post("/api/v1/replans/", {"kind": "heat", **HEAT}).status_code == 403
    assert page(desk).get(reverse("sessions:replan_new")).status_code == 403


def test_hot_days_are_asked_for_on_a_page_that_says_what_is_wrong(hot, page, ana):
    browser, address = page(ana), reverse("sessions:replan_new")
    wrong = browser.post(address, {"first_on": "2026-11-24", "last_on": "2026-11-22", "opens": "18:00", "closes": "13:00"})
    assert wrong.status_code in (400, 422) and "The last day lies before the first." in words_of(wrong)
    shown = browser.post(address, {"first_on": "2026-11-24", "last_on": "2026-11-26", "opens": "13:00", "closes": "18:00"}, follow=True)
    assert "Maria Lindqvist" in words_of(shown) and "No other plan disturbs less." in words_of(shown)
    nobody = browser.post(address, {"first_on": "2026-11-28", "last_on": "", "opens": "13:00", "closes": "18:00"})
    assert nobody.status_code == 409 and "nobody has to move" in words_of(nobody)


def test_a_visit_a_therapist_must_decide_about_takes_nobodys_place_and_says_so(away, desk, ana, kofi):
    from clients.models import Finding

    dev = Appointment.objects.get(client__name="Dev Das").client
    Finding.objects.create(practice=desk.practice, client=dev, finding="fever", began_on=MONDAY)
    rows = replans.moves_of(found_for(away, desk))
    assert rows[1].options == [] and rows[1].why == ["needs Ana Alves's decision first"]
    assert rows[0].options and rows[2].options


def test_a_search_that_breaks_off_says_so_and_moves_nothing(away, desk, page, monkeypatch):
    before, started = stand(), bulk_search.subprocess.Popen

    def killed(*args, **kwargs):
        process = started(*args, **kwargs)
        process.kill()
        return process

    monkeypatch.setattr(bulk_search.subprocess, "Popen", killed)
    plan = replans.start_replan(by=desk, kind="time_off", scope={"time_off": str(away.pk)}, is_now=True)
    assert plan.state == "failed" and "Nothing has moved" in plan.problem and stand() == before
    words = words_of(page(desk).get(reverse("sessions:replan", args=[plan.pk])))
    assert "The search broke off." in words and "Search again" in words
    monkeypatch.undo()
    again = page(desk).post(reverse("sessions:replan_act", args=[plan.pk, "again"]), follow=True)
    assert "Nothing has moved and nothing is sent yet." in words_of(again)


def test_a_plan_nobody_takes_up_or_nobody_hears_of_does_not_wait_for_ever(away, desk, page, now):
    plan = replans.start_replan(by=desk, kind="time_off", scope={"time_off": str(away.pk)})
    address, browser = reverse("sessions:replan", args=[plan.pk]), page(desk)
    running = browser.get(address).content.decode()
    assert plan.state == "queued" and 'http-equiv="refresh"' in running and "Looking for new times for 3 visits" in running
    with time_machine.travel(now + timedelta(seconds=20), tick=False):
        assert "Nobody has taken this up yet" in words_of(browser.get(address))
        assert "Move all as chosen" in words_of(browser.post(reverse("sessions:replan_act", args=[plan.pk, "search"]), follow=True))
    BulkPlan.objects.filter(pk=plan.pk).update(state="solving", heard_at=now)
    with time_machine.travel(now + timedelta(seconds=31), tick=False):
        assert "The search broke off." in words_of(browser.get(address))


def selects_of(words):
    """What the page would send: the version and the chosen option of every row."""
    sent = dict(re.findall(r'name="(version-[^"]+)" value="(\d+)"', words))
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', words, re.DOTALL):
        sent[name] = re.search(r'value="([^"]+)" selected', options)[1]
    return sent


def test_the_desk_moves_a_day_in_four_actions_and_takes_it_back_in_one(away, page, desk, riverside, ana):
    add_contact(client=Appointment.objects.get(client__name="Eva Ek").client, role="transport", name="City Cab",
                phone="+1 206 555 0199", by=desk)
    Appointment.objects.get(client__name="Dev Das").client.__class__.objects.filter(name="Dev Das").update(channels=[])
    away.delete()
    browser = page(desk)
    browser.get(reverse("practice:time_off_new"))
    shown = browser.post(reverse("practice:time_off_new"), {"therapist": str(ana.pk), "first": "2026-12-01"}, follow=True)
    words = words_of(shown)
    address = shown.redirect_chain[-1][0].partition("?")[0]
    origin = shown.redirect_chain[0][0].partition("?")[0]
    assert "Nothing has moved and nothing is sent yet." in words and "Transport: City Cab, +1 206 555 0199" in words
    assert "+1 206 555 0100" in words and "Carla Cruz" in words and "Finn Falk" not in words
    assert words.count("Ring: gets no message") == 1
    assert not [word for word in CLINICAL if word in shown.content.lower()]
    assert "3 visits lie in Ana's time off" in words_of(browser.get("/"))
    before = stand()
    done = browser.post(f"{address}apply/", selects_of(words), follow=True)
    assert "Each client gets one message in 3 minutes." in words_of(done) and not any(
        at(0, days=8) <= v.starts_at < at(0, days=9) for v in Appointment.objects.filter(therapist=ana))
    assert "time off" not in words_of(browser.get("/"))
    assert "Undo all" in words_of(browser.get(f"{origin}?saved=1", follow=True))  # whoever goes back finds it still
    undone = browser.post(f"{address}undo/", follow=True)
    assert "3 visits back as before" in words_of(undone) and stand() == before
    assert "Move all as chosen" in words_of(browser.get(f"{origin}?saved=1", follow=True))


def test_a_row_may_stay_or_wait_and_a_refused_one_is_named_with_nothing_lost(away, page, desk, lakeside_owner):
    browser, shown = page(desk), page(desk).get(reverse("sessions:away", args=["time-off", away.pk]), follow=True)
    address = f"{shown.redirect_chain[-1][0]}apply/"
    sent = selects_of(words_of(shown))
    carla, dev, eva = (f"to-{visit.pk}" for visit in in_time_off(away))
    sent |= {carla: "stay", dev: "later", eva: "2026-12-01T14:00Z|" + sent[eva].split("|", 1)[1]}
    refused = browser.post(address, sent | {eva: f"2026-12-01T19:00Z|{away.therapist_id}|"})
    assert refused.status_code == 409 and "Nothing was moved" in words_of(refused) and "is away" in words_of(refused)
    assert 'value="later" selected' in words_of(refused) and 'value="stay" selected' in words_of(refused)
    assert page(lakeside_owner).post(address, sent).status_code == 404
    done = words_of(browser.post(address, {k: v for k, v in sent.items() if eva not in k}, follow=True))
    assert "no new time yet" in done and "left as it is" in done and "3 visits still lie there." in done
    today = words_of(browser.get("/"))
    assert "Dev Das needs another time than Tue 1 Dec, 10:00." in today and "2 visits lie in Ana's time off" in today


def test_asked_again_the_same_answer_is_shown_until_the_visits_change(away, page, desk):
    browser, address = page(desk), reverse("sessions:away", args=["time-off", away.pk])
    first = browser.get(address).url
    assert browser.get(address).url == first and BulkPlan.objects.count() == 1
    cancel_appointment(appointment=Appointment.objects.get(client__name="Eva Ek"), by=desk)
    assert browser.get(address).url != first
    Appointment.objects.filter(client__name__in=("Carla Cruz", "Dev Das")).update(status="cancelled")
    assert "Nobody has to move." in words_of(browser.get(address))


def test_over_the_api_it_is_asked_for_followed_applied_and_undone(away, api, desk, lakeside_owner):
    before, root = stand(), "/api/v1/replans/"
    asked = api(desk).post(root, {"kind": "time_off", "time_off": str(away.pk)})
    assert asked.status_code == 202 and asked.json()["state"] == "queued" and asked.json()["moves"] == []
    one = f"{root}{asked.json()['id']}/"
    assert api(desk).post(f"{one}apply/").status_code == 409, "nothing is found yet"
    replans.search(BulkPlan.objects.get().pk)
    found = api(desk).get(one).json()
    assert (found["state"], found["visits"], found["optimal"], found["gap_percent"]) == ("ready", 3, True, 0)
    assert sum(found["cost_terms"].values()) == found["cost"] and all(move["to"] for move in found["moves"])
    assert api(lakeside_owner).get(one).status_code == 404
    assert api(desk).post(f"{one}apply/").json()["state"] == "applied"
    assert stand() != before
    again = api(desk).post(f"{one}apply/")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")
    assert api(desk).post(f"{one}undo/").json()["state"] == "undone" and stand() == before
    for body, pointer in (({"kind": "flood"}, "/kind"), ({"kind": "time_off"}, "/time_off"), ({"kind": "hours", "closure": None}, "")):
        wrong = api(desk).post(root, body)
        assert wrong.status_code == 400 and (not pointer or wrong.json()["errors"][0]["pointer"] == pointer)


def test_a_changed_diary_answers_plan_stale_over_the_api(away, api, desk, maria):
    plan = found_for(away, desk)
    taken = replans.found_moves(plan)[0]
    book_appointment(client=maria, therapist=taken.therapist, service=taken.visit.service, starts_at=taken.starts_at,
                     room=taken.room, by=desk)
    refused = api(desk).post(f"/api/v1/replans/{plan.pk}/apply/")
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_stale") and list(refused.json()["rows"]) == [str(taken.visit.pk)]


def test_the_page_reads_all_its_visits_in_a_dozen_queries(away, page, desk, django_assert_max_num_queries):
    plan, browser = found_for(away, desk), page(desk)
    with django_assert_max_num_queries(12):
        browser.get(reverse("sessions:replan", args=[plan.pk]))


def test_a_therapist_of_another_practice_is_never_offered(away, desk, lakeside):
    other = make_member(lakeside, "Lars Lake", "lars@lakeside.example", "therapist")
    assert str(other.pk) not in {who for row in replans.moves_of(found_for(away, desk)) for _, who, _ in row.options}


def test_moves_that_cannot_be_are_refused_together(away, desk):
    moves = [Move(m.visit, m.version, at(14, days=8), m.visit.therapist) for m in replans.found_moves(found_for(away, desk))]
    with pytest.raises(NothingMoved) as refused:
        move_all(moves=moves, by=desk)
    assert len(refused.value.more["rows"]) == 3
