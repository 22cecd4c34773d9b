"""Pages of a client's copy: for the therapist to write, sign, hand over; for the client to read behind their link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from clients.behind_links import behind_link
from clients.models import Client
from notes.copies import copies
from notes.copies.paper import PARTS, copy_pdf, parts_of
from notes.models import ClientCopy
from notes.summaries.summaries import days_to_tell
from practice import audit
from practice.access import THERAPISTS
from practice.pages import attempt, find, member_page, pdf_file, post_page
from sessions.asked import member_of, status_of
from sessions.forms import DayField

_RELATIONS = ("client__practice", "client__merged_into", "author__user", "practice")


class NewCopyForm(forms.Form):
    """Of which days, and how large."""

    first = DayField(label="From")
    last = DayField(label="To")
    is_large = forms.BooleanField(label="Large print, 18 point", required=False, help_text="Otherwise 14 point.")


class CopyForm(forms.Form):
    """The words of a draft."""

    version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "Reload this page first."})
    is_large = forms.BooleanField(label="Large print, 18 point", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in PARTS:
            most = 4000 if name == "changed" else 2000
            self.fields[name] = forms.CharField(
                label=label, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"max_length": "That is more than fits here; shorten it a little."})
        self.order_fields(["version", *(name for name, _ in PARTS), "is_large"])

    def typed(self) -> dict[str, Any]:
        words = {name: self.cleaned_data[name].replace("\r\n", "\n") for name, _ in PARTS}
        return {**words, "is_large": self.cleaned_data["is_large"], "expected_version": self.cleaned_data["version"]}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def copy_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft a copy from the signed notes of some days."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    first, last = days_to_tell(client)
    form = NewCopyForm(request.POST if request.method == "POST" else None, initial={"first": first, "last": last})
    if form.is_bound and form.is_valid():
        made = attempt(form, copies.compose_copy, client=client, by=member, **form.cleaned_data)
        if made:
            return redirect("notes:copy", made.pk)
    return render(request, "notes/copies/new.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the client reads, beside its words while a draft and its handing over once signed."""
    member = member_of(request)
    found = find(ClientCopy, member, pk, *_RELATIONS)
    if request.method != "POST":
        if request.method == "GET":
            audit.record(by=member, verb="copy_read", subject=found, client_id=found.client_id)
        return _page(request, found)
    form = CopyForm(request.POST)
    if form.is_valid() and attempt(form, copies.write_copy, copy=found, by=member, **form.typed()):
        return redirect("notes:copy", found.pk)
    return _page(request, found, form)


@post_page("notes:copy", "pk")
@member_page(THERAPISTS)
def copy_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign what was shown; words typed since are saved and shown first."""
    member = member_of(request)
    found = find(ClientCopy, member, pk, *_RELATIONS)
    form = CopyForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    typed = form.typed()
    if any(getattr(found, name) != typed[name] for name in (*ClientCopy.PROSE, "is_large")):
        if attempt(form, copies.write_copy, copy=found, by=member, **typed) is None:
            return _page(request, found, form)
        messages.warning(request, "Your changes are in the copy now. Read it once more, then sign.")
        return redirect("notes:copy", found.pk)
    if attempt(form, copies.sign_copy, copy=found, by=member, expected_version=typed["expected_version"]) is None:
        return _page(request, found, form)
    messages.success(request, "Signed. Print it, or send their own link.")
    return redirect("notes:copy", found.pk)


@post_page("notes:copy", "pk")
@member_page(THERAPISTS)
def copy_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Handed over in person or by post, sent by link, or the link closed."""
    member = member_of(request)
    found = find(ClientCopy, member, pk, *_RELATIONS)
    form = forms.Form(request.POST)
    acts: dict[str, tuple[Any, dict[str, str], str]] = {
        "link": (copies.send_copy, {}, "Their link is on its way."),
        "close": (copies.close_copy_link, {}, "Closed. The link opens no more."),
        **{how: (copies.hand_over, {"how": how}, "Written down among what went to whom.") for how in copies.HANDED}}
    if verb not in acts:
        raise Http404("No such step.")
    act, more, said = acts[verb]
    attempt(form, act, copy=found, by=member, **more)
    if form.errors:
        return _page(request, found, form)
    messages.success(request, said)
    return redirect("notes:copy", found.pk)


@require_safe
@member_page(THERAPISTS)
def copy_as_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The copy to print."""
    member = member_of(request)
    found = find(ClientCopy, member, pk, *_RELATIONS)
    audit.record(by=member, verb="copy_read", subject=found, client_id=found.client_id, what="pdf")
    return pdf_file(bytes(found.pdf) if found.is_signed else copy_pdf(found), "your-sessions.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(copies.copy_behind, lambda found: found.client.standing)
def own_copy(request: HttpRequest, token: str, found: ClientCopy) -> HttpResponse:
    """The client's own page: looking at the address opens nothing, a press shows the copy or gives it as a PDF."""
    context = {"practice": found.practice, "client": found.client.standing, "copy": found}
    if request.method != "POST":
        return render(request, "notes/copies/door.html", context)
    what = "pdf" if request.POST.get("what") == "pdf" else "page"
    copies.open_copy(copy=found, what=what)
    if what == "pdf":
        return pdf_file(bytes(found.pdf), "your-sessions.pdf")
    return render(request, "notes/copies/own.html", {**context, "parts": parts_of(found)})


def _page(request: HttpRequest, found: ClientCopy, form: forms.Form | None = None) -> HttpResponse:
    member = member_of(request)
    saved = {name: getattr(found, name) for name in ("version", "is_large", *ClientCopy.PROSE)}
    words = form if isinstance(form, CopyForm) else CopyForm(initial=saved)
    return render(request, "notes/copies/copy.html", {
        "room": "clients", "copy": found, "client": found.client.standing, "parts": parts_of(found), "form": form,
        "words": words, "is_mine": found.author_id == member.pk}, status=status_of(form) if form else 200)
