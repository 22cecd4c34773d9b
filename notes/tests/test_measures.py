"""Goals in the client's own words, each client's few measures, questions on mood, totals from elsewhere."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.models import Client
from conftest import MONDAY
from notes.beginning import begin_note
from notes.measures.answering import answer_questionnaire
from notes.measures.catalogue import MEASURES
from notes.measures.chosen import choose_measures, enter_total, take_back_total
from notes.measures.goals import end_goal, goals_come_over, reword_goal, set_goal
from notes.measures.mood import MoodNotAsked, decide_on_mood
from notes.measures.of_client import open_goals, usual_of
from notes.models import ClientGoal, OutsideTotal, WorryingAnswer
from notes.outcomes import readings_of
from notes.reading import said_of, whole_note
from notes.summaries import summaries
from notes.tests.conftest import had_visit, sign
from notes.tests.test_pages import typed, words
from notes.writing import MeasurementInput, write_note
from practice.refusals import BadInput, NotAllowed, WrongState

pytestmark = pytest.mark.django_db
STAIRS = "Walk down the stairs to the garden without the rail"
WE = "Ana rings Dr Okafor the same day; the client gets the crisis card."


def note_url(note):
    return reverse("notes:note", args=[note.pk])


def reading(code, value, when="before"):
    return MeasurementInput(code, when, Decimal(str(value)))


def written(note, ana, *readings):
    return write_note(note=note, by=ana, expected_version=note.version, measurements=readings)


@pytest.fixture
def asked(riverside, owner):
    return decide_on_mood(practice=riverside, is_asked=True, what_we_do=WE, by=owner)


# --- own goals -------------------------------------------------------------------------------------------------


def test_up_to_three_goals_stand_at_a_time_in_code_and_in_the_database(now, maria, ana, riverside):
    goals = [set_goal(client=maria, words=f"Goal {n}", by=ana) for n in range(3)]
    with pytest.raises(WrongState, match="Three goals stand already"):
        set_goal(client=maria, words="A fourth", by=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientGoal.objects.create(practice=riverside, client=maria, words="x", place=4, began_on=MONDAY, set_by=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientGoal.objects.create(practice=riverside, client=maria, words="x", place=1, began_on=MONDAY, set_by=ana)
    end_goal(goal=goals[1], by=ana)
    assert set_goal(client=maria, words="A fourth", by=ana).place == 2


def test_a_rated_goal_keeps_its_words_and_an_ended_one_its_readings(now, maria, ana, visit):
    goal = set_goal(client=maria, words="Walk to the shop", by=ana)
    goal = reword_goal(goal=goal, words=STAIRS, by=ana)
    note = written(begin_note(appointment=visit, by=ana)[0], ana, reading(goal.code, 3))
    with pytest.raises(WrongState, match="rated already"):
        reword_goal(goal=goal, words="Something else", by=ana)
    end_goal(goal=goal, by=ana)
    assert [p.before for p in readings_of(maria, by=ana)[goal.code]] == [3]
    assert f"{STAIRS} 3" in said_of(whole_note(note)).readings
    with pytest.raises(WrongState):
        end_goal(goal=goal, by=ana)


@pytest.mark.parametrize("bad", ["", " \n ", "x" * 201])
def test_a_goal_without_words_or_too_long_is_refused(bad, now, maria, ana):
    with pytest.raises(BadInput):
        set_goal(client=maria, words=bad, by=ana)


def test_a_goal_belongs_to_its_client_and_no_published_change_is_claimed_for_it(now, maria, kofi, ana, visit, api):
    theirs = set_goal(client=kofi, words="Feel the floor", by=ana)
    note = begin_note(appointment=visit, by=ana)[0]
    with pytest.raises(BadInput, match="neither in the catalogue nor a goal"):
        written(note, ana, reading(theirs.code, 3))
    own = set_goal(client=maria, words=STAIRS, by=ana)
    written(note, ana, reading(own.code, 4))
    (row,) = api(ana).get(f"/api/v1/clients/{maria.pk}/outcomes/?measure={own.code}").json()["results"]
    assert (row["name"], row["kind"], row["meaningful_change"], row["mdc"]) == (STAIRS, "goal", None, None)
    assert row["readings"][0]["before"] == 4


def test_goals_by_api_are_set_ended_and_refused_in_words(now, api, ana, desk, maria):
    http, url = api(ana), f"/api/v1/clients/{maria.pk}/goals/"
    made = http.post(url, {"words": STAIRS})
    assert made.status_code == 201 and made.json()["measure"].startswith("goal-")
    assert http.post(url, {"words": STAIRS.upper()}).status_code == 400
    one = f"{url}{made.json()['id']}/"
    assert http.patch(one, {"words": "Dance"}).json()["words"] == "Dance"
    assert http.patch(one, {"ended_on": "2031-01-01"}).status_code == 400
    assert http.patch(one, {"ended_on": str(MONDAY)}).json()["ended_on"] == str(MONDAY)
    assert http.patch(one, {"ended_on": str(MONDAY)}).status_code == 409
    assert http.get(url).json()["count"] == 1
    assert api(desk).get(url).status_code == 403


def test_when_two_rows_of_one_person_are_merged_three_goals_stay_open(now, maria, kofi, ana):
    for n in range(2):
        set_goal(client=maria, words=f"M {n}", by=ana)
        set_goal(client=kofi, words=f"K {n}", by=ana)
    with transaction.atomic():
        goals_come_over(kofi, maria)
    assert [goal.place for goal in open_goals(maria)] == [1, 2, 3]
    assert ClientGoal.objects.filter(client=maria, ended_on=MONDAY).count() == 1


# --- what a note shows -----------------------------------------------------------------------------------------


def test_a_note_shows_the_usual_ones_of_the_condition_those_read_before_and_own_goals_first(
        page, now, maria, ana, visit, neuro_45):
    assert usual_of(maria).first() == ("pain", "spasticity", "fatigue", "relief-days", "t25fw")
    written(begin_note(appointment=had_visit(maria, ana, neuro_45, days_ago=7), by=ana)[0], ana,
            reading("stiffness", 4))
    assert "stiffness" in usual_of(maria).first()
    goal = set_goal(client=maria, words=STAIRS, by=ana)
    shown = page(ana).get(note_url(begin_note(appointment=visit, by=ana)[0])).content.decode()
    first, more = shown.split("More measures")
    assert f"{goal.code}_before" in first and "t25fw_before" in first and "stiffness_after" in first
    assert "tug_before" in more and "dorsiflexion-left_after" in more and "6mwt_before" in more and "6mwt_after" not in shown
    assert "gad-7" not in shown and "hit-6" not in shown


def test_the_therapist_chooses_which_ones_stand_first(page, now, maria, ana, visit):
    url = reverse("notes:measures", args=[maria.pk])
    assert page(ana).post(url, {"act": "choose", "codes": ["tug", "sleep"]}).status_code == 302
    assert usual_of(maria).first() == ("sleep", "tug")
    assert usual_of(maria).first(["pain"]) == ("pain", "sleep", "tug")
    with pytest.raises(BadInput):
        choose_measures(client=maria, codes=["hit-6"], by=ana)


def test_readings_typed_on_the_sheet_are_saved_and_out_of_scale_ones_refused_in_words(page, now, maria, ana, draft):
    goal = set_goal(client=maria, words=STAIRS, by=ana)
    sent = {"t25fw_before": "7.4", "t25fw_after": "6.9", "6mwt_before": "312", "dorsiflexion-left_before": "-5",
            f"{goal.code}_before": "4"}
    assert page(ana).post(note_url(draft), typed(draft, act="save", **sent)).status_code == 302
    assert {(m.measure, m.when): float(m.value) for m in draft.measurements.all()} == {
        ("t25fw", "before"): 7.4, ("t25fw", "after"): 6.9, ("6mwt", "before"): 312, ("dorsiflexion-left", "before"): -5,
        (goal.code, "before"): 4}
    draft.refresh_from_db()
    bad = page(ana).post(note_url(draft), typed(draft, act="save", **{f"{goal.code}_before": "11"}))
    assert bad.status_code == 422 and f"{STAIRS} goes from 0 to 10." in words(bad)


# --- questions on mood -----------------------------------------------------------------------------------------


def test_the_sentence_is_not_called_optional_where_it_is_needed(page, owner):
    said = page(owner).get("/practice/mood/").content.decode()
    label = said[said.index("What we do on a worrying answer"):][:120]
    assert "(optional)" not in label and "Needed once they are asked." in said
    refused = page(owner).post("/practice/mood/", {"is_asked": "on", "what_we_do": ""})
    assert refused.status_code == 400 and "Say in a sentence what you do" in words(refused)
    assert page(owner).post("/practice/mood/", {"what_we_do": ""}).status_code == 302, "off needs no sentence"


def test_questions_on_mood_stay_off_until_the_owner_names_what_is_done(now, riverside, owner, ana, draft):
    with pytest.raises(MoodNotAsked, match="once the practice has named"):
        written(draft, ana, reading("gad-7", 4))
    with pytest.raises(NotAllowed):
        decide_on_mood(practice=riverside, is_asked=True, what_we_do=WE, by=ana)
    with pytest.raises(BadInput, match="Say in a sentence"):
        decide_on_mood(practice=riverside, is_asked=True, what_we_do="  ", by=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        WorryingAnswer.objects.create(practice=riverside, is_asked=True, decided_by=owner, decided_at=now)
    decide_on_mood(practice=riverside, is_asked=True, what_we_do=WE, by=owner)
    note = written(draft, ana, reading("gad-7", 4))
    decide_on_mood(practice=riverside, is_asked=False, what_we_do=WE, by=owner)
    note = written(note, ana, reading("gad-7", 4), reading("pain", 5))  # what the note holds may stay
    assert note.measurements.count() == 2


def test_the_practice_page_shows_the_wording_and_takes_the_owners_word(page, owner, ana, riverside):
    url = reverse("notes:mood")
    assert "Feeling nervous, anxious, or on edge" in words(page(ana).get(url))
    assert page(ana).post(url, {"is_asked": "on", "what_we_do": WE}).status_code == 403
    bad = page(owner).post(url, {"is_asked": "on", "what_we_do": ""})
    assert bad.status_code == 400 and "Say in a sentence" in words(bad)
    assert page(owner).post(url, {"is_asked": "on", "what_we_do": WE}).status_code == 302
    assert WorryingAnswer.objects.get(practice=riverside).what_we_do == WE


def test_a_worrying_score_shows_at_once_what_we_do(page, ana, draft, asked):
    browser, url = page(ana), reverse("notes:ask", args=[draft.pk, 1])
    form = browser.get(url)
    assert "Over the last 2 weeks" in words(form) and "No permission required" in words(form)
    missing = browser.post(url, {"version": draft.version, **{f"q{i}": "2" for i in range(6)}})
    assert missing.status_code == 422 and "Choose an answer: feeling afraid" in words(missing)
    done = browser.post(url, {"version": draft.version, **{f"q{i}": "2" for i in range(7)}}, follow=True)
    shown = words(done)
    assert "GAD-7 is 14: from 10 on we look closer." in shown and WE in shown
    draft.refresh_from_db()
    saved = browser.post(note_url(draft), typed(draft, act="save", **{"gad-7_before": "14", "phq-2_before": "2"}))
    assert saved.status_code == 302
    assert {(m.measure, m.value) for m in draft.measurements.all()} == {("gad-7", 14), ("phq-2", 2)}


def test_a_quiet_score_says_nothing_and_other_readings_stay(now, ana, draft, asked):
    note = written(draft, ana, reading("pain", 5))
    note, worrying = answer_questionnaire(note=note, code="phq-2", answers=[1, 1], expected_version=note.version, by=ana)
    assert worrying == [] and {m.measure for m in note.measurements.all()} == {"pain", "phq-2"}
    for answers in ([1], [1, 4]):
        with pytest.raises(BadInput):
            answer_questionnaire(note=note, code="phq-2", answers=answers, expected_version=note.version, by=ana)


def test_the_api_answers_a_worrying_score_with_what_we_do(api, ana, draft, asked):
    http, url = api(ana), f"/api/v1/notes/{draft.pk}/"
    rows = [{"measure": "phq-2", "when": "before", "value": 3}, {"measure": "gad-7", "when": "before", "value": 9}]
    done = http.patch(url, {"measurements": rows}, HTTP_IF_MATCH="*").json()
    assert done["worrying"] == [{"measure": "phq-2", "value": 3, "cut_off": 3, "what_we_do": WE}]
    assert http.get(url).json()["worrying"][0]["measure"] == "phq-2"


def test_asking_from_the_sheet_saves_what_is_typed_first_and_is_shut_where_it_is_off(page, ana, draft, asked, owner):
    leads = page(ana).post(note_url(draft), typed(draft, subjective="restless", act="ask-gad-7"))
    draft.refresh_from_db()
    assert leads.url == reverse("notes:ask", args=[draft.pk, 1]) and draft.subjective == "restless"
    assert "gad" not in leads.url, "an address stands in logs and histories: it names no measure"
    unknown = page(ana).post(note_url(draft), typed(draft, act="ask-phq-9"), follow=True)
    assert unknown.status_code == 404
    decide_on_mood(practice=draft.practice, is_asked=False, what_we_do=WE, by=owner)
    assert page(ana).get(leads.url).url == note_url(draft)
    assert page(ana).get(reverse("notes:ask", args=[draft.pk, 3])).status_code == 404


# --- totals from elsewhere -------------------------------------------------------------------------------------


def test_a_total_carries_day_and_rater_and_counts_until_it_is_taken_back(page, now, maria, ana, api):
    url = reverse("notes:measures", args=[maria.pk])
    browser = page(ana)
    sent = {"act": "total", "measure": "mfis", "total": "50", "rated_on": "2026-09-01", "rater": "the client"}
    assert browser.post(url, sent).status_code == 302
    enter_total(client=maria, measure="mfis", total=Decimal(44), rated_on=date(2026, 11, 1), rater="Dr Okafor", by=ana)
    (row,) = api(ana).get(f"/api/v1/clients/{maria.pk}/outcomes/?measure=mfis").json()["results"]
    assert [r["before"] for r in row["readings"]] == [50, 44]
    assert row["verdict"]["word"] == "within-error" and row["mdc"]["value"] == 20.2
    shown = words(browser.get(reverse("notes:readings", args=[maria.pk])))
    assert "Between the first and the last day: 6 points lower, within the measurement error" in shown
    last = OutsideTotal.objects.get(total=44)
    assert browser.post(url, {"act": f"back-{last.pk}"}).status_code == 302
    assert len(readings_of(maria, by=ana)["mfis"]) == 1
    with pytest.raises(WrongState):
        take_back_total(total=last, by=ana)


@pytest.mark.parametrize("bad", [
    {"measure": "pain"}, {"total": "85"}, {"total": "many"}, {"rater": ""}, {"rated_on": "2031-01-01"},
])
def test_a_total_that_cannot_be_is_refused_in_words_and_kept_on_the_page(bad, page, now, maria, ana):
    sent = {"act": "total", "measure": "mfis", "total": "50", "rated_on": "2026-09-01", "rater": "the client"} | bad
    answer = page(ana).post(reverse("notes:measures", args=[maria.pk]), sent)
    assert (answer.status_code in (400, 422) and "2026-09-01" in answer.content.decode()) or "rated_on" in bad
    assert not OutsideTotal.objects.exists()


def test_a_licensed_instrument_is_not_read_in_a_note(now, ana, draft):
    with pytest.raises(BadInput, match="entered as a total"):
        written(draft, ana, reading("hit-6", 60))


# --- the catalogue and the words -------------------------------------------------------------------------------


def test_the_catalogue_says_kind_error_licence_and_times_and_ships_no_wording_of_licensed_ones(api, desk):
    rows = {row["code"]: row for row in api(desk).get("/api/v1/measures/").json()["results"]}
    assert rows["mfis"]["mdc"]["value"] == 20.2 and rows["mfis"]["times"] == []
    assert rows["t25fw"]["meaningful_change"]["is_share"] is True
    assert rows["gad-7"]["kind"] == "questionnaire" and "no permission required" in rows["gad-7"]["licence"]
    assert rows["mds-updrs-iii"]["meaningful_change"]["for_worse"] == 4.63
    assert "phq-9" not in rows


def test_the_summary_and_the_panel_say_what_the_readings_allow(page, now, maria, ana, neurologist, neuro_45):
    for days_ago, pain in ((21, (6, 4)), (14, (4, 3)), (7, (3, 2))):
        sign(had_visit(maria, ana, neuro_45, days_ago=days_ago), ana, pain=pain)
    said = ("etween the first and the last day: 3 points lower, for the better; about 2 points or 30 % mean something to people with chronic pain.")
    drafted = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY - timedelta(days=30),
                                        last=MONDAY, by=ana)
    assert f"Pain: b{said}" in drafted.course
    assert f"B{said}" in words(page(ana).get(reverse("notes:readings", args=[maria.pk])))


def test_the_page_of_goals_keeps_to_its_client_and_leads_back_to_the_note(page, now, maria, kofi, ana, draft):
    url = reverse("notes:measures", args=[maria.pk])
    leads = page(ana).post(note_url(draft), typed(draft, act="measures"))
    assert leads.url == f"{url}?note={draft.pk}"
    shown = page(ana).get(leads.url).content.decode()
    assert f'href="{note_url(draft)}"' in shown
    assert page(ana).post(url, {"act": "goal", "words": f"<b>{STAIRS}</b>"}).status_code == 302
    assert re.search("&lt;b&gt;", page(ana).get(url).content.decode())
    theirs = set_goal(client=kofi, words="Feel the floor", by=ana)
    assert page(ana).post(url, {"act": f"end-{theirs.pk}"}).status_code == 404
    assert page(ana).post(url, {"act": "end-nothing"}).status_code == 404
    assert Client.objects.get(pk=kofi.pk).goals.get().ended_on is None


def test_the_docs_list_every_measure_with_its_source():
    told = (Path(settings.BASE_DIR) / "docs" / "measures.md").read_text()
    assert [m.code for m in MEASURES.values() if f"| {m.name} |" not in told or m.source not in told] == []


def test_what_a_sheet_has_to_know_of_a_client_takes_one_query(now, maria, ana, visit, asked, django_assert_num_queries):
    set_goal(client=maria, words=STAIRS, by=ana)
    choose_measures(client=maria, codes=["tug"], by=ana)
    written(begin_note(appointment=visit, by=ana)[0], ana, reading("stiffness", 4))
    with django_assert_num_queries(1):
        usual = usual_of(maria)
    assert ([goal.words for goal in usual.goals], usual.chosen, usual.read, usual.asks_mood) == (
        [STAIRS], ("tug",), {"stiffness"}, True)
    assert usual.goals[0].code == open_goals(maria)[0].code
