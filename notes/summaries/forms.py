"""What people type into a summary, an agreement and a share."""

from __future__ import annotations

from typing import Any

from django import forms

from clients.models import Client, Doctor
from notes.models import Summary
from notes.summaries.discharging import ENDINGS
from notes.summaries.summaries import OF_A_SUMMARY, OF_ENDING, SECTIONS, doctors_of, sections_for
from practice.models import Membership
from sessions.forms import DayField

_HOW = [(how, how.capitalize()) for how in ("in person", "on paper", "by phone", "by video")]
_LONG = "That is more than fits here; shorten it a little."


def _prose(label: str, most: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=most, error_messages={"max_length": _LONG},
                           widget=forms.Textarea(attrs={"rows": 3}))


class DoctorField(forms.ModelChoiceField):
    """A doctor of the practice, the client's own first."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}, {obj.specialty}" if obj.specialty else str(obj.name)


class SectionsField(forms.MultipleChoiceField):
    """The parts of a letter that are told."""

    def __init__(self) -> None:
        super().__init__(label="What it tells", choices=list(SECTIONS.items()), widget=forms.CheckboxSelectMultiple,
                         error_messages={"required": "Choose at least one part.",
                                         "invalid_choice": "Choose from the parts listed."})


class SummaryForm(forms.Form):
    """To whom, about which days, with which parts."""

    doctor = DoctorField(queryset=Doctor.objects.none(), label="For", empty_label=None, error_messages={
        "required": "Choose a doctor.", "invalid_choice": "Choose a doctor of the list."})
    first = DayField(label="From")
    last = DayField(label="To")
    ending = forms.ChoiceField(
        label="Do the sessions end?", required=False,
        choices=[("", "No, they go on"), *((code, words) for code, (words, _) in ENDINGS.items())],
        help_text="If they end, it becomes a discharge letter: why, what came of it, what to watch for, how to come "
                  "back.", error_messages={"invalid_choice": "Choose from the list."})
    sections = SectionsField()

    def __init__(self, *args: Any, member: Membership, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sections"].choices = [(code, SECTIONS[code]) for code in OF_A_SUMMARY]  # type: ignore[attr-defined]
        field: Any = self.fields["doctor"]
        field.queryset = Doctor.objects.visible_to(member)
        own = list(doctors_of(client))
        others = [doctor for doctor in field.queryset if doctor not in own]
        theirs, rest = ([(d.pk, field.label_from_instance(d)) for d in part] for part in (own, others))
        elsewhere = [("Other doctors of the practice", rest)] if rest else []
        if own:
            field.initial = own[0].pk
            field.choices = [(f"Doctors of {client.called}", theirs), *elsewhere]
        else:  # nobody is chosen for a client whose doctor is not known
            field.choices = [("", "Choose a doctor"), *elsewhere] if rest else []

    def clean(self) -> dict[str, Any]:
        """What a discharge letter says besides is no choice of its own."""
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        if kept.get("ending") and "sections" in kept:
            kept["sections"] = [*kept["sections"], *OF_ENDING]
        return kept


class ProseForm(forms.Form):
    """The sentences of a draft, its parts, and the version they were typed over."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Reload this page first."})
    ending = _prose("Why it ends", 2000)
    reason = _prose("Why", 2000)
    course = _prose("Course", 4000)
    outcome = _prose("Against the first readings", 4000)
    reactions = _prose("Reactions", 2000)
    watch = _prose("What to watch for", 2000)
    back = _prose("How to come back", 2000)
    questions = _prose("What you ask the doctor", 2000)
    plan = _prose("Plan", 2000)
    sections = SectionsField()

    @classmethod
    def of(cls, summary: Summary) -> ProseForm:
        """The draft as it was saved."""
        saved = {name: getattr(summary, name) for name in ("version", "sections", *Summary.PROSE)}
        return cls(initial=saved).fit(summary)

    def fit(self, summary: Summary) -> ProseForm:
        """Only what such a letter can say: a clearance request has fewer parts."""
        may = sections_for(summary)
        self.fields["sections"].choices = [(code, SECTIONS[code]) for code in may]  # type: ignore[attr-defined]
        for name in Summary.PROSE:
            if name not in may:
                del self.fields[name]
        return self

    def changes(self) -> dict[str, Any]:
        """What was typed, as `write_summary` takes it."""
        words = {name: self.cleaned_data[name].replace("\r\n", "\n") for name in Summary.PROSE if name in self.fields}
        return {**words, "sections": self.cleaned_data["sections"], "expected_version": self.cleaned_data["version"]}

    def says_something_new(self, saved: Summary) -> bool:
        """Whether anything typed differs from what was saved, and so from what was shown."""
        typed = self.changes()
        return any(typed[name].strip() != getattr(saved, name).strip() for name in Summary.PROSE if name in typed) or (
            set(typed["sections"]) != set(saved.sections))


class ConsentForm(forms.Form):
    """Who agreed, how and until when."""

    given_by = forms.CharField(label="Who agreed", max_length=120, error_messages={"required": "Write who agreed."})
    relationship = forms.CharField(label="As whom", max_length=60, initial="self", help_text="self, parent, guardian …",
                                   error_messages={"required": "Write “self”, or what they are to the client."})
    how = forms.ChoiceField(label="How", choices=_HOW, error_messages={
        "required": "Say how they agreed.", "invalid_choice": "Choose from the list."})
    given_on = DayField(label="On")
    until = DayField(label="Until", required=False, help_text="Left empty, it holds until it is taken back.")


class ShareForm(forms.Form):
    """Until when the link opens, and whether it is mailed now."""

    expires_on = DayField(label="The link opens until the end of")
    mail = forms.BooleanField(label="Mail the link now", required=False)
    text = forms.BooleanField(label="Text the code to their mobile", required=False)
