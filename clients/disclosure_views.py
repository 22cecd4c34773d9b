"""The page of what went to whom: one client's accounting of disclosures, to read, to print, to add to by hand."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.disclosures import WAYS, opened_at, record_disclosure
from clients.episodes import today_in
from clients.fields import ChoiceOf, DayField, LineField, TextField
from clients.models import Client, Disclosure
from clients.views import member_of, status_of
from practice import audit
from practice.access import CLINICAL
from practice.pages import attempt, find, member_page


class DisclosureForm(forms.Form):
    """What went out by another way than a link: when, to whom, what, what for, how."""

    on = DayField(label="On")
    to_name = LineField(label="To", max_length=160, missing="Write who received it.")
    to_address = TextField(label="Address", required=False, max_length=500, rows=2)
    what = LineField(label="What", max_length=300, missing="Write what went out.",
                     help_text="For example: summary of 1 Sep to 24 Nov, three pages.")
    why = LineField(label="What for", max_length=300, missing="Write what it was for.",
                    help_text="For example: treatment, at the client’s request.")
    how = ChoiceOf(label="How", choices=[(words, words.capitalize()) for words in WAYS.values()])


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def disclosures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every line, the newest first; one more is added by hand below."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = DisclosureForm(request.POST if request.method == "POST" else None, initial={"on": today_in(client)})
    if form.is_bound and form.is_valid() and attempt(
            form, record_disclosure, client=client, by=member, **form.cleaned_data):
        messages.success(request, "Written down. It stands for good.")
        return redirect("clients:disclosures", client.pk)
    rows = list(Disclosure.objects.visible_to(member).filter(client__in=client.family))
    opened = opened_at(rows)
    if request.method == "GET":
        audit.record(by=member, verb="disclosures_read", subject=client, client_id=client.pk)
    return render(request, "clients/disclosures.html", {
        "room": "clients", "client": client, "form": form, "practice": client.practice, "today": today_in(client),
        "rows": [(row, opened.get(row.subject_id) if row.subject_id else None) for row in rows]},
        status=status_of(form))
