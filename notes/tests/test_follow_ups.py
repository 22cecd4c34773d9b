"""How it was after a visit: asked once by link, answered without a login, read by the therapist, never by the desk."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from clients.keeping.merging import merge_clients
from clients.profiles import change_client
from conftest import MONDAY, at, make_client
from notes.beginning import begin_note
from notes.follow_ups.asking import answer_follow_up, ask_after_visits, see_follow_up
from notes.follow_ups.letters import follow_up_url
from notes.follow_ups.questions import Answers, is_worrying
from notes.follow_ups.saying import said_follow_up
from notes.models import FollowUp
from notes.tests.conftest import had_visit
from notes.tests.test_exporting import data_of, taken_out
from notes.writing import MeasurementInput, write_note
from practice import clock, outbox
from practice.access import Outsider
from practice.models import AuditEntry, Message
from practice.numbers import change_numbers
from practice.refusals import BadInput, WrongState
from sessions.booking import book_appointment, complete
from sessions.holds import report_episode
from sessions.models import Appointment
from sessions.needs import needs_of
from sessions.relief import relief_of
from sessions.tests.reading import clinical_in, words_of


@pytest.fixture
def later(now, time_machine):
    """`later(3)`: so many days after the tests' Monday, at 10:00."""
    return lambda days, hours=2: time_machine.move_to(now + timedelta(days=days, hours=hours), tick=False)


@pytest.fixture
def done(visit, ana, later):
    """Maria's visit of Monday took place."""
    later(0)
    return complete(appointment=visit, by=ana)


@pytest.fixture
def asked(done, later):
    """Three days later she has been asked."""
    later(3)
    assert ask_after_visits() == 1
    return FollowUp.objects.get()


def path_of(row):
    return "/f/" + follow_up_url(row).split("/f/")[1]


def send(page, row, **answers):
    return page(None).post(path_of(row), answers, follow=True)


def answer(row, **answers):
    by = Outsider(row.practice, "client", "Maria Lindqvist")
    return answer_follow_up(follow_up=row, answers=Answers(**answers), by=by)


# --- asking ------------------------------------------------------------------------------------------------------


def test_a_visit_is_asked_about_once_on_its_day(done, later):
    for day, count in ((0, 0), (2, 0), (3, 1), (4, 0), (20, 0)):
        later(day)
        assert (ask_after_visits(), ask_after_visits()) == (count, 0), day
    assert FollowUp.objects.get().asked_on == MONDAY + timedelta(days=3)


def test_a_missed_day_is_made_up_within_a_week_and_not_after_it(done, later):
    later(11)
    assert ask_after_visits() == 0
    later(10)
    assert ask_after_visits() == 1


@pytest.mark.parametrize("state", ["booked", "arrived", "cancelled", "held", "noshow"])
def test_only_a_visit_that_took_place_is_asked_about(done, later, state):
    Appointment.objects.update(status=state)
    later(3)
    assert ask_after_visits() == 0


def test_the_practice_decides_on_which_day_and_zero_is_never(done, riverside, owner, later):
    change_numbers(practice=riverside, by=owner, follow_up_days=0)
    later(3)
    assert ask_after_visits() == 0
    change_numbers(practice=riverside, by=owner, follow_up_days=1)
    assert ask_after_visits() == 1


@pytest.mark.parametrize("change", [{"wants_follow_ups": False}, {"channels": []}, {"reminder_consent": None}])
def test_who_did_not_agree_or_said_no_is_not_asked(done, maria, ana, later, change):
    change_client(client=maria, by=ana, **change)
    later(3)
    assert ask_after_visits() == 0


def test_of_two_visits_only_the_latest_is_asked_about(done, maria, ana, neuro_45, later):
    second = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9, days=2), by=ana)
    later(2)
    complete(appointment=second, by=ana)
    later(3)
    assert ask_after_visits() == 0
    later(5)
    assert ask_after_visits() == 1
    assert FollowUp.objects.get().appointment == second


