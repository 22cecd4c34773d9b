"""What an owner types about another system."""

from __future__ import annotations

from typing import Any

from django import forms

from practice.fields import LineField
from practice.models import Webhook
from practice.webhooks.events import EVENTS


class WebhookForm(forms.Form):
    """Its address, and what it is told of."""

    url = LineField(label="Address", missing="Write the address of the other system.", max_length=500,
                    help_text="It begins with https:// and is reached from the open internet.",
                    widget=forms.URLInput(attrs={"autocomplete": "off"}))
    events = forms.MultipleChoiceField(label="It is told when", widget=forms.CheckboxSelectMultiple, error_messages={
        "required": "Choose at least one event.", "invalid_choice": "Choose from the events listed."})

    def __init__(self, *args: Any, webhook: Webhook | None = None, **kwargs: Any) -> None:
        if webhook is not None:
            kwargs["initial"] = {"url": webhook.url, "events": webhook.events}
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = [(e.code, e.name) for e in EVENTS.values()]  # type: ignore[attr-defined]
