"""Write down what a client lives with: conditions as diagnosed by others, findings and where; end or correct them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q

from clients.body import REGIONS, inside, keys, said, sides_of, together
from clients.conditions import CONDITIONS
from clients.episodes import today_in
from clients.findings import FINDINGS
from clients.models import Client, ClientCondition, Finding, FindingRegion, Medicine
from clients.sensation_map import note_sensation
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, Refusal, WrongState

Place = tuple[str, str]  # region and side
EARLIEST_YEAR = 1900
OPPOSITES = {"absent-sensation": "hypersensitive", "hypersensitive": "absent-sensation"}


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding that stands where its opposite is to be noted, and the places that both would hold."""

    finding: Finding
    places: tuple[str, ...]

    @property
    def name(self) -> str:
        """What stands, in words."""
        return FINDINGS[self.finding.finding].name

    @property
    def plain_name(self) -> str:
        """The same as it goes on in a sentence: "hypersensitive", "without feeling"."""
        return "hypersensitive" if self.finding.finding == "hypersensitive" else "without feeling"

    @property
    def where(self) -> str:
        """Where both would hold, in words."""
        return said(self.places) or "the whole body"


class ContradictoryFindings(Refusal):
    """One place cannot feel nothing and too much at the same time; `standing` is what is noted there already."""

    code: ClassVar[str] = "contradictory_findings"
    title: ClassVar[str] = "Two findings contradict each other"

    def __init__(self, standing: Sequence[Standing]) -> None:
        first = standing[0]
        super().__init__(f"“{first.name}” is already recorded for {first.where}. One place cannot feel nothing and too "
                         "much at once: end the other finding first, or correct the place.", field="regions")
        self.standing = tuple(standing)


class AlreadyEnded(WrongState):
    """It is over since a day that is noted."""

    title: ClassVar[str] = "It has ended already"


class ConditionFields(TypedDict, total=False):
    """What is known of a condition, `code` being which of the catalogue; only those given are touched."""

    code: str
    since: date | None
    diagnosed_by: str
    ended_on: date | None


class FindingFields(TypedDict, total=False):
    """What is known of a finding: `code` is which of the catalogue, `places` replaces all of them."""

    code: str
    places: Sequence[Place]
    began_on: date | None
    ended_on: date | None
    review_on: date | None
    detail: str


@transaction.atomic
def record_condition(*, client: Client, condition: str, by: Actor, since: date | None = None, diagnosed_by: str = "",
                     ended_on: date | None = None) -> ClientCondition:
    """Record a condition as the client or a doctor named it; refuses unknown codes and days still to come."""
    lock_client(client)
    _refuse_unknown("condition", condition, CONDITIONS)
    _refuse_span(client, since, ended_on, field="since")
    row = ClientCondition.objects.create(
        practice_id=client.practice_id, client=client, condition=condition, since=since,
        diagnosed_by=one_line(diagnosed_by), ended_on=ended_on)
    audit.record(by=by, verb="condition_recorded", subject=row)
    return row


@transaction.atomic
def correct_condition(*, condition: ClientCondition, by: Actor, **changes: Unpack[ConditionFields]) -> ClientCondition:
    """Correct what was written about a condition; what it said before stays in the audit trail by field name."""
    row = ClientCondition.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "client__practice").get(pk=condition.pk)
    changed = _put(row, _columns(changes, "condition"), one_lines=("diagnosed_by",))
    _refuse_unknown("condition", row.condition, CONDITIONS)
    _refuse_span(row.client, row.since, row.ended_on, field="since")
    if changed:
        row.save(update_fields=changed)
        audit.record(by=by, verb="condition_changed", subject=row, fields=changed)
    return row


@transaction.atomic
def end_condition(*, condition: ClientCondition, ended_on: date | None, by: Actor) -> ClientCondition:
    """Say that the client no longer has it, from the day after `ended_on`; None where that was a slip.

    Refuses one that has ended already.
    """
    lock_client(condition.client)
    refuse_ended(ClientCondition.objects.select_related("client__practice").get(pk=condition.pk), ended_on)
    return correct_condition(condition=condition, by=by, ended_on=ended_on)


@transaction.atomic
def record_finding(*, client: Client, finding: str, by: Actor, places: Sequence[Place] = (),
                   began_on: date | None = None, ended_on: date | None = None, review_on: date | None = None,
                   detail: str = "", is_as_answered: bool = False) -> Finding:
    """Record what limits the work, and where; without a place it holds for the whole body.

    `review_on` is the day by which somebody looks again: it ends nothing, and then rises on Today. `is_as_answered`
    where it is what a client answered, whom nobody has looked at yet.

    Refuses unknown codes, a beginning still to come, an end before it, and no feeling beside too much of it in
    one place.
    """
    lock_client(client)
    row = Finding(practice_id=client.practice_id, client=client, finding=finding, began_on=began_on, ended_on=ended_on,
                  review_on=review_on, detail=one_line(detail))
    wanted = _checked(places)
    _refuse_finding(row, wanted)
    row.save(force_insert=True)
    _write_places(row, wanted)
    audit.record(by=by, verb="finding_recorded", subject=row)
    if not is_as_answered:
        note_sensation(client, finding, by)
    return row


