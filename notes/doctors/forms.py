"""What a doctor types on the page behind the link, and what a therapist types about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms

from clients.body_forms import scopes
from clients.clearances import Terms
from clients.contraindications import Check
from clients.fields import ChoiceOf, DayField, LineField, NumberField, Places, RowField, SomeOf, TextField
from clients.models import Doctor
from notes.doctors.answering import AnswerInput, scopes_of
from notes.doctors.said import as_clearance
from notes.letters.asked import Ask
from notes.letters.letters import Letter
from notes.models import DoctorAnswer
from practice.models import Membership
from practice.techniques import PRESSURES, TECHNIQUES

_PRESSURES = [("", "No limit"), *((str(p.level), f"{p.level}: {p.name}") for p in PRESSURES.values())]
_TECHNIQUES = sorted(((t.code, t.name) for t in TECHNIQUES.values()), key=lambda pair: pair[1].lower())
_SAID = {"read": "I have read it", "call": "Please call me", "granted": "Clearance granted", "not_yet": "Not yet",
         "note": "A note, nothing else"}


class Limits(Places):
    """The limits of a doctor's word."""

    fields_of = {"regions": "places", "for": "scope"}

    max_pressure = ChoiceOf(label="Pressure at most", required=False, choices=_PRESSURES,
                            help_text="Walton’s scale: 0 a resting hand, 5 an elbow on a strong muscle.")
    minutes = NumberField(label="Minutes at most", least=1, most=480, required=False)
    expires_on = DayField(label="Until", required=False, help_text="The last day your word counts.")
    excluded_techniques = SomeOf(label="Techniques left out", choices=_TECHNIQUES)

    def terms(self) -> Terms:
        """What was typed, as the verbs take it."""
        said = self.cleaned_data
        return Terms(self.places(), int(said["max_pressure"]) if said["max_pressure"] else None,
                     said["excluded_techniques"], said["minutes"], said["expires_on"])


class AnswerForm(Limits):
    """One of five answers, signed by name; its limits begin with what the letter asks."""

    fields_of = {**Limits.fields_of, "until": "expires_on"}

    kind = ChoiceOf(label="Your answer", widget=forms.RadioSelect, missing="Choose your answer.",
                    choices=list(_SAID.items()))
    scope = ChoiceOf(label="It is about", required=False)
    phone = LineField(label="Number to ring", max_length=40, required=False,
                      widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    call_when = LineField(label="When", required=False, help_text="For example: weekdays 12 to 13.")
    not_before = DayField(label="Not yet, until", required=False, help_text="Leave it empty where no day is known.")
    note = TextField(label="A note", required=False, max_length=2000, rows=2)
    name = LineField(label="Your name", missing="Write your name: it signs the answer.",
                     widget=forms.TextInput(attrs={"autocomplete": "name"}))
    registration = LineField(label="Registration number", max_length=60, required=False)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, letter: Letter, **kwargs: Any) -> None:
        initial = {**_proposed(letter.asks[0] if letter.asks else None), "key": uuid4()}
        super().__init__(*args, initial=initial, **kwargs)
        about = scopes_of(letter)
        self.fields["scope"].choices = [(code, name[:1].upper() + name[1:]) for code, name in about]  # type: ignore[attr-defined]
        self.asks_one_thing = len(about) == 1

    def clean(self) -> dict[str, Any]:
        """What belongs to another answer than the chosen one is not looked at."""
        kind = self.cleaned_data.get("kind")
        of = {"granted": ("scope", "max_pressure", "minutes", "expires_on", "excluded_techniques", "places"),
              "not_yet": ("scope", "not_before"), "call": ("phone", "call_when")}
        mine = of.get(str(kind), ())
        for name in {name for names in of.values() for name in names} - set(mine):
            self.errors.pop(name, None)
        if kind == "call" and not self.cleaned_data.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Write the number to ring.")
        if kind == "note" and not self.cleaned_data.get("note") and "note" not in self.errors:
            self.add_error("note", "Write your note.")
        return self.cleaned_data

    def answer(self) -> AnswerInput:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        kind: str = said["kind"]
        terms = Terms()
        if kind == DoctorAnswer.Kind.GRANTED:
            terms = self.terms()
        elif kind == DoctorAnswer.Kind.NOT_YET:
            terms = Terms(expires_on=said["not_before"])
        is_word = kind in (DoctorAnswer.Kind.GRANTED, DoctorAnswer.Kind.NOT_YET)
        key: UUID = said["key"] or uuid4()
        return AnswerInput(kind, said["name"], said["registration"], said["note"], said.get("phone", ""),
                           said.get("call_when", ""), said["scope"] if is_word else "", terms, key)


def _proposed(ask: Ask | None) -> dict[str, Any]:
    if ask is None:
        return {"scope": ""}
    pressure = "" if ask.max_pressure is None else str(ask.max_pressure)
    return {"scope": ask.scope, "max_pressure": pressure, "minutes": ask.minutes, "places": list(ask.places),
            "excluded_techniques": list(ask.excluded_techniques)}


class AcceptForm(Limits):
    """The doctor's limits, to be kept or narrowed."""

    def __init__(self, *args: Any, answer: DoctorAnswer, **kwargs: Any) -> None:
        said = as_clearance(answer)
        pressure = "" if said.max_pressure is None else str(said.max_pressure)
        super().__init__(*args, initial={
            "max_pressure": pressure, "minutes": said.minutes, "expires_on": said.expires_on,
            "excluded_techniques": said.excluded_techniques,
            "places": [f"{place['region']}:{place['side']}" for place in said.regions]}, **kwargs)
        self.fields["expires_on"].help_text = "The last day it counts."
        if answer.kind == DoctorAnswer.Kind.NOT_YET:
            self.fields["expires_on"].help_text = ""
            for name in ("max_pressure", "minutes", "excluded_techniques", "places"):
                del self.fields[name]

    def terms(self) -> Terms:
        """What was typed, as the verb takes it; a “not yet” has no limits but its day."""
        return super().terms() if "places" in self.fields else Terms(expires_on=self.cleaned_data["expires_on"])


class SetAsideForm(forms.Form):
    """Why an answer is not let count."""

    reason = TextField(label="Why it does not count", rows=2)


class RequestForm(Limits):
    """Whom to ask for what, and within which limits the therapist would work."""

    doctor = RowField(label="Doctor", missing="Choose the doctor. A new one is added on the client's page first.",
                      empty_label="Choose")
    scope = ChoiceOf(label="It is about", required=False)
    reason = TextField(label="Why now", required=False, max_length=2000)
    questions = TextField(label="What you ask, in your words", required=False, max_length=2000)

    def __init__(self, *args: Any, member: Membership, check: Check, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["doctor"].queryset = Doctor.objects.visible_to(member)  # type: ignore[attr-defined]
        self.fields["scope"].choices = [("", "Work in general"), *scopes(check)]  # type: ignore[attr-defined]
        self.fields["max_pressure"].help_text = ""
        del self.fields["expires_on"]

    def typed(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        return {name: said[name] for name in ("doctor", "scope", "reason", "questions")} | {"terms": self.terms()}

    def terms(self) -> Terms:
        """The limits proposed; until when is the doctor's to say."""
        self.cleaned_data["expires_on"] = None
        return super().terms()
