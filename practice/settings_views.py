"""The page where the owner decides a practice's numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.access import Role
from practice.accounts.forms import second_step_field
from practice.accounts.second_step import change_second_step_for
from practice.fields import ChoiceOf, LineField
from practice.models import Membership, Practice
from practice.money import CURRENCIES
from practice.numbers import NUMBERS, change_numbers
from practice.offers import change_currency
from practice.pages import attempt, member_page
from practice.texting.senders import change_sms_sender

# How they stand on the page; what is named nowhere, under the first.
GROUPS = {
    "The diary": ("slot_grid_minutes", "horizon_days", "notice_minutes", "waitlist_offers", "waitlist_offer_hours"),
    "Clients by themselves": ("client_notice_hours", "client_change_hours"),
    "Before and after a visit": ("confirm_days", "check_before_hours", "follow_up_days", "recall_weeks"),
    "How often, and when": ("messages_per_day", "messages_per_week", "reminder_gap_hours", "quiet_from_hour",
                            "quiet_until_hour", "sms_sender"),
    "The record": ("retention_years", "intake_every_months", "intake_reminder_days", "summary_after_visits",
                   "share_openings"),
    "Signing in": ("second_step_for", "lock_minutes"),
    "Money": ("currency",),
}


def _answers_to(sender: str) -> str:
    """What becomes of answers to a name; a number's arrive."""
    if sender and not sender.startswith("+"):
        return (f"“{sender}” is a name: answers to it reach nobody, STOP among them. Who wants no more texts has to "
                "ring you.")
    return "Answers to a name instead of a number reach nobody, STOP among them."


class NumbersForm(forms.Form):
    """One field for each number, with what it is for."""

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any) -> None:
        super().__init__(*args, initial={name: getattr(practice, name) for name in NUMBERS}, **kwargs)
        for number in NUMBERS.values():
            words = dict.fromkeys(("invalid", "min_value", "max_value", "required"), number.words)
            if number.one_of:
                self.fields[number.name] = forms.TypedChoiceField(
                    label=number.label, coerce=int, choices=[(n, n) for n in number.one_of], help_text=number.hint,
                    error_messages={"required": number.words, "invalid_choice": number.words})
                continue
            self.fields[number.name] = forms.IntegerField(
                label=number.label, min_value=number.least, max_value=number.most,
                required=not number.may_be_empty, error_messages=words, help_text=number.hint)
        self.fields["second_step_for"] = second_step_field(practice.second_step_for)
        self.fields["currency"] = ChoiceOf(
            label="Prices are in", initial=practice.currency,
            choices=[(unit.code, f"{unit.name} ({unit.code})") for unit in CURRENCIES.values()])
        self.fields["sms_sender"] = LineField(
            label="Text messages come from", max_length=20, required=False, initial=practice.sms_sender,
            help_text="Only where you have a number of your own at the SMS gateway; answers to it reach you alone. "
                      f"{_answers_to(practice.sms_sender)}")
        self.order_fields([name for names in GROUPS.values() for name in names])

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, in the order of the page."""
        heading_of = {name: heading for heading, names in GROUPS.items() for name in names}
        found: dict[str, list[forms.BoundField]] = {heading: [] for heading in GROUPS}
        for field in self:
            found[heading_of.get(field.name, "The diary")].append(field)
        return list(found.items())


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(frozenset({Role.OWNER}))
def settings_page(request: HttpRequest) -> HttpResponse:
    """The numbers as they are, to be changed by the owner."""
    member: Membership = request.member  # type: ignore[attr-defined]
    practice = member.practice
    form = NumbersForm(request.POST if request.method == "POST" else None, practice=practice)
    if form.is_bound and form.is_valid() and attempt(form, _save, practice=practice, by=member, **form.cleaned_data):
        messages.success(request, "Saved. It holds from now on.")
        return redirect("practice:settings")
    return render(request, "practice/settings.html", {"room": "practice", "form": form},
                  status=422 if form.is_bound and form.errors else 200)


@transaction.atomic
def _save(*, practice: Practice, by: Membership, currency: str, sms_sender: str, second_step_for: str,
          **numbers: int | None) -> Practice:
    change_second_step_for(practice=practice, second_step_for=second_step_for or practice.second_step_for, by=by)
    change_currency(practice=practice, currency=currency, by=by)
    change_sms_sender(practice=practice, sender=sms_sender, by=by)
    return change_numbers(practice=practice, by=by, **numbers)
