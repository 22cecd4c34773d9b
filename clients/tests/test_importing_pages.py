"""The pages and the command of moving in: who may, what they say, and that no file breaks them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.importing import pieces
from clients.models import Client, Import, ImportRow
from clients.tests.test_importing import bring
from practice.tests.sizes import size

FILE = b"Name,Email,Phone\nAnna Berg,anna@people.example,\nBo Berg,bo(at)people,\n"


def send(browser: Browser, data: bytes, kind: str = "clients", name: str = "list.csv") -> Any:
    return browser.post("/practice/moving-in/", {"kind": kind, "file": SimpleUploadedFile(name, data)})


def test_a_list_goes_from_the_file_to_clients_and_back_by_pages_alone(page, owner, django_capture_on_commit_callbacks):
    browser = page(owner)
    to_columns = send(browser, FILE)
    brought = Import.objects.get()
    assert to_columns.url == reverse("clients:moving_in_columns", args=[brought.pk])
    shown = browser.get(to_columns.url).content.decode()
    assert "anna@people.example" in shown and '<option value="email" selected>' in shown
    browser.post(to_columns.url, {"column_0": "name", "column_1": "email", "column_2": "phone"})
    pieces.carry_on(brought.pk)
    home = reverse("clients:moving_in_list", args=[brought.pk])
    checked = browser.get(home).content.decode()
    assert "Bring in 1 client" in checked and "bo(at)people" in checked and "Write one whole address" in checked
    browser.post(f"{home}rows/3/", {"cell_0": "Bo Berg", "cell_1": "bo@people.example", "cell_2": ""})
    browser.post(f"{home}bring-in/")
    assert "Being" not in browser.get(f"{home}to-put-right.csv").getvalue().decode()
    pieces.carry_on(brought.pk)
    assert "2 clients brought in" in browser.get(home).content.decode()
    browser.post(f"{home}undo/")
    pieces.carry_on(brought.pk)
    assert "Nothing of this list is left" in browser.get(home).content.decode() and not Client.objects.exists()


def test_days_that_can_be_read_in_two_ways_are_a_question_on_the_page_with_nothing_chosen_lost(page, owner):
    browser = page(owner)
    url = send(browser, b"Wer,Kontakt,Tag der Geburt X\nAnna,anna@people.example,01/02/1970\n").url
    chosen = {"column_0": "name", "column_1": "email", "column_2": "birth_date"}
    asked = browser.post(url, chosen)
    assert asked.status_code == 422 and "How the list writes its days</label>" in asked.content.decode(), "not optional"
    assert '<option value="birth_date" selected>' in asked.content.decode()
    assert browser.post(url, chosen | {"date_order": "mdy"}).status_code == 302
    assert Import.objects.get().date_order == "mdy"


@pytest.mark.parametrize("who", ["ana", "desk"])
def test_only_the_owner_opens_it(page, request, who, owner):
    bring(owner, FILE)
    browser = page(request.getfixturevalue(who))
    assert browser.get("/practice/moving-in/").status_code == 403
    assert browser.get(f"/practice/moving-in/{Import.objects.get().pk}/").status_code == 403


def test_a_step_no_worker_takes_up_can_be_done_on_the_page(page, owner):
    brought = bring(owner, FILE)
    home = reverse("clients:moving_in_list", args=[brought.pk])
    page(owner).post(f"{home}bring-in/")
    Import.objects.update(heard_at="2026-01-01T00:00Z")
    assert "You can do it here" in page(owner).get(home).content.decode()
    assert pieces.wake_silent() == 1
    page(owner).post(f"{home}go-on/")
    assert Client.objects.count() == 1


def run(*args: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_clients", *args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_names_what_is_wrong_brings_the_rest_and_changes_nothing_the_second_time(owner, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(FILE)
    said, wrong = run(str(path), "--dry-run")
    assert "1 client would be brought in, 1 to be put right" in said and "row 3: Email “bo(at)people”" in wrong
    assert not Client.objects.exists() and not Import.objects.exists()
    assert "1 client brought in" in run(str(path), "--faults", str(tmp_path / "wrong.csv"))[0]
    assert "What to put right" in (tmp_path / "wrong.csv").read_text()
    assert "0 clients brought in, 1 here already" in run(str(path))[0] and Client.objects.count() == 1


@pytest.mark.parametrize("args, said", [
    (["missing.csv"], "cannot be read"), (["{file}", "--practice", "Nowhere"], "No practice is called"),
    (["{file}", "--mapping", "Nme=name"], "The columns are Name, Email, Phone"),
])  # fmt: skip
def test_a_mistake_on_the_command_line_is_said_without_a_traceback(owner, tmp_path, args, said):
    (tmp_path / "list.csv").write_bytes(FILE)
    with pytest.raises(CommandError, match=said):
        run(*(arg.format(file=tmp_path / "list.csv") for arg in args))


_CELLS = st.one_of(
    st.sampled_from(["Anna Berg", "anna@people.example", "0171 2345678", "31/12/1960", "12/31/1960", "=1+1", "\x00", "",
                     "\ud7ff", "yes", "2026-11-24 10:00", "99:99", "1" * 6000, '"', "booked", "Ana Alves", "٣/٤/١٩٦٠"]),
    st.text(max_size=12))
_HEADERS = st.sampled_from(["Name", "Email", "Phone", "Birth date", "Id", "Active", "Language", "Time zone", "Service",
                            "Begins", "Ends", "Status", "Therapist", "Client", "Reminder consent", "x", ""])


@st.composite
def _tables(draw: Any) -> bytes:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    headers = draw(st.lists(_HEADERS, min_size=1, max_size=6))
    table = draw(st.lists(st.lists(_CELLS, max_size=7), max_size=4))
    quote, between = draw(st.sampled_from(['"', ""])), draw(st.sampled_from([",", ";", "\t", "|"]))
    lines = [between.join(f"{quote}{cell}{quote}" for cell in row) for row in [headers, *table]]
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines).encode(
        draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"])), errors="replace")


@settings(max_examples=size(60, 2000), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=_tables(), kind=st.sampled_from(["clients", "visits"]), order=st.sampled_from(["", "dmy", "mdy", "ymd"]))
def test_whatever_the_file_the_pages_answer(data, kind, order, page, owner, ana, neuro_45):
    browser = page(owner)
    answer = send(browser, data, kind)
    assert answer.status_code in (302, 400, 422)
    if answer.status_code != 302:
        return
    brought = Import.objects.get()
    assert browser.get(answer.url).status_code == 200
    answer = browser.post(answer.url, {f"column_{i}": code for i, code in enumerate(brought.mapping)} | {
        "date_order": order})
    assert answer.status_code in (302, 400, 422)
    pieces.carry_on(brought.pk)
    brought.refresh_from_db()
    home = reverse("clients:moving_in_list", args=[brought.pk])
    assert not brought.problem and browser.get(home).status_code == 200
    for verb in ("bring-in", "check-again", "all-new", "undo"):
        assert browser.post(f"{home}{verb}/").status_code in (302, 409)
        pieces.carry_on(brought.pk)
    assert browser.get(f"{home}to-put-right.csv").status_code == 200
    for row in brought.rows.all():
        assert browser.get(f"{home}rows/{row.number}/").status_code == 200
    brought.refresh_from_db()
    assert not brought.problem
    ImportRow.objects.all().delete()
    Import.objects.all().delete()
    Client.objects.all().delete()


