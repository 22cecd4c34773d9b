"""Pages beside the note: a therapist's own snippets, and the practice's billing codes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.reasons import capital
from notes import billing
from notes import snippets as own
from notes.models import Snippet
from notes.units import SOURCE
from practice.access import THERAPISTS, Role
from practice.fields import LineField, TextField
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.techniques import TECHNIQUES


class SnippetForm(forms.Form):
    """A word and what it stands for."""

    word = LineField(label="Short word", max_length=20, missing="Write the short word.",
                     widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off",
                                                   "spellcheck": "false"}))
    text = TextField(label="Stands for", max_length=1000)


class CodesForm(forms.Form):
    """One code for each technique the practice bills."""

    def __init__(self, *args: Any, codes: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, initial=codes, **kwargs)
        for technique in TECHNIQUES.values():
            self.fields[technique.code] = LineField(
                label=capital(technique.name), required=False, max_length=12,
                widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def snippets(request: HttpRequest) -> HttpResponse:
    """The member's snippets; a word kept again stands for the new text."""
    member = member_of(request)
    kept = own.snippets_of(member)
    changing = next((one for one in kept if one.word == request.GET.get("word")), None)
    initial = {"word": changing.word, "text": changing.text} if changing else None
    form = SnippetForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid() and attempt(form, own.keep_snippet, by=member, **form.cleaned_data):
        messages.success(request, f"“{form.cleaned_data['word']}” is kept.")
        return redirect("notes:snippets")
    return render(request, "notes/snippets.html", {
        "room": "practice", "form": form, "snippets": kept, "changing": changing}, status=status_of(form))


@post_page("notes:snippets")
@member_page(THERAPISTS)
def snippet_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget one."""
    member = member_of(request)
    own.drop_snippet(snippet=find(Snippet, member, pk), by=member)
    messages.success(request, "Removed. Notes written with it keep their words.")
    return redirect("notes:snippets")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(frozenset({Role.OWNER}))
def codes(request: HttpRequest) -> HttpResponse:
    """The code of each technique, typed by the owner; with one at least, notes count units."""
    member = member_of(request)
    form = CodesForm(request.POST if request.method == "POST" else None, codes=billing.codes_of(member.practice_id))
    if form.is_bound and form.is_valid():
        changed = attempt(form, billing.change_codes, practice=member.practice, codes=form.cleaned_data, by=member)
        if changed is not None:
            messages.success(request, "Saved. Notes count units of what has a code.")
            return redirect("notes:codes")
    return render(request, "notes/codes.html", {"room": "practice", "form": form, "source": SOURCE},
                  status=status_of(form))
