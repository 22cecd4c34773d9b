"""A measure's course in the room of a word: the line of readings before sessions, the last one marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from notes.charts.frame import Frame, scale
from notes.charts.pen import Look, circle, group, picture
from notes.charts.series import Scale, longest_bridged
from notes.charts.told import Reading, is_number, oldest_first, readings_said


def spark(measure: Scale, readings: Sequence[Reading], look: Look) -> str:
    """Draw the readings before sessions (or the answers) without axis or words; those stand beside it."""
    taken = [(r.on, r.before) for r in oldest_first(readings) if r.before is not None and is_number(r.before)]
    described = readings_said(readings, is_asked=measure.is_asked)
    if not taken:
        return picture(look, look.height, measure.said, described, [])
    values = [value for _, value in taken]
    low, high = scale(min(measure.low, *values), max(measure.high, *values), measure.low, measure.high)
    edge, most = 0.3 * look.text, longest_bridged([on for on, _ in taken])
    frame = Frame(look, taken[0][0], taken[-1][0], low, high, left=0, right=look.width, top=edge,
                  bottom=look.height - edge, inset=edge)

    def parts() -> Iterator[str]:
        at = [(frame.x(on), frame.y(value)) for on, value in taken]
        course = f"M{at[0][0]:.1f} {at[0][1]:.1f}"
        for (a, _), (b, _), (x, y) in zip(taken, taken[1:], at[1:], strict=False):
            course += f"{'L' if (b - a).days <= most else 'M'}{x:.1f} {y:.1f}"
        yield group([f'<path d="{course}"/>'], fill="none", stroke=look.accent, stroke_width=1.5,
                    stroke_linecap="round", stroke_linejoin="round")
        yield group([circle(*at[-1], edge)], fill=look.accent)

    return picture(look, look.height, measure.said, described, parts())
