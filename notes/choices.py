"""What the sheet offers to choose from, and how it is drawn: long lists once, short ones as a row of large buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from clients.body import REGIONS, label, sides_of
from clients.reasons import capital
from clients.rule import POSITIONS, TEMPERATURES
from notes.models import Treatment
from practice.techniques import PRESSURES, TECHNIQUES

# Where a list of places is cut; whatever lies within one of these belongs to its part.
_PARTS = {"head": "Head and neck", "neck": "Head and neck", "chest": "Trunk", "abdomen": "Trunk", "back": "Trunk",
          "hip": "Trunk", "shoulder": "Arm", "arm": "Arm", "hand": "Hand", "leg": "Leg", "foot": "Foot"}


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every place of the body map by its part of the body: ("Foot", [("foot:left", "Left foot"), …])."""
    grouped: dict[str, list[tuple[str, str]]] = {part: [] for part in dict.fromkeys(_PARTS.values())}
    for code in REGIONS:
        part = code
        while part not in _PARTS:
            part = REGIONS[part].parent or ""
        places = [(f"{code}:{side}", capital(label(code, side))) for side in sides_of(code)]
        # Both halves of a halved region are said like the whole; one of the two is enough to choose from.
        said = {words: value for value, words in places}
        grouped[_PARTS[part]].extend((value, words) for words, value in said.items())
    return list(grouped.items())


def _techniques() -> list[tuple[str, list[tuple[str, str]]]]:
    families: dict[str, list[tuple[str, str]]] = {}
    for technique in TECHNIQUES.values():
        families.setdefault(capital(technique.family), []).append((technique.code, capital(technique.name)))
    return list(families.items())


PLACES = _places()
ALL_PLACES = frozenset(f"{code}:{side}" for code in REGIONS for side in sides_of(code))
WHERE = [("", "Where?"), *PLACES]
WHAT = [("", "What?"), *_techniques()]
HOW_FIRMLY = [("", "–"), *((level, f"{level} {pressure.name}") for level, pressure in PRESSURES.items())]
QUICK = (5, 8, 10, 15)
HOW_LONG = [("", "–"), *((minutes, str(minutes)) for minutes in QUICK)]
WHETHER = list(Treatment.State.choices)
HOW_TOLERATED = [("", "–"), *Treatment.Tolerated.choices]
LYING = [("", "–"), *((word, capital(word)) for word in POSITIONS)]
HOW_WARM = [("", "–"), *((word, capital(word)) for word in TEMPERATURES)]


class FixedChoice(forms.ChoiceField):
    """One of a list that is the same for all: rows share it, where Django would copy it for each of them."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return forms.Field.__deepcopy__(self, memo)


class PlaceField(FixedChoice):
    """A place of the body map; one that is said by another choice (both halves, the middle) is kept as it was."""

    def valid_value(self, value: Any) -> bool:
        return value in ALL_PLACES


def _drawn(choices: Sequence[tuple[Any, Any]]) -> str:
    """The options of a list as HTML, groups within."""
    return "".join(
        format_html('<optgroup label="{}">{}</optgroup>', value, mark_safe(_drawn(inner)))
        if isinstance(inner, (list, tuple)) else format_html('<option value="{}">{}</option>', value, inner)
        for value, inner in choices)


class LongSelect(forms.Select):
    """A long list that is drawn once for all rows: from row to row only the chosen option differs."""

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        super().__init__()
        self.drawn = _drawn(choices)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else escape(str(value))
        options = self.drawn.replace(f'<option value="{chosen}"', f'<option value="{chosen}" selected', 1)
        if options == self.drawn and value in ALL_PLACES:  # a place that another choice says in the same words
            options += f'<option value="{chosen}" selected>{capital(label(*value.split(":")))}</option>'
        final = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", final, mark_safe(options))


class Steps(forms.RadioSelect):
    """One of a few, as a row of large buttons: the first word stands out, the rest of it beneath."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        stem = (attrs or {}).get("id") or f"id_{name}"
        buttons = format_html_join("", (
            '<label class="step"><input type="radio" name="{}" value="{}" id="{}_{}"{}>'
            '<span>{}<small>{}</small></span></label>'),
            ((name, code, stem, index, mark_safe(" checked") if str(code) == chosen else "", *_apart(str(words)))
             for index, (code, words) in enumerate(self.choices)))
        return format_html('<div class="steps-row">{}</div>', buttons)


def _apart(words: str) -> tuple[str, str]:
    """A level and its name: "3 medium" as ("3", " medium")."""
    first, gap, rest = words.partition(" ")
    return (first, f"{gap}{rest}") if first.isdigit() else (words, "")


def choice(label: str, choices: Sequence[tuple[Any, Any]], *, refused: str = "Choose one of these.", **kwargs: Any,
           ) -> forms.ChoiceField:
    """A field of large buttons; nothing chosen is the empty word."""
    return FixedChoice(label=label, required=False, choices=choices, widget=Steps,
                       error_messages={"invalid_choice": refused}, **kwargs)


def whole_number(value: Any) -> int | None:
    """The whole number written there, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
