"""The pages of what follows an episode: for each kind its numbers with their sources, and the owner's own word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.episode_policies import (
    NUMBERS,
    PUBLISHED,
    EpisodePolicy,
    Number,
    change_policy,
    numbers_of,
    policy_of,
    restore_policy,
    rule_of,
)
from clients.fields import LineField, NumberField
from clients.models import Episode, RuleChange
from clients.reasons import capital
from clients.sources import SOURCES, cite
from clients.views import member_of, status_of
from practice.access import CLINICAL, Role
from practice.pages import attempt, member_page, post_page

OUR_PROPOSAL = "(P) our proposal; no source gives it."


@dataclass(frozen=True, slots=True)
class Line:
    """One number of a policy as it holds here: what it says, where it comes from, whether this practice changed it."""

    label: str
    said: str
    source: str
    is_own: bool


class PolicyForm(forms.Form):
    """Other numbers and switches for one kind of episode; and why."""

    reason = LineField(label="Why", max_length=500, missing="Write why, for whoever reads this in a year.",
                       help_text="It stands in the history below.")

    def __init__(self, *args: Any, policy: EpisodePolicy, published: EpisodePolicy, reason: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine, was = numbers_of(policy), numbers_of(published)
        for name, number in NUMBERS.items():
            self.fields[name] = _field(number, mine[name], f"Published: {said_number(number, was[name])}.")
        self.fields["reason"].initial = reason
        self.order_fields([*NUMBERS, "reason"])


def _field(number: Number, value: int | bool | None, published: str) -> forms.Field:
    words = " ".join(filter(None, [number.help, published]))
    if number.is_switch:
        return forms.BooleanField(label=number.label, required=False, initial=value, help_text=words)
    counted = f" ({number.counted_in})" if number.counted_in in ("days", "minutes") else ""
    return NumberField(label=f"{number.label}{counted}", least=number.least, most=number.most, initial=value,
                       counted_in=number.counted_in, required=not number.may_be_empty, help_text=words)


@require_safe
@member_page(CLINICAL)
def policy_list(request: HttpRequest) -> HttpResponse:
    """Every kind of episode, and in a sentence what follows it here."""
    member = member_of(request)
    rows = [(kind, Episode.Kind(kind).label, in_short(policy), bool(policy.own))
            for kind, policy in ((kind, policy_of(member.practice, kind)) for kind in PUBLISHED)]
    return render(request, "clients/policies.html", {"room": "practice", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def policy_page(request: HttpRequest, kind: str) -> HttpResponse:
    """One kind of episode: what follows it, its numbers and where they come from; the owner may change them."""
    member, published = member_of(request), PUBLISHED.get(kind)
    if published is None:
        raise Http404("There is no such kind of episode.")
    history = list(RuleChange.objects.visible_to(member).filter(rule=rule_of(kind)).select_related(
        "made_by__user", "ended_by__user"))
    change, policy = next((row for row in history if row.ended_at is None), None), policy_of(member.practice, kind)
    form = PolicyForm(request.POST if request.method == "POST" else None, policy=policy, published=published,
                      reason=change.reason if change else "")
    if form.is_bound and form.is_valid() and attempt(
            form, change_policy, practice=member.practice, kind=kind, by=member, **form.cleaned_data):
        messages.success(request, "Noted. It holds from now on; visits on hold already stay as they are.")
        return redirect("clients:policy", kind)
    return render(request, "clients/policy.html", {
        "room": "practice", "kind": kind, "name": Episode.Kind(kind).label, "policy": policy, "form": form,
        "lines": lines_of(policy, published), "words_source": cite(*policy.source), "evidence": _evidence(policy),
        "change": change, "history": [(row, _said_change(row)) for row in history],
        "may_change": member.role == Role.OWNER}, status=status_of(form))


@post_page("clients:policy", "kind")
@member_page(CLINICAL)
def policy_restore(request: HttpRequest, kind: str) -> HttpResponse:
    """Work by what is published again."""
    member = member_of(request)
    restore_policy(practice=member.practice, kind=kind, by=member)
    messages.success(request, "You work by what is published again.")
    return redirect("clients:policy", kind)


def in_short(policy: EpisodePolicy) -> str:
    """What a policy does, in a sentence."""
    if not policy.holds_visits:
        return "No visit is put on hold; the safety check speaks at each."
    asked = f", and the client is asked every {_days(policy.check_in_days)}" if policy.check_in_days else ""
    return (f"Confirmed, it holds visits for {_days(policy.hold_days)}, after steroids {_days(policy.steroid_gap_days)}"
            f"{asked}.")


def lines_of(policy: EpisodePolicy, published: EpisodePolicy) -> list[Line]:
    """Each number as it holds here, with where it comes from."""
    mine, was = numbers_of(policy), numbers_of(published)
    return [Line(number.label, said_number(number, mine[name]), _source(policy, name, mine[name] != was[name]),
                 mine[name] != was[name]) for name, number in NUMBERS.items()]


def _source(policy: EpisodePolicy, name: str, is_own: bool) -> str:
    if is_own:
        return policy.own
    keys = policy.cited.get(name)
    if keys is None:
        return OUR_PROPOSAL
    return cite(*keys) if name in policy.given else f"(P) our proposal, after {cite(*keys)}"


def said_number(number: Number, value: int | bool | None) -> str:
    """A number or switch in words: "14 days", "yes", "no limit"."""
    if number.is_switch:
        return "yes" if value else "no"
    if value is None:
        return "no limit"
    if value == 0 and number.name in ("check_in_days", "joins_within_days"):
        return "never"
    if number.counted_in == "days":
        return _days(value)
    return f"{value} {number.counted_in}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _said_change(row: RuleChange) -> str:
    """What a change says: "Holds visits for: 21 days; …"."""
    return capital("; ".join(f"{NUMBERS[name].label}: {said_number(NUMBERS[name], value)}"
                             for name, value in row.numbers.items() if name in NUMBERS))


def _evidence(policy: EpisodePolicy) -> str:
    return ", ".join(dict.fromkeys(SOURCES[key].kind for key in policy.source))
