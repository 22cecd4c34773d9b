"""One treatment as it is typed, and as it is said in one line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from clients.body import label
from clients.contraindications import Reason
from notes.choices import (
    ALL_PLACES,
    HOW_FIRMLY,
    HOW_LONG,
    HOW_TOLERATED,
    HOW_WARM,
    LYING,
    QUICK,
    WHAT,
    WHERE,
    WHETHER,
    FixedChoice,
    LongSelect,
    PlaceField,
    Steps,
    choice,
    whole_number,
)
from notes.models import Treatment
from notes.writing import GIVEN, TreatmentInput
from practice.techniques import PRESSURES, TECHNIQUES

_TOO_LONG = "That is more than fits here; shorten it a little."
WAYS = ("temperature", "position", "lubricant")  # said for the whole visit, or of one row where that differs
AS_THE_VISIT = "As the whole visit"
_LYING, _HOW_WARM = ([("", AS_THE_VISIT), *choices[1:]] for choices in (LYING, HOW_WARM))


def minutes_field(label: str) -> forms.IntegerField:
    """Minutes of another number than the buttons have."""
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=480,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": 480, "autocomplete": "off"}),
        error_messages={"invalid": "Write the minutes as a number.", "min_value": "One minute at least.",
                        "max_value": "480 minutes at most."})


def line_field(label: str, most: int = 500, **attrs: Any) -> forms.CharField:
    """A line of words."""
    return forms.CharField(label=label, required=False, max_length=most, error_messages={"max_length": _TOO_LONG},
                           widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}))


class TreatmentRow(forms.Form):
    """One thing done: where, what, how firmly, how long, the response; a reason where the check asks for one."""

    place = PlaceField(label="Where", required=False, choices=WHERE, widget=LongSelect(WHERE),
                       error_messages={"invalid_choice": "Choose a place from the list."})
    technique = FixedChoice(
        label="What", required=False, choices=WHAT, widget=LongSelect(WHAT),
        error_messages={"invalid_choice": "Choose a technique from the list."})
    pressure = forms.TypedChoiceField(
        label="Pressure", required=False, coerce=int, empty_value=None, choices=HOW_FIRMLY, widget=Steps,
        error_messages={"invalid_choice": "Pressure goes from 0 to 5."})
    quick = choice("Minutes", HOW_LONG)
    minutes = minutes_field("Other number")
    state = choice("Done?", WHETHER)
    tolerated = choice("Tolerated", HOW_TOLERATED)
    response = line_field("Response", autocapitalize="sentences", spellcheck="true")
    position = FixedChoice(label="Position", required=False, choices=_LYING, widget=LongSelect(_LYING))
    temperature = FixedChoice(label="Temperature", required=False, choices=_HOW_WARM, widget=LongSelect(_HOW_WARM))
    lubricant = line_field("Lubricant", 80, placeholder=AS_THE_VISIT.lower())
    override_reason = line_field("Why it is right today (needed to sign)", placeholder=" ", spellcheck="true")

    reasons: Sequence[Reason] = ()
    cap = ""
    was = ""
    asks = ""  # about its minutes, where more is noted than the visit has
    is_next = False  # the empty row that stands open to be filled
    visit: Mapping[str, Any] = {}  # what holds for the whole visit

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        place, technique = cleaned.get("place"), cleaned.get("technique")
        if place and not technique and "technique" not in self.errors:
            self.add_error("technique", f"Say what was done: {label(*place.split(':'))}.")
        if technique and not place and "place" not in self.errors:
            self.add_error("place", f"Say where the {TECHNIQUES[technique].name} was.")
        if not place and not technique and not self.is_blank and not {"place", "technique"} & self.errors.keys():
            self.add_error("place", "This row says something, but not where. Choose a place, or empty the row.")
        return cleaned

    @property
    def number(self) -> int:
        """Which row it is, counted from 0."""
        return int(str(self.prefix).rsplit("-", 1)[1])

    def _typed(self, name: str) -> str:
        value = self[name].value()
        return "" if value is None else str(value).strip()

    @property
    def length(self) -> int | None:
        """The minutes: the number written, else the button pressed."""
        minutes = whole_number(self._typed("minutes") or self._typed("quick"))
        return minutes if minutes and 1 <= minutes <= 480 else None

    def as_input(self) -> TreatmentInput | None:
        """The row as it stands, typed or saved, where it is complete enough to be checked; else None."""
        place, technique = self._typed("place"), self._typed("technique")
        if place not in ALL_PLACES or technique not in TECHNIQUES:
            return None
        region, side = place.split(":")
        pressure = whole_number(self._typed("pressure"))
        ways = {name: self._typed(name) or self._of_visit(name) for name in WAYS}
        return TreatmentInput(
            region, side, technique, pressure if pressure in PRESSURES else None, self.length,
            str(self["response"].value() or ""), str(self["override_reason"].value() or ""),
            self.whether, _one_of(self._typed("tolerated"), HOW_TOLERATED), _one_of(ways["temperature"], HOW_WARM),
            _one_of(ways["position"], LYING), ways["lubricant"][:80])

    def _of_visit(self, name: str) -> str:
        return str(self.visit.get(name) or "").strip()

    @property
    def whether(self) -> str:
        """Planned, given or left out; given where nothing else is said."""
        return _one_of(self._typed("state"), WHETHER) or GIVEN.value

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing yet."""
        return not says_something({name: self._typed(name) for name in self.fields})

    @property
    def is_open(self) -> bool:
        """Whether its fields stand open: something is to be put right or still missing, or it is to be filled next."""
        return self.is_next or bool(self.errors) or (not self.is_blank and self.as_input() is None)

    @property
    def headline(self) -> str:
        """What the reasons that speak ask for, in words: “pressure 2 at most”, “no heat”."""
        limits: dict[str, None] = {}
        for reason in self.reasons:
            said = re.search(r", so ([^.;]+)", reason.text) if reason.treatment is not None else None
            limits |= dict.fromkeys(said[1].split(" and ") if said else ())
        caps = [limit for limit in limits if limit.endswith("at most")]
        others = [limit for limit in limits if limit not in caps]
        return " · ".join([*([self.cap or caps[0]] if caps else []), *others])

    @property
    def own_ways(self) -> str:
        """Position, temperature and lubricant where they differ from the whole visit; “” where none does."""
        return ", ".join(filter(None, (self._typed(name) for name in WAYS[::-1])))

    @property
    def parts(self) -> list[str]:
        """What it says, bit by bit: "left calf", "myofascial release", "pressure 3", "8 min"."""
        place, technique, pressure = self._typed("place"), self._typed("technique"), self._typed("pressure")
        return list(filter(None, (
            label(*place.split(":")) if place in ALL_PLACES else "",
            TECHNIQUES[technique].name if technique in TECHNIQUES else "",
            f"pressure {pressure}" if whole_number(pressure) in PRESSURES else "",
            f"{self.length} min" if self.length else "",
            f"tolerated {self._typed('tolerated')}" if self._typed("tolerated") else "",
            ", ".join(filter(None, (self._typed(name) for name in ("position", "temperature", "lubricant")))))))


