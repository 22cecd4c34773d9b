"""What is asked before a letter goes on another way than link and code."""

from __future__ import annotations

from typing import Any

from django import forms

from clients.fields import LineField, TextField
from clients.models import Doctor
from notes.sending.ways import ways_open

_WORDS = {
    "sealed": "As an encrypted PDF, its password told by phone", "fax": "By fax, with a cover page",
    "post": "By post, with a cover page", "secure-mail": "By secure e-mail, through the gateway",
}


class SendingForm(forms.Form):
    """How it goes, where to, and why not by link."""

    way = forms.ChoiceField(label="How", widget=forms.RadioSelect, error_messages={
        "required": "Choose how it goes.", "invalid_choice": "Choose from the list."})
    to_address = TextField(label="To", required=False, max_length=500, rows=2, help_text=(
        "Fax number or postal address, where it is another than the one that is known."))
    reason = LineField(label="Why not by link and code", required=False, max_length=300, help_text=(
        "For example: their clinic blocks links. An encrypted PDF needs one; it stands among what went to whom."))
    mail = forms.BooleanField(label="Mail the encrypted PDF now", required=False)

    def __init__(self, *args: Any, doctor: Doctor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way: Any = self.fields["way"]
        way.choices = [(code, _WORDS[code]) for code in ("fax", "post", "secure-mail", "sealed")
                       if code in ways_open(doctor)]
        if doctor.email:
            self.fields["mail"].help_text = f"To {doctor.email}. Otherwise you download it and pass it on."
        else:
            del self.fields["mail"]
