"""What clients are written about their visits: the right thing once, for the time that stands, without a clinical word."""

import re
from datetime import timedelta
from itertools import chain
from uuid import uuid4

import pytest
from django.utils import timezone

from clients.asking.intake import ask_intake, send_intake
from clients.asking.questionnaires import ask_questions, questions_of, save_answer, send_answers
from clients.asking.questions import Answer
from clients.models import Client, Episode
from clients.writing import write_to
from conftest import MONDAY, at, make_client, make_member
from practice import clock, outbox
from practice.accounts import letters
from practice.accounts.links import ask_for_address, ask_for_password, send_asked
from practice.digests import DIGESTS
from practice.models import ActionLink, Message, Practice, SignIn
from practice.wording import LANGUAGES
from practice.wording.clinical import clinical_words_in
from sessions import check_in_letters, holds, rescheduling, restoring
from sessions.booking import (
    accept_appointment,
    book_appointment,
    cancel_appointment,
    confirm_appointment,
    mark_no_show,
    move_appointment,
    undo_day_verb,
)
from sessions.models import Appointment, CheckIn, FreedTime, WaitlistEntry, WaitlistOffer
from sessions.moving import Move, move_all
from sessions.online import ask_for_visit
from sessions.online_letters import send_link
from sessions.recall import write_to_again
from sessions.requests import decline_request
from sessions.rhythm import Rhythm
from sessions.sending import accept_plan, send_plan, take_back_plan
from sessions.series import book_series
from sessions.waitlist import entries_to_read, join_waitlist
from sessions.waitlist_answers import seen, take_offer
from sessions.waitlist_offers import offer_freed_times


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)


