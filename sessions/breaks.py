"""The breaks kept free around visits: cut for one booked close by with a reason, given back where that is undone."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.db.models import Q

from practice.access import Actor
from sessions.diary import SlotTaken, as_it_stands, fresh_all, log_step, put_back, write_visit
from sessions.models import RELEASED, Appointment, AppointmentEvent
from sessions.reserved import lapse_expired

_BREAKS = ("occupied_from", "occupied_until", "buffer_before", "buffer_after")
_STANDS = ("starts_at", "ends_at", *_BREAKS)
WRITTEN_BETWEEN = 200  # steps of other people's acts at most, between a cut and the step of the act that made it


def shorten_buffers(appointment: Appointment, by: Actor) -> str:
    """Cut the buffers of neighbouring visits back to this visit's own minutes; called under the diary's locks.

    Each neighbour's own history keeps how it stood before and after, under a mark that says nothing of whose visit it
    was; answers the mark for the history of the act (`give_breaks_back`), "" where nothing was cut.
    """
    begin, end, mark = appointment.starts_at, appointment.ends_at, ""
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
        mark = mark or uuid4().hex
        log_step(neighbour, "buffer-cut", by, cut=mark, before=before, after=as_it_stands(neighbour, _STANDS))
    return mark


def give_breaks_back(step: AppointmentEvent, by: Actor) -> None:
    """After an act was undone: the breaks it had cut are whole again, where that time is free.

    A neighbour that was changed since keeps what it has. Called under the diary's locks.
    """
    for cut in _cuts_of(step):
        neighbour = fresh_all([cut.appointment_id]).get(cut.appointment_id)
        if neighbour is None or neighbour.is_released or as_it_stands(neighbour, _STANDS) != cut.detail["after"]:
            continue
        put_back(neighbour, cut.detail["before"], _BREAKS)
        lapse_expired(neighbour.practice, neighbour.occupied_from, neighbour.occupied_until)
        try:
            with transaction.atomic():
                write_visit(neighbour, fields=_BREAKS)
        except SlotTaken:
            continue
        log_step(neighbour, "buffer-back", by)


def _cuts_of(step: AppointmentEvent) -> list[AppointmentEvent]:
    """The cuts an act made, the last first: they were written just before its own step, and ids go by time."""
    mark = step.detail.get("cut")
    just_before = AppointmentEvent.objects.filter(pk__lt=step.pk).order_by("-pk")[:WRITTEN_BETWEEN] if mark else ()
    return [event for event in just_before if event.verb == "buffer-cut" and event.detail.get("cut") == mark]
