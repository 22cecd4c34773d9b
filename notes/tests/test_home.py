"""What is done at home: what may be given, versions that stay, a relapse that pauses it, the page by link, the sheet."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.utils import timezone
from pypdf import PdfReader

from clients.keeping.merging import merge_clients
from clients.models import Episode
from clients.recording import end_finding, record_finding
from conftest import MONDAY, make_client
from notes.home.catalogue import EXERCISES
from notes.home.doing import home_said, mark_done, take_back_done, today_of, weeks_of
from notes.home.link import NotAgreed, home_url, send_programme
from notes.home.paper import programme_pdf
from notes.home.programmes import (
    MOST_ITEMS,
    HomeBarred,
    ItemInput,
    Word,
    WordMissing,
    assign_programme,
    barred_today,
    end_programme,
    paused_by,
    programme_of,
    resume_programme,
    spoken_of,
)
from notes.models import HomeDone, HomeItem, HomeProgramme
from notes.record.signing import ReasonRequired
from notes.tests.conftest import sign
from notes.tests.test_letters import HOSTILE, tight
from practice.access import Outsider
from practice.models import AuditEntry, Message
from practice.outbox import drain, without_links
from practice.refusals import BadInput, NotAllowed, WrongState
from practice.techniques import HEALING_TOUCH
from sessions import holds

CALF = ItemInput("release-tight-muscle", "calf:left")
RUB = ItemInput("rub-arms-and-legs")
OWN = ItemInput(name="Ankle circles", steps="Sit.\nTen circles each way.", how_often="twice a day")
YES = Word("Tom Hale, physiotherapist", MONDAY, "by phone")


@pytest.fixture
def programme(now, maria, ana):
    return assign_programme(client=maria, items=[CALF, OWN], by=ana)


def later(days):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


# --- what may be given ------------------------------------------------------------------------------------------


def test_every_exercise_has_steps_a_stop_rule_a_source_and_work_the_check_can_read(maria, now):
    for exercise in EXERCISES.values():
        assert exercise.steps and exercise.stop.endswith("session.") and exercise.source == HEALING_TOUCH
        assert exercise.treatments()
    assert set(spoken_of(maria)) == set(EXERCISES)


def test_a_programme_keeps_the_words_in_which_it_was_given(programme, maria, ana):
    calf, own = programme.items.all()
    assert calf.name == "Release a tight muscle: left calf"
    assert calf.step_lines == list(EXERCISES[CALF.code].steps) and "shooting pain" in calf.stop_rule
    assert (own.name, own.step_lines, own.how_often) == ("Ankle circles", ["Sit.", "Ten circles each way."], "twice a day")
    assert "shooting pain" in own.stop_rule, "own words get the general stop rule"
    assert programme.version == 1 and programme_of(maria) == programme


def test_migraine_work_waits_for_the_yes_and_keeps_who_gave_it(now, ines, ana):
    for code in ("press-brow-and-temples", "roll-skull-base"):
        with pytest.raises(WordMissing, match="Write down who said yes"):
            assign_programme(client=ines, items=[ItemInput(code)], by=ana)
    with pytest.raises(BadInput, match="still to come"):
        assign_programme(client=ines, by=ana,
                         items=[ItemInput("roll-skull-base", word=Word("Tom Hale", MONDAY + timedelta(days=2), "by phone"))])
    assert not HomeProgramme.objects.exists()
    row = assign_programme(client=ines, items=[ItemInput("roll-skull-base", word=YES)], by=ana).items.get()
    assert (row.word_of, row.word_on, row.word_how) == (YES.of, YES.on, YES.how)


def test_a_stop_refuses_and_the_item_that_stands_is_left_out_until_it_has_passed(programme, maria, ana):
    wound = record_finding(client=maria, finding="open-wound", places=[("calf", "left")], by=ana)
    with pytest.raises(HomeBarred, match="Not for now: Release a tight muscle: left calf"):
        assign_programme(client=maria, items=[CALF], by=ana)
    calf, circles = programme.items.all()
    barred = barred_today(programme)
    assert set(barred) == {calf.pk}
    mark_done(item=circles, by=ana)
    with pytest.raises(WrongState, match="Leave this one out for now"):
        mark_done(item=calf, by=ana)
    end_finding(finding=wound, ended_on=MONDAY, by=ana)
    with later(2):
        assert not barred_today(programme)


def test_a_stop_for_the_whole_body_bars_everything_own_words_too(programme, maria, ana, page):
    record_finding(client=maria, finding="blood-clot", places=[("calf", "left")], by=ana)
    with pytest.raises(HomeBarred, match="Nothing is given to do at home for now"):
        assign_programme(client=maria, items=[OWN], by=ana)
    assert len(barred_today(programme)) == 2
    words = page(None).get(own(maria)).content.decode()
    assert words.count("Leave this one out for now") == 2 and "Done today" not in words and "clot" not in words


def test_a_caution_asks_for_a_reason_and_keeps_it(now, maria, ana):
    record_finding(client=maria, finding="hypersensitive", places=[("arm", "left")], by=ana)
    tap = ItemInput("tap-with-soft-fists")
    with pytest.raises(ReasonRequired, match=r"Tap with soft fists: .*touch hurts"):
        assign_programme(client=maria, items=[CALF, tap], by=ana)
    given = ItemInput("tap-with-soft-fists", reason="Only the right side; shown and tried.")
    row = assign_programme(client=maria, items=[CALF, given], by=ana).items.get(code=tap.code)
    assert row.reason == "Only the right side; shown and tried."
    assert {r.rule for r in spoken_of(maria)["tap-with-soft-fists"]} == {"hypersensitive-methods"}


@pytest.mark.parametrize("items, words", (
    ([], "Choose at least one"),
    ([ItemInput("levitation")], "not in the catalogue"),
    ([ItemInput("release-tight-muscle")], "Say where"),
    ([ItemInput("release-tight-muscle", "foot:left")], "Say where"),
    ([ItemInput("rub-arms-and-legs", "calf:left")], "its places already"),
    ([RUB, RUB], "there twice"),
    ([OWN, ItemInput(name=" ankle  circles", steps="x")], "there twice"),
    ([ItemInput(name="Circles")], "how it is done"),
    ([ItemInput(steps="Circles")], "what it is"),
    ([ItemInput(name=f"n{n}", steps="s") for n in range(MOST_ITEMS + 1)], f"Choose {MOST_ITEMS} at most"),
    ([ItemInput("rub-arms-and-legs", word=Word(" ", MONDAY, "x"))], "who said yes"),
))
def test_what_cannot_be_given_is_refused_in_words(now, maria, ana, items, words):
    with pytest.raises(BadInput, match=words):
        assign_programme(client=maria, items=items, by=ana)
    assert not HomeProgramme.objects.exists()


def test_only_therapists_give_and_only_from_a_note_of_this_client(now, maria, kofi, ana, owner, desk, kofis_visit):
    from notes.writing import begin_note

    for by in (owner, desk):
        with pytest.raises(NotAllowed):
            assign_programme(client=maria, items=[RUB], by=by)
    note, _ = begin_note(appointment=kofis_visit, by=ana)
    with pytest.raises(BadInput, match="another client"):
        assign_programme(client=maria, items=[RUB], note=note, by=ana)
    assert assign_programme(client=kofi, items=[RUB], note=note, by=ana).note == note


def test_it_is_given_from_ones_own_note_until_a_day_after_signing_and_by_api_alike(kofi, ana, ben, api, kofis_visit):
    note = sign(kofis_visit, ana, subjective="heavy")
    with pytest.raises(BadInput, match="Assign it from a note of your own"):
        assign_programme(client=kofi, items=[RUB], note=note, by=ben)
    sent = {"note": str(note.pk), "items": [{"code": RUB.code}]}
    refused = api(ben).post(f"/api/v1/clients/{kofi.pk}/home-programme/", sent, format="json")
    assert (refused.status_code, HomeProgramme.objects.count()) == (400, 0)
    assert "wrote this note" in refused.content.decode()
    assert assign_programme(client=kofi, items=[RUB], note=note, by=ana).note == note
    with later(2), pytest.raises(BadInput, match="signed more than a day ago"):
        assign_programme(client=kofi, items=[RUB], note=note, by=ana)


# --- versions ---------------------------------------------------------------------------------------------------


def test_a_change_makes_a_new_version_and_the_old_one_stays_as_it_was(programme, maria, ana):
    with later(1):
        second = assign_programme(client=maria, items=[RUB], by=ana)
    first = HomeProgramme.objects.get(pk=programme.pk)
    assert (first.version, second.version, programme_of(maria)) == (1, 2, second)
    assert first.ended_at and [item.name for item in first.items.all()][1] == "Ankle circles"
    with pytest.raises(WrongState, match="has ended"):
        end_programme(programme=first, by=ana)


def test_the_database_lets_nobody_rewrite_what_was_given_nor_give_two(programme, maria):
    for change in (
        lambda: HomeItem.objects.update(stop_rule="never"),
        lambda: HomeItem.objects.all().delete(),
        lambda: HomeProgramme.objects.update(version=7),
        lambda: HomeProgramme.objects.create(practice=maria.practice, client=maria, author=programme.author, version=2),
    ):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            change()


def test_rows_of_one_person_become_one_with_one_programme_that_stands(programme, maria, ana, page):
    twin = make_client(maria.practice, "Maria Lindquist", email="m@clients.example")
    theirs = assign_programme(client=twin, items=[RUB], by=ana)
    mark_done(item=theirs.items.get(), by=Outsider(maria.practice, "client", "Maria"))
    url = own(twin)
    merge_clients(client=twin, into=maria, by=ana)
    assert programme_of(maria) == programme
    assert HomeProgramme.objects.filter(client=maria).count() == 2
    assert "Release a tight muscle" in page(None).get(url).content.decode(), "the older address leads there"


# --- a relapse pauses -------------------------------------------------------------------------------------------


def test_a_confirmed_relapse_pauses_it_and_only_a_therapist_lets_it_run_again(programme, maria, ana, page):
    with later(1):
        effect = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana)
        assert paused_by(programme) is None, "a possible relapse changes nothing"
        holds.change_episode(episode=effect.episode, status="confirmed", on=MONDAY + timedelta(days=1), by=ana)
        episode = paused_by(programme)
        assert episode == effect.episode
        words = page(None).get(own(maria)).content.decode()
        assert "Paused until" in words and "Ankle circles" not in words and "relapse" not in words.lower()
        assert home_said(maria, today_of(maria))[1] == "Ankle circles, paused: it begins again when you say so"
        with pytest.raises(WrongState, match="paused"):
            mark_done(item=programme.items.first(), by=ana)
    with later(40):
        for status in ("recovering", "resolved"):
            holds.change_episode(episode=Episode.objects.get(), status=status, on=MONDAY + timedelta(days=40), by=ana)
        assert paused_by(programme), "it does not begin again by itself"
        resumed = resume_programme(programme=programme, by=ana)
        assert paused_by(resumed) is None
        with pytest.raises(WrongState, match="not paused"):
            resume_programme(programme=resumed, by=ana)


def test_what_was_not_a_relapse_pauses_nothing(programme, maria, ana):
    with later(1):
        episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana, status="confirmed").episode
        assert paused_by(programme)
        holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY + timedelta(days=1), by=ana)
        assert paused_by(programme) is None


# --- the client's page ------------------------------------------------------------------------------------------


def own(client):
    return "/h/" + home_url(client).split("/h/")[1]


def test_the_client_reads_and_taps_done_and_takes_it_back(programme, maria, ana, page):
    phone, calf = page(None), programme.items.first()
    words = phone.get(own(maria)).content.decode()
    assert words.index("shooting pain") < words.index("Press along the muscle"), "when to stop comes first"
    assert "0 of 7" not in words and "Done today" in words
    for _ in range(2):  # two impatient taps are one
        assert phone.post(own(maria), {"done": calf.pk}).status_code == 302
    assert HomeDone.objects.filter(item=calf, on=MONDAY).count() == 1
    assert "Not done after all" in phone.get(own(maria)).content.decode()
    phone.post(own(maria), {"undo": calf.pk})
    assert not HomeDone.objects.exists()
    verbs = list(AuditEntry.objects.filter(client_id=maria.pk).values_list("verb", "actor_role"))
    assert ("home_item_done", "client") in verbs and ("home_item_not_done", "client") in verbs


def test_the_page_takes_no_other_clients_item_and_keeps_private(programme, maria, kofi, ana, page):
    theirs = assign_programme(client=kofi, items=[RUB], by=ana).items.get()
    answer = page(None).post(own(maria), {"done": theirs.pk})
    assert answer.status_code == 200 and not HomeDone.objects.exists()
    assert page(None).post(own(maria), {"done": "x"}).status_code == 200
    for name, value in (("Referrer-Policy", "no-referrer"), ("Cache-Control", "no-store"), ("X-Robots-Tag", "noindex")):
        assert answer[name] == value


def test_a_link_that_is_none_and_one_of_an_archived_client_say_the_same(programme, maria, page):
    url = own(maria)
    maria.archived_at = timezone.now()
    maria.save()
    dead, unknown = page(None).get(url), page(None).get("/h/nonsense/")
    assert dead.status_code == unknown.status_code == 404 and dead.content == unknown.content


def test_after_a_change_the_same_address_shows_the_new_version_and_days_go_on_counting(programme, maria, ana, page, django_assert_num_queries):
    url, phone = own(maria), page(None)
    phone.post(url, {"done": programme.items.first().pk})
    with later(1):
        new = assign_programme(client=maria, items=[CALF, ItemInput(name="Walk", steps="Ten minutes.")], by=ana)
        assert phone.post(url, {"done": programme.items.first().pk}).status_code == 409, "the old page was still open"
        phone.post(url, {"done": new.items.first().pk})
        week, _ = weeks_of(new, today_of(maria))
        assert week.count == 2 and week.is_done_today
        with django_assert_num_queries(3):
            assert home_said(maria, today_of(maria)) == ["Release a tight muscle: left calf, 2 of 7 days", "Walk, 0 of 7 days"]
        take_back_done(item=new.items.first(), by=ana)
        assert weeks_of(new, today_of(maria))[0].count == 1
        end_programme(programme=new, by=ana)
        with django_assert_num_queries(1):
            assert home_said(maria, today_of(maria)) == []
        assert "nothing to do at home for now" in phone.get(url).content.decode()


def test_it_is_sent_only_when_asked_and_only_to_who_agreed(programme, maria, ana, mailoutbox):
    assert not Message.objects.filter(kind="home-programme").exists()
    for _ in range(2):
        send_programme(programme=programme, by=ana)
    drain()
    (mail,) = [m for m in mailoutbox if m.subject == "Your page from us"]
    assert own(maria) in mail.body and "calf" not in mail.body
    assert own(maria) not in without_links(mail.body), "whoever reads the outbox does not get in"
    maria.channels = []
    maria.save()
    with pytest.raises(NotAgreed, match="has not agreed"):
        send_programme(programme=HomeProgramme.objects.get(), by=ana)


# --- by API -----------------------------------------------------------------------------------------------------


def test_a_program_assigns_and_reads_and_is_refused_in_the_same_words(now, ines, ana, api):
    http, url = api(ana), f"/api/v1/clients/{ines.pk}/home-programme/"
    named = {e["code"]: e for e in http.get("/api/v1/home-exercises/").json()["results"]}
    assert set(named) == set(EXERCISES) and named["roll-skull-base"]["source"] == HEALING_TOUCH
    answer = http.post(url, {"items": [{"code": "roll-skull-base"}]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "word_missing")
    answer = http.post(url, {"items": [{"code": "rub-arms-and-legs", "place": "x"}]}, format="json")
    assert answer.status_code == 400 and answer.json()["errors"][0]["pointer"] == "/items/0/place"
    word = {"of": "Tom Hale", "on": "2026-11-20", "how": "by phone"}
    answer = http.post(url, {"items": [{"code": "roll-skull-base", "word": word}]}, format="json")
    assert answer.status_code == 201 and answer.json()["items"][0]["word_on"] == "2026-11-20"
    mark_done(item=HomeItem.objects.get(), by=ana)
    http.post(url, {"items": [{"code": "roll-skull-base", "word": word}, {"name": "Walk", "steps": "Ten minutes."}]},
              format="json")
    listed = http.get(url).json()
    assert [(row["version"], bool(row["ended_at"])) for row in listed["results"]] == [(2, False), (1, True)]
    assert [item["done_of_7_days"] for item in listed["results"][0]["items"]] == [1, 0]
    assert listed["results"][0]["is_paused"] is False


# --- the therapist's pages --------------------------------------------------------------------------------------


def test_a_therapist_chooses_on_a_page_and_what_is_wrong_is_said_at_its_field(now, ines, ana, page):
    browser, url = page(ana), f"/clients/{ines.pk}/home-programme/"
    chosen = {"roll-skull-base-is_given": "on", "roll-skull-base-how_often": "", "release-tight-muscle-is_given": "on"}
    answer = browser.post(url, chosen)
    words = answer.content.decode()
    assert answer.status_code == 422 and "Say who said yes" in words and "Say where." in words
    chosen |= {"roll-skull-base-word_of": YES.of, "roll-skull-base-word_on": "2026-11-20", "roll-skull-base-word_how": "by phone",
               "release-tight-muscle-place": "calf:both", "own-0-name": "Circles", "own-0-steps": "Sit.\r\nTurn."}
    assert browser.post(url, chosen).status_code == 302
    items = list(programme_of(ines).items.all())
    assert [item.name for item in items] == ["Release a tight muscle: both calves", "Roll the base of the skull", "Circles"]
    words = browser.get(url).content.decode()
    assert "Version 1" in words and "Yes of Tom Hale" in words
    assert "Ankle" not in browser.get(f"/clients/{ines.pk}/notes/").content.decode()
    assert "Roll the base of the skull" in browser.get(f"/clients/{ines.pk}/notes/").content.decode()


def test_from_a_notes_plan_what_is_typed_is_saved_and_the_way_leads_back(draft, maria, ana, page):
    browser = page(ana)
    answer = browser.post(f"/notes/{draft.pk}/", {"version": draft.version, "plan": "Weekly.", "rows": 0, "act": "home"})
    assert answer["Location"] == f"/clients/{maria.pk}/home-programme/?note={draft.pk}"
    draft.refresh_from_db()
    assert draft.plan == "Weekly."
    answer = browser.post(answer["Location"], {"rub-arms-and-legs-is_given": "on", "note": draft.pk})
    assert answer["Location"] == f"/notes/{draft.pk}/"
    assert programme_of(maria).note == draft
    assert "Home: Rub arms and legs, 0 of 7 days" in browser.get(f"/notes/{draft.pk}/").content.decode()


def test_a_reason_is_asked_at_its_item_and_own_words_stay_through_a_change(programme, maria, ana, page):
    browser, url = page(ana), f"/clients/{maria.pk}/home-programme/"
    record_finding(client=maria, finding="hypersensitive", places=[("arm", "left")], by=ana)
    sent = {"tap-with-soft-fists-is_given": "on", "own-0-name": "Ankle circles", "own-0-steps": "Sit.", "own-0-remark": "Slowly.",
            "own-1-name": "Walk", "own-1-steps": "Ten minutes."}
    answer = browser.post(url, sent)
    assert answer.status_code == 409
    assert 'href="#id_tap-with-soft-fists-reason">Tap with soft fists: ' in answer.content.decode()
    browser.post(url, sent | {"tap-with-soft-fists-reason": "The right side only."})
    assert [(row.name, row.remark, row.reason) for row in programme_of(maria).items.all()] == [
        ("Tap with soft fists", "", "The right side only."), ("Ankle circles", "Slowly.", ""), ("Walk", "", "")]
    words = browser.get(url).content.decode()
    assert 'value="Slowly."' in words and "own-2-name" in words and "own-3-name" not in words


def test_end_resume_and_send_are_presses_and_say_why_not(programme, maria, ana, page):
    browser, url = page(ana), f"/clients/{maria.pk}/home-programme/"
    answer = browser.post(f"{url}resume/")
    assert answer.status_code == 409 and "It is not paused." in answer.content.decode()
    assert browser.post(f"{url}send/").status_code == 302 and Message.objects.filter(kind="home-programme").exists()
    assert browser.post(f"{url}end/").status_code == 302 and programme_of(maria) is None
    assert browser.post(f"{url}end/").status_code == browser.post(f"{url}dance/").status_code == 404
    assert "Version 1" in browser.get(url).content.decode(), "what was given stays readable"


def test_no_words_can_do_anything_on_the_sheet_or_the_page(now, maria, ana, page):
    items = [ItemInput(name=f"{n} {words}", steps="\n".join(HOSTILE), stop_rule=words, remark=words, how_often=words)
             for n, words in enumerate(HOSTILE[:MOST_ITEMS])]
    assign_programme(client=maria, items=items, by=ana)
    pdf = PdfReader(BytesIO(programme_pdf(programme_of(maria))))
    words = tight("\n".join(p.extract_text() for p in pdf.pages))
    for payload in HOSTILE:
        assert words.count(tight(payload)) >= MOST_ITEMS, payload
    for answer in (page(None).get(own(maria)), page(ana).get(f"/clients/{maria.pk}/home-programme/")):
        assert b"<script>alert" not in answer.content and b"&lt;script&gt;" in answer.content


@pytest.mark.parametrize("paper", ("a4", "us-letter"))
def test_the_sheet_is_one_tagged_page_with_all_of_it(programme, maria, ana, page, paper):
    maria.practice.paper = paper
    maria.practice.save()
    every = [ItemInput(code, "calf:left" if exercise.places else "", word=YES) for code, exercise in EXERCISES.items()]
    row = assign_programme(client=maria, items=every, by=ana)
    pdf = PdfReader(BytesIO(programme_pdf(programme_of(maria))))
    words = " ".join(" ".join(p.extract_text() for p in pdf.pages).split())
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for item in row.items.all():
        assert item.name in words
    few = assign_programme(client=maria, items=[CALF, OWN], by=ana)
    pdf = PdfReader(BytesIO(programme_pdf(programme_of(maria))))
    assert len(pdf.pages) == 1 and f"{pdf.pages[0].mediabox.width:.0f}" == {"a4": "595", "us-letter": "612"}[paper]
    answer = page(ana).get(f"/clients/{maria.pk}/home-programme/sheet.pdf")
    assert answer.content[:5] == b"%PDF-" and AuditEntry.objects.filter(subject_id=few.pk, detail__what="pdf").exists()
