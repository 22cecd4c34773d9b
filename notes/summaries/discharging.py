"""A discharge letter: why it ends, what came of it against the first readings, what to watch for, how to come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from clients.body import said
from clients.models import Client
from clients.sentences import in_a_sentence
from notes.charts import said_value
from notes.events.log import events_between
from notes.letters.sensation_history import sensation_between
from notes.measures.of_client import measures_of
from notes.models import Note
from notes.outcomes import course_of, readings_in
from practice import clock

# Why a course ends: a word for the form, and the sentence the letter begins with.
ENDINGS = {
    "reached": ("What was agreed is reached", "What was agreed at the beginning has been reached."),
    "complete": ("The agreed sessions are done", "The agreed number of sessions is complete."),
    "wish": ("They wish to end", "{called} wishes to end the sessions."),
    "elsewhere": ("They go on elsewhere", "{called} goes on with somebody else."),
    "health": ("Their health does not allow it now", "Sessions cannot go on for now, for reasons of health."),
    "no-use": ("It did not help enough", "The sessions have not brought what was hoped for."),
}


def first_signed_on(client: Client) -> date | None:
    """The day of the first signed note a letter may tell of."""
    notes = Note.objects.filter(client__in=client.family, visibility="therapists").exclude(signed_at=None)
    return notes.order_by("visit_on").values_list("visit_on", flat=True).first()


def draft_discharge(
    client: Client, notes: Sequence[Note], first: date, last: date, sections: Collection[str], ending: str,
) -> dict[str, str]:
    """The sentences a discharge letter adds; what belongs to a section left out is not told in another either."""
    return {
        "ending": ENDINGS[ending][1].format(called=client.called) if ending in ENDINGS else "",
        **drafted_at_end(client, notes, first, last, sections), "back": _back(client)}


def drafted_at_end(
    client: Client, notes: Sequence[Note], first: date, last: date, sections: Collection[str],
) -> dict[str, str]:
    """What of it depends on the sections chosen."""
    return {"outcome": _outcome(client, notes, "readings" in sections),
            "watch": _watch(client, first, last, sections)}


def _outcome(client: Client, notes: Sequence[Note], tells_readings: bool) -> str:
    """Each measure before the first and before the last session, and what may be said of the difference."""
    known = measures_of(client)
    found = readings_in(Note.objects.filter(pk__in=[note.pk for note in notes])) if tells_readings else {}
    lines = []
    for code, points in sorted(found.items()):
        read = [point for point in points if point.before is not None]
        if code not in known or len(read) < 2:
            continue
        first, last = read[0], read[-1]
        assert first.before is not None and last.before is not None
        lines.append(
            f"{known[code].name} ({known[code].unit}): {said_value(float(first.before))} on "
            f"{clock.said_date(first.on, year=True)}, {said_value(float(last.before))} on "
            f"{clock.said_date(last.on, year=True)}. {course_of(known[code], points).words}".strip())
    return "\n".join(lines)


def _watch(client: Client, first: date, last: date, sections: Collection[str]) -> str:
    """What happened during the work, counted, and where feeling is less so that harm goes unnoticed."""
    events = events_between(client, first, last) if "reactions" in sections else []
    counted = Counter(event.get_kind_display() for event in events)
    happened = ", ".join(f"{in_a_sentence(kind)} ({count} times)" if count > 1 else in_a_sentence(kind)
                         for kind, count in counted.items())
    lines = [f"During sessions it came to: {happened}."] if happened else []
    felt = sensation_between(client, last, last) if "sensation" in sections else None
    less = [place for each in felt.now for place in each.places if each.finding != "hypersensitive"] if felt else []
    if less:
        lines.append(f"Feeling is less or missing at {said(tuple(less))}: pressure, heat and injuries there may go "
                     "unnoticed.")
    return "\n".join(lines)


def _back(client: Client) -> str:
    ways = [f"ring {client.practice.phone}"] if client.practice.phone else []
    ways += [f"write to {client.practice.email}"] if client.practice.email else []
    how = f": {' or '.join(ways)}" if ways else ""
    return f"{client.called} can come back at any time{how}. No new referral is needed from our side."
