"""The whole suite, `make test`: linters, types, the import contract, then the tests on each database there is.

Ends with a list of what ran and what did not. A part that is missing is a failure under CI or EVENHAND_REQUIRE_ALL=1.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
REQUIRE_ALL = os.environ.get("CI", "").lower() in ("1", "true") or bool(os.environ.get("EVENHAND_REQUIRE_ALL"))
WORKERS = os.environ.get("TEST_WORKERS", "2")
SUMMARY = re.compile(r"\d+ (passed|failed|error|skipped|deselected).* in [\d.]+s|no tests ran")


@dataclass
class Part:
    """One line of the final list."""

    name: str
    ok: bool
    said: str
    seconds: float = 0.0
    ran: bool = True


def environment(data: Path, **more: str) -> dict[str, str]:
    """What every part runs under: nothing of the caller's own database, queue, mail or .env."""
    plain = {
        "DEBUG": "1",
        "DATA_DIR": str(data),
        "DATABASE_URL": f"sqlite:///{data}/evenhand.sqlite3",
        "REDIS_URL": "",
        "REDIS_KEY_PREFIX": f"evenhand-test-{os.getpid()}:",
        "EMAIL_URL": "",
        "SMS_URL": "",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    return {**os.environ, **plain, **more}


def lint(name: str, command: list[str], data: Path) -> Part:
    """A linter: silent when content, whole output when not."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        print(f"\n--- {name} ---\n{done.stdout}", flush=True)
    return Part(name, done.returncode == 0, "clean" if done.returncode == 0 else "see above", time.monotonic() - began)


def linters(data: Path) -> list[Part]:
    """Ruff, mypy, the import contract and forgotten migrations, two at a time."""
    commands = {
        "mypy": ["mypy", "--no-error-summary"],
        "ruff": ["ruff", "check", "--quiet", "."],
        "import contract": ["lint-imports", "--no-cache"],
        "migrations are up to date": [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
    }
    with ThreadPoolExecutor(2) as two:
        return list(two.map(lambda item: lint(*item, data), commands.items()))


RUNNING: list[subprocess.Popen[str]] = []  # ended with us, whatever ends us


def run_of(name: str, markers: str, env: dict[str, str], seen: Path, *, workers: str = WORKERS,
           aloud: bool = True, more: Sequence[str] = ()) -> Part:
    """One run of pytest, shown as it goes, or at its end where others are shown; its last line is kept."""
    if aloud:
        print(f"\n--- {name} ---", flush=True)
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-m", markers, "-n", workers, "--dist", "worksteal",
               "--durations=8", "--durations-min=2", f"--junitxml={seen}", *more, *sys.argv[1:]]
    said, kept = "ended without a summary", []
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          start_new_session=True) as run:
        RUNNING.append(run)
        try:
            for line in run.stdout or ():
                if aloud:
                    print(line, end="", flush=True)
                else:
                    kept.append(line)
                if SUMMARY.search(line):
                    said = line.strip("= \n")
        except BaseException:
            for other in RUNNING:
                if other.poll() is None:
                    os.killpg(other.pid, signal.SIGKILL)
            raise
    if kept:
        print(f"\n--- {name} ---\n{''.join(kept)}", flush=True)
    return Part(name, run.returncode == 0, said, time.monotonic() - began)


def chromium() -> str | None:
    """The browser of the browser tests, where there is one."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def forget_keys(redis_url: str, prefix: str) -> None:
    """Delete the keys of this run, and no others."""
    import redis

    with redis.Redis.from_url(redis_url) as server:
        for key in server.scan_iter(match=f"{prefix.rstrip(':')}*", count=500):
            server.delete(key)


def test_parts(data: Path) -> list[Part]:
    """All tests on SQLite, and again on PostgreSQL and Redis; beside both, where there is one, those of the browser."""
    browser = chromium()
    plain = environment(data, **({"CHROMIUM": browser} if browser else {}))
    servers = {key: plain.pop(key, "") for key in ("TEST_DATABASE_URL", "TEST_REDIS_URL")}
    # Of the tests with processes each database has its share, where there are two; `make proofs` runs all on each.
    shared = " and not (processes and not once and not both)" if all(servers.values()) else ""
    with ThreadPoolExecutor(1) as beside:  # a browser waits as much as it works: the others take what it leaves
        if browser:
            (data / "browser").mkdir()
            own = environment(data / "browser", CHROMIUM=browser)
            watched = beside.submit(run_of, "tests in a browser, on SQLite", "browser and not proof", own,
                                    data / "browser.xml", workers="0", aloud=False)
        parts = [run_of("tests on SQLite", f"not proof and not browser{shared}", plain, data / "sqlite.xml"),
                 on_servers(servers, plain, data)]
        if browser:
            parts.append(watched.result())
    if not browser:
        parts.append(Part("browser tests", not REQUIRE_ALL, "no Chromium found (apt-get install chromium)", ran=False))
    if not (shutil.which("node") and shutil.which("npm")):
        parts.append(Part("validators of FHIR", not REQUIRE_ALL, "no node or npm (apt-get install npm)", ran=False))
    return parts


def on_servers(servers: dict[str, str], plain: dict[str, str], data: Path) -> Part:
    """The tests on PostgreSQL and Redis, where both are named."""
    name = "tests on PostgreSQL + Redis"
    if missing := [key for key, value in servers.items() if not value]:
        return Part(name, not REQUIRE_ALL, f"{' and '.join(missing)} not set", ran=False)
    redis_url = servers["TEST_REDIS_URL"]
    env = {**plain, **servers, "DATABASE_URL": servers["TEST_DATABASE_URL"], "REDIS_URL": redis_url}
    try:
        return run_of(name, "not proof and not browser and not once", env, data / "postgresql.xml")
    finally:
        forget_keys(redis_url, plain["REDIS_KEY_PREFIX"])


def main() -> int:
    began = time.monotonic()
    only_lint = "--only-lint" in sys.argv
    with tempfile.TemporaryDirectory(prefix="evenhand-test-") as folder:
        with ThreadPoolExecutor(1) as beside:  # a cold mypy takes one core for a while: the tests take the other
            lint_parts = beside.submit(linters, Path(folder))
            tested = [] if only_lint else test_parts(Path(folder))
            parts = [*lint_parts.result(), *tested]
    print(f"\n{'=' * 30} Evenhand, Python {platform.python_version()}: what ran {'=' * 30}")
    for part in parts:
        word = ("ok" if part.ok else "FAILED") if part.ran else ("not run" if part.ok else "MISSING")
        print(f"{word:>8}  {part.name:<32} {part.seconds:6.1f} s  {part.said}")
    good = all(part.ok for part in parts)
    left = sum(not part.ran for part in parts)
    print(f"{'PASSED' if good else 'FAILED'} in {time.monotonic() - began:.0f} s"
          + (f"; NOT EVERYTHING RAN: {left} part(s) were left out, see above" if left else "; everything ran"))
    return 0 if good else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
