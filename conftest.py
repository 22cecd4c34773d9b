"""The people of the tests: one practice on the river, one by the lake, and clients with names."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from clients.models import Client, ClientCondition, Consent, Doctor, Finding, FindingRegion
from notes.tests.audited import refuse_clinical_codes
from practice import audit, clock
from practice.access import Role
from practice.composed import insert
from practice.links import hash_of, new_secret
from practice.models import ApiToken, AuditEntry, Membership, Practice, Room, Service, User, WorkingHours

ZONE = "America/New_York"
MONDAY = date(2026, 11, 23)  # “today” of every test that freezes time; a Monday


_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}


def pytest_configure() -> None:
    """Static files are looked up when asked for: each test's browser would otherwise list them all again."""
    from django.conf import settings

    settings.WHITENOISE_AUTOREFRESH = True
    gc.freeze()  # what is loaded by now stays: looking through it again and again is a tenth of the time
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first; a database for what copies it; `once` for what asks none; laws are `sized`."""
    for item in items:
        fixtures = getattr(item, "fixturenames", [])
        if item.get_closest_marker("processes"):
            fixtures.insert(0, "django_db_setup")
            item.add_marker(pytest.mark.django_db(transaction=True))
        elif not item.get_closest_marker("django_db") and not _DATABASE & set(fixtures):
            item.add_marker("once")
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("sized")
    items.sort(key=lambda item: (not item.get_closest_marker("browser"), not item.get_closest_marker("processes")))


@pytest.fixture(scope="session")
def django_db_use_migrations() -> bool:
    """SQLite's tables come straight from the models, which takes a second; PostgreSQL needs its extension first."""
    from django.db import connection

    return connection.vendor != "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, django_db_use_migrations: bool) -> None:
    """Note every migration as done where the models made the tables; that both build the same has its own test."""
    if django_db_use_migrations:
        _let_tests_empty_tables()
        return
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder
    from django.test import override_settings

    with django_db_blocker.unblock(), override_settings(MIGRATION_MODULES={}):
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in MigrationLoader(None).disk_migrations:
            recorder.record_applied(app, name)


def _let_tests_empty_tables() -> None:
    """A test that commits is cleaned up by TRUNCATE, which the tables of the record refuse: lift that, there only."""
    from django.db import connection

    switch = """DO $$ DECLARE t record; BEGIN
        FOR t IN SELECT tgname, tgrelid::regclass AS of FROM pg_trigger WHERE tgtype & 32 <> 0 AND NOT tgisinternal LOOP
            EXECUTE format('ALTER TABLE %%s %s TRIGGER %%I', t.of, t.tgname); END LOOP; END $$"""
    empty = connection.ops.execute_sql_flush

    def emptied(statements: list[str]) -> None:
        empty([switch % "DISABLE", *statements, switch % "ENABLE"])

    connection.ops.execute_sql_flush = emptied  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _no_clinical_code_in_the_audit() -> Iterator[None]:
    """Whatever a test does: no line of who read and changed what holds a code of the catalogues."""
    def checked(rows: Sequence[AuditEntry]) -> None:
        for row in rows:
            refuse_clinical_codes(row)
        insert(rows)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(audit, "insert", checked)
        yield


@pytest.fixture
def now() -> Iterator[datetime]:
    """Monday 23 November 2026, 08:00 in New York."""
    instant = clock.instant_of(MONDAY, time(8), ZONE)
    with time_machine.travel(instant, tick=False):
        yield instant


def make_practice(name: str, zone: str = ZONE) -> Practice:
    return Practice.objects.create(
        name=name,
        time_zone=zone,
        phone="+1 206 555 0100",
        email=f"hello@{name.split()[0].lower()}.example",
        address=f"{name}\n12 Water Street",
        reminder_days=[7, 2],
    )


def make_member(practice: Practice, name: str, email: str, role: str, *, is_therapist: bool = False) -> Membership:
    user = User.objects.create(email=email, name=name)
    therapist = is_therapist or role == Role.THERAPIST
    member = Membership.objects.create(
        practice=practice,
        user=user,
        role=role,
        is_therapist=therapist,
        initials=name[0],
        credential="LMT 60123" if therapist else "",
    )
    if therapist:
        WorkingHours.objects.bulk_create(
            WorkingHours(practice=practice, therapist=member, weekday=weekday, opens=opens, closes=closes)
            for weekday in range(5)
            for opens, closes in ((time(9), time(12)), (time(13), time(17)))
        )
    return member


