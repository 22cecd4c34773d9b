"""What a country suggests, to be seen and changed: its time zones, its money, its paper. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from django.utils import timezone

from practice import clock

# Who pays in what; a country that is not here begins with the euro.
_MONEY = {"AU": "AUD", "BR": "BRL", "CA": "CAD", "CH": "CHF", "CL": "CLP", "CZ": "CZK", "DK": "DKK", "FO": "DKK",
          "GB": "GBP", "GG": "GBP", "GL": "DKK", "HU": "HUF", "IL": "ILS", "IM": "GBP", "IN": "INR", "IS": "ISK",
          "JE": "GBP", "JP": "JPY", "KR": "KRW", "KW": "KWD", "LI": "CHF", "MX": "MXN", "NO": "NOK", "NZ": "NZD",
          "PL": "PLN", "PR": "USD", "RO": "RON", "SE": "SEK", "SG": "SGD", "TR": "TRY", "US": "USD", "ZA": "ZAR"}
# Countries whose letters are on US Letter: CLDR, supplemental measurement data, paperSize.
_LETTER = frozenset(("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"))
_ALMOST_ALL = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Choices = list[tuple[str, str]]


def currency_of(country: str) -> str:
    """The currency a practice there begins with."""
    return _MONEY.get(country, "EUR")


def paper_of(country: str) -> str:
    """The paper of letters there, as the practice names it."""
    return "us-letter" if country in _LETTER else "a4"


@cache
def zones_of(country: str) -> tuple[tuple[str, str], ...]:
    """The time zones of a country, the largest first: name, and which part of the country it is where there are more.

    Source: zone.tab of the pinned tz database.
    """
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text()
    rows = [line.split("\t") for line in table.splitlines() if line.startswith(f"{country}\t")]
    return tuple((row[2], row[3] if len(row) > 3 else "") for row in rows)


def main_zone_of(country: str) -> str:
    """The zone of a country that has one, or one for most of it; "" where it has several."""
    rows = zones_of(country)
    most = [zone for zone, part in rows if len(rows) == 1 or part.startswith("most of") or "(mainland)" in part]
    return most[0] if len(most) == 1 else ""


def zone_choices(country: str) -> list[tuple[str, Choices]]:
    """Every zone to choose from, those of the country first, each of these with the time it is there now."""
    here = [(zone, _said(zone, part)) for zone, part in zones_of(country)]
    near = {zone for zone, _ in here}
    groups: dict[str, Choices] = {region: [] for region in _ALMOST_ALL}
    for zone in sorted(clock.zone_names() - near):
        if (region := zone.split("/")[0]) in groups and "/" in zone:
            groups[region].append((zone, _city(zone)))
    elsewhere: Iterable[tuple[str, Choices]] = ((f"Elsewhere: {region}", rows) for region, rows in groups.items())
    return [*([("In your country", here)] if here else []), *elsewhere, ("Elsewhere", [("UTC", "UTC")])]


def now_in(zone: str) -> str:
    """What clocks show there now."""
    return clock.said_time(clock.wall_of(timezone.now(), zone)[1])


def _said(zone: str, part: str) -> str:
    about = f": {part}" if part else ""
    return f"{_city(zone)}{about} (now {now_in(zone)})"


def _city(zone: str) -> str:
    """A zone as people say it: "New York", "Indianapolis, Indiana"."""
    return ", ".join(reversed(zone.replace("_", " ").split("/")[1:])) or zone
