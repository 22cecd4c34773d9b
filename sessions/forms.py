"""The shapes of what people type about visits; what is allowed is said by the verbs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from clients.wishes import WEEKDAYS
from practice import clock
from practice.models import Membership, Room, Service
from sessions.asked import FIRST_DAY, LAST_DAY, today_at
from sessions.models import Appointment, WaitlistEntry
from sessions.rhythm import MOST_VISITS, Rhythm
from sessions.series_changes import Scope
from sessions.supply import MOST_DAYS
from sessions.waitlist import entries_to_read

REASON = "Say why, in a few words."
_NO_DATE = {"required": _("Choose a date."), "invalid": _("Write the date as day, month and year.")}


def therapists_of(member: Membership) -> Any:
    """Who gives sessions in this member's practice."""
    rows = Membership.objects.visible_to(member).filter(is_therapist=True, is_active=True)
    return rows.select_related("user").order_by("user__name", "pk")


class DayField(forms.DateField):
    """A date of this century, with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", _NO_DATE)
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)
        far = format_lazy(_("Choose a date between {first} and {last}."), first=FIRST_DAY.year, last=LAST_DAY.year)
        self.validators += [MinValueValidator(FIRST_DAY, far), MaxValueValidator(LAST_DAY, far)]


class RowField(forms.ModelChoiceField):
    """One row of the practice; what is not listed is said in words."""

    def __init__(self, queryset: Any = None, *, missing: str = "Choose one of the list.", **kwargs: Any) -> None:
        super().__init__(queryset, error_messages={"required": missing, "invalid_choice": missing}, **kwargs)


class ReasonField(forms.CharField):
    """Why somebody goes against the usual, in their own words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=500, error_messages={"required": REASON, "max_length": "At most 500 letters."},
                         widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)


def ask_reason(form: forms.Form, *, is_pressed: bool = True, takes_focus: bool = False) -> None:
    """Going on needs a reason: its field says so, and where it was shown and left empty, that it is missing.

    With `takes_focus` one writes there first, unless there is something to put right.
    """
    form.fields["override_reason"].required = True
    if takes_focus and not form.errors:
        form.fields["override_reason"].widget.attrs["autofocus"] = True
    if is_pressed and form.is_bound and not form.data.get("override_reason", "-").strip():
        form.add_error("override_reason", REASON)


