"""What happened in the demo's sessions, what its clients want to reach, and totals they brought along."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from clients.models import Client
from notes.events.log import EventInput
from notes.measures.chosen import enter_total
from notes.measures.goals import set_goal
from notes.measures.of_client import open_goals
from notes.writing import MeasurementInput
from practice.models import Membership

_SPASM = EventInput("spasm", region="calf", side="left", work_region="foot", work_side="left",
                    work_technique="effleurage", lasted="minutes", ending="contract-relax")
# By client and number of the visit, counted from 0.
EVENTS: dict[str, dict[int, EventInput]] = {
    "Maria Lindqvist": {2: _SPASM, 4: _SPASM},
    "Joao Pereira": {1: EventInput("reaction", what="light-headed", came="during", done="sat for three minutes",
                                   told="Rosa, who drove him home")},
    "Kofi Mensah": {1: EventInput("stopped", what="sharp-pain", work_region="foot", work_side="right",
                                  done="went on at the calf, lighter")},
}
# A goal in their own words, and how they rated it visit by visit.
GOALS: dict[str, tuple[str, tuple[int, ...]]] = {
    "Maria Lindqvist": ("Walk down to the river and back", (2, 3, 3, 5, 5)),
    "Joao Pereira": ("Button my own shirt", (4, 4, 5, 6)),
}
TOTALS: dict[str, tuple[tuple[str, int, int, str], ...]] = {  # instrument, days ago, total, rater
    "Maria Lindqvist": (("mfis", 150, 58, "Maria, at the MS clinic"), ("mfis", 20, 51, "Maria, at the MS clinic")),
}


def begin_course(client: Client, by: Membership) -> None:
    """Write down what the client wants to reach, before the first visit."""
    if client.name in GOALS:
        set_goal(client=client, words=GOALS[client.name][0], by=by)


def events_of(client: Client, nth: int) -> list[EventInput]:
    """What happened at this visit."""
    event = EVENTS.get(client.name, {}).get(nth)
    return [event] if event else []


def ratings_of(client: Client, nth: int) -> list[MeasurementInput]:
    """How the client rated their goal at this visit."""
    _, ratings = GOALS.get(client.name, ("", ()))
    return [MeasurementInput(goal.code, "before", Decimal(ratings[nth])) for goal in open_goals(client)
            if nth < len(ratings)]


def bring_totals(client: Client, by: Membership, today: date) -> None:
    """Enter the totals a client brought along."""
    for measure, days_ago, total, rater in TOTALS.get(client.name, ()):
        enter_total(client=client, measure=measure, total=Decimal(total), rated_on=today - timedelta(days=days_ago),
                    rater=rater, by=by)
