"""The shapes of what people type about an episode: reported, asked about, looked at again, planned back from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from clients.episodes import DATES, FLAGS
from clients.models import Episode
from sessions.forms import DayField, ReasonField
from sessions.models import CheckIn, Plan

FEVER = {"no": False, "yes": True, "unknown": None}


class FeverField(forms.TypedChoiceField):
    """Fever or an infection: yes, no, or nobody knows yet (None)."""

    def __init__(self, unknown: Any, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Say whether there is fever or an infection."})
        super().__init__(coerce=FEVER.__getitem__, widget=forms.RadioSelect,
                         choices=[("no", _("No")), ("yes", _("Yes")), ("unknown", unknown)], **kwargs)


def _yes_no(label: Any, unknown: Any = "Not asked yet") -> FeverField:
    """A question that has an answer already: nobody knows yet."""
    return FeverField(unknown, label=label, required=False, initial="unknown", empty_value=None)


class ReportForm(forms.Form):
    """What the front desk writes down when somebody calls: since when, fever or not, and their own words.

    Every question has an answer already, so one press is enough.
    """

    onset_on = DayField(label="When did it begin?")
    fever_or_infection = _yes_no("Fever or an infection?")
    heat_or_strain = _yes_no("Did heat, effort or stress bring it on?")
    symptoms = forms.CharField(
        label="In their own words", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": "At most 2000 letters."})
    doctor_contacted_on = DayField(label="Their doctor or nurse was told on", required=False)
    steroids_until = DayField(label="Taking steroids until", required=False)

    field_order = ("kind", "onset_on", "fever_or_infection", "heat_or_strain", "status", "symptoms",
                   "doctor_contacted_on", "steroids_until", "expected_return_on")


class EpisodeForm(ReportForm):
    """The same for a therapist: what it may be, and whether it is confirmed already."""

    kind = forms.ChoiceField(label="What it may be", choices=Episode.Kind.choices)
    status = forms.ChoiceField(label="How sure is it?", widget=forms.RadioSelect, initial="suspected", choices=[
        ("suspected", "Possible: nothing moves, the therapist looks today"),
        ("confirmed", "Confirmed: visits before the review date are put on hold")],
        error_messages={"required": "Say how sure it is."})
    expected_return_on = DayField(label="Expected back on", required=False)


class FactsForm(forms.Form):
    """What is known of an episode by now."""

    fever_or_infection = _yes_no("Fever or an infection?")
    heat_or_strain = _yes_no("Did heat, effort or stress bring it on?")
    steroids_until = DayField(label="Taking steroids until", required=False)
    doctor_contacted_on = DayField(label="Their doctor or MS team was told on", required=False)
    expected_return_on = DayField(label="Expected back on", required=False)

    @classmethod
    def of(cls, episode: Episode) -> FactsForm:
        """The form with what is known."""
        said = {value: word for word, value in FEVER.items()}
        return cls(initial={name: said[value] if name in FLAGS else value for name in (*FLAGS, *DATES)
                            for value in [getattr(episode, name)]})


class KindForm(forms.Form):
    """What an episode turned out to be."""

    kind = forms.ChoiceField(choices=Episode.Kind.choices, error_messages={
        "required": "Choose one of the kinds.", "invalid_choice": "Choose one of the kinds."})


class StepForm(forms.Form):
    """The next step of an episode."""

    status = forms.ChoiceField(choices=Episode.Status.choices, error_messages={
        "required": "Choose a step.", "invalid_choice": "Choose one of the steps."})
    on_word_of = forms.ChoiceField(label="On whose word", required=False, choices=[
        ("the client's report", "the client's report"), ("a doctor", "a doctor"), ("the MS team", "the MS team")])
    kind = forms.ChoiceField(required=False, choices=Episode.Kind.choices, error_messages={
        "invalid_choice": "Choose one of the kinds."})
    on = DayField(label="Since", required=False)
    note = forms.CharField(label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class LookAgainForm(forms.Form):
    """Until when visits stay on hold after a second look, and why."""

    until = DayField(label="On hold until")
    note = ReasonField(label="Why")


class CheckInForm(forms.Form):
    """How it is, by one tap, with a few words where somebody likes to."""

    answer = forms.ChoiceField(choices=CheckIn.Answer.choices, required=False, error_messages={
        "invalid_choice": _("Tap one of the four.")})
    words = forms.CharField(
        label=_("Anything to add?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("This is longer than we can keep. Write the most important part.")})


class PlanForm(forms.Form):
    """How visits on hold come back."""

    policy = forms.ChoiceField(label="How", widget=forms.RadioSelect, initial="append",
                               choices=Plan._meta.get_field("policy").choices or [],
                               error_messages={"required": "Choose how they come back."})
    return_on = DayField(label="First possible day", required=False)
    minutes = forms.IntegerField(
        label="Minutes of each visit", required=False, min_value=5, max_value=480, error_messages={
            "invalid": "Write the minutes as a number.", "min_value": "From 5 to 480 minutes.",
            "max_value": "From 5 to 480 minutes."}, help_text="Empty: as long as before.")
    interval_days = forms.IntegerField(
        label="Days between visits", required=False, min_value=1, max_value=180, error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), "Write the days between two visits, from 1 to 180."))


class UnwellForm(forms.Form):
    """What a client says about not feeling well; every question has an answer already, so one press is enough.

    In whatever language they read it, their therapist reads it in English: what is kept are BEGAN's own words.
    """

    TOLD = (("no", _("Not yet")), ("0", _("Yes, today")), ("1", _("Yes, yesterday")),
            ("earlier", _("Yes, before that")))

    BEGAN = {0: gettext_noop("Today"), 1: gettext_noop("Yesterday"), 2: gettext_noop("Two or three days ago"),
             4: gettext_noop("Four to six days ago"), 7: gettext_noop("A week ago or longer")}

    began = forms.TypedChoiceField(label=_("When did it begin?"), coerce=int, required=False, initial="0",
                                   widget=forms.RadioSelect, choices=[(n, _(words)) for n, words in BEGAN.items()])
    fever_or_infection = _yes_no(_("Do you have a fever or an infection?"), _("I do not know"))
    heat_or_strain = _yes_no(_("Did heat, effort or stress bring it on?"), _("I do not know"))
    symptoms = forms.CharField(
        label=_("What is different?"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": _("This is longer than we can keep. Write the most important part.")})
    told = forms.ChoiceField(label=_("Does your doctor or nurse know?"), required=False, widget=forms.RadioSelect,
                             initial="no", choices=TOLD)
    steroids_until = DayField(label=_("If you take a course of steroids: until when?"), required=False)

    def words(self) -> str:
        """Their words; what they said roughly stands before them, since a date would say more than they did."""
        began = self.cleaned_data["began"] or 0
        rough = f"It began {self.BEGAN[began].lower()}." if began > 1 else ""
        told = "The doctor or nurse knows." if self.cleaned_data["told"] == "earlier" else ""
        return " ".join(filter(None, [rough, told, self.cleaned_data["symptoms"]]))

    def facts(self, today: date) -> dict[str, Any]:
        """What they said, as the verb takes it."""
        said = self.cleaned_data
        told = today - timedelta(days=int(said["told"])) if said["told"] in ("0", "1") else None
        return {"days_ago": said["began"] or 0, "doctor_contacted_on": told,
                **{name: said[name] for name in ("fever_or_infection", "heat_or_strain", "steroids_until")}}
