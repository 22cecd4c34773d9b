"""When a summary is due: many visits since the last one, a reaction, a confirmed relapse, a series over, a year."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client, Episode
from clients.sentences import in_a_sentence
from notes.models import NoteEvent, Summary
from notes.summaries.drafting import signed_notes
from practice import clock
from sessions.models import Appointment

YEAR = timedelta(days=365)
_EVER = date(1970, 1, 1)
_TOLD = ("stopped", "reaction")  # a spasm is the condition's own; a doctor is told of what the work did


def why_now(client: Client) -> list[str]:
    """What speaks for writing to the doctor now, each as it goes on in a sentence; nothing while a draft waits.

    Counted are signed notes that every therapist may read, since the day the last signed summary ended with.
    """
    letters = Summary.objects.filter(client__in=client.family).exclude(kind="request")
    rows = list(letters.values_list("signed_at", "until_on"))
    if any(signed_at is None for signed_at, _ in rows):
        return []
    last = max((until for _, until in rows), default=None)
    today = today_in(client)
    since = last + timedelta(days=1) if last else _EVER
    days = list(signed_notes(client, since, today).prefetch_related(None).values_list("pk", "visit_on"))
    if not days:
        return []
    said = [*_what_happened([pk for pk, _ in days]), *_relapse(client, since)]
    most = client.practice.summary_after_visits
    if most and len(days) >= most:
        said.append(f"{len(days)} visits {'since the last summary' if last else 'and no summary so far'}")
    if last and today - last >= YEAR:
        said.append(f"yearly, the last one was {_ago(today - last)}")
    if _series_ended(client):
        said.append("the series has ended")
    return said


def _ago(past: timedelta) -> str:
    """How long ago, in months: "14 months ago"."""
    return f"{round(past.days / 30.44)} months ago"


def _what_happened(notes: list[object]) -> list[str]:
    event = (NoteEvent.objects.filter(note__in=notes, kind__in=_TOLD).select_related("note")
             .order_by("-note__visit_on", "-pk").first())
    if event is None:
        return []
    what = "a reaction was written down" if event.kind == "reaction" else "work was stopped"
    return [f"{what} on {clock.said_date(event.note.visit_on)}"]


def latest_relapse(client: Client, since: date) -> Episode | None:
    """The relapse confirmed last, from this day on."""
    return (Episode.objects.filter(client=client, kind=Episode.Kind.RELAPSE, confirmed_on__gte=since)
            .exclude(status=Episode.Status.NOT_A_RELAPSE).order_by("-confirmed_on").first())


def _relapse(client: Client, since: date) -> list[str]:
    episode = latest_relapse(client, since)
    if episode is None or episode.confirmed_on is None:
        return []
    kind = in_a_sentence(episode.get_kind_display())
    return [f"an {kind} was confirmed on {clock.said_date(episode.confirmed_on)}"]


def _series_ended(client: Client) -> bool:
    """Whether the client's latest visit of a series has taken place, and nothing is to come."""
    visits = Appointment.objects.filter(client=client)
    if visits.filter(ends_at__gt=timezone.now(), status__in=("proposed", "booked", "confirmed", "held")).exists():
        return False
    last = visits.filter(status="fulfilled").order_by("-starts_at").values_list("series", flat=True).first()
    return last is not None
