"""The owner's pages of other systems: their addresses, what was sent to each, and what it answered."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from practice.access import Role
from practice.models import Membership, Webhook, WebhookDelivery
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.refusals import Refusal
from practice.webhooks import hooks
from practice.webhooks.events import EVENTS
from practice.webhooks.forms import WebhookForm

OWNER = frozenset({Role.OWNER})


@require_safe
@member_page(OWNER)
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Every address, and whether it answers."""
    rows = Webhook.objects.visible_to(member_of(request))
    return render(request, "practice/webhooks/list.html", {"room": "practice", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def webhook_new(request: HttpRequest) -> HttpResponse:
    """Add one; its secret is shown this once."""
    member = member_of(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        fresh = attempt(form, hooks.add_webhook, practice=member.practice, by=member, **form.cleaned_data)
        if fresh:
            return _secret(request, fresh)
    return render(request, "practice/webhooks/new.html", {"room": "practice", "form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is told of, and everything that was sent to it, the latest first."""
    member = member_of(request)
    hook = find(Webhook, member, pk, "practice")
    form = WebhookForm(request.POST if request.method == "POST" else None, webhook=hook)
    if form.is_bound and form.is_valid() and attempt(
            form, hooks.change_webhook, webhook=hook, by=member, **form.cleaned_data):
        messages.success(request, "Saved. It holds from now on.")
        return redirect("practice:webhook", hook.pk)
    return _page(request, hook, form)


@post_page("practice:webhook", "pk")
@member_page(OWNER)
def webhook_act(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """A new secret, off, on, a test, once more what did not arrive, or away with it."""
    member = member_of(request)
    hook = find(Webhook, member, pk, "practice")
    if verb == "secret":
        return _secret(request, hooks.rotate_secret(webhook=hook, by=member))
    if verb not in _ACTS:
        raise Http404("There is no such thing to do.")
    form = forms.Form(request.POST)
    said = attempt(form, _ACTS[verb], hook=hook, member=member)
    if said is None:
        return _page(request, hook, WebhookForm(webhook=hook), form)
    messages.success(request, said)
    return redirect("practice:webhooks") if verb == "remove" else redirect("practice:webhook", hook.pk)


@post_page("practice:webhooks")
@member_page(OWNER)
def delivery_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send one event once more, under its old id."""
    row = find(WebhookDelivery, member_of(request), pk, "webhook__practice")
    try:
        hooks.replay(webhook=row.webhook, row=row, by=member_of(request))
        messages.success(request, "It leaves again in a moment.")
    except Refusal as refused:
        messages.warning(request, refused.detail)
    return redirect("practice:webhook", row.webhook_id)


def _switched(on: bool) -> Callable[..., str]:
    def act(*, hook: Webhook, member: Membership) -> str:
        hooks.switch(webhook=hook, on=on, by=member)
        return "On: what waited leaves now." if on else "Off: nothing is sent to it any more."
    return act


def _tested(*, hook: Webhook, member: Membership) -> str:
    hooks.send_test(webhook=hook, by=member)
    return "A test is on its way; see below what it answers."


def _replayed(*, hook: Webhook, member: Membership) -> str:
    count = hooks.replay(webhook=hook, by=member)
    return {0: "Nothing had failed.", 1: "One event leaves again."}.get(count, f"{count} events leave again.")


def _removed(*, hook: Webhook, member: Membership) -> str:
    hooks.remove_webhook(webhook=hook, by=member)
    return f"{hook.host} is told nothing any more."


_ACTS: dict[str, Callable[..., str]] = {"off": _switched(False), "on": _switched(True), "test": _tested,
                                        "again": _replayed, "remove": _removed}


def _secret(request: HttpRequest, fresh: hooks.Fresh) -> HttpResponse:
    return render(request, "practice/webhooks/secret.html", {
        "room": "practice", "webhook": fresh.webhook, "secret": fresh.secret, "hours": hooks.BOTH_FOR.days * 24})


def _page(request: HttpRequest, hook: Webhook, form: WebhookForm, refused: forms.Form | None = None) -> HttpResponse:
    rows, both_until = WebhookDelivery.objects.filter(webhook=hook), hook.old_secret_until
    only = request.GET.get("state", "")
    wanted = rows.filter(state=only) if only in WebhookDelivery.State.values else rows
    names = {code: event.name for code, event in EVENTS.items()} | {hooks.TEST: "A test"}
    page = Paginator(wanted, 50).get_page(request.GET.get("page"))
    for row in page:
        row.said = names.get(row.event, row.event)  # type: ignore[attr-defined]
    return render(request, "practice/webhooks/one.html", {
        "room": "practice", "webhook": hook, "form": form, "refused": refused, "page_obj": page, "only": only,
        "failed": rows.filter(state=WebhookDelivery.State.FAILED).count(),
        "both_until": both_until if both_until and both_until > timezone.now() else None,
    }, status=status_of(refused or form))
