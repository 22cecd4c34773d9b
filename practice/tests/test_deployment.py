"""What the deployment files promise: the supervisor, the compose file, and the very processes that it names."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ["migrate", "web", "worker", "scheduler"]


def eventually(true: Callable[[], Any], within: float, what: str = "it") -> Any:
    """The first true answer; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(0.05)
    pytest.fail(f"{what} did not happen within {within} s")


def command_of(service: str) -> list[str]:
    """The command line of a service, its program taken from our own environment."""
    program, *arguments = COMPOSE["services"][service]["command"]
    ours = BIN / program
    return [sys.executable if program == "python" else str(ours) if ours.exists() else program, *arguments]


# --- the compose file ------------------------------------------------------------------------------------


def test_compose_names_every_part_of_a_practice():
    assert set(COMPOSE["services"]) == {"db", "redis", "migrate", "web", "worker", "scheduler", "mail"}


def test_every_service_that_stays_has_a_healthcheck_and_comes_back():
    for name, service in COMPOSE["services"].items():
        if name == "migrate":
            assert service["restart"] == "no"
            continue
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"), name
        assert service["restart"] == "unless-stopped", name


def test_every_image_is_pinned_by_a_tag():
    images = [service["image"] for service in COMPOSE["services"].values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.M)
    assert len(images) == 4
    for image in images:
        assert re.fullmatch(r"[a-z/]+:v?\d+(\.\d+)*(-[a-z]+)*", image), image


def test_a_missing_secret_stops_compose_in_words():
    secrets = {"SECRET_KEY": COMPOSE["services"]["web"], "POSTGRES_PASSWORD": COMPOSE["services"]["db"]}
    for name, service in secrets.items():
        assert service["environment"][name].startswith("${" + name + ":?Set " + name), name
    assert "${POSTGRES_PASSWORD:?" in COMPOSE["services"]["web"]["environment"]["DATABASE_URL"]


