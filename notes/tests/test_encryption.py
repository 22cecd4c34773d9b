"""Clinical text at rest: in no table in clear, under keys that change without a row being written again."""

from __future__ import annotations

import threading

import pytest
import requests
from django.apps import apps
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from clients.models import Client, Finding, Medicine
from notes.models import Note, NoteDraft
from notes.tests.test_walls import FOUND, World
from practice.encryption import EncryptedField, KeysMissing, Unreadable, fields, keys
from practice.encryption.outer import NotAKey, new_key, outer_keys
from practice.encryption.rotating import rotate_keys
from practice.models import DataKey
from practice.sealing import sealer
from practice.tests.scratch import scratch_practice

ROOMS = ("practice", "clients", "sessions", "notes")
# Columns of words that stand in clear, and why. A new column belongs here, or is encrypted.
CLEAR = {
    "who somebody is and how they are reached: searched, sorted, and shown to everybody of the practice": """
        User.email User.name Membership.initials Membership.credential Client.name Client.preferred_name Client.email
        Client.phone Doctor.name Doctor.specialty Doctor.email Doctor.phone Doctor.address ClientDoctor.role Contact.name
        Contact.phone Contact.email EmergencyCard.contact_name EmergencyCard.contact_phone
        EmergencyCard.contact_relationship EmergencyCard.representative_name EmergencyCard.representative_phone
        Invitation.email Invitation.name Invitation.credential AccountLink.email Reply.from_number
        Message.to_address Message.to_name ChannelConsent.address DoctorAnswer.phone DoctorAnswer.name
        DoctorAnswer.registration SignIn.device SignIn.address Doctor.fax Doctor.mobile
        Sending.to_address Import.names Import.stays ImportRow.alike ImportRow.key Disclosure.to_name Disclosure.to_address""",
    "the name of who did, said or signed it": """
        AuditEntry.actor_name AuditEntry.actor_role AppointmentEvent.by_name BulkPlan.made_by_name Plan.made_by_name
        Breach.recorded_by_name BreachStep.by_name Disposal.by_name LegalHold.lifted_by_name
        LegalHold.placed_by_name PrivacyRequest.answered_by_name PrivacyRequest.asked_by Recall.by_name Import.made_by_name CheckIn.by_name WaitlistOffer.by_name EpisodeStep.by_name Episode.reported_by
        Episode.confirmed_on_word_of Consent.given_by Consent.relationship Disclosure.by_name Questionnaire.answered_by
        Note.signer_credential CoSignature.credential OutsideTotal.rater HomeItem.word_of HomeItem.word_how""",
    "a code of a catalogue, which the database is asked for": """
        ClientCondition.condition Finding.finding FindingRegion.region FindingRegion.side Medicine.kind Medicine.times
        Medicine.regions Clearance.scope Clearance.excluded_techniques Clearance.regions RuleChange.rule
        RuleChange.numbers Summary.sections Consent.kind Consent.sections DoctorAnswer.scope DoctorAnswer.regions
        DoctorAnswer.excluded_techniques Treatment.region Treatment.side Treatment.technique Treatment.temperature
        Treatment.position Measurement.measure NoteEvent.what NoteEvent.region NoteEvent.side NoteEvent.work_region
        NoteEvent.work_side NoteEvent.work_technique FollowUp.asks ChosenMeasures.codes OutsideTotal.measure
        HomeItem.code HomeItem.place HomeItem.source BillingCode.technique BillingCode.code Questionnaire.consent_version
        Consent.text_version Hold.status_before""",
    "the practice's own matter, of no client": """
        Practice.name Practice.time_zone Practice.phone Practice.email Practice.address Practice.sender_name
        Practice.sms_sender Practice.currency Practice.country Practice.region Practice.reminder_days Practice.public_slug
        Skill.name Room.name Room.access_notes Room.temperature_notes Service.name DayHours.reason TimeOff.reason
        Closure.name MessageText.kind MessageText.variant MessageText.language MessageText.subject MessageText.body
        MessageText.sms Webhook.url Webhook.events RuleChange.reason WorryingAnswer.what_we_do Snippet.word
        Membership.digests BulkPlan.scope OutsideFeed.host OutsideFeed.failure ApiToken.name ApiToken.ending
        ApiToken.scopes Passkey.name SetAside.step Import.file_name Import.columns Import.mapping
        Import.options Breach.law PrivacyRequest.law Import.delimiter Import.date_order""",
    "a secret or fingerprint, itself hashed or sealed": """
        User.password ActionLink.token_hash ApiToken.token_hash CalendarFeed.secret_hash CalendarFeed.body_hash
        OutsideFeed.sealed_url OutsideFeed.url_hash Share.token_hash Share.code_hash Summary.content_hash
        SummaryPaper.pdf_hash DoctorAnswer.content_hash Note.content_hash Note.previous_hash NotesChain.head_hash
        Addendum.content_hash Addendum.previous_hash CoSignature.content_hash CoSignature.previous_hash
        Disclosure.content_hash Plan.diary_print IdempotentRequest.body IdempotentRequest.fingerprint DataKey.wrapped
        DataKey.wrapped_by Invitation.token_hash Tally.key SignIn.session_hash SignIn.device_hash CodeApp.sealed_secret
        Passkey.credential_id Passkey.public_key RecoveryCode.code_hash AccountLink.token_hash AuditSeal.previous_hash
        AuditSeal.content_hash ArchivePiece.sealed ClientCopy.content_hash OpeningCode.code_hash
        Disposal.links Disposal.signed_hash Disposal.previous_hash Disposal.content_hash""",
    "how a message, call, plan or visit went, in words of the product": """
        Message.kind Message.channel Message.time_zone Message.start_version Message.rule Message.why
        Message.subject_line Message.reference ActionLink.purpose IdempotentRequest.key IdempotentRequest.content_type
        IdempotentRequest.etag Disposal.counts AuditEntry.verb AuditEntry.subject_type AuditEntry.detail AuditSeal.entries
        WebhookDelivery.event WebhookDelivery.object WebhookDelivery.last_words Reply.reference Reply.outcome
        Series.weekdays Appointment.time_zone AppointmentEvent.verb AppointmentEvent.detail BulkPlan.cost_terms
        BulkPlan.problem BulkMove.options BulkMove.why BulkMove.cost_terms Plan.cost_terms Plan.avoids PlanMove.why
        PlanMove.cost_terms PlanMove.before WaitlistEntry.weekdays WaitlistEntry.windows NoteDraft.tab
        Archive.failure Archive.name Copy.failure Copy.name Import.kind Import.problem ImportRow.kind Sending.reason""",
    "how a client wants to be written to, and how that was agreed": """
        Client.time_zone Client.language Client.channels Client.reminder_consent_source ChannelConsent.source
        ChannelConsent.wording ChannelConsent.withdrawn_how Consent.how Disclosure.how""",
}


