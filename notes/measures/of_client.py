"""The measures of one client: the catalogue with their own goals, and the few their notes show at first."""

from __future__ import annotations

from collections.abc import Iterable

from clients.conditions import line_of
from clients.models import Client, ClientCondition
from notes.measures.catalogue import HEADACHE_DAYS, MEASURES, RELIEF
from notes.measures.measure import Measure
from notes.models import ChosenMeasures, ClientGoal, Measurement

GOAL_SOURCE = (
    "The client's own goal in their own words; 0 is not at all, 10 is fully. No published change is claimed for it.")
# Our own proposal by condition; what was read before, and what a therapist chose, goes before it.
USUAL: dict[str, tuple[str, ...]] = {
    "ms": ("spasticity", "fatigue", "t25fw"),
    "parkinsons": ("stiffness", "tug"),
    "migraine": (HEADACHE_DAYS,),
    "tension-headache": (HEADACHE_DAYS,),
    "stroke": ("spasticity", "tug"),
    "spinal-cord-injury": ("spasticity",),
    "cerebral-palsy": ("spasticity",),
}
ALWAYS = ("pain", RELIEF)


def goals_of(client: Client) -> list[ClientGoal]:
    """All goals, those that stand first."""
    rows = ClientGoal.objects.filter(client__in=client.family)
    return sorted(rows, key=lambda goal: (goal.ended_on is not None, goal.place, goal.began_on))


def open_goals(client: Client) -> list[ClientGoal]:
    return [goal for goal in goals_of(client) if goal.ended_on is None]


def as_measure(goal: ClientGoal) -> Measure:
    """A goal as a measure of this client."""
    return Measure(goal.code, goal.words, "0-10", 0, 10, "higher", GOAL_SOURCE, kind="goal", is_once=True)


def measures_of(client: Client) -> dict[str, Measure]:
    """The catalogue with the client's own goals, those that are over included: their readings stay."""
    return with_goals(goals_of(client))


def with_goals(goals: Iterable[ClientGoal]) -> dict[str, Measure]:
    """The catalogue with these goals."""
    return MEASURES | {goal.code: as_measure(goal) for goal in goals}


def chosen_of(client: Client) -> tuple[str, ...] | None:
    """What the therapist chose for this client; None where nobody chose."""
    row = ChosenMeasures.objects.filter(client=client).first()
    return None if row is None else tuple(code for code in row.codes if code in MEASURES)


def first_of(client: Client, read: Iterable[str] = ()) -> tuple[str, ...]:
    """The measures a note of this client shows at first, in the order of the catalogue: what was chosen; else what was
    read before with what is usual for the condition. `read` are those this note holds already.
    """
    chosen = chosen_of(client)
    if chosen is None:
        conditions = ClientCondition.objects.filter(client=client, ended_on=None).values_list("condition", flat=True)
        usual = {code for condition in conditions if condition for wider in line_of(condition)
                 for code in USUAL.get(wider, ())}
        before = Measurement.objects.filter(note__client__in=client.family).values_list("measure", flat=True)
        chosen = (*ALWAYS, *usual, *before.order_by().distinct())
    wanted = {*chosen, *read}
    return tuple(code for code in MEASURES if code in wanted)
