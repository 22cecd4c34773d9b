"""The page where the owner switches booking by oneself on, and says how it goes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

from practice.access import Role
from practice.models import Membership, NewClients, Practice, Service
from practice.online import LEAST_HOURS, MOST_HOURS, change_online_booking
from practice.pages import attempt, member_page

_HOURS = f"Write a number from {LEAST_HOURS} to {MOST_HOURS} hours."


class OnlineForm(forms.Form):
    """Whether, where, what and by whom."""

    books_online = forms.BooleanField(label="Clients can book by themselves", required=False)
    public_slug = forms.CharField(label="The address of your public page ends in", required=False, max_length=60,
                                  error_messages={"max_length": "At most 60 letters."},
                                  widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    old_links_stop = forms.BooleanField(label="Change the address: links to the old one stop")
    new_clients_online = forms.ChoiceField(
        label="Somebody new", choices=NewClients.choices, widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), "Choose one of the list."))
    request_hours = forms.IntegerField(
        label="A request keeps its time for (hours)", min_value=LEAST_HOURS, max_value=MOST_HOURS,
        help_text="(P) our proposal. Until the visit begins at most; then whoever asked is told.",
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _HOURS))
    services = forms.MultipleChoiceField(
        label="What can be booked so", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(("invalid_choice", "invalid_list"), "Choose from the list."))

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        rows = list(Service.objects.filter(practice=practice, is_active=True))
        super().__init__(*args, **kwargs, initial={
            "books_online": practice.books_online, "public_slug": practice.public_slug or slugify(practice.name)[:60],
            "new_clients_online": practice.new_clients_online, "request_hours": practice.request_hours,
            "services": [str(row.pk) for row in rows if row.is_online]})
        typed = str(self["public_slug"].value() or "").strip().lower()
        if self.is_bound and practice.public_slug and typed != practice.public_slug:
            self.fields["old_links_stop"].error_messages["required"] = (
                f"Whoever has a link that ends in {practice.public_slug} finds nothing there any more. "
                "Tick that you mean it, or leave the address as it was.")
        else:
            del self.fields["old_links_stop"]
        self.fields["public_slug"].help_text = f"{settings.BASE_URL}/book-with/… Small letters, digits and hyphens."
        self.fields["services"].choices = [  # type: ignore[attr-defined]
            (str(row.pk), f"{row.name}, {row.minutes} minutes") for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(frozenset({Role.OWNER}))
def online_page(request: HttpRequest) -> HttpResponse:
    """How it is, to be changed by the owner."""
    member: Membership = request.member  # type: ignore[attr-defined]
    practice = member.practice
    form = OnlineForm(request.POST if request.method == "POST" else None, practice=practice)
    if form.is_bound and form.is_valid() and attempt(
            form, change_online_booking, practice=practice, by=member,
            **{name: value for name, value in form.cleaned_data.items() if name != "old_links_stop"}):
        messages.success(request, "Saved. It holds from now on; what is booked stays.")
        return redirect("practice:online")
    url = f"{settings.BASE_URL}/book-with/{practice.public_slug}/" if practice.books_online else ""
    return render(request, "practice/online.html", {"room": "practice", "form": form, "url": url},
                  status=422 if form.is_bound and form.errors else 200)
