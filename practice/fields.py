"""The kinds of fields forms have, each refusing in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 1850, 2150  # of a day that somebody types

_TODAY = {"required": "Choose a date.", "invalid": "Write the date as day, month and year."}


def _at_most(letters: int) -> Any:
    return format_lazy(_("At most {most} letters; this has %(show_value)s."), most=letters)


class LineField(forms.CharField):
    """One line of text."""

    def __init__(self, *, missing: str = "Write something here.", max_length: int = 120, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs,
                         error_messages={"required": missing, "max_length": _at_most(max_length)})


class TextField(forms.CharField):
    """Some lines of text."""

    def __init__(self, *, max_length: int = 500, rows: int = 3, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, error_messages={"max_length": _at_most(max_length)},
                         widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class DayField(forms.DateField):
    """A date, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", _TODAY)
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)

    def clean(self, value: Any) -> date | None:
        """The day; refuses one that nobody lives to see."""
        day: date | None = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(f"Write a year from {FIRST_YEAR} to {LAST_YEAR}.")
        return day


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


class NumberField(forms.IntegerField):
    """A whole number within bounds, and in what it is counted."""

    def __init__(self, *, least: int, most: int, counted_in: str = "", **kwargs: Any) -> None:
        words = f"Write a number from {least} to {most}{counted_in and ' ' + counted_in}."
        super().__init__(min_value=least, max_value=most, **kwargs,
                         error_messages=dict.fromkeys(("invalid", "min_value", "max_value", "required"), words))


_NOT_LISTED = _("Choose one of the list.")


class ChoiceOf(forms.ChoiceField):
    """One of a list."""

    def __init__(self, *, missing: Any = _NOT_LISTED, **kwargs: Any) -> None:
        super().__init__(error_messages={"required": missing, "invalid_choice": _NOT_LISTED}, **kwargs)


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
