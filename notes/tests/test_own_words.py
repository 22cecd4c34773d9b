"""Snippets, each therapist's own, and the codes a practice types."""

import re

import pytest
from django.urls import reverse

from notes.billing import change_codes, codes_of
from notes.models import Snippet
from notes.record.signing import sign_note
from notes.snippets import MOST, keep_snippet, snippets_of
from notes.tests.conftest import draft_of, had_visit, sign
from notes.tests.test_pages import ROW, typed, url, words
from notes.writing import TreatmentInput
from practice.models import AuditEntry
from practice.refusals import BadInput, NotAllowed

SNIPPETS = "/snippets/"


def test_a_snippet_is_kept_changed_and_removed_on_its_page(page, ana):
    http = page(ana)
    assert "None yet." in words(http.get(SNIPPETS))
    http.post(SNIPPETS, {"word": "HB", "text": "home breathing shown"})
    kept = http.post(SNIPPETS, {"word": "hb", "text": "home breathing, ten slow breaths"}, follow=True)
    assert "ten slow breaths" in words(kept) and "home breathing shown" not in words(kept)
    (snippet,) = snippets_of(ana)
    assert 'value="hb"' in http.get(f"{SNIPPETS}?word=hb").content.decode()
    gone = http.post(reverse("notes:snippet_drop", args=[snippet.pk]), follow=True)
    assert "Removed." in words(gone) and not Snippet.objects.exists()


def test_snippets_are_their_therapists_own(page, ana, ben, desk):
    snippet = keep_snippet(word="hb", text="home breathing", by=ana)
    assert "home breathing" not in words(page(ben).get(SNIPPETS))
    assert page(ben).post(reverse("notes:snippet_drop", args=[snippet.pk])).status_code == 404
    assert page(desk).get(SNIPPETS).status_code == 403
    keep_snippet(word="hb", text="Ben's own", by=ben)
    assert [s.text for s in snippets_of(ana)] == ["home breathing"]


@pytest.mark.parametrize(("word", "text", "field"), [
    ("two words", "x", "word"), ("", "x", "word"), ("a" * 21, "x", "word"), ("ok", " ", "text"), ("ok", "x" * 1001, "text")])
def test_a_snippet_is_one_short_word_for_a_text(word, text, field, ana):
    with pytest.raises(BadInput) as refused:
        keep_snippet(word=word, text=text, by=ana)
    assert refused.value.field == field


def test_a_hundred_snippets_are_enough_and_an_old_one_can_still_be_changed(ana):
    Snippet.objects.bulk_create(Snippet(practice=ana.practice, member=ana, word=f"w{n}", text="x") for n in range(MOST))
    with pytest.raises(BadInput, match="100 snippets"):
        keep_snippet(word="more", text="x", by=ana)
    assert keep_snippet(word="w1", text="y", by=ana).text == "y"


def test_a_snippet_is_inserted_without_scripts_after_what_is_typed(page, ana, draft):
    snippet = keep_snippet(word="hb", text="home breathing", by=ana)
    sent = typed(draft, plan="weekly ", act="insert-plan", snippet_plan=str(snippet.pk))
    text = page(ana).post(url("note", draft), sent).content.decode()
    assert re.search(r'<textarea name="plan"[^>]*>\s*weekly home breathing</textarea>', text)
    draft.refresh_from_db()
    assert draft.plan == ""


def test_the_trail_keeps_no_word_of_a_snippet(ana):
    keep_snippet(word="hb", text="home breathing", by=ana)
    assert AuditEntry.objects.get(verb="snippet_kept").detail == {}


def test_units_of_the_day_are_counted_only_where_the_owner_typed_a_code(page, ana, ben, owner, maria, neuro_45, draft):
    check = reverse("notes:note_check", args=[draft.pk])
    row = {**ROW, "minutes": "23"}
    assert "Units" not in words(page(ana).post(check, typed(draft, row)))
    saved = page(owner).post("/practice/codes/", {"deep-tissue": " 97124 "}, follow=True)
    assert "Saved." in words(saved) and codes_of(owner.practice_id) == {"deep-tissue": "97124"}
    shown = words(page(ana).post(check, typed(draft, row)))
    assert "97124 × 2 for the whole day so far, from 23 timed minutes" in shown and "Medicare Claims Processing Manual" in shown
    also = TreatmentInput("back", "both", "deep-tissue", 3, 15)
    draft_of(had_visit(maria, ben, neuro_45, hour=14), ben, also, TreatmentInput("neck", "both", "deep-tissue", 3, 30, state="planned"))
    assert "97124 × 3 for the whole day so far, from 38 timed minutes, 23 of them in this note." in words(page(ana).post(check, typed(draft, row)))
    draft.refresh_from_db()
    page(ana).post(f"/notes/{draft.pk}/", typed(draft, row, act="save", subjective="well"))
    sign_note(note=draft, by=ana)
    for who in (ana, ben):
        assert "97124 × 3 for the whole day so far, from 38 timed minutes, 23 of them in this note." in words(page(who).get(f"/notes/{draft.pk}/"))
    page(owner).post("/practice/codes/", {"deep-tissue": "97999"})
    assert "97124 × 3 for the whole day so far, from 38" in words(page(ana).get(f"/notes/{draft.pk}/")), "as the code stood when it was signed"
    page(owner).post("/practice/codes/", {"deep-tissue": ""})
    assert "97124 × 3 for the whole day so far, from 38" in words(page(ana).get(f"/notes/{draft.pk}/"))
    assert codes_of(owner.practice_id) == {}


def test_two_signed_notes_of_one_day_say_that_their_units_are_the_days_and_are_not_added_up(
    page, ana, owner, maria, neuro_45, now
):
    change_codes(practice=ana.practice, codes={"effleurage": "97124"}, by=owner)
    work = TreatmentInput("lower-leg", "left", "effleurage", 2, 20)
    first, second = (sign(had_visit(maria, ana, neuro_45, hour=hour), ana, work) for hour in (9, 13))
    shown = [words(page(ana).get(f"/notes/{note.pk}/")) for note in (first, second)]
    assert "97124 × 1 for the whole day so far, from 20 timed minutes" in shown[0]
    assert "97124 × 3 for the whole day so far, from 40 timed minutes, 20 of them in this note." in shown[1]
    assert "They take the place of the units on the day’s other notes: do not add them up." in shown[1]


def test_codes_are_the_owners_to_type_and_look_like_codes(page, ana, owner):
    with pytest.raises(NotAllowed):
        change_codes(practice=ana.practice, codes={"effleurage": "97124"}, by=ana)
    assert page(ana).get("/practice/codes/").status_code == 403
    wrong = page(owner).post("/practice/codes/", {"deep-tissue": "<b>"})
    assert wrong.status_code == 400 and "letters, digits, points and dashes" in words(wrong)
