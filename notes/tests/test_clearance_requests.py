"""A clearance request: a letter that asks one thing, shared like a summary, and answered with a clearance."""

import io
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader

from clients.clearances import Terms
from clients.models import Clearance, Consent
from conftest import MONDAY, at
from notes.doctors import deciding
from notes.doctors.answering import AnswerInput, answer_share
from notes.doctors.requests import compose_request
from notes.letters import letters
from notes.letters.printing import letter_pdf
from notes.models import Summary
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.conftest import had_visit, sign
from notes.writing import NotATherapist
from practice.refusals import BadInput
from sessions import holds
from sessions.booking import book_appointment

LIMITS = Terms(places=[("leg", "left")], max_pressure=2, minutes=45)


@pytest.fixture
def request_(now, maria, ana, neurologist):
    drafted = compose_request(client=maria, doctor=neurologist, by=ana, scope="relapse", terms=LIMITS,
                              reason="She asks to come again.", questions="Clear Maria for gentle work?")
    return summaries.sign_summary(summary=drafted, by=ana)


@pytest.fixture
def sent(request_, neurologist, consent, ana):
    return sharing.share_summary(summary=request_, doctor=neurologist, consent=consent, by=ana)


def test_it_needs_no_signed_note_and_tells_of_no_session(request_):
    letter = summaries.letter_of(request_)
    assert (letter.title, letter.is_request, letter.sessions, letter.course, letter.series) == (
        "Clearance request", True, (), "", ())
    assert letters.asked(letter) == (
        "Clear Maria for gentle work?\nA clearance is asked for: MS relapse, within these limits: for left leg, "
        "pressure 2 at most, 45 minutes at most.")
    assert letters.letter_from_data(letters.as_data(letter)) == letter


def test_its_sections_are_limited(maria, ana, neurologist, now):
    drafted = compose_request(client=maria, doctor=neurologist, by=ana)
    with pytest.raises(BadInput, match="Unknown section “sessions”"):
        summaries.write_summary(summary=drafted, by=ana, sections=["sessions"])
    assert summaries.write_summary(summary=drafted, by=ana, sections=["questions"]).sections == ["questions"]


def test_the_pdf_has_boxes_to_tick_the_client_on_each_page_and_page_x_of_y(request_, signed_summary):
    def words(summary):
        pages = PdfReader(io.BytesIO(letter_pdf(summaries.letter_of(summary)))).pages
        return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]

    text, = words(request_)
    for said in ("Your answer", "Yes, as proposed: for left leg, pressure 2 at most, 45 minutes at most", "2: heavy lotioning",
                 "Not yet, until", "Please call me", "Registration number", "Signature", "Page 1 of 1", "Maria Lindqvist"):
        assert said in text
    assert not any("Your answer" in page for page in words(signed_summary))


@pytest.mark.parametrize("hostile", ["#panic()[x] *b* $1/0$ @a <a>", "<script>alert(1)</script>{{ 1|add:1 }}", "\u202e\u0645\u0631\u062d\u0628\u0627 \U0001f600"])
def test_markup_and_typesetting_commands_are_inert_in_a_request(hostile, maria, ana, neurologist, now):
    drafted = compose_request(client=maria, doctor=neurologist, by=ana, reason=hostile, questions=hostile)
    assert letter_pdf(summaries.letter_of(drafted)).startswith(b"%PDF")


def test_only_from_the_first_sharing_on_the_doctor_stands_as_asked(request_, neurologist, consent, ana):
    assert not Clearance.objects.exists()
    for _ in range(2):
        sharing.share_summary(summary=request_, doctor=neurologist, consent=consent, by=ana)
    asked = Clearance.objects.get()
    assert (asked.state, asked.scope, asked.max_pressure, asked.minutes, asked.regions) == (
        "requested", "relapse", 2, 45, [{"region": "leg", "side": "left"}])


