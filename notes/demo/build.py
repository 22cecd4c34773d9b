"""Builds the demo practices through the product's own verbs, each as of its own day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from clients.models import Clearance, Client, ClientCondition, ClientDoctor, Consent, Doctor, Finding, FindingRegion
from notes import sharing, signing, summaries, writing
from notes.demo.after import build_after
from notes.demo.around import build_around
from notes.demo.clockwork import as_of
from notes.demo.happened import begin_course, bring_totals, events_of, ratings_of
from notes.demo.people import CASES, DOCTORS, SNIPPETS, Case
from notes.demo.record import build_record
from notes.outcomes import RELIEF
from notes.snippets import keep_snippet
from notes.writing import MeasurementInput, TreatmentInput
from practice import clock
from practice.access import Role
from practice.closures import close_on_holidays, holidays_ahead
from practice.hours import enter_time_off, set_day_hours
from practice.models import Closure, Membership, Message, Practice, Room, Service, User, WorkingHours
from practice.offers import Offer, add_service, set_skills
from practice.refusals import Refusal
from sessions import holds
from sessions.booking import arrive, book_appointment, complete, confirm_appointment
from sessions.models import Appointment, Series
from sessions.waitlist import join_waitlist

ZONE = "Europe/London"


def build(password: str, lakeside_password: str) -> Practice:
    """Both practices with their people; answers Riverside."""
    riverside = _riverside(password)
    _lakeside(lakeside_password)
    # What was due before today left on its day; only what is still to come waits in the outbox.
    Message.objects.filter(state="waiting", due_at__lte=timezone.now()).update(state="sent", sent_at=F("due_at"))
    return riverside


def _member(practice: Practice, name: str, email: str, role: str, password: str, *, credential: str = "") -> Membership:
    user = User.objects.create_user(email, password, name=name)
    return Membership.objects.create(
        practice=practice,
        user=user,
        role=role,
        is_therapist=bool(credential),
        initials="".join(word[0] for word in name.split()),
        credential=credential,
    )


def _hours(member: Membership, *spans: tuple[int, time, time]) -> None:
    WorkingHours.objects.bulk_create(
        WorkingHours(practice=member.practice, therapist=member, weekday=day, opens=opens, closes=closes)
        for day, opens, closes in spans
    )


def _week(lunch_from: time, lunch_until: time, opens: time, closes: time) -> list[tuple[int, time, time]]:
    return [(day, a, b) for day in range(6) for a, b in ((opens, lunch_from), (lunch_until, closes))]


def _riverside(password: str) -> Practice:
    practice = Practice.objects.create(
        name="Riverside Neuro Massage",
        time_zone=ZONE,
        phone="+44 1632 960100",
        email="hello@riverside.example",
        sender_name="Riverside",
        address="Riverside Neuro Massage\n12 Water Street\nYork YO1 8AB",
        paper="a4",
        reminder_days=[7, 2],
        currency="GBP",
        country="GB",
        region="ENG",
        books_online=True,
        public_slug="riverside",
    )
    owner = _member(practice, "Olivia Grant", "owner@riverside.example", Role.OWNER, password)
    ana = _member(
        practice,
        "Ana Alves",
        "ana@riverside.example",
        Role.THERAPIST,
        password,
        credential="BTEC Clinical Massage, CNHC 60123",
    )
    ben = _member(
        practice,
        "Ben Okoye",
        "ben@riverside.example",
        Role.THERAPIST,
        password,
        credential="BTEC Clinical Massage, CNHC 60654",
    )
    desk = _member(practice, "Dora Lind", "desk@riverside.example", Role.FRONT_DESK, password)
    _hours(ana, *_week(time(13), time(14), time(9), time(17)))
    _hours(ben, *_week(time(12, 30), time(13), time(8, 30), time(18)))
    Room.objects.create(
        practice=practice,
        name="River room",
        position=1,
        access_notes="Step-free, hoist, wide table",
        temperature_notes="Stays at 20 °C",
    )
    Room.objects.create(
        practice=practice,
        name="Garden room",
        position=2,
        access_notes="Step-free, chair and table",
        temperature_notes="Warm on sunny afternoons",
    )
    for name, minutes, pounds in (("Neuro 30", 30, 42), ("Neuro 45", 45, 58), ("Neuro 60", 60, 72)):
        Service.objects.create(practice=practice, name=name, minutes=minutes, buffer_after=15, price=pounds * 100)
    today = clock.wall_of(timezone.now(), ZONE)[0]
    Closure.objects.create(
        practice=practice, first_on=date(today.year, 12, 25), last_on=date(today.year, 12, 26), name="Christmas"
    )
    _supply(practice, owner, ana, ben, today)
    doctors = {
        name: Doctor.objects.create(practice=practice, name=name, specialty=s, email=e, phone=p, address=a)
        for name, (s, e, p, a) in DOCTORS.items()
    }
    base = today if today.weekday() != 6 else today + timedelta(days=1)
    for case in CASES:
        _case(practice, case, {"ana": ana, "ben": ben}[case.therapist], desk, doctors[case.doctor], base)
    _course(ana, owner, today)
    _stories(practice, ana, doctors)
    _waitlist(practice, ana)
    for word, text in SNIPPETS.items():
        keep_snippet(word=word, text=text, by=ana)
    build_around(practice, ana, doctors, base)
    build_record(practice, owner, ana, ben)
    build_after(practice, ana)
    return practice


def _supply(practice: Practice, owner: Membership, ana: Membership, ben: Membership, today: date) -> None:
    """A skill that one service needs, New Year's Day off, a late Thursday of Ben's."""
    set_skills(therapist=ana, skills=["Lymph drainage"], by=owner)
    add_service(
        practice=practice, by=owner,
        offer=Offer("Lymph 60", 60, buffer_before=5, buffer_after=15, price=7800, skills=("Lymph drainage",)),
    )
    new_year = [holiday.on for holiday in holidays_ahead(practice) if (holiday.on.month, holiday.on.day) == (1, 1)]
    close_on_holidays(practice=practice, days=new_year, by=owner)
    thursday = today + timedelta(days=(3 - today.weekday()) % 7 + 7)
    late = [(time(11), time(15)), (time(15, 30), time(20))]
    set_day_hours(therapist=ben, on=thursday, stretches_=late, reason="Late evening", by=owner)


def _course(ana: Membership, owner: Membership, today: date) -> None:
    """Two days of Ana's away, over visits that were booked already."""
    first = _open_day(today + timedelta(days=14))
    enter_time_off(
        therapist=ana,
        starts_at=clock.day_begins(first, ZONE),
        ends_at=clock.day_begins(first + timedelta(days=2), ZONE),
        reason="Course",
        by=owner,
    )


