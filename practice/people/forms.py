"""The shapes of what is said about people: an invitation, a place, a credential, and what the invited person types."""

from __future__ import annotations

from typing import Any

from django import forms

from practice.access import Role
from practice.fields import DayField, LineField, MailField
from practice.people.joining import RULES_OF_PASSWORDS

_CHOOSE = {"required": "Choose a role.", "invalid_choice": "Choose one of the roles."}
_ROLES = [
    (Role.THERAPIST, "Therapist: gives sessions, writes the record"),
    (Role.FRONT_DESK, "Front desk: books and rings, reads nothing clinical"),
    (Role.OWNER, "Owner: decides for the practice, people, money and privacy"),
]


class PlaceForm(forms.Form):
    """As what somebody works here."""

    role = forms.ChoiceField(label="Role", choices=_ROLES, widget=forms.RadioSelect, initial=Role.THERAPIST,
                             error_messages=_CHOOSE)
    is_therapist = forms.BooleanField(label="Gives sessions", required=False,
                                      help_text="Has a column in the diary and reads and writes the record. "
                                                "A therapist always does.")


class CredentialForm(forms.Form):
    """What stands under their letters."""

    credential = LineField(label="Credential", required=False, max_length=120,
                           help_text="As printed on letters, with its number, for example LMT 60123.")
    credential_expires_on = DayField(label="Valid until", required=False,
                                     help_text="You are both told 60 days before.")


class InviteForm(CredentialForm, PlaceForm):
    """Whom to invite, and as what."""

    name = LineField(label="Name", missing="Write their name.")
    email = MailField(label="E-mail", help_text="The link goes there, and they sign in with it.")
    field_order = ("name", "email", "role", "is_therapist", "credential", "credential_expires_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].error_messages["required"] = "Write their e-mail address."


class NewAccountForm(forms.Form):
    """The name and the password of somebody new."""

    name = LineField(label="Your name", missing="Write your name.", help_text="As clients read it.")
    password = forms.CharField(
        label="Choose a password", max_length=256, strip=False, help_text=RULES_OF_PASSWORDS,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Choose a password.", "max_length": "At most 256 letters."})


class OwnPasswordForm(forms.Form):
    """The password somebody has already."""

    password = forms.CharField(
        label="Your password", max_length=256, strip=False,
        help_text="You have an account with this address. Its password stays as it is.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Write your password.", "max_length": "At most 256 letters."})
