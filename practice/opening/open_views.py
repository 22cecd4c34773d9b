"""The pages of an installation without a practice: the code, then one thing a page, then the practice is open.

What was written waits in the browser's session; nothing is in the practice's tables before the last page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.accounts.sign_in import come_in
from practice.closures import countries
from practice.letterhead import PAPERS
from practice.money import CURRENCIES
from practice.opening.code import is_live, is_open, proven_code
from practice.opening.doors import Owner, open_by_code
from practice.opening.open_forms import AccountForm, CodeForm, PracticeForm, YouForm, ZoneForm
from practice.opening.places import currency_of, now_in, paper_of
from practice.pages import attempt, status_of
from practice.walls import everywhere_view

_CODE, _DRAFT = "opening_code", "opening_draft"  # of the session
_PAGES = ("open_practice", "open_clock", "open_you", "open_account")
_FILLS = {"open_practice": "name", "open_clock": "time_zone", "open_you": "owner_name"}  # what each leaves in the draft
View = Callable[[HttpRequest], HttpResponse]


def while_closed(*, needs_code: bool = True) -> Callable[[View], View]:
    """A page there is only until the first practice is open, and only for whoever typed the code."""

    def wrap(view: View) -> View:
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @everywhere_view  # there is no practice yet to stand in
        @wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if is_open():
                return render(request, "practice/opening/open_already.html", status=404)
            if needs_code and not is_live(request.session.get(_CODE, "")):
                if _CODE in request.session:
                    messages.info(request, "The server printed a new code meanwhile. Type it, and go on where you "
                                           "were.")
                return redirect("practice:open")
            return view(request)

        return guarded

    return wrap


@while_closed(needs_code=False)
def open_page(request: HttpRequest) -> HttpResponse:
    """The code, and what comes after it."""
    if request.method != "POST" and is_live(request.session.get(_CODE, "")):
        return redirect(_first_open(_draft(request)))
    form = CodeForm(_sent(request))
    if form.is_bound and form.is_valid() and (
            proven := attempt(form, proven_code, request=request, typed=form.cleaned_data["code"])):
        request.session.cycle_key()
        request.session[_CODE] = proven
        return redirect(_first_open(_draft(request)))
    return _page(request, form, "open_page.html", submit="Go on")


@while_closed()
def practice_page(request: HttpRequest) -> HttpResponse:
    """What the practice is called and where it is."""
    return _asked(request, "open_practice", PracticeForm)


@while_closed()
def clock_page(request: HttpRequest) -> HttpResponse:
    """By which clock it works: suggested by the country that was named, to be seen and changed."""
    return _asked(request, "open_clock", ZoneForm, country=_draft(request).get("country", ""))


@while_closed()
def you_page(request: HttpRequest) -> HttpResponse:
    """Who the owner is."""
    zone = _draft(request).get("time_zone") or "UTC"
    return _asked(request, "open_you", YouForm, today=clock.wall_of(timezone.now(), zone)[0])


@while_closed()
def account_page(request: HttpRequest) -> HttpResponse:
    """What was said so far, how the owner signs in, and the press that opens the practice."""
    draft = _draft(request)
    if (first := _first_open(draft)) != "practice:open_account":
        return redirect(first)
    form = AccountForm(_sent(request), owner_name=draft["owner_name"])
    if form.is_bound and form.is_valid():
        member = attempt(
            form, open_by_code, code_hash=request.session[_CODE], name=draft["name"], time_zone=draft["time_zone"],
            country=draft.get("country", ""), owner=_owner(draft, form.cleaned_data))
        if member:
            come_in(request, member.user)
            for name in (_CODE, _DRAFT):
                request.session.pop(name, None)
            messages.success(request, f"{member.practice.name} is open, and you are signed in.")
            return redirect("practice:opening")
    return _page(request, form, "open_account.html", submit="Open the practice", back="practice:open_you", number=4,
                 draft=draft, said=_said(draft))


def _asked(request: HttpRequest, page: str, shape: type[forms.Form], **about: Any) -> HttpResponse:
    """One page: what was written last time stands in it; saved, the next one follows."""
    draft = _draft(request)
    if _PAGES.index(page) > _PAGES.index(_first_open(draft).partition(":")[2]):
        return redirect(_first_open(draft))
    form = shape(_sent(request), initial=dict(draft), **about)
    if form.is_bound and form.is_valid():
        said = {name: value.isoformat() if isinstance(value, date) else value
                for name, value in form.cleaned_data.items()}
        if said.get("country", draft.get("country")) != draft.get("country"):
            draft.pop("time_zone", None)  # it was another country's
        request.session[_DRAFT] = draft | said
        return redirect(f"practice:{_PAGES[_PAGES.index(page) + 1]}")
    number = _PAGES.index(page)
    return _page(request, form, f"{page}.html", submit="Go on", number=number + 1,
                 back=f"practice:{_PAGES[number - 1]}" if number else "")


def _page(request: HttpRequest, form: forms.Form, template: str, **more: Any) -> HttpResponse:
    return render(request, f"practice/opening/{template}", {"form": form, "of": len(_PAGES), **more},
                  status=status_of(form))


def _draft(request: HttpRequest) -> dict[str, Any]:
    return dict(request.session.get(_DRAFT, {}))


def _first_open(draft: dict[str, Any]) -> str:
    """The first page whose answer is not there yet."""
    return "practice:" + next((page for page, name in _FILLS.items() if not draft.get(name)), "open_account")


def _owner(draft: dict[str, Any], said: dict[str, Any]) -> Owner:
    until = draft.get("credential_expires_on")
    return Owner(draft["owner_name"], said["email"], said["password"], bool(draft.get("gives_sessions")),
                 draft.get("credential", ""), date.fromisoformat(until) if until else None)


def _said(draft: dict[str, Any]) -> dict[str, str]:
    """What follows from the country and the zone, in words, so that nothing is guessed unseen."""
    country = draft.get("country", "")
    return {"country": dict(countries()).get(country, ""), "currency": CURRENCIES[currency_of(country)].name,
            "paper": PAPERS[paper_of(country)], "now": now_in(draft["time_zone"])}


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None
