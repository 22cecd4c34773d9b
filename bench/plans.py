"""W7, W9: a return plan of eight held visits, whole and as the pure function. W8: the letter. W10: the safety check."""

from __future__ import annotations

import statistics
import time
from datetime import date, timedelta
from typing import Any

from bench.figures import Figure, milliseconds, queries_of
from bench.fill import Filled
from clients.body import REGIONS, sides_of
from clients.contraindications import Body, KnownFinding, ProposedTreatment, cautions_for
from clients.episode_policies import change_policy
from clients.findings import FINDINGS
from clients.models import Episode
from conftest import make_member
from notes.letters.printing import letter_pdf
from notes.tests.test_letters import LETTER
from practice import clock
from practice.access import Role
from practice.models import Message
from practice.techniques import TECHNIQUES
from sessions import holds, planning, rescheduling
from sessions.availability import OpenStarts, RoomBusy, Supply, open_starts
from sessions.models import Appointment
from sessions.rhythm import Rhythm
from sessions.series import book_series
from sessions.supply import busy_between
from sessions.work import windows_of

HELD = 8


def held_episode(filled: Filled) -> Episode:
    """A confirmed relapse that holds eight weekly visits of one client in a full diary."""
    owner = make_member(filled.practice, "Owner", "owner@plans.example", Role.OWNER)
    change_policy(practice=filled.practice, kind="relapse", by=owner, reason="Eight weeks are on hold", hold_days=70)
    client, ana = filled.clients[-1], filled.therapists[0]
    start = _open_at(filled)
    book_series(client=client, therapist=ana, service=filled.service, first_starts_at=start,
                rhythm=Rhythm(every_days=7, count=HELD), by=ana)
    today = clock.wall_of(start, filled.practice.time_zone)[0] - timedelta(days=30)
    today = min(today, date.today())
    effect = holds.report_episode(client=client, kind="relapse", onset_on=today, by=ana)
    effect = holds.change_episode(
        episode=effect.episode, status="confirmed", on=max(today, date.today() - timedelta(days=1)), by=ana
    )
    assert len(effect.held) == HELD, f"{len(effect.held)} visits are held"
    return effect.episode


def _open_at(filled: Filled) -> Any:
    """A weekly time of the first therapist with no visit for as many weeks: made by clearing it."""
    start = clock.day_begins(filled.first + timedelta(days=1), filled.practice.time_zone) + timedelta(hours=10)
    for week in range(HELD):
        at = start + timedelta(days=7 * week)
        Appointment.objects.filter(
            therapist=filled.therapists[0], occupied_from__lt=at + timedelta(hours=1), occupied_until__gt=at
        ).update(status="cancelled")
    return start


def whole(filled: Filled, rounds: int) -> Figure:
    """W7: propose and apply, each its own transaction; then taken back for the next round."""
    episode, ana = held_episode(filled), filled.therapists[0]
    proposed, applied, worked, asked = [], [], [], 0
    for number in range(rounds + 2):  # the first two warm up and count
        began, at_work = time.perf_counter(), time.process_time()
        plan = rescheduling.propose_plan(episode=episode, by=ana)
        middle = time.perf_counter()
        if number == 0:
            asked = queries_of(lambda p=plan: rescheduling.apply_plan(plan=p, by=ana))
        else:
            rescheduling.apply_plan(plan=plan, by=ana)
        ended = time.perf_counter()
        worked.append((time.process_time() - at_work) * 1000)
        proposed.append((middle - began) * 1000)
        applied.append((ended - middle) * 1000)
        plan.refresh_from_db()
        rescheduling.undo_plan(plan=plan, by=ana)
        Message.objects.filter(client_id=episode.client_id).delete()  # each round applies for the first time, as in life
    first, second = statistics.median(proposed[2:]), statistics.median(applied[2:])
    return Figure(
        "W7",
        "8 held visits: plan and apply",
        "",
        first + second,
        goals={"value": 100},
        queries=asked,
        note=f"plan {first:.0f}, apply {second:.0f} ms; {statistics.median(worked[2:]):.0f} of processor time; "
        "queries of apply",
    )


