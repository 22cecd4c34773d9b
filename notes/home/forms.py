"""What is chosen for a home programme: a form for each exercise of the catalogue, and lines for own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from clients.contraindications import Reason
from notes.home.catalogue import EXERCISES, Exercise, places_said
from notes.home.programmes import MOST_ITEMS, ItemInput, Word
from notes.models import HomeItem, HomeProgramme
from practice.fields import ChoiceOf, DayField, LineField, TextField


class ExerciseForm(forms.Form):
    """One exercise: given or not, where, how much, how often; the yes it needs; a reason against the check."""

    is_given = forms.BooleanField(required=False)
    place = ChoiceOf(label="Where", missing="Say where.")
    how_much = LineField(label="How much", max_length=80, required=False)
    how_often = LineField(label="How often", max_length=80, required=False)
    remark = LineField(label="For this client", max_length=300, required=False)
    word_of = LineField(label="Who said yes", max_length=120, missing="Say who said yes.")
    word_on = DayField(label="On which day")
    word_how = LineField(label="How", max_length=80, missing="Say how: in person, by phone, by letter.",
                         widget=forms.TextInput(attrs={"placeholder": "by phone, by letter …"}))
    reason = LineField(label="Why it is right all the same", max_length=500, required=False)

    def __init__(self, data: Mapping[str, Any] | None, exercise: Exercise, *, given: HomeItem | None = None,
                 reasons: Sequence[Reason] = ()) -> None:
        self.exercise, self.reasons = exercise, tuple(reasons)
        super().__init__(data, prefix=exercise.code, initial=_as_given(exercise, given))
        self.fields["is_given"].label = exercise.name
        if exercise.places:
            self.fields["place"].choices = [("", "Where?"), *places_said(exercise)]  # type: ignore[attr-defined]
        else:
            del self.fields["place"]
        if not exercise.needs_word_of:
            for name in ("word_of", "word_on", "word_how"):
                del self.fields[name]
        if not self.reasons and not exercise.places and not (given and given.reason):
            del self.fields["reason"]
        if self.is_bound and not self["is_given"].value():  # what is not given needs nothing said of it
            for field in self.fields.values():
                field.required = False

    @property
    def is_open(self) -> bool:
        """Whether its details stand open: it is given, or something in it is to be put right."""
        return bool(self["is_given"].value()) or bool(self.errors)

    @property
    def details(self) -> list[forms.BoundField]:
        """Every field but the choice itself."""
        return [field for field in self if field.name != "is_given"]

    def as_input(self) -> ItemInput | None:
        """The item, where it is given."""
        said = self.cleaned_data
        if not said.get("is_given"):
            return None
        word = Word(said["word_of"], said["word_on"], said["word_how"]) if "word_of" in said else None
        return ItemInput(code=self.exercise.code, place=said.get("place", ""), how_much=said["how_much"],
                         how_often=said["how_often"], remark=said["remark"], word=word, reason=said.get("reason", ""))


class OwnForm(forms.Form):
    """Something in the therapist's own words."""

    name = LineField(label="What", required=False, max_length=120)
    steps = TextField(label="How it is done, a line for each step", required=False, max_length=2000)
    how_often = LineField(label="How often", required=False, max_length=80)
    how_much = LineField(label="How much", required=False, max_length=80)
    remark = LineField(label="For this client", required=False, max_length=300)
    stop_rule = LineField(label="When to stop", required=False, max_length=400,
                          help_text="Empty: when it does not feel right, or with a sharp or shooting pain.")

    def __init__(self, data: Mapping[str, Any] | None, index: int, *, given: HomeItem | None = None) -> None:
        initial = {name: getattr(given, name) for name in self.base_fields} if given else {}
        super().__init__(data, prefix=f"own-{index}", initial=initial)

    def as_input(self) -> ItemInput | None:
        """The item, where anything was written."""
        said = self.cleaned_data
        return ItemInput(**said) if said["name"].strip() or said["steps"].strip() else None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("steps", "").strip() and not said.get("name", "").strip():
            self.add_error("name", "Say in a few words what it is.")
        if said.get("name", "").strip() and not said.get("steps", "").strip():
            self.add_error("steps", "Say how it is done, a line for each step.")
        return said


class ProgrammeForm:
    """All of it as one form: every exercise, then own words with one place more than are written.

    A reason the verb asks for is asked at its item; whatever else it refuses is said on top.
    """

    def __init__(self, data: Mapping[str, Any] | None, *, programme: HomeProgramme | None,
                 spoken: Mapping[str, Sequence[Reason]]) -> None:
        self.is_bound = data is not None
        items = list(programme.items.all()) if programme else []
        given = {item.code: item for item in items if item.code}
        own = [item for item in items if not item.code]
        self.exercises = [ExerciseForm(data, exercise, given=given.get(code), reasons=spoken.get(code, ()))
                          for code, exercise in EXERCISES.items()]
        places = len(own) + 1
        while data is not None and f"own-{places}-name" in data and places < MOST_ITEMS:
            places += 1
        self.own = [OwnForm(data, index, given=own[index] if index < len(own) else None) for index in range(places)]
        self.head = forms.Form(data)

    def is_valid(self) -> bool:
        """Whether every part can be read."""
        return self.is_bound and not self.errors

    def items(self) -> list[ItemInput]:
        """What was chosen, in the order of the page."""
        return [item for _, item in self._chosen()]

    def _chosen(self) -> list[tuple[forms.Form, ItemInput]]:
        parts: list[ExerciseForm | OwnForm] = [*self.exercises, *self.own]
        return [(part, item) for part in parts if (item := part.as_input()) is not None]

    # --- what a form answers to a page and to `attempt` --------------------------------------------------------------

    @property
    def errors(self) -> list[Any]:
        return [part.errors for part in self._parts() if part.errors]

    @property
    def fields(self) -> dict[str, Any]:
        """No field of its own: what a verb refuses is said on top."""
        return {}

    @property
    def refusal(self) -> Any:
        return getattr(self.head, "refusal", None)

    @refusal.setter
    def refusal(self, refusal: Any) -> None:
        self.head.refusal = refusal  # type: ignore[attr-defined]
        index = refusal.more.get("item")
        if index is not None:
            self.head.errors.clear()
            self._chosen()[index][0].add_error("reason", refusal.detail)

    def add_error(self, field: str | None, error: Any) -> None:
        """What the verb refuses."""
        self.head.add_error(None, error)

    def non_field_errors(self) -> list[str]:
        return [error for part in self._parts() for error in part.non_field_errors()]

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (field for part in (*self.exercises, *self.own) for field in part)

    def _parts(self) -> list[forms.Form]:
        return [self.head, *self.exercises, *self.own]


def _as_given(exercise: Exercise, given: HomeItem | None) -> dict[str, Any]:
    """What the form shows at first: as it was given last, else as the catalogue has it."""
    if given is None:
        return {"how_much": exercise.how_much, "how_often": exercise.how_often}
    names = ("place", "how_much", "how_often", "remark", "word_of", "word_on", "word_how", "reason")
    return {"is_given": True, **{name: getattr(given, name) for name in names}}
