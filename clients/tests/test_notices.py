"""Telling a doctor that something is new: with the client's agreement, without a name in the mail, kept for ever."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clients.consents import NOTICE, ConsentMissing, record_consent
from clients.doctors import link_doctor
from clients.episodes import advance_episode, record_episode
from clients.models import Consent, Disclosure, Doctor, EpisodeNotice
from clients.notices import tell_doctor
from conftest import MONDAY
from notes.sharing.sharing import withdraw_consent
from practice import outbox
from practice.models import AuditEntry, Message
from practice.refusals import BadInput, NotAllowed, WrongState
from practice.tests.answers import is_problem

WORDS = "May I tell Dr Adaeze Okafor when something about your health is new, so that they can look at it?"


@pytest.fixture
def episode(now, maria, ana, neurologist):
    link_doctor(client=maria, doctor=neurologist, by=ana)
    row, _ = record_episode(client=maria, kind="relapse", onset_on=MONDAY, reported_by="Maria", by=ana,
                            symptoms="left leg numb")
    return row


@pytest.fixture
def agreed(maria, ana, neurologist):
    return lambda **how: record_consent(client=maria, by=ana, how="in person", text_version="2026-11",
                                        **({"kind": NOTICE, "doctor": neurologist} | how))


def test_the_doctor_is_asked_to_ring_by_a_mail_that_names_nobody_and_it_is_kept(
        episode, agreed, neurologist, ana, maria, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    consent = agreed()
    notice = tell_doctor(episode=episode, doctor=neurologist, how="mail", by=ana)
    outbox.drain()
    mail = mailoutbox[0]
    assert (mail.to, mail.subject) == (
        ["Dr Adaeze Okafor <okafor@hospital.example>"], "Ana Alves would like to speak with you")
    for secret in ("Maria", "Lindqvist", "relapse", "numb", "leg", "patient", "/"):
        assert secret not in mail.subject + mail.body
    assert not Disclosure.objects.exists(), "a mail that names nobody discloses nothing"
    entry = AuditEntry.objects.get(verb="doctor_told")
    assert (entry.actor, entry.client_id, entry.subject_id) == (ana, maria.pk, episode.pk)
    assert entry.detail == {"doctor": str(neurologist.pk), "consent": str(consent.pk), "how": "mail",
                            "notice": str(notice.pk)}
    for change in (EpisodeNotice.objects.all().delete, lambda: EpisodeNotice.objects.update(how="phone")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_two_presses_are_one_telling_and_one_mail(episode, agreed, neurologist, ana):
    agreed()
    first, second = (tell_doctor(episode=episode, doctor=neurologist, how="mail", by=ana) for _ in range(2))
    assert first == second
    assert Message.objects.filter(kind="doctor-to-ring").count() == 1


def test_told_by_phone_is_a_fact_of_the_episode_and_writes_nothing(episode, agreed, neurologist, ana):
    agreed()
    tell_doctor(episode=episode, doctor=neurologist, how="phone", by=ana)
    episode.refresh_from_db()
    assert episode.doctor_contacted_on == MONDAY
    line = Disclosure.objects.get()
    assert (line.to_name, line.what, line.why, line.how) == (
        "Dr Adaeze Okafor", "MS relapse, possible, since Mon 23 Nov 2026", "Treatment; agreed on Mon 23 Nov 2026", "by phone")
    assert not Message.objects.exists()


@pytest.mark.parametrize("how, reason", [
    (None, "missing"),
    ({"kind": "share-summary"}, "missing"),  # to read a summary is something else
    ({"given_on": MONDAY - timedelta(days=9), "until": MONDAY - timedelta(days=1)}, "expired"),
    ("withdrawn", "withdrawn"),
    ("other doctor", "other_doctor"),
])
def test_without_a_live_agreement_for_this_doctor_nothing_leaves_and_the_words_to_ask_with_stand_there(
        how, reason, episode, agreed, neurologist, riverside, ana, api):
    if how == "withdrawn":
        withdraw_consent(consent=agreed(), by=ana)
    elif how == "other doctor":
        agreed(doctor=Doctor.objects.create(practice=riverside, name="Dr Bell"))
    elif how:
        agreed(**how)
    with pytest.raises(ConsentMissing):
        tell_doctor(episode=episode, doctor=neurologist, how="mail", by=ana)
    answer = api(ana).post(f"/api/v1/episodes/{episode.pk}/notices/", {"doctor": str(neurologist.pk), "how": "mail"})
    problem = is_problem(answer, 409, "consent_missing")
    assert (problem["reason"], WORDS in problem["detail"]) == (reason, True)
    assert not EpisodeNotice.objects.exists() and not Message.objects.exists()


def test_an_agreement_to_be_told_does_not_open_a_summary(now, maria, agreed, neurologist, ana, neuro_45):
    from notes.sharing import sharing
    from notes.summaries import summaries
    from notes.tests.test_story import signed_note

    signed_note(maria, ana, neuro_45)
    summary = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY, last=MONDAY, by=ana)
    summary = summaries.sign_summary(summary=summary, by=ana)
    consent = agreed()
    assert sharing.fitting_consent(summary) is None
    with pytest.raises(ConsentMissing):
        sharing.share_summary(summary=summary, doctor=neurologist, consent=consent, by=ana)


def test_an_agreement_taken_back_before_the_mail_left_stops_it(episode, agreed, neurologist, ana, mailoutbox):
    consent = agreed()
    tell_doctor(episode=episode, doctor=neurologist, how="mail", by=ana)
    withdraw_consent(consent=consent, by=ana)
    outbox.drain()
    assert Message.objects.get().why == "The client has taken the agreement back."
    assert not mailoutbox


def test_who_may_not_tell_and_what_cannot_be_told(episode, agreed, neurologist, riverside, ana, owner, desk):
    agreed()
    for member in (desk, owner):
        with pytest.raises(NotAllowed):
            tell_doctor(episode=episode, doctor=neurologist, how="mail", by=member)
    stranger = Doctor.objects.create(practice=riverside, name="Dr Bell", email="bell@gp.example")
    with pytest.raises(BadInput, match="not among Maria's doctors"):
        tell_doctor(episode=episode, doctor=stranger, how="mail", by=ana)
    neurologist.email = ""
    with pytest.raises(BadInput, match="Ring them"):
        tell_doctor(episode=episode, doctor=neurologist, how="mail", by=ana)
    advance_episode(episode=episode, status="not_a_relapse", on=MONDAY, by=ana)
    episode.refresh_from_db()
    with pytest.raises(WrongState):
        tell_doctor(episode=episode, doctor=neurologist, how="phone", by=ana)


def test_from_the_clients_page_to_the_agreement_to_the_mail_and_back(episode, neurologist, maria, ana, page):
    browser, address = page(ana), reverse("clients:tell_doctor", args=[episode.pk])
    assert address in browser.get(f"/clients/{maria.pk}/visits/").content.decode()
    assert WORDS in browser.get(address).content.decode()
    refused = browser.post(address, {"doctor": neurologist.pk, "how": "mail"})
    assert refused.status_code == 409 and WORDS in refused.content.decode()
    browser.post(address, {"act": "agree", "doctor": neurologist.pk, "given_by": "Maria Lindqvist",
                           "relationship": "self", "how": "in person", "given_on": MONDAY.isoformat()})
    assert Consent.objects.get().kind == NOTICE
    shown = browser.post(address, {"doctor": neurologist.pk, "how": "mail"}, follow=True).content.decode()
    assert "The e-mail to Dr Adaeze Okafor is on its way." in shown
    said = "was asked by e-mail to ring, Mon 23 Nov 2026"
    assert said in browser.get(f"/clients/{maria.pk}/visits/").content.decode()
    assert "asked by e-mail to ring" in browser.get(f"/episodes/{episode.pk}/").content.decode()
    assert timezone.now().date() == MONDAY
