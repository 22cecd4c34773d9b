"""`make bench`: every figure on each database there is, one table to standard output, all of it in bench/results.json.

SQLite always; PostgreSQL where BENCH_DATABASE_URL or TEST_DATABASE_URL names a server (a scratch database is made on it
and dropped). `python -m bench --quick` in a minute, `--full` with a million past visits.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.figures import Figure, table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
DOCS, MARK = ROOT / "docs" / "performance.md", "<!-- the last run, written by `python -m bench --docs` -->"


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run, under a minute: figures mean little")
    parser.add_argument("--full", action="store_true", help="larger, with a million past visits; takes half an hour")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database only")
    parser.add_argument("--docs", action="store_true", help="put the table into docs/performance.md")
    asked = parser.parse_args()
    size = "quick" if asked.quick else "full" if asked.full else "default"
    server = os.environ.get("BENCH_DATABASE_URL") or os.environ.get("TEST_DATABASE_URL", "")
    engines = {"sqlite": "", "postgresql": server if server.startswith("postgres") else ""}
    if asked.only:
        engines = {asked.only: engines[asked.only]}
    about: dict[str, Any] = {"size": size, "load_before": os.getloadavg()[0]}
    figures: list[Figure] = []
    for name, url in engines.items():
        if name == "postgresql" and not url:
            print("PostgreSQL is not measured: set BENCH_DATABASE_URL or TEST_DATABASE_URL.", file=sys.stderr)
            continue
        figures += measure(name, url, size)
    about |= machine()
    title = (
        f"Evenhand {about['commit']}, {about['at']}, {about['machine']}, Python {about['python']}, {size} run, "
        f"load of the machine before it {about['load_before']:.1f}"
    )
    print(f"{title}\n\n{table(figures)}")
    if asked.docs:
        before, _, _ = DOCS.read_text().partition(MARK)
        DOCS.write_text(f"{before}{MARK}\n\n{title}\n\n{table(figures)}\n")
    RESULTS.write_text(json.dumps(about | {"figures": [figure.data() for figure in figures]}, indent=1) + "\n")
    missed = [f"{figure.id} ({figure.database})" for figure in figures if figure.met is False]
    print(f"\nShort of the goal: {', '.join(missed) or 'nothing'}")
    return 0


def measure(name: str, url: str, size: str) -> list[Figure]:
    """One database, measured in a process of its own, so that each begins alike."""
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    print(f"--- {name} ---", file=sys.stderr, flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "bench.engine", size],
        cwd=ROOT,
        env=env | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [Figure(**row | {"database": name}) for row in json.loads(done.stdout.splitlines()[-1])]


def machine() -> dict[str, Any]:
    """Where and on what this was measured."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return {
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "commit": commit.stdout.strip() or "unknown",
        "machine": f"{os.cpu_count()} x {model}",
        "python": platform.python_version(),
    }


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
