"""Medicines as the client or a doctor named them: noted, corrected, ended; the times of day that suit between doses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q

from clients.episodes import today_in
from clients.known import Place
from clients.medicine_kinds import MEDICINES, kind_named
from clients.models import Client, Medicine
from clients.recording import check_place, refuse_ended
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput

ON_FROM, ON_UNTIL = timedelta(hours=1), timedelta(hours=2)  # after a dose of levodopa: our proposal, no source agrees
MOST_DOSES = 12


class MedicineFields(TypedDict, total=False):
    """What is known of a medicine; only those given are touched. `every_days` counts days, `times` are wall-clock."""

    name: str
    kind: str
    began_on: date | None
    ended_on: date | None
    last_given_on: date | None
    every_days: int | None
    times: Sequence[time]
    places: Sequence[Place]


@transaction.atomic
def record_medicine(*, client: Client, name: str, by: Actor, kind: str = "",
                    **fields: Unpack[MedicineFields]) -> Medicine:
    """Note a medicine; what it means for the work holds from then on. Without a kind it is looked up by its name.

    Refuses one without a name, unknown kinds and places, a beginning still to come, an end before it.
    """
    lock_client(client)
    row = Medicine(practice_id=client.practice_id, client=client)
    _put(row, {"name": name, "kind": kind or kind_named(name), **fields})
    _refuse_impossible(row)
    row.save(force_insert=True)
    audit.record(by=by, verb="medicine_recorded", subject=row)
    return row


@transaction.atomic
def correct_medicine(*, medicine: Medicine, by: Actor, **changes: Unpack[MedicineFields]) -> Medicine:
    """Correct or end a medicine; refuses what `record_medicine` refuses."""
    row = Medicine.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "client__practice").get(pk=medicine.pk)
    changed = _put(row, dict(changes))
    _refuse_impossible(row)
    if changed:
        row.save(update_fields=changed)
        audit.record(by=by, verb="medicine_changed", subject=row, fields=changed)
    return row


@transaction.atomic
def end_medicine(*, medicine: Medicine, ended_on: date | None, by: Actor) -> Medicine:
    """Say that they take it no longer, from the day after `ended_on`; None where that was a slip.

    Refuses one that has ended already.
    """
    lock_client(medicine.client)
    refuse_ended(Medicine.objects.select_related("client__practice").get(pk=medicine.pk), ended_on)
    return correct_medicine(medicine=medicine, by=by, ended_on=ended_on)


def alike_medicine(*, client: Client, name: str) -> Medicine | None:
    """The medicine of the same name, where one is taken already."""
    still = Q(ended_on=None) | Q(ended_on__gte=today_in(client))
    rows = Medicine.objects.filter(still, client=client)
    return next((row for row in rows if row.name.casefold() == one_line(name).casefold()), None)


def _put(row: Medicine, columns: dict[str, Any]) -> list[str]:
    """Write the given parts on the row; answers the names of the columns that differ now."""
    if "name" in columns:
        columns["name"] = one_line(columns["name"])
    if "times" in columns:
        columns["times"] = sorted({clock.said_time(at) for at in columns["times"]})
    if "places" in columns:
        places = sorted(set(columns.pop("places")))
        for index, (region, side) in enumerate(places):
            check_place(region, side, field=f"regions/{index}")
        columns["regions"] = [{"region": region, "side": side} for region, side in places]
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def _refuse_impossible(row: Medicine) -> None:
    today = today_in(row.client)
    if not any(c.isalnum() for c in row.name):
        raise BadInput("Write the name of the medicine.", field="name")
    if row.kind not in MEDICINES:
        raise BadInput(f"“{row.kind[:60]}” is no kind of medicine. See medicines/ for the list.", field="kind")
    if row.began_on and row.began_on > today:
        raise BadInput(f"{clock.said_date(row.began_on, year=True)} is still to come. When did they begin?",
                       field="began_on")
    if row.began_on and row.ended_on and row.ended_on < row.began_on:
        raise BadInput(f"They began on {clock.said_date(row.began_on, year=True)}; that cannot have ended on "
                       f"{clock.said_date(row.ended_on, year=True)}, before it.", field="ended_on")
    if row.began_on and row.last_given_on and row.last_given_on < row.began_on:
        raise BadInput(f"That lies before {clock.said_date(row.began_on, year=True)}, when they began.",
                       field="last_given_on")
    if row.every_days is not None and not 1 <= row.every_days <= 400:
        raise BadInput("Write how many days lie between two, from 1 to 400.", field="every_days")
    if row.every_days is not None and row.last_given_on is None:
        raise BadInput("Say on which day it was or will be given; the others are counted from there.",
                       field="last_given_on")
    if len(row.times) > MOST_DOSES:
        raise BadInput(f"At most {MOST_DOSES} times a day.", field="times")


def on_times(medicines: Sequence[Medicine], on: date) -> list[tuple[time, time]]:
    """When in the day somebody with Parkinson's is likely “on”: one to two hours after each dose (our proposal).

    Stretches that would pass midnight are left out.
    """
    doses = sorted({time.fromisoformat(at) for medicine in medicines for at in medicine.times
                    if medicine.kind == "levodopa" and (medicine.ended_on is None or medicine.ended_on >= on)})
    day = datetime.combine(on, time())
    stretches = [(datetime.combine(on, dose) + ON_FROM, datetime.combine(on, dose) + ON_UNTIL) for dose in doses]
    return [(begin.time(), end.time()) for begin, end in stretches if end < day + timedelta(days=1)]
