"""The long proofs, `make proofs`: tests marked `proof` or `sized`, at full size, on each database; docs/proofs.md.

Hours of work, so it need not be done at one go: `make proofs ONLY="notes/tests/test_fuzz.py"` runs some (any words
pytest understands), `ON=sqlite` or `ON=postgresql` on one database alone. Each proof keeps the row of its last run,
with the commit and day it belongs to; what is stopped in the middle has written down what had ended.
A proof states its figures with pytest's `record_property("figure", "0 of 3,000 lost")`.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import check

PAGE = check.ROOT / "docs" / "proofs.md"
MARKED = "(proof or sized)"
NUMBER = re.compile(r"\d[\d,]*\b")
HEAD = """# Proofs

Written by `make proofs`; do not edit. Each row is a proof's last run at full size, all its cases together;
`make proofs ONLY="FILE -k WORDS"` runs some again.

Machine: {machine}. Times are those of two tests at once beside whatever else ran.

| what holds | where | database | result | figures | took | commit, day |
|---|---|---|---|---|---|---|
"""


@dataclass
class Proof:
    """What became of one test on one database, its cases together."""

    results: set[str] = field(default_factory=set)
    figures: list[str] = field(default_factory=list)
    cases: int = 0
    seconds: float = 0.0

    def row(self, of: str) -> str:
        """The last four cells of its row."""
        bad = self.results - {"passed"}
        figures = added_up(self.figures) + [f"{self.cases} cases"] * (self.cases > 1)
        said = "; ".join(figures).replace("|", "/") or "–"
        return f"{' and '.join(sorted(bad)).upper() or 'holds'} | {said} | {self.seconds:.0f} s | {of}"


def added_up(figures: Sequence[str]) -> list[str]:
    """Figures that say the same of several cases as one, with the sums of their whole numbers."""
    alike: dict[str, list[str]] = {}
    for figure in figures:
        alike.setdefault(NUMBER.sub("#", figure), []).append(figure)
    said = []
    for shape, found in alike.items():
        numbers = [[int(digits.replace(",", "")) for digits in NUMBER.findall(figure)] for figure in found]
        sums = iter([sum(column) for column in zip(*numbers, strict=True)])
        said += found if "." in shape else [NUMBER.sub(lambda _, sums=sums: f"{next(sums):,}", found[0])]
    return said


Key = tuple[str, str, str]  # what holds, where, database


def key_of(nodeid: str, database: str) -> Key:
    """A test's name in words, its file, the database."""
    where, _, name = nodeid.partition("::")
    return name.partition("[")[0].rpartition("::")[2].removeprefix("test_").replace("_", " "), where, database


def ended(log: Path, database: str) -> dict[Key, Proof]:
    """What had ended when the log was last written to."""
    proofs: dict[Key, Proof] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        report = json.loads(line)
        if report["$report_type"] != "TestReport" or (report["when"] != "call" and report["outcome"] == "passed"):
            continue
        proof = proofs.setdefault(key_of(report["nodeid"], database), Proof())
        proof.results.add(report["outcome"])
        proof.cases += 1
        proof.seconds += report["duration"]
        proof.figures += [str(value) for name, value in report["user_properties"] if name == "figure"]
    return proofs


def kept(page: str) -> Iterator[tuple[Key, str]]:
    """The rows that stand on the page."""
    for line in page.splitlines():
        cells = line.strip("| ").split(" | ", 3)
        if line.startswith("| ") and len(cells) == 4 and cells[1].endswith(".py"):
            yield (cells[0], cells[1], cells[2]), cells[3]


def there_are(env: dict[str, str]) -> set[tuple[str, str]]:
    """Every proof there is: its name in words and its file."""
    listed = subprocess.run([sys.executable, "-m", "pytest", "-q", "--collect-only", "-m", MARKED], cwd=check.ROOT,
                            env=env, capture_output=True, text=True, check=False).stdout
    return {key_of(line, "")[:2] for line in listed.splitlines() if "::" in line}


def write(proofs: dict[Key, Proof], exist: set[tuple[str, str]]) -> int:
    """Put new rows in the place of earlier ones, leave out proofs that are no more; how many rows there are."""
    of = f"{commit()}, {datetime.now(UTC):%Y-%m-%d}"
    rows = dict(kept(PAGE.read_text() if PAGE.exists() else "")) | {key: proof.row(of) for key, proof in proofs.items()}
    rows = {key: row for key, row in sorted(rows.items()) if key[:2] in exist}
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [f"| {' | '.join(key)} | {row} |\n" for key, row in rows.items()]
    PAGE.write_text(HEAD.format(machine=machine) + "".join(lines))
    return len(rows)


def commit() -> str:
    """The commit the figures belong to, marked when files differ from it."""
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=check.ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "--", ":!docs/proofs.md") else ""
    return (git("rev-parse", "--short=7", "HEAD") or "unknown") + changed


def main() -> int:
    on, only = os.environ.get("ON", ""), shlex.split(os.environ.get("ONLY", ""))
    servers = {key: os.environ.get(f"TEST_{key}", "") for key in ("DATABASE_URL", "REDIS_URL")}
    runs: dict[str, dict[str, str]] = {"SQLite": {}} if on in ("", "sqlite") else {}
    if on in ("", "postgresql") and all(servers.values()):
        runs["PostgreSQL + Redis"] = servers
    if not runs:
        print("ON is sqlite or postgresql, and postgresql needs TEST_DATABASE_URL and TEST_REDIS_URL.", file=sys.stderr)
        return 2
    good, rows = True, 0
    sys.argv[1:] = only
    with tempfile.TemporaryDirectory(prefix="evenhand-proofs-") as folder:
        exist = there_are(check.environment(Path(folder)))
        for database, env in runs.items():
            log = Path(folder) / f"{database[:6]}.jsonl"
            markers = MARKED + " and not once" * (database != "SQLite")
            try:
                part = check.run_of(f"proofs on {database}", markers, check.environment(
                    Path(folder), EVENHAND_PROOFS="1", **env), Path(folder) / "seen.xml", more=[f"--report-log={log}"])
                good = good and part.ok
            finally:
                rows = write(ended(log, database), exist)
                if "REDIS_URL" in env:
                    check.forget_keys(env["REDIS_URL"], check.environment(Path(folder))["REDIS_KEY_PREFIX"])
    print(f"docs/proofs.md: {rows} proofs")
    return 0 if good else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