def make_client(practice: Practice, name: str, condition: str = "", **fields: Any) -> Client:
    fields = {
        "email": f"{name.split()[0].lower()}@clients.example",
        "channels": ["email"],
        "reminder_consent_on": date(2026, 1, 5),
        "reminder_consent_source": "intake form",
    } | fields
    client = Client.objects.create(practice=practice, name=name, **fields)
    if condition:
        ClientCondition.objects.create(
            practice=practice,
            client=client,
            condition=condition,
            since=date(2011, 5, 1),
            diagnosed_by="Dr Okafor, neurologist",
        )
    return client


def numb(client: Client, region: str = "foot", side: str = "both") -> Finding:
    """Record that a region feels less than it should."""
    finding = Finding.objects.create(
        practice=client.practice, client=client, finding="reduced-sensation", began_on=date(2026, 1, 1)
    )
    FindingRegion.objects.create(finding=finding, region=region, side=side)
    return finding


def at(hour: int, minute: int = 0, *, days: int = 1, zone: str = ZONE) -> datetime:
    """A wall time so many days after the tests' Monday, as an instant."""
    return clock.instant_of(MONDAY + timedelta(days=days), time(hour, minute), zone)


@pytest.fixture
def riverside(db: None) -> Practice:
    return make_practice("Riverside Therapy")


@pytest.fixture
def lakeside(db: None) -> Practice:
    return make_practice("Lakeside Therapy")


@pytest.fixture
def owner(riverside: Practice) -> Membership:
    return make_member(riverside, "Olga Owner", "owner@riverside.example", Role.OWNER)


@pytest.fixture
def ana(riverside: Practice) -> Membership:
    return make_member(riverside, "Ana Alves", "ana@riverside.example", Role.THERAPIST)


@pytest.fixture
def ben(riverside: Practice) -> Membership:
    return make_member(riverside, "Ben Baker", "ben@riverside.example", Role.THERAPIST)


@pytest.fixture
def desk(riverside: Practice) -> Membership:
    return make_member(riverside, "Dora Desk", "desk@riverside.example", Role.FRONT_DESK)


@pytest.fixture
def lakeside_owner(lakeside: Practice) -> Membership:
    return make_member(lakeside, "Lena Lake", "owner@lakeside.example", Role.OWNER, is_therapist=True)


@pytest.fixture
def room(riverside: Practice) -> Room:
    return Room.objects.create(practice=riverside, name="River room", position=1)


@pytest.fixture
def garden(riverside: Practice) -> Room:
    return Room.objects.create(practice=riverside, name="Garden room", position=2)


@pytest.fixture
def neuro_45(riverside: Practice, room: Room) -> Service:
    return Service.objects.create(practice=riverside, name="Neuro 45", minutes=45, buffer_before=0, buffer_after=15)


@pytest.fixture
def maria(riverside: Practice) -> Client:
    return make_client(riverside, "Maria Lindqvist", "ms-relapsing-remitting", birth_date=date(1971, 3, 2))


@pytest.fixture
def joao(riverside: Practice) -> Client:
    return make_client(riverside, "Joao Pereira", "parkinsons")


@pytest.fixture
def ines(riverside: Practice) -> Client:
    return make_client(riverside, "Ines Moreau", "migraine")


@pytest.fixture
def kofi(riverside: Practice) -> Client:
    """Diabetic neuropathy with numb feet."""
    client = make_client(riverside, "Kofi Mensah", "diabetic-neuropathy")
    numb(client)
    return client


@pytest.fixture
def neurologist(riverside: Practice) -> Doctor:
    return Doctor.objects.create(
        practice=riverside,
        name="Dr Adaeze Okafor",
        specialty="Neurology",
        email="okafor@hospital.example",
        address="City Hospital\nSeattle",
    )


@pytest.fixture
def consent(maria: Client, neurologist: Doctor) -> Consent:
    return Consent.objects.create(
        practice=maria.practice,
        client=maria,
        doctor=neurologist,
        text_version="2026-11",
        given_by="Maria Lindqvist",
        how="in person",
        given_on=MONDAY - timedelta(days=1),
    )


def token_for(member: Membership) -> str:
    """A bearer token for the API."""
    token = new_secret()
    ApiToken.objects.create(practice=member.practice, membership=member, token_hash=hash_of(token))
    return token


@pytest.fixture
def api() -> Callable[[Membership | None], Any]:
    """`api(ana)` is an API client that carries Ana's token; `api(None)` carries none."""
    from rest_framework.test import APIClient

    def of(member: Membership | None) -> APIClient:
        http = APIClient()
        if member is not None:
            http.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(member)}")
        return http

    return of


@pytest.fixture
def page(client: Any) -> Callable[[Membership | None], Any]:
    """`page(ana)` is a browser-like HTTP client signed in as Ana."""
    from django.test import Client as Browser

    def of(member: Membership | None) -> Browser:
        browser = Browser()
        if member is not None:
            browser.force_login(member.user)
        return browser

    return of