def test_while_an_episode_asks_how_they_are_nobody_asks_after_the_visit_too(done, maria, ana, later):
    report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    later(3)
    assert ask_after_visits() == 0


def test_a_visit_has_one_question_in_the_database_too(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.create(practice=asked.practice, appointment=asked.appointment, asked_on=asked.asked_on,
                                closes_at=asked.closes_at)


@pytest.mark.parametrize("wrong", [{"soreness": 2}, {"answered_at": True, "soreness": 4}, {"answered_at": True, "sleep": 11},
                                   {"answered_at": True, "sore_days": 1}, {"answered_at": True, "helped_days": 3},
                                   {"answered_at": True, "helped": "until"}, {"answered_at": True, "headache_days": 29}])
def test_the_database_keeps_answers_whole_and_on_their_scales(asked, wrong):
    values = {name: timezone.now() if value is True else value for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUp.objects.filter(pk=asked.pk).update(**values)


def test_the_message_keeps_quiet_hours_and_names_nothing(done, later):
    later(3, hours=-6)
    ask_after_visits()
    message = Message.objects.get(kind="follow-up")
    assert message.due_at == at(8, days=3)
    mail = outbox.KINDS["follow-up"].compose(message)
    assert mail.subject == "How was it after your visit?"
    assert re.search(r"/f/[\w-]{43}/", mail.body) and not re.search(r"/f/[\w-]{20}", outbox.without_links(mail.body))


def test_a_message_does_not_leave_once_it_is_pointless(asked, maria, ana, neuro_45, later):
    message, kind = Message.objects.get(kind="follow-up"), outbox.KINDS["follow-up"]
    assert kind.recheck(message) is None
    change_client(client=maria, by=ana, wants_follow_ups=False)
    assert kind.recheck(message) == "The client does not want to be asked."
    change_client(client=maria, by=ana, wants_follow_ups=True)
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(9, days=4), by=ana)
    later(4)
    assert kind.recheck(message) == "A later visit has taken place."
    answer(asked, soreness=0)
    assert kind.recheck(message) == "They have answered already."


def test_headaches_of_four_weeks_are_asked_once_in_four_weeks_of_those_who_have_them(ines, ana, neuro_45, later):
    told = []
    for week in range(6):
        later(7 * week, hours=0)
        visit = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(9, days=7 * week), by=ana)
        later(7 * week)
        complete(appointment=visit, by=ana)
        later(7 * week + 3)
        assert ask_after_visits() == 1
        told.append(FollowUp.objects.get(appointment=visit).asks)
    assert told == [["headaches-28"], *[["headaches"]] * 3, ["headaches-28"], ["headaches"]]


def test_sleep_is_asked_only_where_it_is_read_at_visits(done, ana, page, later):
    note, _ = begin_note(appointment=done, by=ana)
    write_note(note=note, by=ana, expected_version=note.version,
               measurements=[MeasurementInput("sleep", "before", Decimal(4))])
    later(3)
    ask_after_visits()
    row = FollowUp.objects.get()
    assert row.asks == ["sleep"] and "How disturbed was your sleep" in words_of(page(None).get(path_of(row)))
    assert said_follow_up(answer(row, sleep=7)) == "sleep disturbed 7 of 10 that night"


# --- answering ---------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_the_page_asks_three_things_without_a_clinical_word(asked, page):
    before = AuditEntry.objects.count()
    shown = page(None).get(path_of(asked))
    words = words_of(shown)
    for question in ("Were you sore afterwards?", "Were you heavy or very tired afterwards?",
                     "For how long did the visit help?"):
        assert words.count(question) == 1
    assert words.count("I do not know") >= 5 and "headache" not in words and "sleep" not in words
    assert not clinical_in(shown) and "Until Tue 24 Nov" in words and "Until Fri 27 Nov" not in words
    assert AuditEntry.objects.count() == before and FollowUp.objects.get().answered_at is None
    assert shown["Cache-Control"] == "no-store" and shown["Referrer-Policy"] == "no-referrer"


