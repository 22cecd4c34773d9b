"""The door to the diary: lock, read fresh, write, log. Every verb of this room goes through it.

Locks are taken on therapists, then rooms, then clients, each in the order of their ids (`SELECT … FOR NO KEY
UPDATE` on PostgreSQL; SQLite begins every transaction IMMEDIATE, so there a lock is the transaction itself).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from clients.models import Client
from clients.standing import lock_clients
from practice import audit
from practice.access import Actor
from practice.composed import Composed, ComposedRows, insert, write_fields
from practice.encryption import EncryptedField
from practice.models import Membership, Room
from practice.refusals import Refusal, Stale
from sessions.models import Appointment, AppointmentEvent


class SlotTaken(Refusal):
    """Therapist, room or client already has a visit then. Nobody can override this."""

    code: ClassVar[str] = "slot_taken"
    title: ClassVar[str] = "This time is taken"


DAY = timedelta(days=1)
_CONSTRAINT_WORDS = {
    "therapist_is_never_booked_twice": "therapist", "room_is_never_booked_twice": "room",
    "client_is_never_booked_twice": "client",
}


def _locking(model: type[Model]) -> Composed:
    return Composed(lambda pks: model._default_manager.select_for_update(no_key=True).filter(
        pk__in=pks).order_by("pk").values_list("pk"))


_LOCKS = (_locking(Membership), _locking(Room))
_locked_visits = ComposedRows(lambda pks: Appointment.objects.filter(pk__in=pks).select_for_update(
    of=("self",), no_key=True).select_related(
    "client__practice", "therapist__user", "room", "service", "series", "practice").order_by("pk"))


def lock_diary(therapists: Iterable[Membership], rooms: Iterable[Room], clients: Iterable[Client]) -> None:
    """Lock therapists, then rooms, then clients, each in the order of their ids; refuses a client merged meanwhile."""
    is_locking = connection.features.has_select_for_update  # SQLite: the transaction is the lock
    for lock, rows in zip(_LOCKS, (therapists, rooms), strict=True) if is_locking else ():
        if ids := sorted({row.pk for row in rows}):
            lock(ids)
    lock_clients(clients)


def fresh(appointment: Appointment, expected_version: int | None = None) -> Appointment:
    """The visit as it stands now, locked, with what the verbs read of it.

    With `expected_version`, a visit that somebody changed since it was read is refused as stale.
    """
    visit = fresh_all([appointment.pk])[appointment.pk]
    refuse_if_stale(visit, expected_version)
    return visit


def refuse_if_stale(visit: Appointment, expected_version: int | None) -> None:
    """Refuse a visit, read under its lock, that is not as whoever acts on it has read it."""
    if expected_version is not None and visit.version != expected_version:
        raise Stale("Somebody changed this visit since you read it. Read it again, then repeat your change.")


def fresh_all(pks: Iterable[UUID]) -> dict[UUID, Appointment]:
    """The same for several visits, in one query."""
    wanted = list(pks)
    return {visit.pk: visit for visit in _locked_visits(wanted)} if wanted else {}


def write_visit(appointment: Appointment, *, is_new: bool = False, fields: Sequence[str] = ()) -> None:
    """Write a new visit, or these fields of one; an overlap the database refuses becomes the same words as one we saw.

    The verb's whole transaction is lost with that refusal, as with any other: let it pass.
    """
    try:
        with transaction.atomic(savepoint=False):
            if is_new:
                insert([appointment])
            else:
                write_fields(appointment, fields)
    except IntegrityError as refused:
        for constraint, whom in _CONSTRAINT_WORDS.items():
            if constraint in str(refused):
                raise SlotTaken(f"Somebody just took this time (same {whom}). Choose another.") from refused
        raise


def as_it_stands(appointment: Appointment, names: Iterable[str]) -> dict[str, Any]:
    """These fields of a visit as JSON can hold them, for `put_back`."""
    return {name: _as_text(Appointment._meta.get_field(name), appointment) for name in names}


def put_back(appointment: Appointment, before: dict[str, Any], names: Iterable[str]) -> None:
    """Set these fields to what `as_it_stands` wrote down; nothing is saved."""
    for name in names:
        field: Any = Appointment._meta.get_field(name)
        value = None if before[name] == "" and field.null else before[name]  # what was empty was written as ""
        is_encrypted = isinstance(field, EncryptedField)
        setattr(appointment, field.attname, field.opened(value) if is_encrypted else field.to_python(value))


def _as_text(field: Any, appointment: Appointment) -> Any:
    """The field as JSON can hold it; what its own column encrypts is encrypted there too."""
    if isinstance(field, EncryptedField):
        return field.sealed(getattr(appointment, field.attname))
    return field.value_to_string(appointment)


def log_step(appointment: Appointment, verb: str, by: Actor, **detail: Any) -> None:
    """Write one line of the visit's own history, and one of the audit."""
    log_steps([(appointment, detail)], verb, by)


def log_steps(steps: Sequence[tuple[Appointment, dict[str, Any]]], verb: str, by: Actor) -> None:
    """The same for several visits, in two statements. What nobody of the practice did says so: no undo of theirs."""
    outside = {} if isinstance(by, Membership) else {"outside": by.role}
    insert([AppointmentEvent(appointment=visit, verb=verb, by_name=by.name[:120], detail=detail | outside)
            for visit, detail in steps])
    audit.record_many(by=by, verb=f"appointment_{verb.replace('-', '_')}", subjects=[visit for visit, _ in steps])
