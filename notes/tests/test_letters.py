"""The doctor's letter: what it says, how it is set, and that no text can do anything in it."""

import json
import os
import re
import statistics
import subprocess
import sys
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from notes.charts import Band, Reading, Stretch, Used
from notes.letters import letters, printing
from notes.letters.letters import (
    Letter,
    Person,
    Practice,
    Series,
    Session,
    as_data,
    letter_from_data,
)
from notes.letters.printing import LetterNotTypeset, letter_pdf
from notes.tests.names import PARTS, names
from practice.typesetting import press
from practice.typesetting.glyphs import FONTS, covered, printable

FIRST = date(2026, 9, 1)
WORK = "back, both legs: myofascial release, effleurage"


def sessions(count: int) -> tuple[Session, ...]:
    return tuple(Session(FIRST + timedelta(weeks=n), 60 if n % 3 else 30, f"{WORK}, round {n % 3}", "1-3")
                 for n in range(count))


LETTER = Letter(
    practice=Practice("Willow Street Massage", ("1420 Willow Street", "Seattle, WA 98102"), "206 555 0100",
                      "desk@willowstreet.example"),
    doctor=Person("Dr. Ines Okafor", "Neurology"),
    doctor_address=("Lakeside Neurology", "88 Harbor Avenue", "Seattle, WA 98109"),
    client=Person("Maria Lindqvist", "born 14 Mar 1971"),
    therapist=Person("Ana Ruiz", "LMT, Washington MA60123456"),
    written_on=date(2026, 11, 24), period_from=FIRST, period_to=date(2026, 11, 24),
    title="Summary of massage therapy",
    reason="Relapse confirmed on 17 Sep; sessions were held until 4 Oct and have resumed.",
    course="Maria has come weekly since March 2024. Two sessions were held during the relapse. Since the return she "
           "reports less stiffness when walking, and lower calf tone was observed.",
    conditions=("Multiple sclerosis, relapsing-remitting, since 1998, diagnosed by Dr. Okafor",),
    limits=("Left foot: pressure 2 at most, reduced sensation", "No heat"),
    sessions=sessions(8),
    series=(
        Series("Pain", "0 to 10", "lower",
               tuple(Reading(FIRST + timedelta(weeks=n), 6 - n / 4, 4 - n / 4) for n in range(8)),
               "About 2 points mean something to people with chronic pain (Farrar et al., Pain 2001).", change=2),
        Series("Timed 25-foot walk", "seconds", "lower",
               tuple(Reading(FIRST + timedelta(weeks=n), 11.8 - n / 10, None) for n in range(8)), "", high=20),
    ),
    reactions="None in 8 sessions.", questions="May the left calf be worked at pressure 3 again?",
    plan="Weekly, 60 minutes, until the end of January.",
    bands=(Band(date(2026, 9, 17), date(2026, 10, 4), "relapse", "episode"),
           Band(date(2026, 9, 18), date(2026, 9, 22), "steroids", "steroids")),
    paper="a4",
    used=(Used("Effleurage", (Stretch(FIRST, FIRST + timedelta(weeks=3), 4), Stretch(FIRST + timedelta(weeks=6),
                                                                                      FIRST + timedelta(weeks=7), 2))),
          Used("Myofascial release", (Stretch(FIRST, FIRST + timedelta(weeks=7), 8),)),
          Used("Petrissage", (Stretch(FIRST + timedelta(weeks=2), FIRST + timedelta(weeks=2), 1),))),
)

NAMES = (
    "Łukasz Żółć", "İbrahim Çağrı", "Ōriwa Tāne", "Nguyễn Thị Ánh Nguyệt", "Олена Шевченко", "Αλέξανδρος Παπαδόπουλος",
    "محمد الأمين", "فاطمه کریمی", "יעל כהן", "王小明", "欧阳娜娜", "田中 さくら", "タナカ サクラ", "김민준",
    "प्रिया शर्मा", "সুমন দাস",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "કિરણ પટેલ", "ପ୍ରିୟା ଦାସ", "முருகன்", "శ్రీనివాస్", "ಕಾವ್ಯ", "മീനാക്ഷി", "සුනිල්", "สมชาย", "ສົມພອນ", "សុខា",
    "အောင်ဆန်း", "Արմեն", "გიორგი", "አበበ", "ޢަލީ", "ߡߊߡߊߘߎ", "𞤀𞤣𞤢𞤥", "ⵜⵉⴼⵉⵏ", "ᏣᎳᎩ", "ᐃᓄᒃ",
)

