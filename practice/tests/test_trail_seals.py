"""The trail of who read and changed what is sealed in batches, and one changed byte of it is found."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from practice import audit, trail_seals
from practice.models import AuditEntry, AuditSeal
from practice.tests.sizes import size
from practice.trail_seals import faults_of_trail, seal_trail, seal_trails

ENTRIES, SEALS = "practice_auditentry", "practice_auditseal"


@contextmanager
def unguarded(table, guard):
    """The table without its trigger, as somebody with the database's password might make it; back afterwards."""
    with connection.cursor() as cursor, transaction.atomic():
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            dropped = cursor.fetchall()
            for name, _ in dropped:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield cursor
            for _, sql in dropped:
                cursor.execute(sql)
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing of the test's own transaction may be pending
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {guard}")
            yield cursor
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {guard}")


def written(ana, maria, count):
    for n in range(count):
        audit.record(by=ana, verb="client_read", subject=maria, client_id=maria.pk, number=n)
    return list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))


def test_what_was_written_is_sealed_once_each_practice_for_itself(now, ana, maria, lakeside_owner, monkeypatch):
    monkeypatch.setattr(trail_seals, "AT_ONCE", 4)
    written(ana, maria, 10)
    audit.record(by=lakeside_owner, verb="practice_changed", subject=lakeside_owner)
    assert (seal_trails(), seal_trails()) == (11, 0)
    seals = list(AuditSeal.objects.filter(practice=ana.practice))
    assert [(s.position, s.count) for s in seals] == [(1, 4), (2, 4), (3, 2)]
    assert seals[1].previous_hash == seals[0].content_hash
    assert not list(faults_of_trail(ana.practice_id)) and not list(faults_of_trail(lakeside_owner.practice_id))


@pytest.mark.parametrize("change, words", [
    ("UPDATE {t} SET actor_name = 'Ben Baker' WHERE id = {id}", "was changed after it was sealed"),
    ("UPDATE {t} SET detail = '{{\"number\": 8}}' WHERE id = {id}", "was changed after it was sealed"),
    ("DELETE FROM {t} WHERE id = {id}", "is missing")])
def test_one_changed_byte_or_a_missing_line_is_found_among_many(now, ana, maria, change, words):
    ids = written(ana, maria, size(300, 3000))
    seal_trail(ana.practice_id)
    assert not list(faults_of_trail(ana.practice_id))
    with unguarded(ENTRIES, "audit_entry_stands_for_ever") as cursor:
        cursor.execute(change.format(t=ENTRIES, id=ids[len(ids) // 2]))
    faults = list(faults_of_trail(ana.practice_id))
    assert len(faults) == 1 and words in faults[0]
    with pytest.raises(CommandError, match="1 faults found"):
        call_command("verify_records")


def test_a_line_slipped_in_later_and_a_seal_taken_out_are_found(now, ana, maria, time_machine):
    ids = written(ana, maria, 3)
    seal_trail(ana.practice_id)
    with unguarded(ENTRIES, "audit_entry_stands_for_ever") as cursor:
        cursor.execute(f"DELETE FROM {ENTRIES} WHERE id = %s", [ids[1]])
    time_machine.move_to(now + timedelta(hours=2))
    written(ana, maria, 1)
    seal_trail(ana.practice_id)
    AuditEntry.objects.create(id=ids[1], practice=ana.practice, at=now, actor=ana, actor_role="therapist", verb="x",
                              actor_name="Ana", subject_type="client", subject_id=maria.pk)
    assert seal_trail(ana.practice_id) == 0, "after an hour nothing is taken for late"
    assert ["changed" in fault for fault in faults_of_trail(ana.practice_id)] == [True]
    with unguarded(SEALS, "audit_seal_stands_for_ever") as cursor:
        cursor.execute(f"DELETE FROM {SEALS} WHERE position = 1")
    faults = " ".join(faults_of_trail(ana.practice_id))
    assert "seal 1 of the trail is missing" in faults and f"entry {ids[0]} of the trail was slipped in" in faults


def test_what_ends_late_stands_in_the_next_seal(now, ana, maria):
    ids = written(ana, maria, 3)
    with unguarded(ENTRIES, "audit_entry_stands_for_ever") as cursor:  # as if its transaction had not ended yet
        row = AuditEntry.objects.get(pk=ids[1])
        cursor.execute(f"DELETE FROM {ENTRIES} WHERE id = %s", [ids[1]])
    seal_trail(ana.practice_id)
    row.save(force_insert=True)
    assert seal_trail(ana.practice_id) == 1
    assert AuditSeal.objects.get(position=2).entries == [ids[1]]
    assert not list(faults_of_trail(ana.practice_id))


@pytest.mark.parametrize("act", [lambda rows: rows.update(count=0), lambda rows: rows._raw_delete(rows.db)])
def test_a_seal_stands_for_good_in_the_database_itself(now, ana, maria, act):
    written(ana, maria, 1)
    seal_trail(ana.practice_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        act(AuditSeal.objects.all())


def test_the_command_that_proves_the_record_proves_the_trail_and_says_its_fingerprint(now, ana, maria, capsys):
    written(ana, maria, 2)
    call_command("verify_records")
    assert f"trail of 2, last fingerprint {AuditSeal.objects.get().content_hash}" in capsys.readouterr().out


def test_every_verb_there_is_has_words_and_each_reading_counts_as_one(ana, maria):
    import re
    from pathlib import Path

    from practice.tests.scratch import ROOT
    from practice.trail_words import looks, words_of

    code = " ".join(path.read_text() for room in ("practice", "clients", "sessions", "notes")
                    for path in Path(ROOT, room).rglob("*.py") if "tests" not in path.parts)
    verbs = set(re.findall(r'verb="([a-z_-]+)"', code))
    assert len(verbs) > 120
    for verb in verbs:
        said = words_of(verb)
        assert re.fullmatch(r"[a-z][a-z ’,:-]+", said) and " " in said, (verb, said)
    for verb in ("note_read", "note_signed", "referral_opened"):
        audit.record(by=ana, verb=verb, subject=maria, client_id=maria.pk)
    assert list(AuditEntry.objects.filter(looks()).values_list("verb", flat=True)) == ["note_read"]
