"""A practice's public page: what, when, who you are, check your answers. No sign-in, no script, nothing in addresses.

Whoever is a client already sees the same pages and the same times as everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from practice import clock, walls
from practice.models import Membership, NewClients, Practice, Service
from practice.money import said_price
from practice.pace import address_of, too_often
from practice.pages import attempt, kept_private
from practice.refusals import BadInput, Refusal
from sessions import online, online_letters
from sessions.asked import date_asked, start_asked, status_of, today_at
from sessions.caution_line import first_name
from sessions.diary import SlotTaken
from sessions.drafts import draft_in, keep_draft
from sessions.objections import BeyondHorizon, OutsideWorkingHours, TooShortNotice
from sessions.online_forms import AddressForm, WhoForm
from sessions.online_times import Offer, days_open, earliest_for_clients, is_offered_start, offer_of
from sessions.supply import therapists_for

ANYONE = "anyone"
STEPS = ("what", "when", "who", "check")
_GONE = (SlotTaken, OutsideWorkingHours, TooShortNotice, BeyondHorizon, BadInput)
_TYPED = ("name", "email", "phone", "remark", "website")


def slow_down(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Too many in an hour: said in words, with the phone number."""
    response = render(request, "sessions/online/slow_down.html", {"practice": practice}, status=429)
    response["Retry-After"] = "3600"
    return kept_private(response)


def _public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the practice of the address; no such address and switched off are the same 404."""

    @wraps(view)
    def found(request: HttpRequest, slug: str) -> HttpResponse:
        with walls.everywhere():
            practice = Practice.objects.filter(public_slug=slug, books_online=True).first()
        if practice is None:
            raise Http404("Nothing at this address.")
        walls.enter(practice.pk)
        return kept_private(view(request, practice))

    return found


def _to(practice: Practice, step: str = "") -> str:
    name = f"book_with_{step}" if step else "book_with"
    return reverse(f"sessions:{name}", args=[practice.public_slug])


def _page(request: HttpRequest, practice: Practice, step: str, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    number = STEPS.index(step) + 1 if step in STEPS else None
    return render(request, f"sessions/online/{step}.html", context | {
        "practice": practice, "number": number, "count": len(STEPS), "start": _to(practice)}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_public
def what(request: HttpRequest, practice: Practice) -> HttpResponse:
    """What they offer, for how long and how much, with whom; one press chooses."""
    services = online.services_online(practice)
    takes_new = practice.new_clients_online != NewClients.NO
    if request.method == "POST" and takes_new:
        chosen = next((s for s in services if str(s.pk) == request.POST.get("service")), None)
        if chosen:
            draft = draft_in(request, practice)
            draft = draft if "done" not in draft else {"nonce": str(uuid4())}
            if draft.get("service") != str(chosen.pk):
                draft |= {"service": str(chosen.pk), "slot": ""}
            return keep_draft(redirect(_to(practice, "when")), practice, draft)
    rows = [(service, said_price(service.price, practice.currency), _names(therapists_for(service)))
            for service in services]
    return _page(request, practice, "what", rows=rows, takes_new=takes_new)


@require_http_methods(["GET", "HEAD", "POST"])
@_public
def when(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Open times by day, a few of each morning and afternoon; one press chooses."""
    draft = draft_in(request, practice)
    service = _service(practice, draft)
    if service is None:
        return redirect(_to(practice))
    if too_often("look", str(address_of(request)), settings.ONLINE_LOOKS):
        return slow_down(request, practice)
    everybody = therapists_for(service)
    if request.method == "POST" and (offer := read_offer(service, request.POST.get("slot", ""))):
        answer = redirect(_to(practice, "who" if not draft.get("name") else "check"))
        return keep_draft(answer, practice, draft | {"slot": offer.value})
    return _page(request, practice, "when", service=service, **times_of(request, service, everybody))


