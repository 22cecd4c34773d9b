"""The shapes of what is asked before there is a practice: the code, then one thing a page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from practice.closures import countries
from practice.fields import ChoiceOf, DayField, LineField, MailField
from practice.models import User
from practice.opening.places import main_zone_of, zone_choices
from practice.people.joining import RULES_OF_PASSWORDS


class CodeForm(forms.Form):
    """The code the server printed."""

    code = LineField(
        label="The code", max_length=60, missing="Write the code the server printed.",
        help_text="Twelve letters and digits, such as ABCD-EFGH-JKLM. Capitals and dashes make no difference.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}))


class PracticeForm(forms.Form):
    """What the practice is called, and in which country it is."""

    name = LineField(label="Name of the practice", missing="Write the practice's name, for example Riverside Therapy.",
                     help_text="As clients and doctors know it. You can change it later.")
    country = ChoiceOf(label="Country", required=False,
                       help_text="For public holidays, and to suggest time zone, currency and paper on the next pages.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [("", "None of these"), *countries()]  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if not any(letter.isalnum() for letter in name):
            raise ValidationError("Write the practice's name, for example Riverside Therapy.")
        return name


class ZoneForm(forms.Form):
    """By which clock the practice works."""

    time_zone = ChoiceOf(label="Time zone", missing="Choose a time zone.")

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        main = main_zone_of(country)
        self.fields["time_zone"].choices = [("", "Choose"), *zone_choices(country)]  # type: ignore[attr-defined]
        self.initial.setdefault("time_zone", main)
        self.fields["time_zone"].help_text = (
            "That of your country, or of most of it, is chosen already. Look whether the time beside it is right."
            if main else "Those of your country come first, with the time it is there now.")


class YouForm(forms.Form):
    """Who the owner is, and whether they give sessions."""

    owner_name = LineField(label="Your name", missing="Write your name.", help_text="As clients know you.",
                           widget=forms.TextInput(attrs={"autocomplete": "name"}))
    gives_sessions = forms.BooleanField(label="I give sessions myself", required=False)
    credential = LineField(label="Your credential", required=False,
                           help_text="Where you give sessions: as it is to stand on letters, with its number, for "
                                     "example LMT 60123.")
    credential_expires_on = DayField(label="It is valid until", required=False,
                                     help_text="You are told before it runs out. Empty: it does not run out.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_owner_name(self) -> str:
        name = " ".join(self.cleaned_data["owner_name"].split())
        if not any(letter.isalpha() for letter in name):
            raise ValidationError("Write your name.")
        return name

    def clean_credential_expires_on(self) -> date | None:
        until: date | None = self.cleaned_data["credential_expires_on"]
        if until and until < self.today:
            raise ValidationError("This day has passed. Renew the credential first, or leave the day empty.")
        return until


class AccountForm(forms.Form):
    """How the owner signs in."""

    email = MailField(label="Your e-mail", help_text="You sign in with it. Messages for you go there.",
                      widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}))
    password = forms.CharField(
        label="Choose a password", help_text=RULES_OF_PASSWORDS, strip=False, max_length=200,
        error_messages={"required": "Write a password.", "max_length": "At most 200 characters."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    again = forms.CharField(
        label="The same password again", strip=False, max_length=200,
        error_messages={"required": "Write the password again.", "max_length": "At most 200 characters."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, owner_name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner_name = owner_name
        self.fields["email"].required = True
        self.fields["email"].error_messages["required"] = "Write your e-mail address."

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        password = said.get("password")
        if password:
            try:
                validate_password(password, User(email=said.get("email", ""), name=self.owner_name))
            except ValidationError as weak:
                self.add_error("password", ValidationError(weak.messages))
            if said.get("again") and said["again"] != password:
                self.add_error("again", "The two passwords differ. Write the same one twice.")
        return said
