"""Somebody with a course of signed notes, drawn by chance: whatever a practice may write, a document has to hold."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from clients.body import REGIONS, sides_of
from clients.conditions import CONDITIONS
from clients.consents import record_consent
from clients.findings import FINDINGS
from clients.models import Client, ClientCondition, Doctor, Episode, Finding, FindingRegion
from conftest import MONDAY, ZONE, make_client, make_member, make_practice
from notes.measures.catalogue import MEASURES
from notes.models import ClientGoal, Measurement, Note, Summary, Treatment
from notes.sharing import sharing
from notes.summaries import summaries
from notes.summaries.discharging import ENDINGS
from practice import clock
from practice.access import Role
from practice.models import Membership, Practice, Room, Service
from practice.techniques import TECHNIQUES
from sessions.models import Appointment

WORDS = ("calmer", "heavy legs", "«warm»", "5 < 6 & 7 > 3", "“better”", "слабость", "تنميل في القدم", "手のしびれ", "a\u202eb",
         "x\x07y", "line\nline", "e\u0301", "🧑‍🦽", "</div><script>alert(1)</script>", "a\u00a0b", "&lt;b&gt;", "]]>", "")
PRIVATE = "Privatmarker"  # in everything a letter does not tell
NAMES = ("Maria Lindqvist", "Łukasz Żółć", "محمد الأمين", "田中 さくら", "Anna <b>Bold</b>", "O'Brien & Sons", "יעל כהן")


def anybody(seed: int) -> Summary:
    """A signed summary of a client nobody knows, shared or not; the same seed gives the same client."""
    chance = Random(seed)
    practice = make_practice(f"{chance.choice(NAMES)} {seed}", chance.choice((ZONE, "Europe/Lisbon", "Asia/Kolkata")))
    practice.phone, practice.address = chance.choice(("", "+351 21 555")), chance.choice(("", "Rua 1\nLisboa"))
    practice.save()
    ana = make_member(practice, chance.choice(NAMES), f"{PRIVATE}{seed}@example.org", Role.THERAPIST)
    doctor = Doctor.objects.create(practice=practice, name=chance.choice(NAMES), email=f"{PRIVATE}@example.org",
                                   phone=PRIVATE,
                                   specialty=chance.choice(("", "Neurology", "a\u202eb")), address="")
    client = _client(chance, practice, seed)
    _course(chance, client, ana, chance.choice((1, 2, 5, 12)))
    ending = chance.choice(("", "", *ENDINGS))
    may = summaries.OF_A_DISCHARGE if ending else summaries.OF_A_SUMMARY
    wanted = [s for s in may if chance.random() < 0.8] or ["reason"]
    summary = summaries.compose_summary(client=client, doctor=doctor, first=MONDAY - timedelta(days=200), last=MONDAY,
                                        by=ana, sections=wanted, ending=ending)
    summaries.write_summary(summary=summary, by=ana, **{
        name: _said(chance) for name in Summary.PROSE if chance.random() < 0.4})
    summary = summaries.sign_summary(summary=summary, by=ana)
    if chance.random() < 0.5:
        _share(chance, summary, client, doctor, ana)
    return summary


def _client(chance: Random, practice: Practice, seed: int) -> Client:
    client = make_client(practice, chance.choice(NAMES), email=f"{PRIVATE}{seed}@example.org",
                         birth_date=chance.choice((None, date(1971, 3, 2), date(1908, 2, 29))))
    for code in chance.sample(list(CONDITIONS), chance.randrange(4)):
        ClientCondition.objects.create(practice=practice, client=client, condition=code,
                                       since=chance.choice((None, date(2011, 5, 1))),
                                       diagnosed_by=chance.choice(("", "Dr <i>O</i>", "a hospital")))
    for code in chance.sample(list(FINDINGS), chance.randrange(3)):
        finding = Finding.objects.create(practice=practice, client=client, finding=code, began_on=date(2026, 1, 1),
                                         detail=PRIVATE)
        FindingRegion.objects.create(finding=finding, region="foot", side=chance.choice(sides_of("foot")))
    if chance.random() < 0.4:
        Episode.objects.create(practice=practice, client=client, kind="relapse", reported_by=PRIVATE,
                               status=chance.choice(("suspected", "resolved")), onset_on=MONDAY - timedelta(days=30),
                               ended_on=MONDAY - timedelta(days=3), confirmed_on_word_of=chance.choice(("", "Dr <O>")),
                               steroids_until=chance.choice((None, MONDAY - timedelta(days=10))))
    return client


def _course(chance: Random, client: Client, ana: Membership, visits: int) -> None:
    """The visits with their signed notes, written as signing leaves them."""
    practice = client.practice
    room = Room.objects.create(practice=practice, name="Room")
    service = Service.objects.create(practice=practice, name="Neuro", minutes=45, buffer_before=0, buffer_after=0)
    goal = ClientGoal.objects.create(practice=practice, client=client, place=1, words=_said(chance).strip() or "stairs", set_by=ana,
                                     began_on=MONDAY - timedelta(days=200))
    usual = chance.sample([code for code, m in MEASURES.items() if m.times], 3)
    signed_at = clock.instant_of(MONDAY, time(7), ZONE)
    for n in range(visits):
        visit = Appointment(practice=practice, client=client, therapist=ana, room=room, service=service,
                            minutes=chance.choice((30, 45, 60)), status="fulfilled")
        visit.set_time(clock.instant_of(MONDAY - timedelta(days=7 * (visits - n)), time(9), practice.time_zone),
                       practice.time_zone)
        visit.save(force_insert=True)
        note = Note.objects.create(practice=practice, appointment=visit, client=client, author=ana,
                                   visit_on=visit.wall_date, subjective=PRIVATE, objective=PRIVATE,
                                   assessment=PRIVATE, plan=_said(chance))
        Treatment.objects.bulk_create(_work(chance, note))
        Measurement.objects.bulk_create(_read(chance, note, [*usual, goal.code]))
        note.signed_at, note.signed_by, note.content_hash, note.chain_position = signed_at, ana, f"{n:064x}", n + 1
        note.save()


def _work(chance: Random, note: Note) -> list[Treatment]:
    rows: list[Treatment] = []
    for number in range(chance.randrange(4)):
        region = chance.choice(list(REGIONS))
        rows.append(Treatment(
            note=note, number=number, region=region, side=chance.choice(sides_of(region)),
            technique=chance.choice(list(TECHNIQUES)), pressure=chance.choice((None, 0, 1, 2, 3, 4, 5)), minutes=10,
            response=_said(chance), override_reason=chance.choice(("", "asked for <b>it</b>"))))
    return rows


def _read(chance: Random, note: Note, codes: list[str]) -> list[Measurement]:
    rows: list[Any] = []
    for code in codes:
        whens = MEASURES[code].times if code in MEASURES else ("before",)
        rows += [Measurement(note=note, measure=code, when=when, value=Decimal(chance.choice(("0", "3", "4.5", "7.25"))))
                 for when in whens if chance.random() < 0.9]
    return rows


def _share(chance: Random, summary: Summary, client: Client, doctor: Doctor, ana: Membership) -> None:
    by = chance.choice((("", "self"), ("Olav", "husband")))
    consent = record_consent(client=client, by=ana, text_version="2026-11", how=chance.choice(("in person", "on <paper>")),
                             doctor=doctor, given_by=by[0], relationship=by[1],
                             until=chance.choice((None, MONDAY + timedelta(days=90))))
    sharing.share_summary(summary=summary, doctor=doctor, consent=consent, by=ana)
    if chance.random() < 0.3:
        sharing.withdraw_consent(consent=consent, by=ana)


def _said(chance: Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randrange(5))).replace("\x00", "")
