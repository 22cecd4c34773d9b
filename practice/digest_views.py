"""The page where each member chooses what they are told regularly."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.digests import choose_digests, is_wanted, offered_to
from practice.models import Membership
from practice.pages import attempt, member_of, member_page, status_of


class DigestForm(forms.Form):
    """One box for each digest, with when it comes."""

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [digest.code for digest in offered_to(member)]
        for digest in offered_to(member):
            self.fields[digest.code] = forms.BooleanField(
                label=digest.name, help_text=digest.help, required=False, initial=is_wanted(digest, member))

    def wanted(self) -> list[str]:
        """The codes that were ticked."""
        return [code for code in self.codes if self.cleaned_data[code]]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def digests_page(request: HttpRequest) -> HttpResponse:
    """What I am told, to be changed by nobody but me."""
    member = member_of(request)
    form = DigestForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_bound and form.is_valid() and attempt(
            form, choose_digests, member=member, wanted=form.wanted(), by=member):
        messages.success(request, "Saved. It holds from the next morning on.")
        return redirect("practice:digests")
    return render(request, "practice/digests.html", {"room": "messages", "form": form}, status=status_of(form))
