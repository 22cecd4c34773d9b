"""The pages of a client: find them, who they are and what limits the work today, new, edit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.duplicates import already_listed
from clients.episodes import today_in
from clients.forms import NewClientForm, ProfileForm
from clients.keeping.archiving import archive_client, restore_client
from clients.keeping.retention import kept_until, soonest_first
from clients.limits import known_of
from clients.models import Client
from clients.overview import age_of, overview_of, panels_on, person_of
from clients.profiles import change_client, create_client
from clients.search import LONGEST, find_clients
from clients.standing import merged_into
from practice import audit, clock
from practice.models import Membership
from practice.pages import attempt, find, member_page
from practice.pages import status_of as status_of
from practice.refusals import NotAllowed, Stale

PER_PAGE = 30
TODAY, PEOPLE, AGREEMENTS, MESSAGES = "today", "people", "agreements", "messages"
TABS = {TODAY: "Today", "visits": "Visits", "notes": "Notes and readings", PEOPLE: "People", AGREEMENTS: "Agreements",
        MESSAGES: "Messages"}


def member_of(request: HttpRequest) -> Membership:
    """The signed-in member; only pages behind `member_page` ask."""
    member: Membership = request.member  # type: ignore[attr-defined]
    return member


@require_safe
@member_page()
def client_list(request: HttpRequest) -> HttpResponse:
    """Every client by name, or those who fit what was typed; the archive by the day until which each is kept."""
    member, q = member_of(request), request.GET.get("q", "").strip()[:LONGEST]
    is_archive = bool(request.GET.get("archived"))
    everybody = Client.objects.visible_to(member).filter(archived_at__isnull=not is_archive)
    found = find_clients(everybody, q).order_by("name", "pk")
    rows = soonest_first(found) if is_archive else found
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "clients/list.html", {
        "room": "clients", "q": q, "page_obj": page, "is_archive": is_archive,
        "rows": page.object_list if is_archive else [(client, None) for client in page.object_list],
        "is_empty_practice": not q and not is_archive and not page.paginator.count})


@require_safe
@member_page()
def client_page(request: HttpRequest, pk: UUID, tab: str = TODAY) -> HttpResponse:
    """One tab of a client's page; reading it is written down.

    The first says what limits today's work; the front desk, who may not know that, sees the person there.
    """
    member = member_of(request)
    try:
        client = find(Client, member, pk, "practice")
    except Http404:
        return _led_on(request, pk)
    if tab not in {name for name, _ in tabs_for(member)}:
        raise NotAllowed("This part is for the owner and the therapists.")
    audit.record(by=member, verb="client_read", subject=client, client_id=client.pk, what=tab)
    today, known = today_in(client), known_of([client.pk])[client.pk] if tab == TODAY else None
    shown: dict[str, Any] = {} if known is None else overview_of(member, client, known, today)
    if tab == PEOPLE or (tab == TODAY and not member.may_see_clinical):
        shown |= person_of(client)
    if tab == AGREEMENTS:
        shown["kept"] = kept_until(client)
    return render(request, f"clients/tab_{tab}.html", shown | {
        "room": "clients", "client": client, "age": age_of(client.birth_date, today), "today": clock.said_date(today),
        "tab": tab, "tabs": tabs_for(member), "panels": panels_on(request, client, tab, known)})


def _led_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a row that was merged on to the one that stays; 404 for an id of nobody."""
    stays = merged_into(member_of(request), pk)
    if stays is None:
        raise Http404
    messages.info(request, f"{stays.name} was listed twice. This is the one that stays.")
    return redirect("clients:client", stays.pk)


def tabs_for(member: Membership) -> list[tuple[str, str]]:
    """The tabs this member sees, with their names."""
    hidden = set() if member.may_see_clinical else {"notes", PEOPLE}
    return [(tab, name) for tab, name in TABS.items() if tab not in hidden]


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def client_new(request: HttpRequest) -> HttpResponse:
    """A name and one way to reach them."""
    member = member_of(request)
    form = NewClientForm(request.POST if request.method == "POST" else None,
                         initial={"name": request.GET.get("name", "")[:120]})
    alike: list[Client] = []
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        if "another" not in request.POST:
            alike = already_listed(by=member, name=said["name"], email=said["email"], phone=said["phone"])
    if form.is_bound and form.is_valid() and not alike:
        today = clock.wall_of(timezone.now(), member.practice.time_zone)[0]
        client = attempt(form, create_client, practice=member.practice, by=member, **form.profile(today))
        if client:
            messages.success(request, f"{client.name} is on your list.")
            return redirect("clients:client", client.pk)
    return render(request, "clients/new.html", {"room": "clients", "form": form, "alike": alike},
                  status=409 if alike else status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def client_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about the person; what somebody else saved meanwhile is not overwritten unseen."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    form = ProfileForm(request.POST if request.method == "POST" else None, client=client, member=member)
    if form.is_bound and form.is_valid():
        changed = attempt(form, change_client, client=client, by=member,
                          expected_version=form.cleaned_data["version"], **form.profile())
        if changed:
            messages.success(request, "Saved.")
            return redirect("clients:client", client.pk)
        if isinstance(getattr(form, "refusal", None), Stale):
            typed = request.POST.copy()  # what they typed stays; saving again, now that it was said, keeps theirs
            typed["version"] = str(client.version)
            form.data = typed
    return render(request, "clients/edit.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def client_archive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take somebody who comes no more off the list; whoever only looks is led to the client."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    if request.method != "POST":
        return redirect("clients:client", client.pk)
    archive_client(client=client, by=member)
    messages.success(request, f"{client.name} is in the archive, with everything that is written of them.")
    return redirect("clients:list")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def client_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put them back on the list; whoever only looks is led to the client."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    if request.method != "POST":
        return redirect("clients:client", client.pk)
    restore_client(client=client, by=member)
    messages.success(request, f"{client.name} is on your list again.")
    return redirect("clients:client", client.pk)
