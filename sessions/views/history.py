"""A visit's own history in words: what happened, when, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from practice.models import Membership
from sessions.models import Appointment, AppointmentEvent

_WORDS = {
    "booked": "Booked", "confirm": "Confirmed", "arrive": "Arrived", "undo-arrive": "“Arrived” taken back",
    "complete": "Done", "no-show": "Did not come", "undo-no-show": "“Did not come” taken back", "cancel": "Cancelled",
    "held": "Put on hold, its time released", "keep": "Kept at its time", "restore": "Back at its time",
    "buffer-cut": "Buffer shortened for a visit beside it",
    "buffer-back": "Buffer whole again: the visit beside it was taken back",
    "released": "Let go", "let-go": "Let go", "moved": "Moved", "plan-undone": "Back on hold, the plan was undone",
    "undo-booked": "Booking taken back", "undo-moved": "Move taken back", "undo-cancel": "Cancellation taken back",
    "undo-other-time": "At its time after all", "other-time": "Another time is needed",
    "keeps-time": "Comes at the old time after all", "accept": "Accepted",
    "from-waitlist": "Taken from the waitlist", "given-up": "Given up for a time from the waitlist",
    "imported": "Brought from another system",
    "requested": "Asked for online", "asked": "New time kept, the client asked",
    "does-not-suit": "On hold again, the new time does not suit", "plan-lapsed": "On hold again, nobody answered",
    "plan-withdrawn": "On hold again, the plan was taken back",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the history."""

    at: datetime
    words: str
    by: str


def history_of(visit: Appointment, member: Membership) -> list[Line]:
    """Every step, latest last; reasons are left out for whoever may not know them."""
    return [Line(event.at, _said(event, member), event.by_name) for event in visit.events.all()]


def _said(event: AppointmentEvent, member: Membership) -> str:
    words, detail = _WORDS.get(event.verb, event.verb.replace("-", " ").capitalize()), event.detail
    if event.verb in ("booked", "requested") and detail.get("at"):
        return f"{words} for {detail['at']}" + (", with a reason" if detail.get("override") else "")
    if event.verb == "moved" and detail.get("at"):
        was = detail.get("was", {}).get("at", "")
        how = ", by a plan" if detail.get("plan") else ""
        return f"{words}{f' from {was}' if was else ''} to {detail['at']}{how}"
    if event.verb == "undo-moved":
        return f"{words}: {detail['at']} again"
    reason = detail.get("cancel_reason", "")
    if reason in Appointment.Reason.values and reason != "other" and member.may_see_clinical:
        return f"{words}: {Appointment.Reason(reason).label.lower()}"
    return words
