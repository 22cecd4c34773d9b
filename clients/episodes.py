"""Episodes: how a relapse or flare is reported, joined to the last one, and moves forward to its end.

What an episode does to the diary stands in `sessions/holds.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from clients.conditions import CONDITIONS, line_of
from clients.episode_policies import policy_of
from clients.models import Client, ClientCondition, Episode, EpisodeStep
from clients.standing import lock_client
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput, Refusal

_ORDER = [Episode.Status.SUSPECTED, Episode.Status.CONFIRMED, Episode.Status.RECOVERING, Episode.Status.RESOLVED]
LONGEST_HOLD = 120  # days from today until when a hold may be extended at once: our proposal


class EpisodeGoesForward(Refusal):
    """An episode never goes back to an earlier status."""

    code: ClassVar[str] = "wrong_state"
    title: ClassVar[str] = "An episode only goes forward"


class NothingToExtend(Refusal):
    """Only a confirmed episode holds visits."""

    code: ClassVar[str] = "wrong_state"
    title: ClassVar[str] = "Nothing is held"


def today_in(client: Client) -> date:
    """Today's date where the practice is."""
    return clock.wall_of(timezone.now(), client.practice.time_zone)[0]


def likely_kind(client: Client) -> str:
    """The kind of episode a client's own “not feeling well” most likely is, from the conditions as reported."""
    codes = set(ClientCondition.objects.filter(client=client, ended_on=None).values_list("condition", flat=True))
    lines = {wider for code in codes if code in CONDITIONS for wider in line_of(code)}
    for condition, kind in (("ms", Episode.Kind.RELAPSE), ("migraine", Episode.Kind.MIGRAINE_ATTACK),
                            ("parkinsons", Episode.Kind.OFF_PERIOD),
                            ("peripheral-neuropathy", Episode.Kind.PAIN_FLARE)):
        if condition in lines:
            return kind
    return Episode.Kind.OTHER


@transaction.atomic
def record_episode(
    *, client: Client, kind: str, onset_on: date, reported_by: str, by: Actor, symptoms: str = "",
    fever_or_infection: bool | None = None, steroids_until: date | None = None, expected_return_on: date | None = None,
) -> tuple[Episode, bool]:
    """Record a possible episode, or find the relapse it belongs to; answers the episode and whether it is new.

    What is newly known is added to a relapse that nobody has confirmed yet; afterwards its dates stand.
    Refuses an onset in the future and steroids or a return that end before it.
    """
    lock_client(client)
    if onset_on > today_in(client):
        raise BadInput(f"{clock.said_date(onset_on)} is still to come. When did it begin?", field="onset_on")
    for field, day in (("steroids_until", steroids_until), ("expected_return_on", expected_return_on)):
        if day and day < onset_on:
            raise BadInput(f"{clock.said_date(day)} lies before it began on {clock.said_date(onset_on)}.", field=field)
    same_within = timedelta(days=policy_of(client.practice, kind).joins_within_days)
    if same_within:
        last = (
            Episode.objects.filter(client=client, kind=kind)
            .exclude(status=Episode.Status.NOT_A_RELAPSE)
            .filter(onset_on__gt=onset_on - same_within, onset_on__lt=onset_on + same_within)
            .first()
        )
        if last:
            _add_what_is_new(last, symptoms, fever_or_infection, steroids_until, expected_return_on, by)
            return last, False
    episode = Episode.objects.create(
        practice=client.practice, client=client, kind=kind, status=Episode.Status.SUSPECTED, onset_on=onset_on,
        reported_by=reported_by[:120], symptoms=symptoms, fever_or_infection=fever_or_infection,
        steroids_until=steroids_until, expected_return_on=expected_return_on)
    EpisodeStep.objects.create(episode=episode, on=today_in(client), status=episode.status, by_name=by.name)
    audit.record(by=by, verb="episode_reported", subject=episode)
    return episode, True


def _add_what_is_new(episode: Episode, symptoms: str, fever_or_infection: bool | None, steroids_until: date | None,
                     expected_return_on: date | None, by: Actor) -> None:
    """A second report of one relapse: until it is confirmed, it may still say more."""
    if episode.status == Episode.Status.SUSPECTED:
        episode.symptoms = "\n".join(filter(None, [episode.symptoms, symptoms]))[:2000]
        if fever_or_infection is not None:
            episode.fever_or_infection = episode.fever_or_infection or fever_or_infection
        episode.steroids_until = steroids_until or episode.steroids_until
        episode.expected_return_on = expected_return_on or episode.expected_return_on
        episode.version += 1
        episode.save(update_fields=["symptoms", "fever_or_infection", "steroids_until", "expected_return_on",
                                    "version"])
    audit.record(by=by, verb="episode_reported_again", subject=episode)


