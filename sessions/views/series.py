"""A series: look at every date first, then book all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clients.conditions import Dose, doses_for
from practice import clock
from practice.models import Membership, Service
from practice.pages import attempt, member_page
from practice.refusals import Refusal
from sessions.asked import date_asked, member_of, stamp, status_of, today_at
from sessions.forms import SeriesForm, ask_reason
from sessions.models import Appointment
from sessions.referral_use import lines_for
from sessions.rhythm import WEEK
from sessions.series import as_data, book_series, try_series
from sessions.views.client_choice import Whom, last_visit, whom_asked
from sessions.views.refused import takes_a_reason
from sessions.views.undone import remember
from sessions.work import first_at_work

ALL_THE_SAME = "override"
BOOKS = ("book", ALL_THE_SAME)  # the buttons that book; the second stands beside the reason it needs
TWICE = 3  # days between the two visits of a week
LOOKED_AHEAD = 92  # days in which an open one is looked for to begin with


@dataclass(frozen=True, slots=True)
class DateRow:
    """One date of the series in words: why it cannot be, and what could be instead; `chosen` is what was."""

    on: str
    said: str
    conflict: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    wrong: str = ""  # where it was asked and not answered


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
    wish = {"client": whom.client, "first_starts_at": form.starts_at, "rhythm": form.rhythm, "by": member,
            "instead": form.instead()}
    wish |= {name: form.cleaned_data[name] for name in ("service", "therapist")}
    if request.POST.get("do") not in BOOKS:
        dates = attempt(form, try_series, **wish)
        return _page(request, whom, form, [as_data(d, member.practice.time_zone) for d in dates or []])
    booked = attempt(form, book_series, override_reason=form.cleaned_data["override_reason"], **wish)
    dates = [] if booked else form.refusal.more.get("dates", [])  # type: ignore[attr-defined]
    visits, words = (booked[1], "booked") if booked else (_booked_already(member, wish, dates), "booked already")
    if not visits:
        return _page(request, whom, form, dates)
    remember(request, visits[0], f"{len(visits)} visits {words} for {whom.client.name}, from {visits[0].said} "
             f"to {visits[-1].said}.")
    return redirect("sessions:appointment", visits[0].pk)


def _booked_already(member: Membership, wish: dict[str, Any], dates: list[dict[str, Any]]) -> list[Appointment]:
    """The very series, in order, where the button was pressed twice."""
    visits = list(Appointment.objects.visible_to(member).filter(
        client=wish["client"], therapist=wish["therapist"], service=wish["service"], series__count=len(dates),
        starts_at__in=[datetime.fromisoformat(found["starts_at"]) for found in dates],
        status__in=["booked", "confirmed"]).order_by("starts_at"))
    is_one = len({visit.series_id for visit in visits}) == 1
    return visits if is_one and len(visits) == len(dates) else []


def _initial(request: HttpRequest, member: Membership, whom: Whom) -> dict[str, Any]:
    """The service, therapist, rhythm and time of the last visit, from the day asked for or the next open one of its
    rhythm.

    A dose described for a condition of theirs, chosen by its place in the list, says rhythm, number and length.
    """
    last, today = last_visit(whom.client), today_at(member.practice)
    initial: dict[str, Any] = {"on": date_asked(request.GET.get("on"), today), "at": request.GET.get("at", "")}
    if last:
        rhythm = last.series.every_days if last.series else WEEK
        initial |= {"service": last.service_id, "therapist": last.therapist_id, "at": last.wall_time,
                    "every_days": rhythm, "on": date_asked(request.GET.get("on"), _next(last.wall_date, rhythm, today))}
        if last.series and last.series.weekdays:
            weeks = max(1, round(rhythm * len(last.series.weekdays) / WEEK))
            initial |= {"every_days": weeks * WEEK, "weekdays": last.series.weekdays}
    doses, asked = _doses(member, whom), request.GET.get("dose", "")
    if asked.isdecimal() and int(asked) < len(doses):
        initial |= _of_dose(doses[int(asked)], initial["on"], member)
    if initial.get("weekdays") and initial["on"].weekday() not in initial["weekdays"]:
        initial["on"] = min(initial["on"] + timedelta(days=(day - initial["on"].weekday()) % WEEK)
                            for day in initial["weekdays"])
    if last and "on" not in request.GET:
        days = _days_of(initial["on"], initial["every_days"], initial.get("weekdays", ()))
        initial["on"] = first_at_work(last.therapist, days, last.wall_time, last.minutes)
    return initial


def _days_of(first: date, every_days: int, weekdays: Sequence[int]) -> list[date]:
    """The days of the rhythm from the first on, as far as a first visit is looked for."""
    step = 1 if weekdays else every_days
    days = [first + timedelta(days=n) for n in range(0, LOOKED_AHEAD, step)]
    return [day for day in days if not weekdays or day.weekday() in weekdays]


def _doses(member: Membership, whom: Whom) -> list[Dose]:
    """What sources describe for the client's conditions; nothing for the front desk."""
    if whom.client is None or not member.may_see_clinical:
        return []
    return doses_for(whom.client.conditions.filter(ended_on=None).values_list("condition", flat=True))


