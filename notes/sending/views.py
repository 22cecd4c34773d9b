"""Pages of a letter on another way: choose it on the summary's page, then what to print, to attach or to read out."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from notes.models import Sending, Summary
from notes.reading import whole_summary
from notes.sending import ways
from notes.sending.forms import SendingForm
from notes.sending.letters import mail_letter
from notes.sharing.sharing import fitting_consent
from notes.summaries.views import RELATIONS, summary_page
from practice import audit
from practice.access import THERAPISTS
from practice.models import Message
from practice.pages import attempt, find, member_page, pdf_file, post_page
from sessions.asked import member_of

_RELATIONS = ("summary__client__practice", "summary__client__merged_into", "summary__doctor", "doctor", "consent",
              "sent_by__user", "practice")


@post_page("notes:summary", "pk")
@member_page(THERAPISTS)
def sending_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a signed letter on another way; what is mailed leaves at once, the rest waits to be printed."""
    member = member_of(request)
    found = find(Summary, member, pk, *RELATIONS)
    form = SendingForm(request.POST, doctor=found.doctor)
    sending = None
    if form.is_valid():
        typed = form.cleaned_data
        sending = attempt(form, ways.send_letter, summary=found, consent=fitting_consent(found), by=member,
                          way=typed["way"], reason=typed["reason"], to_address=typed["to_address"])
    if sending is None:
        return summary_page(request, whole_summary(found), otherwise=form)
    if sending.way == Sending.Way.SECURE_MAIL or form.cleaned_data.get("mail"):
        mail_letter(sending=sending, by=member)
    messages.success(request, "Written down among what went to whom.")
    return redirect("notes:sending", sending.pk)


@require_safe
@member_page(THERAPISTS)
def sending(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is still to be done: print and fax it, post it, or tell the password."""
    member = member_of(request)
    found = find(Sending, member, pk, *_RELATIONS)
    is_sealed = found.way == Sending.Way.SEALED and ways.is_agreed(found)
    if is_sealed and request.method == "GET":
        audit.record(by=member, verb="password_read", subject=found, client_id=found.summary.client_id)
    return render(request, "notes/sending/sending.html", {
        "room": "clients", "sending": found, "summary": found.summary, "client": found.summary.client.standing,
        "password": ways.password_of(found) if is_sealed else "",
        "mail": Message.objects.filter(subject_id=found.pk, practice=found.practice).first()})


@require_safe
@member_page(THERAPISTS)
def sending_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What leaves, as a file: encrypted, or with its cover page."""
    member = member_of(request)
    found = find(Sending, member, pk, *_RELATIONS)
    made = ways.paper_for(found)
    audit.record(by=member, verb="summary_read", subject=found.summary, client_id=found.summary.client_id,
                 what=found.way)
    return pdf_file(made, "letter.pdf")
