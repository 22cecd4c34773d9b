"""One changed byte among a hundred thousand notes is found and named, in the memory of one page of them."""

import random
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bench.fill import fill_past, practice_of
from bench.record import sign_past
from notes.models import Measurement, Note, Treatment
from notes.seal import verifying
from notes.seal.verifying import broken_links, faults_of_chain
from notes.tests.test_signing import key, without_guard
from practice.tests.sizes import size

NOTES = size(600, 100_000)
MOST_GROWTH = 40  # MB


def memory():
    """What this process holds now, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.fixture
def long_chain(db):
    place = practice_of("Chain practice", 10, clients=200)
    fill_past(place, NOTES, 0, NOTES)
    sign_past(place, NOTES)
    assert Note.objects.filter(practice=place.practice).count() == NOTES
    return place.practice


@pytest.mark.sized
def test_one_changed_byte_among_all_notes_is_found_and_named(long_chain, record_property):
    began, work, before = time.perf_counter(), time.process_time(), memory()
    assert broken_links(long_chain.pk) == []
    took, work, grown = time.perf_counter() - began, time.process_time() - work, memory() - before
    assert grown < MOST_GROWTH, f"{grown:.0f} MB more"
    chance = random.Random(6)
    for table, guard, column, model in (
        ("notes_note", "signed_note_stands_for_ever", "assessment", Note),
        ("notes_treatment", "treatment_of_signed_note_stands", "response", Treatment),
        ("notes_measurement", "reading_of_signed_note_stands", "value", Measurement),
    ):
        row = model.objects.order_by("pk")[chance.randrange(model.objects.count())]
        with connection.cursor() as cursor:  # as it is kept: texts are encrypted
            cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [key(row)])
            was = cursor.fetchone()[0]
        changed = was + 1 if model is Measurement else was[:40] + ("B" if was[40] == "A" else "A") + was[41:]
        without_guard(table, guard, f"UPDATE {table} SET {column} = %s WHERE id = %s", changed, key(row))
        of = row.pk if model is Note else row.note_id
        assert broken_links(long_chain.pk) == [f"note {of} was changed after it was signed"]
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [was, key(row)])
    assert broken_links(long_chain.pk) == []
    rows = NOTES * 5
    record_property("figure", f"{NOTES:,} notes ({rows:,} rows) in {took:.1f} s, {work:.1f} of processor time; "
                              f"{max(0, grown):.0f} MB more; 3 of 3 changed bytes found")


def test_it_takes_a_bounded_number_of_queries_a_page_and_says_how_far_it_is(db, monkeypatch):
    monkeypatch.setattr(verifying, "AT_ONCE", 10)
    place = practice_of("Chain practice", 2, clients=20)
    fill_past(place, 35, 0, 35)
    sign_past(place, 35)
    told = []
    assert list(faults_of_chain(place.practice.pk, told.append)) == []
    assert told == [10, 20, 30]


def test_the_command_says_the_fault_as_it_is_found_and_the_fingerprint_of_the_whole(db):
    place = practice_of("Chain practice", 2, clients=20)
    fill_past(place, 12, 0, 12)
    sign_past(place, 12)
    said = StringIO()
    call_command("verify_records", stdout=said)
    head = Note.objects.get(chain_position=12).content_hash
    assert "Chain practice: 12 signed notes, all sound" in said.getvalue() and head in said.getvalue()
    without_guard("notes_note", "signed_note_stands_for_ever", "UPDATE notes_note SET plan = 'x' WHERE chain_position = 7")
    said = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_records", stdout=said)
    changed = Note.objects.values_list("pk", flat=True).get(chain_position=7)
    assert f"note {changed} was changed" in said.getvalue()