@pytest.fixture
def sent(settings, mailoutbox):
    """What a drain at this moment sends: (kind, subject) in order, and the mails themselves."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def drained():
        del mailoutbox[:]
        outbox.drain()
        return [mail.subject for mail in mailoutbox]

    drained.mails = mailoutbox
    return drained


def waiting(**where):
    return sorted(Message.objects.filter(state="waiting", **where).values_list("kind", flat=True))


def leave_grace(travel):
    travel.move_to(timezone.now() + timedelta(minutes=4))


def test_a_booking_is_confirmed_after_three_minutes_and_reminded_of_twice(visit, sent, time_machine):
    assert sent() == []
    leave_grace(time_machine)
    assert sent() == ["Your appointment is booked: Mon 7 Dec, 10:00"]
    for days in (7, 2):
        time_machine.move_to(at(10, days=14 - days))
        assert sent() == ["Your next appointment: Mon 7 Dec, 10:00"]
    time_machine.move_to(at(10, days=14))
    assert sent() == []
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_a_visit_entered_late_writes_to_nobody(now, maria, ana, neuro_45):
    book_appointment(
        client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=-7), by=ana, override_reason="was on paper"
    )
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "change", [{"email": "", "phone": "1"}, {"channels": ["sms"]}, {"channels": []}, {"reminder_consent_on": None}]
)
def test_a_client_who_did_not_agree_is_not_written_to(now, riverside, ana, neuro_45, change):
    client = make_client(riverside, "Quiet Person", **change)
    visit = book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    move_appointment(appointment=visit, starts_at=at(14, days=14), by=ana)
    cancel_appointment(appointment=visit, by=ana)
    assert not Message.objects.exists()


# --- moves -----------------------------------------------------------------------------------------------------------


def test_a_visit_moved_before_anything_left_is_simply_booked_at_its_new_time(visit, ana, sent, time_machine):
    move_appointment(appointment=visit, starts_at=at(14, days=15), by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointment is booked: Tue 8 Dec, 14:00"]


def test_a_visit_moved_and_moved_back_before_anything_left_is_told_once(visit, ana, sent, time_machine):
    move_appointment(appointment=visit, starts_at=at(14, days=15), by=ana)
    move_appointment(appointment=visit, starts_at=at(10, days=14), by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointment is booked: Mon 7 Dec, 10:00"]
    assert waiting() == ["reminder", "reminder"]


def test_a_move_after_the_client_was_told_tells_the_new_time(visit, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    move_appointment(appointment=visit, starts_at=at(14, days=15), by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointment has a new time: Tue 8 Dec, 14:00"]


def test_a_move_undone_within_the_grace_sends_nothing(visit, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    move_appointment(appointment=visit, starts_at=at(14, days=15), by=ana)
    move_appointment(appointment=visit, starts_at=at(10, days=14), by=ana)
    leave_grace(time_machine)
    assert sent() == []
    assert waiting() == ["reminder", "reminder"]
    assert {m.start_version[:14] for m in Message.objects.filter(state="waiting")} == {"20261207T1500Z"}


def test_back_at_a_time_told_before_a_plan_is_told_again(visit, maria, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    early = book_appointment(client=maria, therapist=ana, service=visit.service, starts_at=at(14, days=3), by=ana)
    leave_grace(time_machine)
    sent()
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    plan = rescheduling.propose_plan(episode=episode, by=ana)
    rescheduling.apply_plan(plan=plan, by=ana)
    leave_grace(time_machine)
    assert "Your new appointment times" in sent()
    holds.change_episode(episode=episode, status="recovering", on=MONDAY, by=ana)
    move_appointment(appointment=Appointment.objects.get(pk=early.pk), starts_at=at(14, days=3), by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointment has a new time: Thu 26 Nov, 14:00"]


def test_only_the_room_changed_tells_nobody(visit, ana, garden, sent, time_machine):
    leave_grace(time_machine)
    sent()
    move_appointment(appointment=visit, starts_at=visit.starts_at, room=garden, by=ana)
    leave_grace(time_machine)
    assert sent() == []
    assert waiting() == ["reminder", "reminder"]


# --- the other steps ---------------------------------------------------------------------------------------------------


def test_a_cancelled_visit_is_told_so_and_reminded_of_no_more(visit, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    leave_grace(time_machine)
    sent()
    cancel_appointment(appointment=visit, by=ana, reason="sick")
    leave_grace(time_machine)
    assert sent()[-1:] == ["Your appointment on Mon 7 Dec, 10:00 is cancelled"]
    assert waiting() == []


def test_a_visit_booked_and_cancelled_within_the_grace_writes_nothing_at_all(visit, ana, sent, time_machine):
    cancel_appointment(appointment=visit, by=ana)
    leave_grace(time_machine)
    assert sent() == []
    assert waiting() == []


def test_confirming_keeps_the_reminders_and_says_nothing(visit, ana):
    before = waiting()
    confirm_appointment(appointment=visit, by=ana)
    assert waiting() == before == ["booked", "reminder", "reminder"]


def test_nothing_is_written_about_a_visit_that_was_missed(now, maria, ana, neuro_45, time_machine, sent):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=0), by=ana)
    leave_grace(time_machine)
    sent()
    time_machine.move_to(at(10, 30, days=0))
    mark_no_show(appointment=visit, by=ana)
    undo_day_verb(appointment=visit, verb="undo-no-show", by=ana)
    leave_grace(time_machine)
    assert sent() == []


def test_a_held_visit_sends_no_reminder_and_a_kept_one_does_again(visit, maria, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    holds.report_episode(
        client=maria,
        kind="relapse",
        onset_on=MONDAY,
        status="confirmed",
        steroids_until=MONDAY + timedelta(days=10),
        by=ana,
    )
    leave_grace(time_machine)
    assert sent() == ["Your appointment needs a new time"]
    assert "This appointment is on hold and needs a new time:\n\nMon 7 Dec, 10:00\n" in sent.mails[0].body
    time_machine.move_to(at(10, days=7))
    assert sent() == []
    restoring.keep_appointment(appointment=visit, by=ana, reason="short, feet only")
    leave_grace(time_machine)
    assert sent() == ["Your appointment stands after all"]
    assert "Mon 7 Dec, 10:00" in sent.mails[-1].body
    time_machine.move_to(at(10, days=12))
    assert sent() == ["Your next appointment: Mon 7 Dec, 10:00"]


def test_who_read_of_a_hold_reads_once_which_visits_stand_after_all(now, maria, ana, neuro_45, sent, time_machine):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    leave_grace(time_machine)
    sent()
    holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointments stand after all"]
    assert "Tue 24 Nov, 10:00" in sent.mails[-1].body and "Tue 1 Dec, 10:00" in sent.mails[-1].body


def test_who_said_yes_to_new_times_is_told_when_they_do_not_stand(now, maria, ana, neuro_45, sent, time_machine):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    plan = send_plan(plan=rescheduling.propose_plan(episode=episode, by=ana), by=ana)
    leave_grace(time_machine)
    sent()
    rescheduling.undo_plan(plan=accept_plan(plan=plan), by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointments need a new time"]
    assert "do not stand after all" in sent.mails[-1].body


@pytest.mark.parametrize("over", ["taken back", "undone"])
def test_a_plan_over_before_anybody_read_of_it_leaves_the_client_told_of_the_hold(
        now, maria, ana, neuro_45, sent, time_machine, over):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    plan = rescheduling.propose_plan(episode=episode, by=ana)
    plan = send_plan(plan=plan, by=ana) if over == "taken back" else rescheduling.apply_plan(plan=plan, by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert "Your appointments need a new time" not in sent()  # told with the new times instead
    take_back_plan(plan=plan, by=ana) if over == "taken back" else rescheduling.undo_plan(plan=plan, by=ana)
    leave_grace(time_machine)
    assert sent() == ["Your appointments need a new time"]
    assert "Tue 24 Nov, 10:00" in sent.mails[-1].body


def test_a_hold_taken_back_within_the_grace_tells_nobody(visit, maria, ana, sent, time_machine):
    leave_grace(time_machine)
    sent()
    episode = holds.report_episode(
        client=maria,
        kind="relapse",
        onset_on=MONDAY,
        status="confirmed",
        steroids_until=MONDAY + timedelta(days=10),
        by=ana,
    ).episode
    holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    leave_grace(time_machine)
    assert sent() == []
    assert waiting() == ["reminder", "reminder"]


def test_the_therapist_is_asked_today_without_being_told_who_or_what(visit, maria, ana, desk, sent, time_machine):
    holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, symptoms="left leg numb", by=desk)
    leave_grace(time_machine)
    assert f"A visit on {clock.said_date(visit.wall_date)} needs your decision" in sent()
    mail = next(m for m in sent.mails if m.to == ["Ana Alves <ana@riverside.example>"])
    for secret in ("Maria", "Lindqvist", "leg", "relapse"):
        assert secret not in mail.subject + mail.body


def test_the_therapist_is_not_asked_any_more_once_it_is_decided(visit, maria, ana, desk, sent, time_machine):
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=desk).episode
    holds.change_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    leave_grace(time_machine)
    assert not [subject for subject in sent() if "needs your decision" in subject]
    assert Message.objects.get(kind="look-today").why == "It has been dealt with."


def test_a_plan_that_lets_visits_go_says_so(now, maria, ana, neuro_45, sent, time_machine):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana).episode
    rescheduling.apply_plan(plan=rescheduling.propose_plan(episode=episode, by=ana, policy="drop"), by=ana)
    leave_grace(time_machine)
    assert "Your appointments are cancelled" in sent()
    body = next(m.body for m in sent.mails if m.subject == "Your appointments are cancelled")
    assert "Tue 24 Nov, 10:00" in body
    assert "without a fee" in body


# --- words -----------------------------------------------------------------------------------------------------------


CLINICAL = re.compile(
    r"\b(flare|relapse|attack|episode|sclerosis|ms|parkinson\w*|migraine|neuropath\w+|diabet\w+|numb\w*|pain|symptom\w*|steroid\w*|fever|"
    r"infection|ill|illness|sick|treatment|massage|pressure|caution|clearance|diagnos\w+|neurolog\w+|condition|finding|disease|patient|relaps\w+)\b",
    re.I,
)


def about_requests(practice, ana, neuro_45):
    """Bring about what is written of booking by oneself, each read as it would leave."""
    practice.books_online, practice.public_slug = True, "riverside"
    practice.save()
    for hour, kind, answer in ((14, "request-accepted", accept_appointment), (15, "request-declined", decline_request)):
        asked = ask_for_visit(
            practice=practice, service=neuro_45, therapist=ana, starts_at=at(hour, days=22), name="Nora Quist",
            email=f"nora{hour}@example.org", phone="", remark="", nonce=uuid4())
        if hour == 14:
            yield "request-received"
        answer(appointment=asked, by=ana)
        yield kind
    send_link(practice, "maria@clients.example")
    yield "booking-link"


def every_message(maria, ana, neuro_45):
    """Bring about one message of every kind this room sends."""
    maria.practice.confirm_days, maria.practice.check_before_hours = 3, 24
    maria.practice.save()
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=30), by=ana)
    yield from about_requests(maria.practice, ana, neuro_45)
    yield from about_the_waitlist(maria.practice, ana, neuro_45)
    Message.objects.filter(kind="booked").update(state="sent", sent_at=timezone.now())
    yield "booked"
    move_appointment(appointment=visit, starts_at=at(10, days=31), by=ana)
    yield from ("moved", "reminder")
    yield "check-before"
    visit.refresh_from_db()
    move_all(moves=[Move(visit, visit.version, at(10, days=32))], by=ana)
    yield "moved-together"
    cancel_appointment(appointment=visit, by=ana, reason="flare")
    yield "cancelled"
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 4), by=ana)
    yield "booked-together"
    episode = holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana).episode
    yield "look-today"
    holds.change_episode(episode=episode, status="confirmed", on=MONDAY, by=ana)
    yield "held"
    Message.objects.filter(kind="held").update(state="sent", sent_at=timezone.now())
    restoring.keep_appointment(appointment=Appointment.objects.filter(status="held").first(), by=ana, reason="feet only")
    yield "stands-again"
    yield from asked_how_it_is(episode)
    plan = rescheduling.propose_plan(
        episode=Episode.objects.get(client=maria), by=ana, policy="drop", return_on=MONDAY + timedelta(days=5)
    )
    plan = send_plan(plan=plan, by=ana)
    yield "plan-to-accept"
    Message.objects.filter(kind="plan-to-accept").update(state="sent", sent_at=timezone.now())
    plan = take_back_plan(plan=plan, by=ana)
    yield "plan-withdrawn"
    rescheduling.apply_plan(plan=plan, by=ana)
    yield "plan-applied"
    Message.objects.filter(kind="plan-applied").update(state="sent", sent_at=timezone.now())
    rescheduling.undo_plan(plan=plan, by=ana)
    yield "plan-undone"


def asked_how_it_is(episode):
    row = CheckIn.objects.create(practice=episode.practice, episode=episode, asked_for=MONDAY)
    check_in_letters.ask(row)
    yield "check-in"


def about_the_waitlist(practice, ana, neuro_45):
    """A time comes free; one takes it and gives another up, and who was asked too is told."""
    gone = book_appointment(client=make_client(practice, "Gus"), therapist=ana, service=neuro_45,
                            starts_at=at(14, days=1), by=ana)
    for name in ("Ada", "Bo"):
        client = make_client(practice, name)
        own = book_appointment(client=client, therapist=ana, service=neuro_45, by=ana,
                               starts_at=at(14 + (name == "Bo"), days=42))
        join_waitlist(client=client, service=neuro_45, give_up=own, by=ana)
    cancel_appointment(appointment=gone, by=ana)
    FreedTime.objects.update(offer_from=timezone.now())
    offer_freed_times()
    yield "waitlist-offer"
    Message.objects.filter(kind="waitlist-offer").update(state="sent", sent_at=timezone.now())
    offer = WaitlistOffer.objects.select_related("entry__give_up", "client__practice", "practice", "therapist").first()
    offer.entry = entries_to_read(WaitlistEntry.objects).get(pk=offer.entry_id)
    take_offer(offer=offer, gives_up=seen(offer.entry.give_up))
    yield from ("swapped", "waitlist-over")


def letter_to_a_doctor(maria, ana, neuro_45, neurologist, consent):
    from clients.models import Doctor
    from notes.copies.copies import compose_copy, send_copy, sign_copy
    from notes.doctors.answering import AnswerInput, answer_share
    from notes.sending.letters import mail_letter
    from notes.sending.ways import send_letter
    from notes.sharing import sharing
    from notes.sharing.opened import tell_opened
    from notes.sharing.texting import text_code
    from notes.summaries import summaries
    from notes.tests.test_story import signed_note

    signed_note(maria, ana, neuro_45)
    summary = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY, last=MONDAY, by=ana)
    summary = summaries.sign_summary(summary=summary, by=ana)
    share = sharing.share_summary(summary=summary, doctor=neurologist, consent=consent, by=ana).share
    sharing.mail_link(share=share, by=ana)
    yield "summary-shared"
    Doctor.objects.filter(pk=neurologist.pk).update(mobile="+12065550177")
    share.doctor.refresh_from_db()
    text_code(share=share, by=ana)
    yield "share-code"
    sending = send_letter(summary=summary, consent=consent, way="sealed", reason="Blocks links", by=ana)
    mail_letter(sending=sending, by=ana)
    yield "letter-attached"
    draft = compose_copy(client=maria, first=MONDAY, last=MONDAY, by=ana)
    send_copy(copy=sign_copy(copy=draft, expected_version=draft.version, by=ana), by=ana)
    yield "own-copy"
    tell_opened(share)
    yield "share-opened"
    answer_share(share=share, answer=AnswerInput("granted", "Dr Okafor", note="No work on the numb foot."))
    yield "doctor-answered"


def a_doctor_to_ring(doctor, by):
    from clients.consents import NOTICE, record_consent
    from clients.doctors import link_doctor
    from clients.episodes import record_episode
    from clients.notices import tell_doctor

    client = make_client(doctor.practice, "Gil Romero")
    link_doctor(client=client, doctor=doctor, by=by)
    record_consent(client=client, by=by, kind=NOTICE, doctor=doctor, text_version="1", how="in person")
    episode, _ = record_episode(client=client, kind="relapse", onset_on=MONDAY, reported_by="Gil", by=by)
    tell_doctor(episode=episode, doctor=doctor, how="mail", by=by)
    yield "doctor-to-ring"


def a_system_that_does_not_answer(practice):
    from practice.models import Webhook
    from practice.webhooks.switching_off import give_up_on

    make_member(practice, "Olga Stern", "owner2@riverside.example", "owner")
    give_up_on(Webhook.objects.create(practice=practice, url="https://books.example.org/", events=["client.created"]))
    yield "webhook-off"


def asked_after_a_visit(client):
    from notes.follow_ups import letters
    from notes.models import FollowUp

    visit = Appointment.objects.filter(client=client).earliest("starts_at")
    row = FollowUp.objects.create(practice=visit.practice, appointment=visit, asked_on=MONDAY, closes_at=at(9, days=30))
    letters.ask(row)
    yield "follow-up"


def page_for_home(client, by):
    from notes.home.link import send_programme
    from notes.home.programmes import ItemInput, assign_programme

    send_programme(programme=assign_programme(client=client, items=[ItemInput("rub-arms-and-legs")], by=by), by=by)
    yield "home-programme"


def questions_by_link(client, by):
    """The intake asked for, and a red answer before a visit that the therapist is to look at."""
    send_intake(client=client, by=by)
    yield "intake"
    visit = Appointment.objects.filter(client=client, status__in=("booked", "confirmed")).latest("starts_at")
    row = ask_questions(kind="pre_visit", client=client, subject_id=visit.pk, by=by, closes_at=visit.starts_at)
    for question in questions_of(row):
        given = Answer(chosen=("yes",)) if question.code == "q01" else Answer(is_unknown=True)
        row = save_answer(questionnaire=row, code=question.code, answer=given)
    send_answers(questionnaire=row)
    yield "look-at-answers"


def a_note_opened(maria, ana, ben, neuro_45):
    """A colleague opens a note that is kept from them."""
    from notes.record.glass import break_glass
    from notes.tests.conftest import draft_of

    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(16, days=-3), by=ana,
                             override_reason="entered late")
    note = draft_of(visit, ana, subjective="numb", visibility="author")
    break_glass(note=note, reason="he has a seizure and I must know his medicines", by=ben)
    yield "note-opened"


def texts_ended(client):
    from clients.models import Reply
    from clients.replies.letters import ENDED

    reply = Reply.objects.create(practice=client.practice, client=client, from_number="+12065550123", reference="SM1",
                                 text="STOP")
    outbox.queue_message(practice=client.practice, kind=ENDED, subject_id=reply.pk, channel="sms", why="They said stop.",
                         to_address=reply.from_number, due_at=timezone.now(), client_id=client.pk)
    yield ENDED


def test_what_names_a_client_and_goes_to_somebody_else_is_of_a_kind_that_says_so(
        now, maria, ana, ben, neuro_45, neurologist, consent):
    """Mail of a kind for clients carries the link that ends theirs."""
    letter = letter_to_a_doctor(maria, ana, neuro_45, neurologist, consent)
    others = chain(asked_after_a_visit(maria), page_for_home(maria, ana), a_note_opened(maria, ana, ben, neuro_45),
                   a_doctor_to_ring(neurologist, ana))
    assert len(set(chain(letter, others, every_message(maria, ana, neuro_45), questions_by_link(maria, ana)))) > 20
    theirs = {client.pk: client.email for client in Client.objects.all()}
    for message in Message.objects.exclude(client_id=None):
        is_theirs = message.to_address == theirs[message.client_id]
        assert (outbox.KINDS[message.kind].is_to == "client") == is_theirs, message.kind


def a_text_tried(practice):
    """The owner sends themselves a text."""
    from practice.wording.trying import send_test

    owner = make_member(practice, "Olivia Owner", "olivia@riverside.example", "owner")
    send_test(practice=practice, kind="reminder", variant="", language="en", by=owner)
    yield "test"


def somebody_is_invited(practice, owner):
    """The owner asks somebody to work here."""
    from practice.people.inviting import Place, invite

    invite(practice=practice, email="cleo@example.org", name="Cleo Cruz", place=Place("therapist"), by=owner)
    yield "invitation"


def about_staying_away(practice, ana, owner, neuro_45):
    """A client who has not been here for long, questions that stayed open, and what the practice is told each morning."""
    client = make_client(practice, "Zoe")
    visit = book_appointment(client=client, therapist=ana, service=neuro_45, starts_at=at(9, days=-20), by=ana,
                             override_reason="entered late")
    Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
    write_to_again(client=client, by=ana)
    yield "recall"
    row = ask_intake(client=client, by=ana)
    write_to(client=client, kind="intake-due", subject_id=row.pk, why="")
    yield "intake-due"
    for code in DIGESTS:
        outbox.queue_message(practice=practice, kind=code, subject_id=ana.pk, to_address=ana.user.email, why="",
                             start_version=MONDAY.isoformat(), due_at=timezone.now())
        yield code


def about_accounts(ana):
    """Links a member asked for, a browser nobody knew, something changed."""
    ask_for_password(email=ana.user.email, from_address="203.0.113.7")
    send_asked()
    yield "account-password"
    ask_for_address(member=ana, email="new@riverside.example", by=ana)
    yield "account-address"
    letters.tell_of_new_device(SignIn.objects.create(
        user=ana.user, session_hash="a", device_hash="b", device="Firefox on Windows", first_seen_at=timezone.now(),
        last_seen_at=timezone.now()))
    yield "account-device"
    letters.tell_of_change(ana.user, "password")
    yield "account-changed"


def _words_of(file):
    """What a calendar file says, its folded lines whole; other files are letters to a doctor."""
    return file.content.decode().replace("\r\n ", "") if file.kind == "text/calendar" else ""


def test_no_message_of_any_kind_carries_a_clinical_word(now, maria, ana, ben, owner, neuro_45, neurologist, consent):
    read = {}
    letter = letter_to_a_doctor(maria, ana, neuro_45, neurologist, consent)
    others = chain(asked_after_a_visit(maria), page_for_home(maria, ana), a_note_opened(maria, ana, ben, neuro_45),
                   a_text_tried(maria.practice), a_doctor_to_ring(neurologist, ana),
                   a_system_that_does_not_answer(maria.practice), texts_ended(maria),
                   about_staying_away(maria.practice, ana, owner, neuro_45), about_accounts(ana),
                   somebody_is_invited(maria.practice, owner))
    for kind in chain(letter, others, every_message(maria, ana, neuro_45), questions_by_link(maria, ana)):
        pk = Message.objects.filter(kind=kind).values_list("pk", flat=True).first()
        for language in LANGUAGES:
            Client.objects.update(language=language)
            Practice.objects.update(sender_name="Riverside")
            mail = outbox.KINDS[kind].compose(Message.objects.select_related("practice").get(pk=pk))
            whole = f"{mail.subject}\n{mail.body}\n{mail.sms}".replace("Riverside Therapy", "")
            assert not clinical_words_in(whole, language), (kind, language, clinical_words_in(whole, language))
            assert outbox.KINDS[kind].is_to != "client" or mail.sms, f"{kind} says nothing by SMS"
            files = "\n".join(_words_of(file) for file in mail.attachments)
            assert not clinical_words_in(files, language), (kind, language, clinical_words_in(files, language))
        Client.objects.update(language="en")
        mail = outbox.KINDS[kind].compose(Message.objects.select_related("practice").get(pk=pk))
        read[kind] = f"{mail.subject}\n{mail.body}"
        assert mail.body.startswith(("Hello ", "Dear ")), kind
    assert set(read) == set(outbox.KINDS), "every kind there is"
    for kind, text in read.items():
        without_practice = text.replace("Riverside Therapy", "")
        assert not CLINICAL.search(without_practice), (kind, CLINICAL.search(without_practice))
        assert "Neuro 45" not in text
        assert "error" not in text.lower() and "please" not in text.lower()


def test_the_link_of_a_visit_is_the_same_each_time_and_only_its_hash_is_kept(visit, ana):
    message = Message.objects.filter(kind="reminder").first()
    bodies = {outbox.KINDS["reminder"].compose(message).body for _ in range(2)}
    assert len(bodies) == 1
    token = re.search(r"/r/([\w-]{43})/", bodies.pop())[1]
    link = ActionLink.objects.get()
    assert token not in link.token_hash
    assert link.expires_at == visit.ends_at
