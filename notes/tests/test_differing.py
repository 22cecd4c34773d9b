"""Two versions of one sheet: what differs is named part by part, and the words of one alone are marked."""

import re
import time
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.sheet.differing import AROUND, LONG, compared
from notes.sheet.together import together
from notes.tests.test_pages import ROW, typed, words

TEXT = st.lists(st.sampled_from(["legs", "heavier", "than", "well.", "\n", "slept"]), max_size=30).map(" ".join)


def marked(pieces):
    return [piece.words.strip() for piece in pieces if piece.is_own]


def test_words_that_only_one_version_has_are_marked_and_the_others_are_not():
    saved, mine = compared("Legs heavier since Monday, slept badly", "Legs much heavier since Tuesday, slept badly")
    assert (marked(saved), marked(mine)) == (["Monday,"], ["much", "Tuesday,"])
    assert "".join(piece.words for piece in mine) == "Legs much heavier since Tuesday, slept badly"


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT)
def test_without_the_marked_words_both_versions_are_the_same(a, b):
    saved, mine = compared(a, b)
    left = [[word for piece in pieces if not piece.is_own for word in piece.words.replace("…", "").split()]
            for pieces in (saved, mine)]
    assert left[0] == left[1]
    for text, pieces in ((a, saved), (b, mine)):
        if len(text.split()) <= LONG:
            assert "".join(piece.words for piece in pieces).split() == text.split()


def test_a_long_stretch_that_is_alike_is_cut_to_its_ends():
    long = " ".join(f"w{n}" for n in range(200))
    saved, _ = compared(f"{long} end", f"{long} finish")
    assert len(saved[0].words.replace("…", "").split()) == 2 * AROUND and " … " in saved[0].words


@pytest.mark.parametrize("words", [300, 5_000])
def test_parts_of_few_words_over_and_over_are_compared_at_once(words):
    a, b = (" ".join(f"a{n % every}" for n in range(words)) for every in (3, 2))
    began = time.process_time()
    compared(a, b)
    assert time.process_time() - began < 1


def saved_elsewhere(browser, note, *rows, turn="1", **fields):
    """What another device saves by itself."""
    sent = typed(note, *rows, **fields, tab="the tablet", turn=turn)
    assert browser.post(reverse("notes:note_draft", args=[note.pk]), sent).status_code == 200


@pytest.fixture
def both(draft, ana, page):
    """What the second device is shown: the first saved words, a row and a reading; the second typed others."""
    saved_elsewhere(page(ana), draft, ROW, {**ROW, "place": "back:both"}, subjective="legs heavier today", plan="weekly",
                    pain_before="5")
    mine = typed(draft, {**ROW, "pressure": "2"}, subjective="legs lighter today", plan="weekly", act="save",
                 next_quick="14", only_me="on")
    return page(ana).post(reverse("notes:note", args=[draft.pk]), mine)


def test_both_versions_are_held_against_each_other_part_by_part(both):
    assert both.status_code == 412
    page = both.content.decode()
    told = page[page.index('class="differs"'):]
    told = told[:told.index("</section>")]
    names = re.findall(r"<h3>(.*?)</h3>", told)
    assert names == ["Subjective", "Treatment: left foot deep tissue", "Treatment: back deep tissue", "Pain before",
                     "Come again in", "Who reads it"]
    parts = dict(zip(names, told.split("<h3>")[1:], strict=True))
    assert re.findall(r"<mark>\s*(.*?)\s*</mark>", parts["Subjective"]) == ["heavier", "lighter"]
    assert re.findall(r"<mark>\s*(.*?)\s*</mark>", parts["Treatment: left foot deep tissue"]) == ["4,", "2,"]
    assert "nothing" in parts["Treatment: back deep tissue"] and "2 weeks" in parts["Come again in"]
    assert "Words that only one version has are underlined." in words(both)


def test_what_waited_beside_the_saved_one_is_held_against_it_too(draft, ana, page):
    saved_elsewhere(page(ana), draft, {**ROW, "minutes": "999"}, subjective="x")
    shown = words(page(ana).post(reverse("notes:note", args=[draft.pk]), typed(draft, subjective="x", act="save")))
    assert "Treatment, not complete" in shown and "other number: 999" in shown and "Everything else is the same" in shown


def test_changes_that_do_not_clash_are_taken_together(draft, ana, page):
    browser, address = page(ana), reverse("notes:note", args=[draft.pk])
    saved_elsewhere(browser, draft, subjective="legs heavy", plan="weekly")
    draft.refresh_from_db()
    base = urlencode({"subjective": "legs heavy", "plan": "weekly", "rows": "0"})
    mine = {**typed(draft, subjective="legs heavy", plan="every two weeks"), "base": base}
    saved_elsewhere(browser, draft, {**ROW, "pressure": "2"}, turn="2", subjective="legs heavier today", plan="weekly", pain_before="5")
    both = browser.post(address, {**mine, "act": "save"})
    assert both.status_code == 412 and "Take both" in words(both) and "not saved" in words(both)
    draft.refresh_from_db()
    browser.post(address, {**mine, "act": "both", "version": draft.version})
    draft.refresh_from_db()
    assert (draft.subjective, draft.plan) == ("legs heavier today", "every two weeks")
    assert draft.treatments.count() == 1 and draft.measurements.count() == 1


def test_changes_that_clash_are_never_taken_together(draft, ana, page):
    browser, address = page(ana), reverse("notes:note", args=[draft.pk])
    mine = {**typed(draft, subjective="mine"), "base": urlencode({"subjective": ""})}
    saved_elsewhere(browser, draft, subjective="theirs")
    assert "Take both" not in words(browser.post(address, {**mine, "act": "save"}))
    draft.refresh_from_db()
    assert browser.post(address, {**mine, "act": "both", "version": draft.version}).status_code == 422
    draft.refresh_from_db()
    assert draft.subjective == "theirs"


FIELDS = st.dictionaries(st.sampled_from(["subjective", "plan", "pain_before", "next_focus"]), st.sampled_from(["", "a", "b"]))


@given(FIELDS, FIELDS, FIELDS)
def test_what_is_taken_together_drops_no_change_of_either(base, theirs, mine):
    taken = together(theirs, mine, base)
    for name in {*base, *theirs, *mine}:
        was, a, b = (one.get(name, "") for one in (base, theirs, mine))
        if taken is None:
            continue
        assert taken.get(name, "") == (b if a == was else a)
        assert a == b or was in (a, b)
    clashes = any(one != two and base.get(name, "") not in (one, two) for name in {*base, *theirs, *mine}
                  for one, two in [(theirs.get(name, ""), mine.get(name, ""))])
    assert (taken is None) is clashes
