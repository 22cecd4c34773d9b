"""What is typed into a note: words, treatment rows, readings; and what is added to a signed one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from clients.body import REGIONS, label, sides_of
from clients.contraindications import Reason
from notes.writing import SOAP, TreatmentInput
from practice.techniques import PRESSURES, TECHNIQUES

_TOO_LONG = "That is more than fits here; shorten it a little."


# Where a list of places is cut; whatever lies within one of these belongs to its part.
_PARTS = {"head": "Head and neck", "neck": "Head and neck", "chest": "Trunk", "abdomen": "Trunk", "back": "Trunk",
          "hip": "Trunk", "shoulder": "Arm", "arm": "Arm", "hand": "Hand", "leg": "Leg", "foot": "Foot"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place of the body map by its part of the body: ("Foot", [("foot:left", "Left foot"), …])."""
    grouped: dict[str, list[tuple[str, str]]] = {part: [] for part in dict.fromkeys(_PARTS.values())}
    for code in REGIONS:
        part = code
        while part not in _PARTS:
            part = REGIONS[part].parent or ""
        places = [(f"{code}:{side}", _capital(label(code, side))) for side in sides_of(code)]
        # Both halves of a halved region are said like the whole; one of the two is enough to choose from.
        said = {words: value for value, words in places}
        grouped[_PARTS[part]].extend((value, words) for words, value in said.items())
    return list(grouped.items())


def _techniques() -> list[tuple[str, list[tuple[str, str]]]]:
    families: dict[str, list[tuple[str, str]]] = {}
    for technique in TECHNIQUES.values():
        families.setdefault(_capital(technique.family), []).append((technique.code, _capital(technique.name)))
    return list(families.items())


PLACES = _places()
_ALL_PLACES = frozenset(f"{code}:{side}" for code in REGIONS for side in sides_of(code))


class _PlaceField(forms.ChoiceField):
    """A place of the body map; one that is said by another choice (both halves, the middle) is kept as it was."""

    def valid_value(self, value: Any) -> bool:
        return value in _ALL_PLACES


def _drawn(choices: Sequence[tuple[Any, Any]]) -> str:
    """The options of a list as HTML, groups within."""
    return "".join(
        format_html('<optgroup label="{}">{}</optgroup>', value, mark_safe(_drawn(inner)))
        if isinstance(inner, (list, tuple)) else format_html('<option value="{}">{}</option>', value, inner)
        for value, inner in choices)


class _LongSelect(forms.Select):
    """A long list that is drawn once for all rows: from row to row only the chosen option differs."""

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.drawn = _drawn(choices)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else escape(str(value))
        options = self.drawn.replace(f'<option value="{chosen}"', f'<option value="{chosen}" selected', 1)
        if options == self.drawn and value in _ALL_PLACES:  # a place that another choice says in the same words
            options += f'<option value="{chosen}" selected>{_capital(label(*value.split(":")))}</option>'
        final = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", final, mark_safe(options))


_WHERE = [("", "Where?"), *PLACES]
_WHAT = [("", "What?"), *_techniques()]
_HOW_FIRMLY = [("", "–"), *((level, f"{level} {pressure.name}") for level, pressure in PRESSURES.items())]


class NoteWords(forms.Form):
    """Subjective, objective, assessment, plan; who may read it; and the version they were typed over."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Reload this page first."})
    subjective = forms.CharField(label="Subjective")
    objective = forms.CharField(label="Objective")
    assessment = forms.CharField(label="Assessment")
    plan = forms.CharField(label="Plan")
    only_me = forms.BooleanField(label="Keep this note to me", required=False,
                                 help_text="Colleagues do not see it, and it stays out of summaries.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SOAP:
            field = self.fields[name]
            field.required, field.max_length, field.strip = False, 20_000, False  # type: ignore[attr-defined]
            field.widget = forms.Textarea(attrs={"rows": 2, "maxlength": 20_000})
            field.error_messages["max_length"] = _TOO_LONG

    def words(self) -> dict[str, str]:
        """The four parts as typed, line ends as this system writes them."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in SOAP}


