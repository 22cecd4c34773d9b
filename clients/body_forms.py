"""The forms about a body: conditions, findings and where, a doctor's word. For those who may read clinical facts."""

from __future__ import annotations

from typing import Any

from django import forms

from clients.body import together
from clients.conditions import CONDITIONS
from clients.contraindications import Check
from clients.fields import ChoiceOf, DayField, LineField, NumberField, Places, RowField, SomeOf, TextField
from clients.findings import FINDINGS, GROUPS
from clients.models import Clearance, Doctor, Episode, Finding
from clients.rule import EPISODES
from practice.models import Membership
from practice.techniques import PRESSURES, TECHNIQUES


def _named(entries: Any) -> list[tuple[str, str]]:
    """Codes with their names, the plain one in brackets where it says more."""
    return [(e.code, e.name if e.plain_name.lower() in e.name.lower() else f"{e.name} ({e.plain_name})")
            for e in entries]


class ConditionForm(forms.Form):
    """A condition as a doctor named it."""

    condition = ChoiceOf(label="Condition", missing="Choose the condition.",
                         choices=[("", "Choose"), *sorted(_named(CONDITIONS.values()), key=lambda pair: pair[1])])
    diagnosed_by = LineField(label="Diagnosed by", required=False,
                             help_text="Whose word it is. A therapist does not diagnose.")
    since = DayField(label="Since", required=False,
                     help_text="The first of the year will do where only the year is known.")


class FindingForm(Places):
    """Something that limits the work, where, and since when."""

    fields_of = {"regions": "places"}

    finding = ChoiceOf(label="What limits the work", missing="Choose what limits the work.", choices=[
        ("", "Choose"), *((group, _named(FINDINGS[code] for code in codes)) for group, codes in GROUPS.items())])
    began_on = DayField(label="Since", required=False)
    ended_on = DayField(label="Until", required=False, help_text="The last day it holds, where that is known.")
    review_on = DayField(label="Look again on", required=False, help_text="It ends nothing; Today tells you.")
    detail = TextField(label="In words", required=False, rows=2,
                       help_text="What the client says, the product they do not tolerate, the side of a device.")

    @staticmethod
    def initial_of(row: Finding) -> dict[str, Any]:
        """A finding as the form shows it."""
        return {"finding": row.finding, "began_on": row.began_on, "ended_on": row.ended_on,
                "review_on": row.review_on, "detail": row.detail,
                "places": [f"{place.region}:{place.side}" for place in row.places.all()]}

    def typed(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        return {name: self.cleaned_data[name] for name in FindingForm.base_fields} | {"places": self.places()}

    def changes(self) -> dict[str, Any]:
        """The same for `correct_finding`, without the places where they are as they were: those stay as written."""
        typed = self.typed()
        typed["code"] = typed.pop("finding")
        if set(typed["places"]) == set(together(FindingForm(initial=self.initial).chosen())):
            del typed["places"]
        return typed


class EndForm(forms.Form):
    """The last day on which it held."""

    ended_on = DayField(label="Last day it held",
                        help_text="It counts until the end of that day. A day to come may be noted too.")


class ClearanceForm(Places):
    """What a doctor was asked, or what they answered."""

    fields_of = {"for": "scope", "regions": "places"}

    doctor = RowField(label="Doctor", missing="Choose the doctor. A new one is added on the client's page first.",
                      empty_label="Choose")
    scope = ChoiceOf(label="It is about", required=False)
    state = ChoiceOf(label="How it stands", widget=forms.RadioSelect, missing="Say how it stands.", choices=[
        ("requested", "Asked, no answer yet"), ("granted", "They allow it"), ("refused", "They say not yet")])
    max_pressure = ChoiceOf(label="Pressure at most", required=False, choices=[
        ("", "They named none"), *((str(p.level), f"{p.level}: {p.name}") for p in PRESSURES.values())])
    minutes = NumberField(label="Minutes at most", least=1, most=480, required=False)
    expires_on = DayField(label="Until", required=False, help_text="The last day their word counts.")
    excluded_techniques = SomeOf(label="They ruled out", choices=sorted(
        ((t.code, t.name) for t in TECHNIQUES.values()), key=lambda pair: pair[1].lower()))

    def __init__(self, *args: Any, member: Membership, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = Doctor.objects.visible_to(member)  # type: ignore[attr-defined]
        self.fields["scope"].choices = [("", "Work in general"), *scopes(check)]  # type: ignore[attr-defined]

    def word(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        return {
            "doctor": said["doctor"], "scope": said["scope"], "state": said["state"], "places": self.places(),
            "max_pressure": int(said["max_pressure"]) if said["max_pressure"] else None, "minutes": said["minutes"],
            "excluded_techniques": said["excluded_techniques"], "expires_on": said["expires_on"]}


def scopes(check: Check) -> list[tuple[str, str]]:
    """What a doctor may be asked about: what waits for one on this body today, and the kinds of episode."""
    waiting = {r.rule: r.text.split(".")[0] for r in check.reasons if r.level == "clearance"}
    return [*waiting.items(), *((kind, Episode.Kind(kind).label) for kind in EPISODES)]


def scope_name(clearance: Clearance) -> str:
    """What a doctor's word is about, in words."""
    scope = clearance.scope
    if scope in EPISODES:
        return Episode.Kind(scope).label
    named = CONDITIONS.get(scope) or FINDINGS.get(scope)
    return named.name if named else scope.replace("-", " ").removesuffix(" clearance") or "work in general"