def test_what_is_sent_is_kept_said_back_and_can_be_changed_until_it_closes(asked, page, later):
    said = words_of(send(page, asked, soreness="2", sore_days="2", lethargy="unknown", helped="still"))
    assert "You said: sore 2 days, still helped after 3 days." in said.replace("<strong>", "").replace("</strong>", "")
    later(6)
    send(page, asked, soreness="2", sore_days="2", lethargy="unknown", helped="until-5")
    row = FollowUp.objects.get()
    assert (row.soreness, row.sore_days, row.lethargy, row.helped, row.helped_days) == (2, 2, None, "until", 5)
    later(18)
    assert page(None).get(path_of(asked)).status_code == 404
    with pytest.raises(WrongState):
        answer(row, soreness=0)


def test_a_length_counts_only_where_something_was_felt(asked):
    row = answer(asked, soreness=0, sore_days=3, lethargy=None, lethargy_hours=24, helped="still", helped_days=2)
    assert (row.sore_days, row.lethargy_hours, row.helped_days) == (None, None, None)


def test_an_answer_is_there_to_be_tapped_and_nothing_at_all_is_asked_about(asked, page):
    FollowUp.objects.update(asks=["headaches"])
    refused = send(page, asked, words="", headache_days="unknown")
    assert refused.status_code == 422 and "Tap one answer at least" in words_of(refused)
    send(page, asked, soreness="unknown")
    row = FollowUp.objects.get()
    assert row.answered_at and said_follow_up(row) == "" and "We have your answer." in words_of(page(None).get(path_of(row)))


@pytest.mark.parametrize("wrong", [{"soreness": "4"}, {"helped": "until-9"}, {"helped": "until-99"}, {"lethargy": "-1"},
                                   {"words": "x" * 501}])
def test_what_cannot_be_is_refused_at_its_question_and_nothing_is_kept(asked, page, wrong):
    refused = send(page, asked, **wrong)
    assert refused.status_code == 422 and "Not sent yet" in words_of(refused)
    assert FollowUp.objects.get().answered_at is None


def test_the_verb_refuses_days_to_come_and_answers_off_their_scales(asked):
    for wrong in ({"helped": "until", "helped_days": 4}, {"helped": "until"}, {"soreness": 4}, {"sleep": -1}, {"helped": "x"}):
        with pytest.raises(BadInput):
            answer(asked, **wrong)


def test_every_link_that_does_not_work_gets_the_same_bytes(asked, done, maria, page, later):
    unknown = page(None).get("/f/unknown/")
    gone = [page(None).get(path_of(asked).replace("/f/", "/c/"))]
    Appointment.objects.update(status="noshow")
    gone += [page(None).get(path_of(asked)), page(None).post(path_of(asked), {"soreness": "1"})]
    Appointment.objects.update(status="fulfilled")
    type(maria).objects.update(archived_at=timezone.now())
    gone.append(page(None).get(path_of(asked)))
    type(maria).objects.update(archived_at=None)
    later(18)
    gone += [page(None).get(path_of(asked)), page(None).get(path_of(asked) + "unwell/")]
    for answered in gone:
        assert (answered.status_code, answered.content) == (404, unknown.content)
    assert FollowUp.objects.get().answered_at is None


def test_who_would_rather_not_be_asked_says_so_there_and_can_take_it_back(asked, maria, page):
    assert "You are not asked after visits any more." in words_of(send(page, asked, act="stop"))
    maria.refresh_from_db()
    assert not maria.wants_follow_ups
    assert "Do not ask me after visits any more" in words_of(send(page, asked, act="again"))


def test_what_was_typed_stays_to_be_sent_when_somebody_asks_to_be_asked_no_more(asked, maria, page):
    shown = send(page, asked, act="stop", soreness="1", words="My leg was heavy.")
    assert "You are not asked after visits any more." in words_of(shown)
    text = shown.content.decode()
    assert "My leg was heavy." in text and re.search(r'<input[^>]*name="soreness"[^>]*checked', text)
    assert FollowUp.objects.get().answered_at is None
    send(page, asked, soreness="1", words="My leg was heavy.")
    assert FollowUp.objects.get().words == "My leg was heavy."


