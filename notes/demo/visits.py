"""The demo's clients with their visits: what they live with, each visit had with its signed note, what is booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from uuid_utils.compat import uuid7

from clients.models import Clearance, Client, ClientCondition, ClientDoctor, Doctor, Finding, FindingRegion
from notes import writing
from notes.beginning import begin_note
from notes.demo.clockwork import ZONE, as_of
from notes.demo.happened import begin_course, bring_totals, events_of, ratings_of
from notes.demo.people import CASES, Case, Read, Work
from notes.record import signing
from notes.writing import MeasurementInput, TreatmentInput
from practice import clock
from practice.log.subjects import about_visits
from practice.models import Membership, Message, Practice, Service
from practice.refusals import Refusal
from sessions.booking import arrive, book_appointment, complete, confirm_appointment
from sessions.models import Appointment, Series
from sessions.reminders import tell_booked


def build_case(
    practice: Practice, case: Case, therapist: Membership, desk: Membership, doctor: Doctor, base: date,
) -> None:
    """One client with what they live with, and their visits, had and to come."""
    born = date(base.year - case.age, 3, 14)
    email = f"{case.name.split()[0].lower()}@clients.example"
    client = Client.objects.create(
        practice=practice,
        name=case.name,
        email=email,
        phone=("+44 7700 9001" if "sms" in case.channels else "+44 1632 9601") + f"{10 + CASES.index(case)}",
        birth_date=born,
        channels=list(case.channels),
        reminder_consent_on=base - timedelta(days=200),
        reminder_consent_source="intake form",
        preferences=case.preferences or {},
        heat_sensitive=case.heat_sensitive,
    )
    ClientDoctor.objects.create(practice=practice, client=client, doctor=doctor, role=doctor.specialty.lower())
    ClientCondition.objects.create(
        practice=practice,
        client=client,
        condition=case.condition,
        since=date(base.year - case.since_years, 6, 1),
        diagnosed_by=doctor.name,
    )
    for code, places, detail in case.findings:
        finding = Finding.objects.create(
            practice=practice, client=client, finding=code, detail=detail, began_on=base - timedelta(days=180)
        )
        FindingRegion.objects.bulk_create(FindingRegion(finding=finding, region=r, side=s) for r, s in places)
    if case.condition == "parkinsons":
        Clearance.objects.create(
            practice=practice,
            client=client,
            doctor=doctor,
            state=Clearance.State.GRANTED,
            max_pressure=3,
            expires_on=base + timedelta(days=180),
        )
    _visits(client, case, therapist, desk, base)


def _visits(client: Client, case: Case, therapist: Membership, desk: Membership, base: date) -> None:
    """The visits had, each with its signed note, and the visits to come, booked a month ago."""
    begun = base + timedelta(days=case.weekday)
    days = _days(begun - timedelta(days=case.behind * case.every_days), case.course_every, -len(case.course), 0)
    first = (days or _days(begun, case.every_days, -case.behind, case.ahead))[0]
    with as_of(clock.instant_of(open_day(first - timedelta(days=6)), time(9), ZONE)):
        begin_course(client, therapist)
    bring_totals(client, therapist, clock.wall_of(timezone.now(), ZONE)[0])
    if case.course:
        read = {day: one for day, one in zip(days, case.course, strict=True) if one}
        for visit in _booked(client, case, case.course_every, list(read), therapist, desk):
            _had(visit, case, therapist, read[visit.wall_date])
    had = 0
    for visit in _booked(client, case, case.every_days, _days(begun, case.every_days, -case.behind, case.ahead),
                         therapist, desk):
        if visit.ends_at < timezone.now() - timedelta(hours=12):
            _had(visit, case, therapist, case.read_at(had), nth=had)
            had += 1
        elif visit.starts_at < timezone.now() + timedelta(days=2):
            confirm_appointment(appointment=visit, by=desk)


def _days(begun: date, every: int, first: int, end: int) -> list[date]:
    return [open_day(begun + timedelta(days=every * k)) for k in range(first, end)]


def _booked(client: Client, case: Case, every: int, days: list[date], therapist: Membership,
            desk: Membership) -> list[Appointment]:
    """The visits of these days as one series, booked in the week before its first."""
    with as_of(clock.instant_of(open_day(days[0] - timedelta(days=6)), time(9, 5), ZONE)):
        series = Series.objects.create(
            practice=client.practice, client=client, therapist=therapist, every_days=every, count=len(days),
            service=Service.objects.get(practice=client.practice, name=case.service))
        act = uuid7()
        visits = [v for day in dict.fromkeys(days) if (v := _try_book(series, day, case.at, desk, act))]
        tell_booked(visits, act)
        return visits


def open_day(day: date) -> date:
    """The day itself, or the Monday after a Sunday."""
    return day + timedelta(days=1) if day.weekday() == 6 else day


def _try_book(series: Series, day: date, at: time, desk: Membership, act: UUID) -> Appointment | None:
    """Book the wished time, or the next half hour that is free that day; a closed day is left out."""
    for later in range(0, 360, 30):
        wished = datetime.combine(day, at) + timedelta(minutes=later)
        try:
            return book_appointment(
                client=series.client,
                therapist=series.therapist,
                service=series.service,
                series=series,
                act=act,
                by=desk,
                starts_at=clock.instant_of(wished.date(), wished.time(), ZONE, fold=0),
            )
        except Refusal:
            continue
    return None


def _had(visit: Appointment, case: Case, therapist: Membership, read: Read, *, nth: int | None = None) -> None:
    """One visit as it went, with its signed note; `nth` of the visits of late, which have ratings and events too."""
    _left_in_time(visit)
    with as_of(visit.starts_at - timedelta(minutes=3)):
        arrive(appointment=visit, by=therapist)
    with as_of(visit.ends_at + timedelta(minutes=6)):
        complete(appointment=visit, by=therapist)
        note, _ = begin_note(appointment=visit, by=therapist)
        readings = [MeasurementInput(code, when, Decimal(value)) for code, when, value in read.taken()]
        readings += ratings_of(visit.client, nth) if nth is not None else []
        reason = "Deeper work is what helps her; sensation tested and intact."
        work = [_as_firm(w, read.pressure) if read.pressure is not None and not place else w
                for place, w in enumerate(case.work)]
        rows = [TreatmentInput(w.region, w.side, w.technique, w.pressure, w.minutes, w.response,
                               tolerated="" if w.response else "well") for w in work]
        note = writing.write_note(
            note=note,
            by=therapist,
            expected_version=note.version,
            treatments=rows,
            measurements=readings,
            events=events_of(visit.client, nth) if nth is not None else [],
            subjective=case.subjective,
            objective=case.objective,
            assessment=case.assessment,
            plan=case.plan,
            next_in_days=case.every_days,
        )
        against = {row["treatment"] for row in signing.rows_without_reason(note)}
        if against:
            explained = [replace(row, override_reason=reason if i in against else "") for i, row in enumerate(rows)]
            note = writing.write_note(note=note, by=therapist, expected_version=note.version, treatments=explained)
        signing.sign_note(note=note, by=therapist)


def _as_firm(work: Work, pressure: int) -> Work:
    """The same work as firm as it was that day; the lightest is effleurage, as in the weeks after a relapse."""
    return replace(work, pressure=pressure, technique=work.technique if pressure > 1 else "effleurage")


def _left_in_time(visit: Appointment) -> None:
    """What was due before the visit left then, as a running practice would have sent it."""
    due = Message.objects.filter(about_visits([visit.pk]), state="waiting", due_at__lte=visit.starts_at)
    due.update(state="sent", sent_at=F("due_at"))
