"""The states of a visit: from which, by which verb, to which; any other pair is refused as `wrong_state`."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from practice import page_language
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


# The acts of clients, as they go on after “to …”; those of staff are told in English only.
_TO = (gettext_noop("confirm"), gettext_noop("cancel"), gettext_noop("move"))


class VisitNotInState(Refusal):
    """The visit's state does not allow this."""

    code: ClassVar[str] = "wrong_state"
    title: ClassVar[str] = gettext_noop("Not possible for this visit any more")


def next_state(appointment: Appointment, verb: str) -> str:
    """The state this verb leads to, or a refusal that says in which state the visit is.

    A time kept for a client who was asked about a plan belongs to that plan alone until they have answered.
    """
    allowed, becomes = TRANSITIONS[verb]
    if appointment.reserved_by_id and verb != "give-back":
        raise VisitNotInState(
            _("{time} is kept for {client}, who was asked whether it suits. Change it in the plan, or take the plan "
              "back first.").format(time=appointment.said_in(page_language.page_language()),
                                    client=appointment.client.name),
            plan=str(appointment.reserved_by_id))
    if appointment.status not in allowed:
        starts = ", ".join(_(S(s).label).lower() for s in S.values if s in allowed)
        raise VisitNotInState(
            _("This visit is “{state}”; to {act} it, it would have to be {states}.").format(
                state=_(S(appointment.status).label).lower(), act=_(verb.replace("-", " ")), states=starts))
    return becomes


def verbs_from(status: str) -> list[str]:
    """What can be done with a visit in this state, for buttons."""
    return [verb for verb, (allowed, _) in TRANSITIONS.items() if status in allowed]
