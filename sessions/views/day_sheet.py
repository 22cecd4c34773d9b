"""The day sheet as a page that prints, and as a PDF."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from practice import audit
from practice.pages import member_page
from sessions import day_sheet as sheets
from sessions.asked import date_or_said, is_date, member_of, today_at


@require_safe
@member_page()
def day_sheet(request: HttpRequest) -> HttpResponse:
    """A day's visits on paper, a page for each therapist or one list; what limits the work is for whoever may know."""
    member = member_of(request)
    named, is_pdf = request.GET.get("on"), request.GET.get("as") == "pdf"
    if is_pdf and named and not is_date(named):  # a file could not say that it is another day than was asked for
        return redirect(f"{reverse('sessions:day_sheet')}?{urlencode({'on': named})}")
    on = date_or_said(request, today_at(member.practice))
    by = "everyone" if request.GET.get("by") == "everyone" else "therapist"
    sheet = sheets.day_sheet(member.practice, on, by_therapist=by == "therapist", with_limits=member.may_see_clinical)
    audit.record(by=member, verb="day_sheet_printed", subject=member.practice, on=on.isoformat())
    if is_pdf:
        return HttpResponse(sheets.day_sheet_pdf(sheet), content_type="application/pdf", headers={
            "Content-Disposition": f'inline; filename="day-sheet-{on}.pdf"', "Cache-Control": "no-store"})
    here = reverse("sessions:day_sheet")
    return render(request, "sessions/day_sheet.html", {
        "room": "diary", "sheet": sheet, "on": on, "by": by, "paper": member.practice.paper,
        "pdf_url": f"{here}?on={on}&by={by}&as=pdf",
        "ways": [(words, f"{here}?on={on}&by={way}", way == by) for way, words in (
            ("therapist", "A page each"), ("everyone", "One list"))]})
