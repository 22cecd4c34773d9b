"""Readings as pictures, rows and words."""

from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from notes.charts import (
    Band,
    Reading,
    chart_said,
    readings_chart,
    readings_said,
    readings_table,
    said_day,
    said_value,
)

FIRST = date(2026, 9, 1)
SVG = "{http://www.w3.org/2000/svg}"


def week(number: int, before: float | None, after: float | None) -> Reading:
    return Reading(FIRST + timedelta(weeks=number), before, after)


PAIN = (week(0, 6, 4), week(1, 6, 5), week(5, 5, 3), week(6, None, 3), week(7, 5, None), week(8, 4, 4))
RELAPSE = Band(date(2026, 9, 17), date(2026, 10, 4), "relapse", "episode")
STEROIDS = Band(date(2026, 9, 18), date(2026, 9, 22), "steroids", "steroids")


def drawn(*args, **kwargs) -> ElementTree.Element:
    return ElementTree.fromstring(readings_chart(*args, **kwargs))


def circles(svg: ElementTree.Element, filled: bool) -> list[ElementTree.Element]:
    """The circles of the plot, without the one that explains them in the legend."""
    return [c for c in svg.iter(f"{SVG}circle") if (c.get("fill") != "none") == filled][1:]


def words(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def test_each_reading_before_is_an_open_circle_and_each_after_a_filled_one():
    svg = drawn("Pain", "0 to 10", PAIN)
    assert len(circles(svg, filled=False)) == 5
    assert len(circles(svg, filled=True)) == 5


def test_a_higher_value_lies_higher_and_a_later_day_further_right():
    svg = drawn("Pain", "0 to 10", [week(0, 2, None), week(1, 8, None), week(3, 5, None)])
    x = [float(c.get("cx", "")) for c in circles(svg, filled=False)]
    y = [float(c.get("cy", "")) for c in circles(svg, filled=False)]
    assert x[0] < x[1] < x[2]
    assert (x[2] - x[1]) == pytest.approx(2 * (x[1] - x[0]), abs=0.3)  # three weeks are drawn as long as three weeks
    assert y[1] < y[2] < y[0]


def test_the_picture_needs_no_style_no_script_and_no_class():
    svg = drawn("Pain", "0 to 10", PAIN, bands=[RELAPSE, STEROIDS], meaningful_change=2)
    allowed = {"svg", "title", "desc", "rect", "line", "circle", "text"}
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == allowed
    names = {name for element in svg.iter() for name in element.attrib}
    assert not {name for name in names if name in ("style", "class", "id", "href") or name.startswith("on")}


def test_colours_follow_the_page_unless_others_are_given():
    page = readings_chart("Pain", "0 to 10", PAIN, bands=[RELAPSE])
    assert "currentColor" in page
    assert "#" not in page
    letter = readings_chart("Pain", "", PAIN, bands=[RELAPSE], ink="#111111", accent="#222222", caution="#333333")
    assert "currentColor" not in letter
    assert all(colour in letter for colour in ("#111111", "#222222", "#333333"))


def test_name_and_description_say_what_the_picture_shows():
    svg = drawn("Pain", "0 to 10", PAIN, bands=[RELAPSE])
    assert svg.get("role") == "img"
    assert svg[0].text == "Pain, 0 to 10, lower is better"
    assert svg[1].text == (
        "Before sessions: 6 on 1 Sep, 4 on 27 Oct. After the session 1.2 lower on average (4 sessions). "
        "relapse: 17 Sep to 4 Oct."
    )


def test_bands_are_drawn_named_and_cut_to_the_days_shown():
    long_ago = Band(date(2020, 1, 1), date(2020, 2, 1), "long ago", "episode")
    endless = Band(date(2026, 10, 20), date(2030, 1, 1), "endless", "episode")
    svg = drawn("Pain", "", PAIN, bands=[RELAPSE, STEROIDS, long_ago, endless])
    assert {"relapse", "steroids", "endless"} <= set(words(svg))
    assert "long ago" not in words(svg)
    for rect in svg.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", "")) <= float(rect.get("x", "")) + float(rect.get("width", "")) <= 600


def test_the_published_change_is_shaded_around_the_first_reading():
    svg = drawn("Pain", "", PAIN, meaningful_change=2)
    ys = [float(line.get("y1", "")) for line in svg.iter(f"{SVG}line") if float(line.get("x2", "")) > 580]
    unit = (max(ys) - min(ys)) / 10  # of the grid's lines, which alone reach the right edge
    shade = max(svg.iter(f"{SVG}rect"), key=lambda rect: float(rect.get("width", "")))
    assert float(shade.get("height", "")) == pytest.approx(4 * unit, abs=0.5)
    assert "within 2 of the first reading" in words(svg)
    assert not any("within" in word for word in words(drawn("Pain", "", PAIN)))


def test_there_are_three_grid_lines_with_their_values():
    assert words(drawn("Walk", "seconds", PAIN, low=0, high=30)).count("15") == 1
    assert [word for word in words(drawn("Pain", "", PAIN)) if word.isdigit()] == ["0", "5", "10"]


def test_a_reading_beyond_the_scale_widens_it():
    svg = drawn("Walk", "seconds", [week(0, 9, None), week(1, 14.2, None), week(2, -3, None)])
    assert {"-15", "0", "15"} <= set(words(svg))
    height = float(svg.get("height", ""))
    assert all(0 < float(c.get("cy", "")) < height for c in circles(svg, filled=False))
    assert {"0", "15", "30"} <= set(words(drawn("Walk", "seconds", [week(0, 26, None)])))


def test_days_are_said_and_stand_clear_of_each_other():
    svg = drawn("Pain", "", [week(n, 5, 4) for n in range(52)], width=300, text=11)
    days = [t for t in svg.iter(f"{SVG}text") if (t.text or "")[-4:] == "2026" or (t.text or "")[-4:] == "2027"]
    at = [float(t.get("x", "")) for t in days]
    assert days[0].text == "1 Sep 2026"
    assert days[-1].text == "24 Aug 2027"
    assert all(b - a > 60 for a, b in pairwise(at))
    assert "24 Nov" in words(drawn("Pain", "", [week(12, 5, 4)]))


def test_several_readings_on_one_day_are_all_drawn():
    assert len(circles(drawn("Pain", "", [week(0, 5, 4), week(0, 3, 2)]), filled=False)) == 2


def test_nothing_read_is_said():
    for nothing in ([], [week(0, None, None)], [week(0, float("nan"), float("inf"))]):
        assert "No reading yet" in words(drawn("Pain", "", nothing))
        assert readings_said(nothing) == "No reading was taken."


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>", '"><image href="x" onerror="y"/>', "a & b ]]> <!--", "\x00\x1b\ud800\ufffe",
    "{{ 7*7 }}",
])
def test_hostile_words_stay_words(hostile):
    band = Band(FIRST, FIRST + timedelta(days=30), hostile, "episode")
    svg = drawn(hostile, hostile, PAIN, bands=[band], ink=hostile)
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {
        "svg", "title", "desc", "rect", "line", "circle", "text"}
    clean = "".join(c for c in hostile if c.isprintable() and c != "\ufffe")
    assert (svg[0].text or "").startswith(f"{clean}, {clean},")


