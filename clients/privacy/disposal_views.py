"""The owner's pages of whose years are over: who it is, what goes and what stays, and what was disposed of."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from clients.keeping.disposing import counts_of_going, dispose_of, lines_that_stay, over_in, refuse_unless_over
from clients.keeping.going import going_with
from clients.keeping.retention import kept_until
from clients.models import Client, Disposal
from clients.privacy.forms import DisposeForm
from practice import audit
from practice.accounts.signed_in import is_proved
from practice.models import LEAST_YEARS
from practice.offer_views import OWNER
from practice.pages import attempt, find, member_of, member_page, status_of
from practice.refusals import NotAllowed, Refusal


@require_safe
@member_page(OWNER)
def disposals(request: HttpRequest) -> HttpResponse:
    """Who may be disposed of, whom something keeps, and what was disposed of."""
    member = member_of(request)
    over, next_end = over_in(member.practice)
    audit.record(by=member, verb="disposals_read", subject=member.practice)
    return render(request, "clients/privacy/disposals.html", {
        "room": "practice", "practice": member.practice, "due": [row for row in over if not row.kept_by],
        "kept": [row for row in over if row.kept_by], "next_end": next_end, "least": LEAST_YEARS,
        "gone": [row for row in Disposal.objects.visible_to(member).select_related("by__user") if row.is_of_person]})


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def dispose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: what goes, what stays, why; the password once more, and it is done."""
    member = member_of(request)
    client: Client = find(Client, member, pk, "practice")
    form, proved = DisposeForm(request.POST if request.method == "POST" else None), is_proved(request)
    if form.is_bound and form.is_valid():
        if not proved:
            form.add_error(None, "Type your password once more first: the link stands below.")
            form.refusal = NotAllowed("Your password is needed once more.")  # type: ignore[attr-defined]
        elif attempt(form, dispose_of, client=client, by=member, **form.cleaned_data):
            messages.success(request, "It is gone. What stays of them stands below.")
            return redirect("clients:disposals")
    if request.method == "GET":
        audit.record(by=member, verb="disposal_read", subject=client, client_id=client.pk)
    try:
        refuse_unless_over(client)
        why_not = ""
    except Refusal as refused:
        why_not = refused.detail
    confirm = f"{reverse('practice:confirm')}?{urlencode({'next': request.path})}"
    return render(request, "clients/privacy/dispose.html", {
        "room": "practice", "client": client, "form": form, "kept": kept_until(client), "why_not": why_not,
        "proved": proved, "confirm": confirm, "stays": lines_that_stay(client),
        "years": client.practice.retention_years,
        "counts": [words for _, _, words in counts_of_going(going_with(client.family.values_list("pk", flat=True)))]},
        status=status_of(form))
