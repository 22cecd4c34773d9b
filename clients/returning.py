"""Coming back after an episode: how firm and how long the first visits are, and how that widens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from clients.rule import Cap, Rule

FIRMEST = 5  # on the pressure scale
PUBLISHED_FOR = "relapse"  # for other kinds of episode a practice may agree a return of its own
STEPPED = ("coming back: the map of what is felt was taken again, so one step more with each visit since: "
           "pressure {cap} at most.")


@dataclass(frozen=True, slots=True)
class ReturnPreset:
    """What a practice agreed for the first visits after an episode; None where it sets no limit."""

    pressure: int | None = None
    minutes: int | None = None
    asks_clearance: bool = False


@dataclass(frozen=True, slots=True)
class KnownEpisode:
    """A relapse, attack or flare; what was none says nothing, what is over only where a rule asks for it.

    `map_taken_on` is the day on which the map of what is felt was taken again for the return, `return_visits` the days
    of the visits that took place from then on. Without a `preset` the return is as published.
    """

    kind: str
    status: str
    onset_on: date
    hold_until: date | None = None
    fever_or_infection: bool | None = None
    steroids_until: date | None = None
    map_taken_on: date | None = None
    return_visits: tuple[date, ...] = ()
    preset: ReturnPreset | None = None
    ended_on: date | None = None


def as_agreed(rule: Rule, episode: KnownEpisode, on: date) -> Rule | None:
    """Return the rule as it holds in this return on that day; None where it says nothing.

    Until the map of what is felt was taken again the preset holds. From the day after, visits have their own length,
    and each visit since allows one step more of pressure, until there is no limit.
    """
    preset, mapped = episode.preset, episode.map_taken_on
    if rule.on_return == "clearance":
        return rule if preset and preset.asks_clearance else None
    if rule.on_return == "map":
        return rule if mapped is None or mapped > on else None
    is_mapped = mapped is not None and mapped < on
    if rule.on_return == "minutes":
        most = _agreed(rule.max_minutes, episode, preset.minutes if preset else None)
        return None if most is None or is_mapped else _numbered(rule, "max_minutes", most)
    if rule.on_return == "pressure":
        cap = _agreed(rule.max_pressure, episode, preset.pressure if preset else None)
        if cap is None or mapped is None or not is_mapped:
            return None if cap is None else _numbered(rule, "max_pressure", cap)
        cap += len({day for day in episode.return_visits if mapped <= day < on})
        return None if cap > FIRMEST else replace(rule, max_pressure=cap, text=STEPPED.format(cap=cap))
    return rule


def is_stricter(rule: Rule, other: Rule) -> bool:
    """Say whether one return allows less than another; both are the same rule, each with its own number."""
    return _number(rule) < _number(other)


def _number(rule: Rule) -> int:
    number = rule.max_pressure if rule.on_return == "pressure" else rule.max_minutes
    return number if isinstance(number, int) else 0


def _agreed(published: Cap | None, episode: KnownEpisode, agreed: int | None) -> int | None:
    """The number of the practice's preset; without one the published number, for the kind it was published for."""
    if episode.preset is not None:
        return agreed
    return published if episode.kind == PUBLISHED_FOR and published != "none" else None


def _numbered(rule: Rule, name: Literal["max_pressure", "max_minutes"], number: int) -> Rule:
    """The rule with this practice's own number, said in its text too."""
    published = getattr(rule, name)
    if number == published:
        return rule
    said = "pressure {} at most" if name == "max_pressure" else "{} minutes at most"
    now = "a resting hold at most" if (name, number) == ("max_pressure", 0) else said.format(number)
    text = rule.text.replace(said.format(published), now)
    own = {"text": text, "own": "This practice's own number", name: number}
    return replace(rule, **own)  # type: ignore[arg-type]
