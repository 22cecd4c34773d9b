"""The breaks kept free around visits: cut for one booked close by with a reason, given back where that is undone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from practice.access import Actor
from sessions.diary import SlotTaken, as_it_stands, fresh_all, log_step, put_back, write_visit
from sessions.models import RELEASED, Appointment, AppointmentEvent
from sessions.reserved import lapse_expired

_BREAKS = ("occupied_from", "occupied_until", "buffer_before", "buffer_after")
_STANDS = ("starts_at", "ends_at", *_BREAKS)


def shorten_buffers(appointment: Appointment, by: Actor) -> list[dict[str, Any]]:
    """Cut the buffers of neighbouring visits back to this visit's own minutes; called under the diary's locks.

    Answers whose were cut, as they stood before and after: the history of the act keeps it for `give_breaks_back`.
    """
    begin, end, cuts = appointment.starts_at, appointment.ends_at, []
    neighbours = Appointment.objects.filter(
        Q(therapist_id=appointment.therapist_id) | Q(room_id=appointment.room_id),
        occupied_until__gt=begin, occupied_from__lt=end,
    ).exclude(status__in=RELEASED).exclude(pk=appointment.pk)
    for neighbour in neighbours:
        before = as_it_stands(neighbour, _BREAKS)
        if neighbour.ends_at <= begin:
            neighbour.occupied_until = begin
            neighbour.buffer_after = (begin - neighbour.ends_at).seconds // 60
        else:
            neighbour.occupied_from = end
            neighbour.buffer_before = (neighbour.starts_at - end).seconds // 60
        neighbour.save(update_fields=_BREAKS)
        log_step(neighbour, "buffer-cut", by)
        cuts.append({"visit": str(neighbour.pk), "before": before, "after": as_it_stands(neighbour, _STANDS)})
    return cuts


def give_breaks_back(step: AppointmentEvent, by: Actor) -> None:
    """After an act was undone: the breaks it had cut are whole again, where that time is free.

    A neighbour that was changed since keeps what it has. Called under the diary's locks.
    """
    for cut in reversed(step.detail.get("cut", [])):
        neighbour = fresh_all([UUID(cut["visit"])]).get(UUID(cut["visit"]))
        if neighbour is None or neighbour.is_released or as_it_stands(neighbour, _STANDS) != cut["after"]:
            continue
        put_back(neighbour, cut["before"], _BREAKS)
        lapse_expired(neighbour.practice, neighbour.occupied_from, neighbour.occupied_until)
        try:
            with transaction.atomic():
                write_visit(neighbour, fields=_BREAKS)
        except SlotTaken:
            continue
        log_step(neighbour, "buffer-back", by)
