"""What a summary drafts for itself: sentences and the letter, from signed notes that all therapists may read.

A note kept to its author stays out: a summary is read by colleagues, and by the doctor.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clients.body import said
from clients.conditions import CONDITIONS
from clients.limits import limits_on
from clients.models import Client, ClientCondition, Episode
from notes.charts import Band, Reading
from notes.charts.used import techniques_used
from notes.charts.work import MOST_ROWS
from notes.doctors.asking import asks_waiting
from notes.events.log import events_between
from notes.letters import letters
from notes.letters.asked import Ask, ask_from_data
from notes.letters.codes import Codes
from notes.letters.limits import said_limits
from notes.letters.sensation_history import sensation_between
from notes.measures.of_client import measures_of
from notes.models import Note, Summary, Treatment
from notes.outcomes import MEASURES, Measure, Point, course_of, readings_for_year, readings_in
from notes.summaries.coding import condition_codes, series_codes, session_codes
from notes.summaries.reactions import said_reactions
from notes.writing import given_in, treatment_said
from practice import clock
from practice.techniques import TECHNIQUES
from sessions.models import Appointment
from sessions.year import days_held, holds_left, span_before, year_of
from sessions.year_band import Year

_TITLES = {"summary": "Therapy summary", "request": "Clearance request", "discharge": "Discharge letter"}
_WORD_OF = {"the client's report": "on the client's report", "the MS team": "on the MS team's word",
            "MS team": "on the MS team's word", "a doctor": "on a doctor's word"}


def signed_notes(client: Client, first: date, last: date) -> QuerySet[Note]:
    """The signed notes of the range, both days included, that every therapist may read; oldest first."""
    return (Note.objects.filter(client__in=client.family, visit_on__range=(first, last), visibility="therapists")
            .exclude(signed_at=None).prefetch_related("treatments")
            .select_related("appointment", "signed_by__user", "author__user", "cosignature__by__user")
            .order_by("visit_on", "id"))


def draft_letter(summary: Summary) -> letters.Letter:
    """The letter a draft makes: every part outside its chosen sections stays empty."""
    client, author = summary.client.standing, summary.author
    practice, known = client.practice, measures_of(client)
    notes = list(signed_notes(client, summary.from_on, summary.until_on))
    chosen = set(summary.sections)
    written_on = clock.wall_of(summary.signed_at or timezone.now(), practice.time_zone)[0]
    conditions = list(ClientCondition.objects.filter(client=client, ended_on=None)) if "conditions" in chosen else []
    readings = _told(_readings(notes, known), known) if "readings" in chosen else {}
    bands = bands_of(client, summary.from_on, summary.until_on)
    done = [(note.visit_on, row.technique) for note in notes for row in given_in(note)]

    def only(section: str, value: Any) -> Any:
        return value if section in chosen else type(value)()

    return letters.Letter(
        practice=letters.Practice(practice.name, practice.letterhead(), practice.phone, practice.email),
        doctor=letters.Person(summary.doctor.name, summary.doctor.specialty),
        doctor_address=summary.doctor.address_lines(),
        client=letters.Person(client.name, _born(client)),
        therapist=letters.Person(author.name, author.credential),
        written_on=written_on, period_from=summary.from_on, period_to=summary.until_on,
        title=_TITLES[summary.kind],
        reason=only("reason", summary.reason), course=only("course", summary.course),
        conditions=_conditions(conditions), limits=only("limits", _limits(client, written_on)),
        sessions=only("sessions", tuple(_session(note) for note in notes)),
        series=series_of(readings, known),
        reactions=only("reactions", summary.reactions), questions=only("questions", summary.questions),
        decisions=only("decisions", tuple(line for note in notes for line in _decisions(note))),
        felt=sensation_between(client, summary.from_on, summary.until_on) if "sensation" in chosen else None,
        ending=only("ending", summary.ending), outcome=only("outcome", summary.outcome),
        watch=only("watch", summary.watch), back=only("back", summary.back),
        plan=only("plan", summary.plan), year=_year(client, summary.until_on, chosen) if "year" in chosen else None,
        bands=bands if {"readings", "course"} <= chosen else (),
        used=techniques_used(done, bands)[:MOST_ROWS] if {"readings", "sessions"} <= chosen else (),
        paper=practice.paper, cosigned="" if summary.is_request else _cosigned(notes), asks=_asks(summary, client),
        is_request=summary.is_request,
        codes=Codes(
            time_zone=practice.time_zone, born_on=client.birth_date,
            conditions=tuple(condition_codes(row, written_on) for row in conditions),
            sessions=only("sessions", tuple(session_codes(note) for note in notes)),
            series=series_codes([known[code] for code in readings])))


def _asks(summary: Summary, client: Client) -> tuple[Ask, ...]:
    """A request asks its one thing; a summary what this doctor was asked and has not answered, among the questions."""
    if summary.is_request:
        return (ask_from_data(summary.asked),)
    return asks_waiting(client, summary.doctor) if "questions" in summary.sections else ()


def _year(client: Client, last: date, chosen: Collection[str]) -> Year:
    """The twelve months that end with the letter's days; what belongs to a section left out is not drawn either."""
    first, end = span_before(last)
    visits = Appointment.objects.filter(client__in=client.family, wall_date__range=(first, last))
    visits = visits.exclude(status="proposed").order_by("starts_at")
    episodes = [*Episode.objects.filter(client=client, onset_on__lte=last)] if "course" in chosen else []
    found = _readings(list(signed_notes(client, first, last)), MEASURES) if "readings" in chosen else {}
    return year_of(list(visits), episodes, last, readings=readings_for_year(found, first, last),
                   left=holds_left(episodes), span=(first, end), marks_today=False)


