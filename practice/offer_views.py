"""The pages of what a practice offers: services and rooms, listed, added, changed, retired, brought back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from practice.access import Role
from practice.models import Room, Service
from practice.offers import add_room, add_service, change_room, change_service, in_use_first, set_in_use
from practice.pages import attempt, find, member_of, member_page, post_page, status_of
from practice.supply_forms import RoomForm, ServiceForm, therapists_of

OWNER = frozenset({Role.OWNER})
_IN_USE = {"retire": False, "restore": True}


@require_safe
@member_page(OWNER)
def service_list(request: HttpRequest) -> HttpResponse:
    """Every service with its length, buffers, price, and who gives it where; retired ones last."""
    member = member_of(request)
    rows = Service.objects.visible_to(member).select_related("practice").prefetch_related(
        "therapists__user", "rooms", "needed_skills")
    skilled = {t.pk: {skill.pk for skill in t.skills.all()} for t in therapists_of(member).prefetch_related("skills")}
    return render(request, "practice/services.html", {
        "room": "practice",
        "rows": [(row, _nobody_can(row, skilled)) for row in in_use_first(rows)]})


def _nobody_can(service: Service, skilled: dict[UUID, set[UUID]]) -> bool:
    """Whether no therapist it may be given by has every skill it needs, so that it is offered nowhere."""
    needed = {skill.pk for skill in service.needed_skills.all()}
    named = {t.pk for t in service.therapists.all()} & skilled.keys() or skilled.keys()
    return not any(needed <= skilled[pk] for pk in named)


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def service_new(request: HttpRequest) -> HttpResponse:
    """Offer something new."""
    member = member_of(request)
    form = ServiceForm(_sent(request), member=member)
    if form.is_bound and form.is_valid() and (
            row := attempt(form, add_service, practice=member.practice, offer=form.offer(), by=member)):
        messages.success(request, f"{row.name} is offered from now on.")
        return redirect("practice:services")
    return _form_page(request, form, "A new service", "practice:services", "Services")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def service_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a service; what is booked stays as it is."""
    member = member_of(request)
    service: Service = find(Service, member, pk, "practice")
    form = ServiceForm(_sent(request), member=member, service=service)
    if form.is_bound and form.is_valid() and attempt(
            form, change_service, service=service, offer=form.offer(), by=member):
        messages.success(request, f"Saved. Visits of {service.name} booked already keep their length and time.")
        return redirect("practice:services")
    return _form_page(request, form, service.name, "practice:services", "Services")


@post_page("practice:service", "pk")
@member_page(OWNER)
def service_use(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Retire a service, or bring it back."""
    return _use(request, find(Service, member_of(request), pk, "practice"), verb, "practice:services")


@require_safe
@member_page(OWNER)
def room_list(request: HttpRequest) -> HttpResponse:
    """Every room in its order, with what one has to know of it; retired ones last."""
    rows = in_use_first(Room.objects.visible_to(member_of(request)))
    return render(request, "practice/rooms.html", {"room": "practice", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def room_new(request: HttpRequest) -> HttpResponse:
    """Open a room."""
    member = member_of(request)
    count = Room.objects.visible_to(member).count()
    form = RoomForm(_sent(request), initial={"position": count + 1})
    if form.is_bound and form.is_valid() and (
            row := attempt(form, add_room, practice=member.practice, by=member, **form.cleaned_data)):
        messages.success(request, f"{row.name} can be booked from now on.")
        return redirect("practice:rooms")
    return _form_page(request, form, "A new room", "practice:rooms", "Rooms")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def room_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a room."""
    member = member_of(request)
    row: Room = find(Room, member, pk, "practice")
    form = RoomForm(_sent(request), initial={name: getattr(row, name) for name in RoomForm.base_fields})
    if form.is_bound and form.is_valid() and attempt(form, change_room, room=row, by=member, **form.cleaned_data):
        messages.success(request, "Saved.")
        return redirect("practice:rooms")
    return _form_page(request, form, row.name, "practice:rooms", "Rooms")


@post_page("practice:room", "pk")
@member_page(OWNER)
def room_use(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Retire a room, or bring it back."""
    return _use(request, find(Room, member_of(request), pk, "practice"), verb, "practice:rooms")


def _use(request: HttpRequest, row: Service | Room, verb: str, back: str) -> HttpResponse:
    if verb not in _IN_USE:
        raise Http404("No such step.")
    set_in_use(row=row, is_active=_IN_USE[verb], by=member_of(request))
    words = "can be booked again." if _IN_USE[verb] else "is retired. Visits booked already stay as they are."
    messages.success(request, f"{row.name} {words}")
    return redirect(back)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _form_page(request: HttpRequest, form: Any, heading: str, back: str, back_words: str) -> HttpResponse:
    return render(request, "practice/supply_form.html", {
        "room": "practice", "form": form, "heading": heading, "back": back, "back_words": back_words,
    }, status=status_of(form))
