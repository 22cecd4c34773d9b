"""What is typed on the pages of goals and measures, of questions about mood, and of a questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from notes.measures.catalogue import MEASURES
from notes.measures.measure import KINDS
from notes.measures.mood import is_mood_asked
from notes.measures.questions import ANSWERS, Questionnaire
from practice.fields import ChoiceOf, DayField, LineField, SomeOf, TextField


class GoalForm(forms.Form):
    """A goal in the client's own words."""

    words = LineField(label="In the client’s own words", max_length=200,
                      missing="Write the goal in the client’s own words.")


class ChoiceForm(forms.Form):
    """Which measures stand in this client's notes at once."""

    codes = SomeOf(label="Shown at once")

    def __init__(self, *args: Any, practice_id: Any, chosen: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["codes"].initial = list(chosen)
        asks_mood = is_mood_asked(practice_id)
        offered = [m for m in MEASURES.values() if m.times and (m.kind != "questionnaire" or asks_mood)]
        self.fields["codes"].choices = [  # type: ignore[attr-defined]
            (m.code, m.name) for kind in KINDS for m in offered if m.kind == kind]


class TotalForm(forms.Form):
    """A total from elsewhere."""

    measure = ChoiceOf(label="Instrument", missing="Choose the instrument.", choices=[
        ("", "Choose"), *((m.code, f"{m.name}, {m.low} to {m.high}")
                          for m in MEASURES.values() if m.kind == "total")])
    total = forms.DecimalField(label="Total", max_digits=7, decimal_places=2,
                               widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
                               error_messages=dict.fromkeys(("required", "invalid", "max_digits", "max_decimal_places"),
                                                            "Write the total as a number."))
    rated_on = DayField(label="On")
    rater = LineField(label="Rated by", missing="Say who rated: the client, or a name.")


class MoodForm(forms.Form):
    """Whether GAD-7 and PHQ-2 may be asked, and what is done on a worrying answer."""

    is_asked = forms.BooleanField(label="Ask GAD-7 and PHQ-2 in our notes", required=False)
    what_we_do = TextField(label="What we do on a worrying answer", rows=3, max_length=500,
                           help_text="Needed once they are asked. The therapist reads this the moment a score reaches "
                                     "its cut-off: whom to call, what to say.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what_we_do"].required = not self.is_bound  # once sent, the verb says whether it is missing


class QuestionsForm(forms.Form):
    """A questionnaire with its wording: four answers to each question."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Go back to the note first."})

    def __init__(self, *args: Any, asked: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for i, words in enumerate(asked.items):
            self.fields[f"q{i}"] = forms.TypedChoiceField(
                label=words, coerce=int, choices=list(enumerate(ANSWERS)), widget=forms.RadioSelect,
                error_messages=dict.fromkeys(("required", "invalid_choice"), f"Choose an answer: {words.lower()}."))

    def answers(self) -> list[int]:
        return [self.cleaned_data[f"q{i}"] for i in range(len(self.asked.items))]