@transaction.atomic
def advance_episode(*, episode: Episode, status: str, on: date, by: Actor, note: str = "",
                    on_word_of: str = "") -> Episode:
    """Move an episode forward: confirmed, recovering, resolved, or not a relapse. Backwards is refused."""
    episode = Episode.objects.select_for_update(no_key=True).select_related("client__practice").get(pk=episode.pk)
    if on > today_in(episode.client):
        raise BadInput(f"{clock.said_date(on)} is still to come.", field="on")
    if on < episode.onset_on:
        began = clock.said_date(episode.onset_on)
        raise BadInput(f"It began on {began}; {clock.said_date(on)} is earlier.", field="on")
    if not _may_follow(episode.status, status):
        raise EpisodeGoesForward(
            f"It is {episode.get_status_display().lower()} and cannot become "
            f"{Episode.Status(status).label.lower()} any more. Report a new episode if it has come back.")
    episode.status, episode.version = status, episode.version + 1
    if status == Episode.Status.CONFIRMED:
        episode.confirmed_on = on
        episode.holds_visits = policy_of(episode.client.practice, episode.kind).holds_visits
        episode.hold_until = episode.review_on = hold_until_if_confirmed(episode, on)
        episode.confirmed_on_word_of = on_word_of[:120] or "the client's report"
    if status in (Episode.Status.RESOLVED, Episode.Status.NOT_A_RELAPSE):
        episode.ended_on, episode.review_on = on, None
    episode.save(update_fields=["status", "version", "confirmed_on", "confirmed_on_word_of", "holds_visits",
                                "hold_until", "review_on", "ended_on"])
    step = EpisodeStep.objects.create(episode=episode, on=on, status=status, by_name=by.name, note=note)
    audit.record(by=by, verb="episode_moved_on", subject=episode, step=str(step.pk))
    return episode


@transaction.atomic
def look_again(*, episode: Episode, until: date, by: Actor, note: str) -> Episode:
    """A therapist has looked again: visits stay on hold until a later day, with a reason.

    A hold never extends itself. Refuses every status but confirmed, a day that does not lie after today and after the
    present one, more than `LONGEST_HOLD` days ahead, and no reason.
    """
    episode = Episode.objects.select_for_update(no_key=True).select_related("client__practice").get(pk=episode.pk)
    today, note = today_in(episode.client), note.strip()
    if episode.status != Episode.Status.CONFIRMED or episode.hold_until is None:
        raise NothingToExtend(f"It is {episode.get_status_display().lower()}: only a confirmed episode holds visits.")
    if until <= today:
        raise BadInput(f"{clock.said_date(until, today=today)} is not to come. Choose a later day.", field="until")
    if (until - today).days > LONGEST_HOLD:
        last = clock.said_date(today + timedelta(days=LONGEST_HOLD), today=today)
        raise BadInput(f"At most {LONGEST_HOLD} days ahead, until {last}; then look again.", field="until")
    if until <= episode.hold_until:
        held = clock.said_date(episode.hold_until, today=today)
        raise BadInput(f"Visits are on hold until {held} already. To end it earlier, say that they are recovering.",
                       field="until")
    if not note:
        raise BadInput("Say why they stay on hold.", field="note")
    episode.hold_until = episode.review_on = until
    episode.version += 1
    episode.save(update_fields=["hold_until", "review_on", "version"])
    EpisodeStep.objects.create(episode=episode, on=today, status=episode.status, by_name=by.name[:120],
                               note=f"On hold until {clock.said_date(until, today=today)}: {note}"[:2000])
    audit.record(by=by, verb="episode_looked_at_again", subject=episode)
    return episode


def _may_follow(now: str, then: str) -> bool:
    if now not in Episode.OPEN:
        return False
    if then == Episode.Status.NOT_A_RELAPSE:
        return True
    return then in _ORDER and _ORDER.index(Episode.Status(then)) > _ORDER.index(Episode.Status(now))


def would_hold(episode: Episode) -> bool:
    """Whether it holds visits, or would if it were confirmed now."""
    if episode.confirmed_on:
        return episode.holds_visits
    return policy_of(episode.client.practice, episode.kind).holds_visits


def hold_until_if_confirmed(episode: Episode, on: date) -> date:
    """The later of confirmation + review window and end of steroids + gap (both are numbers of the policy)."""
    policy = policy_of(episode.client.practice, episode.kind)
    until = on + timedelta(days=policy.hold_days)
    if episode.steroids_until:
        until = max(until, episode.steroids_until + timedelta(days=policy.steroid_gap_days))
    return until


def hold_among(episodes: Iterable[Episode], on: date) -> Episode | None:
    """Of one client's episodes the confirmed one that holds visits on that day, if any."""
    return next((e for e in episodes if e.status == Episode.Status.CONFIRMED and e.holds_visits
                 and e.hold_until and e.confirmed_on and e.confirmed_on <= on < e.hold_until), None)


def holding(clients: list[Client], first: date, last: date) -> dict:
    """The confirmed, holding episodes of these clients that reach into the days `first` to `last`, by client."""
    found: dict = {}
    rows = Episode.objects.filter(client__in=clients, holds_visits=True, status=Episode.Status.CONFIRMED,
                                  hold_until__gt=first, confirmed_on__lte=last)
    for episode in rows:
        found.setdefault(episode.client_id, []).append(episode)
    return found
