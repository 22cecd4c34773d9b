"""The forms of the door and of one's own page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm

from practice.fields import ChoiceOf, LineField
from practice.models import SecondStepFor
from practice.passwords import TooManyTries, WrongPassword, person_with
from practice.people.switching import works_somewhere

RULES = "At least 12 characters. A few words in a row are good; a password that many people use is refused."


def password_field(label: str, *, is_new: bool = False, **kwargs: Any) -> forms.CharField:
    """A password: never trimmed, and known to password managers."""
    return forms.CharField(
        label=label, strip=False, max_length=200, **kwargs,
        error_messages={"required": "Type the password.", "max_length": "At most 200 characters."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if is_new else "current-password"}))


class SignInForm(AuthenticationForm):
    """E-mail and password."""

    username = forms.EmailField(
        label="E-mail", max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
        error_messages={"required": "Type the e-mail address you work with.",
                        "invalid": "Write the whole e-mail address, for example maria@example.org."})
    password = password_field("Password")
    error_messages = {
        "invalid_login": "This e-mail and password do not go together. Check both; capital letters count.",
        "inactive": "This account is switched off. Ask the practice's owner.",
    }

    def clean(self) -> dict[str, Any]:
        """Who it is, if the password is right and was not tried too often."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if email and password and self.request is not None:
            try:
                self.user_cache = person_with(self.request, email=email, password=password)
                if not works_somewhere(self.user_cache):
                    raise forms.ValidationError(self.error_messages["inactive"])
            except WrongPassword:
                raise self.get_invalid_login_error() from None
            except TooManyTries as tired:
                raise forms.ValidationError(tired.detail) from None
        return self.cleaned_data


class CodeForm(forms.Form):
    """The app's six digits, or where it may be one a recovery code."""

    code = forms.CharField(
        label="Code", max_length=40, error_messages={"required": "Type the code.", "max_length": "At most 40 letters."},
        widget=forms.TextInput(attrs={
            "autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}))

    def __init__(self, *args: Any, hint: str, takes_focus: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = hint
        self.fields["code"].widget.attrs["autofocus"] = takes_focus


class ForgotForm(forms.Form):
    """Where the link goes."""

    email = forms.EmailField(
        label="E-mail", max_length=254, help_text="The address you sign in with.",
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True, "spellcheck": "false"}),
        error_messages={"required": "Type the e-mail address you sign in with.",
                        "invalid": "Write the whole e-mail address, for example maria@example.org."})


class NewPasswordForm(forms.Form):
    """A new password, once: whoever mistypes asks for another link."""

    password = password_field("New password", is_new=True, help_text=RULES)


class ChangePasswordForm(forms.Form):
    """The old one, then the new one."""

    old_password = password_field("Your password now")
    password = password_field("New password", is_new=True, help_text=RULES)


class ConfirmForm(forms.Form):
    """The password, once more."""

    password = password_field("Your password")


class NameForm(forms.Form):
    """What one is called."""

    name = LineField(label="Name", missing="Write the name colleagues and clients know you by.")
    name.widget.attrs["autocomplete"] = "name"


class AddressForm(forms.Form):
    """The new address."""

    email = forms.EmailField(
        label="New e-mail address", max_length=254,
        help_text="A link goes there. The old address opens the door until you press it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={"required": "Write the new address.",
                        "invalid": "Write the whole e-mail address, for example maria@example.org."})


class PasskeyForm(forms.Form):
    """What the passkey is called."""

    name = LineField(label="Name", max_length=60, missing="Give it a name you will know it by.",
                     help_text="So that you know it in the list, for example “Work phone” or “Blue key”.")


def second_step_field(chosen: str) -> forms.ChoiceField:
    """Who needs a second step."""
    return ChoiceOf(
        label="A second step to sign in is asked of", choices=SecondStepFor.choices, initial=chosen, required=False,
        help_text="A code from an app, or a passkey, beside the password. Nobody is thrown out: whoever has none sets "
                  "it up the next time they sign in.")
