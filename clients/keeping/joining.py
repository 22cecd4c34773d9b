"""Two profiles of one person beside each other: what the one that stays lacks, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clients.forms import LANGUAGES
from clients.keeping.parts import CARD_FIELDS
from clients.models import Client, EmergencyCard
from clients.overview import person_of
from practice import clock

_FIELDS = {"preferred_name": "Likes to be called", "email": "E-mail", "phone": "Phone", "birth_date": "Born",
           "time_zone": "Time zone"}
_ALWAYS_SAID = {"name": "Name", "language": "Language"}
_SENSITIVE = {"heat_sensitive": "Heat", "cold_sensitive": "Cold"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the two rows say: what stays, what the other says, and what becomes of that."""

    name: str
    stays: str
    other: str
    comes_over: bool


def fill_gaps(stays: Client, other: Client) -> list[str]:
    """Write on the one that stays what it lacks and the other knows; answers the columns that changed.

    What both say stays as it is. An agreement to reminders comes over only for an address that is the same.
    """
    filled = [name for name in _FIELDS if getattr(other, name) and not getattr(stays, name)]
    filled += [name for name in _SENSITIVE if getattr(other, name) and not getattr(stays, name)]
    for name in filled:
        setattr(stays, name, getattr(other, name))
    wishes = {key: value for key, value in other.preferences.items() if key not in stays.preferences}
    if wishes:
        stays.preferences = {**stays.preferences, **wishes}
        filled.append("preferences")
    if stays.reminder_consent_on is None and other.reminder_consent_on and (channels := _agreed(stays, other)):
        stays.channels, stays.reminder_consent_on = channels, other.reminder_consent_on
        stays.reminder_consent_source = other.reminder_consent_source
        filled += ["channels", "reminder_consent_on", "reminder_consent_source"]
    if stays.wants_follow_ups and not other.wants_follow_ups:  # who said no once is not asked as somebody else
        stays.wants_follow_ups = False
        filled.append("wants_follow_ups")
    if stays.wants_recalls and not other.wants_recalls:
        stays.wants_recalls = False
        filled.append("wants_recalls")
    return filled


def _agreed(stays: Client, other: Client) -> list[str]:
    """The ways of writing the other agreed to at an address the one that stays has too."""
    address = {"email": "email", "sms": "phone"}
    return [way for way in other.channels if way in address
            and getattr(other, address[way]) and getattr(stays, address[way]) == getattr(other, address[way])]


def side_by_side(stays: Client, other: Client) -> list[Difference]:
    """Everything the two profiles do not say alike, as it will be once they are one."""
    after = Client.objects.get(pk=stays.pk)
    fill_gaps(after, other)
    rows = [Difference(name, a, b, comes_over=not a) for name, a, b in _plainly(stays, other) if b and a != b]
    rows += [Difference(name, "not noted", "makes it worse", comes_over=True) for column, name in _SENSITIVE.items()
             if getattr(other, column) and not getattr(stays, column)]
    own = dict(person_of(stays)["wishes"])
    rows += [Difference(name, own.get(name, ""), words, comes_over=name not in own)
             for name, words in person_of(other)["wishes"] if own.get(name) != words]
    a, b = _reminders(stays), _reminders(other)
    if b and a != b:
        rows.append(Difference("Reminders", a or "not agreed", b, comes_over=_reminders(after) != a))
    if stays.wants_follow_ups and not other.wants_follow_ups:
        rows.append(Difference("Asked after visits", "yes", "no", comes_over=True))
    if stays.wants_recalls and not other.wants_recalls:
        rows.append(Difference("Written to after a long time", "yes", "no", comes_over=True))
    return rows + _cards(stays, other)


def _plainly(stays: Client, other: Client) -> list[tuple[str, str, str]]:
    return [(label, *(_said(column, getattr(client, column)) for client in (stays, other)))
            for column, label in (_ALWAYS_SAID | _FIELDS).items()]


def _said(column: str, value: Any) -> str:
    if column == "birth_date":
        return clock.said_date(value, year=True)[4:] if value else ""  # nobody asks on which weekday
    return LANGUAGES.get(value, value) if column == "language" else str(value)


def _reminders(client: Client) -> str:
    if not client.reminder_consent_on or not client.channels:
        return ""
    ways = ", ".join("text message" if way == "sms" else "e-mail" for way in client.channels)
    return f"{ways}; agreed {clock.said_date(client.reminder_consent_on, year=True)}"


def _cards(stays: Client, other: Client) -> list[Difference]:
    """The emergency cards, where both have one."""
    own, theirs = (EmergencyCard.objects.filter(client=client).first() for client in (stays, other))
    if not own or not theirs:
        return []
    pairs = [(name.replace("_", " "), getattr(own, name), getattr(theirs, name)) for name in CARD_FIELDS]
    return [Difference(f"Emergency card, {name}", a, b, comes_over=not a) for name, a, b in pairs if b and a != b]
