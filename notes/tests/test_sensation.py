"""What is felt, then and now: from the history of findings onto page and paper, only where it was chosen."""

from datetime import timedelta

from clients.models import Finding
from conftest import MONDAY, numb
from notes.letters import letters
from notes.letters.page import shown
from notes.letters.sensation import Felt, Sensation, said_sensation
from notes.letters.sensation_history import sensation_between
from notes.summaries import summaries
from notes.tests.conftest import sign
from notes.tests.test_letters import LETTER, text_of

THEN = MONDAY - timedelta(days=60)


def felt(client):
    """Both feet were numb at first; the right one came back, and the left palm went."""
    row = numb(client)
    Finding.objects.filter(pk=row.pk).update(ended_on=MONDAY - timedelta(days=20))
    left = numb(client, side="left")
    Finding.objects.filter(pk=left.pk).update(began_on=MONDAY - timedelta(days=19))
    palm = numb(client, "palm", "left")
    Finding.objects.filter(pk=palm.pk).update(began_on=None, finding="absent-sensation")


def test_then_is_what_was_known_on_the_first_day_and_now_on_the_last(maria, now):
    felt(maria)
    found = sensation_between(maria, THEN, MONDAY)
    assert found.then == (Felt("reduced-sensation", "Reduced sensation", ("foot:left", "foot:right")),)
    assert [each.places for each in found.now] == [("foot:left",), ("palm:left",)]
    assert said_sensation(found) == (
        "Then, 24 Sep 2026: reduced sensation (both feet).",
        "Now, 23 Nov 2026: reduced sensation (left foot); absent sensation (left palm).",
        "New: absent sensation (left palm).", "No longer: reduced sensation (right foot).")
    assert sensation_between(maria, THEN - timedelta(days=900), THEN - timedelta(days=800)) is None


def test_a_map_that_has_not_changed_is_said_once():
    same = (Felt("reduced-sensation", "Reduced sensation", ("foot:left",)),)
    assert said_sensation(Sensation(THEN, MONDAY, same, same)) == (
        "The same on 24 Sep 2026 and on 23 Nov 2026: reduced sensation (left foot).",)


def test_page_and_paper_draw_the_same_and_say_it_and_without_the_section_nothing_of_it(
        maria, ana, neurologist, visit):
    felt(maria)
    sign(visit, ana)
    drafts = [summaries.compose_summary(client=maria, doctor=neurologist, first=THEN, last=MONDAY, by=ana, sections=chosen)
              for chosen in ((), ("reason", "sessions"))]
    told, silent = (summaries.letter_of(draft) for draft in drafts)
    assert "sensation" in drafts[0].sections
    pictures = [svg for _, svg in shown(told).sensation.days]
    assert all(svg.count("<path") > 60 and "style=" not in svg for svg in pictures)
    assert letters.letter_from_data(letters.as_data(told)) == told
    for line in said_sensation(told.felt):
        assert line in text_of(told)
    assert silent.felt is None and shown(silent).sensation is None
    assert "palm" not in str(letters.as_data(silent)) + text_of(silent)


def test_without_a_map_the_section_is_not_chosen_by_itself_so_that_no_agreement_has_to_name_it(
        maria, ana, neurologist, signed):
    made = summaries.compose_summary(client=maria, doctor=neurologist, first=THEN, last=MONDAY, by=ana)
    assert "sensation" not in made.sections


def test_a_letter_of_earlier_times_reads_as_it_did():
    data = letters.as_data(LETTER)
    for later in ("felt", "ending", "outcome", "watch", "back"):
        del data[later]
    assert letters.letter_from_data(data) == LETTER
