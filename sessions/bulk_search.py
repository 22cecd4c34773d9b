"""The search for the least disturbance, in a process of its own that lives no longer than its time.

The process is ended at its limit, which counts from its first answer on, for on a busy machine it takes a while to
load; or when somebody takes what there is. The best answer it has told by then counts.
One that ends by itself without its last line has failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from threading import Thread
from time import monotonic

from django.conf import settings

from sessions.bulk_optimum import Found, Question

LOADS_WITHIN = 15.0  # seconds for its first answer, which it gives at once
GRACE = 2.0  # seconds over the time limit, for its last line
LOOK = 0.25  # seconds between two looks whether somebody stopped it
PROGRAM = "sessions.bulk_optimum"


class SearchFailed(Exception):
    """The process ended without an answer; nothing was moved by it."""


def search_least(question: Question, *, tell: Callable[[Found], None] = lambda found: None,
                 is_stopped: Callable[[], bool] = lambda: False) -> Found:
    """The answer of `bulk_optimum.find_least`, found in its own process; `tell` hears of each better one.

    Raises `SearchFailed` where the process breaks off.
    """
    with _process(question) as (process, lines):
        until, best = monotonic() + LOADS_WITHIN, None
        while monotonic() < until and not is_stopped():
            try:
                line = lines.get(timeout=LOOK)
            except Empty:
                continue
            if line is None:
                raise SearchFailed(f"The search ended without an answer (exit status {process.wait()}).")
            cost, bound, chosen, seconds, is_done = json.loads(line)
            if best is None:
                until = monotonic() + question.seconds - seconds + GRACE
            best = Found(cost, bound, tuple(chosen), seconds, is_done)
            tell(best)
            if is_done:
                return best
    if best is None:
        raise SearchFailed("The search found nothing within its time.")
    return best


@contextlib.contextmanager
def _process(question: Question) -> Iterator[tuple[subprocess.Popen[str], Queue[str | None]]]:
    """The running process and the lines it writes, None after the last; killed at the end, whatever it does."""
    process = subprocess.Popen(
        [sys.executable, "-m", PROGRAM], cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"})
    lines: Queue[str | None] = Queue()
    Thread(target=_exchange, args=(process, question, lines), daemon=True).start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()


def _exchange(process: subprocess.Popen[str], question: Question, lines: Queue[str | None]) -> None:
    assert process.stdin and process.stdout
    with contextlib.suppress(BrokenPipeError):  # it died: what it did not read, nobody needs
        process.stdin.write(question.dump())
        process.stdin.close()
    for line in process.stdout:
        lines.put(line)
    lines.put(None)
    process.stdout.close()
