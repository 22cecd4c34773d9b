"""The page behind "no more e-mails": looking changes nothing, one press ends them, without a sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients.replies.unwanted import client_behind, end_mail
from practice.pages import kept_private, look


@csrf_exempt  # a mail program presses it for its reader (RFC 8058): it has seen no page of ours
@require_http_methods(["GET", "HEAD", "POST"])
def no_more_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, then do it; a link that nobody was sent gets one text, whatever is wrong with it."""
    client = client_behind(token)
    if client is None:
        response = HttpResponse(render_to_string("clients/no_more_mail_gone.html", look(request)), status=404)
    else:
        if request.method == "POST":
            is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
            how = "They pressed “unsubscribe” in their mail program." if is_one_click else (
                "They ended e-mail by the link in one.")
            end_mail(client=client, how=how)
            client.refresh_from_db(fields=["channels"])
        response = render(request, "clients/no_more_mail.html", {
            "practice": client.practice, "gets_mail": client.may_be_mailed, "gets_texts": "sms" in client.channels,
            "is_done": request.method == "POST"})
    return kept_private(response)
