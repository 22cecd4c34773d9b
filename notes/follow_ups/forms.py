"""The questions after a visit as a form: large choices, “I do not know” at each, none that must be answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notes.follow_ups.questions import (
    DEGREES,
    HEADACHES_OF_FOUR_WEEKS,
    HEAVY_FOR,
    SLEEP,
    SORE_FOR,
    UNKNOWN,
    Answers,
    days_it_may_have_helped,
    headaches_asked,
    most_headaches,
    next_session_on,
)
from notes.models import FollowUp
from practice.fields import ChoiceOf, TextField

_NOT_KNOWN = (UNKNOWN, gettext_lazy("I do not know"))
_SLEEP = {0: gettext_lazy("0: slept well"), 10: gettext_lazy("10: hardly slept")}


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on the page; `more` asks for how long, where there was something."""

    field: Any
    more: Any = None
    grid: str = ""  # "scale" or "days" where the choices stand side by side


def _radios(label: str, choices: Iterable[tuple[Any, str]]) -> forms.ChoiceField:
    return ChoiceOf(label=label, required=False, widget=forms.RadioSelect,
                    choices=[*((str(value), words) for value, words in choices), _NOT_KNOWN])


def _read(scale: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """A scale in the words of whoever reads the page."""
    return [(value, _(words)) for value, words in scale]


class FollowUpForm(forms.Form):
    """What one client is asked about one visit; as they answered before, where they did."""

    fields_of = {"helped_days": "helped"}

    def __init__(self, *args: Any, row: FollowUp, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(row), **kwargs)
        self.row = row
        self.fields["soreness"] = _radios(_("Were you sore afterwards?"), _read(DEGREES))
        self.fields["sore_days"] = _radios(_("For how long were you sore?"), _read(SORE_FOR))
        self.fields["lethargy"] = _radios(_("Were you heavy or very tired afterwards?"), _read(DEGREES))
        self.fields["lethargy_hours"] = _radios(_("For how long were you heavy or tired?"), _read(HEAVY_FOR))
        days = [(f"until-{n}", words) for n, words in days_it_may_have_helped(row, today)]
        still = [] if next_session_on(row) else [("still", _("It still helps"))]
        self.fields["helped"] = _radios(_("For how long did the visit help?"), [
            *still, *reversed(days), ("no", _("It did not help"))])
        if SLEEP in row.asks:
            self.fields["sleep"] = _radios(_("How disturbed was your sleep that night, from 0 to 10?"),
                                           [(n, _SLEEP.get(n, str(n))) for n in range(11)])
        if asked := headaches_asked(row):
            self.fields["headache_days"] = ChoiceOf(
                required=False,
                label=_("On how many days in the last 28 days did you have a headache?")
                if asked == HEADACHES_OF_FOUR_WEEKS else _("On how many days since the visit did you have a headache?"),
                choices=[_NOT_KNOWN, *((str(n), str(n)) for n in range(most_headaches(row, today) + 1))])
        self.fields["words"] = TextField(label=_("Anything your therapist should know?"), required=False, rows=3,
                                         help_text=_("It is read before your next visit, not at once."))

    def asked(self) -> Iterator[Asked]:
        """Each question with its choices, in order; the line to the therapist is not among them."""
        yield Asked(self["soreness"], self["sore_days"])
        yield Asked(self["lethargy"], self["lethargy_hours"])
        yield Asked(self["helped"], grid="days")
        if "sleep" in self.fields:
            yield Asked(self["sleep"], grid="scale")

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        untouched = {"headache_days": UNKNOWN}  # a list stands on “I do not know” by itself
        if not any(value for name, value in kept.items() if value != untouched.get(name)) and not self.errors:
            self.add_error("soreness", _("Tap one answer at least. “I do not know” is one."))
        return kept

    def answers(self) -> Answers:
        """What was answered, as the verb takes it."""
        said = self.cleaned_data
        helped, _, days = said["helped"].partition("-")
        return Answers(
            **{name: _number(said.get(name, "")) for name in (
                "soreness", "sore_days", "lethargy", "lethargy_hours", "sleep", "headache_days")},
            helped="" if helped == UNKNOWN else helped, helped_days=_number(days), words=said["words"])


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() else None


def _initial(row: FollowUp) -> dict[str, Any]:
    """What was answered before; of an answered row, what is empty was not known."""
    if row.answered_at is None:
        return {"headache_days": UNKNOWN}
    said = {name: str(value) if (value := getattr(row, name)) is not None else UNKNOWN for name in (
        "soreness", "lethargy", "sleep", "headache_days")}
    lengths = {name: str(value) for name in ("sore_days", "lethargy_hours")
               if (value := getattr(row, name)) is not None}
    helped = f"until-{row.helped_days}" if row.helped == FollowUp.Helped.UNTIL else row.helped or UNKNOWN
    return {**said, **lengths, "helped": helped, "words": row.words}