@transaction.atomic
def correct_finding(*, finding: Finding, by: Actor, **changes: Unpack[FindingFields]) -> Finding:
    """Correct a finding, its places or its dates; refuses what `record_finding` refuses."""
    lock_client(finding.client)
    row = Finding.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "client__practice").get(pk=finding.pk)
    columns = _columns(changes, "finding")
    before = tuple(sorted(row.places.values_list("region", "side")))
    wanted = _checked(columns.pop("places")) if "places" in columns else before
    until = row.ended_on
    changed = _put(row, columns, one_lines=("detail",))
    is_sooner_over = row.ended_on is not None and (until is None or row.ended_on < until)
    is_only_ended = changed == ["ended_on"] and wanted == before and is_sooner_over  # of two that contradict, one ends
    _refuse_finding(row, wanted, others_may_contradict=is_only_ended)
    if changed:
        row.save(update_fields=changed)
    if wanted != before:
        row.places.all().delete()
        _write_places(row, wanted)
        changed.append("places")
    if changed:
        audit.record(by=by, verb="finding_changed", subject=row, fields=changed)
    if "places" in changed or "ended_on" in changed:
        note_sensation(row.client, row.finding, by)
    return row


@transaction.atomic
def record_finding_instead(*, client: Client, finding: str, by: Actor, places: Sequence[Place] = (),
                           began_on: date | None = None, ended_on: date | None = None, review_on: date | None = None,
                           detail: str = "") -> Finding:
    """Record a finding whose opposite held there until the day before: only there the opposite ends.

    Without a beginning it begins today. Refuses an opposite that began no earlier, and what `record_finding` refuses.
    """
    lock_client(client)
    began = began_on or today_in(client)
    row = Finding(practice_id=client.practice_id, client=client, finding=finding, began_on=began)
    _make_way(row, _checked(places), by)
    return record_finding(client=client, finding=finding, by=by, places=places, began_on=began, ended_on=ended_on,
                          review_on=review_on, detail=detail)


@transaction.atomic
def correct_finding_instead(*, finding: Finding, by: Actor, **changes: Unpack[FindingFields]) -> Finding:
    """Correct a finding whose opposite held there until the day before; as `record_finding_instead`."""
    lock_client(finding.client)
    row = Finding.objects.select_related("client__practice").get(pk=finding.pk)
    changes["began_on"] = changes.get("began_on", row.began_on) or today_in(row.client)
    columns = _columns(changes, "finding")
    places = columns.pop("places", None)
    _put(row, columns, one_lines=("detail",))
    _make_way(row, _checked(list(row.places.values_list("region", "side")) if places is None else places), by)
    return correct_finding(finding=finding, by=by, **changes)


@transaction.atomic
def end_finding(*, finding: Finding, ended_on: date | None, by: Actor) -> Finding:
    """Say that it limits the work no longer, from the day after `ended_on`; None where that was a slip.

    Refuses one that has ended already.
    """
    lock_client(finding.client)
    refuse_ended(Finding.objects.select_related("client__practice").get(pk=finding.pk), ended_on)
    return correct_finding(finding=finding, by=by, ended_on=ended_on)


def refuse_ended(row: ClientCondition | Finding | Medicine, ended_on: date | None) -> None:
    """Refuse to end what is over, or the same day once more; to say that it holds again is no end."""
    if ended_on is None or row.ended_on is None:
        return
    is_over = row.ended_on < today_in(row.client)
    if is_over or row.ended_on == ended_on:
        way_on = " If it is still there, press “Holds again” under “No longer” on the client’s page." if is_over else ""
        raise AlreadyEnded(f"{clock.said_date(row.ended_on, year=True)} is noted as its last day already.{way_on}",
                           field="ended_on")


def alike_finding(*, client: Client, finding: str, places: Sequence[Place]) -> Finding | None:
    """The same finding in the same places, where one is open already."""
    wanted = _spelled_out(places)
    rows = Finding.objects.filter(client=client, finding=finding).prefetch_related("places")
    return next((row for row in rows.filter(_is_open(client))
                 if _spelled_out([(p.region, p.side) for p in row.places.all()]) == wanted), None)


def _is_open(client: Client) -> Q:
    return Q(ended_on=None) | Q(ended_on__gte=today_in(client))