def test_not_feeling_well_leads_to_the_report(asked, maria, page):
    page(None).post(path_of(asked) + "unwell/", {"answer": "unwell", "fever_or_infection": "unknown"})
    assert maria.episodes.get().status == "suspected"


# --- who reads it ------------------------------------------------------------------------------------------------


def test_a_worrying_answer_is_first_on_today_until_a_therapist_has_looked(asked, ana, ben, desk, page, time_machine):
    assert "answer after" not in words_of(page(ana).get("/"))
    answer(asked, soreness=3)
    assert "Look at Maria Lindqvist’s answer after Mon 23 Nov" in words_of(page(ana).get("/"))
    assert "Ana: look at Maria Lindqvist’s answer" in words_of(page(ben).get("/?whose=all"))
    assert "answer after" not in words_of(page(ben).get("/?whose=mine"))
    assert "answer after" not in words_of(page(desk).get("/"))
    assert not Message.objects.exclude(kind__in=("follow-up", "booked", "reminder")).exists(), "nobody is written to"
    there = page(ana).post(f"/follow-ups/{asked.pk}/seen/", follow=True)
    assert "very sore" in words_of(there) and "answer after" not in words_of(page(ana).get("/"))
    was = FollowUp.objects.get().answered_at.isoformat()
    time_machine.shift(60)
    answer(asked, soreness=3, words="still the same")
    page(ana).post(f"/follow-ups/{asked.pk}/seen/", {"answered": was})
    assert "Look at Maria" in words_of(page(ana).get("/")), "a new answer is looked at anew"
    page(ana).post(f"/follow-ups/{asked.pk}/seen/", {"answered": FollowUp.objects.get().answered_at.isoformat()})
    assert "Look at Maria" not in words_of(page(ana).get("/"))


def test_a_free_line_is_read_too_and_worrying_words_come_first(asked, ana, page):
    answer(asked, soreness=0, words="Thank you, it was lovely")
    assert "Maria Lindqvist wrote after Mon 23 Nov" in words_of(page(ana).get("/"))
    answer(asked, soreness=0, words="I fell on the stairs and my leg is swollen")
    assert "Look at Maria Lindqvist" in words_of(page(ana).get("/"))


@pytest.mark.parametrize("words, worries", [
    ("I could not move my legs", True), ("high temperature since", True), ("can't feel my foot", True), ("short of breath", True),
    ("fine, thanks", False), ("the room was a little cold", False), ("I feel much better", False),
    ("Tengo fiebre desde ayer", True), ("¡No puedo mover la pierna!", True), ("Me caí en la escalera", True),
    ("muy bien, he dormido mejor", False), ("J’ai de la fièvre", True), ("je ne peux plus marcher", True),
    ("je suis tombé hier", True), ("merci, je me sens plus légère", False), ("Fieber und Schüttelfrost", True),
    ("ich kann das linke Bein nicht mehr bewegen", True), ("meine Hand ist taub", True), ("bin gestuerzt", True),
    ("danke, ich kann wieder gut schlafen", False), ("mir geht es besser", False)])
def test_words_that_mean_more_than_a_session_does(words, worries):
    assert is_worrying(FollowUp(words=words)) is worries


@pytest.mark.parametrize("words, is_told", [
    ("My calf is swollen & hot", True), ("a hot, tender leg", True), ("legs red since Tuesday", True),
    ("I had a hot bath", False), ("my legs are light", False), ("Mi pantorrilla está hinchada", True),
    ("le mollet est rouge et chaud", True), ("die Wade ist geschwollen", True), ("mein Unterschenkel schmerzt", True),
    ("die Beine sind leicht", False)])
def test_a_hot_or_swollen_leg_is_told_to_ring_a_doctor_today(asked, page, words, is_told):
    shown = words_of(send(page, asked, lethargy=3, words=words))
    assert ("newly swollen, hot, red or painful: ring a doctor today" in shown) is is_told
    assert "a leg or an arm that is newly swollen" in shown, "among the signs of every worrying answer"


