"""What other systems may be told of the diary: that a visit changed, and how; never whose it is."""

from practice.webhooks.events import declare_event

_VISIT = "appointment_"
for _code, _name, *_verbs in (
    ("appointment.requested", "A time is asked for", "requested"),
    ("appointment.booked", "A visit is booked", "booked", "accept", "from_waitlist", "imported"),
    ("appointment.moved", "A visit is moved", "moved", "undo_moved"),
    ("appointment.confirmed", "A client says that they will come", "confirm"),
    ("appointment.cancelled", "A visit is cancelled", "cancel", "released", "release", "given_up", "let_go"),
    ("appointment.held", "A visit is put on hold", "held"),
    ("appointment.arrived", "A client is here", "arrive"),
    ("appointment.fulfilled", "A visit took place", "complete"),
    ("appointment.noshow", "A client did not come", "no_show"),
    ("appointment.changed", "Anything else changes about a visit", "*"),
):
    declare_event(_code, _name, *(_VISIT + _verb for _verb in _verbs))