def test_no_file_of_the_deployment_holds_a_secret():
    lines = (ROOT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
    assert example.pop("SECRET_KEY") == example.pop("POSTGRES_PASSWORD") == ""
    for text in ((ROOT / "docker-compose.yml").read_text(), (ROOT / "Dockerfile").read_text()):
        assert not re.search(r"(SECRET|PASSWORD|TOKEN)\w*[=:][ \"']*\w", text)


def test_our_services_run_without_debug_on_postgresql_and_redis():
    for name in OURS:
        environment = COMPOSE["services"][name]["environment"]
        assert environment["DEBUG"] == "0"
        assert environment["DATABASE_URL"].startswith("postgres://")
        assert environment["REDIS_URL"].startswith("redis://")


def test_only_this_machine_reaches_the_published_ports():
    for name, service in COMPOSE["services"].items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name


def test_nothing_of_ours_starts_before_its_migrations():
    for name in ("web", "worker", "scheduler"):
        waits = COMPOSE["services"][name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["redis"]["condition"] == "service_healthy"


def test_the_programs_and_files_that_the_deployment_names_exist():
    procfile = [line.split(":", 1)[1] for line in (ROOT / "deploy/Procfile").read_text().splitlines() if line[0] != "#"]
    for command in [*map(command_of, OURS), *map(shlex.split, procfile)]:
        assert shutil.which(command[0]) or (BIN / command[0]).exists(), command
        for word in command[1:]:
            if word.endswith(".py"):
                assert (ROOT / word).is_file(), word
    for copied in re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.M):
        assert (ROOT / copied).exists(), copied


def test_compose_and_make_run_start_the_same_programs():
    """The Procfile differs from compose in address and numbers only."""

    def shape(words: list[str]) -> list[str]:
        return [word for word in words if not re.search(r"\d|\$", word)]

    for line in (ROOT / "deploy/Procfile").read_text().splitlines():
        if not line.startswith("#"):
            name, command = line.split(":", 1)
            assert shape(shlex.split(command)) == shape(COMPOSE["services"][name]["command"])


def test_the_image_runs_as_nobody_in_particular_from_the_lock_file():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^USER evenhand$", dockerfile, re.M)
    assert "pip install --require-hashes -r requirements.txt" in dockerfile


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "deploy/uv.txt"])
def test_every_pin_of_a_lock_file_has_a_hash_and_no_index_of_its_own(name):
    text = (ROOT / name).read_text()
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.M | re.I)[1:]
    assert pins
    for pin in pins:
        assert re.match(r"[\w.\-\[\],]+==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin
    assert not re.search(r"index-url|find-links|file:", text)


def test_with_the_documented_settings_nothing_is_missing_for_real_clients(tmp_path):
    """`check --deploy`, DEBUG off, says nothing."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], cwd=ROOT, capture_output=True, text=True,
        env={**plain_environment(), "PATH": os.environ["PATH"], "DEBUG": "0", "DATA_DIR": str(tmp_path), "SECRET_KEY": uuid4().hex * 2,
             "BASE_URL": "https://diary.example.org", "EMAIL_URL": "smtp://u:p@smtp.example.org:587/?tls=True",
             "METRICS_TOKEN": uuid4().hex, "LOG_FORMAT": "json"}, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


# --- the supervisor of `make run` -----------------------------------------------------------------------


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Callable[[], dict[str, int]]]]:
    """A supervisor of two processes: one that lives and one with a child that does not listen to SIGTERM."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs Linux")
    (tmp_path / "lives.py").write_text(
        "import os, pathlib, time\n"
        "pathlib.Path('lives').write_text(str(os.getpid()))\n"
        "time.sleep(600)\n"
    )
    (tmp_path / "deaf.py").write_text(
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: os._exit(0) if os.getpid() == first else None)\n"
        "first = os.getpid()\n"
        "child = os.fork()\n"
        "if child: pathlib.Path('deaf').write_text(f'{first}'); pathlib.Path('child').write_text(f'{child}')\n"
        "while True: time.sleep(600)\n"
    )
    (tmp_path / "Procfile").write_text("# a comment\nlives: python lives.py\n\ndeaf: python $DEAF\n")

    def pids() -> dict[str, int]:
        found = {p.name: p.read_text() for p in map(tmp_path.joinpath, ("lives", "deaf", "child")) if p.exists()}
        return {name: int(pid) for name, pid in found.items() if pid}

    environment = {key: value for key, value in os.environ.items() if key != "MAKELEVEL"}
    supervisor = subprocess.Popen(
        [sys.executable, str(ROOT / "deploy/supervise.py"), "Procfile"],
        cwd=tmp_path,
        env={**environment, "DEAF": "deaf.py"},
    )
    try:
        eventually(lambda: len(pids()) == 3, 10, "a start of both")
        yield supervisor, pids
    finally:
        supervisor.kill()
        supervisor.wait()
        for pid in pids().values():
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_killed_process_is_started_again_within_five_seconds_however_often(supervised):
    _, pids = supervised
    for _ in range(3):
        before = pids()["lives"]
        os.kill(before, signal.SIGKILL)
        eventually(lambda before=before: pids().get("lives", before) != before, 5, "a new start")
    assert alive(pids()["deaf"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_supervisor_ends_every_process_and_its_children(supervised, number):
    supervisor, pids = supervised
    supervisor.send_signal(number)
    assert supervisor.wait(9.5) == 0
    eventually(lambda: not any(map(alive, pids().values())), 1, "the end of all")


def test_processes_end_when_their_supervisor_is_killed(supervised):
    supervisor, pids = supervised
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not alive(pids()["lives"]) and not alive(pids()["deaf"]), 5, "the end of both")


# --- starting it ----------------------------------------------------------------------------------------


@pytest.fixture
def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def test_a_taken_port_is_refused_in_a_sentence(tmp_path, free_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        done = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**plain_environment(), "DEBUG": "1", "PORT": str(free_port), "DATA_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 1
    assert f"Port {free_port} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "evenhand.sqlite3").exists()


def ask(port: int, path: str = "/healthz", **headers: str) -> tuple[int, str]:
    """Status and body of an answer; 0 while nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def children_of(parent: int) -> dict[int, str]:
    """Every process below one, with its command line."""
    found: dict[int, str] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            below = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            found[int(entry.name)] = f"{below} {(entry / 'cmdline').read_text()}".replace("\0", " ")
    mine = {parent}
    while more := {pid for pid, line in found.items() if int(line.split(" ")[0]) in mine} - mine:
        mine |= more
    return {pid: found[pid] for pid in mine - {parent}}


def plain_environment() -> dict[str, str]:
    """What a person's shell has: nothing of this test run's settings."""
    ours = {*re.findall(r'"([A-Z_]+)"', (ROOT / "practice/settings.py").read_text()), "DJANGO_SETTINGS_MODULE"}
    return {key: value for key, value in os.environ.items() if key not in ours and not key.startswith("MAKE")}


@pytest.mark.processes
def test_make_run_serves_restarts_a_killed_worker_and_ends_with_make_alone(tmp_path, free_port):
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
        pytest.skip("once is enough, and it is the one of SQLite")
    if not shutil.which("make") or not (ROOT / ".venv").exists() or not Path("/proc/self/stat").exists():
        pytest.skip("needs Linux, make and the .venv of make")
    environment = {**plain_environment(), "DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port)}
    with (tmp_path / "log").open("wb") as log:
        make = subprocess.Popen(["make", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    everything: dict[int, str] = {}

    def worker() -> int | None:
        return next((pid for pid, line in children_of(make.pid).items() if "practice worker" in line), None)

    try:
        eventually(lambda: ask(free_port)[0] == 200 or make.poll() is not None, 90, "an answer")
        said = (tmp_path / "log").read_text()
        assert f"http://127.0.0.1:{free_port}" in said
        assert "riverside-demo" in said
        first = eventually(worker, 5, "a worker")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: worker() not in (None, first), 5, "a new worker")
        assert ask(free_port)[0] == 200
        everything = children_of(make.pid)
        assert len(everything) == 5, everything  # the supervisor; gunicorn and its worker; worker; scheduler
        make.terminate()
        make.wait(12)
        eventually(lambda: not any(map(alive, everything)), 1, "the end of all")
    finally:
        if make.poll() is None:
            make.terminate()
            make.wait(15)


@pytest.fixture
def scratch_database() -> Iterator[str]:
    """A database of our own on the server of TEST_DATABASE_URL, gone afterwards."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url or not os.environ.get("TEST_REDIS_URL"):
        pytest.skip("TEST_DATABASE_URL and TEST_REDIS_URL are not set")
    psycopg = pytest.importorskip("psycopg")
    parts = urlsplit(url)
    name = f"{parts.path.strip('/')}_{uuid4().hex[:8]}"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.processes
def test_the_processes_that_compose_names_start_work_and_stop(scratch_database, tmp_path, free_port):
    """Commands, health checks and settings are read from docker-compose.yml; only addresses and folders are ours."""
    prefix = f"evenhand-compose-{uuid4().hex[:8]}:"
    given = {name: str(value) for name, value in COMPOSE["services"]["web"]["environment"].items() if value is not None}
    defaults = {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in given.items()}
    environment = {
        **plain_environment(),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        **defaults,
        "SECRET_KEY": uuid4().hex + uuid4().hex,
        "BASE_URL": "https://diary.example.org",
        "DATABASE_URL": scratch_database,
        "REDIS_URL": os.environ["TEST_REDIS_URL"],
        "REDIS_KEY_PREFIX": prefix,
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DATA_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
        "HOSTNAME": socket.gethostname(),
    }

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=90)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    run(command_of("migrate"))
    run([sys.executable, "manage.py", "collectstatic", "--noinput"])  # the image has done this
    proxy = {"Host": "diary.example.org", "X-Forwarded-Proto": "https"}
    processes, logs = {}, {}
    try:
        for name in ("web", "worker", "scheduler"):
            command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{free_port}") for word in command_of(name)]
            logs[name] = tmp_path / f"{name}.log"
            with logs[name].open("wb") as log:
                processes[name] = subprocess.Popen(
                    command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
                )
        answered = time.monotonic()
        eventually(lambda: ask(free_port, **proxy)[0] == 200, 30, "a healthy answer")
        assert time.monotonic() - answered < 15
        run([sys.executable, "deploy/healthcheck.py", str(free_port)])
        _, check = COMPOSE["services"]["worker"]["healthcheck"]["test"]
        assert "pong" in run(["sh", "-c", check.replace("$$", "$")]).stdout
        _, check = COMPOSE["services"]["scheduler"]["healthcheck"]["test"]
        run(["sh", "-c", check.replace("$$", "$").replace("/data", str(tmp_path))])
        ask(free_port, "/shared/a-token-nobody-may-log/?q=a-query-nobody-may-log", **proxy)
        # The scheduler's wake-up went through Redis, and the worker acted on it.
        stats = [*command_of("worker")[:4], "inspect", "stats"]
        eventually(lambda: "practice.tasks.drain_messages" in run(stats).stdout, 20, "a task run by the worker")
        assert all(process.poll() is None for process in processes.values())
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGTERM)
        try:
            codes = {name: process.wait(15) for name, process in processes.items()}
        finally:
            for process in processes.values():
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            _forget(prefix)
    assert codes == {"web": 0, "worker": 0, "scheduler": 0}
    for name, log in logs.items():
        text = log.read_text()
        assert "Traceback" not in text, f"{name}:\n{text}"
        assert "Error" not in text, f"{name}:\n{text}"
        assert "nobody-may-log" not in text, f"{name}:\n{text}"


def _forget(prefix: str) -> None:
    """Delete the keys of one run, and no others."""
    import redis

    with redis.Redis.from_url(os.environ["TEST_REDIS_URL"]) as server:
        for key in server.scan_iter(match=f"{prefix}*"):
            server.delete(key)
