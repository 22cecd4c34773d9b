"""The kinds of fields the forms of this room have, each refusing in words; places on a body come from one list."""

from __future__ import annotations

from typing import Any, Self

from django import forms
from django.http import HttpRequest

from clients.body import REGIONS, label, sides_of
from clients.words import check_phone

_TODAY = {"required": "Choose a date.", "invalid": "Write the date as day, month and year."}


class LineField(forms.CharField):
    """One line of text."""

    def __init__(self, *, missing: str = "Write something here.", max_length: int = 120, **kwargs: Any) -> None:
        long = f"At most {max_length} letters; this has %(show_value)s."
        super().__init__(max_length=max_length, error_messages={"required": missing, "max_length": long}, **kwargs)


class TextField(forms.CharField):
    """Some lines of text."""

    def __init__(self, *, max_length: int = 500, rows: int = 3, **kwargs: Any) -> None:
        long = f"At most {max_length} letters; this has %(show_value)s."
        super().__init__(max_length=max_length, error_messages={"max_length": long},
                         widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class DayField(forms.DateField):
    """A date, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", _TODAY)
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ClockField(forms.TimeField):
    """A time on the wall."""

    def __init__(self, **kwargs: Any) -> None:
        words = {"invalid": "Write the time as hours and minutes, for example 10:30."}
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), required=False,
                         error_messages=words, **kwargs)


class MailField(forms.EmailField):
    """An e-mail address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        words = {"invalid": "Write the whole e-mail address, for example maria@example.org.",
                 "max_length": "An e-mail address has at most 254 letters."}
        super().__init__(max_length=254, required=False, error_messages=words, **kwargs)


class PhoneField(LineField):
    """A telephone number."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}))
        super().__init__(max_length=40, required=False, validators=[check_phone], **kwargs)


class NumberField(forms.IntegerField):
    """A whole number within bounds, and in what it is counted."""

    def __init__(self, *, least: int, most: int, counted_in: str = "", **kwargs: Any) -> None:
        words = f"Write a number from {least} to {most}{counted_in and ' ' + counted_in}."
        super().__init__(min_value=least, max_value=most, **kwargs,
                         error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "required"), words))


class ChoiceOf(forms.ChoiceField):
    """One of a list."""

    def __init__(self, *, missing: str = "Choose one of the list.", **kwargs: Any) -> None:
        super().__init__(error_messages={"required": missing, "invalid_choice": "Choose one of the list."}, **kwargs)


class SomeOf(forms.MultipleChoiceField):
    """Any of a list, as boxes to tick."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        words = dict.fromkeys(("invalid_choice", "invalid_list"), "Choose from the list.")
        super().__init__(required=False, error_messages=words, **kwargs)


class RowField(forms.ModelChoiceField):
    """One row of the practice; the form fills in the rows the member may see."""

    def __init__(self, *, missing: str = "Choose one of the list.", **kwargs: Any) -> None:
        super().__init__(None, error_messages={"required": missing, "invalid_choice": missing}, **kwargs)


def _area_of(region: str) -> str:
    """The largest part of the body that contains the region."""
    while (parent := REGIONS[region].parent) is not None:
        region = parent
    return region


def place_choices() -> list[tuple[str, Any]]:
    """Every place with its sides, as it is said, by part of the body: ("foot:both", "both feet")."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for code in REGIONS:
        sides = [side for side in sides_of(code) if side != "midline"] or ["midline"]
        for side in sides:
            areas.setdefault(_area_of(code), []).append((f"{code}:{side}", label(code, side)))
    return [("", "Choose a place"), *((REGIONS[area].name.capitalize(), places) for area, places in areas.items())]


class Places(forms.Form):
    """A form with places on the body: one list per place, and always a way to get more lists."""

    LEAST, MOST = 2, 30

    def __init__(self, *args: Any, lists: int = LEAST, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = _lists_in(self.data) if self.is_bound else lists
        choices = place_choices()
        for index in range(min(max(self.LEAST, asked), self.MOST)):
            self.fields[f"place_{index}"] = ChoiceOf(label=f"Place {index + 1}", required=False, choices=choices)

    @classmethod
    def answering(cls, request: HttpRequest, **kwargs: Any) -> Self:
        """The form for a request: empty, as sent, or (where only more lists were asked for) the same with two more."""
        if request.method != "POST":
            return cls(**kwargs)
        if "more_places" not in request.POST:
            return cls(request.POST, **kwargs)
        several = {name for name, field in cls.base_fields.items() if isinstance(field, forms.MultipleChoiceField)}
        typed = {name: request.POST.getlist(name) if name in several else value for name, value in request.POST.items()}
        lists = _lists_in(request.POST)
        form = cls(initial=kwargs.pop("initial", {}) | typed, lists=lists + 2, **kwargs)
        if f"place_{lists}" in form.fields:
            form.fields[f"place_{lists}"].widget.attrs["autofocus"] = True
        return form

    def place_fields(self) -> list[forms.BoundField]:
        """The lists, for the page."""
        return [self[name] for name in self.fields if name.startswith("place_")]

    def places(self) -> list[tuple[str, str]]:
        """The places chosen: region and side."""
        chosen = {value: None for name, value in self.cleaned_data.items() if name.startswith("place_") and value}
        return [(region, side) for region, _, side in (value.partition(":") for value in chosen)]


def _lists_in(data: Any) -> int:
    return sum(1 for name in data if name.startswith("place_"))
