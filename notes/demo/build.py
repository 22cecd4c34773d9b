"""Builds the demo practices through the product's own verbs, each as of its own day."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.db.models import F
from django.utils import timezone

from clients.models import Client, ClientCondition, Doctor
from notes.demo.after import build_after
from notes.demo.around import build_around
from notes.demo.at_home import build_at_home
from notes.demo.clockwork import ZONE, as_of
from notes.demo.letters import build_letters
from notes.demo.lost import build_lost
from notes.demo.people import CASES, DOCTORS, SNIPPETS
from notes.demo.record import build_record
from notes.demo.visits import build_case, open_day
from notes.demo.words import build_words
from notes.snippets import keep_snippet
from practice import clock
from practice.access import Role
from practice.closures import close_on_holidays, holidays_ahead
from practice.hours import enter_time_off, set_day_hours
from practice.models import Closure, Membership, Message, Practice, Room, Service, SetAside, User, WorkingHours
from practice.offers import Offer, add_service, set_skills
from practice.opening.checklist import EVERYTHING
from sessions import holds
from sessions.booking import book_appointment
from sessions.models import Appointment
from sessions.waitlist import join_waitlist


def build(password: str, lakeside_password: str) -> Practice:
    """Both practices with their people; answers Riverside."""
    riverside = _riverside(password)
    _lakeside(lakeside_password)
    # What was due before today left on its day; only what is still to come waits in the outbox.
    Message.objects.filter(state="waiting", due_at__lte=timezone.now()).update(state="sent", sent_at=F("due_at"))
    build_lost(riverside)
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
    SetAside.objects.create(practice=practice, step=EVERYTHING)  # open already
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
        build_case(practice, case, {"ana": ana, "ben": ben}[case.therapist], desk, doctors[case.doctor], base)
    _course(ana, owner, today)
    _stories(practice, ana)
    build_letters(practice, ana, ben, doctors, today)
    _waitlist(practice, ana)
    for word, text in SNIPPETS.items():
        keep_snippet(word=word, text=text, by=ana)
    build_around(practice, ana, doctors, base)
    build_record(practice, owner, ana, ben)
    build_after(practice, ana)
    build_at_home(practice, ana, base)
    build_words(practice, owner)
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
    first = open_day(today + timedelta(days=14))
    enter_time_off(
        therapist=ana,
        starts_at=clock.day_begins(first, ZONE),
        ends_at=clock.day_begins(first + timedelta(days=2), ZONE),
        reason="Course",
        by=owner,
    )


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


def _stories(practice: Practice, ana: Membership) -> None:
    """Maria's relapse of last spring, and a possible one of Priya's today."""
    now, today = timezone.now(), clock.wall_of(timezone.now(), ZONE)[0]
    maria, priya = (Client.objects.get(practice=practice, name=n) for n in ("Maria Lindqvist", "Priya Nair"))
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
    SetAside.objects.create(practice=practice, step=EVERYTHING)
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
    day = open_day(clock.wall_of(timezone.now(), practice.time_zone)[0] + timedelta(days=3))
    book_appointment(
        client=client,
        therapist=lena,
        service=service,
        by=lena,
        starts_at=clock.instant_of(day, time(10), practice.time_zone, fold=0),
    )
    return practice
