"""The pages of the safety check's rules: all of them with their sources, and the owner's own word on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.conditions import CONDITIONS
from clients.fields import LineField, NumberField
from clients.findings import FINDINGS
from clients.models import Episode, RuleChange
from clients.own_rules import NUMBERS, book_of, change_rule, numbers_of, restore_rule, siblings_of
from clients.reasons import capital
from clients.rule import Rule, Trigger, worded
from clients.rules import RULES
from clients.search import folded
from clients.views import member_of, status_of
from practice.access import CLINICAL, Role
from practice.models import Membership
from practice.pages import attempt, member_page, post_page

_LABELS = {"max_pressure": "Pressure at most (0 to 5)", "max_minutes": "Minutes at most",
           "days": "For how many days", "days_after": "For how many days afterwards"}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule as the list shows it, with what this practice changed about it."""

    rule: Rule
    text: str
    change: RuleChange | None


class RuleChangeForm(forms.Form):
    """Other numbers for one rule, or off; and why."""

    is_off = forms.BooleanField(label="Switch it off here", required=False)
    reason = LineField(label="Why", max_length=500, missing="Write why, for whoever reads this in a year.",
                       help_text="It stands behind the rule's source wherever the rule speaks.")

    def __init__(self, *args: Any, rule: Rule, change: RuleChange | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published, mine = numbers_of(rule), change.numbers if change else {}
        for name, number in published.items():
            least, most, counted = NUMBERS[name]
            self.fields[name] = NumberField(label=_LABELS[name], least=least, most=most, counted_in=counted,
                                            initial=mine.get(name, number), help_text=f"Published: {number}.")
        self.fields["is_off"].initial = bool(change and change.is_off)
        self.fields["reason"].initial = change.reason if change else ""
        if rule.is_emergency:
            del self.fields["is_off"]
        self.order_fields([*published, "is_off", "reason"])

    def change(self) -> dict[str, Any]:
        """What was typed, as the verb takes it."""
        said = self.cleaned_data
        return {"is_off": said.get("is_off", False), "reason": said["reason"],
                "numbers": {name: said[name] for name in NUMBERS if name in said}}


@require_safe
@member_page(CLINICAL)
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule by what makes it speak, or those with a word; the changed ones can be shown alone."""
    member, q = member_of(request), request.GET.get("q", "").strip()[:100]
    is_changed_only = bool(request.GET.get("changed"))
    changes, book = _changes(member), book_of(member.practice)
    groups: dict[str, list[RuleRow]] = {}
    for rule in RULES.values():
        row = RuleRow(rule, said_rule(book.rules.get(rule.code, rule)), changes.get(rule.code))
        about = said_trigger(rule.when)
        words = folded(f"{about} {said_rule(rule)} {rule.citation}")
        if all(word in words for word in folded(q).split()) and (row.change or not is_changed_only):
            groups.setdefault(about, []).append(row)
    return render(request, "clients/rules.html", {
        "room": "practice", "q": q, "groups": sorted(groups.items()), "count": sum(map(len, groups.values())),
        "is_changed_only": is_changed_only, "changed": len(changes)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(CLINICAL)
def rule_page(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it says and why, what this practice made of it and when; the owner may change it."""
    member, rule = member_of(request), RULES.get(code)
    if rule is None:
        raise Http404("There is no rule of this name.")
    history = list(RuleChange.objects.visible_to(member).filter(rule=code).select_related("made_by__user",
                                                                                          "ended_by__user"))
    change, book = next((row for row in history if row.ended_at is None), None), book_of(member.practice)
    form = RuleChangeForm(request.POST if request.method == "POST" else None, rule=rule, change=change)
    if form.is_bound and form.is_valid() and attempt(
            form, change_rule, practice=member.practice, rule=code, by=member, **form.change()):
        messages.success(request, "Noted. Booking, plans and notes keep to it from now on.")
        return redirect("clients:rule", code)
    return render(request, "clients/rule.html", {
        "room": "practice", "rule": rule, "text": said_rule(book.rules.get(code, rule)),
        "about": said_trigger(rule.when), "form": form,
        "siblings": [(sibling, said_rule(book.rules.get(sibling.code, sibling))) for sibling in siblings_of(rule)],
        "change": change, "history": history,
        "may_change": member.role == Role.OWNER}, status=status_of(form))


@post_page("clients:rule", "code")
@member_page(CLINICAL)
def rule_restore(request: HttpRequest, code: str) -> HttpResponse:
    """Work by the published rule again."""
    member = member_of(request)
    restore_rule(practice=member.practice, rule=code, by=member)
    messages.success(request, "You work by the published rule again.")
    return redirect("clients:rule", code)


def said_rule(rule: Rule) -> str:
    """What a rule says of nobody in particular."""
    return capital(worded(rule.text).replace("{detail}", "what they do not tolerate"))


def said_trigger(when: Trigger) -> str:
    """What makes a rule speak, in words: "Takes a blood thinner", "MS relapse"."""
    names = {"condition": lambda code: CONDITIONS[code].name, "finding": lambda code: FINDINGS[code].name,
             "episode": lambda code: Episode.Kind(code).label}
    said = [names[when.kind](code) for code in when.codes]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _changes(member: Membership) -> dict[str, RuleChange]:
    rows = RuleChange.objects.visible_to(member).filter(ended_at=None, rule__in=RULES).select_related("made_by__user")
    return {row.rule: row for row in rows}
