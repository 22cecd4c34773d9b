"""Records of fourteen years ago: one of everything that is kept for ever, made by the product's own verbs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.utils import timezone

from clients.models import (
    ChannelConsent,
    Client,
    Consent,
    Doctor,
    Episode,
    EpisodeNotice,
    LegalHold,
    PrivacyRequest,
    Questionnaire,
    Reply,
)
from conftest import MONDAY, ZONE, numb
from notes.copies.copies import compose_copy, sign_copy
from notes.doctors.answering import AnswerInput, answer_share
from notes.events.log import EventInput
from notes.home.programmes import ItemInput, assign_programme
from notes.models import AnswerDone, BrokenGlass, FollowUp, Note, ShareOpening
from notes.record import cosigning, signing
from notes.sending.ways import send_letter
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.conftest import draft_of
from notes.writing import TreatmentInput
from practice import clock
from practice.models import AuditEntry, AuditSeal, Membership, Message, Service
from sessions.booking import arrive, book_appointment

DAY = date(2012, 11, 26)  # a Monday
LONG_AGO = datetime(2012, 11, 26, 8, tzinfo=ZoneInfo(ZONE))
TODAY = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 8, tzinfo=ZoneInfo(ZONE))
MARK = "Zwetschgenmarker"  # stands in every text of theirs


def one_of_everything(client: Client, ana: Membership, ben: Membership, service: Service, doctor: Doctor,
                      hour: int) -> Note:
    """A client of that day with one of each kind of row that the database keeps for ever; answers their note."""
    place: Any = {"practice": client.practice}
    ana.supervisor = ben
    ana.save(update_fields=["supervisor"])
    visit = book_appointment(client=client, therapist=ana, service=service, by=ana,
                             starts_at=clock.instant_of(DAY, time(hour), ZONE))
    arrive(appointment=visit, by=ana)
    note = signing.sign_note(by=ana, note=draft_of(
        visit, ana, TreatmentInput("back", "both", "effleurage", 2, 10, MARK), pain=(5, 3), subjective=MARK,
        events=[EventInput("stopped", what="sharp-pain", work_region="foot", work_side="left")]))
    signing.add_addendum(note=note, text=MARK, reason=MARK, by=ana)
    cosigning.cosign_note(note=note, by=ben)
    BrokenGlass.objects.create(**place, note=note, by=ben, reason=MARK, at=timezone.now(),
                               until=timezone.now() + timedelta(minutes=30))
    FollowUp.objects.create(**place, appointment=visit, asked_on=DAY, closes_at=TODAY, soreness=3, words=MARK,
                            answered_at=timezone.now())
    consent = Consent.objects.create(**place, client=client, doctor=doctor, text_version="1", given_by=MARK,
                                     how="in person", given_on=DAY)
    summary = summaries.sign_summary(by=ana, summary=summaries.compose_summary(
        client=client, doctor=doctor, first=DAY, last=DAY, by=ana))
    share = sharing.share_summary(summary=summary, doctor=doctor, consent=consent, by=ana).share
    ShareOpening.objects.create(share=share, what="page")
    answer = answer_share(share=share, answer=AnswerInput("granted", doctor.name, note=MARK))
    AnswerDone.objects.create(**place, answer=answer, what=AnswerDone.What.values[0], by=ana, reason=MARK)
    send_letter(summary=summary, consent=consent, way="fax", to_address="206 555 0199", by=ana)
    copy = compose_copy(client=client, first=DAY, last=DAY, by=ana)
    sign_copy(copy=copy, expected_version=copy.version, by=ana)
    assign_programme(client=client, items=[ItemInput(name=MARK, steps=MARK)], by=ana)
    numb(client)
    episode = Episode.objects.create(**place, client=client, kind="relapse", status="resolved", onset_on=DAY,
                                     reported_by=MARK)
    EpisodeNotice.objects.create(**place, episode=episode, doctor=doctor, consent=consent, told_by=ana, how="phone")
    Questionnaire.objects.create(**place, client=client, kind="intake", subject_id=client.pk, closes_at=TODAY,
                                 submitted_at=timezone.now(), answered_by=MARK, answers={"q1": {"words": MARK}})
    PrivacyRequest.objects.create(**place, client=client, kind="access", asked_by=MARK, asked_for=MARK, law="other",
                                  received_on=DAY, due_on=DAY, outcome="given", answered_on=DAY, recorded_by=ana)
    LegalHold.objects.create(**place, client=client, reason=MARK, placed_by_name="Olga", placed_at=timezone.now(),
                             lifted_at=timezone.now(), lifted_why=MARK)
    ChannelConsent.objects.create(**place, client=client, channel="sms", given_on=DAY, source=MARK,
                                  withdrawn_at=timezone.now(), withdrawn_how=MARK)
    Reply.objects.create(**place, client=client, from_number="+12065550123", reference=str(client.pk), text=MARK)
    Message.objects.create(**place, kind="reminder", to_address=client.email, to_name=MARK, client_id=client.pk,
                           subject_id=visit.pk, due_at=timezone.now(), state="cancelled", why=MARK)
    return note


def words_about(*marks: object, but: tuple[type, ...] = (AuditEntry, AuditSeal)) -> list[str]:
    """Where any of these still stands, in whichever table and column; encrypted ones are read as what they say."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        if model in but:
            continue
        for row in model._base_manager.values():
            found += [f"{model._meta.label}.{name}" for name, value in row.items()
                      for mark in marks if str(mark) in str(value)]
    return sorted(set(found))