def test_every_column_of_words_is_encrypted_or_stands_in_clear_for_a_reason():
    words = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    open_ = {f"{model.__name__}.{field.name}" for model in apps.get_models() if model.__module__.split(".")[0] in ROOMS
             for field in model._meta.concrete_fields
             if isinstance(field, words) and not isinstance(field, EncryptedField) and not field.choices}
    known = {name for names in CLEAR.values() for name in names.split()}
    assert not open_ ^ known, f"{sorted(open_ - known)}, {sorted(known - open_)}"


def tables_with(word: str) -> set[str]:
    """Every table and column in which the word stands, read past the ORM."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    kept = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    if word.encode() in kept:
                        found.add(f"{table}.{name}")
    return found


def test_no_clinical_word_stands_in_any_table(now, db):
    World()
    assert Note.objects.exclude(signed_at=None).exists()
    assert tables_with(FOUND) == set()


def test_without_encryption_the_same_search_finds_them(now, db, monkeypatch):
    monkeypatch.setattr(fields.EncryptedField, "seal_text", lambda self, text: text)
    monkeypatch.setattr(fields.EncryptedField, "opened", lambda self, kept: kept if kept is None else self.from_text(kept))
    World()
    assert {"notes_note.subjective", "clients_episode.symptoms", "notes_doctoranswer.note"} <= tables_with(FOUND)


class Column:
    """An encrypted column of its own, without a table."""

    def __init__(self, kind: type[EncryptedField], name: str = "words") -> None:
        self.field = kind()
        self.field.set_attributes_from_name(name)
        self.field.model = Note


@given(st.text())
def test_any_text_comes_back_and_what_is_empty_stays_empty(text):
    column = Column(fields.EncryptedTextField).field
    kept = column.sealed(text)
    assert column.opened(kept) == text and (kept == "") == (text == "")
    assert len(text) < 4 or text not in kept


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda of: st.lists(of) | st.dictionaries(st.text(), of)))
def test_any_value_of_json_comes_back(value):
    column = Column(fields.EncryptedJSONField).field
    assert column.opened(column.sealed(value)) == value


@pytest.fixture(autouse=True)
def ring(db):
    """Whatever a test does to the keys, the next one finds those of the test run."""
    yield
    keys.forget()


def test_text_of_another_column_changed_text_and_clear_text_are_refused_without_a_word_of_them():
    here, there = Column(fields.EncryptedTextField).field, Column(fields.EncryptedTextField, "others").field
    kept = here.sealed("numb feet since May")
    changed = kept[:60] + ("A" if kept[60] != "A" else "B") + kept[61:]
    for column, bad in ((there, kept), (here, changed), (here, "numb feet since May"), (here, kept[:20])):
        with pytest.raises(Unreadable) as refused:
            column.opened(bad)
        assert "notes_note." in str(refused.value) and "numb" not in str(refused.value) and kept[4:20] not in str(refused.value)


def test_the_database_cannot_be_asked_what_stands_in_an_encrypted_column(maria):
    for asked in ({"detail": "knee"}, {"detail__contains": "k"}, {"detail__in": ["knee"]}, {"detail__gt": ""}):
        with pytest.raises(FieldError):
            Finding.objects.filter(**asked).exists()
    with pytest.raises(FieldError):
        Client.objects.filter(preferences__mobility="chair").exists()
    assert not Finding.objects.filter(detail="").exists() and not NoteDraft.objects.exclude(typed={}).exists()
    assert not Note.objects.filter(check_at_signing__isnull=True).exists()


def test_every_way_of_writing_encrypts(maria):
    row = Medicine.objects.create(practice=maria.practice, client=maria, name="Baclofen", kind="other")
    Medicine.objects.filter(pk=row.pk).update(name="Tizanidine")
    Medicine.objects.bulk_create([Medicine(practice=maria.practice, client=maria, name="Fampridine", kind="other")])
    second = Medicine.objects.exclude(pk=row.pk).get()
    second.name = "Dantrolene"
    Medicine.objects.bulk_update([second], ["name"])
    assert sorted(Medicine.objects.values_list("name", flat=True)) == ["Dantrolene", "Tizanidine"]
    for word in ("Baclofen", "Tizanidine", "Fampridine", "Dantrolene"):
        assert tables_with(word) == set()


def test_outer_keys_change_and_every_signed_row_is_read_as_before_without_being_written(now, settings):
    World()
    def kept():
        with connection.cursor() as cursor:
            cursor.execute("SELECT subjective FROM notes_note")
            return sorted(cursor.fetchall())

    before, first = kept(), new_key()
    settings.ENCRYPTION_KEYS = [first]
    box = sealer("proof", Note.objects.first().pk).encrypt(b"secret")
    call_command("rotate_keys", new_data_key=True, verbosity=0)
    settings.ENCRYPTION_KEYS = [new_key(), first]
    assert rotate_keys().wrapped_anew == 2
    settings.ENCRYPTION_KEYS, settings.SECRET_KEY = settings.ENCRYPTION_KEYS[:1], "another-" + "s" * 50
    keys.forget()
    assert kept() == before and FOUND in Note.objects.exclude(subjective="").first().subjective
    assert sealer("proof", Note.objects.first().pk).decrypt(box) == b"secret"
    new = str(DataKey.objects.order_by("pk").last().pk)
    assert keys.current()[0].hex() == new.replace("-", "")


def test_a_key_taken_away_too_early_is_said_in_words_and_nothing_is_changed(db, settings, client):
    settings.ENCRYPTION_KEYS = [new_key()]
    rotate_keys()
    was = list(DataKey.objects.values_list("wrapped_by", flat=True))
    settings.ENCRYPTION_KEYS = [new_key()]
    keys.forget()
    with pytest.raises(KeysMissing, match=f"wrapped by the key {was[0]}"):
        keys.current()
    with pytest.raises(CommandError, match="Put it back"):
        call_command("rotate_keys")
    with pytest.raises(ImproperlyConfigured), pytest.MonkeyPatch.context() as patched:
        patched.setattr("practice.management.commands.serve.refuse_a_taken_port", lambda port: None)
        patched.setattr("practice.management.commands.serve.hold_the_data_folder", lambda: None)
        patched.setattr("practice.management.commands.serve.call_command", lambda *a, **k: None)
        call_command("serve")
    with pytest.raises(SystemExit, match="Put it back"):
        keys.refuse_without()
    answer = client.get("/healthz")
    assert answer.status_code == 503 and "a key is missing" in answer.json()["problems"][0]
    assert list(DataKey.objects.values_list("wrapped_by", flat=True)) == was
    settings.ENCRYPTION_KEYS = ["short"]
    with pytest.raises(NotAKey, match="Key 1 of ENCRYPTION_KEYS"):
        outer_keys()


@pytest.mark.proof
@pytest.mark.processes
def test_keys_change_under_load_and_nobody_who_reads_or_writes_notices(tmp_path):
    """Two web processes serve on while keys rotate; each finding is read back as it was written."""
    old, new = new_key(), new_key()
    wrong, written, stop = [], [], threading.Event()
    with scratch_practice(tmp_path / "keys", ENCRYPTION_KEYS=f"{new},{old}") as scratch:
        base = f"{scratch.serve()}/api/v1/clients/{scratch.ids['clients'][0]}/findings/"
        http = requests.Session()
        http.headers["Authorization"] = f"Bearer {scratch.ids['token']}"

        def work():
            while not stop.is_set():
                words = f"word {len(written)} {'x' * 40}"
                answer = http.post(base, json={"finding": "reduced-sensation", "regions": [], "detail": words}, timeout=30)
                if answer.status_code != 201 or answer.json()["detail"] != words:
                    wrong.append((answer.status_code, answer.text[:300]))
                    return
                written.append(words)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for first in (old, new):
                scratch.manage("rotate_keys", "--new-data-key", ENCRYPTION_KEYS=f"{first},{old},{new}")
        finally:
            stop.set()
            thread.join(60)
        assert wrong == [] and len(written) > 10
        scratch.manage("rotate_keys", ENCRYPTION_KEYS=f"{new},{old}")
        alone = scratch.manage("shell", "-v0", "-c", "from clients.models import Finding; print(*Finding.objects.values_list("
                               "'detail', flat=True), sep='\\n')", ENCRYPTION_KEYS=new, SECRET_KEY_FALLBACKS="")
        assert sorted(alone.split("\n")[:-1]) == sorted(written)
