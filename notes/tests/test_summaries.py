"""Summaries: drafted from signed notes only, from chosen sections, frozen when signed."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string

from clients.consents import record_consent
from clients.contraindications import RULES, Check, Reason
from clients.episodes import advance_episode, record_episode
from clients.models import ClientCondition, Episode
from conftest import MONDAY, numb
from notes import outcomes, writing
from notes.beginning import begin_note
from notes.letters import letters, printing
from notes.letters.limits import said_limits
from notes.letters.page import shown
from notes.models import Summary, SummaryPaper
from notes.record import signing
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from notes.writing import MeasurementInput, TreatmentInput
from practice.refusals import BadInput, NotAllowed, Stale
from sessions.holds import report_episode
from sessions.models import Appointment

MONTH = {"first": MONDAY - timedelta(days=30), "last": MONDAY}


def composed(client, doctor, by, **more):
    return summaries.compose_summary(client=client, doctor=doctor, by=by, **(MONTH | more))


def test_only_signed_notes_of_the_days_are_told(maria, ana, neuro_45, neurologist, now):
    sign(had_visit(maria, ana, neuro_45, days_ago=21), ana, subjective="x", plan="Too old.")
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, subjective="x", plan="Weekly, calf release.")
    draft_of(had_visit(maria, ana, neuro_45), ana, SOFT, plan="Only a draft.")
    summary = composed(maria, neurologist, ana, first=MONDAY - timedelta(days=14))
    letter = summaries.letter_of(summary)
    assert [session.on for session in letter.sessions] == [MONDAY - timedelta(days=7)]
    assert letter.plan == "Weekly, calf release."
    assert "draft" not in str(letters.as_data(letter))


@pytest.mark.parametrize(("codes", "said"), [
    ((), "Kofi Mensah comes for massage therapy beside your care."),
    (("parkinsons",), "Kofi Mensah, living with Parkinson's disease, comes for massage therapy beside your care."),
    (("hiv-neuropathy", "epilepsy"), "Kofi Mensah, living with HIV-related neuropathy and epilepsy, comes for massage"),
    (("epilepsy", "stroke"), "Kofi Mensah, living with epilepsy, after a stroke, comes for massage")])
def test_a_letter_says_in_a_sentence_why_somebody_comes(codes, said, kofi, ana, neuro_45, neurologist, now):
    kofi.conditions.all().delete()
    sign(had_visit(kofi, ana, neuro_45, days_ago=7), ana, subjective="x")
    for code in codes:
        ClientCondition.objects.create(practice=kofi.practice, client=kofi, condition=code)
    assert composed(kofi, neurologist, ana).reason.startswith(said)


def test_a_note_kept_to_its_author_is_told_to_nobody(maria, ana, ben, neuro_45, neurologist, now):
    sign(
        had_visit(maria, ana, neuro_45, days_ago=7),
        ana,
        SOFT,
        subjective="in confidence",
        plan="Private plan.",
        visibility="author",
        pain=(9, 8),
    )
    for member in (ana, ben):
        with pytest.raises(summaries.NothingToSummarise):
            composed(maria, neurologist, member)
    sign(had_visit(maria, ben, neuro_45), ben, subjective="x", plan="Open plan.", pain=(5, 4))
    for member in (ana, ben):
        text = str(letters.as_data(summaries.letter_of(composed(maria, neurologist, member))))
        assert (
            "Private plan." not in text
            and "9" not in letters.as_data(summaries.letter_of(composed(maria, neurologist, member)))["course"]
        )


def test_a_section_left_out_is_told_nowhere(maria, ana, signed, neurologist):
    numb(maria)
    Episode.objects.create(
        practice=maria.practice,
        client=maria,
        kind="relapse",
        status="resolved",
        onset_on=MONDAY - timedelta(days=9),
        ended_on=MONDAY - timedelta(days=2),
        reported_by="Maria",
    )
    letter = summaries.letter_of(composed(maria, neurologist, ana, sections=["reason", "readings", "sessions"]))
    text = str(letters.as_data(letter))
    for kept_back in ("sclerosis", "relapse", "numb", "sensation", "Weekly.", "softer"):
        assert kept_back not in text, kept_back
    assert letter.bands == ()
    whole = str(letters.as_data(summaries.letter_of(composed(maria, neurologist, ana))))
    for told in ("sclerosis", "MS relapse", "sensation", "Weekly.", "softer"):
        assert told in whole, told


def test_silence_about_reactions_is_not_called_well_being(maria, ana, visit, neurologist):
    sign(visit, ana, TreatmentInput("foot", "left", "effleurage", 1, 5), subjective="x")
    assert composed(maria, neurologist, ana).reactions == "No reaction was written down in 1 session."


def test_an_adverse_response_is_drafted_even_where_the_check_had_nothing_to_say(maria, ana, visit, neurologist):
    sign(visit, ana, TreatmentInput("back", "both", "effleurage", 2, 5, "bruised the next day"), subjective="x")
    assert "bruised the next day" in composed(maria, neurologist, ana).reactions


def test_what_is_written_alike_on_several_days_is_told_once_with_its_days(maria, ana, neuro_45, neurologist, now):
    for days in (14, 7, 0):
        late = TreatmentInput("foot", "left", "effleurage", 1, 5, "felt late")
        sore = [TreatmentInput("back", "both", "effleurage", 2, 5, "sore")] if days else []
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, late, *sore, subjective="x")
    said = composed(maria, neurologist, ana).reactions
    assert said == ("Mon 9 Nov and Mon 16 Nov, back: sore. "
                    "Mon 9 Nov, Mon 16 Nov and Mon 23 Nov, left foot: felt late.")
    sign(had_visit(maria, ana, neuro_45, days_ago=21), ana, late, subjective="x")
    assert composed(maria, neurologist, ana).reactions.endswith("4 times, last on Mon 23 Nov, left foot: felt late.")


def test_a_relapse_that_began_before_the_days_of_the_letter_is_told_and_one_that_was_over_is_not(
    maria, ana, signed, neurologist
):
    for onset, ended in ((200, 150), (120, 20)):
        Episode.objects.create(
            practice=maria.practice, client=maria, kind="relapse", status="resolved", reported_by="Maria",
            onset_on=MONDAY - timedelta(days=onset), ended_on=MONDAY - timedelta(days=ended))
    course = composed(maria, neurologist, ana).course
    assert "MS relapse reported from Sun 26 Jul to Tue 3 Nov, not confirmed." in course
    assert course.count("MS relapse") == 1


def test_a_series_carries_its_published_change_and_its_scale(maria, ana, neuro_45, neurologist, now):
    for days, pain in ((14, (7, 5)), (7, (6, 4))):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, subjective="x", pain=pain)
    (series,) = summaries.letter_of(composed(maria, neurologist, ana)).series
    assert (series.low, series.high, series.change, series.better) == (0, 10, 2.0, "lower")
    assert "Farrar" in series.meaningful_change
    assert [(r.before, r.after) for r in series.readings] == [(7, 5), (6, 4)]


def test_the_first_picture_shows_what_was_done_where_the_letter_tells_of_it(maria, ana, neuro_45, neurologist, now):
    for days in (21, 14, 7):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, SOFT, subjective="x", pain=(6, 4))
    summary = composed(maria, neurologist, ana)
    letter = summaries.letter_of(summary)
    assert [used.said for used in letter.used] == ["Effleurage: 2 Nov to 16 Nov 2026, 3 visits"]
    pictures = [series.svg for series in shown(letter).series]
    assert ">Effleurage</text>" in pictures[0] and not any("Effleurage" in other for other in pictures[1:])
    sections = [section for section in summary.sections if section != "sessions"]
    summary = summaries.write_summary(summary=summary, by=ana, sections=sections)
    assert summaries.letter_of(summary).used == ()


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("", "on the client's report"),
        ("the client's report", "on the client's report"),
        ("the MS team", "on the MS team's word"),
        ("MS team", "on the MS team's word"),
        ("a doctor", "on a doctor's word"),
        ("Dr Silva", "on the word of Dr Silva"),
    ],
)
def test_a_relapse_is_told_with_the_word_it_stands_on(word, said, maria, ana, signed, neurologist):
    episode, _ = record_episode(
        client=maria, kind="relapse", onset_on=MONDAY - timedelta(days=2), reported_by="Maria", by=ana,
        fever_or_infection=False,
    )
    assert "MS relapse reported since Sat 21 Nov, not confirmed." in composed(maria, neurologist, ana).course
    episode = advance_episode(episode=episode, status="confirmed", on=MONDAY, by=ana, on_word_of=word)
    letter = summaries.letter_of(composed(maria, neurologist, ana))
    assert f"MS relapse since Sat 21 Nov, {said}." in letter.course
    assert any(line.endswith(f"(MS relapse since Sat 21 Nov, {said})") for line in letter.limits)
    assert "confirmed" not in str(letters.as_data(letter))
    episode = advance_episode(episode=episode, status="recovering", on=MONDAY, by=ana)
    assert f"MS relapse since Sat 21 Nov, {said}, recovering." in composed(maria, neurologist, ana).course
    advance_episode(episode=episode, status="resolved", on=MONDAY, by=ana)
    assert f"MS relapse from Sat 21 Nov to Mon 23 Nov, {said}." in composed(maria, neurologist, ana).course


def test_limits_are_those_of_the_day_the_letter_is_written_and_said_to_be(
    maria, ana, neuro_45, neurologist, now, client
):
    sign(had_visit(maria, ana, neuro_45, days_ago=7), ana, TreatmentInput("back", "both", "effleurage", 3, 5))
    numb(maria)
    letter = summaries.letter_of(composed(maria, neurologist, ana, last=MONDAY - timedelta(days=5)))
    assert letter.limits, letter.limits
    assert letters.LIMITS == "What limits the work now"
    text = render_to_string("notes/_letter.html", {"shown": shown(letter)})
    assert "<h3>What limits the work now</h3>" in text and "Limits kept" not in text
    assert "Limits kept" not in str(printing._to_print(letter))
    maria.findings.update(ended_on=MONDAY - timedelta(days=1))
    assert summaries.letter_of(composed(maria, neurologist, ana, last=MONDAY - timedelta(days=5))).limits == ()


def test_limits_speak_of_places_and_caps_and_give_the_doctor_no_advice(maria, ana, signed, neurologist):
    numb(maria)
    for finding in ("spasm", "fatigue", "lubricant-allergy"):
        maria.findings.create(practice=maria.practice, finding=finding)
    episode, _ = record_episode(
        client=maria, kind="relapse", onset_on=MONDAY, reported_by="Maria", by=ana, fever_or_infection=False
    )
    advance_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    limits = summaries.letter_of(composed(maria, neurologist, ana)).limits
    foot = "Both feet: pressure 2 at most, no deep work, heat or cold (sensation is reduced; heat and cold are not"
    assert any(line.startswith(foot) for line in limits), limits
    assert not any(word in f" {line} ".lower() for line in limits for word in (" you ", " look ", " ask ", " it all "))
    everywhere = next(line for line in limits if line.startswith("Everywhere"))
    for part in ("pressure 2 at most", "vigorous work", "oils or lotions that are not tolerated", "45 minutes at most"):
        assert part in everywhere
    maria.findings.create(practice=maria.practice, finding="fever")
    limits = summaries.letter_of(composed(maria, neurologist, ana)).limits
    assert limits[0] == "Everywhere: no session (there is fever)"


def test_no_rule_speaks_to_the_doctor_as_to_a_colleague_at_the_table():
    for rule in RULES.values():
        about = ("foot:left",) if rule.is_about_places else ()
        reason = Reason(rule.code, rule.level.word, rule.text, about, rule.max_pressure, (), "", "", False, None)
        for line in said_limits(Check("caution", {}, (reason,)), {}):
            assert " ()" not in line and ": (" not in line and "{detail}" not in line, line
            assert not re.search(r"\b(you|your|ask|begin|look|guard|keep|call)\b", line, re.I), line


def test_each_piece_of_work_is_told_with_its_own_place_and_pressure(maria, ana, visit, neurologist):
    sign(
        visit, ana, TreatmentInput("foot", "left", "effleurage", 1, 5), TreatmentInput("back", "both", "effleurage", 3, 5),
        TreatmentInput("calf", "left", "effleurage", 1, 5), TreatmentInput("back", "both", "petrissage", 3, 5),
        TreatmentInput("hand", "right", "cold", None, 5), pain=(5, 3),
    )
    summary = composed(maria, neurologist, ana)
    (session,) = summaries.letter_of(summary).sessions
    assert session.work == (
        "left foot and left calf: effleurage, pressure 1 · back: effleurage and petrissage, pressure 3 · "
        "right hand: cold"
    )
    assert (session.pressure, letters.said_session(session)) == ("1-3", session.work)
    assert "Pain reported 5 before and 3 after the session" in summary.course and "observed" not in summary.course


def test_what_a_clock_says_is_called_measured(maria, ana, signed, neurologist, monkeypatch):
    monkeypatch.setitem(outcomes.MEASURES, "pain", replace(outcomes.MEASURES["pain"], known_by="measured"))
    assert "Pain measured 5 before" in composed(maria, neurologist, ana).course


def test_one_reading_is_no_course(maria, ana, signed, neurologist):
    assert summaries.letter_of(composed(maria, neurologist, ana)).series == ()


def test_what_was_signed_stays_whatever_changes_later(maria, ana, signed_summary, neurologist, riverside):
    before = summaries.letter_of(signed_summary)
    maria.name = neurologist.name = riverside.name = "Changed"
    for row in (maria, neurologist, riverside):
        row.save()
    ClientCondition.objects.all().delete()
    signed_summary.refresh_from_db()
    assert summaries.letter_of(signed_summary) == before
    assert printing.letter_pdf(before) == printing.letter_pdf(summaries.letter_of(signed_summary))


def test_only_its_author_edits_and_signs_a_summary(summary, ana, ben, desk, owner):
    for somebody in (ben, desk, owner):
        with pytest.raises(NotAllowed):
            summaries.write_summary(summary=summary, by=somebody, plan="x")
        with pytest.raises(NotAllowed):
            summaries.sign_summary(summary=summary, by=somebody)
    with pytest.raises(Stale):
        summaries.sign_summary(summary=summary, by=ana, expected_version=7)
    assert summaries.sign_summary(summary=summary, by=ana).is_signed


def test_a_summary_is_composed_by_people_who_give_sessions(maria, signed, neurologist, desk, owner):
    for somebody in (desk, owner):
        with pytest.raises(NotAllowed):
            composed(maria, neurologist, somebody)


@pytest.mark.parametrize("wrong", [{"sections": ["gossip"]}, {"last": MONDAY - timedelta(days=60)}])
def test_unknown_sections_and_days_the_wrong_way_round_are_refused(wrong, maria, ana, signed, neurologist):
    with pytest.raises(BadInput):
        composed(maria, neurologist, ana, **wrong)


def test_sections_stand_in_the_letters_order_once_each(maria, ana, signed, neurologist):
    summary = composed(maria, neurologist, ana, sections=["plan", "reason", "plan"])
    assert summary.sections == ["reason", "plan"]
    with pytest.raises(BadInput, match="at least one"):
        summaries.write_summary(summary=summary, by=ana, sections=[])


def test_a_new_summary_tells_from_the_last_one_on_where_something_was_signed_since(
    maria, ana, neuro_45, neurologist, now
):
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=90), MONDAY)
    sign(had_visit(maria, ana, neuro_45, days_ago=14), ana, subjective="x")
    summaries.sign_summary(summary=composed(maria, neurologist, ana, last=MONDAY - timedelta(days=10)), by=ana)
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=90), MONDAY)
    sign(had_visit(maria, ana, neuro_45), ana, subjective="x")
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=9), MONDAY)


def test_the_first_summary_of_a_relapse_of_the_last_year_begins_at_its_onset(maria, ana, neuro_45, neurologist, now):
    def relapse(days: int) -> Episode:
        on = MONDAY - timedelta(days=days)
        return Episode.objects.create(practice=maria.practice, client=maria, kind="relapse", status="resolved",
                                      reported_by="Maria", onset_on=on, confirmed_on=on)

    relapse(500)
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=90), MONDAY)
    relapse(200)
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=200), MONDAY)
    sign(had_visit(maria, ana, neuro_45), ana, subjective="x")
    summaries.sign_summary(summary=composed(maria, neurologist, ana, last=MONDAY), by=ana)
    assert summaries.days_to_tell(maria) == (MONDAY - timedelta(days=90), MONDAY)


def test_page_and_paper_say_the_same_words(signed_summary):
    letter = summaries.letter_of(signed_summary)
    seen = shown(letter)
    assert (seen.asked, seen.period) == (letters.asked(letter), letters.said_period(letter))
    many = tuple(letters.Session(date(2026, 9, day), 45, "back: effleurage", "2") for day in range(1, 21))
    folded = shown(replace(letter, sessions=many))
    assert len(folded.sessions) == letters.SESSIONS_IN_FULL
    assert folded.earlier.startswith("12 earlier sessions")


def test_a_chart_escapes_what_it_is_given(signed_summary):
    letter = summaries.letter_of(signed_summary)
    series = letters.Series(
        "<script>", "0-10", "lower", (letters.Reading(MONDAY, 5, 3), letters.Reading(MONDAY, 4, 3)), ""
    )
    (drawn,) = shown(replace(letter, series=(series,))).series
    assert "<script>" not in drawn.svg and "&lt;script&gt;" in drawn.svg


def test_writing_a_note_after_composing_changes_a_draft_and_not_a_signed_summary(
    maria, ana, ben, neuro_45, neurologist, signed
):
    draft, frozen = (
        composed(maria, neurologist, ana),
        summaries.sign_summary(summary=composed(maria, neurologist, ana), by=ana),
    )
    note = begin_note(appointment=had_visit(maria, ben, neuro_45, days_ago=3), by=ben)[0]
    note = writing.write_note(note=note, by=ben, expected_version=1, subjective="x", treatments=[SOFT])
    from notes.record.signing import sign_note

    sign_note(note=note, by=ben)
    assert len(summaries.letter_of(draft).sessions) == 2
    assert len(summaries.letter_of(frozen).sessions) == 1


def test_work_against_the_check_is_told_only_where_the_therapist_chooses_to(maria, ana, neuro_45, neurologist, now):
    numb(maria, "foot", "left")
    against = TreatmentInput("foot", "left", "petrissage", 4, 5, "", "She asked for it and felt every stroke")
    sign(had_visit(maria, ana, neuro_45), ana, against, subjective="x")
    quiet = composed(maria, neurologist, ana)
    assert "decisions" not in quiet.sections and "felt every stroke" not in str(letters.as_data(summaries.letter_of(quiet)))
    told = composed(maria, neurologist, ana, sections=["sessions", "decisions"])
    (line,) = summaries.letter_of(told).decisions
    assert "left foot" in line.lower() and "felt every stroke" in line and "Ana Alves" in line
    page = render_to_string("notes/_letter.html", {"shown": shown(summaries.letter_of(told))})
    assert "Work against the check, and why" in page and "felt every stroke" in page
    assert printing.letter_pdf(summaries.letter_of(told)).startswith(b"%PDF")


def test_a_letter_written_before_decisions_were_told_still_reads(maria, ana, signed, neurologist):
    data = letters.as_data(summaries.letter_of(composed(maria, neurologist, ana)))
    del data["decisions"]
    assert letters.letter_from_data(data).decisions == ()


def test_the_year_is_told_only_where_it_is_chosen_and_in_the_picture_nothing_of_what_is_left_out(
        maria, ana, neuro_45, neurologist, now):
    for ago, days in ((21, 3), (14, 4), (7, 5)):
        visit = had_visit(maria, ana, neuro_45, days_ago=ago)
        note = draft_of(visit, ana, SOFT, subjective="x")
        writing.write_note(note=note, by=ana, expected_version=note.version, measurements=[
            MeasurementInput("pain", "before", 6), MeasurementInput("relief-days", "before", days)])
        signing.sign_note(note=note, by=ana)
    episode = report_episode(client=maria, kind="relapse", status="confirmed", by=ana).episode
    assert "year" not in composed(maria, neurologist, ana).sections
    year = summaries.letter_of(composed(maria, neurologist, ana, sections=["course", "readings", "year"])).year
    assert [curve.name for curve in year.curves] == ["Pain before sessions", "Days the last session helped"]
    assert [stretch.look for stretch in year.stretches] == ["episode", "hold"] and year.now is None
    assert year.said.startswith("Visits: ")
    bare = summaries.letter_of(composed(maria, neurologist, ana, sections=["sessions", "year"])).year
    assert len(bare.ticks) == 3 and not bare.curves and not bare.stretches
    assert episode.get_kind_display() not in str(bare)


def test_the_picture_is_on_the_page_and_on_the_paper_and_stays_as_it_was_signed(maria, ana, signed, neurologist):
    draft = composed(maria, neurologist, ana, sections=["sessions", "year"])
    summary = summaries.sign_summary(summary=draft, by=ana)
    before = summaries.letter_of(summary)
    page = render_to_string("notes/_letter.html", {"shown": shown(before)})
    assert "year__visits" in page and "Month by month, in words" in page and "year__now" not in page
    assert printing.letter_pdf(before)[:4] == b"%PDF"
    assert before.year.said in printing._to_print(before)["year"]["svg"]
    Appointment.objects.filter(client=maria).update(status="cancelled")
    assert summaries.letter_of(Summary.objects.get(pk=summary.pk)) == before
    data = letters.as_data(before)
    del data["year"]
    assert letters.letter_from_data(data).year is None, "a letter of earlier times"


def test_an_agreement_that_names_its_parts_does_not_cover_the_year(maria, ana, signed, neurologist):
    draft = composed(maria, neurologist, ana, sections=["sessions", "year"])
    summary = summaries.sign_summary(summary=draft, by=ana)
    narrow = record_consent(client=maria, by=ana, doctor=neurologist, sections=["sessions"], text_version="2026-11",
                            how="in person")
    with pytest.raises(sharing.ConsentMissing) as refused:
        sharing.share_summary(summary=summary, doctor=neurologist, consent=narrow, by=ana)
    assert refused.value.more["reason"] == "wider_sections"
    assert "with one picture of the twelve months before" in refused.value.detail


def test_everybody_receives_the_bytes_kept_at_signing_even_once_the_letter_is_typeset_otherwise(
        signed_summary, share, client, ana, page, monkeypatch):
    kept = bytes(signed_summary.paper.pdf)
    monkeypatch.setattr(printing, "letter_pdf", lambda letter: b"%PDF of another year")
    doctors = client.post(share.url, {"code": share.code, "what": "letter"})
    assert doctors.content == page(ana).get(f"/summaries/{signed_summary.pk}/letter.pdf").content == kept
    with pytest.raises(DatabaseError), transaction.atomic():
        SummaryPaper.objects.update(pdf=b"%PDF of another year")
    assert summaries.broken_summaries(signed_summary.practice_id) == []


def test_a_letter_that_cannot_be_put_on_paper_is_not_signed(summary, ana, monkeypatch):
    def refuse(letter):
        raise printing.LetterNotTypeset("no room")

    monkeypatch.setattr(printing, "letter_pdf", refuse)
    with pytest.raises(BadInput, match="cannot be put on paper: no room"):
        summaries.sign_summary(summary=summary, by=ana)
    summary.refresh_from_db()
    assert not summary.is_signed and summary.content == {}


def test_a_section_unticked_on_the_draft_is_told_in_no_sentence_either(maria, ana, neuro_45, neurologist, now):
    for days in (14, 7):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, subjective="x", pain=(7, 5))
    summary = composed(maria, neurologist, ana)
    assert "multiple sclerosis" in summary.reason and "Pain" in summary.course
    left = [section for section in summary.sections if section not in ("conditions", "readings")]
    own = {"plan": "Every fortnight."}
    summary = summaries.write_summary(summary=summary, by=ana, sections=left, reason=summary.reason,
                                      course=summary.course.replace("\n", "\r\n"), **own)
    assert "sclerosis" not in summary.reason and "Pain" not in summary.course and summary.plan == "Every fortnight."
    edited = summaries.write_summary(summary=summary, by=ana, sections=[*left, "conditions"], reason="As we said by phone.")
    assert edited.reason == "As we said by phone."
