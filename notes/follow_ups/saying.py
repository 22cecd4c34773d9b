"""An answer after a visit in words, as a therapist reads it: "sore 2 days, helped 5 days"."""

from __future__ import annotations

from collections.abc import Iterator

from notes.follow_ups.questions import HEADACHES_OF_FOUR_WEEKS, headaches_asked
from notes.models import FollowUp
from practice import clock
from sessions.availability import days_words

_DEGREES = ("not {}", "a little {}", "{}", "very {}")
_SORE_FOR = {1: "1 day", 2: "2 days", 3: "3 days or longer"}
_HEAVY_FOR = {2: "an hour or two", 6: "half a day", 12: "the whole day", 24: "longer than a day"}


def said_follow_up(row: FollowUp) -> str:
    """Everything that was answered, without the client's own line; "" where they knew nothing of it."""
    return ", ".join(_parts(row))


def said_help(row: FollowUp) -> str:
    """For how long it helped, as far as the answer goes; "" where it says nothing of it."""
    if row.helped == FollowUp.Helped.NO:
        return "did not help"
    if row.helped == FollowUp.Helped.UNTIL:
        return f"helped {days_words(row.helped_days)}" if row.helped_days else "helped that day only"
    if row.helped == FollowUp.Helped.STILL and row.answered_at:
        after = (clock.wall_of(row.answered_at, row.appointment.time_zone)[0] - row.appointment.wall_date).days
        return f"still helped after {days_words(after)}" if after else "still helped that day"
    return ""


def _parts(row: FollowUp) -> Iterator[str]:
    if row.soreness is not None:
        yield _felt(row.soreness, "sore", _SORE_FOR.get(row.sore_days or 0, ""))
    if row.lethargy is not None:
        yield _felt(row.lethargy, "heavy", _HEAVY_FOR.get(row.lethargy_hours or 0, ""))
    if helped := said_help(row):
        yield helped
    if row.sleep is not None:
        yield f"sleep disturbed {row.sleep} of 10 that night"
    if row.headache_days is not None:
        over = "in the last 28 days" if headaches_asked(row) == HEADACHES_OF_FOUR_WEEKS else "since"
        yield f"{row.headache_days} headache day{'' if row.headache_days == 1 else 's'} {over}"


def _felt(degree: int, what: str, how_long: str) -> str:
    """"not sore", "a little sore 2 days", "very heavy half a day"."""
    words = _DEGREES[degree].format(what)
    return f"{words} {how_long}" if how_long else words
