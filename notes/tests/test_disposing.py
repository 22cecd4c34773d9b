"""Whoever's years are over is disposed of: everything goes, a tombstone stays, and nobody else's rows are touched."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clients.keeping.disposing import StillKept, dispose_of, over_in
from clients.keeping.merging import merge_clients
from clients.keeping.parts import PARTS
from clients.keeping.retention import long_quiet
from clients.keeping.tombstones import faults_of_disposals, hash_of
from clients.models import Client, ClientCondition, Disposal, Doctor, Episode
from clients.privacy.holds import OnLegalHold, lift_hold, place_hold
from clients.privacy.requests import receive_request
from conftest import MONDAY, at, make_client
from notes.demo.build import build
from notes.models import Note
from notes.seal.verifying import broken_links
from notes.tests.conftest import had_visit, sign
from notes.tests.long_ago import LONG_AGO, MARK, TODAY, one_of_everything, words_about
from notes.tests.test_signing import key, without_guard
from practice.guards import Kept, Unchanging
from practice.links import unsubscribe_url
from practice.models import AuditEntry, Membership, Practice
from practice.refusals import BadInput, NotAllowed
from sessions.booking import book_appointment
from sessions.models import Appointment, FreedTime, Plan
from sessions.waitlist import join_waitlist

WHY = "Ten years are over."


@pytest.fixture
def now():
    """The tests' Monday; what was made before this fixture's `old` was made in 2012."""
    with time_machine.travel(LONG_AGO, tick=False) as traveller:
        yield traveller


@pytest.fixture
def old(now, maria, kofi, ana, ben, owner, neuro_45, neurologist):
    """Maria and Kofi came once, in 2012, and left one of everything; Kofi came again this year."""
    for n, client in enumerate((maria, kofi)):
        one_of_everything(client, ana, ben, neuro_45, neurologist, 9 + 2 * n)
    now.move_to(TODAY)
    sign(had_visit(kofi, ana, neuro_45), ana)
    return maria


def verified() -> str:
    said = StringIO()
    call_command("verify_records", stdout=said, stderr=StringIO())
    return said.getvalue()


def raw(statement: str, *values: object) -> int:
    """What somebody does who has the database and not the product; how many rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def kinds_of_a_client() -> set[type]:
    """Every kind of row a client can have."""
    return {part.model for part in PARTS.values()}


def kept_for_ever() -> dict[str, str]:
    """Each table of which rows go with a tombstone, and its key column."""
    return {model._meta.db_table: model._meta.pk.column for model in apps.get_models() for guard in model._meta.constraints
            if isinstance(guard, Unchanging) and guard.goes_when}


def test_everything_goes_and_nobody_elses_row_does(old, kofi, owner, ana):
    words = {"maria@clients.example", "Maria Lindqvist"}
    assert words_about(*words), "or nothing is looked for"
    others = {model: model._base_manager.filter(client=kofi).count() for model in apps.get_models()
              if any(f.name == "client" for f in model._meta.fields)}
    lines = AuditEntry.objects.filter(client_id=old.pk).count()
    was = old.pk
    stone = dispose_of(client=old, reason=WHY, by=owner)
    assert words_about(*words, but=()) == []
    assert words_about(was, was.hex, but=(AuditEntry, Disposal)) == []
    assert {model: model._base_manager.filter(client=kofi).count() for model in others} == others
    assert AuditEntry.objects.filter(client_id=was).count() == lines + 1, "who looked stays, and who disposed of it"
    assert stone.counts["notes"] == stone.counts["addenda"] == stone.counts["visits"] == 1
    assert stone.counts["summarypaper"] == 1 and not {"freed-times", "trail"} & stone.counts.keys()
    assert (stone.birth_year, stone.first_day, stone.last_day) == (1971, LONG_AGO.date(), LONG_AGO.date())
    assert (stone.rule, stone.years, stone.kept_until) == ("last-contact", 10, date(2022, 11, 26))
    said = verified()
    assert "1 record disposed of, all accounted for" in said and "all sound" in said


