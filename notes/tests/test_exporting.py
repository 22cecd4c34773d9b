"""Everything about one client leaves as one file: complete for whoever may read it, and honest about what it lacks."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import datetime

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.urls import reverse

from clients.keeping.exporting import export_client
from clients.keeping.merging import merge_clients
from clients.keeping.parts import LEFT_OUT, PARTS, is_clients_own
from clients.models import Client, ClientCondition
from conftest import at, make_client, numb
from notes.models import Note
from notes.record import signing
from notes.seal.content import HANGS_ON_NOTE, NOTE
from notes.tests.conftest import draft_of, had_visit, sign
from practice.models import AuditEntry
from practice.refusals import NotAllowed
from sessions.booking import book_appointment


def taken_out(client: Client, by) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(export_client(client=client, by=by).stream())))


def data_of(file: zipfile.ZipFile) -> dict:
    return json.loads(file.read("record.json"))


def test_every_model_that_leads_to_a_client_is_taken_out_or_named_with_a_reason():
    reached, more = {Client}, True
    while more:
        more = {model for model in apps.get_models() for field in model._meta.concrete_fields
                if isinstance(field, ForeignKey) and field.related_model in reached} - reached  # fmt: skip
        reached |= more
    plain = {model for model in apps.get_models() if any(f.attname == "client_id" for f in model._meta.concrete_fields)}
    covered = {part.model for part in PARTS.values()} | {Client}
    assert {m._meta.label for m in (reached | plain) - covered} == set(LEFT_OUT)
    own = {p.model for p in PARTS.values() if is_clients_own(p)}
    assert own == plain, "what names a client comes over in a merge"
    assert all(LEFT_OUT.values())


@pytest.fixture
def whole(now, maria, kofi, signed_summary, share, signed, neuro_45, ana, ben):
    """Maria with a note of Ana's, one Ben keeps to himself, an addendum, a summary shared, findings, visits."""
    signing.add_addendum(note=signed, text="Rang: much better.", reason="she rang", by=ana)
    numb(maria)
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    draft_of(had_visit(maria, ben, neuro_45, days_ago=7), ben, subjective="nur für Ben", visibility="author")
    sign(had_visit(kofi, ana, neuro_45, days_ago=7, hour=11), ana, subjective="of Kofi alone")
    return maria


def test_a_therapist_takes_out_everything_but_what_a_colleague_keeps_to_himself(whole, ana):
    file = taken_out(whole, ana)
    assert file.testzip() is None
    record = data_of(file)
    rows = record["rows"]
    assert [n["subjective"] for n in rows["notes"]] == ["legs heavier"]
    assert rows["notes"][0]["author_name"] == "Ana Alves"
    assert rows["conditions"][0]["condition_name"] == "Relapsing-remitting multiple sclerosis"
    assert {(r["technique_name"], r["region_name"]) for r in rows["treatments"]} == {("effleurage", "lower leg")}
    assert [a["text"] for a in rows["addenda"]] == ["Rang: much better."]
    assert len(rows["visits"]) == 3 and rows["visits"][0]["therapist_name"]
    assert not {"token_hash", "code_hash"} & rows["shares"][0].keys()
    assert any("1 note kept by its author is not included" in words for words in record["left_out"])
    everything = b"".join(file.read(name) for name in file.namelist()).decode(errors="ignore")
    assert "nur für Ben" not in everything and "of Kofi alone" not in everything
    page = file.read("record.html").decode()
    assert "1 note kept by its author is not included" in page
    heads = ["Who", "What limits the work", "Medicines", "Visits", "Notes", "Summaries for doctors", "Agreements",
             "Messages", "Who read and changed what"]  # fmt: skip
    assert sorted(heads, key=lambda head: page.index(f"<h2>{head}</h2>")) == heads
    assert "Rang: much better." in page and "Signed 23 Nov 2026, 08:00 by Ana Alves" in page
    assert "http" not in page.partition("<main>")[0]  # it loads nothing
    letters = [name for name in file.namelist() if name.startswith("letters/")]
    assert len(letters) == 1 and file.read(letters[0]).startswith(b"%PDF")
    assert "nur für Ben" in json.dumps(data_of(taken_out(whole, whole_author(whole))), ensure_ascii=False)


