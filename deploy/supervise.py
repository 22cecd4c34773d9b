"""Keep every process of a Procfile running, in the foreground, for ever: `supervise.py deploy/Procfile`.

Standard library only and apart from Django, so that it costs a few megabytes. A process that ends is started again
within two seconds, however often. SIGTERM, SIGINT or SIGHUP ends them all; on Linux they also end when this process is
killed outright. Lines of a Procfile are `name: program argument ...`, with $VARIABLES of the environment.
"""

import contextlib
import ctypes
import functools
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

LOOK_EVERY = 0.2  # seconds
FIRST_WAIT, LONGEST_WAIT = 0.5, 2.0  # seconds before a new start; doubles while a process keeps dying young
GROWN_UP = 10.0  # seconds after which a process counts as having started well
STOP_WITHIN = 8.0  # seconds between SIGTERM and SIGKILL
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with(parent: int) -> None:
    """Ask the kernel for SIGTERM when `parent`, which must be our parent, is gone. Does nothing but on Linux."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it went before the kernel was asked
        os.kill(os.getpid(), signal.SIGTERM)


class Process:
    """One line of the Procfile and the process that runs it, in a session of its own so that Ctrl-C reaches only us."""

    def __init__(self, name: str, command: list[str]) -> None:
        self.name, self.command = name, command
        self.running: subprocess.Popen[bytes] | None = None
        self.started_at = self.start_at = 0.0
        self.wait = FIRST_WAIT

    def start(self) -> None:
        self.started_at = time.monotonic()
        try:
            self.running = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=functools.partial(die_with, os.getpid()),
            )
        except OSError as error:
            self._try_again(f"did not start ({error})")

    def look(self) -> None:
        """Start the process when it is due, and notice when it has ended."""
        if self.running is None:
            if time.monotonic() >= self.start_at:
                self.start()
        elif (code := self.running.poll()) is not None:
            self.signal(signal.SIGKILL)
            self.running = None
            self._try_again(f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}")

    def _try_again(self, what: str) -> None:
        now = time.monotonic()
        self.wait = FIRST_WAIT if now - self.started_at > GROWN_UP else min(self.wait * 2, LONGEST_WAIT)
        self.start_at = now + self.wait
        say(f"{self.name} {what}; starting it again")

    def signal(self, number: int) -> None:
        if self.running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.running.pid, number)  # and what it may have left behind in its session
            else:
                self.running.send_signal(number)


def say(text: str) -> None:
    """One line to standard error, which may be gone when a terminal was closed."""
    with contextlib.suppress(OSError):
        print(f"serve: {text}", file=sys.stderr, flush=True)


def read_procfile(path: Path) -> list[Process]:
    """The processes of a Procfile; a program is first looked for beside our own Python."""
    processes = []
    for line in path.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(":")
            program, *arguments = shlex.split(os.path.expandvars(rest))
            beside = Path(sys.executable).parent / program
            processes.append(Process(name.strip(), [str(beside) if beside.exists() else program, *arguments]))
    return processes


def supervise(processes: list[Process]) -> None:
    """Run until told to stop; every process is gone when this returns."""
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    if "MAKELEVEL" in os.environ:  # started by make: its end is ours
        die_with(os.getppid())
    while not stopping:
        for process in processes:
            process.look()
        time.sleep(LOOK_EVERY)
    say("stopping")
    for process in processes:
        process.signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_WITHIN
    while time.monotonic() < deadline and any(p.running and p.running.poll() is None for p in processes):
        time.sleep(LOOK_EVERY / 4)
    for process in processes:
        process.signal(signal.SIGKILL)
        if process.running:
            process.running.wait()


if __name__ == "__main__":
    supervise(read_procfile(Path(sys.argv[1])))
