"""What an owner does about another's way in, when a phone is lost or somebody is worried."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.access import Role
from practice.accounts import signed_in
from practice.accounts.door_views import READ_AND_SEND
from practice.accounts.second_step import reset_second_step, ways_of
from practice.models import Membership
from practice.pages import find, member_of, member_page
from practice.refusals import Refusal


@require_http_methods(READ_AND_SEND)
@member_page(frozenset({Role.OWNER}))
def member_sign_in_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How somebody signs in; taking their second step away, when their phone is gone."""
    person: Membership = find(Membership, member_of(request), pk, "user", "practice")
    refusal = None
    if request.method == "POST":
        try:
            reset_second_step(member=person, by=member_of(request))
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, f"{person.name} signs in with the password alone now, and is told by mail.")
            return redirect("practice:member_sign_in", pk)
    return render(request, "practice/accounts/member.html", {
        "room": "practice", "person": person, "ways": ways_of(person.user), "refusal": refusal,
        "places": signed_in.live(person.user).count(), "is_self": person == member_of(request)},
        status=refusal.status if refusal else 200)