def test_no_word_of_the_disposed_stands_in_any_column(now, maria, ana, ben, owner, neuro_45, neurologist):
    one_of_everything(maria, ana, ben, neuro_45, neurologist, 9)
    now.move_to(TODAY)
    assert len(words_about(MARK)) > 20, "or nothing is looked for"
    dispose_of(client=maria, reason=WHY, by=owner)
    assert words_about(MARK, but=()) == []
    assert Doctor.objects.filter(pk=neurologist.pk).exists()


def test_every_kind_kept_for_ever_refuses_a_raw_delete_also_while_somebody_else_has_a_tombstone(old, kofi, owner, ana):
    dispose_of(client=old, reason=WHY, by=owner)
    tried = 0
    for table, column in kept_for_ever().items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table}")
            keys = [row[0] for row in cursor.fetchall()]
        assert keys, f"nothing stands in {table}: the test tries nothing"
        for one in keys:
            with pytest.raises(DatabaseError, match="change refused"):
                raw(f"DELETE FROM {table} WHERE {column} = %s", one)
            tried += 1
    assert tried > 20


def test_the_twin_without_the_guard_loses_a_note_and_the_proof_says_so(old, kofi, owner):
    dispose_of(client=old, reason=WHY, by=owner)
    note = Note.objects.filter(client=kofi).latest("signed_at")
    for table, guard in (("notes_treatment", "treatment_of_signed_note_stands"),):
        without_guard(table, guard, "DELETE FROM notes_treatment WHERE note_id = %s", key(note))
    without_guard("notes_note", "signed_note_stands_for_ever", "DELETE FROM notes_note WHERE id = %s", key(note))
    assert broken_links(note.practice_id) == ["the last signed note is missing"]


def test_a_row_moved_to_somebody_long_gone_stays_all_the_same(old, kofi, owner):
    gone = key(old)
    dispose_of(client=old, reason=WHY, by=owner)
    with pytest.raises(DatabaseError, match="change refused"), transaction.atomic():
        raw("UPDATE clients_channelconsent SET client_id = %s", gone)
        raw("DELETE FROM clients_channelconsent WHERE client_id = %s", gone)


def forged(client: Client, by: Membership, **changed: object) -> Disposal:
    """A tombstone as somebody would write it who has the database and knows how they are hashed."""
    last = Disposal.objects.filter(practice=client.practice).order_by("-position").first()
    row = Disposal(**{
        "practice_id": client.practice_id, "position": last.position + 1 if last else 1, "of_client": client.pk,
        "person": client.pk, "first_day": date(2001, 1, 1), "last_day": date(2001, 1, 1), "signed_hash": "0" * 64,
        "rule": "last-contact", "years": 10, "kept_until": date(2011, 1, 1), "disposed_at": timezone.now(), "by": by,
        "by_name": "x", "reason": "x", "previous_hash": last.content_hash if last else ""} | changed)
    row.content_hash = hash_of(row)
    with transaction.atomic():
        row.save(force_insert=True)
    return row


def test_the_database_refuses_a_tombstone_while_a_hold_stands_or_a_signature_is_young(old, kofi, owner, lakeside):
    hold = place_hold(client=old, reason="A court’s letter.", by=owner)
    twin = Client.objects.create(practice=old.practice, name="M.", phone="1", merged_into=old, archived_at=timezone.now())
    for client in (old, twin, kofi):
        with pytest.raises(DatabaseError, match="change refused: disposal_stands_for_ever"):
            forged(client, owner)
    lift_hold(hold=hold, why="Settled.", by=owner)
    with pytest.raises(DatabaseError, match="change refused"):
        forged(old, owner, practice_id=lakeside.pk)
    with pytest.raises(DatabaseError, match="disposal_waits_for_the_least_years"):
        forged(old, owner, years=3)
    forged(old, owner)


def test_a_tombstone_neither_changes_nor_goes(old, owner):
    dispose_of(client=old, reason=WHY, by=owner)
    for statement in ("UPDATE clients_disposal SET by_name = 'x'", "DELETE FROM clients_disposal",
                      *(["TRUNCATE clients_disposal"] if connection.vendor == "postgresql" else [])):
        connection.check_constraints()  # what is still to be checked would hold up a TRUNCATE by itself
        with pytest.raises(DatabaseError, match="change refused"):
            raw(statement)
    assert any(isinstance(guard, Kept) for guard in Disposal._meta.constraints)


