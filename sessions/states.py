"""The states of a visit: from which, by which verb, to which; any other pair is refused as `wrong_state`."""

from __future__ import annotations

from typing import ClassVar

from practice.refusals import Refusal
from sessions.models import Appointment

S = Appointment.Status

# verb -> (states it may start from, state it leads to)
TRANSITIONS: dict[str, tuple[frozenset[str], str]] = {
    "accept": (frozenset({S.PROPOSED}), S.BOOKED),
    "confirm": (frozenset({S.BOOKED, S.CONFIRMED}), S.CONFIRMED),
    "arrive": (frozenset({S.BOOKED, S.CONFIRMED}), S.ARRIVED),
    "undo-arrive": (frozenset({S.ARRIVED}), S.BOOKED),
    "complete": (frozenset({S.ARRIVED, S.BOOKED, S.CONFIRMED}), S.FULFILLED),
    "cancel": (frozenset({S.PROPOSED, S.BOOKED, S.CONFIRMED}), S.CANCELLED),
    "no-show": (frozenset({S.BOOKED, S.CONFIRMED}), S.NOSHOW),
    "undo-no-show": (frozenset({S.NOSHOW}), S.BOOKED),
    "hold": (frozenset({S.PROPOSED, S.BOOKED, S.CONFIRMED}), S.HELD),
    "keep": (frozenset({S.HELD}), S.BOOKED),
    "release": (frozenset({S.HELD}), S.CANCELLED),
    "move": (frozenset({S.PROPOSED, S.BOOKED, S.CONFIRMED}), S.BOOKED),
    "reserve": (frozenset({S.HELD}), S.PROPOSED),
    "give-back": (frozenset({S.PROPOSED}), S.HELD),
}


class VisitNotInState(Refusal):
    """The visit's state does not allow this."""

    code: ClassVar[str] = "wrong_state"
    title: ClassVar[str] = "Not possible for this visit any more"


def next_state(appointment: Appointment, verb: str) -> str:
    """The state this verb leads to, or a refusal that says in which state the visit is.

    A time kept for a client who was asked about a plan belongs to that plan alone until they have answered.
    """
    allowed, becomes = TRANSITIONS[verb]
    if appointment.reserved_by_id and verb != "give-back":
        raise VisitNotInState(
            f"{appointment.said} is kept for {appointment.client.name}, who was asked whether it suits. Change it in "
            "the plan, or take the plan back first.", plan=str(appointment.reserved_by_id))
    if appointment.status not in allowed:
        starts = ", ".join(S(s).label.lower() for s in S.values if s in allowed)
        raise VisitNotInState(
            f"This visit is “{appointment.get_status_display().lower()}”; to {verb.replace('-', ' ')} it, it would "
            f"have to be {starts}.")
    return becomes


def verbs_from(status: str) -> list[str]:
    """What can be done with a visit in this state, for buttons."""
    return [verb for verb, (allowed, _) in TRANSITIONS.items() if status in allowed]