def draft_prose(
    client: Client, notes: Sequence[Note], first: date, last: date, sections: Collection[str],
) -> dict[str, str]:
    """The sentences a summary begins with; what belongs to a section left out is not told in another either."""
    return {
        "reason": _reason(client, "conditions" in sections),
        "course": _course(client, notes, first, last, "readings" in sections),
        "reactions": said_reactions(notes, events_between(client, first, last)),
        "plan": next((note.plan.strip() for note in reversed(notes) if note.plan.strip()), "")[:2000],
    }


def _reason(client: Client, names_conditions: bool) -> str:
    rows = ClientCondition.objects.filter(client=client, ended_on=None) if names_conditions else []
    names = [CONDITIONS[row.condition].in_a_sentence for row in rows if row.condition in CONDITIONS]
    past = [name for name in names if name.startswith("after ")]
    present = [name for name in names if name not in past]
    who = [client.name, *([f"living with {_and(present)}"] if present else []), *([_and(past)] if past else [])]
    return f"{', '.join(who)}{',' if names else ''} comes for massage therapy beside your care."


def _course(client: Client, notes: Sequence[Note], first: date, last: date, tells_readings: bool) -> str:
    """Sessions, time and episodes in sentences; what was reported, and on whose word, never what it proves."""
    minutes = sum(note.minutes_of_visit for note in notes)
    begun, ended = clock.said_date(notes[0].visit_on), clock.said_date(notes[-1].visit_on)
    when = f"between {begun} and {ended}" if begun != ended else f"on {begun}"
    sentences = [f"{_many(len(notes), 'session')} {when}, {minutes} minutes in all."]
    episodes = Episode.objects.filter(client=client, onset_on__lte=last).exclude(status="not_a_relapse")
    episodes = episodes.exclude(ended_on__lt=first)
    for episode in episodes.order_by("onset_on"):
        held = episode.holds.count()
        sentences.append(said_episode(episode) + (f"; {_many(held, 'visit')} put on hold." if held else "."))
    known = measures_of(client)
    for code, points in _readings(notes, known).items() if tells_readings else ():
        both = [p for p in points if p.before is not None and p.after is not None]
        if both:
            measure, pairs = known[code], _many(len(both), "pair")
            sentences.append(
                f"{measure.name} {measure.known_by} {_mean([p.before for p in both])} before and "
                f"{_mean([p.after for p in both])} after the session on average ({pairs}, {measure.unit}).")
        course = course_of(known[code], points)
        if course.word not in ("nothing", "unchanged", "no-yardstick"):
            sentences.append(f"{known[code].name}: {_small(course.words)}")
    return " ".join(sentences)


def said_episode(episode: Episode) -> str:
    """The episode with its days and on whose word it stands: "MS relapse since Sat 21 Nov, on the client's report"."""
    begun, name = clock.said_date(episode.onset_on), episode.get_kind_display()
    days = f"from {begun} to {clock.said_date(episode.ended_on)}" if episode.ended_on else f"since {begun}"
    if not _is_confirmed(episode):
        return f"{name} reported {days}, not confirmed"
    word = episode.confirmed_on_word_of.strip()
    on_word = _WORD_OF.get(word, f"on the word of {word}" if word else "on whose word is not noted")
    return f"{name} {days}, {on_word}{', recovering' if episode.status == Episode.Status.RECOVERING else ''}"


def _is_confirmed(episode: Episode) -> bool:
    return episode.confirmed_on is not None or episode.status == Episode.Status.CONFIRMED


def _mean(values: Sequence[Any]) -> str:
    mean = sum(float(v) for v in values) / len(values)
    return f"{mean:.1f}".rstrip("0").rstrip(".")


def _born(client: Client) -> str:
    return f"born {clock.said_date(client.birth_date, year=True)[4:]}" if client.birth_date else ""


def _conditions(rows: Sequence[ClientCondition]) -> tuple[str, ...]:
    lines = []
    for row in rows:
        known = CONDITIONS.get(row.condition)
        since = f", since {row.since.year}" if row.since else ""
        by = f", diagnosed by {row.diagnosed_by}" if row.diagnosed_by else ", as reported by the client"
        lines.append(f"{known.name if known else row.condition}{since}{by}")
    return tuple(lines)


