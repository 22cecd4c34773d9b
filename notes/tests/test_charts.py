"""Readings as pictures, rows and words."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notes.charts import (
    Band,
    Firmness,
    Lasted,
    Look,
    Reading,
    Scale,
    Stretch,
    Tried,
    Used,
    chart_said,
    medians_of,
    pressure_chart,
    pressure_said,
    readings_chart,
    readings_said,
    readings_table,
    relief_chart,
    relief_said,
    said_day,
    said_value,
    spark,
)
from notes.charts.frame import Frame, scale
from notes.charts.pen import kept_apart

FIRST = date(2026, 9, 1)
SVG = "{http://www.w3.org/2000/svg}"
PAIN_SCALE, LOOK = Scale("Pain", "0 to 10"), Look()
TAGS = {"svg", "title", "desc", "g", "rect", "line", "circle", "text"}


def week(number: int, before: float | None, after: float | None) -> Reading:
    return Reading(FIRST + timedelta(weeks=number), before, after)


PAIN = (week(0, 6, 4), week(1, 6, 5), week(5, 5, 3), week(6, None, 3), week(7, 5, None), week(8, 4, 4))
RELAPSE = Band(date(2026, 9, 17), date(2026, 10, 4), "relapse", "episode")
STEROIDS = Band(date(2026, 9, 18), date(2026, 9, 22), "steroids", "steroids")
HOLD = Band(date(2026, 9, 20), date(2026, 9, 30), "visits on hold", "hold")


def drawn(readings, measure: Scale = PAIN_SCALE, look: Look = LOOK, **more) -> ElementTree.Element:
    return ElementTree.fromstring(readings_chart(measure, readings, look, **more))


def circles(svg: ElementTree.Element, filled: bool) -> list[ElementTree.Element]:
    """The marks before (open) or after (filled)."""
    return [c for g in svg.iter(f"{SVG}g") if (g.get("fill") != "none") == filled for c in g.findall(f"{SVG}circle")]


def strokes(svg: ElementTree.Element, width: str = "") -> list[tuple[float, ...]]:
    """Every line as x1, y1, x2, y2, of one width where that is named."""
    return [tuple(float(one.get(name, "")) for name in ("x1", "y1", "x2", "y2")) for g in svg.iter(f"{SVG}g")
            if not width or g.get("stroke-width") == width for one in g.findall(f"{SVG}line")]


def words(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def test_each_reading_before_is_an_open_circle_and_each_after_a_filled_one():
    svg = drawn(PAIN)
    assert len(circles(svg, filled=False)) == 5
    assert len(circles(svg, filled=True)) == 5


def test_a_higher_value_lies_higher_and_a_later_day_further_right():
    svg = drawn([week(0, 2, None), week(1, 8, None), week(3, 5, None)])
    x = [float(c.get("cx", "")) for c in circles(svg, filled=False)]
    y = [float(c.get("cy", "")) for c in circles(svg, filled=False)]
    assert x[0] < x[1] < x[2]
    assert (x[2] - x[1]) == pytest.approx(2 * (x[1] - x[0]), abs=0.3)  # three weeks are drawn as long as three weeks
    assert y[1] < y[2] < y[0]


def test_before_and_after_of_one_visit_are_joined_and_weeks_without_a_reading_are_not():
    weekly = [week(n, 6, 3) for n in (0, 1, 2, 9, 10)]
    svg = drawn(weekly)
    upright = [one for one in strokes(svg, "1.2") if one[0] == one[2]]
    along = [one for one in strokes(svg, "1.2") if one[1] == one[3]]
    assert (len(upright), len(along)) == (5, 3)  # 0-1, 1-2, 9-10


def test_no_line_runs_across_a_hold_however_short():
    weekly = [week(n, 6, None) for n in (0, 1, 2, 5, 6)]
    assert len([one for one in strokes(drawn(weekly), "1.2") if one[1] == one[3]]) == 4
    assert len([one for one in strokes(drawn(weekly, bands=[HOLD]), "1.2") if one[1] == one[3]]) == 3


def test_the_picture_needs_no_style_no_script_and_no_class():
    svg = drawn(PAIN, replace(PAIN_SCALE, change=2), bands=[RELAPSE, STEROIDS, HOLD])
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == TAGS
    names = {name for element in svg.iter() for name in element.attrib}
    assert not {name for name in names if name in ("style", "class", "id", "href") or name.startswith("on")}


def test_colours_follow_the_page_unless_others_are_given():
    page = readings_chart(PAIN_SCALE, PAIN, LOOK, bands=[RELAPSE])
    assert "currentColor" in page
    assert "#" not in page
    letter = readings_chart(PAIN_SCALE, PAIN, Look(ink="#111111", accent="#222222", caution="#333333"), bands=[RELAPSE])
    assert "currentColor" not in letter
    assert all(colour in letter for colour in ("#111111", "#222222", "#333333"))


def test_name_and_description_say_what_the_picture_shows():
    svg = drawn(PAIN, bands=[RELAPSE])
    assert svg.get("role") == "img"
    assert svg[0].text == "Pain, 0 to 10, lower is better"
    assert svg[1].text == (
        "Before sessions: 6 on 1 Sep, 4 on 27 Oct. After the session 1.2 lower on average (4 sessions). "
        "relapse: 17 Sep to 4 Oct."
    )


def test_bands_are_drawn_named_and_cut_to_the_days_shown():
    long_ago = Band(date(2020, 1, 1), date(2020, 2, 1), "long ago", "episode")
    endless = Band(date(2026, 10, 20), date(2030, 1, 1), "endless", "episode")
    svg = drawn(PAIN, bands=[RELAPSE, STEROIDS, long_ago, endless])
    assert {"relapse", "steroids", "endless"} <= set(words(svg))
    assert "long ago" not in words(svg)
    for rect in svg.iter(f"{SVG}rect"):
        assert 0 <= float(rect.get("x", "")) <= float(rect.get("x", "")) + float(rect.get("width", "")) <= 600


def test_names_of_bands_make_the_picture_taller_and_leave_the_plot_its_height():
    def plot(svg):
        heights = [y1 for x1, y1, x2, y2 in strokes(svg) if y1 == y2 and x2 - x1 > 300]
        return max(heights) - min(heights)

    bare, named = drawn(PAIN), drawn(PAIN, bands=[RELAPSE, STEROIDS, HOLD])
    assert float(named.get("height", "")) > float(bare.get("height", ""))
    assert plot(named) == pytest.approx(plot(bare), abs=0.2)


def test_the_published_change_is_shaded_around_the_first_reading():
    svg = drawn(PAIN, replace(PAIN_SCALE, change=2))
    ys = [y1 for x1, y1, x2, y2 in strokes(svg) if y1 == y2 and x2 - x1 > 300]
    unit = (max(ys) - min(ys)) / 10
    shade = max(svg.iter(f"{SVG}rect"), key=lambda rect: float(rect.get("width", "")))
    assert float(shade.get("height", "")) == pytest.approx(4 * unit, abs=0.5)
    assert "first ± 2" in words(svg)
    assert not any("±" in word for word in words(drawn(PAIN)))


def test_the_last_readings_are_named_beside_them_instead_of_a_legend():
    assert {"before 4", "after 4"} <= set(words(drawn(PAIN)))
    asked = Scale("Days the last session helped", "days", better="higher", is_asked=True)
    assert "5 days" in words(drawn([week(0, 4, None), week(1, 5, None)], asked))
    total = Scale("MFIS", "0-84", 0, 84, is_asked=True)  # its ends are numbers too: never "51 0-84"
    assert "51" in words(drawn([week(0, 55, None), week(1, 51, None)], total))


def test_how_firm_the_work_was_stands_in_a_row_under_the_days():
    svg = drawn(PAIN, firmness=[Firmness(FIRST, 0), Firmness(FIRST + timedelta(weeks=1), 2), Firmness(FIRST + timedelta(weeks=5), 4)])
    bars = [float(rect.get("height", "")) for rect in svg.iter(f"{SVG}rect")]
    assert len(bars) == 3 and bars[0] < bars[1] < bars[2]
    assert bars[2] == pytest.approx(2 * bars[1], abs=0.2)
    assert "pressure 4" in words(svg)


def test_the_techniques_used_most_stand_in_bands_under_the_days_and_the_plot_keeps_its_height():
    def used(name: str, *stretches: tuple[int, int, int]) -> Used:
        return Used(name, tuple(Stretch(FIRST + timedelta(weeks=a), FIRST + timedelta(weeks=b), n) for a, b, n in stretches))

    techniques = [used("Vibration", (0, 0, 1)), used("Effleurage", (0, 2, 3), (6, 8, 3)), used("Petrissage", (1, 3, 3)),
                  used("Traction", (5, 6, 2)), used("Long ago", (-60, -50, 9))]
    bare, svg = drawn(PAIN), drawn(PAIN, used=techniques)
    assert [name for name in words(svg) if name[0] in "VEPTL"] == ["Effleurage", "Petrissage", "Traction"]
    said = {title.text: rect for rect in svg.iter(f"{SVG}rect") for title in rect}
    assert list(said) == ["Effleurage: 1 Sep to 15 Sep 2026, 3 visits", "Effleurage: 13 Oct to 27 Oct 2026, 3 visits",
                          "Petrissage: 8 Sep to 22 Sep 2026, 3 visits", "Traction: 6 Oct to 13 Oct 2026, 2 visits"]
    marks = [float(c.get("cx", "")) for c in circles(svg, filled=False)]
    band = said["Effleurage: 13 Oct to 27 Oct 2026, 3 visits"]
    assert float(band.get("x", "")) + float(band.get("width", "")) == pytest.approx(marks[-1], abs=5)
    assert "Effleurage: 1 Sep to 27 Oct 2026, 6 visits. Petrissage" in (svg[1].text or "")
    rows = [y1 for x1, y1, x2, y2 in strokes(svg) if y1 == y2 and x2 - x1 > 300]
    assert rows == [y1 for x1, y1, x2, y2 in strokes(bare) if y1 == y2 and x2 - x1 > 300]


def test_there_are_three_grid_lines_with_their_values():
    assert words(drawn(PAIN, Scale("Walk", "seconds", 0, 30))).count("15") == 1
    assert [word for word in words(drawn(PAIN)) if word.isdigit()] == ["0", "5", "10"]


def test_a_reading_beyond_the_scale_widens_it():
    walk = Scale("Walk", "seconds")
    svg = drawn([week(0, 9, None), week(1, 14.2, None), week(2, -3, None)], walk)
    assert {"-15", "0", "15"} <= set(words(svg))
    height = float(svg.get("height", ""))
    assert all(0 < float(c.get("cy", "")) < height for c in circles(svg, filled=False))
    assert {"0", "15", "30"} <= set(words(drawn([week(0, 26, None)], walk)))


def test_a_short_stretch_names_its_days_and_a_long_one_its_months_with_a_january_as_its_year():
    assert {"1 Sep", "27 Oct"} <= set(words(drawn(PAIN)))
    year = words(drawn([week(n, 5, 4) for n in range(52)]))
    assert {"Oct", "2027", "Jul"} <= set(year) and "Jan" not in year


def test_months_stand_clear_of_each_other_and_decades_get_by_with_years():
    svg = drawn([week(n * 4, 5, 4) for n in range(130)], look=Look(width=300, text=11))
    named = [text for text in svg.iter(f"{SVG}text") if (text.text or "").startswith("20")]
    assert 2 <= len(named) <= 6
    assert all(float(b.get("x", "")) - float(a.get("x", "")) > 30 for a, b in pairwise(named))


def test_where_visits_stand_close_lines_run_through_the_middle_of_each_month():
    close = [week(n, 6, 3) for n in range(52)]
    roomy, narrow = drawn(close, look=Look(width=900)), drawn(close, look=Look(width=300))
    assert len(strokes(roomy, "1.2")) == 51 + 52 and not strokes(roomy, "2.4")
    assert len(strokes(narrow, "2.4")) == 11  # twelve months
    assert len(circles(narrow, filled=False)) == 52  # every reading is still a mark


def test_several_readings_on_one_day_are_all_drawn():
    assert len(circles(drawn([week(0, 5, 4), week(0, 3, 2)]), filled=False)) == 2


def test_nothing_read_is_said():
    for nothing in ([], [week(0, None, None)], [week(0, float("nan"), float("inf"))]):
        assert "No reading yet" in words(drawn(nothing))
        assert readings_said(nothing) == "No reading was taken."


@pytest.mark.parametrize("hostile", [
    "<script>alert(1)</script>", '"><image href="x" onerror="y"/>', "a & b ]]> <!--", "\x00\x1b\ud800\ufffe",
    "{{ 7*7 }}",
])
def test_hostile_words_stay_words(hostile):
    band = Band(FIRST, FIRST + timedelta(days=30), hostile, "episode")
    svg = drawn(PAIN, Scale(hostile, hostile), Look(ink=hostile), bands=[band])
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == TAGS
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


# --- whatever is read: inside the frame, in order, apart ---------------------------------------------------------------

values = st.one_of(st.none(), st.integers(0, 10), st.floats(-1e4, 1e4, allow_nan=False))
days = st.integers(0, 4000).map(lambda n: FIRST + timedelta(days=n))
readings = st.lists(st.builds(Reading, days, values, values), max_size=40)
bands = st.lists(st.builds(
    lambda first, length, label, kind: Band(first, first + timedelta(days=length), label, kind), days,
    st.integers(0, 900), st.text(max_size=80), st.sampled_from(["episode", "hold", "steroids"])), max_size=5)
looks = st.sampled_from([Look(), Look(340, 168, 13), Look(300, 152, 11), Look(720, 176, 14, gutter=92)])


def inside(svg: ElementTree.Element) -> None:
    """Every mark and the start of every word lies in the picture."""
    wide, tall = (float(svg.get(name, "")) for name in ("width", "height"))
    for element in svg.iter():
        for name, value in element.attrib.items():
            if name in ("x", "x1", "x2", "cx"):
                assert -0.1 <= float(value) <= wide + 0.1, (element.tag, name, value)
            if name in ("y", "y1", "y2", "cy"):
                assert -0.1 <= float(value) <= tall + 0.1, (element.tag, name, value)


@settings(max_examples=60, deadline=None)
@given(readings, bands, looks, st.one_of(st.none(), st.floats(0.1, 20)))
def test_whatever_was_read_nothing_leaves_the_picture_and_days_keep_their_order(read, behind, look, change):
    svg = drawn(read, replace(PAIN_SCALE, change=change), look, bands=behind,
                firmness=[Firmness(r.on, 3) for r in read],
                used=[Used("Myofascial release", (Stretch(r.on, r.on + timedelta(days=9), 2),)) for r in read])
    inside(svg)
    for filled in (False, True):
        at = [float(c.get("cx", "")) for c in circles(svg, filled)]
        assert at == sorted(at)
    taken = [r for r in read if r.before is not None]
    assert len(circles(svg, filled=False)) == len(taken)


@settings(max_examples=60, deadline=None)
@given(st.lists(days, min_size=2, max_size=20), st.floats(-50, 50), st.floats(1, 100))
def test_a_later_day_never_lies_further_left_nor_a_higher_value_lower(shown, low, tall):
    shown = sorted(shown)
    frame = Frame(LOOK, shown[0], shown[-1], low, low + tall, 20, 500, 10, 200, inset=6)
    assert [frame.x(on) for on in shown] == sorted(frame.x(on) for on in shown)
    steps = [low + tall * n / 10 for n in range(-3, 14)]
    assert [frame.y(value) for value in steps] == sorted((frame.y(value) for value in steps), reverse=True)
    assert all(20 <= frame.x(on) <= 500 for on in shown) and all(10 <= frame.y(value) <= 200 for value in steps)


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e5, 1e5), st.floats(0, 1e5), st.floats(-100, 100), st.floats(0.5, 100))
def test_a_scale_holds_what_was_read_and_what_it_was_asked_to_show(least, more, low, tall):
    foot, top = scale(min(least, low), max(least + more, low + tall), low, low + tall)
    assert foot <= min(least, low) + 1e-6 and top >= max(least + more, low + tall) - 1e-6 and foot < top


@given(st.lists(st.floats(0, 300), max_size=6))
def test_labels_stand_apart_and_keep_their_order(wished):
    placed = kept_apart(wished, 15, 0, 300)
    order = sorted(range(len(wished)), key=lambda i: wished[i])
    assert all(placed[b] - placed[a] >= 15 - 1e-6 for a, b in pairwise(order))
    assert all(-1e-6 <= y <= 300 + 1e-6 for y in placed)


# --- relief, pressure, sparklines --------------------------------------------------------------------------------------


def lasted(number: int, helped: float, apart: int = 7) -> Lasted:
    return Lasted(FIRST + timedelta(weeks=number), helped, apart)


def test_relief_shorter_than_the_interval_is_an_open_circle_with_what_is_missing_above_it():
    svg = ElementTree.fromstring(relief_chart([lasted(0, 4), lasted(1, 7), lasted(2, 9)], LOOK))
    assert (len(circles(svg, filled=False)), len(circles(svg, filled=True))) == (1, 2)
    (missing,) = [one for one in strokes(svg, "1") if one[0] == one[2]]
    assert missing[1] > missing[3]  # from the circle up to the line
    assert {"helped 9", "next visit 7"} <= set(words(svg))


def test_relief_is_not_held_against_a_visit_that_came_only_after_a_pause():
    svg = ElementTree.fromstring(relief_chart([lasted(0, 5), lasted(1, 5, apart=63)], LOOK))
    assert len(circles(svg, filled=False)) == 1
    assert relief_said([lasted(0, 5), lasted(1, 5, apart=63)]) == (
        "2 sessions helped for 5 days, 5 in the middle. The next visit usually came after 7 days: 0 of 1 lasted until then.")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(Lasted, days, st.floats(0, 60), st.integers(1, 400)), max_size=40), bands, looks)
def test_whatever_was_answered_the_curve_stays_in_its_picture(answered, behind, look):
    inside(ElementTree.fromstring(relief_chart(answered, look, bands=behind)))


def test_each_pressure_has_its_median_and_says_of_how_many_visits():
    tried = [Tried(2, 4), Tried(2, 5), Tried(3, 6), Tried(3, 6), Tried(3, 2)]
    assert medians_of(tried) == {2: (4.5, 2), 3: (6, 3)}
    assert pressure_said(tried, "days helped") == (
        "pressure 2: 4.5 days helped in the middle of 2 visits; pressure 3: 6 days helped in the middle of 3 visits")
    svg = ElementTree.fromstring(pressure_chart("left calf", "days helped", tried, 0, 10, LOOK))
    assert len(list(svg.iter(f"{SVG}circle"))) == 5 and {"4.5", "6"} <= set(words(svg))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.builds(Tried, st.integers(0, 5), st.floats(-10, 60)), min_size=1, max_size=80), looks)
def test_every_visit_is_a_dot_in_its_pressures_column(tried, look):
    low, high = min(0, *(one.value for one in tried), 0), max(0, *(one.value for one in tried), 0)
    svg = ElementTree.fromstring(pressure_chart("left calf", "days helped", tried, low, high, look))
    inside(svg)
    at = {n: float(text.get("x", "")) for text in svg.iter(f"{SVG}text") for n in range(6)
          if text.text == str(n) and float(text.get("y", "")) > look.height - look.text}
    half = (at[1] - at[0]) / 2
    dots = [float(c.get("cx", "")) for c in svg.iter(f"{SVG}circle")]
    for pressure in range(6):
        assert sum(abs(x - at[pressure]) < half for x in dots) == sum(one.pressure == pressure for one in tried)


def test_a_sparkline_breaks_where_nothing_was_read_and_marks_the_last():
    svg = ElementTree.fromstring(spark(PAIN_SCALE, [week(n, 5, None) for n in (0, 1, 2, 12, 13)], Look(150, 40, 14)))
    (path,) = svg.iter(f"{SVG}path")
    assert path.get("d", "").count("M") == 2
    assert len(list(svg.iter(f"{SVG}circle"))) == 1
    inside(svg)
