"""What a client is asked after a visit, in their words; which answers a therapist must look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clients.conditions import CONDITIONS, line_of
from clients.words_told import is_alarming, is_like_a_clot
from notes.models import FollowUp
from practice import page_language
from practice.techniques import MS_THREE_USES, NEUROPATHY_BLOG
from sessions.models import Appointment

SOURCE = (f"Soreness and lethargy can follow a session, and a therapist learns from each what is too much "
          f"({MS_THREE_USES}; soreness also {NEUROPATHY_BLOG}). The questions and their scales are our own.")
UNKNOWN = "unknown"
SLEEP, HEADACHES, HEADACHES_OF_FOUR_WEEKS = "sleep", "headaches", "headaches-28"
FOUR_WEEKS = 28
LONGEST_HELP = 30  # days after the visit that can be named; a link closes long before
DEGREES = ((0, gettext_noop("No")), (1, gettext_noop("A little")), (2, gettext_noop("Clearly")),
           (3, gettext_noop("Very")))
SORE_FOR = ((1, gettext_noop("One day")), (2, gettext_noop("Two days")), (3, gettext_noop("Three days or longer")))
HEAVY_FOR = ((2, gettext_noop("An hour or two")), (6, gettext_noop("Half a day")),
             (12, gettext_noop("The whole day")), (24, gettext_noop("Longer")))
_HEADACHES = ("migraine", "tension-headache")


@dataclass(frozen=True, slots=True)
class Answers:
    """What a client answered; None and "" where they do not know or did not say. Lengths in days and hours."""

    soreness: int | None = None
    sore_days: int | None = None
    lethargy: int | None = None
    lethargy_hours: int | None = None
    helped: str = ""
    helped_days: int | None = None
    sleep: int | None = None
    headache_days: int | None = None
    words: str = ""


def has_headaches(conditions: Iterable[str]) -> bool:
    """Whether headache days are worth asking for: migraine or tension-type headache, as diagnosed."""
    return any(wider in _HEADACHES for code in conditions if code in CONDITIONS for wider in line_of(code))


def headaches_asked(row: FollowUp) -> str:
    """The question about headache days this row asks: of four weeks, since the visit, or none ("")."""
    return next((code for code in (HEADACHES_OF_FOUR_WEEKS, HEADACHES) if code in row.asks), "")


def most_headaches(row: FollowUp, today: date) -> int:
    """How many headache days there can be: of four weeks, or since the visit, both its ends counted."""
    if headaches_asked(row) == HEADACHES_OF_FOUR_WEEKS:
        return FOUR_WEEKS
    return min((today - row.appointment.wall_date).days + 1, FOUR_WEEKS)


def next_session_on(row: FollowUp) -> date | None:
    """The day of the client's next visit after this one that took place, if there was one by now."""
    visit = row.appointment
    later = Appointment.objects.filter(client=visit.client_id, starts_at__gt=visit.starts_at,
                                       status__in=("arrived", "fulfilled"))
    return later.order_by("starts_at").values_list("wall_date", flat=True).first()


def days_it_may_have_helped(row: FollowUp, today: date) -> list[tuple[int, str]]:
    """Each last day on which it may have helped, with its number: (0, "Mon 23 Nov, that day only").

    They end where the client's next visit took place.
    """
    visit_on = row.appointment.wall_date
    count = min((min(today, next_session_on(row) or today) - visit_on).days, LONGEST_HELP)
    return [(n, _("Until {day}").format(day=page_language.said_date(visit_on + timedelta(days=n)))
             if n else _("That day only"))
            for n in range(count + 1)]


def is_worrying(row: FollowUp) -> bool:
    """Whether a therapist must look: very sore, very heavy, or a word that means more than a session does."""
    return (row.soreness == 3 or row.lethargy == 3 or is_alarming(row.words)
            or is_like_a_clot(row.words))
