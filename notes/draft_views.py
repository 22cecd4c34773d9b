"""Where a sheet saves by itself: for its own script (static/notes/sheet.js)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from notes.autosave import keep_typed
from notes.choices import whole_number
from notes.models import Note
from practice.access import THERAPISTS
from practice.pages import find, member_page, post_page
from practice.refusals import BadInput
from sessions.asked import member_of


@post_page("notes:note", "pk")
@member_page(THERAPISTS)
def note_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save what is typed: `{version, saved_at, is_whole, unfinished}`, or a problem (412 where somebody was faster).

    `unfinished` names what waits beside the note: a field, what is to be said of it, whether it is off its range.
    """
    member = member_of(request)
    found = find(Note, member, pk)
    version = whole_number(request.POST.get("version"))
    if version is None:
        raise BadInput("Say over which version this was typed.", field="version")
    turn = whole_number(request.POST.get("turn")) or 0
    kept = keep_typed(note=found, by=member, expected_version=version, typed=request.POST.dict(),
                      tab=request.POST.get("tab", "")[:40], turn=max(0, min(turn, 2**31 - 1)))
    draft = kept.draft
    return JsonResponse({"version": draft.version, "saved_at": f"{timezone.localtime(draft.at):%H:%M}",
                         "is_whole": draft.is_whole, "unfinished": [one.told for one in kept.unfinished]})