def test_the_table_says_the_same_oldest_first():
    rows = readings_table(reversed(PAIN))  # type: ignore[arg-type]
    assert (rows[0].on, rows[0].before, rows[0].after) == ("1 Sep 2026", "6", "4")
    assert (rows[3].before, rows[4].after) == ("not taken", "not taken")


def test_values_and_days_are_said_plainly():
    assert [said_value(v) for v in (5.0, 4.5, 11.25, 0.0, -0.001, -0.5, 100.0, None)] == [
        "5", "4.5", "11.25", "0", "0", "-0.5", "100", "not taken"]
    assert (said_day(date(2026, 11, 24)), said_day(date(2026, 11, 24), year=True)) == ("24 Nov", "24 Nov 2026")


def test_the_words_describe_and_do_not_judge():
    assert readings_said([week(0, 5, 6)]) == "Before sessions: 5 on 1 Sep. After the session 1 higher."
    assert readings_said([week(0, 5, 5)]).endswith("After the session unchanged.")
    assert readings_said([week(0, None, 4)]) == "1 reading after sessions, none before."
    assert readings_said([week(0, 5, None), week(60, 4, None)]) == "Before sessions: 5 on 1 Sep 2026, 4 on 26 Oct 2027."
    assert "effective" not in chart_said(PAIN, [RELAPSE])
