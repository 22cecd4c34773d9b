"""The pages of the people around a client: add somebody, correct, take off."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.contacts import add_contact, change_contact, remove_contact
from clients.fields import ChoiceOf, DayField, LineField, MailField, PhoneField
from clients.models import Client, Contact
from clients.views import member_of, status_of
from practice.pages import attempt, find, member_page, post_page


class ContactForm(forms.Form):
    """Who it is, how they are reached, and whether they get copies."""

    role = ChoiceOf(label="They are", choices=[("", "Choose"), *Contact.Role.choices],
                    missing="Choose what they are to the client.")
    name = LineField(label="Name", missing="Write their name.")
    phone = PhoneField(label="Phone")
    email = MailField(label="E-mail")
    remark = LineField(label="Good to know", max_length=200, required=False,
                       help_text="Drives them on Tuesdays; must be told a day ahead.")
    copied_since = DayField(label="The client agreed to copies on", required=False,
                            help_text="Whatever is written to the client about visits then goes to them too. "
                                      "Empty: no copies.")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def contact_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add somebody around the client."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = ContactForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and attempt(form, add_contact, client=client, by=member, **form.cleaned_data):
        messages.success(request, "Added to the people around them.")
        return redirect("clients:client", client.pk)
    return render(request, "clients/contact.html", {"room": "clients", "client": client, "form": form, "contact": None},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def contact_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct who it is and how they are reached."""
    member = member_of(request)
    contact = find(Contact, member, pk, "client__practice")
    form = ContactForm(request.POST if request.method == "POST" else None,
                       initial={name: getattr(contact, name) for name in ContactForm.base_fields})
    if form.is_bound and form.is_valid() and attempt(form, change_contact, contact=contact, by=member,
                                                     **form.cleaned_data):
        messages.success(request, "Noted.")
        return redirect("clients:client", contact.client_id)
    return render(request, "clients/contact.html", {"room": "clients", "client": contact.client, "form": form,
                                                    "contact": contact}, status=status_of(form))


@post_page("clients:contact_edit", "pk")
@member_page()
def contact_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take them off the people around the client."""
    member = member_of(request)
    contact = find(Contact, member, pk, "client")
    remove_contact(contact=contact, by=member)
    messages.success(request, f"{contact.name} is off the list.")
    return redirect("clients:client", contact.client_id)
