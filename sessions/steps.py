"""Which steps a page offers for a visit: the state table, less what makes no sense now or for this role."""

from __future__ import annotations

from django.utils import timezone

from practice import clock
from practice.models import Membership
from sessions.models import Appointment
from sessions.states import verbs_from

WORDS = {
    "accept": "Accept", "confirm": "Client confirmed", "arrive": "Arrived", "complete": "Done",
    "no-show": "Did not come", "cancel": "Cancel visit", "keep": "Keep at its time", "release": "Let it go",
    "undo-arrive": "Undo “arrived”", "undo-no-show": "Undo “did not come”", "move": "Move",
}


def offered(visit: Appointment, member: Membership) -> list[str]:
    """The verbs worth a button, in the order of the day; the verbs themselves still refuse what is wrong."""
    today = clock.wall_of(timezone.now(), visit.time_zone)[0]
    has_begun = visit.starts_at <= timezone.now()
    out_of_place = {
        "confirm": has_begun or (visit.status == "confirmed" and not visit.wants_other_time),
        "arrive": visit.wall_date > today,
        "complete": not has_begun and visit.status != "arrived",
        "no-show": not has_begun,
        "undo-arrive": visit.wall_date != today,
        "undo-no-show": visit.wall_date != today,
        "keep": not member.may_see_clinical,
    }
    possible = [] if visit.reserved_by_id else verbs_from(visit.status)  # a plan keeps it until the client has answered
    return [verb for verb in WORDS if verb in possible and not out_of_place.get(verb, False)]


def may_be_noted(visit: Appointment, member: Membership) -> bool:
    """Whether a note can be begun or opened from here: therapists, and visits that were not called off."""
    return member.is_therapist and visit.status not in ("held", "cancelled", "noshow")
