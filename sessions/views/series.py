"""A series: look at every date first, then book all or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from practice import clock
from practice.models import Membership
from practice.pages import attempt, member_page
from practice.refusals import Refusal
from sessions.asked import date_asked, member_of, status_of, today_at
from sessions.forms import SeriesForm
from sessions.referral_use import lines_for
from sessions.series import SeriesDate, book_series, try_series
from sessions.views.client_choice import Whom, last_visit, whom_asked
from sessions.views.refused import takes_a_reason

WEEK = 7  # days: the usual rhythm of a first series


@dataclass(frozen=True, slots=True)
class DateRow:
    """One date of the series in words."""

    said: str
    conflict: str
    alternative: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_page()
def series_new(request: HttpRequest) -> HttpResponse:
    """Whom, what, from when, how often; “Look first” books nothing, “Book all” books every date or none."""
    member = member_of(request)
    whom = whom_asked(request)
    if whom.only:
        return redirect(f"{reverse('sessions:series_new')}?{urlencode({'client': whom.only.pk})}")
    if whom.client is None:
        return _page(request, whom, SeriesForm(member=member))
    if request.method != "POST":
        return _page(request, whom, SeriesForm(member=member, initial=_initial(request, member, whom)))
    form = SeriesForm(request.POST, member=member)
    if not form.is_valid():
        return _page(request, whom, form)
    wish = {name: form.cleaned_data[name] for name in ("service", "therapist", "every_days", "count")}
    wish |= {"client": whom.client, "first_starts_at": form.starts_at, "by": member}
    if request.POST.get("do") != "book":
        dates = attempt(form, try_series, **wish)
        return _page(request, whom, form, [_row(d, member) for d in dates or []], {d.code for d in dates or []})
    booked = attempt(form, book_series, override_reason=form.cleaned_data["override_reason"], **wish)
    if booked is None:
        dates = form.refusal.more.get("dates", [])  # type: ignore[attr-defined]
        return _page(request, whom, form, [_read(d, member) for d in dates], {d["code"] for d in dates})
    visits = booked[1]
    messages.success(request, f"{len(visits)} visits booked for {whom.client.name}, from {visits[0].said} "
                     f"to {visits[-1].said}.")
    return redirect("clients:client", whom.client.pk)


def _initial(request: HttpRequest, member: Membership, whom: Whom) -> dict[str, Any]:
    """The service, therapist, rhythm and time of the last visit, from the day asked for or the next of its rhythm."""
    last, today = last_visit(whom.client), today_at(member.practice)
    initial: dict[str, Any] = {"on": date_asked(request.GET.get("on"), today), "at": request.GET.get("at", "")}
    if last:
        rhythm = last.series.every_days if last.series else WEEK
        initial |= {"service": last.service_id, "therapist": last.therapist_id, "at": last.wall_time,
                    "every_days": rhythm, "on": date_asked(request.GET.get("on"), _next(last.wall_date, rhythm, today))}
    return initial


def _next(last: date, rhythm: int, today: date) -> date:
    """The first date after the last visit, and after today, that keeps its rhythm."""
    return last + timedelta(days=rhythm * max(1, (today - last).days // rhythm + 1))


def _page(request: HttpRequest, whom: Whom, form: SeriesForm, rows: list[DateRow] | None = None,
          codes: set[str | None] | None = None) -> HttpResponse:
    member = member_of(request)
    conflicts = [row for row in rows or [] if row.conflict]
    said = {code for code in codes or () if code}
    takes_reason = bool(said) and takes_a_reason(_AsOne("", refusals=[{"code": code} for code in said]), member)
    return render(request, "sessions/series.html", {
        "room": "diary", "whom": whom, "form": form, "rows": rows, "conflicts": conflicts,
        "takes_reason": takes_reason or bool(form["override_reason"].value()), "keep": [],
        "referrals": lines_for(whom.client, _days(form)) if whom.client and rows else []}, status=status_of(form))


def _days(form: SeriesForm) -> list[date]:
    """The days of the series as it was asked for."""
    on, every, count = (form.cleaned_data.get(name) for name in ("on", "every_days", "count"))
    return [on + timedelta(days=every * n) for n in range(count)] if on and every and count else []


class _AsOne(Refusal):
    """What speaks against any date, asked about together."""


def _row(found: SeriesDate, member: Membership) -> DateRow:
    return DateRow(_said(found.starts_at, member), found.conflict, _said(found.alternative, member))


def _read(found: dict[str, Any], member: Membership) -> DateRow:
    """The same from the dates a refusal carries."""
    start, other = (datetime.fromisoformat(iso) if iso else None for iso in (found["starts_at"], found["alternative"]))
    return DateRow(_said(start, member), found["conflict"] or "", _said(other, member))


def _said(start: datetime | None, member: Membership) -> str:
    return clock.said(start, member.practice.time_zone, today=today_at(member.practice)) if start else ""