def _limits(client: Client, on: date) -> tuple[str, ...]:
    """What limits the work on the day the letter is written: the notes do not hold what held in each session."""
    ongoing = Episode.objects.filter(client=client, status__in=Episode.OPEN).order_by("onset_on")
    return said_limits(limits_on(client, on), {episode.kind: said_episode(episode) for episode in ongoing})


def _session(note: Note) -> letters.Session:
    rows = given_in(note)
    pressures = sorted({row.pressure for row in rows if row.pressure is not None})
    pressure = "" if not pressures else str(pressures[0]) if len(pressures) == 1 else f"{pressures[0]}-{pressures[-1]}"
    return letters.Session(note.visit_on, note.minutes_of_visit, _work(rows) or "see course", pressure)


def _decisions(note: Note) -> list[str]:
    """What was done against the check that day, with its reason and who signed for it."""
    signer = note.signed_by.name if note.signed_by else note.author.name
    if note.cosigned:
        signer = f"{signer}, co-signed by {note.cosigned.by.name}"
    return [f"{clock.said_date(note.visit_on)}, {treatment_said(row)}: {row.override_reason.strip().rstrip('.')} "
            f"({signer})." for row in given_in(note) if row.override_reason.strip()]


def _cosigned(notes: Sequence[Note]) -> str:
    """Whose notes were co-signed by whom; a note that still waits for it is said to wait."""
    counts: dict[tuple[str, str], int] = {}
    for note in notes:
        if note.supervisor_id and note.signed_by:
            pair = (note.signed_by.name, note.cosigned.by.name if note.cosigned else "")
            counts[pair] = counts.get(pair, 0) + 1
    return " ".join(
        f"{_many(count, 'session note')} by {author}, co-signed by {supervisor}." if supervisor
        else f"{_many(count, 'session note')} by {author}, not co-signed yet."
        for (author, supervisor), count in sorted(counts.items(), key=lambda row: (row[0][0], not row[0][1])))


def _work(rows: Sequence[Treatment]) -> str:
    """What was done where and how firmly, row by row; places worked alike, and ways alike in a place, together."""
    places: dict[tuple[str, int | None], dict[str, None]] = {}
    for row in rows:
        places.setdefault((row.technique, row.pressure), {})[f"{row.region}:{row.side}"] = None
    ways: dict[tuple[str, int | None], list[str]] = {}
    for (technique, pressure), where in places.items():
        ways.setdefault((said(tuple(where)), pressure), []).append(TECHNIQUES[technique].name)
    return " · ".join(f"{where}: {_and(how)}" + (f", pressure {pressure}" if pressure is not None else "")
                      for (where, pressure), how in ways.items())


def _readings(notes: Sequence[Note], known: Mapping[str, Measure]) -> dict[str, list[Point]]:
    found = readings_in(Note.objects.filter(pk__in=[note.pk for note in notes]))
    return {code: points for code, points in sorted(found.items()) if code in known}


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]


def series_of(
    readings: Mapping[str, Sequence[Point]], known: Mapping[str, Measure] = MEASURES, *, least: int = 2,
) -> tuple[letters.Series, ...]:
    """One series for each measure read at two visits or more, or at `least` so many; `known` are the catalogue and the
    client's own goals."""
    return tuple(_series(known[code], points) for code, points in _told(readings, known, least).items())


def _told(
    readings: Mapping[str, Sequence[Point]], known: Mapping[str, Measure], least: int = 2,
) -> dict[str, Sequence[Point]]:
    return {code: points for code, points in readings.items() if code in known and len(points) >= least}


def _series(measure: Measure, points: Sequence[Point]) -> letters.Series:
    """One measure over time; the yardstick is said once: in the verdict where there is one, else for itself."""
    course = course_of(measure, points)
    first = next((float(p.before) for p in points if p.before is not None), None)
    return letters.Series(
        measure=measure.name, unit=measure.unit, better=measure.better, low=measure.low, high=measure.top,
        readings=tuple(Reading(p.on, _number(p.before), _number(p.after)) for p in points),
        meaningful_change=measure.meaningful_words if course.word in ("nothing", "unchanged") else measure.sources,
        change=None if first is None else measure.band(first), is_asked=measure.kind not in ("scale", "test"),
        verdict=course.words)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def bands_of(client: Client, first: date, until: date) -> tuple[Band, ...]:
    """The episodes, the holds they brought and steroid courses that reach into these days, cut off at their ends."""
    episodes = list(Episode.objects.filter(client=client, onset_on__lte=until).exclude(status="not_a_relapse"))
    left, bands = holds_left(episodes), []
    for episode in episodes:
        name = f"{episode.get_kind_display()}{'' if _is_confirmed(episode) else ', not confirmed'}"
        bands.append(Band(episode.onset_on, episode.ended_on or until, name, "episode"))
        if held := days_held(episode, left):
            bands.append(Band(*held, "Visits on hold", "hold"))
        if episode.steroids_until:
            bands.append(Band(episode.onset_on, episode.steroids_until, "Steroid course", "steroids"))
    return tuple(replace(band, first=max(band.first, first), last=min(band.last, until))
                 for band in bands if band.first <= until and band.last >= first)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