def check_place(region: str, side: str, *, field: str = "") -> None:
    """Refuse a region or side that the body map does not have, and a side this region does not have."""
    prefix = f"{field}/" if field else ""
    if region not in REGIONS:
        raise BadInput(f"“{region[:60]}” is no region of the body map. See regions/ for the list.",
                       field=f"{prefix}region")
    if side not in sides_of(region):
        raise BadInput(f"For the {REGIONS[region].name} say {' or '.join(sides_of(region))}.", field=f"{prefix}side")


def _columns(changes: ConditionFields | FindingFields, code: str) -> dict[str, Any]:
    """The changes by the names of the columns: `code` is the one that holds the entry of the catalogue."""
    return {code if name == "code" else name: value for name, value in changes.items()}


def _put(row: ClientCondition | Finding, columns: dict[str, Any], *, one_lines: Sequence[str]) -> list[str]:
    for name in one_lines:
        if name in columns:
            columns[name] = one_line(columns[name])
    changed = [name for name, value in columns.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, columns[name])
    return changed


def _checked(places: Sequence[Place]) -> tuple[Place, ...]:
    """The places once each, in a stable order; refuses unknown ones."""
    for index, (region, side) in enumerate(places):
        check_place(region, side, field=f"regions/{index}")
    return tuple(sorted(set(places)))


def _write_places(row: Finding, places: Sequence[Place]) -> None:
    FindingRegion.objects.bulk_create([FindingRegion(finding=row, region=r, side=s) for r, s in places])


def _refuse_unknown(what: str, code: str, catalogue: Any) -> None:
    if code not in catalogue:
        raise BadInput(f"“{code[:60]}” is no {what} of the catalogue. See {what}s/ for the list.", field=what)


def _refuse_span(client: Client, began: date | None, ended: date | None, *, field: str) -> None:
    for field_of, day in ((field, began), ("ended_on", ended)):
        if day and day.year < EARLIEST_YEAR:
            raise BadInput(f"{day.year} is too long ago. Check the year.", field=field_of)
    if began and began > today_in(client):
        raise BadInput(f"{clock.said_date(began, year=True)} is still to come. When did it begin?", field=field)
    if began and ended and ended < began:
        raise BadInput(f"It began on {clock.said_date(began, year=True)}; it cannot have ended on "
                       f"{clock.said_date(ended, year=True)}, before that.", field="ended_on")


def _refuse_finding(row: Finding, places: Sequence[Place], *, others_may_contradict: bool = False) -> None:
    _refuse_unknown("finding", row.finding, FINDINGS)
    _refuse_span(row.client, row.began_on, row.ended_on, field="began_on")
    if others_may_contradict:
        return
    if standing := _standing_against(row, places):
        raise ContradictoryFindings(standing)


def _standing_against(row: Finding, places: Sequence[Place]) -> list[Standing]:
    """The findings that say the opposite on the same days of the same places, of parts of them or of what holds them.

    Without a place either is about the whole body.
    """
    opposite = OPPOSITES.get(row.finding)
    if opposite is None:
        return []
    mine = _spelled_out(places)
    standing = []
    others = Finding.objects.filter(client=row.client, finding=opposite).exclude(pk=row.pk)
    for other in others.prefetch_related("places"):
        theirs = _spelled_out([(p.region, p.side) for p in other.places.all()])
        both = theirs & inside(mine) if mine else theirs
        if (both or not (mine and theirs)) and _overlap(row, other):
            standing.append(Standing(other, tuple(sorted(both))))
    return standing


def _make_way(row: Finding, places: Sequence[Place], by: Actor) -> None:
    """End what stands against this the day before it begins; where it holds elsewhere too, it goes on there."""
    assert row.began_on is not None
    last = row.began_on - timedelta(days=1)
    for one in _standing_against(row, places):
        other = one.finding
        if row.ended_on or (other.began_on and other.began_on > last):
            raise ContradictoryFindings([one])
        rest = _spelled_out([(p.region, p.side) for p in other.places.all()]) - set(one.places)
        if rest:
            correct_finding(finding=other, by=by, places=together(sorted(rest)))
            record_finding(client=row.client, finding=other.finding, by=by, places=together(one.places),
                           began_on=other.began_on, ended_on=last, detail=other.detail)
        else:
            correct_finding(finding=other, ended_on=last, by=by)


def _spelled_out(places: Sequence[Place]) -> frozenset[str]:
    return frozenset(key for region, side in places for key in keys(region, side))


def _overlap(a: Finding, b: Finding) -> bool:
    first, last = date.min, date.max
    return ((a.began_on or first) <= (b.ended_on or last)) and ((b.began_on or first) <= (a.ended_on or last))