def test_without_the_clients_agreement_it_is_not_shared_and_the_words_to_ask_with_name_the_question(
    request_, neurologist, ana, consent
):
    Consent.objects.update(sections=["plan"])
    consent.refresh_from_db()
    with pytest.raises(sharing.ConsentMissing, match="May I ask Dr Adaeze Okafor what may be done") as refused:
        sharing.share_summary(summary=request_, doctor=neurologist, consent=consent, by=ana)
    assert refused.value.more["reason"] == "wider_sections"
    assert not Clearance.objects.exists()


def test_the_doctors_form_begins_with_what_is_asked_and_the_answer_is_about_it(client, sent, maria, ana):
    text = client.post(sent.url, {"code": sent.code}).content.decode()
    assert '<option value="relapse" selected>MS relapse</option>' in text
    assert '<option value="2" selected>2: heavy lotioning</option>' in text
    assert re.search(r'value="leg:left"[^>]*checked', text) and re.search(r'name="minutes"[^>]*value="45"', text)
    answer = answer_share(share=sent.share, answer=AnswerInput("granted", "Dr O", scope="relapse", terms=LIMITS))
    assert (answer.scope, answer.clearance.scope) == ("relapse", "relapse")


def test_a_granted_request_makes_the_return_plan_ready_and_moves_nothing(sent, maria, ana, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    answer = answer_share(share=sent.share, answer=AnswerInput("granted", "Dr O", scope="relapse", terms=LIMITS))
    word = deciding.accept_answer(answer=answer, by=ana, terms=LIMITS)
    plan = deciding.plan_after(clearance=word, by=ana)
    visit.refresh_from_db()
    assert plan is not None and plan.status == "proposed" and visit.status == "held"
    assert deciding.plan_open(deciding.episode_freed(word)) == plan


def test_a_summary_asks_too_what_the_doctor_has_not_answered_and_only_among_its_questions(
    sent, signed, maria, neurologist, ana
):
    made = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY, last=MONDAY, by=ana)
    assert [ask.scope for ask in summaries.letter_of(made).asks] == ["relapse"]
    quiet = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY, last=MONDAY, by=ana,
                                      sections=["course"])
    assert summaries.letter_of(quiet).asks == ()


def test_a_request_does_not_move_the_days_a_summary_tells(request_, maria, ana, neuro_45, time_machine):
    time_machine.move_to(at(8, days=2))
    sign(had_visit(maria, ana, neuro_45, days_ago=-1), ana)
    assert summaries.days_to_tell(maria)[0] == MONDAY + timedelta(days=2 - summaries.USUAL_DAYS)


def test_from_the_clients_page_a_request_is_drafted_with_what_is_known(page, maria, ana, neurologist, now):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana,
                         on_word_of="the MS team")
    assert f"/clients/{maria.pk}/requests/new/" in page(ana).get(f"/clients/{maria.pk}/agreements/").content.decode()
    asked = page(ana).get(f"/clients/{maria.pk}/requests/new/").content.decode()
    assert '<option value="relapse" selected>' in asked and "MS relapse since Mon 23 Nov" in asked
    refused = page(ana).post(f"/clients/{maria.pk}/requests/new/", {"doctor": "", "max_pressure": "9"})
    assert refused.status_code == 422 and "Choose the doctor." in refused.content.decode()
    made = page(ana).post(f"/clients/{maria.pk}/requests/new/", {
        "doctor": neurologist.pk, "scope": "relapse", "max_pressure": "2", "questions": "May she?"}, follow=True)
    text = made.content.decode()
    assert "Clearance request to Dr Adaeze Okafor" in text and "May she?" in text
    assert 'name="course"' not in text and 'value="sessions"' not in text
    row = Summary.objects.get()
    saved = page(ana).post(f"/summaries/{row.pk}/", {"version": "1", "questions": "May she come?", "reason": "",
                                                    "plan": "", "sections": ["questions"]}, follow=True)
    assert "May she come?" in saved.content.decode()


def test_only_therapists_ask(maria, owner, neurologist, now):
    with pytest.raises(NotATherapist):
        compose_request(client=maria, doctor=neurologist, by=owner)
    assert not Summary.objects.exists()
