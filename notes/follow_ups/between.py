"""What stands in a note and on the client's page of the time between visits: the answer, and the last six visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from clients.body import keys
from clients.contraindications import Body, Cap, ProposedTreatment, cautions_for
from clients.limits import body_of
from clients.models import Client
from notes.follow_ups.own_visits import outcomes_of
from notes.follow_ups.saying import said_follow_up, said_help
from notes.follow_ups.suggested import Outcome, Place, answered, interval_of, places_of
from notes.models import FollowUp, Note
from practice import clock
from practice.models import Membership
from sessions.relief import Relief

_LIGHTEST = "effleurage"  # a cap is one of the place, whatever the technique


@dataclass(frozen=True, slots=True)
class Between:
    """What is known from between visits: the answer after the last one, and what the last six say together."""

    last: FollowUp | None
    interval: Relief | None
    still: int
    places: tuple[Place, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the last visits say nothing together yet."""
        return not self.interval and not self.places

    @property
    def said(self) -> str:
        """The answer after the last visit: "sore 2 days, helped 5 days"."""
        return said_follow_up(self.last) if self.last else ""

    @property
    def relief(self) -> str:
        """For how long the last visit helped by that answer; a word beside the field, nothing typed."""
        return said_help(self.last) if self.last else ""

    @property
    def answered_on(self) -> str:
        """The day of that answer."""
        if self.last is None or self.last.answered_at is None:
            return ""
        return clock.said_date(clock.wall_of(self.last.answered_at, self.last.appointment.time_zone)[0])


def between_of(client: Client, by: Membership, before: Note | None = None, *, body: Body | None = None) -> Between:
    """What this member may know of it; with a note, up to the visit before it, and with the caps of its day.

    `body` is what is known of the client, where it was read already.
    """
    outcomes, last = outcomes_of(client, by, before)
    on = before.day if before else clock.wall_of(timezone.now(), client.practice.time_zone)[0]
    places = places_of(outcomes, _caps(client, outcomes, on, body))
    return Between(last, interval_of(outcomes), sum(o.relief is None for o in answered(outcomes)), places)


def _caps(
    client: Client, outcomes: Sequence[Outcome], on: date, body: Body | None,
) -> Callable[[str, str], Cap | None]:
    """The least cap of a place on a day, by the safety check; the body is read only where there is work to judge."""
    where = sorted({(work.region, work.side) for outcome in outcomes for work in outcome.work})
    if not where:
        return lambda region, side: None
    rows = [ProposedTreatment(_LIGHTEST, region, side, None, None) for region, side in where]
    capped = cautions_for(body or body_of(client), rows, on=on).max_pressure_by_region

    def cap_of(region: str, side: str) -> Cap | None:
        caps = [cap for key in keys(region, side) if (cap := capped.get(key)) is not None]
        return min(caps, key=lambda cap: -1 if cap == "none" else cap, default=None)

    return cap_of
