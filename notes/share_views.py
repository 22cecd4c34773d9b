"""The doctor's page: a code opens the letter; whatever does not open answers with the same bytes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notes.letter_page import pdf_of, shown
from notes.sharing import NO_ENTRY, open_share
from notes.summaries import letter_of
from practice.pages import look

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


@csrf_exempt  # the code is the secret; without a token every refusal is the same bytes
@require_http_methods(["GET", "HEAD", "POST"])
def share_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the code, whatever the link; with the right one show the letter, or give it as a PDF."""
    if request.method != "POST":
        return _answer(request, "notes/share_code.html", {})
    code = request.POST.get("code", "")[:40]
    what = "letter" if request.POST.get("what") == "letter" else "page"
    share = open_share(token=token, code=code, what=what)
    if share is None:
        return _answer(request, "notes/share_code.html", {"refused": NO_ENTRY}, status=404)
    if what == "letter":
        return pdf_of(share.summary)
    return _answer(request, "notes/share_letter.html", {
        "practice": share.practice, "share": share, "code": code, "shown": shown(letter_of(share.summary))})


def _answer(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    # Rendered without the request, so that nothing of this visitor or this address stands in the page.
    return HttpResponse(render_to_string(template, {**look(request), **context}), status=status, headers=_HEADERS)
