"""W12, W13: signing a thousand notes one after the other, and verifying a whole chain of them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from bench.figures import Figure, queries_of
from bench.fill import Filled
from notes.models import Measurement, Note, NotesChain, Treatment
from notes.record import signing
from notes.record.check_kept import as_data
from notes.seal import content
from notes.seal.verifying import broken_links
from notes.writing import check_note
from sessions.models import Appointment

SOAP = {"subjective": "Legs heavy since Sunday, slept badly.", "objective": "Tone up in the left calf, dorsiflexion 5°.",
        "assessment": "Calf tone follows the poor nights.", "plan": "Weekly; calf release at home, stop if it tingles."}
WORK = [("lower-leg", "left", "myofascial-release", 3, 8), ("back", "both", "effleurage", 2, 12)]
READINGS = [("pain", "before", Decimal("5.00")), ("pain", "after", Decimal("3.00"))]
BATCH = 500


def measure(ten: Filled, signatures: int, chain: int) -> list[Figure]:
    """Milliseconds a signature, and seconds for the chain; the floor reads the same rows and hashes each once."""
    drafts = [note for part in _parts(_visits(ten), signatures) for note in _write(ten, part)]
    author = ten.therapists[0]
    queries = queries_of(lambda: signing.sign_note(note=drafts[0], by=author))
    began = time.perf_counter()
    for note in drafts[1:]:
        signing.sign_note(note=note, by=author)
    took = (time.perf_counter() - began) / max(1, len(drafts) - 1)
    sign_past(ten, chain - len(drafts))
    began = time.perf_counter()
    faults = broken_links(ten.practice.pk)
    verified = time.perf_counter() - began
    assert not faults, faults[:3]
    return [
        Figure("W12", f"signing one note, {signatures:,} in turn", "", took * 1000, queries=queries,
               goals={"value": 25}, note="the check read anew, hashed, chained, audited"),
        Figure("W13", f"verifying a chain of {chain:,} notes, five rows each", "", verified, unit="s", floor=_floor(ten),
               goals={"floor": 3}, note=f"{verified * 100_000 / chain:.0f} s per 100,000")]


def sign_past(place: Filled, notes: int) -> None:
    """So many signed notes of past visits that have none, as the product signs them, without asking the check each
    time; the practice's chain goes on from where it is."""
    chain, _ = NotesChain.objects.get_or_create(practice=place.practice)
    check = None
    written = Note._meta.get_field("written_at")
    written.auto_now_add = False  # type: ignore[attr-defined]  # its value is hashed before it is stored
    try:
        for part in _parts(_visits(place), notes):
            rows = [_note(place, visit) for visit in part]
            check = check or as_data(check_note(rows[0], []))
            hanging = [_hanging(note) for note in rows]
            for note, (treatments, readings) in zip(rows, hanging, strict=True):
                _sign(note, chain, check, treatments, readings)
            with transaction.atomic():  # what hangs on them first: the database lets nothing join a signed note
                Treatment.objects.bulk_create(row for treatments, _ in hanging for row in treatments)
                Measurement.objects.bulk_create(row for _, readings in hanging for row in readings)
                Note.objects.bulk_create(rows)
                chain.save()
    finally:
        written.auto_now_add = True  # type: ignore[attr-defined]


def _sign(note: Note, chain: NotesChain, check: dict[str, Any], treatments: list[Treatment],
          readings: list[Measurement]) -> None:
    note.signed_at, note.signed_by, note.signer_credential = note.appointment.ends_at, note.author, "LMT 60123"
    note.visit_starts_at, note.visit_minutes = note.appointment.starts_at, note.appointment.minutes
    note.check_at_signing, note.hash_version = check, content.VERSION
    note.previous_hash, note.chain_position = chain.head_hash, chain.position + 1
    found: dict[str, list[Any]] = {"treatments": treatments, "events": [], "measurements": readings}
    note.content_hash = content.hash_of_note(content.columns_of(note, content.NOTE), {
        kind.name: sorted((content.columns_of(row, kind.columns) for row in found[kind.name]),
                          key=lambda row, kind=kind: tuple(row[name] for name in kind.order))  # type: ignore[misc]
        for kind in content.HANGS_ON_NOTE})
    chain.position, chain.head_hash = note.chain_position, note.content_hash


def _write(place: Filled, visits: list[Appointment]) -> list[Note]:
    """Drafts of these visits by the first therapist."""
    notes = Note.objects.bulk_create(_note(place, visit) for visit in visits)
    hanging = [_hanging(note) for note in notes]
    Treatment.objects.bulk_create(row for treatments, _ in hanging for row in treatments)
    Measurement.objects.bulk_create(row for _, readings in hanging for row in readings)
    return notes


def _note(place: Filled, visit: Appointment) -> Note:
    return Note(practice=place.practice, appointment=visit, client=visit.client, author=place.therapists[0],
                visit_on=visit.wall_date, written_at=timezone.now(), **SOAP)


def _hanging(note: Note) -> tuple[list[Treatment], list[Measurement]]:
    return ([Treatment(note=note, number=n, region=region, side=side, technique=technique, pressure=pressure,
                       minutes=minutes, response="softer") for n, (region, side, technique, pressure, minutes)
             in enumerate(WORK)],
            [Measurement(note=note, measure=measure, when=when, value=value) for measure, when, value in READINGS])


def _visits(place: Filled) -> Iterator[Appointment]:
    """Past visits without a note, oldest first; read as they are asked for."""
    rows = Appointment.objects.filter(practice=place.practice, note=None, status="fulfilled").select_related(
        "client__practice").order_by("starts_at", "pk")
    yield from rows.iterator(chunk_size=BATCH)


def _parts(visits: Iterator[Appointment], most: int) -> Iterator[list[Appointment]]:
    asked = islice(visits, most)
    while part := list(islice(asked, BATCH)):
        yield part


def _floor(place: Filled) -> float:
    """Seconds to read every row that is signed, and to hash each once."""
    began = time.perf_counter()
    notes = Note.objects.filter(practice=place.practice)
    for rows in (notes.values_list(), Treatment.objects.filter(note__in=notes).values_list(),
                 Measurement.objects.filter(note__in=notes).values_list()):
        for row in rows.order_by().iterator(chunk_size=2000):
            hashlib.sha256(repr(row).encode()).digest()
    return time.perf_counter() - began
