"""What a client arranges by themselves, from a link of their own: book again, move, cancel. No sign-in, no script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clients.behind_links import for_client, link_gone
from clients.models import Client
from practice.models import Service
from practice.money import said_price
from practice.pace import too_often
from practice.page_language import page_language
from practice.pages import attempt
from practice.refusals import Refusal
from sessions import answers, online, requests
from sessions.asked import status_of
from sessions.caution_line import first_name
from sessions.letters import visit_url
from sessions.models import Appointment
from sessions.objections import ClearanceMissing, ClientInRelapse, Contraindicated
from sessions.online_forms import CallOffForm
from sessions.online_times import Offer, earliest_for_clients, offer_of
from sessions.own_changes import changes_until
from sessions.supply import therapists_for
from sessions.views.public import read_offer, slow_down, start_of, times_of

_ASKING = ("proposed", "booked", "confirmed")
_RING = (online.RingFirst, ClientInRelapse, Contraindicated, ClearanceMissing)
SAID = {"booked": gettext_lazy("Booked"), "moved": gettext_lazy("Moved"), "cancelled": gettext_lazy("Cancelled")}


def mine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find whose link it is; unknown, expired and switched off get the same page."""

    @wraps(view)
    def found(request: HttpRequest, token: str, **ids: Any) -> HttpResponse:
        client = online.client_behind(token)
        if client is None:
            return link_gone(request)
        if request.method == "POST" and too_often("own", str(client.pk), settings.ONLINE_SENDS_IN_ALL):
            return for_client(request, client, lambda: slow_down(request, client.practice))
        return for_client(request, client, lambda: view(request, token, client, **ids))

    return found


def _page(request: HttpRequest, name: str, client: Client, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"sessions/online/{name}.html", {"practice": client.practice, "client": client} | context,
                  status=status)


def _ring(request: HttpRequest, client: Client, back: str, status: int = 200) -> HttpResponse:
    return _page(request, "ring", client, status, back=back)


@require_safe
@mine
def home(request: HttpRequest, token: str, client: Client) -> HttpResponse:
    """The same as last time first, then what else; the visits to come."""
    last = online.last_visit(client)
    is_held = bool(last) and online.must_ring(client, last.service, last.therapist)  # type: ignore[union-attr]
    again = online.same_again(client, last, earliest_for_clients(client.practice)) if last and not is_held else []
    visits = (Appointment.objects.filter(client=client, starts_at__gt=timezone.now(), status__in=_ASKING)
              .select_related("therapist__user", "service", "practice").order_by("starts_at", "pk"))
    return _page(
        request, "home", client, token=token, last=last, must_ring=is_held,
        last_with=first_name(last.therapist) if last else "",
        again=[offer_of(client.practice, slot.starts_at, slot.therapist) for slot in again],
        services=[] if is_held else online.services_online(client.practice),
        visits=[(visit, first_name(visit.therapist), may_change(visit)) for visit in visits],
        held=list(Appointment.objects.filter(client=client, status="held").order_by("starts_at")),
        said=SAID.get(request.GET.get("say", ""), ""),
        said_of=_said_of(client, request.GET.get("visit", "")))


def _said_of(client: Client, named: str) -> str:
    """When the visit was that the last press was about; nothing where it is none of theirs."""
    try:
        visit = Appointment.objects.select_related("practice").filter(client=client, pk=UUID(named)).first()
    except ValueError:
        return ""
    return visit.said_in(page_language()) if visit else ""


@require_safe
@mine
def times(request: HttpRequest, token: str, client: Client, pk: UUID) -> HttpResponse:
    """Open times for one of the services."""
    service = _service(client, pk)
    if service is None:
        return redirect("sessions:me", token)
    everybody = therapists_for(service)
    if online.must_ring(client, service, everybody[0]):
        return _ring(request, client, reverse("sessions:me", args=[token]))
    return _page(request, "times", client, service=service, back=reverse("sessions:me", args=[token]),
                 to=reverse("sessions:me_book", args=[token, pk]), heading=_("When would you like to come?"),
                 **times_of(request, service, everybody, client=client))


@require_http_methods(["GET", "HEAD", "POST"])
@mine
def book(request: HttpRequest, token: str, client: Client, pk: UUID) -> HttpResponse:
    """One time once more, and the press that books it."""
    service = _service(client, pk)
    offer = read_offer(service, request.GET.get("at", "")) if service else None
    if service is None or offer is None:
        return redirect("sessions:me", token)
    back, form = reverse("sessions:me", args=[token]), NonceForm(request.POST if request.method == "POST" else None)
    if online.must_ring(client, service, offer.therapist, start_of(offer)) and not form.is_bound:
        return _ring(request, client, back)
    if form.is_bound and form.is_valid() and (visit := attempt(
            form, online.book_again, client=client, service=service, therapist=offer.therapist,
            starts_at=start_of(offer), nonce=form.cleaned_data["nonce"])):
        return redirect(f"{back}?say=booked&visit={visit.pk}")
    if isinstance(getattr(form, "refusal", None), _RING):
        return _ring(request, client, back, 409)
    return _page(request, "confirm", client, status_of(form), form=form, service=service, offer=offer, back=back,
                 verb=_("Book this visit"), heading=_("Book this visit?"), **_whom(offer),
                 nonce=form["nonce"].value() or uuid4(), others=reverse("sessions:me_times", args=[token, pk]),
                 price=said_price(service.price, client.practice.currency))


