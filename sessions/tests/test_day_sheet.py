"""The day sheet: what stands on paper, for whom, page by page; written every evening, whole, kept a week."""

import io
import stat
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from clients.models import Contact
from conftest import at, make_client, numb
from sessions import day_sheet as sheets
from sessions.booking import book_appointment, cancel_appointment
from sessions.tests.reading import TUESDAY, clinical_in, words_of

URL = f"/diary/print/?on={TUESDAY}"


@pytest.fixture
def folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path / "day-sheets"


@pytest.fixture
def arranged(visit, maria):
    maria.preferences = {"transfer": "hoist, two people"}
    maria.phone = "206 555 0123"
    maria.save()
    Contact.objects.create(client=maria, practice=maria.practice, role="transport", name="Taxi Lind", phone="555 0199")
    numb(maria)
    return visit


def text_of(pdf):
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_sheet_says_time_client_phone_room_and_what_is_arranged(arranged, page, desk):
    answer = page(desk).get(URL)
    for words in ("10:00", "to 10:45", "Maria Lindqvist", "206 555 0123", "Neuro 45", "River room",
                  "Getting on the table: hoist, two people", "Transport: Taxi Lind, 555 0199"):
        assert words in words_of(answer)
    assert clinical_in(answer) == []


def test_a_therapists_sheet_has_what_limits_the_work_and_the_desks_has_not(arranged, page, ana, desk):
    assert "pressure 2" in words_of(page(ana).get(URL))
    pdf = page(ana).get(f"{URL}&as=pdf").content
    assert "pressure 2" in text_of(pdf)[0]
    of_desk = text_of(page(desk).get(f"{URL}&as=pdf").content)
    assert "numb" not in " ".join(of_desk)
    assert "pressure" not in " ".join(of_desk)


def test_each_therapist_has_a_page_and_everyone_one_list_on_the_practices_paper(
    arranged, page, desk, ben, ines, garden, neuro_45, riverside
):
    book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(11), by=desk)
    pages = text_of(page(desk).get(f"{URL}&as=pdf").content)
    assert ["Ana Alves" in pages[0], "Ben Baker" in pages[1]] == [True, True]
    assert ["Page 1 of 2" in pages[0], "Page 2 of 2" in pages[1]] == [True, True]
    pages = text_of(page(desk).get(f"{URL}&by=everyone&as=pdf").content)
    assert len(pages) == 1
    assert pages[0].index("Maria") < pages[0].index("Ines")
    riverside.paper = "us-letter"
    riverside.save()
    letter = PdfReader(io.BytesIO(page(desk).get(f"{URL}&as=pdf").content)).pages[0].mediabox
    assert (round(letter.width), round(letter.height)) == (612, 792)
    assert 'class="sheet paper-us-letter"' in words_of(page(desk).get(URL))


def test_what_was_called_off_stands_on_no_sheet_and_an_empty_day_says_so(visit, page, desk):
    cancel_appointment(appointment=visit, by=desk)
    assert "Maria" not in words_of(page(desk).get(URL))
    assert "No visits." in text_of(page(desk).get(f"{URL}&as=pdf").content)[0]


def test_the_sheet_costs_the_same_however_full(visit, page, ana, riverside, neuro_45):
    browser = page(ana)

    def price():
        with CaptureQueriesContext(connection) as asked:
            browser.get(URL)
        return len(asked)

    few = price()
    for n in range(4):
        book_appointment(client=make_client(riverside, f"Client {n}"), therapist=ana, service=neuro_45, by=ana,
                         starts_at=at(13 + n))
    assert price() == few <= 14


def test_every_evening_the_sheet_of_the_day_after_is_kept_for_its_owner_only(arranged, riverside, folder):
    with time_machine.travel(at(17, 59, days=0), tick=False):
        assert sheets.save_day_sheets() == []
    with time_machine.travel(at(18, days=0), tick=False):
        (path,) = sheets.save_day_sheets()
    assert path == folder / str(riverside.pk) / "2026-11-24.pdf"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    words = " ".join(text_of(path.read_bytes()))
    assert "Maria Lindqvist" in words
    assert "pressure" not in words
    assert [p.name for p in path.parent.iterdir()] == ["2026-11-24.pdf"]


def test_a_sheet_is_whole_or_the_old_one_stays(visit, riverside, folder, monkeypatch):
    path = sheets.save_day_sheet(riverside, TUESDAY)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        sheets.save_day_sheet(riverside, TUESDAY)
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 1


def test_sheets_are_thrown_away_after_a_week(visit, riverside, folder):
    for days in (0, -7, -8):
        sheets.save_day_sheet(riverside, TUESDAY + timedelta(days=days - 1))
    sheets.save_day_sheets()
    assert sorted(p.stem for p in (folder / str(riverside.pk)).glob("*.pdf")) == ["2026-11-16", "2026-11-23"]


def test_the_command_writes_a_sheet_and_answers_mistakes_in_words(visit, riverside, lakeside, folder, capsys):
    call_command("day_sheet", "--on", str(TUESDAY), "--practice", "riverside")
    path = capsys.readouterr().out.strip()
    assert path == str(folder / str(riverside.pk) / "2026-11-24.pdf")
    call_command("day_sheet")
    assert len(capsys.readouterr().out.split()) == 2
    for asked, words in ((["--on", "tomorrow"], "is no day"), (["--practice", "Nobody"], "No practice is called"),
                         (["--out", "/tmp/x.pdf"], "takes one practice")):
        with pytest.raises(CommandError, match=words):
            call_command("day_sheet", *asked)
