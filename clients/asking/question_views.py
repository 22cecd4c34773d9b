"""The pages behind a link with questions: one question each, the answers to be checked, the agreement, sent.

Looking changes nothing. No sign-in; unknown, expired and answered links get one text. Of a link that somebody of the
practice has seen the browser keeps that it began to answer, so that no other one opens the answers.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from clients.asking.questionnaires import (
    SETS,
    AnswersMissing,
    AnswersSent,
    answers_of,
    close_shown,
    is_shown,
    just_sent_behind,
    minutes_for,
    open_behind,
    questions_of,
    save_answer,
    send_answers,
)
from clients.asking.questions import beside, first_open, said_answer
from clients.asking.questions_forms import AgreementForm, AnswerForm
from clients.models import Questionnaire
from clients.views import status_of
from practice.pace import address_of
from practice.pages import attempt, kept_private, look
from practice.refusals import Refusal

CHECK, AGREE, SENT = "check", "agree", "sent"
_BEGUN = "begun"  # a cookie of one link, gone when the browser is closed
_BEGUN_LASTS = 20 * 60 * 60


def _closed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("clients/questions_closed.html", look(request)), status=404)


@require_safe
def start(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, how long it takes, who reads it; the way in, or back to where one left."""
    row = open_behind(token, begun_here=_begun_here(request))
    if row is None:
        return kept_private(_closed(request))
    questions, answers = questions_of(row), answers_of(row)
    return kept_private(render(request, "clients/questions_start.html", _around(row, token) | {
        "begun": sum(1 for question in questions if question.code in answers), "count": len(questions),
        "minutes": minutes_for(row), "next": _next_url(row, token)}))


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """One page of the questions: a question by its code, or `check`, `agree`, `sent`."""
    here = _begun_here(request)
    if code == SENT and (sent := just_sent_behind(token, begun_here=here)):
        return kept_private(render(request, "clients/questions_sent.html", _around(sent, token) | {
            "then": SETS[sent.kind].then(sent)}))
    row = open_behind(token, begun_here=here)
    if row is None:
        is_thanked = code == AGREE and request.method == "POST" and just_sent_behind(token, begun_here=here)
        return kept_private(_to(token, SENT) if is_thanked else _closed(request))
    show = {CHECK: _check, AGREE: _agree}.get(code, _question)
    try:
        return kept_private(show(request, row, token, code))
    except AnswersSent:
        return kept_private(_to(token, SENT) if code == AGREE else _closed(request))


def _question(request: HttpRequest, row: Questionnaire, token: str, code: str) -> HttpResponse:
    questions, answers = questions_of(row), answers_of(row)
    question = next((q for q in questions if q.code == code), None)
    if question is None:
        return redirect(_next_url(row, token))
    is_checking = request.GET.get("back") == CHECK
    form = AnswerForm(question, request.POST if request.method == "POST" else None, answers.get(code))
    if form.is_bound and form.is_valid():
        row_now = attempt(form, _save, row=row, typed=form, code=code)
        if row_now is not None:
            return _begun(redirect(_after(row_now, token, code, is_checking=is_checking)), row_now, token)
        if isinstance(getattr(form, "refusal", None), AnswersSent):
            raise form.refusal  # type: ignore[attr-defined]
    before, _ = beside(questions, code)
    back = CHECK if is_checking else before.code if before else ""
    return render(request, "clients/question.html", _around(row, token) | {
        "question": question, "form": form, "number": questions.index(question) + 1, "count": len(questions),
        # How many there are follows from the first answer, so nothing is promised before it.
        "is_counted": questions[0].code in answers,
        "given": answers.get(code), "back": _url(token, back), "kind": question.kind.name.lower(),
    }, status=status_of(form))


def _begun_here(request: HttpRequest) -> str:
    """The questions this browser began behind a link that somebody of the practice has seen; "" for none."""
    return str(request.get_signed_cookie(_BEGUN, default="", max_age=_BEGUN_LASTS) or "")


def _begun(response: HttpResponse, row: Questionnaire, token: str) -> HttpResponse:
    """An answer is kept: behind a link that was shown this browser alone goes on, and no such link beside their own."""
    if is_shown(token):
        response.set_signed_cookie(_BEGUN, str(row.pk), path=_url(token), httponly=True, samesite="Lax",
                                   secure=settings.SESSION_COOKIE_SECURE)
    else:
        close_shown(row)
    return response


def _save(*, row: Questionnaire, typed: AnswerForm, code: str) -> Questionnaire:
    return save_answer(questionnaire=row, code=code, answer=typed.answer())


def _after(row: Questionnaire, token: str, code: str, *, is_checking: bool) -> str:
    """Where Continue leads: the next question; from the check, the next one without an answer, else back there."""
    questions = questions_of(row)
    if is_checking:
        return _next_url(row, token, and_back=True)
    _, after = beside(questions, code)
    return _url(token, after.code if after else CHECK)


def _check(request: HttpRequest, row: Questionnaire, token: str, code: str) -> HttpResponse:
    questions, answers = questions_of(row), answers_of(row)
    rows = [(question, said_answer(question, answers.get(question.code)), question.code in answers)
            for question in questions]
    return render(request, "clients/questions_check.html", _around(row, token) | {
        "rows": rows, "missing": sum(1 for _, _, is_given in rows if not is_given),
        "back": _url(token, questions[-1].code), "next": _next_url(row, token, and_back=True)})


def _agree(request: HttpRequest, row: Questionnaire, token: str, code: str) -> HttpResponse:
    is_asked = bool(SETS[row.kind].agreement)  # where nothing is to be agreed, the check itself sends
    typed = request.POST if is_asked else {"who": "self"}
    form = AgreementForm(typed if request.method == "POST" else None)
    if first_open(questions_of(row), answers_of(row)) is not None or not (is_asked or form.is_bound):
        return _to(token, CHECK)
    if form.is_bound and form.is_valid():
        sent = attempt(form, send_answers, questionnaire=row, address=address_of(request), **form.given())
        refused: Refusal | None = getattr(form, "refusal", None)
        if sent is not None:
            return _to(token, SENT)
        if isinstance(refused, AnswersSent):
            raise refused
        if isinstance(refused, AnswersMissing):
            return _to(token, CHECK)
    return render(request, "clients/questions_agree.html", _around(row, token) | {
        "form": form, "agreement": SETS[row.kind].agreement, "back": _url(token, CHECK)}, status=status_of(form))


def _around(row: Questionnaire, token: str) -> dict[str, Any]:
    """What stands around each page."""
    return {"practice": row.practice, "set": SETS[row.kind], "called": row.client.called, "start": _url(token),
            "closes_at": row.closes_at, "token": token}


def _next_url(row: Questionnaire, token: str, *, and_back: bool = False) -> str:
    """The first question without an answer, else the check."""
    missing = first_open(questions_of(row), answers_of(row))
    return _url(token, missing.code if missing else CHECK) + (f"?back={CHECK}" if missing and and_back else "")


def _url(token: str, code: str = "") -> str:
    return reverse("clients:question", args=[token, code]) if code else reverse("clients:questions", args=[token])


def _to(token: str, code: str) -> HttpResponse:
    return redirect(_url(token, code))
