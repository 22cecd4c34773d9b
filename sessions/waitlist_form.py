"""The shape of a wish on the waitlist, as staff type it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from clients.models import Client
from clients.wishes import WEEKDAYS
from practice import stretches
from practice.supply_forms import HoursField
from sessions.forms import DayField, OfPractice, RowField
from sessions.models import Appointment, WaitlistEntry
from sessions.waitlist import STANDING, windows_of


class VisitField(RowField):
    """One of the client's visits to come, by its time."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.said}, with {obj.therapist.user.name}"


class WaitForm(OfPractice):
    """What somebody waits for and when they can; nothing said means any."""

    service = RowField(label="What", missing="Choose what they wait for.", empty_label=None)
    therapist = RowField(label="With", required=False, empty_label="Anyone")
    weekdays = forms.TypedMultipleChoiceField(
        label="On these weekdays", coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        choices=list(enumerate(WEEKDAYS)), help_text="None means any.",
        error_messages={"invalid_choice": "Choose from Monday to Sunday."})
    windows = HoursField(label="Between", required=False,
                         help_text=f"Such as {stretches.EXAMPLE}. The whole visit lies within. Empty: any time.")
    from_on = DayField(label="From", required=False)
    until_on = DayField(label="Until", required=False,
                        help_text="Empty: until the visit they would give up, or 90 days.")
    give_up = VisitField(label="Visit they would give up", required=False, empty_label="Nothing",
                         help_text="It is cancelled only when they say yes to another time.")

    def __init__(self, *args: Any, client: Client, entry: WaitlistEntry | None = None, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(entry) if entry else kwargs.pop("initial", {}), **kwargs)
        coming = Appointment.objects.filter(client=client, status__in=STANDING, starts_at__gt=timezone.now())
        self.fields["give_up"].queryset = coming.select_related("therapist__user").order_by(  # type: ignore[attr-defined]
            "starts_at")
        if entry:  # another service is another entry
            self.fields["service"].disabled = True


def _initial(entry: WaitlistEntry) -> dict[str, Any]:
    return {"service": entry.service_id, "therapist": entry.therapist_id, "weekdays": entry.weekdays,
            "windows": stretches.said(windows_of(entry)), "from_on": entry.from_on, "until_on": entry.until_on,
            "give_up": entry.give_up_id}


class OfferForm(OfPractice):
    """Which open time is offered by hand."""

    therapist = RowField(missing="Choose one of the times.")
    starts_at = forms.DateTimeField(error_messages={"required": "Choose one of the times.",
                                                    "invalid": "Choose one of the times."})
