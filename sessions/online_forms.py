"""What people type as they book by themselves; labels and refusals in the words of the page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clients.fields import LineField, MailField, PhoneField, TextField
from clients.words import one_line
from sessions.models import Appointment

R = Appointment.Reason


class WhoForm(forms.Form):
    """Who somebody is: a name and one way to reach them. No question about health.

    `website` is a field people do not see; whatever fills it in is no person.
    """

    name = LineField(label="Your name", missing="Write your name.", widget=forms.TextInput(attrs={
        "autocomplete": "name", "spellcheck": "false"}))
    email = MailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}))
    phone = PhoneField(label="Phone", widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    remark = TextField(
        label="Getting in and onto the table", max_length=300, required=False,
        help_text="For example: I use a wheelchair. I need a rail. Not about your health: we talk about that when we "
                  "meet.")
    website = forms.CharField(required=False, max_length=300, label="Leave this empty", widget=forms.TextInput(attrs={
        "tabindex": "-1", "autocomplete": "off"}))

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not any(c.isalnum() for c in name):
            raise forms.ValidationError("Write your name.")
        return name

    def clean(self) -> dict[str, Any]:
        kept: dict[str, Any] = super().clean() or self.cleaned_data
        if not {"email", "phone"} & self.errors.keys() and not kept.get("email") and not kept.get("phone"):
            self.add_error("email", "Write an e-mail address or a phone number.")
        return kept

    def typed(self) -> dict[str, str]:
        """The answers, as the draft keeps them."""
        return {name: str(self.cleaned_data[name]) for name in self.fields}


class AddressForm(forms.Form):
    """The address a link is to be sent to."""

    email = MailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not email:
            raise forms.ValidationError("Write your e-mail address.")
        return email


class CallOffForm(forms.Form):
    """Why a client cannot come, in their words; each goes with one code of the diary."""

    WORDS = ((R.OTHER, _("I would rather not say")), (R.AWAY, _("I am away or busy")), (R.SICK, _("I am not well")),
             (R.WORSE, _("It has become worse")), (R.BETTER, _("I feel better and do not need it")),
             (R.WEATHER, _("The weather, or I cannot get there")))

    reason = forms.ChoiceField(label=_("Why? (You need not say.)"), choices=WORDS, initial=R.OTHER,
                               widget=forms.RadioSelect, required=False,
                               error_messages={"invalid_choice": _("Choose one of the answers.")})

    def clean_reason(self) -> str:
        return str(self.cleaned_data["reason"] or R.OTHER)


class DeclineForm(forms.Form):
    """A few words that go to whoever asked."""

    words = LineField(label="A few words to them", required=False, max_length=300,
                      help_text="They are sent as they stand. Leave out anything about health.")
