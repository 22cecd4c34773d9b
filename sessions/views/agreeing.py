"""The page behind the link of a sent plan. Looking changes nothing; yes, and what does not suit, are one press each."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from practice import page_language
from practice.fields import TextField
from practice.pages import attempt
from sessions.asked import status_of
from sessions.models import Plan, PlanMove
from sessions.online import RingFirst
from sessions.plan_letters import let_go_with, times_of
from sessions.sending import accept_plan, plan_behind, some_do_not_suit
from sessions.views.unwell import unwell


class SuitsForm(forms.Form):
    """Which of the new times do not suit, and a few words."""

    moves = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Which times do not suit?"), coerce=UUID, widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick each time that does not suit you."),
            "invalid_choice": gettext_lazy("Open the link once more, then answer.")})
    words = TextField(label=gettext_lazy("When would suit you better?"), required=False, max_length=300)

    def __init__(self, *args: object, moves: list[PlanMove], zone: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["moves"].choices = [  # type: ignore[attr-defined]
            (str(move.pk), page_language.said(move.starts_at, zone)) for move in moves if move.starts_at]


@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(plan_behind, lambda plan: plan.client)
def agree(request: HttpRequest, token: str, plan: Plan) -> HttpResponse:
    """The new times, one yes, and which do not suit; dead links of every kind get one and the same page."""
    if "unwell" in (request.POST.get("answer"), request.GET.get("say")) or request.GET.get("say") == "thanks":
        return unwell(request, plan.client, request.path)
    says_some = "some" in (request.POST.get("answer"), request.GET.get("say"))
    data = request.POST if request.method == "POST" else None
    form = SuitsForm(data, moves=times_of(plan), zone=plan.practice.time_zone) if says_some else forms.Form(data)
    if request.method == "POST" and form.is_valid() and _answer(form, plan, request.POST.get("answer", "")):
        return redirect("sessions:agree", token=token)
    return _page(request, plan_behind(token), plan, form, says_some=says_some)


def _answer(form: forms.Form, plan: Plan, answer: str) -> bool:
    if answer == "yes":
        return attempt(form, accept_plan, plan=plan) is not None
    if answer == "some":
        return attempt(form, some_do_not_suit, plan=plan, **form.cleaned_data) is not None
    form.add_error(None, _("Press one of the buttons."))
    return False


def _page(request: HttpRequest, plan: Plan | None, was: Plan, form: forms.Form, *, says_some: bool) -> HttpResponse:
    """The plan as it stands; where a yes came too late, that it is over."""
    state = "over" if plan is None else "yours" if plan.status == Plan.Status.APPLIED else (
        "answered" if plan.answered_at else "some" if says_some else "asks")
    zone = was.practice.time_zone
    times = [(page_language.said(m.starts_at, zone), m.minutes, m.therapist.name.split()[0] if m.therapist else "",
              page_language.said(m.from_at, zone)) for m in (times_of(plan) if plan else []) if m.starts_at]
    return render(request, "sessions/agree.html", {
        "practice": was.practice, "state": state, "times": times, "form": form,
        "ring": isinstance(getattr(form, "refusal", None), RingFirst),
        "until": page_language.said(was.expires_at, zone),
        "let_go": let_go_with(plan) if plan and state == "asks" else [],
        "gone": [page_language.said(m.starts_at, zone) for m in was.moves.filter(suits=False) if m.starts_at]},
        status=status_of(form))
