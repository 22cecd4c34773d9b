"""The client's page at one glance: what limits today's work, what they live with, who else looks after them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from clients.body import keys, said
from clients.body_forms import scope_name
from clients.body_map import sensation_map
from clients.conditions import CONDITIONS
from clients.contraindications import Check, Reason, cautions_for
from clients.findings import FINDINGS
from clients.known import last_given
from clients.last_time import last_time
from clients.limits import Known, body_from, known_medicine, located
from clients.medicine_kinds import MEDICINES
from clients.medicines import on_times
from clients.models import Clearance, Client, ClientCondition, Finding, Medicine
from clients.own_rules import book_of
from clients.reasons import capital, folded, method, said_cap
from clients.sensation_map import is_map_due
from clients.wishes import PLACES_TO_WORK, Wishes, said_weekdays, said_windows, wishes_of
from practice import clock
from practice.access import may_read
from practice.models import Membership
from practice.panels import panels_for

Word = tuple[Clearance, str, str]  # a doctor's word, what it is about, its limits


@dataclass(frozen=True, slots=True)
class Limits:
    """What limits the work: caps in one line each, what speaks, and what is only good to know."""

    verdict: str
    caps: tuple[str, ...]
    reasons: tuple[Reason, ...]
    good_to_know: tuple[Reason, ...]

    @property
    def is_decision_needed(self) -> bool:
        """Whether somebody at the front desk has to ask a therapist before booking."""
        return self.verdict in ("clearance", "stop")


def limits_of(check: Check) -> Limits:
    """The check as the page shows it: the places that get least, then what holds everywhere else."""
    whole = min((r.max_pressure for r in check.reasons if not r.regions and isinstance(r.max_pressure, int)
                 and r.level != "info"), default=None)
    places: dict[Any, list[str]] = {}
    for place, cap in check.own_caps.items() if not check.bars_everything else ():
        if cap == "none" or (cap is not None and (whole is None or cap < whole)):
            places.setdefault(cap, []).append(place)
    caps = sorted(places.items(), key=lambda pair: -1 if pair[0] == "none" else pair[0])
    lines = [f"{capital(said(tuple(where)))}: {said_cap(cap)}" for cap, where in caps]
    if check.bars_everything:
        lines.append("No session today")
    elif whole is not None:
        lines.append(f"{'Elsewhere' if lines else 'Everywhere'}: {said_cap(whole)}")
    return Limits(
        check.verdict, tuple(lines),
        folded(r for r in check.reasons if r.level != "info"), tuple(r for r in check.reasons if r.level == "info"))


def overview_of(member: Membership, client: Client, known: Known, today: date) -> dict[str, Any]:
    """What limits today's work and why, as far as this member may read it."""
    body = body_from(client, known, book_of(client.practice))
    check = cautions_for(body, on=today)
    limits = limits_of(check)
    shown: dict[str, Any] = {"wishes": said_wishes(wishes_of(client)), "is_decision_needed": limits.is_decision_needed}
    if not may_read(member, Finding):
        return shown
    conditions = [(row, CONDITIONS[row.condition]) for row in known.conditions]
    findings = [(row, FINDINGS[row.finding], said_places(row)) for row in known.findings]
    words, replaced = _told_apart(known.clearances)
    medicines = [(row, MEDICINES[row.kind], said_given(row, today)) for row in sorted(known.medicines, key=_by_name)]
    return shown | {
        "limits": limits, "last_time": last_time(member, client), "is_map_due": any(map(is_map_due, known.episodes)),
        "body_map": sensation_map(located(body, today), check.own_caps),
        "conditions": [c for c in conditions if not _is_over(c[0], today)],
        "past_conditions": [c for c in conditions if _is_over(c[0], today)],
        "findings": [f for f in findings if not _is_over(f[0], today)],
        "past_findings": [f for f in findings if _is_over(f[0], today)],
        "clearances": words, "past_clearances": replaced,
        "medicines": [m for m in medicines if not _is_over(m[0], today)],
        "past_medicines": [m for m in medicines if _is_over(m[0], today)],
        "on_times": said_windows(on_times(known.medicines, today))}


