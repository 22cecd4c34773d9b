"""The pages of the log: the four views, one message with its course, and what is done about one that was lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from practice import clock, outbox
from practice.access import Role
from practice.log.asked import CHANNELS, LogForm
from practice.log.course import course_of
from practice.log.pace import batch_of, standing_still_since
from practice.log.shelves import COMING, NOT_DELIVERED, SHELVES, counted, dealt_with, leaf_of, place_from, to_be_told
from practice.log.subjects import Entry, entries_of
from practice.log.telling import is_too_late, not_told_after_all, send_again, tell_by_phone
from practice.models import Membership, Message
from practice.opening.mail import why_nobody_receives
from practice.outbox import Kind, Letter
from practice.outbox.colleagues import GONE, has_left
from practice.pages import find, member_of, member_page, post_page
from practice.refusals import Refusal


@require_GET
@member_page()
def messages_page(request: HttpRequest) -> HttpResponse:
    """One view of the outbox, of everything or of what was looked for."""
    member = member_of(request)
    form = LogForm(request.GET, member=member)
    rows = form.found(Message.objects.visible_to(member))
    shelf = SHELVES.get(request.GET.get("view", "") or form.shelf, COMING)
    is_dealt_with = shelf is NOT_DELIVERED and "dealt" in request.GET
    place = place_from(request.GET.get("at", ""), is_back="back" in request.GET)
    lost = dealt_with(rows) if is_dealt_with else to_be_told(rows)
    leaf = leaf_of(lost if shelf is NOT_DELIVERED else rows, shelf, place)
    tabs = [(one, counted(to_be_told(rows) if one is NOT_DELIVERED else rows.filter(state__in=one.states)))
            for one in SHELVES.values()]
    return render(request, "practice/messages.html", {
        "room": "messages", "form": form, "shelf": shelf, "tabs": tabs, "leaf": leaf, "is_dealt_with": is_dealt_with,
        "entries": [(entry, offers_again(entry)) for entry in entries_of(member, leaf.rows)],
        "nobody": "" if settings.DEBUG else why_nobody_receives(),
        "still_since": standing_still_since(member.practice), "batch": batch_of(member.practice),
        "kept": [(name, request.GET[name]) for name in ("view", "dealt", "client") if name in request.GET]})


def offers_again(entry: Entry) -> bool:
    """Whether sending again makes sense: in time, and to a new address or after a trouble that may have passed."""
    message, ways = entry.message, entry.person.ways if entry.person else {}
    if message.state != Message.State.FAILED or is_too_late(message):
        return False
    today = ways.get(message.channel, "") if entry.person else message.to_address
    return bool(today) and (today != message.to_address or message.attempts > 1)


@require_GET
@member_page()
def progress(request: HttpRequest) -> HttpResponse:
    """How far the batch that is leaving has come, as a part of the page; empty once it has left."""
    return render(request, "practice/_progress.html", {"batch": batch_of(member_of(request).practice)})


@require_GET
@member_page()
def message_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One message: what it says, its whole course, and what it is about."""
    return _page(request, find(Message, member_of(request), pk, "practice", "told_by__user", "instead_of", "told_with"))


def _page(request: HttpRequest, message: Message, *, refused: str = "", status: int = 200) -> HttpResponse:
    member = member_of(request)
    entry = entries_of(member, [message])[0]
    kind = outbox.KINDS.get(message.kind)
    mail, gone = None, ""
    if kind:
        try:
            mail = kind.compose(message)
        except Exception:
            gone = "What this message spoke about has changed since."
    return render(request, "practice/message.html", {
        "room": "messages", "message": message, "entry": entry, "kind": kind, "mail": mail, "gone": gone,
        "body": _said_in(kind, mail, message, member) if kind and mail else "",
        "by_text": message.channel == "sms", "course": course_of(message),
        "channel": CHANNELS.get(message.channel, message.channel), "refused": refused,
        "is_lost": outbox.not_delivered().filter(pk=message.pk).exists(), "may_go_again": not is_too_late(message),
        "would_not_leave": _why_not(kind, message) if kind and message.state == "waiting" else None}, status=status)


def _why_not(kind: Kind, message: Message) -> str | None:
    """Why it would not leave as things stand now."""
    return kind.recheck(message) or (GONE if has_left(message, kind) else None)


def _said_in(kind: Kind, mail: Letter, message: Message, member: Membership) -> str:
    """What it says; of what is its reader's alone, only that."""
    if kind.is_secret and not settings.DEMO:
        return "What it says is for its reader alone."
    return _readable(mail.sms if message.channel == "sms" else mail.body, member, message)


def _readable(body: str, member: Membership, message: Message) -> str:
    """The text as this member may read it: behind a link a client answers, so only the demo shows one, to therapists;
    behind a colleague's link somebody becomes that colleague, so there it is shown to the owner alone.
    """
    is_colleagues = outbox.KINDS[message.kind].is_to == "member"
    may = member.role == Role.OWNER if is_colleagues else member.may_see_clinical
    return body if settings.DEMO and may else outbox.without_links(body)


@post_page("practice:message", "pk")
@member_page()
def told(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody rang: the message needs nobody any more; or, pressed by mistake, it does after all."""
    is_back = "not" in request.POST
    return _act(request, pk, not_told_after_all if is_back else tell_by_phone,
                "It stands among those not delivered again." if is_back else "Noted: they were told.")


@post_page("practice:message", "pk")
@member_page()
def again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send it once more."""
    return _act(request, pk, send_again, "It is on its way again.")


def _act(request: HttpRequest, pk: UUID, verb: Any, words: str) -> HttpResponse:
    member = member_of(request)
    message = find(Message, member, pk, "practice", "told_by__user", "instead_of", "told_with")
    try:
        done = verb(message=message, by=member)
    except Refusal as refused:
        return _page(request, message, refused=refused.detail, status=refused.status)
    if done.state == Message.State.WAITING and done.due_at > timezone.now():
        words = f"It leaves {clock.said(done.due_at, member.practice.time_zone)}."
    messages.success(request, words)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back) if is_ours else redirect("practice:message", done.pk)
