"""Pages of a doctor's answer, for therapists: ask for a clearance, read what came, accept it or set it aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.episodes import today_in
from clients.limits import limits_on
from clients.models import Client
from notes.doctors import deciding
from notes.doctors.forms import AcceptForm, RequestForm, SetAsideForm
from notes.doctors.requests import compose_request, drafted
from notes.doctors.said import as_clearance, said_answer
from notes.letters.page import shown
from notes.models import DoctorAnswer
from notes.reading import read_summary
from notes.summaries.summaries import doctors_of, letter_of
from practice.access import THERAPISTS
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import member_of, status_of

_RELATIONS = ("share__summary__client__practice", "share__summary__client__merged_into", "share__doctor", "clearance",
              "share__shared_by__user", "share__consent", "done_with__by__user", "practice")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def request_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask a doctor for a clearance: a letter with boxes to tick, read once more before it is signed and shared."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    own, check = doctors_of(client).first(), limits_on(client, today_in(client))
    form = RequestForm.answering(request, member=member, check=check, initial={
        **drafted(client, check), "doctor": own.pk if own else None})
    if form.is_bound and form.is_valid():
        made = attempt(form, compose_request, client=client, by=member, **form.typed())
        if made:
            return redirect("notes:summary", made.pk)
    return render(request, "notes/doctors/request_new.html", {"room": "clients", "client": client, "form": form},
                  status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def doctor_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was asked, what came, from whom; and accepting it, as it was given or narrower."""
    member = member_of(request)
    answer = find(DoctorAnswer, member, pk, *_RELATIONS)
    form = AcceptForm(request.POST if request.method == "POST" else None, answer=answer)
    if request.method == "POST" and form.is_valid():
        clearance = attempt(form, deciding.accept_answer, answer=answer, by=member, terms=form.terms())
        if clearance:
            deciding.plan_after(clearance=clearance, by=member)
            messages.success(request, "Accepted. Booking, plans, check and notes keep to it from now on.")
            return redirect("notes:doctor_answer", answer.pk)
    return _page(request, answer, form)


@post_page("notes:doctor_answer", "pk")
@member_page(THERAPISTS)
def answer_aside(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set an answer aside, with a reason."""
    answer = find(DoctorAnswer, member_of(request), pk, *_RELATIONS)
    form = SetAsideForm(request.POST)
    if form.is_valid() and attempt(form, deciding.set_aside_answer, answer=answer, by=member_of(request),
                                   **form.cleaned_data):
        messages.success(request, "Set aside. It changes nothing; what was asked waits again.")
        return redirect("notes:doctor_answer", answer.pk)
    return _page(request, answer, AcceptForm(answer=answer), aside=form)


@post_page("notes:doctor_answer", "pk")
@member_page(THERAPISTS)
def answer_done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Note that the doctor was rung, or that a note was seen."""
    answer = find(DoctorAnswer, member_of(request), pk, *_RELATIONS)
    deciding.note_answer_done(answer=answer, by=member_of(request))
    messages.success(request, "Noted.")
    return redirect("notes:doctor_answer", answer.pk)


def _page(request: HttpRequest, answer: DoctorAnswer, form: AcceptForm, *,
          aside: SetAsideForm | None = None) -> HttpResponse:
    share = answer.share
    read_summary(summary=share.summary, by=member_of(request), what="answer")
    others = share.answers.exclude(pk=answer.pk).select_related("done_with__by__user")
    freed = deciding.episode_freed(answer.clearance)
    context: dict[str, Any] = {
        "room": "today", "answer": answer, "share": share, "client": share.summary.client.standing, "form": form,
        "aside": aside or SetAsideForm(), "said": said_answer(answer), "word": as_clearance(answer),
        "shown": shown(letter_of(share.summary)), "freed": freed,
        "plan": deciding.plan_open(freed), "others": [(one, said_answer(one)) for one in others]}
    return render(request, "notes/doctors/answer.html", context, status=status_of(aside or form))
