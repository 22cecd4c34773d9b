"""What a client's copy begins with: short sentences, no codes, readings as “from 6 to 4 on your 0-10 scale”.

What it advises is proposed (P), without a source; the therapist changes it in the draft.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone

from clients.body import REGIONS, said
from clients.findings import FINDINGS
from clients.models import Client
from clients.sentences import in_a_sentence
from notes.charts import said_day, said_value
from notes.letters.sensation_history import sensation_between
from notes.measures.measure import Measure
from notes.measures.of_client import measures_of
from notes.models import Note
from notes.outcomes import course_of, readings_in
from notes.writing import given_in
from practice import clock
from sessions.models import Appointment

_FIRM = ("a still hand", "very light", "light", "medium", "strong", "very strong")  # Walton's 0 to 5, in a word
_MOST_PLACES = 6
# What may be said of a change, by what the readings allow; the published yardsticks stay with the doctor's letter.
_MEANT = {
    "better": "That is better, by more than a chance difference.",
    "worse": "That is worse, by more than a chance difference. Tell us, and ask your doctor about it.",
    "within-error": "Such a small difference may be chance.",
    "below-meaning": "That is a small difference.",
    "not-lasting": "One reading alone does not say that it lasts.",
}


def draft_copy(client: Client, notes: Sequence[Note], first: date, last: date) -> dict[str, str]:
    """The sentences of a copy, from signed notes: nothing in it but what the client told, felt or was given."""
    return {"why": _why(client, notes), "done": _done(notes), "changed": "\n".join(_changed(client, notes)),
            "watch": _watch(client, last), "next": _next(client)}


def _why(client: Client, notes: Sequence[Note]) -> str:
    names = list(dict.fromkeys(note.author.name for note in notes))
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"You came for massage therapy. {who} worked with you. This page says what was done and what changed."


def _done(notes: Sequence[Note]) -> str:
    first, last = notes[0].visit_on, notes[-1].visit_on
    if len(notes) == 1:
        lines = [f"You came once, on {said_day(first, year=True)}."]
    else:
        lines = [f"You came {len(notes)} times, from {said_day(first, year=True)} to {said_day(last, year=True)}."]
    minutes = sorted({note.minutes_of_visit for note in notes})
    each = f"{minutes[0]} minutes" if len(minutes) == 1 else f"{minutes[0]} to {minutes[-1]} minutes"
    lines.append(f"A visit took {each}.")
    rows = [row for note in notes for row in given_in(note)]
    places = list(dict.fromkeys(f"{row.region}:{row.side}" for row in rows if row.region in REGIONS))
    if places:
        more = " and other places" if len(places) > _MOST_PLACES else ""
        lines.append(f"We worked on: {said(tuple(places[:_MOST_PLACES]))}{more}.")
    firm = sorted({row.pressure for row in rows if row.pressure is not None})
    if firm:
        touch = _FIRM[firm[0]] if len(firm) == 1 else f"{_FIRM[firm[0]]} to {_FIRM[firm[-1]]}"
        lines.append(f"The touch was {touch}.")
    return " ".join(lines)


def _changed(client: Client, notes: Sequence[Note]) -> Iterator[str]:
    known = measures_of(client)
    found = readings_in(Note.objects.filter(pk__in=[note.pk for note in notes]))
    for code, points in sorted(found.items()):
        read = [float(point.before) for point in points if point.before is not None]
        if code in known and len(read) > 1:
            yield _said_change(known[code], read[0], read[-1], course_of(known[code], points).word)


def _said_change(measure: Measure, first: float, last: float, word: str) -> str:
    """“Your pain went from 6 to 4 on your 0-10 scale, where less is better.”"""
    is_rated = measure.kind in ("scale", "goal")
    scale = f"on your {measure.low}-{measure.high} scale" if is_rated else measure.unit
    name = f"Your {in_a_sentence(measure.name)}" if measure.kind == "scale" else f"“{measure.name}”"
    if first == last:
        return f"{name} stayed at {said_value(last)} {scale}."
    way = "less" if measure.better == "lower" else "more"
    return (f"{name} went from {said_value(first)} to {said_value(last)} {scale}, where {way} is better. "
            f"{_MEANT.get(word, '')}").strip()


def _watch(client: Client, last: date) -> str:
    felt = sensation_between(client, last, last)
    lines = [f"{FINDINGS[each.finding].plain_name.capitalize()}: {said(each.places)}. You may not notice heat, "
             "pressure or a cut there. Look at the skin every day."
             for each in (felt.now if felt else ()) if each.finding != "hypersensitive"]
    return "\n".join([*lines, "Something new in your body, or something that worries you? Ask your doctor, and tell us "
                              "before your next visit."])


def _next(client: Client) -> str:
    coming = Appointment.objects.filter(client=client, starts_at__gt=timezone.now(), status__in=("booked", "confirmed"))
    visit = coming.order_by("starts_at").first()
    phone = client.practice.phone
    if visit:
        change = f" To change it, ring {phone}." if phone else ""
        at = f"{clock.said_date(visit.wall_date)} at {clock.said_time(visit.wall_time)}"
        return f"Your next visit is on {at}.{change}"
    return f"No visit is booked. You can come back at any time{f': ring {phone}' if phone else ''}."
