"""What is typed into a note: words and readings; and what is added to a signed one. Rows: `notes/sheet/`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from notes.writing import LONGEST, SOAP

_TOO_LONG = "That is more than fits here; shorten it a little."


class NoteWords(forms.Form):
    """Subjective, objective, assessment, plan; who may read it; and the version they were typed over."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Reload this page first."})
    subjective = forms.CharField(label="Subjective")
    objective = forms.CharField(label="Objective")
    assessment = forms.CharField(label="Assessment")
    plan = forms.CharField(label="Plan")
    only_me = forms.BooleanField(label="Keep this note to me", required=False,
                                 help_text="Colleagues do not see it, and it stays out of summaries.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in SOAP:
            field = self.fields[name]
            field.required, field.strip = False, False  # type: ignore[attr-defined]
            # Plain text, as dictation and a tablet's own keyboard like it; what is too long is said, not cut off.
            field.widget = forms.Textarea(attrs={"rows": 2, "autocapitalize": "sentences", "spellcheck": "true"})
            field.validators.append(MaxLengthValidator(LONGEST, _TOO_LONG))

    def words(self) -> dict[str, str]:
        """The four parts as typed, line ends as this system writes them."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in SOAP}


class AddendumForm(forms.Form):
    """What is added to a signed note, and why."""

    text = forms.CharField(label="What is added", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
                           error_messages={"required": "Say what is added.", "max_length": _TOO_LONG})
    reason = forms.CharField(label="Why", max_length=500,
                             error_messages={"required": "Say why it is added.", "max_length": _TOO_LONG})


class SendBackForm(forms.Form):
    """What the supervisor says instead of co-signing."""

    text = forms.CharField(label="What is missing", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}),
                           error_messages={"required": "Say what is missing.", "max_length": _TOO_LONG})


class GlassForm(forms.Form):
    """Why a note is opened that is kept from whoever opens it."""

    reason = forms.CharField(label="Why it cannot wait", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
                             help_text="It stands with the note for ever.",
                             error_messages={"required": "Say why this cannot wait for the note's author.",
                                             "max_length": _TOO_LONG})
