"""A list from another system: its columns said, its rows checked, brought in once, taken back."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from clients.importing import files, pieces, rows, steps
from clients.importing.values import Unreadable, moment_in
from clients.models import ChannelConsent, Client, Import, ImportRow
from clients.profiles import change_client
from practice.models import AuditEntry, Membership
from practice.refusals import BadInput, NotAllowed, WrongState

LISTS = Path(__file__).parent / "lists"
HEAD = "Nr;Vorname;Nachname;E-Mail;Handy;Geburtsdatum\r\n"
GERMAN = (HEAD + "1;Jörg;Müller;joerg@people.example;0171 2345678;31.12.1960\r\n"
          "2;Zoë;Groß;;0171 2345679;01.02.1970\r\n").encode("cp1252")


def bring(owner: Membership, data: bytes | str, kind: str = "clients", *, name: str = "list.csv", **said: Any) -> Import:
    """A list, checked; the columns as guessed where nothing else is said."""
    brought = steps.begin_import(practice=owner.practice, kind=kind, file_name=name, by=owner,
                                 data=data.encode() if isinstance(data, str) else data)
    said.setdefault("mapping", brought.mapping)
    brought = steps.choose_columns(brought=brought, by=owner, **said)
    return carried(brought)


def carried(brought: Import) -> Import:
    pieces.carry_on(brought.pk)
    brought.refresh_from_db()
    assert not brought.problem
    return brought


def brought_in(brought: Import, owner: Membership) -> Import:
    return carried(steps.bring_in(brought=brought, by=owner))


def states(brought: Import) -> list[str]:
    return list(brought.rows.values_list("state", flat=True))


def words(brought: Import) -> list[str]:
    return [rows.said_fault(one) for row in brought.rows.all() for one in row.faults]


def test_a_list_with_semicolons_and_old_letters_becomes_clients_with_whole_numbers(owner):
    owner.practice.country = "DE"
    owner.practice.save()
    brought = brought_in(bring(owner, GERMAN), owner)
    joerg, zoe = Client.objects.filter(practice=owner.practice).order_by("name")
    assert (joerg.name, joerg.email, joerg.phone, joerg.birth_date) == (
        "Jörg Müller", "joerg@people.example", "+49 171 2345678", date(1960, 12, 31))
    assert zoe.name == "Zoë Groß" and zoe.birth_date == date(1970, 2, 1), "one row decides for the whole column"
    assert brought.state == "done" and brought.content == b"", "the file is forgotten once it is not needed"
    assert not any(row.cells or row.reading for row in brought.rows.all()), "and so are the words of its rows"
    assert not joerg.channels, "nobody agreed to anything by standing on a list"


def test_brought_twice_nothing_changes_and_undone_nothing_is_left(owner):
    first = brought_in(bring(owner, GERMAN), owner)
    again = bring(owner, GERMAN)
    assert states(again) == ["known", "known"]
    with pytest.raises(WrongState):
        steps.bring_in(brought=again, by=owner)
    first = carried(steps.take_back(brought=first, by=owner))
    assert first.state == "undone" and not Client.objects.exists()
    assert states(bring(owner, GERMAN)) == ["ready", "ready"], "what was taken back can be brought again"


def test_an_undo_leaves_whoever_was_worked_with_and_says_why(owner, ana):
    brought = brought_in(bring(owner, GERMAN), owner)
    joerg = Client.objects.get(name="Jörg Müller")
    change_client(client=joerg, by=owner, preferred_name="Jo")
    brought = carried(steps.take_back(brought=brought, by=owner))
    assert list(Client.objects.all()) == [joerg]
    assert brought.stays == [[str(joerg.pk), "Jörg Müller", "was changed here"]]


def test_each_fault_names_its_row_column_and_value_and_the_rest_is_brought_in(owner):
    data = ("Name,Email,Phone,Date of birth\nAnna Berg,anna@people.example,,31/12/1960\nBo Berg,bo(at)people,,01/02/1970\n"
            "Cy Berg,,2.06555E+09,\nDi Berg,di@people.example,,31/02/1970\n,e@people.example,,\nFay Berg,,,\n"
            "=1+1,g@people.example,,\nHal Berg,hal@people.example,,,,surplus\n")
    brought = bring(owner, data)
    found = {row.number: row.faults for row in brought.rows.filter(state="faulty")}
    assert sorted(found) == [3, 4, 5, 6, 7, 8, 9]
    assert found[3][0]["column"] == "Email" and found[3][0]["value"] == "bo(at)people"
    assert "cut this number short" in found[4][0]["words"] and "31/12/1970" in found[5][0]["words"]
    assert "Write their name" in found[6][0]["words"] and "formula" in found[8][0]["words"]
    assert "e-mail address or a phone number" in found[7][0]["words"] and "quotation marks" in found[9][0]["words"]
    brought = brought_in(brought, owner)
    assert [c.name for c in Client.objects.all()] == ["Anna Berg"]
    bo = rows.repair_row(row=brought.rows.get(number=3), cells={1: "bo@people.example"}, by=owner)
    assert bo.state == "ready"
    brought_in(brought, owner)
    assert Client.objects.get(name="Bo Berg").email == "bo@people.example"


def test_the_rows_to_put_right_come_as_a_file_that_runs_nothing_and_can_be_brought_again(owner):
    data = 'Name,Email,Remark\n"Bo Berg",wrong,"=HYPERLINK(""http://x"")"\n"Cy Berg",cy@people.example,-\n'
    brought = bring(owner, data)
    text = "".join(rows.rows_to_fix(brought)).removeprefix("\ufeff")
    table = list(csv.reader(io.StringIO(text)))
    assert table[0][-1] == rows.WHAT_TO_FIX and table[1][2].startswith("'=") and "Email “wrong”" in table[1][3]
    again = bring(owner, text.replace("wrong,", "bo@people.example,"))
    assert states(again) == ["ready"] and again.mapping == ["name", "email", "", ""]


@pytest.mark.parametrize("data, said", [
    (b"", "empty"), (b" ,\n,\n", "empty"), (b"sep=;\n\n", "empty"), (b"Name,Email\n", "no rows"), (b"PK\x03\x04" + b"\0" * 50, "Excel workbook"), (b"%PDF-1.7", "PDF"),
    (b"Name,Email\nA\0nna,x\n", "bytes"), (b"Phone,Name,Phone\n1,2,3\n", "Two columns are called “Phone” (A and C)"),
    (b"anna@people.example,Anna\nbo@people.example,Bo\n", "does not name the columns"),
    (b'Name,Email\n"Anna,anna@people.example\n', "quotation mark"), (b"x," * 1_000_000 + b"x\ny\n", "columns"),
    (b"x;" * 1_000_000 + b"x\ny\n", "columns"),
    (b"Name,Email\n" + b"a,b\n" * (files.MOST_ROWS + 1), "50,001 rows"), (b"x" * (files.MOST_BYTES + 1), "MB"),
])  # fmt: skip
def test_what_is_no_list_is_refused_in_words(data, said):
    with pytest.raises(BadInput) as refused:
        files.read_table(data)
    assert said in refused.value.detail


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_list_reads_the_same_in_every_encoding_and_with_every_separator(encoding, delimiter):
    cells = [["Name", "Straße", "Note"], ["Zoë Müller", 'Weg 1, "hinten"; links', "zwei\nZeilen"], ["Ö", "é", ""]]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(cells)
    table = files.read_table(out.getvalue().encode(encoding))
    assert [list(table.headers), *(row for _, row in files.rows_of(table.text, table.delimiter, 3))] == cells


def test_days_that_could_be_read_in_two_orders_are_asked_about(owner):
    data = "Name,Email,Birth date\nAnna,anna@people.example,01/02/1970\n"
    with pytest.raises(BadInput, match="more than one order"):
        bring(owner, data)
    brought_in(bring(owner, data, date_order="mdy"), owner)
    assert Client.objects.get().birth_date == date(1970, 1, 2)


def test_somebody_listed_already_is_asked_about_and_can_be_the_same_person(owner, maria):
    data = f"Id,Name,Email\n7,Maria Someone,{maria.email}\n8,{maria.name},other@people.example\n"
    brought = bring(owner, data)
    assert states(brought) == ["asked", "asked"] and brought.rows.first().alike == [str(maria.pk)]
    rows.decide_row(row=brought.rows.get(number=2), same=maria, by=owner)
    rows.decide_row(row=brought.rows.get(number=3), same=None, by=owner)
    brought_in(brought, owner)
    maria.refresh_from_db()
    assert maria.version == 1 and Client.objects.filter(practice=owner.practice).count() == 2
    assert states(bring(owner, data)) == ["known", "known"]


def test_reminders_are_agreed_to_only_where_a_column_says_so_and_its_source_is_kept(owner):
    brought_in(bring(owner, "Name,Email,Reminder consent\nAnna,anna@people.example,e-mail\nBo,bo@people.example,no\n",
                     name="patients.csv"), owner)
    consent = ChannelConsent.objects.get()
    assert consent.client.name == "Anna" and consent.channel == "email"
    assert consent.source == "the list “patients.csv”, column “Reminder consent”" and "did not come" in consent.wording
    assert not Client.objects.get(name="Bo").channels


def test_a_list_of_jane_and_one_of_cliniko_are_known_by_their_columns(owner):
    jane = brought_in(bring(owner, (LISTS / "jane-patients.csv").read_bytes()), owner)
    assert dict(zip(jane.columns, jane.mapping, strict=True))["patient_guid"] == "external_id"
    tom, yuki = Client.objects.get(preferred_name="Tom"), Client.objects.get(name="Yuki Tanaka")
    assert tom.phone and tom.archived_at is None and yuki.archived_at
    cliniko = bring(owner, (LISTS / "cliniko-patients.csv").read_bytes())
    means = dict(zip(cliniko.columns, cliniko.mapping, strict=True))
    assert means["id"] == "external_id" and means["notes"] == means["sex"] == means["reminder_type"] == ""
    brought_in(cliniko, owner)
    greta = Client.objects.get(name="Greta Holm")
    assert greta.time_zone == "Australia/Melbourne" and not greta.channels and not greta.conditions.exists()


def test_a_step_that_broke_off_goes_on_where_it_stood(owner, monkeypatch):
    monkeypatch.setattr(pieces, "WRITTEN_AT_ONCE", 3)
    monkeypatch.setattr(pieces, "CHECKED_AT_ONCE", 4)
    data = "Name,Email\n" + "".join(f"Person {n},p{n}@people.example\n" for n in range(10))
    brought = bring(owner, data)
    brought = steps.bring_in(brought=brought, by=owner)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        tell, told = pieces._tell, []
        patched.setattr(pieces, "_tell", lambda *a: broken() if len(told) == 2 else (told.append(1), tell(*a)))
        pieces.carry_on(brought.pk)
    assert Client.objects.count() == 6, "whole pieces or nothing"
    brought.refresh_from_db()
    assert brought.problem and brought.handled == 6
    Import.objects.update(problem="")
    assert carried(brought).state == "done" and Client.objects.count() == 10


def test_only_the_owner_brings_lists_and_the_trail_says_who_but_no_words_of_theirs(owner, ana):
    with pytest.raises(NotAllowed):
        steps.begin_import(practice=ana.practice, kind="clients", file_name="x.csv", data=GERMAN, by=ana)
    brought_in(bring(owner, GERMAN), owner)
    verbs = list(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs.count("client_imported") == 2 and "import_started" in verbs
    assert not any("Müller" in str(entry.detail) for entry in AuditEntry.objects.all())
    assert ImportRow.objects.visible_to(ana).count() == 0


def test_a_number_that_another_system_gave_to_somebody_else_is_told_and_loses_nobody(owner):
    brought_in(bring(owner, "Nr,Name,Email\n1,Anna Berg,anna@people.example\n"), owner)
    second = bring(owner, "Nr,Name,Email\n1,Bo Dahl,bo@people.example\n")
    assert states(second) == ["faulty"] and "brought before, as Anna Berg" in words(second)[0]
    second = carried(steps.choose_columns(brought=second, mapping=["", "name", "email"], by=owner))
    assert states(second) == ["ready"]


@pytest.mark.parametrize("cell", ["24/11/2026 09:30-10:30", "24/11/2026 14:30 +9900", "2026-11-24 09:30-24:30"])
def test_a_stretch_of_time_is_no_difference_to_utc_and_a_difference_there_is_none_of_is_refused(cell):
    with pytest.raises(Unreadable):
        moment_in(cell, "dmy")


def test_a_list_asked_to_be_read_otherwise_while_it_is_read_is_read_anew_and_whole(owner):
    text = HEAD + "".join(f"{n};Ada{n};Lee{n};a{n}@people.example;;{n % 12 + 1:02d}.02.1970\r\n" for n in range(30))
    brought = steps.begin_import(practice=owner.practice, kind="clients", file_name="l.csv", by=owner, data=text.encode())
    steps.choose_columns(brought=brought, by=owner, mapping=brought.mapping, date_order="dmy")
    first = Import.objects.get(pk=brought.pk)  # as the first worker read it
    steps.choose_columns(brought=brought, by=owner, mapping=brought.mapping, date_order="mdy")
    pieces._check(first, float("inf"))
    brought.refresh_from_db()
    assert brought.state == "checking" and not brought.rows.exists()
    carried(brought)
    assert brought.rows.count() == 30
    brought.refresh_from_db()
    assert brought.state == "checked"
