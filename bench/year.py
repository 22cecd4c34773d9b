"""`python -m bench.year`: a virtual year of 200 clients twice over, with Evenhand and with cancelling and rebooking by
hand; the same people fall ill on the same days. Seeds 1 to 3, a table, bench/year.json.

On a scratch SQLite database, or on PostgreSQL where BENCH_DATABASE_URL names a server. `--docs` puts the table into
docs/relapses-simulated.md.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.__main__ import ROOT, machine
from bench.place import Place
from bench.year_fates import ASSUMED

WAYS = {"evenhand": "Evenhand", "catch-up": "Evenhand, missed visits squeezed in", "by-hand": "cancelled and rebooked by hand"}
USUAL = ["evenhand", "by-hand"]
RESULTS, DOCS = ROOT / "bench" / "year.json", ROOT / "docs" / "relapses-simulated.md"
MARK = "<!-- the last run, written by `python -m bench.year --docs` -->"
AFTER = 90  # days after the return in which the rhythm is looked at

ROWS: tuple[tuple[str, str, str], ...] = (  # key, words, better
    ("relapses", "relapses; false alarms", ""),
    ("delivered", "sessions in the year of clients with a relapse", "more"),
    ("in_relapse", "visits given while not well: before it was reported; after", "fewer"),
    ("false_kept", "visits a false alarm moved or cancelled", "fewer"),
    ("wait", "days from being well to the next visit: median; 90th percentile", "fewer"),
    ("gap", "days between the visits on either side of a relapse: median; 90th percentile", ""),
    ("off", "days by which a gap is off the rhythm in the 90 days after: mean; 90th percentile", "fewer"),
    ("shift", "minutes by which these visits are off the usual time of day: mean; 90th percentile", "fewer"),
    ("acts", "acts of staff for a relapse; for a false alarm", "fewer"),
    ("messages", "messages to a client with a relapse, in the year", "fewer"),
    ("left", "visits still on hold or not booked again at the end", "fewer"),
    ("double", "double bookings of therapist, room or client, by SQL", "0"),
)


def main() -> int:
    """Live every year in a process of its own, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.year", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=USUAL)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--docs", action="store_true", help="put the table into docs/relapses-simulated.md")
    parser.add_argument("--one", nargs=2, metavar=("SEED", "WAY"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        json.dump(live(int(asked.one[0]), asked.one[1]), sys.stdout)
        return 0
    began = time.monotonic()
    pairs = [(seed, way) for seed in asked.seeds for way in asked.ways]
    with ThreadPoolExecutor(asked.at_once) as pool:
        years = dict(zip(pairs, pool.map(lambda pair: _in_a_process(*pair), pairs), strict=True))
    about = machine() | {"database": "postgresql" if _server() else "sqlite", "seeds": asked.seeds,
                         "seconds": round(time.monotonic() - began)}
    told = table(years, asked.seeds, asked.ways)
    title = (f"Evenhand {about['commit']}, {about['at']}, {about['machine']}, {about['database']}, seeds "
             f"{', '.join(map(str, asked.seeds))}; {about['seconds']} s for all {len(pairs)} years")
    print(f"{title}\n\n{told}")
    RESULTS.write_text(json.dumps(about | {"assumed": ASSUMED, "years": [
        {"seed": seed, "way": way} | year for (seed, way), year in years.items()]}, indent=1) + "\n")
    if asked.docs:
        before, _, _ = DOCS.read_text().partition(MARK)
        DOCS.write_text(f"{before}{MARK}\n\n{title}\n\n{told}\n")
    return 0 if not any(sum(year["double"]) for year in years.values()) else 1


def _server() -> str:
    return os.environ.get("BENCH_DATABASE_URL", "")


def _in_a_process(seed: int, way: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "bench.year", "--one", str(seed), way], cwd=ROOT,
                          env=os.environ | {"DATABASE_URL": _server()}, stdout=subprocess.PIPE, text=True, check=True)
    year: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return year


def live(seed: int, way: str) -> dict[str, Any]:
    """One year on a scratch database of its own."""
    place = Place(Path(tempfile.mkdtemp(prefix="evenhand-year-")),
                  EMAIL_BACKEND="dummy", DJANGO_SETTINGS_MODULE="practice.settings")
    try:
        place.create()
        place.enter()
        from django.conf import settings

        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        from bench import year_fates, year_ways, year_world

        began = time.monotonic()
        world = year_world.World(year_fates.fate_of(seed), f"{way.capitalize()} {seed}")
        lived = year_ways.WAYS[way](world)
        world.live(lived)
        found = measure(world, lived)
        place.leave()
        return found | {"seconds": round(time.monotonic() - began)}
    finally:
        place.destroy()


# --- what is measured ----------------------------------------------------------------------------------------------


def measure(world: Any, way: Any) -> dict[str, Any]:
    from practice.models import Message
    from sessions.models import Appointment

    people, bouts = world.fate.people, world.fate.bouts
    relapses = [bout for bout in bouts if bout.is_relapse]
    ill = {world.clients[bout.person].pk for bout in relapses}
    given = Appointment.objects.filter(practice=world.practice, status="fulfilled")
    came = {bout.person: sorted(given.filter(client=world.clients[bout.person]).values_list("wall_date", "wall_time"))
            for bout in bouts}
    waits, gaps, off, shift, early, late = [], [], [], [], 0, 0
    for bout in relapses:
        person = people[bout.person]
        days = [on for on, _ in came[bout.person]]
        early += sum(bout.began <= on < bout.reported for on in days)
        late += sum(bout.reported <= on < bout.well_on for on in days)
        before, after = [d for d in days if d < bout.began], [d for d in days if d >= bout.well_on]
        if not after:
            continue
        waits.append((after[0] - bout.well_on).days)
        if before:
            gaps.append((after[0] - before[-1]).days)
        near = [d for d in after if (d - after[0]).days <= AFTER]
        off += [abs((b - a).days - person.every) for a, b in pairwise(near)]
        shift += [abs(at.hour * 60 + at.minute - person.hour * 60) for on, at in came[bout.person] if on in near]
    sent = Message.objects.filter(practice=world.practice, state="sent").exclude(client_id=None)
    by_kind: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for bout in bouts:
        by_kind[bout.is_relapse] += world.acts[bout]
    return {
        "relapses": [len(relapses), len(bouts) - len(relapses)],
        "delivered": [given.filter(client__in=ill).count()], "delivered_in_all": given.count(),
        "in_relapse": [early, late], "false_kept": [way.called_off[False]],
        "wait": _spread(waits), "gap": _spread(gaps), "off": [_mean(off), _ninth(off)],
        "shift": [_mean(shift), _ninth(shift)],
        "acts": [by_kind[True].total() / max(1, len(relapses)),
                 by_kind[False].total() / max(1, len(bouts) - len(relapses))],
        "messages": [sent.filter(client_id__in=ill).count() / max(1, len(ill))],
        "left": [Appointment.objects.filter(practice=world.practice, status="held").count() + way.owed.total()],
        "double": [double_bookings()],
        "each_act": {"relapse" if key else "false alarm": dict(acts) for key, acts in by_kind.items()},
        "kinds": {kind: sent.filter(kind=kind).count() for kind in sorted(set(sent.values_list("kind", flat=True)))},
    }


def double_bookings() -> int:
    """Pairs of visits that occupy one therapist, room or client at once, asked of the database itself."""
    from django.db import connection

    total = 0
    with connection.cursor() as cursor:
        for column, begins, ends in (("therapist_id", "occupied_from", "occupied_until"),
                                     ("room_id", "occupied_from", "occupied_until"),
                                     ("client_id", "starts_at", "ends_at")):
            cursor.execute(
                "SELECT count(*) FROM therapy_sessions_appointment a JOIN therapy_sessions_appointment b "
                f"ON a.{column} = b.{column} AND a.id < b.id AND a.{begins} < b.{ends} AND b.{begins} < a.{ends} "
                "WHERE a.status NOT IN ('held', 'cancelled', 'noshow') "
                "AND b.status NOT IN ('held', 'cancelled', 'noshow')")
            total += cursor.fetchone()[0]
    return total


def _spread(values: Sequence[float]) -> list[float]:
    return [statistics.median(values) if values else 0, _ninth(values)]


def _ninth(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=10, method="inclusive")[-1] if len(values) > 1 else sum(values)


def _mean(values: Sequence[float]) -> float:
    return statistics.mean(values) if values else 0


# --- what is told --------------------------------------------------------------------------------------------------


def table(years: dict[tuple[int, str], dict[str, Any]], seeds: Sequence[int], ways: Sequence[str]) -> str:
    """Each figure for each way: the mean of the seeds, and the least and the most of them."""
    head = ["", *(WAYS[way] for way in ways), "better"]
    rows = [[words, *(_cell([years[seed, way][key] for seed in seeds]) for way in ways), better]
            for key, words, better in ROWS]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
             for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def _cell(values: Sequence[Sequence[float]]) -> str:
    return "; ".join(_figure(column) for column in zip(*values, strict=True))


def _figure(values: Sequence[float]) -> str:
    mean, least, most = statistics.mean(values), min(values), max(values)
    if least == most:
        return _short(mean)
    return f"{_short(mean)} ({_short(least)} to {_short(most)})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value - round(value)) < 0.05 or value >= 100 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
