"""Events as they are typed on the sheet: each a small block; one press adds it, the rest may wait until signing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from clients.body import REGIONS, label, sides_of
from clients.findings import FINDINGS
from notes.choices import PLACES, whole_number
from notes.events.at_hand import events_in
from notes.events.kinds import ADVICE, ENDINGS, KINDS, LASTED, SOURCES, TIMES, WHATS, findings_for
from notes.events.log import FITS, MOST_EVENTS, EventInput
from notes.models import Note
from practice.techniques import TECHNIQUES

_TOO_LONG = "That is more than fits here; shorten it a little."
_LISTED = frozenset(value for _, places in PLACES for value, _ in places)
_KNOWN = frozenset(f"{code}:{side}" for code in REGIONS for side in sides_of(code))
_LABELS = {
    "spasm": {"place": "Which muscles", "work": "Set off by", "words": "In words"},
    "stopped": {"what": "Because of", "place": "Felt where", "work": "During which work", "done": "What was done",
                "told": "Told", "words": "In words"},
    "reaction": {"what": "What", "place": "Where", "work": "After which work", "done": "What was done", "told": "Told",
                 "words": "In words"},
}
_FIELDS = ("kind", "what", "place", "work", "lasted", "came", "ending", "done", "told", "words")
# What it was, then where and from what; the rest is folded until it is wanted.
_FIRST = {"spasm": ("place", "work", "lasted", "ending"), "stopped": ("what", "work"), "reaction": ("what", "came")}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _options(words: Mapping[str, str], empty: str = "Not noted") -> list[tuple[str, str]]:
    return [("", empty), *((code, _capital(name)) for code, name in words.items())]


def _said_place(value: str) -> str:
    return _capital(label(*value.split(":")))


def _drawn(group: str, choices: Iterable[tuple[str, str]]) -> SafeString:
    options = format_html_join("", '<option value="{}">{}</option>', choices)
    return format_html('<optgroup label="{}">{}</optgroup>', group, options) if group else options


_PLACES = mark_safe("".join(_drawn(group, places) for group, places in PLACES))


class _PlaceSelect(forms.Select):
    """The places of the body map, drawn once for all events; `before` are the choices that stand ahead of them."""

    before: Sequence[tuple[str, Sequence[tuple[str, str]]]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        options = "".join(_drawn(group, choices) for group, choices in self.before) + _PLACES
        chosen = f'<option value="{escape("" if value is None else str(value))}"'
        final = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", final, mark_safe(options.replace(chosen, f"{chosen} selected", 1)))


class EventForm(forms.Form):
    """One event; `today` are the places and techniques of this visit, which come first in the list of work."""

    kind = forms.CharField(widget=forms.HiddenInput)
    what = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False, widget=_PlaceSelect,
                              error_messages={"invalid_choice": "Choose a place from the list."})
    work = forms.ChoiceField(required=False, widget=_PlaceSelect,
                             error_messages={"invalid_choice": "Choose the work from the list."})
    lasted = forms.ChoiceField(label="How long", required=False, choices=_options(LASTED))
    came = forms.ChoiceField(label="When", required=False, choices=_options(TIMES))
    ending = forms.ChoiceField(label="What ended it", required=False, choices=_options(ENDINGS))
    done = forms.CharField(required=False, max_length=500, error_messages={"max_length": _TOO_LONG})
    told = forms.CharField(required=False, max_length=200, error_messages={"max_length": _TOO_LONG})
    words = forms.CharField(required=False, max_length=500, error_messages={"max_length": _TOO_LONG})

    def __init__(self, *args: Any, today: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = str(self["kind"].value() or "")
        self.of_kind = kind if kind in KINDS else "spasm"
        labels = _LABELS[self.of_kind]
        shown = {"kind", "place", "work", "words", *FITS[self.of_kind]}
        for name in [name for name in self.fields if name not in shown]:
            del self.fields[name]
        for name, words in labels.items():
            self.fields[name].label = words
        if "what" in self.fields:
            self._choose("what", _options({code: what.name for code, what in WHATS[self.of_kind].items()}))
        place, work = str(self["place"].value() or ""), str(self["work"].value() or "")
        self._choose_place("place", [("", [("", "Where?"), *_also(place)])])
        others = [value for value in (work,) if value not in (*today, *_LISTED) and is_work(value)]
        worked = [(value, said_work(value)) for value in (*today, *others)]
        self._choose_place("work", [("", [("", "Not noted")]), *([("Today’s work", worked)] if worked else [])])

    def _choose(self, name: str, choices: Sequence[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _choose_place(self, name: str, before: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        self._choose(name, [*((group, list(choices)) for group, choices in before), *PLACES])
        self.fields[name].widget.before = before

    def clean_kind(self) -> str:
        kind: str = self.cleaned_data["kind"]
        if kind not in KINDS:
            raise forms.ValidationError("Spasm, stopped or reaction can be logged.")
        return kind

    @property
    def number(self) -> int:
        """Which event it is, counted from 0."""
        return int(str(self.prefix).rsplit("-", 1)[1])

    @property
    def name(self) -> str:
        return KINDS[self.of_kind]

    @property
    def first(self) -> list[forms.BoundField]:
        """What is asked at once."""
        return [self[name] for name in _FIRST[self.of_kind]]

    @property
    def further(self) -> list[forms.BoundField]:
        """What may be added under the fold."""
        return [field for field in self if not field.is_hidden and field.name not in _FIRST[self.of_kind]]

    @property
    def is_more_said(self) -> bool:
        """Whether anything under the fold is filled in or to be put right."""
        return any(field.value() or field.errors for field in self.further)

    def ask_what_is_missing(self) -> str:
        """What would be asked before signing, put to its field; "" where enough is said."""
        said = {name: str(self[name].value() or "").strip() for name in self.fields}
        if self.of_kind == "spasm":
            name, question = "place", "Where was it?"
            is_said = any(said[one] for one in ("place", "work", "words"))
        else:
            name, question = "what", "What was it?"
            is_said = bool(said["what"] or said["words"])
        if is_said:
            return ""
        self.add_error(name, question)
        return f"{self.name}: {question[:1].lower()}{question[1:]}"

    @property
    def advice(self) -> str:
        return ADVICE[self.of_kind]

    @property
    def source(self) -> str:
        return SOURCES[self.of_kind]

    @property
    def findings(self) -> list[tuple[str, str]]:
        """The findings it may point to, which one may add to the client: code and name."""
        what = str(self["what"].value() or "") if "what" in self.fields else ""
        return [(code, FINDINGS[code].name) for code in findings_for(self.of_kind, what)]

    def as_input(self) -> EventInput:
        """The event as typed."""
        data = self.cleaned_data
        region, _, side = data["place"].partition(":")
        place, _, technique = data["work"].partition(" ")
        work_region, _, work_side = place.partition(":")
        plain = {name: data.get(name, "") for name in ("what", "lasted", "came", "ending", "done", "told", "words")}
        return EventInput(data["kind"], region=region, side=side, work_region=work_region, work_side=work_side,
                          work_technique=technique, **plain)


def is_work(value: str) -> bool:
    """Whether it names a place of the map, with a technique or without, or a technique alone."""
    place, _, technique = value.partition(" ")
    return bool(value) and (not place or place in _KNOWN) and (not technique or technique in TECHNIQUES)


def said_work(value: str) -> str:
    """Work in words: “Left foot: deep tissue”."""
    place, _, technique = value.partition(" ")
    named = TECHNIQUES[technique].name if technique else ""
    return f"{_said_place(place)}: {named}" if place and technique else _said_place(place) if place else _capital(named)


def _also(value: str) -> list[tuple[str, str]]:
    """A place kept as it was written, where the list says it by another choice."""
    return [(value, _said_place(value))] if value in _KNOWN and value not in _LISTED else []


def event_forms(data: Mapping[str, Any] | None, source: Mapping[str, Any], today: Iterable[str]) -> list[EventForm]:
    """The events of a sheet, bound where `data` is typed, else as they were saved."""
    count = min(max(whole_number(source.get("events")) or 0, 0), MOST_EVENTS)
    worked = list(dict.fromkeys(value for value in today if is_work(value)))
    return [EventForm(data, prefix=f"event-{i}", today=worked, initial=None if data is not None else _of(source, i))
            for i in range(count)]


def events_as_saved(note: Note) -> dict[str, Any]:
    """The saved events as the sheet's fields have them."""
    return _flat([{
        "kind": e.kind, "what": e.what, "place": f"{e.region}:{e.side}" if e.region else "",
        "work": f"{f'{e.work_region}:{e.work_side}' if e.work_region else ''}"
                f"{f' {e.work_technique}' if e.work_technique else ''}",
        "lasted": e.lasted, "came": e.came, "ending": e.ending, "done": e.done, "told": e.told, "words": e.words,
    } for e in events_in(note)])


def with_event(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What is typed, with one more event of this kind."""
    return _changed(data, [*_all(data), {"kind": kind}] if kind in KINDS else _all(data))


def without_event(data: Mapping[str, Any], number: int | None) -> dict[str, Any]:
    """What is typed, without this event."""
    return _changed(data, [event for i, event in enumerate(_all(data)) if i != number])


def _changed(data: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if not name.startswith("event-")}
    return {**kept, **_flat(events[:MOST_EVENTS])}


def _all(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [_of(data, i) for i in range(min(max(whole_number(data.get("events")) or 0, 0), MOST_EVENTS))]


def _of(data: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {name: data.get(f"event-{index}-{name}", "") for name in _FIELDS}


def _flat(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {**{f"event-{i}-{name}": value for i, event in enumerate(events) for name, value in event.items()},
            "events": len(events)}
