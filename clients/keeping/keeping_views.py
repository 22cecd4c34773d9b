"""Pages about what is kept of a client: two rows of one person become one; everything is taken out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.duplicates import already_listed
from clients.fields import RowField
from clients.keeping.exporting import export_client, left_out_for
from clients.keeping.joining import side_by_side
from clients.keeping.merging import counts_of, merge_clients, worth_knowing
from clients.models import Client
from clients.search import LONGEST, find_clients
from clients.views import member_of, status_of
from practice.access import CLINICAL
from practice.models import Membership
from practice.pages import attempt, find, member_page

MOST_FOUND = 20


class MergeForm(forms.Form):
    """The other row of the same person."""

    other = RowField(missing="Choose somebody on your list.", widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = Client.objects.visible_to(member)  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def client_merge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody listed twice: choose the other, look at both side by side, then one press."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    chosen = {"other": request.GET["with"]} if "with" in request.GET else None
    sent = request.POST if request.method == "POST" else chosen
    form = MergeForm(sent, member=member)
    if not form.is_valid() or form.cleaned_data["other"] == client:
        return _choose(request, client, form)
    other: Client = form.cleaned_data["other"]
    if request.method == "POST" and attempt(form, merge_clients, client=other, into=client, by=member):
        messages.success(request, f"{other.name} and {client.name} are one now, under {client.name}.")
        return redirect("clients:client", client.pk)
    return render(request, "clients/merge.html", {
        "room": "clients", "client": client, "other": other, "form": form, "rows": side_by_side(client, other),
        "counts": counts_of(other), "own": counts_of(client), "known": worth_knowing(other, client)},
        status=status_of(form) if request.method == "POST" else 200)


def _choose(request: HttpRequest, client: Client, form: MergeForm) -> HttpResponse:
    """Those who look like the same person first, then whoever is searched for."""
    member, q = member_of(request), request.GET.get("q", "").strip()[:LONGEST]
    likely = [row for row in already_listed(by=member, name=client.name, email=client.email, phone=client.phone)
              if row.pk != client.pk]
    everybody = Client.objects.visible_to(member).exclude(pk__in=[client.pk, *(row.pk for row in likely)])
    found = list(find_clients(everybody, q).order_by("name", "pk")[:MOST_FOUND]) if q else []
    return render(request, "clients/merge_choose.html", {
        "room": "clients", "client": client, "form": form, "likely": likely, "found": found, "q": q},
        status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def client_export(request: HttpRequest, pk: UUID) -> HttpResponse | StreamingHttpResponse:
    """What the file holds and what it does not; pressed, the file."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    if request.method != "POST":
        return render(request, "clients/export.html", {
            "room": "clients", "client": client, "counts": counts_of(client),
            "left_out": left_out_for(member, client)})
    made = export_client(client=client, by=member)
    return StreamingHttpResponse(made.stream(), content_type="application/zip", headers={
        "Content-Disposition": f'attachment; filename="{made.name}"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store"})
