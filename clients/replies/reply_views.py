"""The pages of what clients text: the list, one text with what to do about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clients.models import Client, Reply
from clients.replies.reading import end_texts, mark_seen, may_be_from, say_whose, words_for
from practice import audit
from practice.pages import attempt, find, member_of, member_page, post_page

PER_PAGE = 40
# What can be done with a text, and what the page says once it is.
_DONE = {"seen": "Done.", "stop": "No more text messages go to this number.", "whose": "Noted whose it is."}


@require_safe
@member_page()
def reply_list(request: HttpRequest) -> HttpResponse:
    """What clients texted, the latest first; what nobody has dealt with stands in front."""
    member = member_of(request)
    rows = Reply.objects.visible_to(member).select_related("client")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/replies.html", {
        "room": "messages", "page_obj": page,
        "rows": [(reply, words_for(member, reply)) for reply in page.object_list]})


@require_safe
@member_page()
def reply_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One text: its words, whose it is, what it did by itself and what is left to do."""
    return _page(request, pk)


@post_page("clients:reply", "pk")
@member_page()
def reply_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Done with, no more texts, or whose it is."""
    if verb not in _DONE:
        raise Http404
    member = member_of(request)
    reply, form = find(Reply, member, pk, "practice", "client"), forms.Form(request.POST)
    if verb == "whose":
        client = find(Client, member, _id(request.POST.get("client", "")), "practice")
        done = attempt(form, say_whose, reply=reply, client=client, by=member)
    else:
        done = attempt(form, end_texts if verb == "stop" else mark_seen, reply=reply, by=member)
    if done is None:
        return _page(request, pk, form)
    messages.success(request, _DONE[verb])
    return redirect("clients:reply", pk) if verb == "whose" else redirect("sessions:today")


def _page(request: HttpRequest, pk: UUID, form: Any = None) -> HttpResponse:
    member = member_of(request)
    reply: Reply = find(Reply, member, pk, "practice", "client", "seen_by__user")
    audit.record(by=member, verb="reply_read", subject=reply)
    alike = may_be_from(reply)
    gets_texts = any("sms" in client.channels for client in alike)
    return render(request, "clients/reply.html", {
        "room": "messages", "reply": reply, "words": words_for(member, reply), "alike": alike, "form": form,
        "gets_texts": gets_texts}, status=400 if form else 200)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