def test_a_worrying_answer_stands_before_every_later_visit_until_somebody_looks(
        asked, maria, ana, desk, neuro_45, page, later):
    answer(asked, soreness=1, words="My calf is swollen & hot")
    between = next_visit(maria, ana, neuro_45, 7)
    later(7)
    complete(appointment=between, by=ana)
    coming = next_visit(maria, ana, neuro_45, 14)
    later(14, hours=0)
    note, _ = begin_note(appointment=coming, by=ana)
    places = [f"/notes/{note.pk}/", f"/clients/{maria.pk}/", f"/appointments/{coming.pk}/"]
    for place in places:
        shown = words_of(page(ana).get(place))
        assert "nobody has looked at it yet: a little sore. “My calf is swollen" in shown, place
    assert "To look at: an answer after Mon 23 Nov" in words_of(page(ana).get("/"))
    assert "looked at" not in words_of(page(desk).get(f"/appointments/{coming.pk}/"))
    see_follow_up(follow_up=FollowUp.objects.get(), by=ana)
    for place in places:
        assert "nobody has looked at it yet" not in words_of(page(ana).get(place)), place


def test_a_worrying_answer_stands_before_everything_that_can_wait(asked, maria, kofi, ana, neuro_45, page):
    report_episode(client=kofi, kind="other", onset_on=clock.wall_of(timezone.now(), "Europe/Lisbon")[0], by=ana)
    answer(asked, soreness=3)
    needs = needs_of(ana, Q(), [], [], [])
    assert [("answer after" in need.words) for need in needs] == [True, False]


def test_the_desk_sees_that_an_answer_came_and_not_what(asked, maria, desk, owner, ana, page):
    assert "no answer yet" in words_of(page(desk).get(f"/clients/{maria.pk}/visits/"))
    answer(asked, soreness=2, words="Geheimnis")
    for member in (desk, owner):
        shown = words_of(page(member).get(f"/clients/{maria.pk}/visits/"))
        assert "an answer came" in shown and "sore" not in shown and "Geheimnis" not in shown
    assert page(desk).post(f"/follow-ups/{asked.pk}/seen/").status_code == 403
    assert "sore" not in words_of(page(owner).get(f"/clients/{maria.pk}/notes/"))
    assert "Geheimnis" in words_of(page(ana).get(f"/clients/{maria.pk}/notes/"))


def test_a_moment_at_the_end_of_time_is_no_fault(asked, ana, page):
    answer(asked, soreness=3)
    page(ana).post(f"/follow-ups/{asked.pk}/seen/", {"answered": "0001-01-01T00:00:00+14:00"})
    assert FollowUp.objects.get().seen_at is not None


def test_the_trail_says_asked_answered_seen_and_no_word_of_it(asked, ana):
    see_follow_up(follow_up=answer(asked, soreness=3, words="Geheimnis"), by=ana)
    lines = AuditEntry.objects.filter(verb__startswith="follow_up").order_by("pk")
    assert [line.verb for line in lines] == ["follow_up_asked", "follow_up_answered", "follow_up_seen"]
    assert all(line.client_id == asked.appointment.client_id and not line.detail for line in lines)


# --- what becomes of it ------------------------------------------------------------------------------------------


def next_visit(client, therapist, service, days):
    return book_appointment(client=client, therapist=therapist, service=service, starts_at=at(9, days=days), by=therapist)


def test_the_note_of_the_next_visit_says_it_and_types_nothing(asked, maria, ana, neuro_45, page, later):
    later(5)
    answer(asked, soreness=2, sore_days=2, helped="until", helped_days=5, words="walked better")
    later(7, hours=0)
    note, _ = begin_note(appointment=next_visit(maria, ana, neuro_45, 7), by=ana)
    html = words_of(page(ana).get(f"/notes/{note.pk}/"))
    assert "After the last visit: sore 2 days, helped 5 days" in html and "walked better" in html
    assert "By link, not confirmed: helped 5 days" in html
    field = re.search(r'<input[^>]*name="relief-days_before"[^>]*>', html)[0]
    assert "value=" not in field, "a word beside the field, not a value in it"


