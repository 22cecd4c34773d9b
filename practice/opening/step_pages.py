"""The frame of the steps: where one is in the list, the ways back and on, and doing without."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from practice import clock
from practice.models import Practice
from practice.offer_views import OWNER
from practice.opening.aside import set_aside, take_up
from practice.opening.checklist import EVERYTHING, STEPS, Step, checklist_of, steps_in_order
from practice.pages import member_of, member_page, post_page, status_of


@require_safe
@member_page(OWNER)
def opening_page(request: HttpRequest) -> HttpResponse:
    """Everything that belongs to opening: what is there, what is missing, what comes next."""
    stands = checklist_of(member_of(request).practice)
    return render(request, "practice/opening/checklist.html", {
        "room": "practice", "stands": stands, "everything": EVERYTHING, "practice": member_of(request).practice})


@post_page("practice:opening")
@member_page(OWNER)
def aside_step(request: HttpRequest, step: str) -> HttpResponse:
    """Do without a step (or take it up after all), then on to the next."""
    member = member_of(request)
    if step != EVERYTHING and step not in STEPS:
        raise Http404("No such step.")
    if request.POST.get("act") == "take-up":
        take_up(practice=member.practice, step=step, by=member)
        return redirect("practice:opening")
    set_aside(practice=member.practice, step=step, by=member)
    if step == EVERYTHING:
        messages.success(request, "Today says no more of it. The list stays under Practice.")
        return redirect("sessions:today")
    return redirect(after(step))


def after(code: str) -> str:
    """The page that follows a step: the next step, or the list where that has pages of its own."""
    later = [step for step in steps_in_order() if step.position > STEPS[code].position]
    return later[0].url if later and not later[0].route else reverse("practice:opening")


def step_page(request: HttpRequest, code: str, form: forms.Form | None = None, **context: Any) -> HttpResponse:
    """One step in its frame; its template is named after it."""
    steps = steps_in_order()
    step = STEPS[code]
    place = steps.index(step)
    before: Step | None = steps[place - 1] if place else None
    standing = next(row for row in checklist_of(member_of(request).practice).steps if row.step is step)
    return render(request, f"practice/opening/{code}.html", {
        "room": "practice", "step": step, "standing": standing, "number": place + 1, "of": len(steps), "form": form,
        "before": before, "after_url": after(code), **context}, status=status_of(form) if form else 200)


def sent(request: HttpRequest) -> Any:
    """What was posted, or nothing."""
    return request.POST if request.method == "POST" else None


def today_of(practice: Practice) -> date:
    """Which day it is where the practice is."""
    return clock.wall_of(timezone.now(), practice.time_zone)[0]


def uuid_or_none(text: str) -> UUID | None:
    """An id somebody wrote into the address."""
    try:
        return UUID(text)
    except ValueError:
        return None
