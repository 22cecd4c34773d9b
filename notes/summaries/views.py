"""Pages of a summary: compose it, see what will be read, sign it, share it, close it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from clients.consents import record_consent
from clients.models import Client, Consent
from notes.fhir.document import fhir_file, refuse_unless_signed
from notes.letters.page import pdf_of, shown
from notes.models import Share, Summary
from notes.reading import read_summary, whole_summary
from notes.sending.forms import SendingForm
from notes.sending.ways import mobile_of
from notes.sharing import sharing
from notes.sharing.texting import text_code
from notes.summaries import summaries
from notes.summaries.discharging import first_signed_on
from notes.summaries.forms import ConsentForm, ProseForm, ShareForm, SummaryForm
from practice.access import CLINICAL, THERAPISTS
from practice.pages import attempt, find, member_page, post_page
from sessions.asked import back_to, member_of, status_of, today_at

RELATIONS = ("client__practice", "doctor", "author__user", "practice")


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def summary_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compose: to whom, about which days; posted from a signed note, as usual, it needs no further answer."""
    member = member_of(request)
    client = find(Client, member, pk, "practice")
    first, last = summaries.days_to_tell(client)
    is_end = "ends" in request.GET
    if is_end:
        first = first_signed_on(client) or first
    usual: dict[str, Any] = {
        "first": first, "last": last, "ending": "reached" if is_end else "",
        "sections": [each for each in summaries.usual_sections(client, first, last, is_end=is_end)
                     if each in summaries.OF_A_SUMMARY]}
    posted: Any = request.POST if request.method == "POST" else None
    if posted and "usual" in posted:
        posted = usual | {"doctor": posted.get("doctor")}
    form = SummaryForm(posted, member=member, client=client, initial=usual)
    if form.is_valid():
        made = attempt(form, summaries.compose_summary, client=client, by=member, **form.cleaned_data)
        if made:
            return redirect("notes:summary", made.pk)
    return render(request, "notes/summary_new.html", {
        "room": "clients", "client": client, "form": form, "is_end": is_end}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@member_page(THERAPISTS)
def summary(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the doctor will read, beside its prose while a draft and its sharing once signed."""
    found = find(Summary, member_of(request), pk, *RELATIONS)
    if request.method != "POST":
        return summary_page(request, read_summary(summary=found, by=member_of(request)))
    form = ProseForm(request.POST).fit(found)
    if not form.is_valid() or _save(request, found, form) is None:
        return summary_page(request, whole_summary(found), prose=form)
    return redirect("notes:summary", found.pk)


@post_page("notes:summary", "pk")
@member_page(THERAPISTS)
def summary_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign what was shown; prose typed since is saved and shown first."""
    member = member_of(request)
    found = find(Summary, member, pk, *RELATIONS)
    form = ProseForm(request.POST).fit(found)
    if not form.is_valid():
        return summary_page(request, whole_summary(found), prose=form)
    if not found.is_signed and form.says_something_new(found):
        if _save(request, found, form) is None:
            return summary_page(request, whole_summary(found), prose=form)
        messages.warning(request, "Your changes are in the letter now. Read it once more, then sign.")
        return redirect("notes:summary", found.pk)
    seen = form.cleaned_data["version"]
    if attempt(form, summaries.sign_summary, summary=found, by=member, expected_version=seen) is None:
        return summary_page(request, whole_summary(found), prose=form)
    messages.success(request, "Signed. The letter does not change any more.")
    return redirect(_share_part(found))


@require_safe
@member_page(THERAPISTS)
def summary_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The letter on paper."""
    found = find(Summary, member_of(request), pk, *RELATIONS)
    return pdf_of(read_summary(summary=found, by=member_of(request), what="letter"))


@require_safe
@member_page(THERAPISTS)
def summary_fhir(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The signed letter for the doctor's own system."""
    found = find(Summary, member_of(request), pk, *RELATIONS)
    refuse_unless_signed(found)
    return fhir_file(read_summary(summary=found, by=member_of(request), what="fhir"))


@post_page("notes:summary", "pk")
@member_page(THERAPISTS)
def consent_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record that the client agreed to this summary going to this doctor."""
    found = find(Summary, member_of(request), pk, *RELATIONS)
    form = ConsentForm(request.POST)
    if form.is_valid() and attempt(
            form, record_consent, client=found.client.standing, doctor=found.doctor, sections=found.sections,
            text_version=sharing.CONSENT_TEXT_VERSION, by=member_of(request), **form.cleaned_data):
        if why := sharing.why_not_agreed(found):
            messages.warning(request, f"The agreement is recorded, but does not reach this letter. {why}")
        else:
            messages.success(request, "The agreement is recorded. Now it can be shared.")
        return redirect(_share_part(found))
    return summary_page(request, whole_summary(found), agreement=form)


@post_page("notes:summary", "pk")
@member_page(THERAPISTS)
def share_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Share with the doctor; link and code are shown this once."""
    member = member_of(request)
    found = find(Summary, member, pk, *RELATIONS)
    form = ShareForm(request.POST)
    made = attempt(
        form, sharing.share_summary, summary=found, doctor=found.doctor, consent=sharing.fitting_consent(found),
        expires_on=form.cleaned_data["expires_on"], by=member) if form.is_valid() else None
    if made is None:
        return summary_page(request, whole_summary(found), sending=form)
    is_texted = form.cleaned_data["text"] and text_code(share=made.share, by=member) is not None
    is_mailed = form.cleaned_data["mail"] and sharing.mail_link(share=made.share, by=member) is not None
    return render(request, "notes/share_made.html", {
        "room": "clients", "summary": found, "made": made, "is_mailed": is_mailed, "is_texted": is_texted})


@post_page("sessions:today")
@member_page(THERAPISTS)
def share_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a share at once."""
    share = find(Share, member_of(request), pk, "summary", "doctor")
    sharing.revoke_share(share=share, by=member_of(request))
    messages.success(request, f"Closed. {share.doctor.name} cannot open it any more.")
    return redirect(back_to(request, reverse("notes:summary", args=[share.summary_id])))


@post_page("sessions:today")
@member_page(CLINICAL)
def consent_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The client took an agreement back."""
    consent = find(Consent, member_of(request), pk, "client")
    sharing.withdraw_consent(consent=consent, by=member_of(request))
    messages.success(request, "Taken back. What was shared under it is closed.")
    return redirect(back_to(request, reverse("clients:client", args=[consent.client_id])))


def _share_part(found: Summary) -> str:
    """The part of the page where it goes on: who agreed, and sending."""
    return f"{reverse('notes:summary', args=[found.pk])}#share"


def _reach(found: Summary) -> str:
    """Where the doctor's address and numbers are corrected, and back again."""
    page = reverse("clients:doctor_edit", args=[found.client.standing.pk, found.doctor_id])
    return f"{page}?{urlencode({'next': _share_part(found)})}"


def _save(request: HttpRequest, found: Summary, form: ProseForm) -> Summary | None:
    saved: Summary | None = attempt(
        form, summaries.write_summary, summary=found, by=member_of(request), **form.changes())
    return saved


def summary_page(request: HttpRequest, found: Summary, *, prose: ProseForm | None = None,
                 agreement: ConsentForm | None = None, sending: ShareForm | None = None,
                 otherwise: SendingForm | None = None) -> HttpResponse:
    """The letter at the left; at the right its prose, or who agreed and to whom it went."""
    member, today = member_of(request), today_at(found.practice)
    form: forms.Form | None = prose or agreement or sending or otherwise
    context: dict[str, Any] = {
        "room": "clients", "summary": found, "client": found.client.standing, "form": form,
        "shown": shown(summaries.letter_of(found)), "is_mine": found.author_id == member.pk}
    if found.is_signed:
        consent = sharing.fitting_consent(found)
        until = today + timedelta(days=sharing.LIVES_DAYS)
        context |= {
            "consent": consent, "why": "" if consent else sharing.why_not_agreed(found),
            "words": sharing.words_to_ask(found), "reach": _reach(found),
            "shares": found.shares.select_related("doctor", "practice").prefetch_related(
                "openings", "answers__done_with__by__user"),
            "agreement": agreement or ConsentForm(initial={
                "given_by": found.client.standing.name, "relationship": "self", "given_on": today}),
            "sending": sending or ShareForm(initial={
                "expires_on": min(until, consent.until or until) if consent else until,
                "mail": bool(found.doctor.email), "text": bool(mobile_of(found.doctor))}),
            "otherwise": otherwise or SendingForm(doctor=found.doctor, initial={"mail": True}),
            "mobile": mobile_of(found.doctor), "sendings": found.sendings.select_related("sent_by__user")}
    else:
        context["prose"] = prose or ProseForm.of(found)
    return render(request, "notes/summary.html", context, status=status_of(form) if form else 200)
