"""What an owner begins with instead of an empty form: weeks, and services for neurological work.

All numbers are our proposals (P): no source gives them. Each is shown before it is saved, and can be changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from practice.stretches import Stretch

Week = dict[int, list[Stretch]]


@dataclass(frozen=True, slots=True)
class WeekPreset:
    """A week of work, Monday is 0."""

    code: str
    name: str
    week: Week


@dataclass(frozen=True, slots=True)
class ServicePreset:
    """A service: minutes, minutes kept free before and after, and why these."""

    code: str
    name: str
    minutes: int
    buffer_before: int
    buffer_after: int
    why: str
    is_ticked: bool = True


def _week(days: dict[tuple[int, ...], tuple[tuple[int, int], ...]]) -> Week:
    return {day: [(time(opens), time(closes)) for opens, closes in hours]
            for some, hours in days.items() for day in some}


WEEKS: dict[str, WeekPreset] = {preset.code: preset for preset in (
    WeekPreset("weekdays", "Monday to Friday, 9 to 17, an hour for lunch",
               _week({(0, 1, 2, 3, 4): ((9, 12), (13, 17))})),
    WeekPreset("late", "The same, with two late days",
               _week({(0, 2, 4): ((9, 12), (13, 17)), (1, 3): ((11, 14), (15, 19))})),
    WeekPreset("mornings", "Mornings, when it is cooler", _week({(0, 1, 2, 3, 4): ((8, 13),)})),
    WeekPreset("three-days", "Three days, Tuesday to Thursday", _week({(1, 2, 3): ((9, 12), (13, 17))})),
)}

SERVICES: tuple[ServicePreset, ...] = (
    ServicePreset("first", "First visit", 75, 10, 15,
                  "Time to ask and to look before anything is done; ten minutes for the way onto the table."),
    ServicePreset("hour", "Session 60", 60, 5, 15,
                  "Five minutes before for the transfer, a quarter of an hour after it to rest, cool down and air."),
    ServicePreset("three-quarters", "Session 45", 45, 5, 15, "The usual length where a whole hour tires."),
    ServicePreset("half", "Session 30", 30, 5, 10,
                  "Short and often: where much at once is too much, or little can be felt."),
    ServicePreset("home", "Home visit 60", 60, 30, 30, "Half an hour of way there and back. Change it to yours.",
                  is_ticked=False),
    ServicePreset("seated", "Seated 20", 20, 5, 5, "In a chair, where lying down or the transfer is not possible.",
                  is_ticked=False),
)
