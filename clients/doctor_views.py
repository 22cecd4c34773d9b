"""The pages of a client's doctors: name one, correct how one is reached."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clients.doctors import DETAILS, change_doctor, create_doctor, link_doctor, unlink_doctor
from clients.forms import DoctorDetailsForm, DoctorForm
from clients.models import Client, ClientDoctor, Doctor
from clients.views import member_of, status_of
from practice.access import Actor
from practice.pages import attempt, find, member_page, post_page


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def doctor_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who treats or refers this client: a doctor of the list, or a new one."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = DoctorForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_bound and form.is_valid() and attempt(form, _add_doctor, client=client, by=member, **form.cleaned_data):
        messages.success(request, "Added to their doctors.")
        return redirect("clients:client", client.pk)
    return render(request, "clients/doctor_new.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))


@transaction.atomic
def _add_doctor(*, client: Client, by: Actor, doctor: Doctor | None, role: str, **fields: Any) -> ClientDoctor:
    return link_doctor(client=client, by=by, role=role,
                       doctor=doctor or create_doctor(practice=client.practice, by=by, **fields))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def doctor_edit(request: HttpRequest, pk: UUID, doctor: UUID) -> HttpResponse:
    """Correct how one of this client's doctors is reached, and what they are to the client."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    row = find(Doctor, member, doctor)
    link = client.doctor_links.filter(doctor=row).first()
    form = DoctorDetailsForm(request.POST if request.method == "POST" else None, initial={
        "role": link.role if link else "", **{name: getattr(row, name) for name in DETAILS}})
    if link is None:
        del form.fields["role"]
    back = _back(request, client)
    if form.is_bound and form.is_valid() and attempt(form, _change_doctor, client=client, doctor=row, by=member,
                                                     **form.cleaned_data):
        messages.success(request, f"Noted how {form.cleaned_data['name']} is reached.")
        return redirect(back)
    return render(request, "clients/doctor_edit.html", {
        "room": "clients", "client": client, "doctor": row, "form": form, "link": link, "back": back,
    }, status=status_of(form))


@post_page("clients:doctor_edit", "pk", "doctor")
@member_page()
def doctor_remove(request: HttpRequest, pk: UUID, doctor: UUID) -> HttpResponse:
    """Take them off this client's doctors."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    row = find(Doctor, member, doctor)
    unlink_doctor(client=client, doctor=row, by=member)
    messages.success(request, f"{row.name} is off the list.")
    return redirect("clients:client", client.pk)


@transaction.atomic
def _change_doctor(*, client: Client, doctor: Doctor, by: Actor, role: str = "", **details: str) -> Doctor:
    if role:
        link_doctor(client=client, doctor=doctor, by=by, role=role)
    return change_doctor(doctor=doctor, by=by, **details)


def _back(request: HttpRequest, client: Client) -> str:
    """Where the page was opened from, a letter for example; else the client’s page."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()})
    return asked if is_ours else reverse("clients:client", args=[client.pk])
