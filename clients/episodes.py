"""Episodes: how a relapse or flare is reported, joined to the last one, and moves forward to its end.

What an episode does to the diary stands in `sessions/holds.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.conditions import CONDITIONS, line_of
from clients.episode_policies import policy_of
from clients.models import Client, ClientCondition, Episode, EpisodeStep
from clients.standing import lock_client
from practice import audit, clock, page_language
from practice.access import Actor
from practice.composed import ComposedRows
from practice.refusals import BadInput, Refusal

_ORDER = [Episode.Status.SUSPECTED, Episode.Status.CONFIRMED, Episode.Status.RECOVERING, Episode.Status.RESOLVED]
LONGEST_HOLD = 120  # days from today until when a hold may be extended at once: our proposal

# What may be known of an episode: yes, no or not asked (None); and days.
FLAGS = ("fever_or_infection", "heat_or_strain")
DATES = ("steroids_until", "doctor_contacted_on", "expected_return_on")
_NAMES = {"fever_or_infection": "Fever or infection", "heat_or_strain": "Brought on by heat, effort or stress",
          "steroids_until": "Steroids until", "doctor_contacted_on": "Doctor or MS team told",
          "expected_return_on": "Expected back"}


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


def is_feverish(client: Client) -> bool:
    """Whether fever or infection was reported with an episode that is not over."""
    return Episode.objects.filter(client=client, fever_or_infection=True, status__in=[
        Episode.Status.SUSPECTED, Episode.Status.CONFIRMED]).exists()


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
def record_episode(*, client: Client, kind: str, onset_on: date, reported_by: str, by: Actor, symptoms: str = "",
                   **facts: Any) -> tuple[Episode, bool]:
    """Record a possible episode, or find the relapse it belongs to; answers the episode and whether it is new.

    `facts` are any of FLAGS and DATES. What is newly known is added to a relapse that nobody has confirmed yet;
    afterwards its dates stand. Refuses an onset in the future, and dates that cannot be.
    """
    lock_client(client)
    today = today_in(client)
    if onset_on > today:
        raise BadInput(f"{clock.said_date(onset_on)} is still to come. When did it begin?", field="onset_on")
    _refuse_odd_dates(facts, onset_on, today)
    same_within = timedelta(days=policy_of(client.practice, kind).joins_within_days)
    if same_within:
        last = (
            Episode.objects.filter(client=client, kind=kind)
            .exclude(status=Episode.Status.NOT_A_RELAPSE)
            .filter(onset_on__gt=onset_on - same_within, onset_on__lt=onset_on + same_within)
            .first()
        )
        if last:
            _join(last, onset_on, symptoms, by, facts)
            return last, False
    episode = Episode.objects.create(
        practice=client.practice, client=client, kind=kind, status=Episode.Status.SUSPECTED, onset_on=onset_on,
        reported_by=reported_by[:120], symptoms=symptoms, **facts)
    EpisodeStep.objects.create(episode=episode, on=today, status=episode.status, by_name=by.name)
    audit.record(by=by, verb="episode_reported", subject=episode)
    return episode, True


def _join(episode: Episode, onset_on: date, words: str, by: Actor, facts: dict[str, Any]) -> None:
    """A further report of what is known: new facts are added, and an earlier beginning while nobody has confirmed it.

    What was said stands in its course under the name of whoever said it.
    """
    changed = add_facts(episode, **facts) if episode.is_open else []
    note, words = [], words.strip()
    if episode.status == Episode.Status.SUSPECTED and onset_on < episode.onset_on:
        note.append(f"It began {clock.said_date(onset_on)}, not {clock.said_date(episode.onset_on)}.")
        episode.onset_on = onset_on
        changed.append("onset_on")
    if words and words not in episode.symptoms:
        note.append(words)
    said = " ".join(note)[:2000]
    if said and said not in episode.steps.values_list("note", flat=True):
        EpisodeStep.objects.create(episode=episode, on=today_in(episode.client), status=episode.status,
                                   by_name=by.name[:120], note=said)
    episode.version += 1
    episode.save(update_fields=["version", *changed])
    audit.record(by=by, verb="episode_reported_again", subject=episode)


def add_facts(episode: Episode, **facts: Any) -> list[str]:
    """Put what a further report says beside what is known; answers the names of what changed, to be saved.

    A yes stays a yes; dates change only while nobody has confirmed it.
    """
    new = {name: value for name, value in facts.items() if name in FLAGS and value is not None
           and not getattr(episode, name)}
    if episode.status == Episode.Status.SUSPECTED:
        new |= {name: value for name, value in facts.items() if name in DATES and value}
    changed = [name for name, value in new.items() if getattr(episode, name) != value]
    for name in changed:
        setattr(episode, name, new[name])
    return changed


@transaction.atomic
def note_facts(*, episode: Episode, by: Actor, kind: str | None = None, **facts: Any) -> Episode:
    """Write down what is known by now of an open episode: `facts` are any of FLAGS and DATES, None where unknown.

    A steroid course that outlasts a confirmed hold lengthens it, to the end of the course and the days kept free
    after it. Its kind may change until it is confirmed. Refuses an episode that is over, and dates that cannot be.
    """
    episode = _locked(episode)
    if not episode.is_open:
        raise EpisodeGoesForward("It is over. Report a new episode if it has come back.")
    if kind and kind != episode.kind and episode.status != Episode.Status.SUSPECTED:
        raise EpisodeGoesForward(f"It is {episode.get_status_display().lower()}, so its kind stands.")
    _refuse_odd_dates(facts, episode.onset_on, today_in(episode.client))
    new = facts | ({"kind": kind} if kind else {})
    changed = [name for name, value in new.items() if getattr(episode, name) != value]
    if not changed:
        return episode
    for name in changed:
        setattr(episode, name, new[name])
    if episode.status == Episode.Status.CONFIRMED and episode.confirmed_on and episode.hold_until:
        until = max(episode.hold_until, hold_until_if_confirmed(episode, episode.confirmed_on))
        if until != episode.hold_until:
            episode.hold_until = episode.review_on = until
    episode.version += 1
    episode.save(update_fields=[*changed, "hold_until", "review_on", "version"])
    step = EpisodeStep.objects.create(episode=episode, on=today_in(episode.client), status=episode.status,
                                      by_name=by.name, note=_said_facts(episode, changed))
    audit.record(by=by, verb="episode_facts_noted", subject=episode, step=str(step.pk))
    return episode


def _said_facts(episode: Episode, changed: list[str]) -> str:
    """What changed, in words for the course: "Fever or infection: no. Steroids until: Thu 3 Dec."."""
    said = []
    for name in changed:
        value = getattr(episode, name)
        if name == "kind":
            said.append(f"Taken as: {episode.get_kind_display()}.")
        else:
            words = {None: "not known", True: "yes", False: "no"}.get(value) or clock.said_date(value)
            said.append(f"{_NAMES[name]}: {words}.")
    return " ".join(said)


def _refuse_odd_dates(facts: dict[str, Any], onset_on: date, today: date) -> None:
    """Refuse steroids or a return before it began, and a doctor contacted on a day that is still to come."""
    for field in ("steroids_until", "expected_return_on"):
        day = facts.get(field)
        if day and day < onset_on:
            raise BadInput(_("{day} lies before it began on {began}.").format(
                day=page_language.said_date(day), began=page_language.said_date(onset_on)), field=field)
    contacted = facts.get("doctor_contacted_on")
    if contacted and contacted > today:
        raise BadInput(_("{day} is still to come. When were they told?").format(
            day=page_language.said_date(contacted)), field="doctor_contacted_on")


def _locked(episode: Episode) -> Episode:
    return Episode.objects.select_for_update(of=("self",), no_key=True).select_related("client__practice").get(
        pk=episode.pk)


def may_be_pseudo(episode: Episode) -> bool:
    """Whether a possible relapse may be a pseudo-relapse: heat, strain, fever or infection, reported within a day."""
    if episode.kind != Episode.Kind.RELAPSE or episode.status != Episode.Status.SUSPECTED:
        return False
    reported_on = clock.wall_of(episode.created_at, episode.client.practice.time_zone)[0]
    return bool(episode.heat_or_strain or episode.fever_or_infection) and (reported_on - episode.onset_on).days <= 1


@transaction.atomic
def advance_episode(*, episode: Episode, status: str, on: date, by: Actor, note: str = "", on_word_of: str = "",
                    kind: str | None = None) -> Episode:
    """Move an episode forward: confirmed, recovering, resolved, or not a relapse. Backwards is refused.

    `kind` says what it turned out to be, until it is confirmed.
    """
    episode = note_facts(episode=episode, by=by, kind=kind) if kind else _locked(episode)
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


_holding = ComposedRows(lambda clients, first, last: Episode.objects.filter(
    client__in=clients, holds_visits=True, status=Episode.Status.CONFIRMED, hold_until__gt=first,
    confirmed_on__lte=last))


def holding(clients: list[Client], first: date, last: date) -> dict:
    """The confirmed, holding episodes of these clients that reach into the days `first` to `last`, by client."""
    found: dict = {}
    for episode in _holding([client.pk for client in clients], first, last) if clients else ():
        found.setdefault(episode.client_id, []).append(episode)
    return found