HOSTILE = (
    '#panic("x")', "$x$", "*b* _i_ `r`", "<script>alert(1)</script>", '#read("/etc/passwd")', "= heading", "- item",
    "// comment /* more */", "@label <label>", "\\u{41} \\ #let x = 1", "{{ 7*7 }} {% x %}", '"; import "x',
    "%PDF-1.7 endobj",
)


def reader(letter: Letter) -> PdfReader:
    return PdfReader(BytesIO(letter_pdf(letter)))


def text_of(letter: Letter) -> str:
    """The words of the letter, on one line, without the marks that only allow a break."""
    return flat("\n".join(page.extract_text() for page in reader(letter).pages))


def flat(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def tight(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def glyphs_of(pdf: PdfReader) -> Iterator[int]:
    """Every glyph number drawn on every page and in every picture; 0 is the box for a missing sign."""
    for page in pdf.pages:
        yield from _glyphs(page.get_contents(), page["/Resources"], pdf)


def _glyphs(contents, resources, pdf) -> Iterator[int]:
    for operands, operator in ContentStream(contents, pdf).operations:
        if operator == b"Do":
            form = resources["/XObject"][operands[0]].get_object()
            if form.get("/Subtype") == "/Form":
                yield from _glyphs(form, form.get("/Resources", resources), pdf)
        elif operator in (b"Tj", b"TJ"):
            for part in operands[0] if operator == b"TJ" else operands:
                if isinstance(part, (bytes, str)):
                    raw = part if isinstance(part, bytes) else part.original_bytes  # type: ignore[attr-defined]
                    yield from (int.from_bytes(raw[i:i + 2], "big") for i in range(0, len(raw), 2))


def test_the_letter_says_all_that_the_tree_holds():
    words = text_of(LETTER)
    told = [
        LETTER.practice.name, *LETTER.practice.address, LETTER.practice.phone, LETTER.practice.email,
        LETTER.doctor.name, LETTER.doctor.detail, *LETTER.doctor_address, LETTER.client.name,
        LETTER.client.detail, LETTER.therapist.name,
        LETTER.therapist.detail, "24 Nov 2026", "Summary of massage therapy, 1 Sep to 24 Nov 2026", LETTER.reason,
        LETTER.course, *LETTER.conditions, *LETTER.limits, LETTER.reactions, LETTER.questions, LETTER.plan,
        "8 sessions, 30 to 60 minutes, pressure 1-3 of 5 (Walton scale).", "Pain", "0 to 10, lower is better",
        "Before sessions: 6 on 1 Sep, 4.25 on 20 Oct. After the session 2 lower on average (8 sessions).",
        LETTER.series[0].meaningful_change, "Timed 25-foot walk", "relapse", "steroids", letters.STANDING,
    ]
    assert [line for line in told if flat(line) not in words] == []
    assert words.count("myofascial release") == 8
    assert "effective" not in words.lower()


def test_eight_sessions_take_one_page_and_twenty_at_most_two():
    for paper in letters.PAPERS:
        assert len(reader(replace(LETTER, paper=paper)).pages) == 1
        long = replace(LETTER, paper=paper, sessions=sessions(20), series=LETTER.series * 2)
        assert len(reader(long).pages) == 2


def test_twelve_visits_of_four_rows_each_take_one_page_and_two_where_each_was_another():
    work = ("left foot and left calf: effleurage, pressure 1 · back: myofascial release and petrissage, pressure 3 · "
            "both shoulders: slow sustained pressure, pressure 2")
    alike = tuple(Session(FIRST + timedelta(weeks=n), 45, work, "1-3") for n in range(12))
    differing = tuple(replace(session, work=f"{work}, round {n}") for n, session in enumerate(alike))
    for paper in letters.PAPERS:
        assert len(reader(replace(LETTER, paper=paper, sessions=alike)).pages) == 1
        assert len(reader(replace(LETTER, paper=paper, sessions=differing)).pages) <= 2


def test_work_that_repeats_the_session_before_names_the_day_it_is_told_on():
    sets = [Session(FIRST + timedelta(weeks=n), 45, work, "") for n, work in enumerate("aabbba")]
    assert letters.said_works(tuple(sets)) == ("a", "as on 1 Sep", "b", "as on 15 Sep", "as on 15 Sep", "a")


def test_a_work_that_does_not_name_its_pressure_gets_its_range():
    assert letters.said_session(Session(FIRST, 30, "back: effleurage", "1-3")) == "back: effleurage, pressure 1-3"
    assert letters.said_session(Session(FIRST, 30, "back: effleurage", "")) == "back: effleurage"
    assert letters.said_session(Session(FIRST, 30, "back: x, pressure 2", "2")) == "back: x, pressure 2"


def test_the_paper_is_the_one_asked_for():
    for paper, width, height in (("a4", 595, 842), ("us-letter", 612, 792)):
        box = reader(replace(LETTER, paper=paper)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == (width, height)
    with pytest.raises(LetterNotTypeset, match="the paper is to be one of a4, us-letter"):
        letter_pdf(replace(LETTER, paper="a5"))


def test_earlier_sessions_are_folded_and_counted_never_cut():
    long = replace(LETTER, sessions=tuple(reversed(sessions(20))))
    earlier, told = letters.told_sessions(long)
    assert (len(earlier), len(told)) == (12, 8)
    assert told[-1] == sessions(20)[-1]
    line = letters.said_earlier(earlier)
    assert line == (
        f"12 earlier sessions, 1 Sep to 17 Nov 2026, 30 to 60 minutes, pressure 1-3: {WORK}, round 0 (4 times); "
        f"{WORK}, round 1 (4 times); and 1 other combination."
    )
    assert line in text_of(long)
    assert "20 sessions, 30 to 60 minutes" in text_of(long)
    assert letters.told_sessions(replace(LETTER, sessions=sessions(9)))[0] == ()
    assert letters.said_earlier(()) == ""


def test_client_and_page_x_of_y_stand_on_each_page():
    long = replace(LETTER, course="Lower tone was observed. " * 400)
    pages = reader(long).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        words = flat(page.extract_text())
        assert "Maria Lindqvist, born 14 Mar 1971" in words
        assert f"Page {number} of {len(pages)}" in words


def test_a_section_without_content_leaves_no_heading():
    bare = replace(LETTER, reason="", course=" \n ", limits=(), sessions=(), series=(), reactions="", plan="",
                   questions="")
    words = text_of(bare)
    for heading in ("Why now", "Course", letters.LIMITS, "Readings", "What was done", "Reactions", "Plan", "Answer to"):
        assert heading not in words
    assert letters.NOTHING_ASKED in words


def test_an_empty_letter_is_set_all_the_same():
    nobody, day = Person("", ""), date(2026, 1, 1)
    empty = Letter(Practice("", (), "", ""), nobody, (), nobody, nobody, day, day, day, "", "", "", (), (), (), (),
                   "", "", "", (), "a4")
    assert "Page 1 of 1" in text_of(empty)


def test_the_pdf_is_tagged_and_speaks():
    pdf = reader(LETTER)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712
    assert root["/Lang"] == "en"
    assert root["/StructTreeRoot"]["/K"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Summary of massage therapy: Maria Lindqvist"
    count = int(pdf.trailer["/Size"])
    found = [pdf.get_object(number) for number in range(1, count)]
    raw = b"".join(each.get_data() if hasattr(each, "get_data") else str(each).encode() for each in found)
    assert b"pdfuaid" in raw
    assert b"relapse: 17 Sep to 4 Oct" in raw  # the chart's alternative text


def test_every_face_is_embedded():
    for page in reader(LETTER).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "/FontFile2" in inner or "/FontFile3" in inner


def test_names_of_every_script_are_set_without_a_missing_glyph():
    for start in range(0, len(NAMES), 4):
        few = NAMES[start:start + 4]
        pdf = reader(replace(LETTER, client=Person(few[0], "born 1 Jan 1960"), conditions=few, course=" ".join(few),
                             series=tuple(replace(LETTER.series[0], measure=name) for name in few[:2]),
                             bands=(replace(LETTER.bands[0], label=few[-1]),)))
        drawn = list(glyphs_of(pdf))
        assert len(drawn) > 1000
        assert 0 not in drawn, few


def test_names_come_out_of_the_pdf_again():
    for name in ("Олена Шевченко", "Αλέξανδρος Παπαδόπουλος", "Nguyễn Thị Ánh Nguyệt", "王小明", "김민준", "Արմեն"):
        assert tight(name) in tight(text_of(replace(LETTER, client=Person(name, "born 1 Jan 1960"))))
    name = "محمد"
    found = unicodedata.normalize("NFKC", text_of(replace(LETTER, client=Person(name, "born 1 Jan 1960"))))
    assert all(found.count(letter) >= 2 * name.count(letter) for letter in name)  # at the head and at the foot


def test_the_bundled_faces_hold_what_names_need_and_stay_small():
    assert all(printable(name) == name for name in NAMES)
    assert len(covered()) > 39_000
    assert sum(face.stat().st_size for face in FONTS.iterdir()) < 12_000_000
    licences = (FONTS / "LICENSES.md").read_text()
    for face in FONTS.glob("*.ttf"):
        assert f"`{face.name}`" in licences


def test_a_sign_no_face_has_is_said_by_its_name():
    words = text_of(replace(LETTER, plan="Better 😀, ᚠ, \U000104b0."))
    assert "[grinning face]" in words
    assert "[runic letter fehu feoh fe f]" in words
    assert 0 not in glyphs_of(reader(replace(LETTER, plan="Better 😀 👩‍⚕️ ❤️ \ue000 \u0300")))


@pytest.mark.parametrize("field", ["reason", "course", "reactions", "questions", "plan", "title"])
def test_markup_in_prose_is_plain_text(field):
    words = text_of(replace(LETTER, **{field: "\n".join(HOSTILE)}))
    assert [line for line in HOSTILE if tight(line) not in tight(words)] == []
    assert "root:" not in words


def test_markup_in_names_rows_and_readings_is_plain_text():
    for line in HOSTILE:
        hostile = replace(
            LETTER, practice=Practice(line, (line,), line, line), doctor=Person(line, line), doctor_address=(line,),
            client=Person(line, line), therapist=Person(line, line), conditions=(line,), limits=(line,),
            sessions=(Session(FIRST, 30, line, line),), bands=(Band(FIRST, FIRST, line, "episode"),),
            series=(replace(LETTER.series[0], measure=line, unit=line, meaningful_change=line),))
        words = tight(text_of(hostile))
        assert words.count(tight(line)) >= 14
        assert "root:" not in words


def test_unseen_marks_and_controls_are_dropped():
    words = text_of(replace(LETTER, plan="a\x00b\x1bc\u202edef\u2066g\ufeffh\ud800i\u200fj"))
    assert "abcdefgh" in words
    assert "\x00" not in words
    assert "\u202e" not in words


def test_a_word_of_five_thousand_letters_stays_on_the_paper():
    pdf = reader(replace(LETTER, plan="w" * 5000, sessions=(Session(FIRST, 30, "x" * 5000, "9" * 500),)))
    assert sum(tight(page.extract_text()).count("w") for page in pdf.pages) >= 5000
    lines = [line for page in pdf.pages for line in page.extract_text().replace("\u200b", "").splitlines()]
    assert 50 < max(map(len, lines)) < 140


def test_a_right_to_left_name_does_not_turn_the_numbers_beside_it():
    for name in ("יעל כהן", "محمد الأمين"):
        hebrew = replace(LETTER, therapist=Person(name, "LMT"), client=Person(name, "born 14 Mar 1971"))
        words = flat(reader(hebrew).pages[0].extract_text())
        assert "206 555 0100" in words.split("Answer to")[1]
        assert "born 14 Mar 1971" in words
        placed = printing._to_print(hebrew)
        assert placed["answer"]["text"].startswith(f"Answer to \u2068{name}\u2069: 206")
        assert placed["running"] == f"\u2068{name}\u2069, born 14 Mar 1971"


def test_the_same_letter_gives_the_same_bytes_in_any_process(tmp_path):
    once = letter_pdf(LETTER)
    assert letter_pdf(letter_from_data(as_data(LETTER))) == once
    program = (
        "import json, sys; from notes.letters.letters import letter_from_data; from notes.letters.printing import letter_pdf; "
        "sys.stdout.buffer.write(letter_pdf(letter_from_data(json.load(sys.stdin))))"
    )
    here = str(Path(letters.__file__).parents[2])
    for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/Los_Angeles")):
        again = subprocess.run(
            [sys.executable, "-c", program], input=json.dumps(as_data(LETTER)).encode(), stdout=subprocess.PIPE,
            check=True, cwd=tmp_path,
            env={"PYTHONPATH": here, "PYTHONHASHSEED": seed, "TZ": zone, "PATH": os.environ["PATH"]})
        assert again.stdout == once


def test_another_letter_gives_other_bytes():
    assert letter_pdf(replace(LETTER, plan="Every other week.")) != letter_pdf(LETTER)


def test_the_press_reads_nothing_outside_its_folder(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "typesetting"
    inside.mkdir()
    for path in ("../secret.txt", "/../secret.txt", str(tmp_path / "secret.txt"), "/etc/passwd"):
        (inside / "reach.typ").write_text(f'#set document(title: "x")\n#read("{path}")')
        with pytest.raises(LetterNotTypeset):
            press.press(inside / "reach.typ", {})


def test_a_broken_template_is_said_clearly(tmp_path):
    (tmp_path / "broken.typ").write_text('#panic("no paper")')
    with pytest.raises(LetterNotTypeset, match=r"It could not be set as a PDF: .*no paper") as refused:
        press.press(tmp_path / "broken.typ", {})
    assert "\n" not in refused.value.reason


def test_the_tree_is_kept_as_json_exactly():
    for letter in (LETTER, replace(LETTER, course="\n".join(HOSTILE + NAMES), sessions=(), series=(), bands=())):
        kept = json.loads(json.dumps(as_data(letter)))
        assert letter_from_data(kept) == letter
        assert as_data(letter_from_data(kept)) == kept
    odd = replace(LETTER.series[0], readings=(Reading(FIRST, None, 0.1), Reading(FIRST, 3, None)), change=None)
    assert letter_from_data(as_data(replace(LETTER, series=(odd,)))).series == (odd,)


@pytest.mark.parametrize("harm", [
    lambda d: d.pop("client"), lambda d: d.update(surplus=1), lambda d: d.update(paper="a5"),
    lambda d: d.update(written_on="yesterday"), lambda d: d["sessions"][0].pop("work"),
    lambda d: d.update(practice=None),
])
def test_data_of_another_shape_is_refused(harm):
    data = as_data(LETTER)
    harm(data)
    with pytest.raises(ValueError, match="This is not a letter as data"):
        letter_from_data(data)


def test_a_letter_of_one_page_is_set_quickly():
    took = []
    for n in range(12):  # each another letter: the typesetter would remember the same one
        letter = replace(LETTER, client=Person(f"Maria {n}", "born 1971"), reason=f"{n}", course=f"{n} {LETTER.course}")
        start = time.perf_counter()
        letter_pdf(letter)
        took.append(time.perf_counter() - start)
    print(f"one page, two charts, eight sessions: {statistics.median(took[2:]) * 1000:.1f} ms")
    assert statistics.median(took[2:]) < 0.5


@pytest.mark.sized
def test_more_than_five_hundred_names_of_more_than_twenty_scripts_are_set_without_a_missing_sign(record_property):
    everybody = names()
    assert len(everybody) >= 500 and len(PARTS) >= 20
    assert [name for name in everybody if printable(name) != unicodedata.normalize("NFC", name)] == []
    drawn = 0
    for start in range(0, len(everybody), 50):
        some = tuple(everybody[start:start + 50])
        pdf = reader(replace(LETTER, conditions=some, client=Person(some[0], "born 14 Mar 1971"), therapist=Person(
            some[-1], "LMT"), doctor=Person(some[1], "Neurology")))
        glyphs = list(glyphs_of(pdf))
        assert 0 not in glyphs, some
        drawn += len(glyphs)
    record_property("figure", f"{len(everybody)} names of {len(PARTS)} scripts, {drawn} signs drawn: none missing")


def test_every_template_reads_only_what_is_bundled(tmp_path):
    """No template names a file but the house's own, none is in reach of a drawing or a picture, no font of the system."""
    templates = [*Path(letters.__file__).parent.glob("typesetting/*.typ"), press._HOUSE]
    for template in templates:
        text = template.read_text()
        assert "read(" not in text and "plugin(" not in text and "@" not in text.replace("@preview", "@"), template.name
        assert set(re.findall(r'import "([^"]+)"', text)) <= {"house.typ"}, template.name
        assert re.findall(r'image\("', text) == [], template.name
