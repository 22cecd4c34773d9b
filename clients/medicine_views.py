"""The pages of a client's medicines: note one, correct it, end it."""

from __future__ import annotations

from datetime import time
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.body_views import end_page
from clients.fields import ChoiceOf, DayField, LineField, NumberField, Places
from clients.medicine_kinds import MEDICINES, kind_named
from clients.medicines import alike_medicine, correct_medicine, end_medicine, record_medicine
from clients.models import Client, Medicine
from clients.views import member_of, status_of
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page


class TimesField(LineField):
    """Times of the day, with commas between: "08:00, 12:30"."""

    def clean(self, value: Any) -> list[time]:
        text = super().clean(value) or ""
        try:
            return [time.fromisoformat(part.strip().zfill(5)) for part in text.split(",") if part.strip()]
        except ValueError:
            raise forms.ValidationError("Write each time as hours and minutes, with commas between: "
                                        "08:00, 12:30.") from None


class MedicineForm(Places):
    """A medicine as somebody named it, and what it means for the work."""

    fields_of = {"regions": "places"}

    name = LineField(label="Medicine", missing="Write the name of the medicine.",
                     help_text="As it stands on the box, or as they say it.")
    kind = ChoiceOf(label="What it is", required=False, help_text="It decides what the medicine means for the work.",
                    choices=[("", "Look it up by its name"),
                             *((kind.code, f"{kind.name} ({kind.examples})") for kind in MEDICINES.values())])
    began_on = DayField(label="Since", required=False)
    ended_on = DayField(label="Last day", required=False, help_text="Empty while they take it.")
    last_given_on = DayField(label="Last or next given on", required=False,
                             help_text="For an injection or infusion: any one day you know.")
    every_days = NumberField(label="Days between two", least=1, most=400, required=False,
                             help_text="7 for weekly, 28 for monthly, 182 for twice a year.")
    times = TimesField(label="Times of the day", required=False,
                       help_text="Where the hours matter, as with Parkinson’s tablets: 08:00, 12:30.")

    def medicine(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        typed = {name: self.cleaned_data[name] for name in MedicineForm.base_fields} | {"places": self.places()}
        return typed | {"kind": typed["kind"] or kind_named(typed["name"])}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def medicine_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note a medicine they take; ask where one of that name is noted already."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form, alike = MedicineForm.answering(request, initial={}), None
    if form.is_bound and form.is_valid():
        typed = form.medicine()
        if "another" not in request.POST:
            alike = alike_medicine(client=client, name=typed["name"])
        if alike is None and attempt(form, record_medicine, client=client, by=member, **typed):
            messages.success(request, "Noted. Booking, plans and notes keep to it from now on.")
            return redirect("clients:client", client.pk)
    return _page(request, client, form, "Add a medicine", alike)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def medicine_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a medicine, or say on which day it ended."""
    member = member_of(request)
    medicine = find(Medicine, member, pk, "client__practice")
    form = MedicineForm.answering(request, initial=_initial(medicine))
    if form.is_bound and form.is_valid() and attempt(form, correct_medicine, medicine=medicine, by=member,
                                                     **form.medicine()):
        messages.success(request, "Noted.")
        return redirect("clients:client", medicine.client_id)
    return _page(request, medicine.client, form, "Correct a medicine")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def medicine_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that they take a medicine no longer, or, where that was a slip, that they still do."""
    medicine = find(Medicine, member_of(request), pk, "client__practice")
    return end_page(request, medicine, medicine.name, partial(end_medicine, medicine=medicine),
                    heading="They take it no longer", label="Last day they took it")


def _page(request: HttpRequest, client: Client, form: MedicineForm, heading: str,
          alike: Medicine | None = None) -> HttpResponse:
    context = {"room": "clients", "client": client, "form": form, "heading": heading, "alike": alike}
    return render(request, "clients/medicine.html", context, status=409 if alike else status_of(form))


def _initial(medicine: Medicine) -> dict[str, Any]:
    fields = {name: getattr(medicine, name) for name in MedicineForm.base_fields}
    places = [f"{place['region']}:{place['side']}" for place in medicine.regions]
    return fields | {"times": ", ".join(medicine.times), "places": places}