def pure(filled: Filled, seconds: float) -> Figure:
    """W9: from the free stretches of ten therapists over ninety days to the plan with its reasons."""
    first = filled.first
    last = first + timedelta(days=90)
    practice, service = filled.practice, filled.service
    who, where = [t.pk for t in filled.therapists], [r.pk for r in filled.rooms]
    begin, end = (clock.day_begins(d, practice.time_zone) for d in (first, last + timedelta(days=1)))
    windows = windows_of(practice, who, first, last)
    by_who, by_where, _ = busy_between(practice, begin, end, who, where, None)
    supply = [Supply(str(pk), windows[pk], by_who.get(pk, [])) for pk in who]
    rooms = [RoomBusy(str(pk), by_where.get(pk, [])) for pk in where]
    held = [
        planning.HeldVisit(
            f"v{n}",
            first - timedelta(days=7 * (HELD - n)),
            clock.wall_of(begin + timedelta(hours=10), practice.time_zone)[1],
            str(who[0]),
            service.minutes,
        )
        for n in range(HELD)
    ]
    terms = planning.Terms(return_on=first, interval_days=7)

    def opened() -> OpenStarts:
        return open_starts(
            supply=supply,
            rooms=rooms,
            minutes=service.minutes,
            buffer_before=0,
            buffer_after=0,
            not_before=clock.minute_of(begin),
            not_after=clock.minute_of(end),
        )

    def plan(found: OpenStarts) -> planning.Proposal:
        openings = planning.Openings.of(found, practice.time_zone)
        return planning.propose(held, [], dict.fromkeys((visit.id for visit in held), openings), terms)

    found = opened()
    value, cpu = milliseconds(lambda: plan(found), seconds=seconds), _cpu(lambda: plan(found))
    both, both_cpu = milliseconds(lambda: plan(opened()), seconds=seconds), _cpu(lambda: plan(opened()))
    return Figure(
        "W9",
        "pure plan: 8 visits, 90 days, 10 therapists",
        "",
        value,
        goals={"value": 5},
        note=f"{cpu:.1f} of processor time, {len(found.slots()):,} open starts; "
        f"from what is busy {both:.1f}, {both_cpu:.1f} of processor time",
    )


def _cpu(work: Any) -> float:
    """The processor's milliseconds of one call, over twenty."""
    began = time.process_time()
    for _ in range(20):
        work()
    return (time.process_time() - began) * 50


def letter(seconds: float) -> Figure:
    """W8: a letter with two charts, warm."""
    pdf = letter_pdf(LETTER)
    return Figure(
        "W8",
        "letter to a doctor, PDF with two charts",
        "",
        milliseconds(lambda: letter_pdf(LETTER), seconds=seconds),
        goals={"value": 25},
        note=f"{len(pdf) / 1024:,.0f} kB",
    )


def check(seconds: float) -> Figure:
    """W10: fifteen findings in different places, twelve treatments planned."""
    places = [(code, side) for code in REGIONS for side in sides_of(code)]
    body = Body(
        findings=tuple(
            KnownFinding(code, (places[7 * n % len(places)],), None) for n, code in enumerate(sorted(FINDINGS)[:15])
        )
    )
    plan = [
        ProposedTreatment(code, *places[11 * n % len(places)], 3, 5) for n, code in enumerate(sorted(TECHNIQUES)[:12])
    ]
    assert (len(body.findings), len(plan)) == (15, 12)
    today = date.today()
    answer = cautions_for(body, plan, on=today)
    return Figure(
        "W10",
        "safety check: 15 findings, 12 treatments",
        "",
        milliseconds(lambda: cautions_for(body, plan, on=today), seconds=seconds),
        goals={"value": 1},
        note=f"{len(answer.reasons)} reasons",
    )