def _of_dose(dose: Dose, first: date, member: Membership) -> dict[str, Any]:
    """A described dose as what the form begins with; a length no service has is left to choose."""
    often = dose.per_week or (dose.sessions or 1) / (dose.weeks or 1)
    begins: dict[str, Any] = {"every_days": max(WEEK, round(WEEK / often)), "count": dose.sessions}
    if often > 1:
        begins["weekdays"] = sorted({(first.weekday() + TWICE * n) % WEEK for n in range(round(often))})
    services = Service.objects.visible_to(member).filter(is_active=True, minutes=dose.minutes)
    if dose.minutes and (service := services.first()):
        begins["service"] = service.pk
    return begins


def _next(last: date, rhythm: int, today: date) -> date:
    """The first date after the last visit, and after today, that keeps its rhythm."""
    return last + timedelta(days=rhythm * max(1, (today - last).days // rhythm + 1))


def _page(request: HttpRequest, whom: Whom, form: SeriesForm,
          dates: list[dict[str, Any]] | None = None) -> HttpResponse:
    member = member_of(request)
    chosen = form.instead() if form.is_bound else {}
    rows = [_row(found, member) for found in dates or []]
    do = request.POST.get("do")
    said = {found["code"] for found in dates or [] if found["code"]}
    takes_reason = bool(said) and takes_a_reason(_AsOne("", refusals=[{"code": code} for code in said]), member)
    takes_reason = takes_reason or bool(form["override_reason"].value())
    if do == "book" or (do == ALL_THE_SAME and not takes_reason):
        rows = [replace(row, wrong="Choose another time or leave it out.")
                if row.conflict and f"instead-{row.on}" in request.POST else row for row in rows]
    if dates:
        today = today_at(member.practice)
        rows += [DateRow(on.isoformat(), clock.said_date(on, today=today), choices=(("none", "Left out"),),
                         chosen="none") for on, start in chosen.items() if start is None]
        rows.sort(key=lambda row: row.on)
    conflicts = [row for row in rows if row.conflict]
    if takes_reason:
        ask_reason(form, is_pressed=do == ALL_THE_SAME)
    days = [date.fromisoformat(found["on"]) for found in dates or []]
    return render(request, "sessions/series.html", {
        "room": "diary", "whom": whom, "form": form, "rows": rows, "conflicts": conflicts,
        "booked": len(rows) - sum(row.chosen == "none" for row in rows),
        "takes_reason": takes_reason, "wrong": [row for row in rows if row.wrong], "keep": [],
        "doses": list(enumerate(_doses(member, whom))),
        "referrals": lines_for(whom.client, days) if whom.client and rows else []}, status=status_of(form))


class _AsOne(Refusal):
    """What speaks against any date, asked about together."""


def _row(found: dict[str, Any], member: Membership) -> DateRow:
    """One date as a dry run or a refusal answers it, with the free times that could take its place."""
    zone, today = member.practice.time_zone, today_at(member.practice)
    on, start = found["on"], datetime.fromisoformat(found["starts_at"])
    if not found["conflict"]:
        is_moved = clock.wall_of(start, zone)[0].isoformat() != on
        return DateRow(on, clock.said(start, zone, today=today), chosen=stamp(start) if is_moved else "")
    times = [datetime.fromisoformat(iso) for iso in found["alternatives"]]
    choices = [(stamp(at), clock.said(at, zone, today=today)) for at in times]
    return DateRow(on, clock.said(start, zone, today=today), found["conflict"], (*choices, ("none", "Leave it out")))
