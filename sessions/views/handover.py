"""The page on which an owner hands over what waits for somebody who leaves."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.models import Client
from practice import audit, clock
from practice.access import Role
from practice.fields import DayField
from practice.models import Membership
from practice.pages import attempt, find, member_of, member_page, status_of
from practice.people.leaving import left_with
from sessions import replans
from sessions.away import coming_of
from sessions.handing_over import hand_over
from sessions.leaving import clients_of, suggested_for

OWNER = frozenset({Role.OWNER})
NOBODY = "nobody"


class HandoverForm(forms.Form):
    """From which day on, and whom each client goes to."""

    since = DayField(label="First day without them")

    def __init__(self, *args: Any, clients: list[Client], colleagues: list[Membership], goes_to: dict[UUID, str],
                 visits: dict[UUID, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clients, self.colleagues = clients, {str(one.pk): one for one in colleagues}
        choices = [*((pk, one.name) for pk, one in self.colleagues.items()), (NOBODY, "Nobody yet: leave as it is")]
        for client in clients:
            count = visits.get(client.pk, 0)
            said = "no visit to come" if not count else "1 visit" if count == 1 else f"{count} visits"
            self.fields[f"to-{client.pk}"] = forms.ChoiceField(
                label=f"{client.name} ({said})", choices=choices,
                initial=goes_to.get(client.pk, NOBODY), error_messages={
                    "required": "Choose one of the list.", "invalid_choice": "Choose one of the list."})

    @property
    def rows(self) -> list[Any]:
        """The fields of the clients."""
        return [self[f"to-{client.pk}"] for client in self.clients]

    def chosen(self) -> dict[Client, Membership]:
        """Whom each client goes to; those who go to nobody yet are left out."""
        said = {client: self.cleaned_data.get(f"to-{client.pk}", NOBODY) for client in self.clients}
        return {client: self.colleagues[pk] for client, pk in said.items() if pk != NOBODY}


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def handover(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What waits for them, whom each client goes to, and the search for the new times."""
    member = member_of(request)
    person = find(Membership, member, pk, "user", "practice")
    form = _form(request, person)
    if form.is_bound and form.is_valid():
        done = attempt(form, _hand_over, person=person, to=form.chosen(), since=form.cleaned_data["since"], by=member)
        if done:
            plan = done[0]
            if plan is None:
                messages.success(request, "Done. No visit was to come; what they wished goes to their new therapist.")
                return redirect("practice:person", person.pk)
            if plan.visits <= replans.SMALL:
                replans.search(plan.pk, seconds=replans.SMALL_SECONDS)
            return redirect("sessions:replan", plan.pk)
    if request.method == "GET":
        audit.record(by=member, verb="clients_of_colleague_read", subject=person)
    return render(request, "sessions/handover.html", {
        "room": "practice", "person": person, "form": form, "left": left_with(person),
        "colleagues": list(form.colleagues.values())}, status=status_of(form))


def _hand_over(**kwargs: Any) -> tuple[Any]:
    """In a tuple: that there is nothing to search is no refusal."""
    return (hand_over(**kwargs),)


def _form(request: HttpRequest, person: Membership) -> HandoverForm:
    today = clock.wall_of(timezone.now(), person.practice.time_zone)[0]
    data = request.POST if request.method == "POST" else None
    since = _day(data.get("since", "") if data is not None else request.GET.get("since", "")) or today
    clients = clients_of(person, max(since, today))
    colleagues = list(Membership.objects.filter(practice=person.practice_id, is_therapist=True, is_active=True)
                      .exclude(pk=person.pk).select_related("user", "practice").order_by("user__name", "pk"))
    everybody = request.GET.get("to", "")
    if everybody in {str(one.pk) for one in colleagues}:
        goes_to = {client.pk: everybody for client in clients}
    else:
        goes_to = {client: str(to) for client, to in suggested_for(clients, colleagues).items()}
    visits: dict[UUID, int] = {}
    for visit in coming_of(person, since=max(since, today)):
        visits[visit.client_id] = visits.get(visit.client_id, 0) + 1
    return HandoverForm(data, clients=clients, colleagues=colleagues, goes_to=goes_to, visits=visits,
                        initial={"since": since})


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