def test_a_forged_a_changed_and_a_removed_tombstone_are_found(old, maria, joao, owner):
    own = dispose_of(client=old, reason=WHY, by=owner)
    practice = own.practice_id
    assert list(faults_of_disposals(practice)) == []
    fake = forged(joao, owner)
    assert list(faults_of_disposals(practice)) == [
        "tombstone 2 was forged: the trail knows nothing of it", f"client {joao.pk} was disposed of and is still there"]
    guard = ("clients_disposal", "disposal_stands_for_ever")
    without_guard(*guard, "DELETE FROM clients_disposal WHERE id = %s", key(fake))
    assert list(faults_of_disposals(practice)) == []
    raw("UPDATE clients_disposal SET by_name = 'Nobody'")
    assert list(faults_of_disposals(practice)) == ["tombstone 1 was changed", f"tombstone {own.pk} is missing, and the trail tells of it"]
    raw("DELETE FROM clients_disposal")
    faults = [*faults_of_disposals(practice), *broken_links(practice)]
    assert f"tombstone {own.pk} is missing, and the trail tells of it" in faults
    assert any("position 1 is missing" in fault for fault in faults), faults
    with pytest.raises(CommandError, match="faults found"):
        verified()


def test_a_forged_tombstone_does_not_hide_a_note_that_is_there(old, kofi, ana, owner):
    link = Note.objects.filter(client=old).values_list("chain_position", "previous_hash", "content_hash").get()
    Client.objects.filter(pk=kofi.pk).update(archived_at=None)
    forged(Client(pk=MARKED, practice=old.practice), owner, links=[list(link)])
    assert any("is there twice" in fault for fault in broken_links(old.practice_id))


MARKED = "00000000-0000-7000-8000-000000000001"


def test_whoever_is_no_owner_or_says_no_reason_disposes_of_nobody(old, ana, desk, lakeside_owner, owner):
    for by in (ana, desk, lakeside_owner):
        with pytest.raises(NotAllowed):
            dispose_of(client=old, reason=WHY, by=by)
    with pytest.raises(BadInput, match="Write why"):
        dispose_of(client=old, reason=" . ", by=owner)
    assert Note.objects.filter(client=old).count() == 1 and not Disposal.objects.exists()


@pytest.fixture
def stops(old, owner, ana, neuro_45, room):
    """Each thing that keeps somebody, and the words in which it does."""
    def visit():
        book_appointment(client=old, therapist=ana, service=neuro_45, starts_at=at(9), by=ana)

    def plan():
        Plan.objects.create(practice=old.practice, client=old, return_on=MONDAY, diary_print="x", made_by_name="Ana",
                            expires_at=timezone.now() + timedelta(hours=5))

    def episode():
        Episode.objects.filter(client=old).update(status="suspected")

    def request():
        receive_request(client=old, kind="access", asked_by="M.", asked_for="All.", received_on=MONDAY, law="other", by=owner)

    return {
        "hold": (lambda: place_hold(client=old, reason="A court’s letter.", by=owner), "on legal hold"),
        "visit": (visit, "is to come"), "plan": (plan, "a return plan is open"),
        "episode": (episode, "an episode since Mon 26 Nov 2012 is still open"),
        "wait": (lambda: join_waitlist(client=old, service=neuro_45, by=ana), "on the waitlist until"),
        "request": (request, "is kept until Sun 23 Nov 2036"), "years": (lambda: Practice.objects.update(
            retention_years=14), "is kept until Thu 26 Nov 2026")}


@pytest.mark.parametrize("stop", ["hold", "visit", "plan", "episode", "wait", "request", "years"])
def test_what_keeps_somebody_is_said_in_words_and_nothing_goes(old, owner, stops, stop):
    assert [row.client for row in over_in(old.practice)[0] if not row.kept_by] == [old]
    make, words = stops[stop]
    make()
    rows = Note.objects.count()
    with pytest.raises((StillKept, OnLegalHold), match=words):
        dispose_of(client=old, reason=WHY, by=owner)
    assert Note.objects.count() == rows and not Disposal.objects.exists()
    assert not [row for row in over_in(Practice.objects.get(pk=old.practice_id))[0] if not row.kept_by]