def test_it_counts_as_relief_once_and_what_the_next_note_says_wins(now, maria, ana, ben, desk, neuro_45):
    visits = [had_visit(maria, ana, neuro_45, days_ago=28 - 7 * n, hour=14) for n in range(4)]
    for n, visit in enumerate(visits):
        Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
        FollowUp.objects.create(practice=maria.practice, appointment=visit, asked_on=visit.wall_date, closes_at=at(9, days=9),
                                answered_at=now, helped="until", helped_days=n + 2)
    assert relief_of(maria, ana).answers == (2, 3, 4, 5)
    note, _ = begin_note(appointment=visits[1], by=ana)
    write_note(note=note, by=ana, expected_version=note.version, visibility="author",
               measurements=[MeasurementInput("relief-days", "before", 6)])
    assert relief_of(maria, ana).answers == (6, 3, 4, 5)
    assert relief_of(maria, ben).answers == (2, 3, 4, 5), "what a note kept to its author says is its author's alone"
    assert relief_of(maria, desk) is None


def test_what_still_helped_is_no_number_of_days(asked, maria, ana, neuro_45):
    answer(asked, helped="still")
    assert relief_of(maria, ana) is None
    assert said_follow_up(FollowUp.objects.get()) == "still helped after 3 days"


def test_answers_come_over_with_their_visits_when_two_rows_are_one_person(asked, maria, ana, riverside, page):
    answer(asked, soreness=1)
    other = make_client(riverside, "Maria Lindquist", wants_follow_ups=False)
    merge_clients(client=maria, into=other, by=ana)
    assert FollowUp.objects.get().appointment.client == other
    assert "a little sore" in words_of(page(ana).get(f"/clients/{other.pk}/notes/"))



def test_who_said_no_as_one_row_is_not_asked_as_the_other(maria, riverside, ana):
    twin = make_client(riverside, "M. Lindquist", wants_follow_ups=False)
    assert not merge_clients(client=twin, into=maria, by=ana).wants_follow_ups


def test_it_is_taken_out_with_the_record_and_told_where_it_is_left_out(asked, maria, ana, owner):
    answer(asked, soreness=2, sore_days=2)
    assert data_of(taken_out(maria, ana))["rows"]["follow-ups"][0]["soreness"] == 2
    record = data_of(taken_out(maria, owner))
    assert not record["rows"].get("follow-ups")
    assert "Answers after visits are for therapists: 1 not included." in record["left_out"]


def test_the_clients_details_say_whether_they_are_asked(maria, ana, page):
    assert "Ask them how it was after a visit" in words_of(page(ana).get(f"/clients/{maria.pk}/edit/"))
    page(ana).post(f"/clients/{maria.pk}/edit/", {"version": maria.version, "name": maria.name, "email": maria.email,
                                                  "language": "en", "channels": ["email"], "agreed_on": "2026-01-05",
                                                  "agreed_how": "intake form"})
    maria.refresh_from_db()
    assert not maria.wants_follow_ups


def test_no_help_is_said_to_last_beyond_the_next_visit(asked, maria, ana, neuro_45, page, time_machine):
    shown = words_of(page(None).get(path_of(asked)))
    assert "It still helps" in shown
    between = timezone.now() - timedelta(days=1)
    had = Appointment.objects.create(
        practice=maria.practice, client=maria, therapist=ana, room=asked.appointment.room, service=neuro_45, minutes=45,
        status="fulfilled", starts_at=between, ends_at=between + timedelta(minutes=45), wall_date=between.date(),
        wall_time=between.time(), time_zone=asked.appointment.time_zone, occupied_from=between,
        occupied_until=between + timedelta(minutes=45))
    shown = words_of(page(None).get(path_of(asked)))
    assert "It still helps" not in shown
    assert f"Until {clock.said_date(had.wall_date)}" in shown
    assert f"Until {clock.said_date(timezone.now().date())}" not in shown
