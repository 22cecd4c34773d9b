"""What is said once for a visit: how the client lay, how warm, what oil; when to come again; many places at once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from clients.body_map import on_the_body
from clients.contraindications import Body, cautions_for
from clients.fields import Places
from clients.limits import located
from notes.choices import HOW_FIRMLY, HOW_LONG, HOW_WARM, LYING, WHAT, LongSelect, choice, whole_number
from notes.models.note import MOST_DAYS_AHEAD
from notes.sheet.rows import WAYS, line_field, minutes_field

_WEEKS = {7: "1 week", 14: "2 weeks", 21: "3 weeks", 28: "4 weeks"}


class WholeVisit(forms.Form):
    """What holds for every row that says nothing else."""

    visit_position = choice("Position", LYING)
    visit_temperature = choice("Temperature", HOW_WARM)
    visit_lubricant = line_field("Lubricant", 80)

    def ways(self) -> dict[str, str]:
        """What is said, by the name it has in a row."""
        return {name: str(self[f"visit_{name}"].value() or "").strip() for name in WAYS}

    @property
    def said(self) -> str:
        """The same in a line."""
        ways = self.ways()
        return ", ".join(filter(None, (ways["position"], ways["temperature"], ways["lubricant"])))


class NextVisit(forms.Form):
    """When to come again, and what to look at first: what the next booking and the next note begin with."""

    next_quick = choice("Come again in", [("", "–"), *_WEEKS.items()])
    next_in_days = forms.IntegerField(
        label="Other number of days", required=False, min_value=1, max_value=MOST_DAYS_AHEAD,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": MOST_DAYS_AHEAD}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"),
                                     f"The next visit comes in 1 to {MOST_DAYS_AHEAD} days."))
    next_focus = line_field("First thing next time", 200, autocapitalize="sentences", spellcheck="true")

    @staticmethod
    def initial_of(days: int | None, focus: str) -> dict[str, Any]:
        """What was saved, as the form shows it."""
        is_quick = days in _WEEKS
        return {"next_quick": days if is_quick else "", "next_in_days": "" if is_quick else days, "next_focus": focus}

    def plan(self) -> dict[str, Any]:
        """What was typed, as `write_note` takes it."""
        said = self.cleaned_data
        return {"next_in_days": said["next_in_days"] or whole_number(said["next_quick"]),
                "next_focus": said["next_focus"]}


class AddedWork(Places):
    """The same work in one or several places, touched on the body map or ticked in its list."""

    new_technique = forms.ChoiceField(
        label="What", choices=WHAT, widget=LongSelect(WHAT),
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Say what was done."))
    new_pressure = choice("Pressure", HOW_FIRMLY, refused="Pressure goes from 0 to 5.")
    new_quick = choice("Minutes in each place", HOW_LONG)
    new_minutes = minutes_field("Other number")

    def over(self, body: Body, on: date) -> AddedWork:
        """The same with a map that shows what is felt where, and how firm a hand may be there."""
        self.known = on_the_body(located(body, on), cautions_for(body, on=on).own_caps)
        return self

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("places") and "places" not in self.errors:
            self.add_error("places", "Touch a place on the map, or tick one in the list.")
        return cleaned

    def rows(self) -> list[dict[str, Any]]:
        """One row for each place, as the sheet takes it."""
        said = self.cleaned_data
        return [{"place": f"{region}:{side}", "technique": said["new_technique"], "pressure": said["new_pressure"],
                 "quick": "" if said["new_minutes"] else said["new_quick"], "minutes": said["new_minutes"] or "",
                 "state": "given"} for region, side in self.places()]
