"""All measurements on one database, in a process of its own: `python -m bench.engine OPTIONS`; answers JSON."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure
from bench.place import Place, free_port

SIZES = {  # seconds per figure, rounds, bookings of each hand, reads of each hand, messages, sizes of the past
    "quick": (0.6, 1, 8, 15, 200, [2_000, 10_000]),
    "default": (3.0, 3, 40, 40, 2_000, [10_000, 100_000]),
    "full": (6.0, 5, 60, 40, 5_000, [10_000, 100_000, 1_000_000]),
}


def run(size: str) -> list[Figure]:
    """Make the scratch database, fill it, measure, drop it."""
    mail = free_port()
    place = Place(Path(tempfile.mkdtemp(prefix="evenhand-bench-")), EMAIL_URL=f"smtp://127.0.0.1:{mail}")
    try:
        place.create()
        place.enter()
        place.start("-m", "bench.postbox", str(mail))
        return measure(place, size)
    finally:
        place.leave()
        place.destroy()


def measure(place: Place, size: str) -> list[Figure]:
    from bench import booking, fill, mail, plans, reads, record, slots

    seconds, rounds, bookings, gets, due, past = SIZES[size]
    one = fill.practice_of("Single practice", 1)
    fill.fill_ahead(one, 30, 200, seed=1)
    ten = fill.practice_of("Ten practice", 10, clients=500)
    fill.fill_ahead(ten, 60, 5_000, seed=2)
    eight = fill.practice_of("Eight practice", 10, buffer_after=15)
    place.settle()
    say("slots")
    figures = slots.measure(place, one, ten, seconds)
    with place.served() as web:
        started = Figure("start", "web answers after its start", "", web.started_in, unit="s", goals={"value": 3})
        over_http = slots.over_http(web, one, ten, figures, seconds)
        memory = Figure(
            "memory", "a web worker after these requests", "", web.memory(), unit="MB", goals={"value": 150}
        )
    say("booking")
    booked = booking.measure(place, eight, rounds, bookings)
    say("reading")
    read = reads.measure(place, ten, rounds, gets)
    say("mail")
    sent = mail.measure(due)
    say("plans, letter, check")
    rest = [plans.letter(seconds), plans.pure(ten, seconds), plans.check(seconds)]
    moved = plans.whole(ten, max(3, rounds))
    say("history")
    grown = [0]

    def grow(visits: int) -> None:
        fill.fill_past(ten, visits, grown[0], past[-1])
        grown[0] = visits
        place.settle()

    history = slots.history(ten, past, grow, seconds)
    say("record")
    signed = record.measure(ten, min(1_000, past[0] // 10), past[-1])
    return [
        figures[0],
        over_http[0],
        figures[1],
        over_http[1],
        *history,
        *booked,
        *read[:2],
        sent,
        moved,
        *rest,
        read[2],
        *signed,
        memory,
        started,
    ]


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    json.dump([figure.__dict__ for figure in run(sys.argv[1])], sys.stdout)
