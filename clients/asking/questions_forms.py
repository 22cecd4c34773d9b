"""The form of one question: what was typed, ready to be shown again, and as an answer. What may be is said by `fit`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms

from clients.asking.questions import Answer, Kind, Question, day_of
from clients.body import label, sides_of
from clients.fields import ChoiceOf, LineField
from practice.refusals import BadInput

# The places a client chooses from: coarser than the body map, by part of the body, each with its sides.
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Head and neck", ("head", "face", "jaw", "neck")),
    ("Shoulders, arms, hands", ("shoulder", "upper-arm", "forearm", "hand")),
    ("Chest and belly", ("chest", "abdomen")),
    ("Back", ("upper-back", "lower-back", "sacrum")),
    ("Hips, legs, feet", ("hip", "buttock", "groin", "thigh", "knee", "lower-leg", "foot")),
)
_PLAIN = {"sacrum": "tail bone"}
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")


@dataclass(frozen=True, slots=True)
class Option:
    """One box to tick: its id on the page, what it sends, how it reads, whether it is ticked."""

    id: str
    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes under one heading."""

    name: str
    options: tuple[Option, ...]

    @property
    def is_open(self) -> bool:
        """Whether something in it is ticked."""
        return any(option.is_chosen for option in self.options)


def places() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Every place a client may tick, by part of the body: left and right of what is there twice, else the whole."""
    def of(region: str) -> tuple[tuple[str, str], ...]:
        known = sides_of(region)
        paired = [side for side in known if side in ("left", "right")] if "midline" not in known else []
        whole = ["both"] if "both" in known else ["midline"]
        return tuple((f"{region}:{side}", _PLAIN.get(region) or label(region, side)) for side in paired or whole)

    return tuple((part, tuple(place for region in regions for place in of(region))) for part, regions in PARTS)


class _Any(forms.MultipleChoiceField):
    """Whatever was ticked; what may be is said by the engine."""

    def valid_value(self, value: Any) -> bool:
        return len(value) <= 80


class AnswerForm(forms.Form):
    """One question as a form; `stored` is the answer given before, shown where nothing was typed yet."""

    def __init__(self, question: Question, data: Any = None, stored: Answer | None = None) -> None:
        self.question, self.stored = question, stored or Answer()
        super().__init__(data, initial=_initial(self.stored))
        for name, field in _FIELDS[question.kind](question).items():
            self.fields[name] = field

    def answer(self) -> Answer:
        """What was typed, as an answer; refuses a date no calendar has, and a way out pressed beside new ticks."""
        said, instead = self.cleaned_data, self.data.get("instead", "")
        if "unknown" in said.get("chosen", ()):
            return Answer(is_unknown=True)
        chosen, words = said.get("chosen", ()), said.get("words", "")
        typed = Answer(
            chosen=tuple(chosen), words=words, places=tuple(said.get("places", ())), name=said.get("name", ""),
            role=said.get("role", ""), phone=said.get("phone", ""),
            on="" if instead or "year" not in said else day_of(
                said["day"], said["month"], said["year"], is_exact=self.question.is_exact))
        if instead not in ("none", "unknown"):
            return typed
        if not typed.is_empty and typed != self.stored:
            way = self.question.none if instead == "none" else "I do not know"
            raise BadInput(f"You have answered, and pressed “{way}”. Which one is right? Take your answer away, or "
                           "press “Continue” to keep it.", field=next(iter(self.fields)))
        return Answer(is_none=instead == "none", is_unknown=instead == "unknown")

    def groups(self) -> tuple[Group, ...]:
        """The boxes of the page, by heading."""
        name = "places" if "places" in self.fields else "chosen"
        listed: dict[str, list[tuple[str, str]]] = {}
        if name == "places":
            listed = {part: list(options) for part, options in places()}
        else:
            for choice in self.question.choices:
                listed.setdefault(choice.group, []).append((choice.code, choice.text))
            if self.question.kind is Kind.CHOICE:
                listed.setdefault("", []).append(("unknown", "I do not know"))
        ticked = set(self[name].value() or ())
        numbers = iter(range(1000))
        return tuple(
            Group(group, tuple(Option(f"id_{name}_{next(numbers)}", value, text, value in ticked)
                               for value, text in options))
            for group, options in listed.items())

    @property
    def is_grouped(self) -> bool:
        """Whether the boxes stand under headings that open."""
        return any(choice.group for choice in self.question.choices)


def _initial(stored: Answer) -> dict[str, Any]:
    year, month, day = [*stored.on.split("-"), "", ""][:3]
    return {"chosen": ["unknown"] if stored.is_unknown else list(stored.chosen), "words": stored.words,
            "places": list(stored.places), "name": stored.name, "role": stored.role, "phone": stored.phone,
            "year": year, "month": month, "day": day.lstrip("0")}


def _text(question: Question) -> dict[str, forms.Field]:
    attrs: dict[str, Any] = {"autocomplete": "off"}
    if question.is_phone:
        attrs = {"type": "tel", "autocomplete": "tel"}
    widget = forms.TextInput(attrs=attrs) if question.kind is Kind.LINE else forms.Textarea(attrs={"rows": 4})
    return {"words": forms.CharField(label=question.text, required=False, widget=widget)}


def _chosen(question: Question) -> dict[str, forms.Field]:
    widget = _OneOfMany() if question.kind is Kind.CHOICE else forms.CheckboxSelectMultiple()
    fields: dict[str, forms.Field] = {"chosen": _Any(label=question.text, required=False, widget=widget)}
    if question.words:
        fields["words"] = forms.CharField(label=question.words, required=False,
                                          widget=forms.Textarea(attrs={"rows": 2}))
    return fields


class _OneOfMany(forms.CheckboxSelectMultiple):
    """Radio buttons whose one value is read like ticks."""

    input_type = "radio"


def _date(question: Question) -> dict[str, forms.Field]:
    number = {"inputmode": "numeric", "autocomplete": "off"}
    born = ("bday-day", "bday-month", "bday-year") if question.is_exact else ("off", "off", "off")
    months = [("", "Choose"), *((f"{n:02}", name) for n, name in enumerate(MONTHS, 1))]
    return {
        "day": LineField(label="Day", required=False,
                         widget=forms.TextInput(attrs=number | {"autocomplete": born[0]})),
        "month": ChoiceOf(label="Month", required=False, choices=months,
                          widget=forms.Select(attrs={"autocomplete": born[1]})),
        "year": LineField(label="Year", required=False,
                          widget=forms.TextInput(attrs=number | {"autocomplete": born[2]}))}


def _places(question: Question) -> dict[str, forms.Field]:
    return {"places": _Any(label=question.text, required=False, widget=forms.CheckboxSelectMultiple())}


def _person(question: Question) -> dict[str, forms.Field]:
    parts = (("name", "Name", "text"), ("role", question.label, "text"), ("phone", "Phone", "tel"))
    return {name: forms.CharField(label=label, required=False, widget=forms.TextInput(
        attrs={"type": type_, "autocomplete": "off"})) for name, label, type_ in parts}


_FIELDS = {Kind.LINE: _text, Kind.LINES: _text, Kind.CHOICE: _chosen, Kind.CHOICES: _chosen, Kind.DATE: _date,
           Kind.PLACES: _places, Kind.PERSON: _person}


class AgreementForm(forms.Form):
    """The agreement at the end: that they agree, who answers, and for whom."""

    is_agreed = forms.BooleanField(label="I have read this and I agree", required=False)
    name = LineField(label="Your full name", required=False, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    who = ChoiceOf(label="Who has answered?", widget=forms.RadioSelect, missing="Say who has answered.", choices=[
        ("self", "I have answered for myself"), ("other", "I have answered for somebody else")])
    relationship = LineField(label="Who you are to them", max_length=60, required=False,
                             help_text="Only if you answer for somebody else. For example daughter, carer.")

    def given(self) -> dict[str, Any]:
        """What was said, as the verb takes it."""
        said = self.cleaned_data
        return {"is_agreed": said["is_agreed"], "name": said["name"],
                "relationship": "self" if said["who"] == "self" else said["relationship"]}