class TreatmentRow(forms.Form):
    """One thing done: where, what, how firmly, how long, the response; a reason where the check asks for one."""

    place = _PlaceField(label="Where", required=False, choices=_WHERE, widget=_LongSelect(_WHERE),
                        error_messages={"invalid_choice": "Choose a place from the list."})
    technique = forms.ChoiceField(
        label="What", required=False, choices=_WHAT, widget=_LongSelect(_WHAT),
        error_messages={"invalid_choice": "Choose a technique from the list."})
    pressure = forms.TypedChoiceField(
        label="Pressure", required=False, coerce=int, empty_value=None, choices=_HOW_FIRMLY,
        widget=_LongSelect(_HOW_FIRMLY),
        error_messages={"invalid_choice": "Pressure goes from 0 to 5."})
    minutes = forms.IntegerField(
        label="Minutes", required=False, min_value=1, max_value=480,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": 480}),
        error_messages={"invalid": "Write the minutes as a number.", "min_value": "One minute at least.",
                        "max_value": "480 minutes at most."})
    response = forms.CharField(label="Response", required=False, max_length=500,
                               error_messages={"max_length": _TOO_LONG})
    override_reason = forms.CharField(label="Why it is right today (needed to sign)", required=False, max_length=500,
                                      widget=forms.TextInput(attrs={"placeholder": " "}),
                                      error_messages={"max_length": _TOO_LONG})
    carried = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    reasons: Sequence[Reason] = ()
    cap = ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        place, technique = cleaned.get("place"), cleaned.get("technique")
        if technique and not place and "place" not in self.errors:
            self.add_error("place", f"Say where the {TECHNIQUES[technique].name} was.")
        if place and not technique and "technique" not in self.errors:
            self.add_error("technique", f"Say what was done: {label(*place.split(':'))}.")
        if not place and not technique and (cleaned.get("response") or cleaned.get("override_reason")):
            self.add_error("place", "This row says something, but not where. Choose a place, or empty the row.")
        return cleaned

    @property
    def number(self) -> int:
        """Which row it is, counted from 0."""
        return int(str(self.prefix).rsplit("-", 1)[1])

    def as_input(self) -> TreatmentInput | None:
        """The row as it stands, typed or saved, where it is complete enough to be checked; else None."""
        place, technique = str(self["place"].value() or ""), str(self["technique"].value() or "")
        if place not in _ALL_PLACES or technique not in TECHNIQUES:
            return None
        region, side = place.split(":")
        pressure, minutes = whole_number(self["pressure"].value()), whole_number(self["minutes"].value())
        return TreatmentInput(
            region, side, technique, pressure if pressure in PRESSURES else None,
            minutes if minutes and 1 <= minutes <= 480 else None, str(self["response"].value() or ""),
            str(self["override_reason"].value() or ""))

    @property
    def is_carried(self) -> bool:
        """Whether it comes from the last visit and was not saved yet."""
        return bool(self["carried"].value())

    @property
    def is_changed(self) -> bool:
        """Whether a carried row no longer says what it said last time."""
        row = self.as_input()
        return self.is_carried and row is not None and signature(row) != self["carried"].value()


class AddendumForm(forms.Form):
    """What is added to a signed note, and why."""

    text = forms.CharField(label="What is added", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
                           error_messages={"required": "Say what is added.", "max_length": _TOO_LONG})
    reason = forms.CharField(label="Why", max_length=500,
                             error_messages={"required": "Say why it is added.", "max_length": _TOO_LONG})


def whole_number(value: Any) -> int | None:
    """The whole number written there, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def signature(row: TreatmentInput) -> str:
    """What a carried row said last time."""
    return f"{row.region}:{row.side} {row.technique} {row.pressure} {row.minutes}"