def _told_apart(rows: Iterable[Clearance]) -> tuple[list[Word], list[Word]]:
    """Doctors' words that count, newest first, and those a later word of the same doctor on the same replaced."""
    counting: list[Word] = []
    replaced: list[Word] = []
    settled: set[tuple[UUID, str]] = set()
    for row in rows:
        of = (row.doctor_id, row.scope)
        (replaced if of in settled else counting).append((row, scope_name(row), said_terms(row)))
        if row.state != Clearance.State.RECEIVED:  # until it is accepted, it replaces nothing
            settled.add(of)
    return counting, replaced


def person_of(client: Client) -> dict[str, Any]:
    """Who they are, what they ask for, and who else looks after them."""
    wishes = wishes_of(client)
    names = {m.pk: m.name for m in Membership.objects.filter(
        pk__in=wishes.therapists or (), practice_id=client.practice_id).select_related("user")}
    prefers = ", ".join(names[pk] for pk in wishes.therapists or () if pk in names)
    return {
        "wishes": [*([("Prefers", prefers)] if prefers else []), *said_wishes(wishes)],
        "doctors": client.doctor_links.select_related("doctor").order_by("doctor__name"),
        "contacts": client.contacts.all()}


def panels_on(request: HttpRequest, client: Client, tab: str, known: Known | None = None) -> list[SafeString]:
    """What the other rooms put on the tab, each rendered by its own template."""
    member = request.member  # type: ignore[attr-defined]
    return [
        render_to_string(panel.template, {"client": client, "member": member} | context, request=request)
        for panel, context in panels_for(member, client, tab, known)
    ]


def said_places(finding: Finding) -> str:
    """A finding's places in words, empty where none is noted."""
    return said(_keys_of(finding))


def _keys_of(finding: Finding) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for p in finding.places.all() for key in keys(p.region, p.side)))


def said_given(medicine: Medicine, today: date) -> str:
    """When and where a medicine is given, in words: "every 28 days, last on 3 Nov, next on 1 Dec, left thigh"."""
    known = known_medicine(medicine)
    last = last_given(known, today)
    every = medicine.every_days
    following = last + timedelta(days=every) if last and every else medicine.last_given_on
    is_ahead = following is not None and following > today and (medicine.ended_on is None
                                                                or following <= medicine.ended_on)
    parts = [f"every {every} days" if every and every > 1 else "every day" if every else "",
             f"last on {clock.said_date(last)}" if last and every != 1 else "",
             f"next on {clock.said_date(following)}" if following and is_ahead and every != 1 else "",
             said(tuple(key for region, side in known.regions for key in keys(region, side))),
             " and ".join(medicine.times)]
    return ", ".join(part for part in parts if part)


def said_wishes(wishes: Wishes) -> list[tuple[str, str]]:
    """What they ask for, in words, without what was not said and without the names of therapists."""
    rows = [
        ("Days", said_weekdays(wishes)), ("Times", said_windows(wishes.windows)),
        ("Usual length", f"{wishes.minutes} minutes" if wishes.minutes else ""),
        ("Getting about", wishes.mobility or ""), ("Getting on the table", wishes.transfer or ""),
        ("Works best", PLACES_TO_WORK.get(wishes.works_on or "", "").lower()),
        ("The room", wishes.room_temperature or ""), ("Not to be touched", ", ".join(wishes.declined_areas or ()))]
    return [(name, words) for name, words in rows if words]


def said_terms(clearance: Clearance) -> str:
    """What a doctor allowed, in words."""
    where = said(tuple(key for r in clearance.regions for key in keys(r["region"], r["side"])))
    terms = [where and f"for {where}", said_cap(clearance.max_pressure) if clearance.max_pressure is not None else "",
             f"{clearance.minutes} minutes at most" if clearance.minutes else "",
             clearance.excluded_techniques and f"without {', '.join(map(method, clearance.excluded_techniques))}"]
    return ", ".join(term for term in terms if term)


def _by_name(row: Medicine) -> str:
    return row.name.casefold()


def _is_over(row: ClientCondition | Finding | Medicine, today: date) -> bool:
    return row.ended_on is not None and row.ended_on < today


def age_of(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
