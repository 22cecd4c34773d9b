"""The page behind the link in a message. Looking changes nothing; each answer is one press, however often pressed."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from clients.asking.questionnaires import url_of
from clients.behind_links import behind_link
from clients.writing import is_written_to
from practice import page_language
from practice.access import Outsider
from practice.pages import attempt
from sessions import answers
from sessions.asked import status_of
from sessions.calendars import visit_file
from sessions.caution_line import first_name
from sessions.check_before import begin_check, is_open_for, last_answers
from sessions.models import Appointment
from sessions.online_letters import send_link_to
from sessions.views.own import may_change
from sessions.views.unwell import unwell

_ASKING = ("proposed", "booked", "confirmed")
_MAY_BE_UNWELL = ("asks", "held")
_SAID_BEFORE = ("moved", "link", "already")
_VERBS = {"yes": answers.says_yes, "other-time": answers.wants_another_time}


_of_a_visit = behind_link(answers.visit_behind, lambda visit: visit.client)


@require_http_methods(["GET", "HEAD", "POST"])
@_of_a_visit
def action(request: HttpRequest, token: str, visit: Appointment) -> HttpResponse:
    """One visit and three answers; dead links of every kind get one and the same page."""
    if request.method == "POST":
        return _answer(request, visit, token)
    if request.GET.get("say") in ("unwell", "thanks") and _state(visit) in _MAY_BE_UNWELL:
        return unwell(request, visit.client, request.path, visit)
    said = request.GET.get("say", "")
    return _page(request, visit, forms.Form(), say=said if said in _SAID_BEFORE else "",
                 only=said if _is_open(visit, said) else "")


@require_safe
@_of_a_visit
def visit_ics(request: HttpRequest, token: str, visit: Appointment) -> HttpResponse:
    """The visit for the client's own calendar, as it stands now."""
    file = visit_file(visit)
    parameters = "".join(f"; {name}={value}" for name, value in file.parameters)
    return HttpResponse(file.content, content_type=f"{file.kind}{parameters}", headers={
        "Content-Disposition": f'attachment; filename="{file.name}"'})


def _answer(request: HttpRequest, visit: Appointment, token: str) -> HttpResponse:
    """Take one answer and show the page as it stands then."""
    form, answer = forms.Form(request.POST), request.POST.get("answer", "")
    if answer == "unwell" and _state(visit) in _MAY_BE_UNWELL:
        return unwell(request, visit.client, request.path, visit)
    if answer == "questions" and is_open_for(visit):
        by = Outsider(visit.practice, "client", visit.client.name)
        return redirect(url_of(begin_check(appointment=visit, by=by)))
    if answer == "link" and visit.practice.books_online and is_written_to(visit.client):
        send_link_to(visit.client)
        return redirect(f"{request.path}?say=link")
    if answer == "yes" and _comes(visit):
        return redirect(f"{request.path}?say=already")
    if answer in _VERBS and attempt(form, _VERBS[answer], visit=visit) is None:
        visit.refresh_from_db(fields=["status", "wants_other_time"])
        return _page(request, visit, form)
    return redirect("sessions:action", token=token)


def _is_open(visit: Appointment, answer: str) -> bool:
    """Whether this one answer, which the link of a message led to, can still be given; else the whole page is shown."""
    if _state(visit) != "asks":
        return False
    return {"yes": not _comes(visit), "other-time": not visit.wants_other_time,
            "questions": is_open_for(visit) and last_answers(visit) is None}.get(answer, False)


def _comes(visit: Appointment) -> bool:
    return visit.status == "confirmed" and not visit.wants_other_time


def _state(visit: Appointment) -> str:
    """What there is to say: asks, requested, kept (for an answer), begun, held, cancelled, noshow or done."""
    if visit.reserved_by_id:
        return "kept"
    if visit.status == "proposed" and visit.starts_at > timezone.now():
        return "requested"
    if visit.status in _ASKING:
        return "asks" if visit.starts_at > timezone.now() else "begun"
    return {"arrived": "begun", "fulfilled": "done"}.get(visit.status, visit.status)


def _page(request: HttpRequest, visit: Appointment, form: forms.Form, say: str = "", only: str = "") -> HttpResponse:
    """The visit with every answer, or with the only one a message asked for."""
    asks = is_open_for(visit)
    context = {"visit": visit, "practice": visit.practice, "form": form, "state": _state(visit), "asks_questions": asks,
               "token": request.resolver_match.kwargs["token"] if request.resolver_match else "",
               "until": page_language.said(visit.expires_at, visit.time_zone) if visit.expires_at else "",
               "may_change": may_change(visit), "say": say, "only": only,
               "answered": last_answers(visit) if asks else None, "therapist": first_name(visit.therapist)}
    return render(request, f"sessions/answer{'_one' if only else ''}.html", context, status=status_of(form))
