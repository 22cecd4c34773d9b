"""Dates and start times as the API reads them: within reach, on the practice's wall clock, never in a gap."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rest_framework import serializers

from practice import clock
from practice.refusals import BadInput

FIRST_YEAR, LAST_YEAR = 1900, 2199  # outside, zones have no offsets to trust and date arithmetic runs over
_WALL = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


class Day(serializers.DateField):
    """A date, YYYY-MM-DD, of the years 1900 to 2199."""

    def to_internal_value(self, value: Any) -> date:
        on: date = super().to_internal_value(value)
        if not FIRST_YEAR <= on.year <= LAST_YEAR:
            raise serializers.ValidationError(f"Give a date of the years {FIRST_YEAR} to {LAST_YEAR}.")
        return on


class WallTime(serializers.DateTimeField):
    """A start time, ISO 8601; without an offset it is read on the practice's wall clock.

    Refuses seconds, and a wall time the clocks jump over even where it carries one of the practice's own offsets
    (with the two `nearest` valid times); a time that comes twice and carries no offset is asked back (`choices`).
    """

    def to_internal_value(self, value: Any) -> datetime:
        local, given = _parsed(value)
        if not FIRST_YEAR <= local.year <= LAST_YEAR:
            raise serializers.ValidationError(f"Give a time of the years {FIRST_YEAR} to {LAST_YEAR}.")
        if local.second or local.microsecond:
            raise serializers.ValidationError("Visits begin on a whole minute.")
        zone = str(self.context["member"].practice.time_zone)
        try:
            instant = clock.instant_of(local.date(), local.time(), zone)
        except clock.WallTimeMissing as gap:
            # Another zone's offset names a real instant; one of our own was put to a time that never is.
            if given is None or given.utcoffset() in {_offset(near, zone) for near in gap.nearest}:
                nearest = [_iso(near, zone) for near in gap.nearest]
                raise BadInput(str(gap), field=str(self.field_name), nearest=nearest) from gap
        except clock.WallTimeAmbiguous as twice:
            if given is None:
                choices = [choice.isoformat() for choice in twice.choices]
                raise BadInput(str(twice), field=str(self.field_name), choices=choices) from twice
        else:
            if given is None:
                return instant
        assert given is not None
        return given.astimezone(UTC)


def _parsed(value: Any) -> tuple[datetime, datetime | None]:
    """What the string says on the clock, and the instant it names where it carries an offset."""
    found = _WALL.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if found:
            wall = f"{found[1]}T{found[2]}"
            given = datetime.fromisoformat(f"{wall}{found[3].upper()}") if found[3] else None
            return datetime.fromisoformat(wall), given
    except ValueError:
        pass
    raise serializers.ValidationError("Give a date and time with its offset, such as 2026-11-24T10:30:00-05:00.")


def _iso(local: datetime, zone: str) -> str:
    return clock.iso(clock.instant_of(local.date(), local.time(), zone, fold=0), zone)


def _offset(local: datetime, zone: str) -> timedelta | None:
    return local.replace(tzinfo=clock.zone_of(zone)).utcoffset()
