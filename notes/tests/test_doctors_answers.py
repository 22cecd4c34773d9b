"""A doctor answers through the link: kept for ever, it waits for a therapist, and never allows more than was said."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.db.models import Q
from django.utils import timezone

from clients.clearances import Terms, record_clearance, waiting_for_an_answer
from clients.episode_policies import PUBLISHED
from clients.keeping.merging import merge_clients
from clients.limits import limits_on
from clients.models import Clearance, Consent
from conftest import MONDAY, at, make_client
from notes.beginning import begin_note
from notes.doctors import deciding
from notes.doctors.answering import MOST_ANSWERS, AnswerInput, TooManyAnswers, answer_share
from notes.doctors.needs import answers_waiting
from notes.models import AnswerDone, DoctorAnswer, Share, ShareOpening
from notes.sharing import sharing
from notes.tests.test_sharing import wrong
from notes.writing import TreatmentInput, check_note
from practice import outbox
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, NotAllowed, WrongState
from sessions import holds
from sessions.booking import book_appointment
from sessions.models import Appointment, Plan
from sessions.needs import MORE_NEEDS
from sessions.objections import ClearanceMissing
from sessions.rescheduling import propose_plan
from sessions.rhythm import Rhythm
from sessions.series import book_series

GRANT = {"kind": "granted", "scope": "", "max_pressure": "2", "minutes": "30", "name": "Dr Adaeze Okafor"}
HOSTILE = "<script>alert(1)</script>{{ 7|add:7 }}{% now %}\"'><img src=x onerror=alert(1)>\u202e#[panic] \\n"


def send(http, share, **typed):
    return http.post(share.url, {"code": share.code, "what": "answer"} | typed)


def answered(share, **what):
    """An answer given by the verb."""
    said = {"kind": "granted", "name": "Dr Adaeze Okafor", "terms": Terms(max_pressure=2, minutes=30)} | what
    row = answer_share(share=share.share, answer=AnswerInput(**said), address="192.0.2.7")
    assert row is not None
    return row


@pytest.fixture
def asks_clearance(monkeypatch):
    monkeypatch.setitem(PUBLISHED, "relapse", replace(PUBLISHED["relapse"], asks_clearance=True))


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_a_grant_is_kept_with_who_when_whence_and_what_it_answers_to(client, share, signed_summary, maria, neurologist):
    page = send(client, share, **GRANT, registration="GMC 1234567", note="Gently.", expires_on="2027-01-31",
                places=["leg:left"], excluded_techniques=["cupping"])
    text = page.content.decode()
    assert page.status_code == 200 and "Thank you, your answer was sent" in text
    assert "has your answer: <strong>clearance granted (" in text
    row = DoctorAnswer.objects.get()
    assert (row.kind, row.max_pressure, row.minutes, row.until.isoformat()) == ("granted", 2, 30, "2027-01-31")
    assert (row.regions, row.excluded_techniques) == ([{"region": "leg", "side": "left"}], ["cupping"])
    assert (row.name, row.registration, row.note) == ("Dr Adaeze Okafor", "GMC 1234567", "Gently.")
    assert (row.address, row.content_hash) == ("127.0.0.1", signed_summary.content_hash)
    waits = Clearance.objects.get()
    assert (waits.state, waits.client, waits.doctor, waits.max_pressure) == ("received", maria, neurologist, 2)
    entry = AuditEntry.objects.get(verb="share_answered")
    assert (entry.actor_role, entry.actor_name) == ("doctor", neurologist.name)
    assert not page.cookies and page["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("typed", "said"), [
    ({"kind": "read"}, "I have read it"),
    ({"kind": "call", "phone": "+1 206 555 0142", "call_when": "after 12"}, "please call me: +1 206 555 0142, after 12"),
    ({"kind": "not_yet", "scope": "", "not_before": "2026-12-24"}, "not yet (work in general), until Thu 24 Dec 2026"),
    ({"kind": "granted", "scope": ""}, "clearance granted (work in general): without limits"),
    ({"kind": "note", "note": "See my letter."}, "<strong>A note<"),
])
def test_each_of_the_five_answers_is_said_back_in_words(typed, said, client, share):
    text = send(client, share, name="Dr Okafor", **typed).content.decode()
    assert said in text
    assert DoctorAnswer.objects.get().kind == typed["kind"]


def test_what_belongs_to_another_answer_is_not_kept(client, share):
    send(client, share, kind="read", name="Dr O", max_pressure="9", minutes="lots", phone="12", not_before="never",
         scope="nonsense", places=["moon:left"])
    row = DoctorAnswer.objects.get()
    assert (row.max_pressure, row.minutes, row.phone, row.until, row.scope, row.regions) == (None, None, "", None, "", [])
    assert not Clearance.objects.exists()


@pytest.mark.parametrize(("typed", "words"), [
    ({"kind": ""}, "Choose your answer."),
    ({"kind": "burn"}, "Choose one of the list."),
    ({"name": ""}, "Write your name: it signs the answer."),
    ({"name": " . "}, "Write your name: it signs the answer."),
    ({"name": "x" * 121}, "At most 120 letters"),
    ({"registration": "1" * 61}, "At most 60 letters"),
    ({"note": "x" * 2001}, "At most 2000 letters"),
    ({"max_pressure": "6"}, "Choose one of the list."),
    ({"max_pressure": "-1"}, "Choose one of the list."),
    ({"minutes": "0"}, "Write a number from 1 to 480"),
    ({"minutes": "half an hour"}, "Write a number from 1 to 480"),
    ({"expires_on": "2026-11-22"}, "Sun 22 Nov 2026 has passed."),
    ({"expires_on": "soon"}, "Write the date as day, month and year."),
    ({"places": ["moon:left"]}, "Choose from the list."),
    ({"excluded_techniques": ["voodoo"]}, "Choose from the list."),
    ({"scope": "pregnancy-clearance"}, "Choose one of the list."),
    ({"kind": "call", "phone": ""}, "Write the number to ring."),
    ({"kind": "call", "phone": "soon"}, "Write the number to ring."),
    ({"kind": "note", "note": "  "}, "Write your note."),
    ({"kind": "not_yet", "not_before": "2026-11-01"}, "Sun 1 Nov 2026 has passed."),
])
def test_what_is_not_clear_is_said_in_words_and_nothing_is_kept(typed, words, client, share):
    page = send(client, share, **(GRANT | typed))
    assert page.status_code in (400, 422)
    assert words in page.content.decode()
    assert "What is asked" not in page.content.decode()  # not a look at the letter that nobody counts
    assert not DoctorAnswer.objects.exists() and not Clearance.objects.exists() and not Message.objects.filter(kind="doctor-answered").exists()


def test_nul_and_markup_are_inert_wherever_an_answer_is_shown(client, page, share, ana, signed_summary, maria):
    text = HOSTILE + "\x00"
    assert b"Null characters" in send(client, share, **GRANT, note=text).content
    send(client, share, **(GRANT | {"name": HOSTILE[:100]}), note=HOSTILE, registration=HOSTILE[:60])
    answer = DoctorAnswer.objects.get()
    shown = [client.post(share.url, {"code": share.code}), page(ana).get(f"/doctor-answers/{answer.pk}/"),
             page(ana).get(f"/summaries/{signed_summary.pk}/"), page(ana).get(f"/clients/{maria.pk}/agreements/"),
             page(ana).get("/"), page(ana).get("/clearances/")]
    assert all(one.status_code == 200 for one in shown)
    assert all("<script>alert" not in one.content.decode() and "<img src=x" not in one.content.decode() for one in shown)
    assert all("&lt;script&gt;alert(1)" in one.content.decode() for one in shown[:2])
    message = Message.objects.get(kind="doctor-answered")
    assert "alert" not in outbox.KINDS["doctor-answered"].compose(message).body


def test_the_same_form_sent_twice_is_one_answer_and_another_form_adds_one(client, share):
    key = str(uuid4())
    for _ in range(2):
        assert send(client, share, **GRANT, key=key).status_code == 200
    assert DoctorAnswer.objects.count() == Clearance.objects.count() == 1
    send(client, share, **(GRANT | {"kind": "not_yet"}), key=str(uuid4()))
    first, second = DoctorAnswer.objects.all()
    assert (first.kind, second.kind) == ("granted", "not_yet")
    assert (send(client, share, **GRANT, key="no key").status_code, DoctorAnswer.objects.count()) == (422, 2)


def test_after_ten_answers_the_doctor_is_asked_to_ring(client, share):
    for _ in range(MOST_ANSWERS):
        answered(share, kind="read")
    page = send(client, share, **GRANT)
    assert page.status_code == 409 and "To say more, ring Riverside Therapy, +1 206 555 0100." in page.content.decode()
    with pytest.raises(TooManyAnswers):
        answered(share)
    assert DoctorAnswer.objects.count() == MOST_ANSWERS


def test_the_verb_refuses_what_a_form_would(share):
    for wrong_one, field in (({"kind": "burn"}, "kind"), ({"name": "…"}, "name"), ({"scope": "relapse"}, "scope"),
                             ({"kind": "call", "phone": "x"}, "phone"), ({"kind": "note"}, "note")):
        with pytest.raises(BadInput) as refused:
            answered(share, **wrong_one)
        assert refused.value.field == field
    assert not DoctorAnswer.objects.exists()


# --- what does not open ----------------------------------------------------------------------------------------------


def test_an_answer_that_does_not_open_has_the_same_bytes_as_any_other_refusal(
    client, share, signed_summary, neurologist, consent, ana
):
    def fresh():
        return sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)

    expired, revoked, locked, withdrawn = fresh(), fresh(), fresh(), share
    Share.objects.filter(pk=expired.share.pk).update(expires_at=timezone.now())
    sharing.revoke_share(share=revoked.share, by=ana)
    for _ in range(5):
        send(client, locked, **(GRANT | {"code": wrong(locked.code)}))
    refused = [client.post(withdrawn.url, {"code": wrong(share.code)}),
               send(client, withdrawn, **GRANT, code=wrong(share.code)), send(client, withdrawn, code=wrong(share.code)),
               send(client, expired, **GRANT), send(client, revoked, **GRANT), send(client, locked, **GRANT),
               client.post("/s/" + "A" * 43 + "/", GRANT | {"what": "answer", "code": share.code})]
    sharing.withdraw_consent(consent=consent, by=ana)
    refused.append(send(client, withdrawn, **GRANT))
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.content for answer in refused}) == 1
    assert not DoctorAnswer.objects.exists() and not Clearance.objects.exists()


def test_a_share_closed_between_opening_and_answering_takes_nothing(share, ana):
    opened = sharing.open_share(token=share.url.rstrip("/").rsplit("/", 1)[1], code=share.code, what=sharing.ANSWER)
    assert opened is not None
    Consent.objects.update(withdrawn_at=timezone.now())
    assert answer_share(share=opened, answer=AnswerInput("read", "Dr O")) is None
    Consent.objects.update(withdrawn_at=None)
    sharing.revoke_share(share=share.share, by=ana)
    assert answer_share(share=opened, answer=AnswerInput("read", "Dr O")) is None
    assert not DoctorAnswer.objects.exists()


def test_a_link_opens_as_often_as_the_practice_allows_and_an_answer_still_comes_through(client, share, riverside, ana):
    Share.objects.update(most_openings=3)
    for what in ("page", "letter", "page"):
        assert client.post(share.url, {"code": share.code, "what": what}).status_code == 200
    used_up = [client.post(share.url, {"code": share.code, "what": what}) for what in ("page", "letter")]
    assert {one.status_code for one in used_up} == {404}
    assert used_up[0].content == client.post(share.url, {"code": wrong(share.code)}).content
    assert ShareOpening.objects.count() == 3
    share.share.refresh_from_db()
    assert share.share.state == "used_up"
    for _ in range(6):  # the right code is no wrong guess, however often
        client.post(share.url, {"code": share.code})
    assert send(client, share, **GRANT).status_code == 200
    assert ShareOpening.objects.count() == 3


def test_the_number_of_openings_is_the_owners_and_counts_from_the_next_sharing_on(
    share, riverside, owner, signed_summary, neurologist, consent, ana
):
    from practice.numbers import change_numbers

    assert share.share.most_openings == 20
    change_numbers(practice=riverside, by=owner, share_openings=2)
    signed_summary.refresh_from_db()
    again = sharing.share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)
    assert again.share.most_openings == 2


@pytest.mark.parametrize("sql", [
    "UPDATE notes_doctoranswer SET name = 'Somebody'", "DELETE FROM notes_doctoranswer",
    "UPDATE notes_answerdone SET what = 'seen'", "DELETE FROM notes_answerdone"])
def test_the_database_keeps_an_answer_and_what_was_done_with_it(sql, share, ana):
    deciding.set_aside_answer(answer=answered(share), by=ana, reason="Not theirs.")
    with pytest.raises(Error, match="change refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- it waits, and is told of ----------------------------------------------------------------------------------------


def test_a_received_answer_lifts_nothing_and_forbids_nothing(share, maria, ana, neurologist):
    before = limits_on(maria, MONDAY)
    answered(share)
    answered(share, kind="not_yet", terms=Terms())
    assert limits_on(maria, MONDAY) == before


def told(member):
    return [need.words for waits in MORE_NEEDS for need in waits(member, Q(therapist=member)) if "Okafor answered" in need.words]


def test_today_tells_the_therapists_of_this_client_and_nobody_else(
    share, maria, ana, ben, desk, owner, neuro_45, lakeside_owner
):
    answered(share)
    assert told(ana) == ["Maria Lindqvist: Dr Adaeze Okafor answered, clearance with limits"]
    assert told(ben) == told(desk) == told(owner) == told(lakeside_owner) == []
    book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(10, days=3), by=ben)
    assert told(ben) == told(ana)
    answered(share, kind="read", terms=Terms())
    assert len(told(ana)) == 1


def test_each_of_them_gets_a_message_without_a_name_and_whoever_is_late_gets_none(
    share, maria, ana, ben, neuro_45, mailoutbox, settings
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(10, days=3), by=ben)
    Message.objects.all().delete()
    answer = answered(share, kind="call", phone="+1 206 555 0142", terms=Terms())
    assert {m.to_name for m in Message.objects.filter(kind="doctor-answered")} == {"Ana Alves", "Ben Baker"}
    ben.is_active = False
    ben.save()
    outbox.drain()
    mail, = mailoutbox
    for secret in ("Maria", "Lindqvist", "Okafor", "clearance", "0142"):
        assert secret not in mail.subject + mail.body
    assert f"/doctor-answers/{answer.pk}/" in mail.body
    second = answered(share, kind="note", note="More.", terms=Terms())
    deciding.note_answer_done(answer=second, by=ana)
    outbox.drain()
    assert len(mailoutbox) == 1


def test_rung_and_seen_stand_with_name_and_time(page, share, ana, ben):
    call = answered(share, kind="call", phone="+1 206 555 0142", terms=Terms())
    text = page(ben).get(f"/doctor-answers/{call.pk}/").content.decode()
    assert 'href="tel:+12065550142"' in text.replace("%2B", "+") and "Rung, done" in text
    page(ben).post(f"/doctor-answers/{call.pk}/done/")
    done = AnswerDone.objects.get()
    assert (done.what, done.by, done.answer) == ("rung", ben, call)
    assert "Rung, done: Ben Baker, Mon 23 Nov, 08:00" in page(ana).get(f"/doctor-answers/{call.pk}/").content.decode()
    with pytest.raises(WrongState, match="Ben Baker has dealt with this answer"):
        deciding.note_answer_done(answer=call, by=ana)
    assert answers_waiting(ana) == []


# --- accepting -------------------------------------------------------------------------------------------------------


@pytest.fixture
def relapse(now, asks_clearance, maria, ana, neuro_45, share):
    """Maria's visits are on hold, and a doctor's word is asked for before she comes back."""
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 3), by=ana)
    return holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana,
                                steroids_until=MONDAY + timedelta(days=20)).episode


def test_accepted_it_is_a_clearance_that_booking_plan_check_and_note_obey(relapse, page, share, maria, ana, neuro_45):
    later = {"client": maria, "therapist": ana, "service": neuro_45, "starts_at": at(14, days=70), "by": ana}
    answer = answered(share, terms=Terms(max_pressure=1, minutes=60, excluded_techniques=["deep-tissue"]))
    with pytest.raises(ClearanceMissing, match=r"An answer has come: accept it first\."):
        book_appointment(**later)
    assert "ask for the doctor's clearance first" in propose_plan(episode=relapse, by=ana).moves.first().why
    read = page(ana).get(f"/doctor-answers/{answer.pk}/").content.decode()
    assert "Until you do, it changes nothing." in read and "You know no number of Dr Adaeze Okafor" in read
    accepted = page(ana).post(f"/doctor-answers/{answer.pk}/", {
        "max_pressure": "1", "minutes": "60", "excluded_techniques": ["deep-tissue"]}, follow=True).content.decode()
    row = Clearance.objects.get()
    assert (row.pk, row.state, row.max_pressure) == (answer.clearance_id, "granted", 1)
    assert "Accepted: Ana Alves, Mon 23 Nov, 08:00" in accepted and "A return plan is ready" in accepted
    plan = Plan.objects.get(status="proposed")
    assert f"/plans/{plan.pk}/" in accepted
    assert not any("clearance" in why for move in plan.moves.all() for why in move.why)
    assert set(Appointment.objects.filter(client=maria, series__isnull=False).values_list("status", flat=True)) == {"held"}
    visit = book_appointment(**later)
    assert set(limits_on(maria, visit.wall_date).max_pressure_by_region.values()) == {1}
    note, _ = begin_note(appointment=visit, by=ana)
    work = [TreatmentInput("thigh", "left", "deep-tissue", 2, 10)]
    against = " ".join(reason.text for reason in check_note(note, work).reasons)
    assert "Dr Adaeze Okafor allowed pressure 1 at most; here 2" in against
    assert "Dr Adaeze Okafor ruled out deep tissue" in against


def test_not_yet_accepted_ends_what_the_doctor_had_granted(share, maria, ana, neurologist):
    old = record_clearance(client=maria, doctor=neurologist, state="granted", by=ana)
    answer = answered(share, kind="not_yet", terms=Terms(expires_on=MONDAY + timedelta(days=30)))
    old.refresh_from_db()
    assert old.expires_on is None
    word = deciding.accept_answer(answer=answer, by=ana, terms=Terms(expires_on=MONDAY + timedelta(days=30)))
    old.refresh_from_db()
    assert (word.state, word.expires_on) == ("refused", MONDAY + timedelta(days=30))
    assert old.expires_on == MONDAY - timedelta(days=1)
    assert deciding.plan_after(clearance=word, by=ana) is None


WORD = Terms(places=[("leg", "left"), ("arm", "both")], max_pressure=3, minutes=45, excluded_techniques=["cupping"],
             expires_on=MONDAY + timedelta(days=30))
WIDER = [({"max_pressure": 4}, "They allowed pressure 3 at most."), ({"max_pressure": None}, "They allowed pressure 3"),
         ({"minutes": 46}, "They allowed 45 minutes at most."), ({"minutes": None}, "They allowed 45 minutes"),
         ({"expires_on": None}, "Their word counts until Wed 23 Dec 2026."),
         ({"expires_on": MONDAY + timedelta(days=31)}, "Their word counts until"),
         ({"excluded_techniques": []}, "They left out more techniques"),
         ({"excluded_techniques": ["hot"]}, "They left out more techniques"),
         ({"places": []}, "They allowed work in fewer places."),
         ({"places": [("leg", "both")]}, "They allowed work in fewer places."),
         ({"places": [("foot", "left"), ("back", "both")]}, "They allowed work in fewer places.")]


@pytest.mark.parametrize(("change", "words"), WIDER)
def test_no_therapist_accepts_more_than_the_doctor_said(change, words, share, ana):
    answer = answered(share, terms=WORD)
    with pytest.raises(deciding.WiderThanAnswered, match=words):
        deciding.accept_answer(answer=answer, by=ana, terms=replace(WORD, **change))
    assert Clearance.objects.get().state == "received" and not AnswerDone.objects.exists()


def test_less_than_the_doctor_said_may_be_accepted(share, ana):
    less = Terms(places=[("foot", "left"), ("hand", "right")], max_pressure=1, minutes=20,
                 excluded_techniques=["cupping", "hot"], expires_on=MONDAY)
    word = deciding.accept_answer(answer=answered(share, terms=WORD), by=ana, terms=less)
    assert (word.state, word.max_pressure, word.minutes, word.expires_on) == ("granted", 1, 20, MONDAY)
    assert word.regions == [{"region": "foot", "side": "left"}, {"region": "hand", "side": "right"}]
    assert DoctorAnswer.objects.get().max_pressure == 3


def test_the_page_says_what_is_wider_at_its_field_and_loses_nothing(page, share, ana):
    answer = answered(share, terms=WORD)
    refused = page(ana).post(f"/doctor-answers/{answer.pk}/", {
        "max_pressure": "5", "minutes": "45", "excluded_techniques": ["cupping"], "places": ["leg:left"],
        "expires_on": "2026-12-01"})
    assert refused.status_code == 409
    assert "They allowed pressure 3 at most. Ask again for more." in refused.content.decode()
    assert 'value="2026-12-01"' in refused.content.decode()


def test_a_not_yet_may_last_longer_and_never_end_sooner(share, ana):
    day = MONDAY + timedelta(days=30)
    answer = answered(share, kind="not_yet", terms=Terms(expires_on=day))
    with pytest.raises(deciding.WiderThanAnswered, match="They said not yet, until Wed 23 Dec 2026"):
        deciding.accept_answer(answer=answer, by=ana, terms=Terms(expires_on=day - timedelta(days=1)))
    assert deciding.accept_answer(answer=answer, by=ana, terms=Terms()).expires_on is None


def test_an_answer_is_set_aside_with_a_reason_and_the_question_waits_again(
    page, share, maria, ana, neurologist, time_machine
):
    asked = record_clearance(client=maria, doctor=neurologist, state="requested", by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    answer = answered(share)
    assert [row.pk for row in waiting_for_an_answer(Clearance.objects.all())] == [answer.clearance_id]
    missing = page(ana).post(f"/doctor-answers/{answer.pk}/aside/", {"reason": " "})
    assert missing.status_code == 422 and "Not set aside yet" in missing.content.decode()
    page(ana).post(f"/doctor-answers/{answer.pk}/aside/", {"reason": HOSTILE})
    assert AnswerDone.objects.get().what == "set_aside" and Clearance.objects.get(pk=answer.clearance_id).state == "set_aside"
    assert list(waiting_for_an_answer(Clearance.objects.all())) == [asked]
    assert "<script>alert" not in page(ana).get(f"/doctor-answers/{answer.pk}/").content.decode()
    assert limits_on(maria, MONDAY).verdict == "ok"
    with pytest.raises(WrongState):
        deciding.accept_answer(answer=answer, by=ana, terms=Terms(max_pressure=2, minutes=30))


def test_of_two_answers_the_later_counts_and_the_earlier_is_set_aside_with_it(share, ana, time_machine):
    first = answered(share)
    time_machine.move_to(timezone.now() + timedelta(minutes=5))
    second = answered(share, kind="not_yet", terms=Terms())
    assert answers_waiting(ana) == [second]
    with pytest.raises(deciding.AnsweredSince, match="They answered the same again on Mon 23 Nov, 08:05"):
        deciding.accept_answer(answer=first, by=ana, terms=Terms(max_pressure=2, minutes=30))
    deciding.accept_answer(answer=second, by=ana, terms=Terms())
    assert {(done.answer_id, done.what) for done in AnswerDone.objects.all()} == {
        (first.pk, "set_aside"), (second.pk, "accepted")}
    assert set(Clearance.objects.values_list("state", flat=True)) == {"refused", "set_aside"}


def test_an_answer_about_somebody_listed_twice_is_accepted_for_the_row_that_stays(share, riverside, maria, owner, ana):
    stays = make_client(riverside, "Maria Lindquist")
    first = answered(share)
    merge_clients(client=maria, into=stays, by=owner)
    second = answered(share, kind="not_yet", terms=Terms())
    assert set(Clearance.objects.values_list("client", flat=True)) == {stays.pk}
    assert {words.partition(":")[0] for words in told(ana)} == {"Maria Lindquist"}
    assert deciding.set_aside_answer(answer=first, by=ana, reason="They answered again.").what == "set_aside"
    assert deciding.accept_answer(answer=second, by=ana, terms=Terms()).client == stays


def test_a_word_that_has_run_out_meanwhile_is_not_accepted(share, ana, time_machine):
    answer = answered(share, terms=Terms(expires_on=MONDAY))
    time_machine.move_to(timezone.now() + timedelta(days=2))
    with pytest.raises(BadInput, match="this word counts no more"):
        deciding.accept_answer(answer=answer, by=ana, terms=Terms(expires_on=MONDAY))


def test_only_therapists_of_the_practice_deal_with_answers(page, share, ana, desk, owner, lakeside_owner):
    answer = answered(share)
    for somebody, status in ((desk, 403), (owner, 403), (lakeside_owner, 404)):
        for path in ("", "aside/", "done/"):
            response = page(somebody).post(f"/doctor-answers/{answer.pk}/{path}", {"reason": "x"})
            assert response.status_code == status
    for verb, more in ((deciding.accept_answer, {"terms": Terms()}), (deciding.set_aside_answer, {"reason": "x"}),
                       (deciding.note_answer_done, {})):
        with pytest.raises(NotAllowed):
            verb(answer=answer, by=owner, **more)
    assert not AnswerDone.objects.exists()


def test_what_was_shared_shows_each_answer_and_what_became_of_it(page, share, signed_summary, maria, ana):
    answered(share, kind="read", terms=Terms())
    deciding.accept_answer(answer=answered(share), by=ana, terms=Terms(max_pressure=2, minutes=30))
    for path in (f"/summaries/{signed_summary.pk}/", f"/clients/{maria.pk}/agreements/"):
        text = re.sub(r"\s+", " ", page(ana).get(path).content.decode())
        assert "Answered 23 Nov, 08:00: “I have read it”" in text.replace("Mon ", "")
        assert "Accepted by Ana Alves" in text
