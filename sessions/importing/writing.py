"""The visits of a list, brought into the diary and taken back. Nobody is told; reminders leave where that is ticked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from clients.importing.kinds import Kind, Tick, Undone, register_kind
from clients.importing.undoing import touched
from clients.models import Client, Import, ImportRow
from practice import audit, outbox
from practice.access import Actor
from practice.composed import insert
from practice.models import Membership, Message, Room
from sessions import reminders
from sessions.diary import lock_diary, log_steps
from sessions.importing.names import asks
from sessions.importing.reading import VisitsReader
from sessions.importing.targets import LAYOUTS, TARGETS, VISITS, lacks
from sessions.models import Appointment, AppointmentEvent

State = ImportRow.State
REMINDED = (Appointment.Status.BOOKED, Appointment.Status.CONFIRMED)


def write_visits(brought: Import, rows: Sequence[ImportRow], by: Actor) -> None:
    """Write each row as a visit, under the row's own id; the database refuses whatever would overlap."""
    known = set(ImportRow.objects.filter(practice=brought.practice, kind=VISITS, key__in=[row.key for row in rows],
                                         state__in=(State.DONE, State.SAME)).values_list("key", flat=True))
    for row in rows:
        row.state = State.KNOWN if row.key in known else State.DONE
    visits = [_visit(brought, row) for row in rows if row.state == State.DONE]
    _lock(visits)
    insert(visits)
    log_steps([(visit, {"list": str(brought.pk)}) for visit in visits], "imported", by)
    if brought.options.get("reminders"):
        coming = [visit.pk for visit in visits if visit.starts_at > timezone.now() and visit.status in REMINDED]
        for visit in Appointment.objects.filter(pk__in=coming).select_related("client__practice", "practice"):
            reminders.remind(visit)


def take_visits_back(brought: Import, ids: Sequence[UUID], by: Actor) -> Undone:
    """Delete those of these visits that nobody has worked with since; the others stay."""
    rows = {visit.pk: visit for visit in Appointment.objects.filter(pk__in=ids).select_related("client")}
    _lock(rows.values())
    why = {pk: "was changed here" for pk, visit in rows.items() if visit.version > 1}
    told = Message.objects.filter(outbox.may_have_left(), appointment_id__in=ids)
    why |= {pk: "was written about" for pk in told.values_list("appointment_id", flat=True) if pk}
    why |= touched(Appointment, set(rows) - set(why), own=(AppointmentEvent, Message))
    gone = [visit for visit in rows.values() if visit.pk not in why]
    reminders.withdraw(gone, "The list it came with was taken back.")
    audit.record_many(by=by, verb="appointment_import_undone", subjects=list(gone), list=str(brought.pk))
    AppointmentEvent.objects.filter(appointment__in=gone).delete()
    Appointment.objects.filter(pk__in=[visit.pk for visit in gone]).delete()
    return Undone(set(ids) - set(why), {pk: (f"{rows[pk].client.name}, {rows[pk].said}", words)
                                        for pk, words in why.items()})


def _visit(brought: Import, row: ImportRow) -> Appointment:
    said = row.reading
    visit = Appointment(
        pk=row.pk, practice_id=brought.practice_id, client_id=UUID(said["client"]),
        therapist_id=UUID(said["therapist"]), service_id=UUID(said["service"]), room_id=UUID(said["room"]),
        status=said["status"], minutes=said["minutes"],
        cancel_reason=Appointment.Reason.OTHER if said["status"] == Appointment.Status.CANCELLED else "")
    visit.set_time(datetime.fromisoformat(said["starts_at"]), brought.practice.time_zone)
    return visit


def _lock(visits: Iterable[Appointment]) -> None:
    found = list(visits)
    lock_diary([Membership(pk=pk) for pk in {visit.therapist_id for visit in found}],
               [Room(pk=pk) for pk in {visit.room_id for visit in found}],
               [Client(pk=pk) for pk in {visit.client_id for visit in found}])


register_kind(Kind(
    VISITS, "visit", "visits", TARGETS, LAYOUTS, lacks, VisitsReader, write_visits, take_visits_back, asks,
    ticks=(Tick("reminders", "Remind of the visits to come, from now on",
                "By the ways each client agreed to. Nothing is written about the visits being brought in."),)))
