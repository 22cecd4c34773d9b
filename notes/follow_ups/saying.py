"""An answer after a visit in words, for a therapist or for who gave it: "sore 2 days, helped 5 days"."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from notes.follow_ups.questions import HEADACHES_OF_FOUR_WEEKS, headaches_asked
from notes.models import FollowUp
from practice import clock

_SORE = (gettext_noop("not sore"), gettext_noop("a little sore"), gettext_noop("sore"), gettext_noop("very sore"))
_HEAVY = (gettext_noop("not heavy"), gettext_noop("a little heavy"), gettext_noop("heavy"), gettext_noop("very heavy"))
_SORE_FOR = {1: gettext_noop("1 day"), 2: gettext_noop("2 days"), 3: gettext_noop("3 days or longer")}
_HEAVY_FOR = {2: gettext_noop("an hour or two"), 6: gettext_noop("half a day"), 12: gettext_noop("the whole day"),
              24: gettext_noop("longer than a day")}


def said_follow_up(row: FollowUp) -> str:
    """Everything that was answered, without the client's own line; "" where they knew nothing of it."""
    return ", ".join(_parts(row))


def said_help(row: FollowUp) -> str:
    """For how long it helped, as far as the answer goes; "" where it says nothing of it."""
    if row.helped == FollowUp.Helped.NO:
        return _("did not help")
    if row.helped == FollowUp.Helped.UNTIL:
        days = row.helped_days
        return (ngettext("helped {days} day", "helped {days} days", days).format(days=days) if days
                else _("helped that day only"))
    if row.helped == FollowUp.Helped.STILL and row.answered_at:
        after = (clock.wall_of(row.answered_at, row.appointment.time_zone)[0] - row.appointment.wall_date).days
        return (ngettext("still helped after {days} day", "still helped after {days} days", after).format(days=after)
                if after else _("still helped that day"))
    return ""


def _parts(row: FollowUp) -> Iterator[str]:
    if row.soreness is not None:
        yield _felt(_SORE[row.soreness], _SORE_FOR.get(row.sore_days or 0, ""))
    if row.lethargy is not None:
        yield _felt(_HEAVY[row.lethargy], _HEAVY_FOR.get(row.lethargy_hours or 0, ""))
    if helped := said_help(row):
        yield helped
    if row.sleep is not None:
        yield _("sleep disturbed {degree} of 10 that night").format(degree=row.sleep)
    if (days := row.headache_days) is not None:
        yield (ngettext("{days} headache day in the last 28 days", "{days} headache days in the last 28 days", days)
               if headaches_asked(row) == HEADACHES_OF_FOUR_WEEKS
               else ngettext("{days} headache day since", "{days} headache days since", days)).format(days=days)


def _felt(degree: str, how_long: str) -> str:
    """"not sore", "a little sore 2 days", "very heavy half a day"."""
    return f"{_(degree)} {_(how_long)}" if how_long else _(degree)
