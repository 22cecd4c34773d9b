"""The doctor's page: a code opens the letter, an answer goes back; whatever does not open answers the same bytes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notes.doctors.answering import answer_share
from notes.doctors.forms import AnswerForm
from notes.doctors.said import said_answer, said_back
from notes.letters.page import pdf_of, shown
from notes.models import Share
from notes.sharing.sharing import ANSWER, NO_ENTRY, open_share
from notes.summaries.summaries import letter_of
from practice.pace import address_of
from practice.pages import attempt, look, status_of

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@csrf_exempt  # the code is the secret; without a token every refusal is the same bytes
@require_http_methods(["GET", "HEAD", "POST"])
def share_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code, whatever the link; with the right one show the letter, give it as a PDF, or take an answer."""
    if request.method != "POST":
        return _answer(request, "notes/share_code.html", {})
    code, asked = request.POST.get("code", "")[:40], request.POST.get("what")
    what = asked if asked in ("letter", ANSWER) else "page"
    share = open_share(token=token, code=code, what=what)
    if share is None:
        return _no_entry(request)
    if what == "letter":
        return pdf_of(share.summary)
    if what == ANSWER:
        return _take_answer(request, share, code)
    letter = letter_of(share.summary)
    return _answer(request, "notes/share_letter.html", {
        "practice": share.practice, "share": share, "code": code, "shown": shown(letter),
        "form": AnswerForm(letter=letter), "given": _given(share)})


def _take_answer(request: HttpRequest, share: Share, code: str) -> HttpResponse:
    """Keep it and say so; where something is to be put right, show the form without the letter."""
    form = AnswerForm(request.POST, letter=letter_of(share.summary))
    context = {"practice": share.practice, "share": share, "code": code, "form": form}
    if form.is_valid():
        kept = attempt(form, answer_share, share=share, answer=form.answer(), address=address_of(request))
        if kept is None and not form.errors:
            return _no_entry(request)
        if kept is not None:
            return _answer(request, "notes/doctors/answered.html", {
                **context, "kept": kept, "said": said_back(kept), "given": _given(share)})
    return _answer(request, "notes/doctors/answer_again.html", context, status=status_of(form))


def _given(share: Share) -> list[tuple[object, str]]:
    """The answers so far, in words; the first is the oldest."""
    return [(answer, said_answer(answer)) for answer in share.answers.all()]


def _no_entry(request: HttpRequest) -> HttpResponse:
    return _answer(request, "notes/share_code.html", {"refused": NO_ENTRY}, status=404)


def _answer(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    # Rendered without the request, so that nothing of this visitor or this address stands in the page.
    return HttpResponse(render_to_string(template, {**look(request), **context}), status=status, headers=_HEADERS)
