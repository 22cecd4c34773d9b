"""Undo on the page: which act this person did last, so that the diary and Today can offer to take it back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from sessions.models import Appointment
from sessions.undoing import undo_of

_KEY = "undo"


class UndoForm(forms.Form):
    """Which act is to be taken back."""

    step = forms.UUIDField(widget=forms.HiddenInput, error_messages={
        "required": "Open the visit and choose what to undo.", "invalid": "Open the visit and choose what to undo."})


def remember(request: HttpRequest, visit: Appointment, words: str = "") -> None:
    """Keep the last step of this visit for the banner of the next pages; `words` stand where there is no banner."""
    if words and undo_of(visit) is None:
        messages.success(request, words)
    last = visit.events.order_by("-at", "-pk").values_list("pk", flat=True).first()
    request.session[_KEY] = str(last or "")


def forget(request: HttpRequest) -> None:
    """Nothing is offered any more."""
    request.session.pop(_KEY, None)
