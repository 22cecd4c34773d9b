"""The kinds of fields the forms of this room have, beside those every room has; places on a body come from one list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import HttpRequest

from clients.body import REGIONS, keys, label, said, sides_of, together, wider
from clients.body_map import NOTHING_KNOWN, OnTheBody, View, touched_map
from clients.reasons import capital
from clients.words import check_phone
from practice.fields import ChoiceOf as ChoiceOf
from practice.fields import ClockField as ClockField
from practice.fields import DayField as DayField
from practice.fields import LineField as LineField
from practice.fields import MailField as MailField
from practice.fields import NumberField as NumberField
from practice.fields import RowField as RowField
from practice.fields import SomeOf as SomeOf
from practice.fields import TextField as TextField


class PhoneField(LineField):
    """A telephone number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
        super().__init__(max_length=40, required=False, validators=[check_phone], **kwargs)


@dataclass(frozen=True, slots=True)
class Tick:
    """One place to tick: its word among its region's sides, the place as it is said, and what contains it."""

    value: str
    short: str
    said: str
    wider: str
    is_chosen: bool

    @property
    def spoken(self) -> str:
        """What is read aloud: the place with the word that stands on the box."""
        return self.said if self.short in self.said else f"{self.short} {self.said}"


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the body that folds open: each region of it with its ticks."""

    name: str
    regions: tuple[tuple[str, tuple[Tick, ...]], ...]

    @property
    def chosen(self) -> int:
        """How many of its places are chosen."""
        return sum(tick.is_chosen for _, ticks in self.regions for tick in ticks)


def _ticks(region: str, chosen: Collection[str] = ()) -> tuple[Tick, ...]:
    sides = [side for side in sides_of(region) if side != "midline"] or ["midline"]
    words = {"midline": "whole", "both": "whole"} if not REGIONS[region].is_paired else {}
    return tuple(
        Tick(place, words.get(side, side), label(region, side), " ".join(wider(place)), place in chosen)
        for side in sides for place in (f"{region}:{side}",))


def _areas(chosen: Collection[str]) -> tuple[Area, ...]:
    """The whole body, by its largest parts."""
    areas: dict[str, list[tuple[str, tuple[Tick, ...]]]] = {}
    for code, region in REGIONS.items():
        largest = wider(f"{code}:both")[-1].partition(":")[0] if region.parent else code
        areas.setdefault(largest, []).append((capital(region.name), _ticks(code, chosen)))
    return tuple(Area(capital(REGIONS[code].name), tuple(regions)) for code, regions in areas.items())


class Places(forms.Form):
    """A form with places on the body: boxes to tick by part of the body, and a map that ticks the same boxes.

    `known` is what the map draws besides: where feeling is less or too much, how firm a hand may be.
    """

    known: OnTheBody = NOTHING_KNOWN

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["places"] = SomeOf(label="Where", choices=[
            (tick.value, tick.said) for region in REGIONS for tick in _ticks(region)])

    @classmethod
    def answering(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """The form for a request: empty, or as sent."""
        return cls(request.POST if request.method == "POST" else None, **kwargs)

    def chosen(self) -> tuple[str, ...]:
        """The boxes ticked: of a region with two halves, its midline is all of it."""
        known = {value for value, _ in self.fields["places"].choices}  # type: ignore[attr-defined]
        asked = [str(value) for value in self["places"].value() or ()]
        spelled = (value if value in known else value.replace(":midline", ":both") for value in asked)
        return tuple(value for value in spelled if value in known)

    def chosen_words(self) -> str:
        """The places chosen as they are said, empty where none is."""
        return said(_keys(self.chosen()))

    def areas(self) -> tuple[Area, ...]:
        """The list of places, for the page."""
        return _areas(self.chosen())

    def views(self) -> tuple[View, ...]:
        """The body map with what is chosen and what is known, for the page."""
        return touched_map(_keys(self.chosen()), self.known)

    def places(self) -> list[tuple[str, str]]:
        """The places chosen: region and side."""
        return list(together(self.cleaned_data["places"]))


def _keys(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for region, side in together(places) for key in keys(region, side)))
