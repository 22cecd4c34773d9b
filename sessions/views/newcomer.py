"""Book somebody new: one page, three things to write; the rest is asked by the intake."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clients.duplicates import already_listed
from practice import clock
from practice.pages import attempt, member_page
from sessions.asked import member_of, status_of, today_at
from sessions.forms import ReasonField, RowField, WallStart, ask_reason
from sessions.newcomers import book_newcomer
from sessions.views.refused import nearest_times, other_words, takes_a_reason
from sessions.views.undone import remember


class NewcomerForm(WallStart):
    """Who, how they are reached, and what for; with whom and when came with the address."""

    fields_of = {"starts_at": "at", "phone": "reach", "email": "reach"}

    name = forms.CharField(label="Name", max_length=120, error_messages={
        "required": "Write their name.", "max_length": "At most 120 letters."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reach = forms.CharField(label="Phone or e-mail", max_length=254, error_messages={
        "required": "Write a phone number or an e-mail address.", "max_length": "At most 254 letters."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    service = RowField(label="What", missing="Choose what is to be booked.", empty_label=None)
    agreed = forms.BooleanField(label="They agreed to be written to there: send the intake and confirmations",
                                required=False)
    therapist = RowField(label="With", missing="Choose with whom.", empty_label=None)
    room = RowField(label="Room", required=False, empty_label="Any free room")
    override_reason = ReasonField(label="Book all the same, because", required=False)

    field_order = ("name", "reach", "service", "agreed", "on", "at", "which", "therapist", "room", "override_reason")

    def clean_reach(self) -> str:
        reach: str = self.cleaned_data["reach"].strip()
        if "@" in reach:
            return str(forms.EmailField(error_messages={
                "invalid": "Write the e-mail address as name@example.org."}).clean(reach))
        if sum(c.isdigit() for c in reach) < 5:
            raise forms.ValidationError("Write a phone number with at least 5 digits, or an e-mail address.")
        return reach

    def wish(self) -> dict[str, Any]:
        """What the verb takes."""
        said = self.cleaned_data
        is_mail = "@" in said["reach"]
        return {"name": said["name"], "email": said["reach"] if is_mail else "",
                "phone": "" if is_mail else said["reach"], "agreed_how": "by phone" if said["agreed"] else "",
                "therapist": said["therapist"], "service": said["service"], "starts_at": self.starts_at,
                "room": said["room"], "override_reason": said["override_reason"]}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def book_new(request: HttpRequest) -> HttpResponse:
    """A new client and their first visit on one page."""
    member = member_of(request)
    named = {name: request.GET[name] for name in ("on", "at", "therapist", "room", "service", "name")
             if request.GET.get(name)}
    typed = request.POST.copy() if request.method == "POST" else None
    if typed is not None and typed.get("instead"):
        typed["on"], _, typed["at"] = str(typed["instead"]).partition(" ")
    form = NewcomerForm(typed, member=member, initial={"on": today_at(member.practice)} | named)
    form.fields["name"].widget.attrs["autofocus"] = True
    alike: list[Any] = []
    if form.is_bound and form.is_valid():
        wish = form.wish()
        if "another" not in request.POST:
            alike = already_listed(by=member, name=wish["name"], email=wish["email"], phone=wish["phone"])
        visit = None if alike else attempt(form, book_newcomer, by=member, **wish)
        if visit:
            remember(request, visit, f"Booked: {visit.client.name}, {visit.said}, with {visit.therapist.name}, "
                     f"{visit.room.name}.")
            return redirect("sessions:appointment", pk=visit.pk)
    refusal, zone = getattr(form, "refusal", None), member.practice.time_zone
    takes_reason = takes_a_reason(refusal, member)
    if takes_reason:
        ask_reason(form, is_pressed=not (typed and typed.get("instead")))
    chosen = {name: str(form[name].value() or "") for name in ("on", "at", "therapist", "room", "service")}
    return render(request, "sessions/book_new.html", {
        "room": "diary", "form": form, "is_chosen": bool(chosen["at"] and chosen["therapist"]) and not (
            form.errors and {"on", "at", "therapist", "room", "which"} & form.errors.keys()),
        "said": _said(form), "others": other_words(refusal), "takes_reason": takes_reason,
        "alike": [(client, f"{reverse('sessions:book')}?{urlencode({'client': client.pk} | chosen)}")
                  for client in alike],
        "nearest": [(f"{clock.wall_of(at, zone)[0]} {clock.wall_of(at, zone)[1]:%H:%M}", words)
                    for at, words in nearest_times(refusal, zone)],
    }, status=409 if alike else status_of(form))


def _said(form: NewcomerForm) -> str:
    """When and with whom, in words, where the address named both."""
    on, at, who = (form[name].value() for name in ("on", "at", "therapist"))
    try:
        therapist = form.fields["therapist"].queryset.filter(pk=who).first()  # type: ignore[attr-defined]
        on = on if hasattr(on, "weekday") else form.fields["on"].clean(on)
        at = form.fields["at"].clean(at)
    except (forms.ValidationError, ValueError):
        return ""
    return f"{clock.said_date(on)}, {clock.said_time(at)}, with {therapist.user.name}" if therapist else ""
