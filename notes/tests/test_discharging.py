"""A discharge letter: why it ends, what came of it, what to watch for, how to come back."""

from datetime import timedelta

import pytest

from conftest import MONDAY, numb
from notes.fhir.document import document_of
from notes.letters.page import shown
from notes.models import Summary
from notes.sharing import sharing
from notes.summaries import summaries
from notes.summaries.suggesting import why_now
from notes.tests.conftest import had_visit, sign
from notes.tests.test_letters import text_of
from practice.refusals import BadInput


@pytest.fixture
def discharge(maria, ana, neuro_45, neurologist, now):
    numb(maria, side="left")
    for ago, pain in ((28, (8, 6)), (14, (6, 4)), (7, (5, 4)), (1, (4, 3))):
        sign(had_visit(maria, ana, neuro_45, days_ago=ago), ana, pain=pain, subjective="x")
    return summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY - timedelta(days=60), last=MONDAY,
                                     by=ana, ending="reached")


def test_it_says_why_it_ends_what_came_of_it_what_to_watch_for_and_how_to_come_back(discharge, validator):
    letter = summaries.letter_of(discharge)
    assert letter.title == "Discharge letter"
    assert letter.ending == "What was agreed at the beginning has been reached."
    assert letter.outcome.startswith("Pain (0-10): 8 on Mon 26 Oct 2026, 4 on Sun 22 Nov 2026.")
    assert "left foot" in letter.watch and "unnoticed" in letter.watch
    assert "can come back at any time" in letter.back
    paper, page = text_of(letter), shown(letter).letter
    for words in (letter.ending, letter.watch, letter.back):
        assert " ".join(words.split()) in paper and words in (page.ending, page.watch, page.back)
    signed = summaries.sign_summary(summary=discharge, by=discharge.author)
    document = document_of(signed)
    assert validator.faults(document) == []
    assert letter.ending in str(document)


def test_what_a_section_left_out_would_tell_is_not_told_in_another(maria, ana, discharge, neurologist):
    made = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY - timedelta(days=60), last=MONDAY,
                                     by=ana, ending="wish", sections=["ending", "outcome", "watch"])
    assert (made.outcome, made.ending) == ("", "Maria wishes to end the sessions.")
    assert "foot" not in made.watch


def test_a_summary_has_no_part_of_an_ending_and_an_unknown_reason_is_refused(maria, ana, discharge, neurologist):
    days = {"client": maria, "doctor": neurologist, "by": ana, "first": MONDAY - timedelta(days=60), "last": MONDAY}
    with pytest.raises(BadInput, match="Unknown section"):
        summaries.compose_summary(**days, sections=["reason", "ending"])
    with pytest.raises(BadInput, match="Say why it ends"):
        summaries.compose_summary(**days, ending="because")


def test_it_is_composed_from_the_clients_page_shared_like_a_summary_and_counts_as_the_last_one(
        page, maria, ana, discharge, neurologist, consent):
    from clients.doctors import link_doctor

    Summary.objects.all().delete()
    link_doctor(client=maria, doctor=neurologist, by=ana)
    url = f"/clients/{maria.pk}/summaries/new/"
    form = page(ana).get(f"{url}?ends=1").context["form"]
    assert form["first"].value() == MONDAY - timedelta(days=28)
    typed = {name: form[name].value() for name in ("first", "last", "ending", "sections")} | {"doctor": neurologist.pk}
    answer = page(ana).post(url, typed, follow=True)
    assert "Discharge letter to Dr Adaeze Okafor" in answer.content.decode()
    made = summaries.sign_summary(summary=Summary.objects.get(), by=ana)
    assert "discharge letter about our sessions" in sharing.words_to_ask(made)
    share = sharing.share_summary(summary=made, doctor=neurologist, consent=consent, by=ana).share
    assert maria.disclosures.get(subject_id=share.pk).what.startswith("Discharge letter of Mon 26 Oct")
    assert why_now(maria) == []