def _case(practice: Practice, case: Case, therapist: Membership, desk: Membership, doctor: Doctor, base: date) -> None:
    born = date(base.year - case.age, 3, 14)
    email = f"{case.name.split()[0].lower()}@clients.example"
    client = Client.objects.create(
        practice=practice,
        name=case.name,
        email=email,
        phone="+44 1632 9601" + f"{10 + CASES.index(case)}",
        birth_date=born,
        channels=["email"],
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
    service = Service.objects.get(practice=client.practice, name=case.service)
    days = [
        _open_day(base + timedelta(days=case.weekday + case.every_days * k)) for k in range(-case.behind, case.ahead)
    ]
    booked_at = clock.instant_of(_open_day(days[0] - timedelta(days=6)), time(9, 5), ZONE)
    with as_of(booked_at):
        begin_course(client, therapist)
        series = Series.objects.create(
            practice=client.practice,
            client=client,
            therapist=therapist,
            service=service,
            every_days=case.every_days,
            count=len(days),
        )
        series_visits = [v for day in dict.fromkeys(days) if (v := _try_book(series, day, case.at, desk))]
    bring_totals(client, therapist, clock.wall_of(timezone.now(), ZONE)[0])
    had = 0
    for visit in series_visits:
        if visit.ends_at < timezone.now() - timedelta(hours=12):
            _had(visit, case, therapist, had)
            had += 1
        elif visit.starts_at < timezone.now() + timedelta(days=2):
            confirm_appointment(appointment=visit, by=desk)


def _open_day(day: date) -> date:
    return day + timedelta(days=1) if day.weekday() == 6 else day


def _try_book(series: Series, day: date, at: time, desk: Membership) -> Appointment | None:
    """Book the wished time, or the next half hour that is free that day; a closed day is left out."""
    for later in range(0, 360, 30):
        wished = datetime.combine(day, at) + timedelta(minutes=later)
        try:
            return book_appointment(
                client=series.client,
                therapist=series.therapist,
                service=series.service,
                series=series,
                by=desk,
                starts_at=clock.instant_of(wished.date(), wished.time(), ZONE, fold=0),
            )
        except Refusal:
            continue
    return None


def _had(visit: Appointment, case: Case, therapist: Membership, nth: int) -> None:
    _left_in_time(visit)
    with as_of(visit.starts_at - timedelta(minutes=3)):
        arrive(appointment=visit, by=therapist)
    with as_of(visit.ends_at + timedelta(minutes=6)):
        complete(appointment=visit, by=therapist)
        note, _ = writing.begin_note(appointment=visit, by=therapist)
        readings = [
            MeasurementInput(code, when, Decimal(value))
            for code, pairs in (("pain", case.pain), ("stiffness", case.stiffness))
            if nth < len(pairs)
            for when, value in zip(("before", "after"), pairs[nth], strict=True)
        ]
        readings += ratings_of(visit.client, nth)
        readings += [MeasurementInput(RELIEF, "before", Decimal(days)) for days in case.relief[nth - 1 : nth] if nth]
        reason = "Deeper work is what helps her; sensation tested and intact."
        rows = [TreatmentInput(w.region, w.side, w.technique, w.pressure, w.minutes, w.response,
                               tolerated="" if w.response else "well") for w in case.work]
        note = writing.write_note(
            note=note,
            by=therapist,
            expected_version=note.version,
            treatments=rows,
            measurements=readings,
            events=events_of(visit.client, nth),
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


def _left_in_time(visit: Appointment) -> None:
    """What was due before the visit left then, as a running practice would have sent it."""
    due = Message.objects.filter(appointment_id=visit.pk, state="waiting", due_at__lte=visit.starts_at)
    due.update(state="sent", sent_at=F("due_at"))


def _waitlist(practice: Practice, ana: Membership) -> None:
    """Joao would give his next visit up for an earlier one; Ines can come on Tuesday and Thursday mornings."""
    joao, ines = (Client.objects.get(practice=practice, name=n) for n in ("Joao Pereira", "Ines Moreau"))
    now = timezone.now()
    coming = Appointment.objects.filter(client=joao, starts_at__gt=now, status__in=("booked", "confirmed"))
    visit = coming.select_related("service").order_by("starts_at").first()
    if visit:
        with as_of(now - timedelta(days=6)):
            join_waitlist(client=joao, service=visit.service, give_up=visit, by=ana)
    with as_of(now - timedelta(days=2)):
        join_waitlist(client=ines, service=Service.objects.filter(practice=practice, is_active=True)[0], by=ana,
                      weekdays=[1, 3], windows=[(time(9), time(12))])


def _stories(practice: Practice, ana: Membership, doctors: dict[str, Doctor]) -> None:
    """Maria's relapse of last spring, a possible one of Priya's today, and a summary Ruth's neurologist has read."""
    now, today = timezone.now(), clock.wall_of(timezone.now(), ZONE)[0]
    maria, priya, ruth = (
        Client.objects.get(practice=practice, name=n) for n in ("Maria Lindqvist", "Priya Nair", "Ruth Ellery")
    )
    spring = clock.instant_of(today - timedelta(days=200), time(9), ZONE, fold=0)
    with as_of(spring):
        effect = holds.report_episode(
            client=maria,
            kind="relapse",
            onset_on=today - timedelta(days=202),
            by=ana,
            reported_by="Maria Lindqvist",
            symptoms="Left leg heavy and numb for two days.",
        )
        holds.change_episode(
            episode=effect.episode, status="confirmed", on=today - timedelta(days=200), by=ana, on_word_of="MS team"
        )
    with as_of(spring + timedelta(days=110)):
        holds.change_episode(episode=effect.episode, status="resolved", on=today - timedelta(days=90), by=ana)
    with as_of(now - timedelta(hours=3)):
        holds.report_episode(
            client=priya,
            kind="relapse",
            onset_on=today - timedelta(days=1),
            by=ana,
            reported_by="Priya Nair",
            symptoms="Blurred left eye since yesterday morning.",
        )
    neurologist = doctors["Dr Adaeze Okafor"]
    consent = Consent.objects.create(
        practice=practice,
        client=ruth,
        doctor=neurologist,
        text_version="2026-11",
        given_by="Ruth Ellery",
        how="in person",
        given_on=today - timedelta(days=20),
        until=today + timedelta(days=345),
        recorded_by=ana,
    )
    with as_of(now - timedelta(days=1)):
        summary = summaries.compose_summary(
            client=ruth, doctor=neurologist, by=ana, first=today - timedelta(days=60), last=today
        )
        summary = summaries.write_summary(
            summary=summary, by=ana, questions="Is deeper work on the thighs all right with you?"
        )
        summary = summaries.sign_summary(summary=summary, by=ana)
        made = sharing.share_summary(summary=summary, doctor=neurologist, consent=consent, by=ana)
        sharing.mail_link(share=made.share, by=ana)
    with as_of(now - timedelta(hours=20)):
        sharing.open_share(token=made.url.rstrip("/").rsplit("/", 1)[1], code=made.code)


def _lakeside(password: str) -> Practice:
    practice = Practice.objects.create(
        name="Lakeside Bodywork",
        time_zone="America/Chicago",
        phone="+1 312 555 0100",
        email="hello@lakeside.example",
        address="Lakeside Bodywork\n3 Shore Road\nChicago, IL 60601",
        currency="USD",
        reminder_days=[7, 2],
    )
    lena = _member(
        practice, "Lena Hoffmann", "owner@lakeside.example", Role.OWNER, password, credential="LMT, Illinois 227001234"
    )
    _hours(lena, *_week(time(12), time(13), time(9), time(17)))
    Room.objects.create(practice=practice, name="Lake room", position=1)
    service = Service.objects.create(practice=practice, name="Massage 60", minutes=60, buffer_after=15, price=9500)
    client = Client.objects.create(
        practice=practice,
        name="Tomas Beck",
        email="tomas@clients.example",
        channels=["email"],
        reminder_consent_on=date(2026, 1, 2),
        reminder_consent_source="intake form",
    )
    ClientCondition.objects.create(
        practice=practice, client=client, condition="ms-relapsing-remitting", diagnosed_by="Dr Paul Ode"
    )
    day = _open_day(clock.wall_of(timezone.now(), practice.time_zone)[0] + timedelta(days=3))
    book_appointment(
        client=client,
        therapist=lena,
        service=service,
        by=lena,
        starts_at=clock.instant_of(day, time(10), practice.time_zone, fold=0),
    )
    return practice
