"""What a client asks for: when, with whom, how long, and what they need to be comfortable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import time
from typing import Any
from uuid import UUID

from clients.models import Client
from practice import clock
from practice.models import Membership
from practice.refusals import BadInput

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORTEST, LONGEST = 5, 480  # minutes, as services have them
MOST_WINDOWS, MOST_AREAS = 14, 20
PLACES_TO_WORK = {"table": "On the table", "chair": "In a chair or their wheelchair"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """A client's preferences; None where nothing was said.

    `weekdays` Monday is 0; `windows` wall-clock from and until; `therapists` in order of preference;
    `works_on` is "table" or "chair"; `declined_areas` in the client's own words.
    """

    weekdays: tuple[int, ...] | None = None
    windows: tuple[tuple[time, time], ...] | None = None
    therapists: tuple[UUID, ...] | None = None
    minutes: int | None = None
    mobility: str | None = None
    transfer: str | None = None
    works_on: str | None = None
    room_temperature: str | None = None
    declined_areas: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape `Client.preferences` stores: only the keys that say something."""
        plain: dict[str, Any] = {
            "weekdays": None if self.weekdays is None else sorted(set(self.weekdays)),
            "windows": None if self.windows is None else [
                [clock.said_time(opens), clock.said_time(closes)] for opens, closes in self.windows],
            "therapists": None if self.therapists is None else [str(pk) for pk in dict.fromkeys(self.therapists)],
            "declined_areas": None if self.declined_areas is None else list(dict.fromkeys(self.declined_areas)),
        }
        said = {field.name: plain.get(field.name, getattr(self, field.name)) for field in fields(self)}
        return {key: value for key, value in said.items() if value not in (None, "")}


def wishes_of(client: Client) -> Wishes:
    """The client's stored preferences."""
    kept = client.preferences
    windows = kept.get("windows")
    return Wishes(
        weekdays=_tuple(kept.get("weekdays")),
        windows=None if windows is None else tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in windows),
        therapists=None if (pks := kept.get("therapists")) is None else tuple(UUID(pk) for pk in pks),
        minutes=kept.get("minutes"), mobility=kept.get("mobility"), transfer=kept.get("transfer"),
        works_on=kept.get("works_on"),
        room_temperature=kept.get("room_temperature"), declined_areas=_tuple(kept.get("declined_areas")))


def refuse_impossible(wishes: Wishes, *, practice_id: UUID) -> None:
    """Refuse windows that end before they begin, lengths nobody gives, and therapists of elsewhere."""
    for day in wishes.weekdays or ():
        if not 0 <= day <= 6:
            raise BadInput("Days are numbered 0 for Monday to 6 for Sunday.", field="preferences/weekdays")
    for index, (opens, closes) in enumerate(wishes.windows or ()):
        if closes <= opens:
            raise BadInput(f"{clock.said_time(opens)} to {clock.said_time(closes)} ends before it begins.",
                           field=f"preferences/windows/{index}")
    if wishes.works_on and wishes.works_on not in PLACES_TO_WORK:
        raise BadInput("Say table or chair.", field="preferences/works_on")
    if wishes.minutes is not None and not SHORTEST <= wishes.minutes <= LONGEST:
        raise BadInput(f"A session lasts {SHORTEST} to {LONGEST} minutes.", field="preferences/minutes")
    if wishes.therapists:
        known = set(Membership.objects.filter(practice_id=practice_id, is_therapist=True, pk__in=wishes.therapists)
                    .values_list("pk", flat=True))
        for index, pk in enumerate(wishes.therapists):
            if pk not in known:
                raise BadInput("No therapist of this practice has this id.", field=f"preferences/therapists/{index}")


def said_windows(windows: Sequence[tuple[time, time]] | None) -> str:
    """Stretches of the day, in words: "10:00 to 12:00, 14:00 to 16:00"."""
    return ", ".join(f"{clock.said_time(a)} to {clock.said_time(b)}" for a, b in windows or ())


def said_weekdays(wishes: Wishes) -> str:
    """The days that suit, in words: "Monday and Thursday"."""
    days = [WEEKDAYS[day] for day in wishes.weekdays or ()]
    return " and ".join([", ".join(days[:-1]), days[-1]]) if len(days) > 1 else "".join(days)


def _tuple(values: Any) -> Any:
    return None if values is None else tuple(values)
