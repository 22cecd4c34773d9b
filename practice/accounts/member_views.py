"""What an owner does about another's way in, when a phone is lost or somebody is worried."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
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
    """How somebody signs in; signing them out everywhere; taking their second step away, when their phone is gone."""
    person: Membership = find(Membership, member_of(request), pk, "user", "practice")
    refusal = None
    if request.method == "POST":
        try:
            said = _act(request.POST.get("act", ""), person, member_of(request))
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, said)
            return redirect("practice:member_sign_in", pk)
    return render(request, "practice/accounts/member.html", {
        "room": "practice", "person": person, "ways": ways_of(person.user), "refusal": refusal,
        "places": signed_in.live(person.user).count(), "is_self": person == member_of(request)},
        status=refusal.status if refusal else 200)


def _act(act: str, person: Membership, by: Membership) -> str:
    """Do what was pressed; what is said of it afterwards."""
    if act == "sign-out":
        if signed_in.sign_out_member(member=person, by=by):
            return f"{person.name} is signed out everywhere, and is told by mail."
        return f"{person.name} was signed in nowhere."
    if act != "reset":
        raise Http404("No such step.")
    reset_second_step(member=person, by=by)
    return f"{person.name} signs in with the password alone now, and is told by mail."
