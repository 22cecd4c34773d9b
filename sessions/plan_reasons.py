"""Why a return plan moves a visit as it does, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from practice.clock import said_date
from sessions.availability import days_words, minute_of_day, minutes_outside, stretch_of, window_words
from sessions.plan_optimum import Line, Place

if TYPE_CHECKING:
    from sessions.plan_openings import Candidate, Openings
    from sessions.planning import HeldVisit, Terms


class Reasons:
    """Explains moves and visits left out; `openings` are the open times for each visit, by its id."""

    def __init__(self, terms: Terms, line: Line, openings: Mapping[str, Openings]) -> None:
        self.terms, self.line, self.openings = terms, line, openings

    def move(self, visit: HeldVisit, candidate: Candidate, place: Place, open_on: Sequence[int]) -> tuple[str, ...]:
        """Return the reasons for one move: when, at which rhythm, at what time, with whom."""
        return (
            *self._waiting(place, open_on),
            *self._gaps(place),
            *self._weekday_and_time(visit, candidate),
            *self._therapist(visit, candidate),
        )

    def left_out(self, visit: HeldVisit, i: int, days: Sequence[int | None], open_on: Sequence[int]) -> str:
        """Return why visit i is in no place, given the days of all and the days on which it could stand alone."""
        terms = self.terms
        if terms.policy == "drop" and visit.on < terms.return_on:
            return "let go by the chosen policy"
        span = f"from {said_date(terms.return_on)} to {said_date(terms.until)}"
        if not open_on:
            return (
                f"no open time of {visit.minutes} minutes {span} that keeps {self._least()} from the visits that stay"
            )
        low = max((day + terms.least_gap for day in days[:i] if day is not None), default=0)
        high = min((day - terms.least_gap for day in days[i + 1 :] if day is not None), default=terms.horizon_days)
        if any(low <= day <= high for day in open_on):
            return "placing it would disturb the other visits more than leaving it open"
        return f"no open time left {span} that keeps {self._least()} between visits"

    def _least(self) -> str:
        return days_words(self.terms.least_gap)

    def _waiting(self, place: Place, open_on: Sequence[int]) -> list[str]:
        if not place.is_first:
            return []
        if place.day == 0:
            return ["on the day of the return"]
        is_first_open = len(open_on) > 1 and place.day == min(open_on)  # of one that was chosen, no other day is known
        what = "first open day" if is_first_open else "first visit"
        return [f"{what}, {days_words(place.day)} after the day of the return"]

    def _gaps(self, place: Place) -> list[str]:
        if place.previous is None:
            return []
        gap, interval = place.day - place.previous, self.terms.interval_days
        if place.previous < 0:
            return [f"{days_words(gap)} after the last visit"]
        if place.k > 1:
            left_out = "1 visit" if place.k == 2 else f"{place.k - 1} visits"
            words = [f"{days_words(gap)} after the visit before: {left_out} between them left out"]
        elif gap == interval:
            words = [f"keeps {days_words(gap)} between visits"]
        else:
            words = [f"{days_words(gap)} after the visit before, usually {interval}"]
        if place.between_kept and place.following is not None:
            day = [said_date(self.terms.return_on + timedelta(days=near)) for near in (place.previous, place.following)]
            words.append(f"between the visits that stay on {day[0]} and {day[1]}")
        return words

    def _weekday_and_time(self, visit: HeldVisit, candidate: Candidate) -> list[str]:
        same_day = visit.on.weekday() == candidate.on.weekday()
        same_time = visit.wall_time == candidate.at
        words = []
        if same_day or same_time:
            same = " and ".join([*(["weekday"] if same_day else []), *(["time"] if same_time else [])])
            words.append(f"same {same} as before")
        if self.terms.preferred_weekdays:
            is_wished = candidate.on.weekday() in self.terms.preferred_weekdays
            words.append("a preferred day" if is_wished else "not a preferred day")
        start = minute_of_day(candidate.at)
        windows = [stretch_of(*window) for window in self.terms.preferred_windows]
        if windows:
            off, opens, closes = min((minutes_outside(start, visit.minutes, *window), *window) for window in windows)
            where = f"{off} minutes outside" if off else "inside"
            words.append(f"{where} the preferred window {window_words(opens, closes)}")
        elif not same_time:
            off = start - minute_of_day(visit.wall_time)
            words.append(f"{abs(off)} minutes {'later' if off > 0 else 'earlier'} than before")
        return words

    def _therapist(self, visit: HeldVisit, candidate: Candidate) -> list[str]:
        new, own = (self.terms.names.get(who, who) for who in (candidate.therapist, visit.therapist))
        if candidate.therapist == visit.therapist:
            return []
        openings, monday = self.openings[visit.id], candidate.on - timedelta(days=candidate.on.weekday())
        if openings.is_open(visit.therapist, candidate.on):
            because = f"{own}'s open times that day suit less"
        elif any(openings.is_open(visit.therapist, monday + timedelta(days=day)) for day in range(7)):
            because = f"{own} has no open time that day"
        else:
            because = f"{own} has no open time that week"
        return [f"{new} instead of {own}: {because}"]
