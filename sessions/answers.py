"""What a client answers from the link in a message: I will come, another time, I am not feeling well.

Each may be pressed any number of times and is one act.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from clients.episode_policies import policy_of
from clients.episodes import add_facts, likely_kind, today_in
from clients.models import Client, Episode, EpisodeStep
from practice import audit, clock, links
from practice.access import Actor, Outsider
from sessions import booking, holds, letters
from sessions.diary import fresh, lock_diary, log_step
from sessions.models import Appointment

AGAIN = "Not feeling well again."


def visit_behind(token: str) -> Appointment | None:
    """The visit a live link speaks about; None for unknown, expired and used-up ones alike."""
    link = links.open_link(token, purpose=letters.VISIT_LINK)
    if link is None:
        return None
    return (Appointment.objects.filter(pk=link.subject_id, practice=link.practice)
            .select_related("client__practice", "practice", "therapist__user", "room", "service").first())


def says_yes(visit: Appointment) -> Appointment:
    """The client will come."""
    return will_come(appointment=visit, by=_client_of(visit))


@transaction.atomic
def will_come(*, appointment: Appointment, by: Actor) -> Appointment:
    """The visit is confirmed at its time, and a wish for another one is over.

    Taps that arrive at the same moment wait for each other and are one act.
    """
    lock_diary([appointment.therapist], [appointment.room], [appointment.client])
    appointment = fresh(appointment)
    if appointment.wants_other_time:
        appointment.wants_other_time, appointment.version = False, appointment.version + 1
        appointment.save(update_fields=["wants_other_time", "version"])
        log_step(appointment, "keeps-time", by)
    return booking.confirm_appointment(appointment=appointment, by=by)


def wants_another_time(visit: Appointment) -> Appointment:
    """The client cannot come then; the visit stays until staff agree a new time."""
    return booking.ask_for_another_time(appointment=visit, by=_client_of(visit))


@transaction.atomic
def is_not_well(client: Client, words: str, days_ago: int = 0, **facts: Any) -> Episode:
    """The client is not feeling well: a possible episode since then, with their words, once however often pressed.

    What it most likely is follows from their conditions; `facts` as in `clients.episodes.record_episode`. Where it is
    known already (from today, or a relapse of the last 30 days), the words go to that one, and Today shows that the
    client wrote again.
    """
    practice = client.practice
    client = Client.objects.select_for_update(no_key=True).get(pk=client.pk)
    client.practice = practice
    by, today, kind = Outsider(practice, "client", client.name), today_in(client), likely_kind(client)
    known = (Episode.objects.filter(client=client, kind=kind).exclude(status=Episode.Status.NOT_A_RELAPSE)
             .select_related("client__practice").first())
    reported_on = clock.wall_of(known.created_at, practice.time_zone)[0] if known else None
    if known and (known.onset_on == today or (reported_on == today and known.reported_by == by.name)):
        add_words(known, words, by, **facts)
        return known
    if known and (today - known.onset_on).days < policy_of(practice, kind).joins_within_days:
        add_words(known, words or AGAIN, by, **facts)
        return known
    return holds.report_episode(client=client, kind=kind, onset_on=today - timedelta(days=days_ago), by=by,
                                symptoms=words, **facts).episode


def add_words(episode: Episode, words: str, by: Actor, **facts: Any) -> None:
    """Keep what somebody says about an episode that is known already, unless the same words stand there."""
    if episode.is_open and (changed := add_facts(episode, **facts)):
        episode.save(update_fields=changed)
    words = words.strip()
    if not words or words in episode.symptoms:
        return
    if words not in EpisodeStep.objects.filter(episode=episode).values_list("note", flat=True):
        EpisodeStep.objects.create(episode=episode, on=today_in(episode.client), status=episode.status,
                                   by_name=by.name[:120], note=words)
        audit.record(by=by, verb="episode_reported_again", subject=episode)


def _client_of(visit: Appointment) -> Outsider:
    return Outsider(visit.practice, "client", visit.client.name)
