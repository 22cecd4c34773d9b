"""What every page shares: the look a person chose, forms that carry refusals, sign-in for members."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from practice import cookies
from practice.access import EVERYBODY, Role
from practice.lock import shut
from practice.people.switching import other_places
from practice.reading import note_found
from practice.refusals import NotAllowed, Refusal, problem_of, wants_problem

if TYPE_CHECKING:
    from practice.models import Membership

THEMES = ("light", "dark", "dim")


def look(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: theme and easier view from their cookies; the page of ours one came from, if any."""
    theme = cookies.kept(request, "theme")
    return {"theme": theme if theme in THEMES else "", "easier": cookies.kept(request, "easier") == "on",
            "came_from": _came_from(request), "other_places": other_places(request)}


def _came_from(request: HttpRequest) -> str:
    address = request.headers.get("Referer", "")
    try:
        return address if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}) else ""
    except DisallowedHost:  # asked for by a name that is not ours: the page that says so has nowhere to lead back to
        return ""


def member_page(roles: frozenset[Role] = EVERYBODY) -> Callable[[Any], Any]:
    """A page for signed-in members; other roles get a plain refusal, nobody gets the lock or the sign-in page."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = request.member  # type: ignore[attr-defined]
            if member is None:
                return shut(request)
            if not (member.role in roles or (Role.THERAPIST in roles and member.is_therapist)):
                raise NotAllowed("Your role does not include this page. The practice's owner can change roles.")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def post_page(opens: str, *named_by: str) -> Callable[[Any], Any]:
    """An address that only takes a press: whoever opens or reloads it gets the page `opens`, of the same ids."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        pressed = require_POST(view)

        @wraps(view)
        def posted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                return redirect(opens, **{name: kwargs[name] for name in named_by})
            return pressed(request, *args, **kwargs)

        return posted

    return wrap


def find(model: Any, member: Any, pk: Any, *select: str) -> Any:
    """The member's row with this id, or 404; `select` are relations to read with it."""
    row = model.objects.visible_to(member).select_related(*select).filter(pk=pk).first()
    if row is None:
        raise Http404("Nothing here by that id, or it is not yours.")
    note_found(member, row)
    return row


def member_of(request: HttpRequest) -> Membership:
    """The signed-in member; only pages behind `member_page` ask."""
    member: Membership = request.member  # type: ignore[attr-defined]
    return member


def attempt(form: forms.Form, verb: Callable[..., Any], **kwargs: Any) -> Any:
    """Call a verb; a refusal lands on the form (nothing typed is lost) and answers None.

    A form may say in `fields_of` which of its fields answers for which input of the verb.
    """
    try:
        return verb(**kwargs)
    except Refusal as refused:
        field = getattr(form, "fields_of", {}).get(refused.field, refused.field)
        form.add_error(field if field in form.fields else None, refused.detail)
        form.refusal = refused  # type: ignore[attr-defined]
        return None


def status_of(form: forms.Form) -> int:
    """The HTTP status of a page that shows this form: what a refusal says, 422 for a wrong shape, else 200."""
    refused = getattr(form, "refusal", None)
    if refused is not None:
        return int(refused.status)
    return 422 if form.is_bound and form.errors else 200


def kept_private(response: HttpResponse) -> HttpResponse:
    """Neither kept, nor found by search, nor told to the next site: for every page behind a link."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "no-store"
    return response


def pdf_file(content: bytes, name: str) -> HttpResponse:
    """A PDF to be kept or printed, under a name that says nothing of whom it is about."""
    return HttpResponse(content, content_type="application/pdf", headers={
        "Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
class FormTooOld(NotAllowed):
    """The form carries the token of an earlier session."""

    code, title = "form_too_old", "This form has waited too long"


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that waited too long: say so; where it names its writer, their password sends it all the same."""
    refused = FormTooOld("This form has waited too long. Go back, reload, and send it again.")
    if wants_problem(request):
        return problem_of(refused)
    if "as" in request.POST:
        return shut(request)
    return render(request, "403.html", {"detail": refused.detail}, status=refused.status)