def _one_of(word: str, choices: Iterable[tuple[Any, Any]]) -> str:
    return word if any(word == code for code, _ in choices) else ""


def says_something(row: Mapping[str, Any]) -> bool:
    """Whether a typed row is more than an empty one that waits to be filled."""
    return any(value not in ("", None) for name, value in row.items() if name != "state")


def raw(row: TreatmentInput | Treatment, visit: Mapping[str, str]) -> dict[str, Any]:
    """A row as the sheet shows it, what is as for the whole visit left out."""
    is_quick = row.minutes in QUICK
    return {"place": f"{row.region}:{row.side}", "technique": row.technique, "pressure": row.pressure,
            "quick": row.minutes if is_quick else "", "minutes": "" if is_quick else row.minutes,
            "response": row.response, "override_reason": row.override_reason, "state": row.state,
            "tolerated": row.tolerated,
            **{name: "" if getattr(row, name) == visit[name] else getattr(row, name) for name in WAYS}}


def ways_of(rows: Sequence[TreatmentInput | Treatment]) -> dict[str, str]:
    """What holds for the whole visit: what most rows say, where every row says something.

    A row that says nothing would take over what the others say, so then each keeps its own.
    """
    whole = {}
    for name in WAYS:
        said = [getattr(row, name) for row in rows]
        whole[name] = max(said, key=said.count) if said and all(said) else ""
    return whole


def what_was(row: TreatmentInput, last: Iterable[Treatment]) -> str:
    """What a row said last time, where it is the same work in the same place and something of it differs."""
    before = next((one for one in last if (one.region, one.side, one.technique)
                   == (row.region, row.side, row.technique)), None)
    if before is None:
        return ""
    was = []
    if before.pressure != row.pressure:
        was.append(f"pressure {'not noted' if before.pressure is None else before.pressure}")
    if before.minutes != row.minutes:
        was.append(f"{before.minutes} min" if before.minutes else "minutes not noted")
    return f"was {', '.join(was)}" if was else ""