def whole_author(client: Client):
    return Note.objects.get(client=client, visibility="author").author


def test_an_owner_who_gives_no_sessions_takes_out_no_note_and_is_told_so(whole, owner):
    file = taken_out(whole, owner)
    record = data_of(file)
    for code in ("notes", "treatments", "readings", "addenda", "summaries", "shares", "share-openings"):
        assert record["rows"][code] == []
    assert record["rows"]["findings"] and record["rows"]["visits"]
    assert any("2 notes and 1 summary are not included" in words for words in record["left_out"])
    assert not [n for n in file.namelist() if n.startswith("letters/")]
    assert "legs heavier" not in file.read("record.html").decode()


def test_the_front_desk_takes_out_nothing(whole, desk, page):
    with pytest.raises(NotAllowed):
        export_client(client=whole, by=desk)
    assert page(desk).post(reverse("clients:export", args=[whole.pk])).status_code == 403
    assert not AuditEntry.objects.filter(verb="client_exported").exists()


def test_the_file_is_named_without_name_or_word_and_its_making_is_written_down(whole, ana, page):
    shown = page(ana).get(reverse("clients:export", args=[whole.pk])).content.decode()
    assert "1 note kept by its author is not included" in shown
    answer = page(ana).post(reverse("clients:export", args=[whole.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="client-ML-2026-11-23.zip"'
    assert answer["Cache-Control"] == "no-store" and answer.streaming
    file = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "csv/visits.csv" in file.namelist()
    assert AuditEntry.objects.get(verb="client_exported").client_id == whole.pk


def test_rows_merged_in_are_taken_out_with_the_one_that_stays(whole, ana, neuro_45, riverside):
    twin = make_client(riverside, "M. Lindquist")
    sign(had_visit(twin, ana, neuro_45, days_ago=14), ana, subjective="as the other one")
    merge_clients(client=twin, into=whole, by=ana)
    record = data_of(taken_out(whole, ana))
    assert {"legs heavier", "as the other one"} == {n["subjective"] for n in record["rows"]["notes"]}
    assert {row["name"] for row in record["rows"]["profile"]} == {"Maria Lindqvist", "M. Lindquist"}
    assert {"client_merged", "note_signed"} <= {e["verb"] for e in record["rows"]["trail"] if e["client_id"] == str(twin.pk)}


@pytest.mark.parametrize("typed", ["=HYPERLINK(1)", "+1 206 555 0110", "-2+3", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_runs_in_a_spreadsheet(now, maria, ana, typed):
    ClientCondition.objects.filter(client=maria).update(diagnosed_by=typed)
    text = taken_out(maria, ana).read("csv/conditions.csv").decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["diagnosed_by"] == f"'{typed}"


def test_a_name_can_end_neither_style_sheet_nor_page(now, maria, ana):
    Client.objects.filter(pk=maria.pk).update(name='"; } </style><script>alert(1)</script> Ann-Marie')
    maria.refresh_from_db()
    page = taken_out(maria, ana).read("record.html").decode()
    assert "<script" not in page
    assert page.count("</style>") == 1
    assert "Ann-Marie" in page.partition("</style>")[0]


def test_the_data_alone_can_prove_a_signature(whole, ana):
    """The hash of a signed note can be computed again from what was taken out: nothing is rounded or renamed."""
    rows = data_of(taken_out(whole, ana))["rows"]
    note = rows["notes"][0]

    def exactly(row, columns):
        """Instants to the microsecond, as they are hashed; everything else as it was taken out."""
        return {name: datetime.fromisoformat(row[name]).isoformat(timespec="microseconds") if name.endswith("_at")
                and row[name] else row[name] for name in columns}

    covered = {kind.name: kind for kind in HANGS_ON_NOTE}
    tables = {"treatments": rows["treatments"], "measurements": sorted(
        rows["readings"], key=lambda m: (m["measure"], m["when"])), "events": rows["events"]}
    signed = {"note": exactly(note, NOTE), **{
        name: [exactly(row, covered[name].columns) for row in table] for name, table in tables.items()}}
    content = json.dumps(signed, sort_keys=True, ensure_ascii=False).encode()
    assert hashlib.sha256(content).hexdigest() == note["content_hash"]