class OfPractice(forms.Form):
    """A form whose lists show the member's own practice; hidden until asked for: a reason to override."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        rows: dict[str, Any] = {
            "client": Client.objects.visible_to(member), "therapist": therapists_of(member),
            "service": Service.objects.visible_to(member).filter(is_active=True),
            "room": Room.objects.visible_to(member).filter(is_active=True),
            "waits": entries_to_read(WaitlistEntry.objects.visible_to(member).filter(ended_at=None))}
        for name in rows.keys() & self.fields.keys():
            self.fields[name].queryset = rows[name]  # type: ignore[attr-defined]


class WallStart(OfPractice):
    """A start on the wall clock of the practice; a time that does not exist or comes twice is said in words."""

    on = DayField(label="Date")
    at = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                         error_messages={"required": "Choose a time.", "invalid": "Write the time as 10:30."})
    which = forms.ChoiceField(label="Which of the two?", required=False, widget=forms.HiddenInput,
                              choices=[("0", "The first"), ("1", "The second, after clocks went back")])

    starts_at: datetime | None = None
    gap: clock.WallTimeMissing | clock.WallTimeAmbiguous | None = None  # what was typed is no one moment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        on, at = cleaned.get("on"), cleaned.get("at")
        if on and at:
            fold = {"0": 0, "1": 1}.get(cleaned.get("which", ""))
            try:
                self.starts_at = clock.instant_of(on, at, self.member.practice.time_zone, fold)
            except clock.WallTimeMissing as gap:
                self.gap = gap
                self.add_error("at", str(gap))
            except clock.WallTimeAmbiguous as twice:
                self.gap = twice
                self.fields["which"].widget = forms.RadioSelect(choices=self.fields["which"].choices)  # type: ignore[attr-defined]
                self.add_error("which", str(twice))
        return cleaned


class SlotSearch(OfPractice):
    """What open time is looked for: a service, perhaps a therapist, and some days."""

    service = RowField(label="What", missing="Choose what is to be booked.", empty_label=None)
    therapist = RowField(label="With", required=False, empty_label="Anyone")
    first = DayField(label="From")
    last = DayField(label="Until")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last:
            if last < first:
                self.add_error("last", f"{clock.said_date(last)} lies before {clock.said_date(first)}.")
            elif last - first >= timedelta(days=MOST_DAYS):
                self.add_error("last", f"Look at {MOST_DAYS} days at most in one go.")
            elif last < today_at(self.member.practice):
                self.add_error("last", "These days have passed.")
        return cleaned


class BookForm(OfPractice):
    """One visit as chosen; everything but the reason comes from the page before."""

    client = RowField(widget=forms.HiddenInput)
    service = RowField(widget=forms.HiddenInput)
    therapist = RowField(widget=forms.HiddenInput)
    room = RowField(widget=forms.HiddenInput, required=False)
    starts_at = forms.DateTimeField(widget=forms.HiddenInput, error_messages={
        "required": "Choose a time.", "invalid": "Choose one of the times."})
    override_reason = ReasonField(label="Book all the same, because", required=False)
    waits = RowField(widget=forms.HiddenInput, required=False)  # their place on the waitlist, which this ends

    def clean_starts_at(self) -> datetime:
        starts_at: datetime = self.cleaned_data["starts_at"]
        if not FIRST_DAY.year <= starts_at.year <= LAST_DAY.year:
            raise forms.ValidationError("Choose one of the times.")
        return starts_at


class SeriesForm(WallStart):
    """A run of visits at one rhythm: every so many days, or on chosen weekdays; so many visits, or until a day."""

    service = RowField(label="What", empty_label=None)
    therapist = RowField(label="With", empty_label=None)
    on = DayField(label="First visit")
    every_days = forms.IntegerField(
        label="Every how many days", min_value=1, max_value=366, initial=7,
        help_text="7 is weekly.", error_messages={
            "required": "Say the rhythm in days: 7 is once a week.", "invalid": "Write the days as a number.",
            "min_value": "A rhythm is from 1 to 366 days.", "max_value": "A rhythm is from 1 to 366 days."})
    weekdays = forms.TypedMultipleChoiceField(
        label="On these weekdays", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(enumerate(WEEKDAYS)), help_text="For more than one visit a week.",
        error_messages={"invalid_choice": "Choose from Monday to Sunday."})
    count = forms.IntegerField(
        label="How many visits", min_value=1, max_value=MOST_VISITS, initial=6, required=False, error_messages={
            "invalid": "Write how many as a number.", "min_value": f"From 1 to {MOST_VISITS} visits.",
            "max_value": f"From 1 to {MOST_VISITS} visits."})
    until = DayField(label="Or until", required=False)
    override_reason = ReasonField(label="Book all the same, because", required=False)

    field_order = ("service", "therapist", "on", "at", "which", "every_days", "count", "until", "weekdays",
                   "override_reason")

    @property
    def rhythm(self) -> Rhythm:
        """The rhythm as typed; whether it is one, the rhythm itself says."""
        typed = self.cleaned_data
        return Rhythm(typed["every_days"], typed["count"], typed["until"], tuple(typed["weekdays"]))

    def instead(self) -> dict[date, datetime | None]:
        """What was chosen for single dates: another start, None to leave the date out; `instead-2026-12-08` names it.

        What is neither was not chosen from this page and stays out of account.
        """
        chosen: dict[date, datetime | None] = {}
        for name, value in self.data.items():
            if name.startswith("instead-") and value:
                try:
                    on = date.fromisoformat(name.removeprefix("instead-"))
                    start = None if value == "none" else datetime.fromisoformat(value)
                except ValueError:
                    continue
                if start is None or start.tzinfo:
                    chosen[on] = start
        return chosen


class ScopeField(forms.TypedChoiceField):
    """How much of a series is meant; only this visit where nobody was asked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label="Which visits", choices=Scope.choices, required=False, widget=forms.RadioSelect,
                         initial=Scope.THIS, empty_value=Scope.THIS, error_messages={
                             "invalid_choice": "Choose which visits are meant."}, **kwargs)


class MoveForm(WallStart):
    """Where a visit moves to."""

    therapist = RowField(label="With", empty_label=None)
    room = RowField(label="Room", required=False, empty_label="Any free room")
    override_reason = ReasonField(label="Move all the same, because", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    scope = ScopeField()

    field_order = ("on", "at", "which", "therapist", "room", "override_reason", "version", "scope")


class CancelForm(forms.Form):
    """Why a visit is called off; the front desk is offered no clinical word."""

    reason = forms.ChoiceField(label="Why", error_messages={
        "required": "Choose why.", "invalid_choice": "Choose one of the reasons."})
    scope = ScopeField()

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [("", "Choose why"), *(  # type: ignore[attr-defined]
            (code, label) for code, label in reversed(Appointment.Reason.choices)
            if member.may_see_clinical or code != Appointment.Reason.FLARE)]


class KeepForm(forms.Form):
    """Why a visit on hold stays at its time."""

    reason = ReasonField(label="Why it stays")


def first_and_last(practice_today: date) -> dict[str, date]:
    """The days looked at where none are named: two weeks from today."""
    return {"first": practice_today, "last": practice_today + timedelta(days=13)}
