"""The long proofs, `make proofs`: tests marked `proof` or `sized`, at full size, on each database; docs/proofs.md.

A proof states its figures with pytest's `record_property("figure", "0 of 3,000 lost")`.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import check

ROOT = check.ROOT


def commit() -> str:
    """The commit the figures belong to, marked when files differ from it."""
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = " with changes" if git("status", "--porcelain") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changed


def rows(database: str, report: Path) -> list[str]:
    """One table row a proof; the cases of one proof are counted."""
    proofs: dict[str, list[ET.Element]] = {}
    for case in ET.parse(report).iter("testcase") if report.exists() else ():
        name = case.get("name", "").partition("[")[0].removeprefix("test_").replace("_", " ")
        proofs.setdefault(name, []).append(case)
    found = []
    for name, cases in sorted(proofs.items()):
        said = [p.get("value", "") for case in cases for p in case.iter("property") if p.get("name") == "figure"]
        said += [f"{len(cases)} cases"] * (len(cases) > 1)
        bad = {tag.upper() for case in cases for tag in ("failure", "error", "skipped") if case.find(tag) is not None}
        took = sum(float(case.get("time", 0)) for case in cases)
        result = " and ".join(sorted(bad)) or "holds"
        found.append(f"| {name} | {database} | {result} | {'; '.join(said) or '–'} | {took:.0f} s |")
    return found


def main() -> int:
    runs = {"SQLite": {}}
    if os.environ.get("TEST_DATABASE_URL") and os.environ.get("TEST_REDIS_URL"):
        runs["PostgreSQL + Redis"] = {
            "DATABASE_URL": os.environ["TEST_DATABASE_URL"], "REDIS_URL": os.environ["TEST_REDIS_URL"]}
    lines, good = [], True
    with tempfile.TemporaryDirectory(prefix="evenhand-proofs-") as folder:
        for database, env in runs.items():
            report = Path(folder) / f"{len(lines)}.xml"
            part = check.run_of(f"proofs on {database}", "(proof or sized)" + " and not once" * bool(lines),
                                check.environment(Path(folder), EVENHAND_PROOFS="1", **env), report)
            good = good and part.ok
            lines += rows(database, report)
            if "REDIS_URL" in env:
                check.forget_keys(env["REDIS_URL"], check.environment(Path(folder))["REDIS_KEY_PREFIX"])
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    text = [
        "# Proofs",
        "",
        "Written by `make proofs`; do not edit. " + ("" if len(runs) > 1 else "**PostgreSQL + Redis were not there.**"),
        "",
        f"Command: `make proofs` · commit: {commit()} · {datetime.now(UTC):%Y-%m-%d} · machine: {machine}",
        "",
        "| what holds | database | result | figures | took |",
        "|---|---|---|---|---|",
        *lines,
    ]
    (ROOT / "docs").mkdir(exist_ok=True)
    (ROOT / "docs" / "proofs.md").write_text("\n".join(text) + "\n")
    print(f"docs/proofs.md: {len(lines)} proofs")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
