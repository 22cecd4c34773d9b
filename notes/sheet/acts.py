"""Presses on the sheet that save nothing: look again, carry forward, confirm, add and drop rows and events, a
snippet."""

from __future__ import annotations

from django.http import QueryDict

from notes import earlier
from notes.choices import whole_number
from notes.events.form import with_event, without_event
from notes.models import Note, Snippet
from notes.sheet.visit import AddedWork
from notes.sheet.whole import Sheet
from notes.writing import LEFT_OUT, SOAP
from practice.models import Membership


def arranged(note: Note, member: Membership, sent: QueryDict) -> Sheet | None:
    """The sheet as that press leaves it; None where the press is to save."""
    act = str(sent.get("act", ""))
    data = {name: str(value) for name, value in sent.dict().items()}
    name, _, rest = act.partition("-")
    if act == "check":
        return Sheet.typed(note, data)
    if act == "carry":
        last = earlier.last_signed(note, member)
        rows = [row for row in last.treatments.all() if row.state != LEFT_OUT] if last else []
        return Sheet.rearranged(note, data, carry=rows)
    if act == "given":
        return Sheet.rearranged(note, data, confirm=True)
    if act == "row":
        return Sheet.rearranged(note, data, opens=True)
    if act == "add":
        return _added(note, sent)
    if name == "drop" and rest:
        return Sheet.rearranged(note, data, drop=whole_number(rest))
    if name == "log":
        return Sheet.typed(note, with_event(data, rest))
    if name == "unlog":
        return Sheet.typed(note, without_event(data, whole_number(rest)))
    if name == "insert" and rest in SOAP:
        return Sheet.typed(note, {**data, rest: _with_snippet(data.get(rest, ""), data, rest, member)})
    return None


def _added(note: Note, sent: QueryDict) -> Sheet:
    """The same work in each of the places chosen; where something is missing, the sheet says what and loses nothing."""
    form = AddedWork(sent)
    if form.is_valid():
        return Sheet.rearranged(note, sent.dict(), added=form.rows())
    sheet = Sheet.rearranged(note, sent.dict())
    sheet.added = form.over(sheet.body, note.day) if sheet.body else form
    return sheet


def _with_snippet(text: str, data: dict[str, str], name: str, member: Membership) -> str:
    """The words typed, and after them what the chosen snippet stands for."""
    chosen = data.get(f"snippet_{name}", "")
    snippet = next((one for one in Snippet.objects.visible_to(member) if str(one.pk) == chosen), None)
    if snippet is None:
        return text
    return f"{text.rstrip()} {snippet.text}".lstrip() if text.strip() else snippet.text
