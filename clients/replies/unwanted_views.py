"""The page behind "no more e-mails": looking changes nothing, one press ends them, without a sign-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clients.behind_links import behind_link
from clients.models import Client
from clients.replies.unwanted import client_behind, end_mail


@csrf_exempt  # a mail program presses it for its reader (RFC 8058): it has seen no page of ours
@require_http_methods(["GET", "HEAD", "POST"])
@behind_link(client_behind, lambda client: client, gone="clients/no_more_mail_gone.html")
def no_more_mail(request: HttpRequest, token: str, client: Client) -> HttpResponse:
    """Ask, then do it; a link that nobody was sent gets one text, whatever is wrong with it."""
    if request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        how = "They pressed “unsubscribe” in their mail program." if is_one_click else (
            "They ended e-mail by the link in one.")
        end_mail(client=client, how=how)
        client.refresh_from_db(fields=["channels"])
    return render(request, "clients/no_more_mail.html", {
        "practice": client.practice, "gets_mail": client.may_be_mailed, "gets_texts": "sms" in client.channels,
        "is_done": request.method == "POST"})
