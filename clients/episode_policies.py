"""What each kind of episode does to the diary, as published: numbers, not code. `(P)` are our proposals.

No source gives a number of days after which work may go on (docs/planning.md); sources give criteria. So every number
here is a default that a practice may change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clients.models import Episode
from practice.models import Practice


@dataclass(frozen=True, slots=True)
class EpisodePolicy:
    """One kind of episode. Days and minutes are whole numbers; 0 days means never.

    `joins_within_days`: a report within so many days of the last onset belongs to that episode.
    `hold_days`, `steroid_gap_days`: visits before confirmation + hold_days, or end of steroids + gap, are held.
    `return_minutes`, `return_pressure`: the longest and firmest first visit after it; None: no limit.
    """

    holds_visits: bool
    joins_within_days: int = 0
    hold_days: int = 14
    steroid_gap_days: int = 7
    check_in_days: int = 0
    return_minutes: int | None = None
    return_pressure: int | None = None
    asks_clearance: bool = False


PUBLISHED: dict[str, EpisodePolicy] = {
    Episode.Kind.RELAPSE: EpisodePolicy(
        # "at least 30 days from the start of the last relapse" (MS Trust, Managing MS relapses); the rest (P)
        holds_visits=True, joins_within_days=30, check_in_days=7, return_minutes=45, return_pressure=2),
    Episode.Kind.PSEUDO_RELAPSE: EpisodePolicy(holds_visits=False),
    Episode.Kind.MIGRAINE_ATTACK: EpisodePolicy(holds_visits=False),
    Episode.Kind.OFF_PERIOD: EpisodePolicy(holds_visits=False),
    Episode.Kind.PAIN_FLARE: EpisodePolicy(holds_visits=False),
    Episode.Kind.ACUTE_ILLNESS: EpisodePolicy(holds_visits=False),
    Episode.Kind.OTHER: EpisodePolicy(holds_visits=False),
}


def policy_of(practice: Practice, kind: str) -> EpisodePolicy:
    """The policy this practice works by for one kind of episode."""
    published = PUBLISHED[kind]
    if kind != Episode.Kind.RELAPSE:
        return published
    return replace(published, hold_days=practice.review_window_days, steroid_gap_days=practice.steroid_gap_days,
                   check_in_days=practice.check_in_days)
