"""The shapes of what is said at the privacy officer's desk."""

from __future__ import annotations

from typing import Any

from django import forms

from clients.models import Breach, BreachStep, PrivacyRequest
from clients.privacy.clocks import LAWS
from clients.privacy.trail import BY_LINK, CHANGED, LOOKED
from practice.fields import ChoiceOf, DayField, LineField, NumberField, TextField
from practice.models import Membership

_LAWS = [(law.code, law.name) for law in LAWS.values()]


def _needed(label: str, missing: str, **kwargs: Any) -> TextField:
    field = TextField(label=label, max_length=kwargs.pop("max_length", 2000), **kwargs)
    field.error_messages["required"] = missing
    return field


class TrailForm(forms.Form):
    """What to look for in the trail."""

    q = LineField(label="Client", required=False, help_text="Part of a name. Empty: everybody.")
    who = forms.ChoiceField(label="Done by", required=False)
    kind = forms.ChoiceField(label="What", required=False, choices=[
        ("", "Everything"), (LOOKED, "Only who looked"), (CHANGED, "Only who changed something")])
    since = DayField(label="From", required=False)
    until = DayField(label="Until", required=False)

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Membership.objects.filter(practice=member.practice_id).select_related("user").order_by("user__name")
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", "Anybody"), *((str(one.pk), one.name) for one in people),
            (BY_LINK, "Somebody by a link, or the product itself")]


class RequestForm(forms.Form):
    """What a client asks of their record."""

    kind = forms.ChoiceField(label="What they ask", choices=PrivacyRequest.Kind.choices, widget=forms.RadioSelect,
                             error_messages={"required": "Choose what they ask.", "invalid_choice": "Choose one."})
    asked_by = LineField(label="Who asked", missing="Write who asked.",
                         help_text="The client, or who acts for them and as what.")
    asked_for = _needed("What exactly", "Write what they asked for.")
    received_on = DayField(label="Received on")
    law = ChoiceOf(label="Whose clock runs", choices=_LAWS)
    due_on = DayField(label="Due on", required=False, help_text="Empty: by that law’s clock.")


class ExtendForm(forms.Form):
    """More time, once."""

    reason = LineField(label="Why it takes longer", max_length=300, missing="Write why it takes longer.",
                       help_text="Tell the client this and the new day, in writing, before the old day has passed.")


class AnswerForm(forms.Form):
    """How it was answered."""

    outcome = forms.ChoiceField(label="How it was answered", choices=PrivacyRequest.Outcome.choices,
                                widget=forms.RadioSelect,
                                error_messages={"required": "Choose one.", "invalid_choice": "Choose one."})
    answer = _needed("What was given and how, or why it was refused", "Write what was given, or why it was refused.")


class DisagreementForm(forms.Form):
    """The client's own statement."""

    statement = _needed("The client’s statement, in their words", "Write their statement.", max_length=4000)


class HoldForm(forms.Form):
    """Why nothing may be disposed of."""

    reason = LineField(label="Why", max_length=300, missing="Write why.",
                       help_text="For example: the court’s letter of 3 March.")


class LiftForm(forms.Form):
    """Why a hold is over."""

    why = LineField(label="Why it is over", max_length=300, missing="Write why it is over.")


class DisposeForm(forms.Form):
    """Why everything about somebody goes."""

    reason = LineField(label="Why", max_length=300, missing="Write why it goes.",
                       help_text="It stays with your name. For example: “Ten years are over.” Name nobody.")


class MomentField(forms.DateTimeField):
    """A day and a time on the practice's wall."""

    def __init__(self, **kwargs: Any) -> None:
        words = dict.fromkeys(("required", "invalid"), "Write the day and the time.")
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                         error_messages=words, **kwargs)


class BreachForm(forms.Form):
    """What went wrong."""

    what = _needed("What happened", "Write what happened.", max_length=4000,
                   help_text="What came to whom, how. Name no more clients than it takes.")
    found_out_at = MomentField(label="When you found out")
    people = NumberField(label="How many clients, as far as you know", least=0, most=10_000_000)
    risk = forms.ChoiceField(label="Risk", choices=Breach.Risk.choices, widget=forms.RadioSelect,
                             error_messages={"required": "Choose one.", "invalid_choice": "Choose one."})
    assessment = _needed("Why you judge it so", "Write why you judge it so.", max_length=4000,
                         help_text="What it was and whether it says who; who had it; whether they looked; what was "
                                   "done since (45 CFR 164.402 asks these four).")
    law = ChoiceOf(label="Whose clock runs", choices=_LAWS)


class StepForm(forms.Form):
    """What was done since, or became known."""

    kind = ChoiceOf(label="What", choices=BreachStep.Kind.choices)
    at = MomentField(label="When")
    words = _needed("To whom, how, what", "Write it down in a few words.", max_length=4000)
    people = NumberField(label="How many clients by now", least=0, most=10_000_000, required=False)
