"""Days on which the whole practice is closed, and the public holidays of its country that it closes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays
from django.db import transaction
from django.utils import timezone
from holidays.registry import COUNTRIES

from practice import audit, clock
from practice.access import Actor
from practice.models import Closure, Practice
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput

LOOKS_AHEAD = timedelta(days=365)
MOST_DAYS = timedelta(days=366)
# Rooms to the right register here what follows when a practice names another country.
PLACE_CHANGED: list[Callable[[Practice], None]] = []


@dataclass(frozen=True, slots=True)
class Holiday:
    """One public holiday: its date, its name, and the closure that covers it, if any."""

    on: date
    name: str
    closure: Closure | None

    @property
    def is_ticked(self) -> bool:
        return self.closure is not None

    @property
    def is_fixed(self) -> bool:
        """Whether another closure covers it, which ticks here neither make nor take back."""
        return self.closure is not None and not self.closure.is_public_holiday


_IN_ITS_PLACE = re.compile(r"(.+) \((?:observed|substitute day|in lieu)\)")
_NEAR = timedelta(days=7)


def with_substitutes(ahead: Collection[Holiday]) -> list[tuple[Holiday, tuple[Holiday, ...]]]:
    """Each holiday with the days kept in its place, "… (observed)"; one whose holiday is not ahead stands alone.

    Days that another closure covers are left out.
    """
    free = [holiday for holiday in ahead if not holiday.is_fixed]
    of: dict[date, list[Holiday]] = {}
    for holiday in free:
        found = _IN_ITS_PLACE.fullmatch(holiday.name)
        mains = [h for h in free if found and found[1] in h.name.split("; ") and abs(h.on - holiday.on) <= _NEAR]
        if mains:
            of.setdefault(mains[0].on, []).append(holiday)
    substitutes = {h.on for rows in of.values() for h in rows}
    return [(h, tuple(of.get(h.on, ()))) for h in free if h.on not in substitutes]


# As people write them where the calendar's own names are spelt for programs.
_SPELT = {"AX": "Åland Islands", "BL": "Saint Barthélemy", "CD": "DR Congo", "CW": "Curaçao", "GW": "Guinea-Bissau",
          "HM": "Heard Island and McDonald Islands", "RE": "Réunion", "ST": "São Tomé and Príncipe"}


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """Every country whose public holidays are known: code and name, by name."""
    rows = sorted((re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row[0]), row[1]) for row in COUNTRIES.values())
    return tuple((code, _SPELT.get(code) or re.sub(r" (And|Of|The)\b", lambda word: word[0].lower(), name))
                 for name, code in rows)


def regions_of(country: str) -> tuple[tuple[str, str], ...]:
    """The parts of a country with holidays of their own: code and name; none for most countries."""
    if country not in dict(countries()):
        return ()
    aliases = holidays.country_holidays(country).get_subdivision_aliases()
    return tuple(sorted(((code, names[0] if names else code) for code, names in aliases.items()), key=lambda r: r[1]))


@transaction.atomic
def set_place(*, practice: Practice, country: str, region: str, by: Actor) -> None:
    """Name the country and the part of it whose holidays are looked up; closures that stand are not touched."""
    refuse_unless_owner(practice, by)
    if country not in dict(countries()):
        raise BadInput("Choose a country of the list.", field="country")
    if region and region not in dict(regions_of(country)):
        raise BadInput("Choose a part of this country.", field="region")
    practice.country, practice.region = country, region
    practice.save(update_fields=["country", "region"])
    for follow in PLACE_CHANGED:
        follow(practice)
    audit.record(by=by, verb="practice_changed", subject=practice, fields=["country", "region"])


def holidays_ahead(practice: Practice) -> list[Holiday]:
    """The public holidays of the coming year, in English where the library has it; none without a country."""
    if not practice.country:
        return []
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    last = today + LOOKS_AHEAD
    known = holidays.country_holidays(
        practice.country, subdiv=practice.region or None, years=range(today.year, last.year + 1), language="en_US")
    closures = list(Closure.objects.filter(practice=practice, last_on__gte=today, first_on__lte=last))
    return [Holiday(on, name, _covering(closures, on)) for on, name in sorted(known.items()) if today <= on <= last]


@transaction.atomic
def close_on_holidays(*, practice: Practice, days: Collection[date], by: Actor) -> list[Closure]:
    """Close on exactly these of the coming year's public holidays; answers the closures that are new.

    Pressed twice, nothing more happens. Closures made otherwise are not touched.
    """
    refuse_unless_owner(practice, by)
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    ahead = holidays_ahead(practice)
    if set(days) - {holiday.on for holiday in ahead}:
        raise BadInput("Choose from the list.", field="days")
    opened = [h.closure for h in ahead if h.closure and h.closure.is_public_holiday and h.on not in days]
    Closure.objects.filter(pk__in=[row.pk for row in opened]).delete()
    new = Closure.objects.bulk_create(
        Closure(practice=practice, first_on=h.on, last_on=h.on, name=h.name[:80], is_public_holiday=True)
        for h in ahead if h.on in days and h.closure is None)
    audit.record_many(by=by, verb="closure_dropped", subjects=list(opened))
    audit.record_many(by=by, verb="closure_made", subjects=list(new))
    return new


@transaction.atomic
def close_practice(*, practice: Practice, first: date, last: date, name: str, by: Actor) -> Closure:
    """Close from one date to another, both included; entered twice alike, it is one row.

    Refuses an end before the beginning, days that have passed, and more than a year.
    """
    refuse_unless_owner(practice, by)
    name = " ".join(name.split())
    today = clock.wall_of(timezone.now(), practice.time_zone)[0]
    if not any(letter.isalnum() for letter in name):
        raise BadInput("Write what is told to whoever asks, for example Summer break.", field="name")
    if len(name) > 80:
        raise BadInput("At most 80 letters.", field="name")
    if last < first:
        raise BadInput(f"{clock.said_date(last)} lies before {clock.said_date(first)}.", field="last")
    if last < today:
        raise BadInput("These days have passed.", field="last")
    if last - first > MOST_DAYS:
        raise BadInput("A year at most.", field="last")
    Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    same = Closure.objects.filter(practice=practice, first_on=first, last_on=last).first()
    if same:
        return same
    row = Closure.objects.create(practice=practice, first_on=first, last_on=last, name=name)
    audit.record(by=by, verb="closure_made", subject=row)
    return row


@transaction.atomic
def reopen(*, closure: Closure, by: Actor) -> None:
    """The practice is open then after all."""
    refuse_unless_owner(closure.practice, by)
    audit.record(by=by, verb="closure_dropped", subject=closure)
    closure.delete()


def _covering(closures: Collection[Closure], on: date) -> Closure | None:
    covers = [row for row in closures if row.first_on <= on <= row.last_on]
    return min(covers, key=lambda row: row.is_public_holiday, default=None)