@require_http_methods(["GET", "HEAD", "POST"])
@_public
def who(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Name, and one way to be reached."""
    draft = draft_in(request, practice)
    service = _service(practice, draft)
    offer = _offer(service, draft) if service else None
    if service is None or offer is None:
        return redirect(_to(practice, "when" if service else ""))
    form = WhoForm(request.POST if request.method == "POST" else None,
                   initial={name: draft.get(name, "") for name in _TYPED})
    if form.is_bound and form.is_valid():
        return keep_draft(redirect(_to(practice, "check")), practice, draft | form.typed())
    return _page(request, practice, "who", form=form, service=service, offer=offer,
                 **{"with": first_name(offer.therapist)}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@_public
def check(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Everything once more, then it is sent; however often it is sent, it is one visit."""
    draft = draft_in(request, practice)
    if "done" in draft:
        return redirect(_to(practice, "done"))
    service = _service(practice, draft)
    offer = _offer(service, draft) if service else None
    if service is None or offer is None or not draft.get("name"):
        return redirect(_to(practice, "who" if offer else "when" if service else ""))
    form = WhoForm({name: draft.get(name, "") for name in _TYPED})
    form.is_valid()
    context: dict[str, Any] = {
        "service": service, "offer": offer, "with": first_name(offer.therapist), "draft": draft,
        "price": said_price(service.price, practice.currency), "is_request": _is_request(practice)}
    if request.method != "POST":
        return _page(request, practice, "check", form=form, **context)
    if _is_too_often(request, practice):
        return slow_down(request, practice)
    if not draft.get("website"):
        attempt(form, _send, practice=practice, service=service, offer=offer, draft=draft)
    refused: Refusal | None = getattr(form, "refusal", None)
    if refused is not None or form.errors:
        return _page(request, practice, "check", form=form, is_gone=isinstance(refused, _GONE),
                     **context, status=status_of(form))
    done = {"said": offer.said, "minutes": service.minutes, "with": first_name(offer.therapist),
            "service": service.name, "is_request": _is_request(practice), "by": _answers_by(practice, offer),
            "email": draft.get("email", "")}
    return keep_draft(redirect(_to(practice, "done")), practice, {"done": done})


@require_safe
@_public
def done(request: HttpRequest, practice: Practice) -> HttpResponse:
    """What it is now: asked for, or booked."""
    draft = draft_in(request, practice)
    if "done" not in draft:
        return redirect(_to(practice))
    return _page(request, practice, "done", done=draft["done"])


@require_http_methods(["GET", "HEAD", "POST"])
@_public
def link(request: HttpRequest, practice: Practice) -> HttpResponse:
    """A client types their address and is sent their own link; everybody is answered with the same sentence."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if _is_too_often(request, practice):
            return slow_down(request, practice)
        online_letters.send_link(practice, form.cleaned_data["email"])
        return _page(request, practice, "link_sent")
    return _page(request, practice, "link", form=form, status=status_of(form))


# --- what the pages of clients share -----------------------------------------------------------------------------


def times_of(request: HttpRequest, service: Service, everybody: list[Membership], *,
             usual: Membership | None = None, **more: Any) -> dict[str, Any]:
    """The open times the address asks for: from which day on, of which day, with whom (`usual` where none is named)."""
    practice, today = service.practice, today_at(service.practice)
    name = request.GET.get("with", str(usual.pk) if usual else ANYONE)
    asked = next((member for member in everybody if str(member.pk) == name), None)
    only = date_asked(request.GET.get("day"), today) if request.GET.get("day") else None
    days, after = days_open(
        service, first=date_asked(request.GET.get("from"), today), only=only, not_before=earliest_for_clients(practice),
        therapists=[asked] if asked else everybody, **more)
    return {"days": days, "after": after, "only": only, "asked": asked, "today": today,
            "people": [(member, first_name(member)) for member in everybody] if len(everybody) > 1 else []}


def read_offer(service: Service, value: str) -> Offer | None:
    """A start and a therapist as an address or a form carries them; None where it is none of this service's times."""
    said, _, pk = value.partition("~")
    starts_at = start_asked({"starts_at": said}, service.practice.time_zone)
    therapist = next((member for member in therapists_for(service) if str(member.pk) == pk), None)
    if starts_at is None or therapist is None or not is_offered_start(service.practice, starts_at):
        return None
    return offer_of(service.practice, starts_at, therapist)


def start_of(offer: Offer) -> datetime:
    """The instant an offer stands for."""
    return datetime.fromisoformat(offer.stamp)


def _send(*, practice: Practice, service: Service, offer: Offer, draft: dict[str, Any]) -> Any:
    return online.ask_for_visit(
        practice=practice, service=service, therapist=offer.therapist, starts_at=start_of(offer), name=draft["name"],
        email=draft.get("email", ""), phone=draft.get("phone", ""), remark=draft.get("remark", ""),
        nonce=UUID(draft["nonce"]))


def _is_too_often(request: HttpRequest, practice: Practice) -> bool:
    by_address = too_often("send", f"{practice.pk}:{address_of(request)}", settings.ONLINE_SENDS)
    return by_address or too_often("send", str(practice.pk), settings.ONLINE_SENDS_IN_ALL)


def _is_request(practice: Practice) -> bool:
    return practice.new_clients_online == NewClients.REQUEST


def _answers_by(practice: Practice, offer: Offer) -> str:
    if not _is_request(practice):
        return ""
    return clock.said(online.expiry(practice, start_of(offer)), practice.time_zone, today=today_at(practice))


def _service(practice: Practice, draft: dict[str, Any]) -> Service | None:
    return next((s for s in online.services_online(practice) if str(s.pk) == draft.get("service")), None)


def _offer(service: Service, draft: dict[str, Any]) -> Offer | None:
    return read_offer(service, draft.get("slot") or "")


def _names(members: list[Membership]) -> str:
    *others, last = (first_name(member) for member in members)
    return f"{', '.join(others)} or {last}" if others else last

