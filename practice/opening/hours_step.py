"""The step of hours: a week from a proposal or by hand, one day's hours copied to others, therapist by therapist."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from practice import stretches
from practice.hours import set_weekly_hours
from practice.hours_views import done
from practice.models import Membership
from practice.offer_views import OWNER
from practice.opening.presets import WEEKS
from practice.opening.step_pages import after, step_page, today_of, uuid_or_none
from practice.pages import attempt, member_of, member_page
from practice.supply_forms import WeekForm, therapists_of
from practice.week import week_of

COPY_TO = {"copy-friday": range(1, 5), "copy-sunday": range(1, 7)}  # Monday's hours; Monday is 0


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(OWNER)
def hours_step(request: HttpRequest) -> HttpResponse:
    """The week of one therapist; saved, the next one without hours follows, then the next step."""
    member = member_of(request)
    today = today_of(member.practice)
    people = list(therapists_of(member).prefetch_related("working_hours"))
    person = _whose(request, people)
    if person is None:
        return step_page(request, "hours", people=[])
    act = request.POST.get("act", "")
    form = _form(request, person, act)
    if form.is_bound and form.is_valid():
        if not any(form.week().values()):
            form.add_error("day_0", "Write hours on one day at least, or choose a week above.")
        elif attempt(form, done(set_weekly_hours), therapist=person, week=form.week(),
                     since=form.cleaned_data["since"], by=member):
            messages.success(request, f"Saved. {person.name} works these hours.")
            left = [other for other in people if other.pk != person.pk and not other.working_hours.all()]
            return redirect(_url(left[0]) if left else after("hours"))
    return step_page(
        request, "hours", form, person=person, weeks=WEEKS.values(), at=_url(person),
        people=[(other, week_of(other.hours_on(today)), _url(other)) for other in people])


def _whose(request: HttpRequest, people: list[Membership]) -> Membership | None:
    """Whose week it is: the one named, else the first without hours, else the first."""
    named = uuid_or_none(request.GET.get("who", ""))
    return (next((person for person in people if person.pk == named), None)
            or next((person for person in people if not person.working_hours.all()), None)
            or next(iter(people), None))


def _form(request: HttpRequest, person: Membership, act: str) -> WeekForm:
    """The week as it was sent; with a proposal or with Monday's hours copied it is only shown, not saved."""
    today, post = today_of(person.practice), request.POST
    week: dict[int, list[stretches.Stretch]] = {}
    for row in person.hours_on(today):
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    if (preset := WEEKS.get(request.GET.get("preset", ""))) and request.method != "POST":
        week = preset.week
    form = WeekForm(post if request.method == "POST" and act not in COPY_TO else None, week=week, today=today)
    if not person.working_hours.all():
        form.initial["since"] = today
    del form.fields["until"]
    if act in COPY_TO:
        form.initial.update({name: post.get(name, "") for name in form.fields})
        form.initial.update({f"day_{day}": post.get("day_0", "") for day in COPY_TO[act]})
    return form


def _url(person: Membership) -> str:
    return f"{reverse('practice:opening_hours')}?{urlencode({'who': str(person.pk)})}"