def test_whoever_was_merged_goes_along_and_what_others_share_stays(now, maria, kofi, ana, ben, owner, neuro_45, neurologist):
    twin = make_client(maria.practice, "M. Lindquist")
    for n, client in enumerate((maria, twin, kofi)):
        one_of_everything(client, ana, ben, neuro_45, neurologist, 9 + 2 * n if n < 1 else 10 + 3 * (n - 1) + n)
    merge_clients(client=twin, into=maria, by=ana)
    visit = Appointment.objects.filter(client=maria).first()
    freed = FreedTime.objects.create(practice=maria.practice, appointment=visit, therapist=ana, room=visit.room,
                                     starts_at=visit.starts_at, ends_at=visit.ends_at, offer_from=visit.starts_at)
    now.move_to(TODAY)
    own = dispose_of(client=maria, reason=WHY, by=owner)
    other = Disposal.objects.exclude(pk=own.pk).get()
    assert (other.of_client, other.person, other.counts, own.person) == (twin.pk, own.of_client, {}, own.of_client)
    assert own.counts["notes"] == 2 and len(own.links) == 6
    assert set(Client.objects.values_list("pk", flat=True)) == {kofi.pk}
    freed.refresh_from_db()
    assert freed.appointment is None, "a booked time without a person"
    assert "1 record disposed of, all accounted for" in verified()


def test_the_trail_calls_whoever_acts_by_a_link_the_client(old, page):
    Client.objects.filter(pk=old.pk).update(channels=["email"])
    page(None).post(unsubscribe_url(old.pk).removeprefix(settings.BASE_URL))
    line = AuditEntry.objects.filter(client_id=old.pk).latest("pk")
    assert (line.verb, line.actor_role, line.actor_name) == ("channel_ended", "client", "The client")


def test_whoever_was_long_quiet_and_nobody_else_is_asked_after_when_today_is_told(old, kofi, joao, ana, neuro_45):
    assert set(long_quiet(old.practice, MONDAY)) == {old}, "Kofi came this year, and Joao's condition was noted"
    for days, client in ((-2, joao), (1, kofi)):
        ended = date(MONDAY.year - 10, MONDAY.month, MONDAY.day) + timedelta(days=days)
        ClientCondition.objects.filter(client=client).update(recorded_at=datetime.combine(ended, time(12), UTC))
    assert set(long_quiet(old.practice, MONDAY)) == {old, joao}
    assert [row.client for row in over_in(old.practice)[0]] == [old, joao]


@pytest.mark.proof
def test_every_client_of_the_whole_demo_can_go_and_the_chain_still_holds(db, now):
    """The demo as it would be, had nobody come for fourteen years: every kind of row the product makes by itself."""
    with time_machine.travel(LONG_AGO, tick=True):
        riverside = build("riverside-demo", "lakeside-demo")
    now.move_to(TODAY)
    Episode.objects.filter(status__in=Episode.OPEN).update(status="resolved", ended_on=LONG_AGO.date())
    over = [row for practice in Practice.objects.all() for row in over_in(practice)[0]]
    assert len(over) == Client.objects.filter(merged_into=None).count() > 8 and not [row for row in over if row.kept_by]
    for row in over:
        owner = Membership.objects.select_related("practice", "user").get(practice=row.client.practice, role="owner")
        dispose_of(client=row.client, reason=WHY, by=owner)
        assert broken_links(riverside.pk) == []
    left = {model._meta.label for model in kinds_of_a_client() if model._base_manager.exists()}
    assert left <= {"practice.AuditEntry", "therapy_sessions.FreedTime"}, left
    assert words_about(*(row.client.name for row in over), but=()) == []
    of_riverside = sum(row.client.practice == riverside for row in over)
    assert f"{of_riverside} records disposed of, all accounted for" in verified()
