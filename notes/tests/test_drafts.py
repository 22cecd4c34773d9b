"""What a sheet saves by itself: all of it, at once, over nobody; wrong parts as they were typed."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.keeping.parts import PARTS, rows_of
from notes import writing
from notes.autosave import MOST_TYPED, keep_typed
from notes.models import Note, NoteDraft
from notes.record import signing
from practice.models import AuditEntry
from practice.refusals import Stale
from practice.tests.answers import is_problem, text_of, value_of

ROW = {"rows": "2", "row-0-place": "lower-leg:left", "row-0-technique": "effleurage", "row-0-pressure": "2",
       "row-0-minutes": "10", "row-0-response": "softer"}


def address(note, what="note_draft"):
    return reverse(f"notes:{what}", args=[note.pk])


def typed(**fields):
    return {"version": 1, "rows": "0", "subjective": "", "objective": "", "assessment": "", "plan": "", **fields}


def save(browser, note, **fields):
    return browser.post(address(note), typed(**fields), HTTP_ACCEPT="application/json")


def words(note):
    note.refresh_from_db()
    return note.subjective


def test_everything_on_the_sheet_is_in_the_note_after_one_save(draft, ana, page):
    answer = save(page(ana), draft, subjective="legs heavier", plan="weekly", **ROW, pain_before="5", only_me="on")
    assert answer.json() == {"version": 2, "saved_at": "08:00", "is_whole": True, "unfinished": []}
    note = Note.objects.get(pk=draft.pk)
    assert (note.subjective, note.plan, note.visibility, note.version) == ("legs heavier", "weekly", "author", 2)
    assert [writing.treatment_said(row) for row in note.treatments.all()] == ["left lower leg: effleurage, pressure 2, 10 min"]
    assert note.measurements.get().value == 5
    assert NoteDraft.objects.get().typed == {}, "nothing stands there twice"


@pytest.mark.parametrize("wrong, shown", [
    ({**ROW, "row-0-minutes": "abc"}, ("row-0-minutes", "abc")),
    ({**ROW, "row-0-place": "", "row-0-technique": "", "row-0-response": "", "row-0-pressure": ""}, ("row-0-minutes", "10")),
    ({**ROW, "row-0-technique": ""}, ("row-0-response", "softer")),
    ({**ROW, "row-0-minutes": "480"}, ("row-0-minutes", "480")),
    ({"pain_before": "eleven"}, ("pain_before", "eleven")),
])  # fmt: skip
def test_what_cannot_stand_in_the_note_waits_as_typed_and_the_words_are_safe_in_it(draft, ana, page, wrong, shown):
    browser = page(ana)
    assert save(browser, draft, subjective="legs heavier", **wrong).json()["is_whole"] is False
    assert words(draft) == "legs heavier" and not draft.treatments.exists() and not draft.measurements.exists()
    opened = browser.get(address(draft, "note"))
    assert value_of(opened, shown[0]) == shown[1] and "legs heavier" in opened.content.decode()
    assert value_of(opened, "version") == "2" and "saved 08:00" in text_of(opened)


@pytest.mark.parametrize("wrong, named", [
    ({**ROW, "row-0-technique": ""}, [["row-0-technique", "Say what was done: left lower leg.", False]]),
    ({**ROW, "row-0-minutes": "999"}, [["row-0-minutes", "480 minutes at most.", True]]),
    ({"rows": "1", "row-0-quick": "10"}, [["row-0-place", "This row says something, but not where. Choose a place, or empty the row.", False]]),
    ({"pain_before": "11"}, [["pain_before", "Pain goes from 0 to 10.", True]]),
    ({"next_in_days": "0"}, [["next_in_days", "The next visit comes in 1 to 365 days.", True]]),
    ({**ROW, "row-0-minutes": "480"}, [["", "480 minutes are noted for a visit of 45. At most 105 can be noted: correct the minutes.", False]]),
])  # fmt: skip
def test_what_waits_is_named_with_its_field_and_named_again_when_the_note_is_opened(draft, ana, page, wrong, named):
    browser = page(ana)
    assert save(browser, draft, subjective="legs heavier", **wrong).json()["unfinished"] == named
    opened = browser.get(address(draft, "note")).content.decode()
    said = "one value is out of range" if named[0][2] else "one thing is not complete yet"
    assert f"saved 08:00 as typed; {said}" in opened
    assert f'<script id="unfinished" type="application/json">{json.dumps(named)}</script>' in opened
    assert save(browser, draft, version=2, subjective="legs heavier").json()["unfinished"] == []
    assert 'id="unfinished"' not in browser.get(address(draft, "note")).content.decode()


def test_a_draft_of_another_day_says_its_day(draft, ana, page, time_machine, now):
    save(page(ana), draft, subjective="legs heavier")
    time_machine.move_to(now + timedelta(days=2), tick=False)
    assert "saved Mon 23 Nov, 08:00" in text_of(page(ana).get(address(draft, "note")))


def test_minutes_without_a_place_are_said_by_a_save_by_hand_and_not_dropped(draft, ana, page):
    answer = page(ana).post(address(draft, "note"), typed(act="save", rows="1", **{"row-0-quick": "10"}))
    assert answer.status_code == 422 and "This row says something, but not where" in text_of(answer)


def test_what_waits_is_read_by_nobody_else_and_is_in_what_the_client_takes_out(draft, ana, ben, page, maria):
    save(page(ana), draft, subjective="legs heavier", **{**ROW, "row-0-minutes": "a secret"})
    assert "a secret" not in page(ben).get(address(draft, "note")).content.decode()
    is_problem(save(page(ben), draft, subjective="mine"), 403, "not_allowed")
    assert words(draft) == "legs heavier"
    assert rows_of(PARTS["typing"], maria).get().typed["row-0-minutes"] == "a secret"


def test_a_save_by_hand_and_the_signature_take_away_what_waits(draft, ana, page):
    browser = page(ana)
    save(browser, draft, subjective="legs heavier", pain_before="eleven")
    with pytest.raises(writing.NotAllInTheNote, match="not finished"):
        signing.sign_note(note=draft, by=ana)
    browser.post(address(draft, "note"), typed(version=2, subjective="legs heavier", act="save"))
    assert not NoteDraft.objects.exists()
    save(browser, draft, version=3, subjective="legs lighter")
    signing.sign_note(note=draft, by=ana)
    assert not NoteDraft.objects.exists() and words(draft) == "legs lighter"
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteDraft.objects.create(note=draft, author=ana, version=5, at=timezone.now(), is_whole=True)
    is_problem(save(browser, draft, version=5, subjective="later"), 409, "note_signed")


def test_of_two_devices_the_second_is_told_and_writes_over_nothing(draft, ana, page):
    browser = page(ana)
    assert save(browser, draft, subjective="on the tablet", tab="a", turn=1).status_code == 200
    is_problem(save(browser, draft, subjective="on the phone", tab="b", turn=1), 412, "stale")
    assert words(draft) == "on the tablet"
    both = browser.post(address(draft, "note"), typed(version=1, subjective="on the phone", act="save"))
    assert both.status_code == 412
    assert "on the tablet" in text_of(both) and "on the phone" in both.content.decode() and "data-both" in both.content.decode()


def test_a_tab_whose_answer_was_lost_is_not_in_its_own_way_and_a_late_try_changes_nothing(draft, ana, page):
    browser = page(ana)
    for turn, said in ((1, "legs"), (2, "legs heavier"), (3, "legs heavier today")):
        assert save(browser, draft, version=1, subjective=said, tab="a", turn=turn).json()["version"] == turn + 1
    late = save(browser, draft, version=1, subjective="legs heavier", tab="a", turn=2).json()
    assert late["version"] == 4 and words(draft) == "legs heavier today"
    brought = save(browser, draft, version=1, subjective="legs heavier today, stiff", tab="a", turn=4).json()
    assert brought["version"] == 5, "another tab brings back what this one could not save"
    writing.write_note(note=draft, by=ana, expected_version=5, subjective="elsewhere")
    assert save(browser, draft, version=5, subjective="mine", tab="a", turn=5).status_code == 412


def test_the_trail_says_once_a_quarter_of_an_hour_that_somebody_writes(draft, ana, page, now):
    browser = page(ana)
    with time_machine.travel(now, tick=False) as clock:
        for n in range(40):
            save(browser, draft, version=n + 1, subjective=f"{n} words")
            clock.shift(timedelta(seconds=50))
    assert AuditEntry.objects.filter(verb="note_written", subject_id=draft.pk).count() == 3
    assert words(draft) == "39 words"


def test_the_page_says_when_it_saved_by_itself(draft, ana, page, now):
    browser = page(ana)
    assert "not saved yet" in text_of(browser.get(address(draft, "note")))
    save(browser, draft, subjective="one")
    with time_machine.travel(now + timedelta(minutes=9), tick=False):
        save(browser, draft, version=2, subjective="two")
        assert "saved 08:09" in text_of(browser.get(address(draft, "note")))


@pytest.mark.parametrize("sent, status", [({"version": "x"}, 400), ({"version": ""}, 400), ({"turn": "-1"}, 200), ({"turn": "9" * 30}, 200),
                                          ({"tab": "t" * 900}, 200), ({"plan": "\x00<script>"}, 200), ({"rows": "9999"}, 200),
                                          ({"subjective": "x" * (MOST_TYPED + 1)}, 400), ({"subjective": "x" * 20_001}, 200)])  # fmt: skip
def test_whatever_is_sent_is_saved_or_refused_in_words(draft, ana, page, sent, status):
    answer = save(page(ana), draft, **sent)
    assert answer.status_code == status
    assert answer.json()["detail"] if status == 400 else answer.json()["version"] == 2


def test_a_shut_page_is_told_so_and_typed_text_of_somebody_signed_out_opens_for_them_alone(draft, ana, ben, page):
    is_problem(save(page(None), draft, subjective="legs"), 401, "not_authenticated")
    for member in (ana, ben):
        member.user.email = f"{uuid4().hex}@riverside.example"  # nobody has guessed at it in an earlier test
        member.user.set_password("a long enough password")
        member.user.save()
    gone = page(None)
    waits = gone.post(address(draft, "note"), typed(subjective="Zwetschge", act="save", **{"as": str(ana.pk)}))
    assert waits.status_code == 401 and "Zwetschge" not in waits.content.decode() and "Ana" not in text_of(waits)
    kept = value_of(waits, "kept")
    assert gone.post(address(draft, "note"), {"kept": kept, "lock_password": "no"}).status_code == 403
    assert gone.post(address(draft, "note"), {"kept": kept, "lock_password": "a long enough password"}).status_code == 302
    assert words(draft) == "Zwetschge"


def test_a_sheet_with_the_token_of_an_earlier_session_is_sent_with_the_password(draft, ana, page):
    ana.user.email = f"{uuid4().hex}@riverside.example"
    ana.user.set_password("a long enough password")
    ana.user.save()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana.user)
    waits = strict.post(address(draft, "note"), typed(subjective="Zwetschge", act="save", **{"as": str(ana.pk)}))
    assert waits.status_code == 401 and "Zwetschge" not in waits.content.decode()
    again = {"kept": value_of(waits, "kept"), "csrfmiddlewaretoken": value_of(waits, "csrfmiddlewaretoken")}
    assert strict.post(address(draft, "note"), {**again, "lock_password": "a long enough password"}).status_code == 302
    assert words(draft) == "Zwetschge"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=40), min_size=1, max_size=4),
       minutes=st.sampled_from(["", "7", "abc", "-1", "481", "7.5", " 7"]),
       place=st.sampled_from(["", "foot:left", "hat:left"]), technique=st.sampled_from(["", "effleurage", "nothing"]))
def test_whatever_is_typed_stands_on_the_sheet_again(draft, ana, said, minutes, place, technique):
    from notes.autosave import sheet_of

    for text in said:
        draft.refresh_from_db()
        last = {"rows": "1", "subjective": text, "row-0-minutes": minutes, "row-0-place": place, "row-0-technique": technique}
        keep_typed(note=draft, by=ana, expected_version=draft.version, typed=last)
    again = sheet_of(Note.objects.get(pk=draft.pk))
    assert again.words["subjective"].value() == said[-1]
    row = again.rows[0]
    shown = tuple(str(row[name].value() or "") for name in ("minutes", "place", "technique"))
    assert shown == (minutes, place, technique) or shown == (minutes.strip(), place, technique)
    with pytest.raises(Stale):
        keep_typed(note=draft, by=ana, expected_version=draft.version + 9, typed=last)
