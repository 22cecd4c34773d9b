"""Pages of the tokens by which other programs call the API: one's own, and for the owner everybody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from practice import tokens
from practice.access import Role
from practice.fields import ChoiceOf, LineField
from practice.models import ApiToken
from practice.pages import attempt, member_of, member_page, post_page, status_of

FULL = "write"
REACH = [("write", "read and change"), ("read", "read only"), ("none", "nothing")]
LASTS = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("0", "until it is revoked")]
DEFAULT_LAST = "90"  # days: our proposal


class TokenForm(forms.Form):
    """Which program it is for, how far it reaches, and for how long."""

    name = LineField(label="What is it for?", max_length=80, missing="Write which program will use it.",
                     help_text="For example: bookkeeping.")
    lasts = ChoiceOf(label="It works for", choices=LASTS, initial=DEFAULT_LAST)

    field_order = ("name", *tokens.AREAS, "lasts")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area, said in tokens.AREAS.items():
            self.fields[area] = ChoiceOf(label=said, choices=REACH, initial="none")
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """At least one area."""
        if not self.errors and all(self.cleaned_data[area] == "none" for area in tokens.AREAS):
            raise forms.ValidationError("With nothing allowed it would be of no use. Choose at least one thing.")
        return self.cleaned_data

    def wish(self) -> dict[str, Any]:
        """What is asked of the verb; everything allowed is no scope at all, so that it follows the role."""
        reach = {area: self.cleaned_data[area] for area in tokens.AREAS}
        is_full = all(act == FULL for act in reach.values())
        scopes = [] if is_full else [f"{area}:{act}" for area, act in reach.items() if act != "none"]
        days = int(self.cleaned_data["lasts"])
        return {"name": self.cleaned_data["name"], "scopes": scopes,
                "expires_at": timezone.now() + timedelta(days=days) if days else None}


@require_safe
@member_page()
def token_list(request: HttpRequest) -> HttpResponse:
    """Every token one may revoke: what it may do, when it was last used, when it ends."""
    member = member_of(request)
    rows = list(tokens.tokens_of(member))
    now = timezone.now()
    for row in rows:
        row.state = "revoked" if row.revoked_at else "expired" if row.expires_at and row.expires_at <= now else "open"
        row.said = said_scopes(row)
    return render(request, "practice/tokens/list.html", {
        "room": "practice", "live": [row for row in rows if row.state == "open"],
        "ended": [row for row in rows if row.state != "open"][:50], "is_owner": member.role == Role.OWNER})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def token_new(request: HttpRequest) -> HttpResponse:
    """Make one for oneself; it is shown this once."""
    member = member_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        fresh = attempt(form, tokens.make_token, member=member, by=member, **form.wish())
        if fresh:
            return render(request, "practice/tokens/secret.html", {
                "room": "practice", "token": fresh.token, "secret": fresh.secret, "said": said_scopes(fresh.token)})
    return render(request, "practice/tokens/new.html", {"room": "practice", "form": form}, status=status_of(form))


@post_page("practice:tokens")
@member_page()
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """It opens nothing any more, from now on."""
    member = member_of(request)
    token = tokens.tokens_of(member).filter(pk=pk).first()
    if token is None:
        raise Http404("Nothing here by that id, or it is not yours.")
    tokens.revoke_token(token=token, by=member)
    messages.success(request, f"“{token.name or 'The token'}” opens nothing any more.")
    return redirect("practice:tokens")


def said_scopes(token: ApiToken) -> list[str]:
    """What a token may do, in words."""
    if not token.scopes:
        return [f"everything {token.membership.name} may do"]
    said = []
    for area, words in tokens.AREAS.items():
        act = next((act for act in (tokens.WRITE, tokens.READ) if f"{area}:{act}" in token.scopes), None)
        if act:
            said.append(f"{words.partition(':')[0]}: {dict(REACH)[act]}")
    return said