class NonceForm(forms.Form):
    """What makes five rapid taps one visit."""

    nonce = forms.UUIDField(widget=forms.HiddenInput, error_messages=dict.fromkeys(
        ("required", "invalid"), gettext_lazy("This page was not whole. Press the button again.")))


# --- one visit: from the client's own link, or from that of the visit ----------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody came in, and where they go back to."""

    visit: Appointment
    back: str
    move: str
    cancel: str


def _through(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Find the visit behind either link; one that is not theirs, has passed or is none gets the page of dead links."""

    @wraps(view)
    def found(request: HttpRequest, token: str, pk: UUID | None = None) -> HttpResponse:
        door = _door(token, pk)
        if door is None or not door.visit.practice.books_online:
            return link_gone(request)
        return for_client(request, door.visit.client, lambda: _while_it_can(request, door, view))

    return found


def _while_it_can(request: HttpRequest, door: Door, view: Callable[..., HttpResponse]) -> HttpResponse:
    """The page of a visit that can still be changed; else why not."""
    if request.method == "POST" and too_often("own", str(door.visit.client_id), settings.ONLINE_SENDS_IN_ALL):
        return slow_down(request, door.visit.practice)
    if door.visit.status not in _ASKING or door.visit.starts_at <= timezone.now():
        return redirect(door.back)
    if not may_change(door.visit):
        return _page(request, "too_late", door.visit.client, 200 if request.method != "POST" else 409,
                     visit=door.visit, back=door.back)
    return view(request, door)


def _door(token: str, pk: UUID | None) -> Door | None:
    ids: tuple[str, ...]
    if pk is None:
        visit, ids = answers.visit_behind(token), (token,)
        names = ("action", "own_move", "own_cancel")
    else:
        client, ids = online.client_behind(token), (token, str(pk))
        rows = Appointment.objects.filter(pk=pk, client=client) if client else Appointment.objects.none()
        visit = rows.select_related("client__practice", "practice", "therapist__user", "service__practice").first()
        names = ("me", "me_move", "me_cancel")
    if visit is None:
        return None
    back, *steps = names
    return Door(visit, reverse(f"sessions:{back}", args=[token]),
                *(reverse(f"sessions:{step}", args=ids) for step in steps))


def may_change(visit: Appointment) -> bool:
    """Whether its client can still move or cancel it by themselves."""
    return visit.practice.books_online and visit.starts_at - timezone.now() >= changes_until(visit)


@require_http_methods(["GET", "HEAD", "POST"])
@_through
def move(request: HttpRequest, door: Door) -> HttpResponse:
    """Open times for this visit; one of them once more; moved."""
    visit, service = door.visit, door.visit.service
    if visit.status == "proposed":
        return redirect(door.back)
    if online.must_ring(visit.client, service, visit.therapist):
        return _ring(request, visit.client, door.back, 200 if request.method != "POST" else 409)
    offer = read_offer(service, request.GET.get("at", ""))
    if offer is None:
        everybody = therapists_for(service)
        return _page(request, "times", visit.client, service=service, back=door.back, to=door.move, visit=visit,
                     heading=_("Which time suits you better?"),
                     **times_of(request, service, everybody, client=visit.client, moves=visit,
                                usual=visit.therapist))
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_bound and (moved := attempt(
            form, online.move_own, appointment=visit, starts_at=start_of(offer), therapist=offer.therapist)):
        visit_url(moved)  # the link lives until the visit ends, which is another day now
        return redirect(f"{door.back}?say=moved&visit={moved.pk}")
    refused: Refusal | None = getattr(form, "refusal", None)
    if isinstance(refused, _RING):
        return _ring(request, visit.client, door.back, 409)
    return _page(request, "confirm", visit.client, status_of(form), form=form, service=service, offer=offer,
                 back=door.back, verb=_("Move my visit"), heading=_("Move your visit?"), visit=visit, others=door.move,
                 **_whom(offer))


@require_http_methods(["GET", "HEAD", "POST"])
@_through
def cancel(request: HttpRequest, door: Door) -> HttpResponse:
    """Why, if they like, and the press that cancels."""
    visit = door.visit
    if visit.reserved_by_id:
        return redirect(door.back)
    form = CallOffForm(request.POST if request.method == "POST" else None, initial={"reason": "other"})
    if form.is_bound and form.is_valid() and attempt(
            form, requests.call_off, appointment=visit, by=online.outsider(visit.client),
            reason=form.cleaned_data["reason"]):
        return redirect(f"{door.back}?say=cancelled&visit={visit.pk}")
    return _page(request, "cancel", visit.client, status_of(form), form=form, visit=visit, back=door.back,
                 may_move=visit.status != "proposed", move=door.move, **{"with": first_name(visit.therapist)})


def _service(client: Client, pk: UUID) -> Service | None:
    return next((service for service in online.services_online(client.practice) if service.pk == pk), None)


def _whom(offer: Offer) -> dict[str, str]:
    return {"with": first_name(offer.therapist)}
