"""Who a client is: how a profile is begun and changed. Clinical parts are for those who may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from clients.channels import agreed_by, keep_in_step
from clients.models import Client
from clients.phones import refuse_untextable
from clients.wishes import Wishes, refuse_impossible
from clients.words import one_line
from clients.writing import follow, ways_to
from practice import audit, clock, outbox
from practice.access import Actor
from practice.models import Practice
from practice.refusals import BadInput, NotAllowed, Stale

CHANNELS = ("email", "sms")
CLINICAL_FIELDS = frozenset({"heat_sensitive", "cold_sensitive"})
_ONE_LINE = ("name", "preferred_name", "email", "phone", "time_zone", "language")
_OLDEST = timedelta(days=130 * 366)


@dataclass(frozen=True, slots=True)
class ReminderConsent:
    """That the client agreed to reminders: on which day, how they said so, and in which words they were asked.

    Without words of its own, what staff read out stands (`clients.channels.WORDING`).
    """

    given_on: date
    source: str
    wording: str = ""


class ProfileFields(TypedDict, total=False):
    """What a profile may hold; only those given are touched."""

    name: str
    preferred_name: str
    email: str
    phone: str
    birth_date: date | None
    time_zone: str
    language: str
    channels: Sequence[str]
    reminder_consent: ReminderConsent | None
    wants_follow_ups: bool
    wants_recalls: bool
    preferences: Wishes
    heat_sensitive: bool
    cold_sensitive: bool


@transaction.atomic
def create_client(*, practice: Practice, by: Actor, **profile: Unpack[ProfileFields]) -> Client:
    """Begin a client's profile; refuses one without a name or without any way to reach them."""
    client = draft_client(practice=practice, by=by, **profile)
    client.save(force_insert=True)
    keep_in_step(client=client, was={}, by=by, how="", wording=_wording(profile))
    audit.record(by=by, verb="client_created", subject=client, client_id=client.pk)
    return client


def draft_client(*, practice: Practice, by: Actor, **profile: Unpack[ProfileFields]) -> Client:
    """The row such a profile would begin, not saved; refuses what `create_client` refuses."""
    _refuse_clinical(profile, by)
    client = Client(practice=practice)
    _put(client, profile)
    _refuse_impossible(client, profile)
    return client


@transaction.atomic
def change_client(*, client: Client, by: Actor, expected_version: int | None = None,
                  **profile: Unpack[ProfileFields]) -> Client:
    """Change the given parts of a profile; refuses, as stale, what was read at an older version than expected."""
    _refuse_clinical(profile, by)
    client = Client.objects.select_for_update(no_key=True, of=("self",)).select_related("practice").get(pk=client.pk)
    if expected_version is not None and expected_version != client.version:
        raise Stale(f"Somebody changed {client.called}'s details since you read them. Look again, then save yours.")
    ways = ways_to(client)
    was = agreed_by(client)
    changed = _put(client, profile)
    if not changed:
        return client
    _refuse_impossible(client, profile)
    client.version += 1
    client.save(update_fields=[*changed, "version"])
    follow(client, ways)
    if "time_zone" in changed:
        outbox.keep_zone(client_id=client.pk, zone=client.zone)
    keep_in_step(client=client, was=was, by=by, how="Noted on their profile.", wording=_wording(profile))
    audit.record(by=by, verb="client_changed", subject=client, client_id=client.pk, fields=changed)
    return client


def _put(client: Client, profile: ProfileFields) -> list[str]:
    """Write the given parts on the row; answers the names of the columns that differ now."""
    columns: dict[str, Any] = dict(profile)
    for field in _ONE_LINE:
        if field in columns:
            columns[field] = one_line(columns[field])
    if "channels" in columns:
        columns["channels"] = list(dict.fromkeys(way for way in columns["channels"] if way in CHANNELS))
    if "preferences" in columns:
        columns["preferences"] = columns["preferences"].as_json()
    if "reminder_consent" in columns:
        given: ReminderConsent | None = columns.pop("reminder_consent")
        columns["reminder_consent_on"] = given.given_on if given else None
        columns["reminder_consent_source"] = one_line(given.source) if given else ""
    changed = [name for name, value in columns.items() if getattr(client, name) != value]
    for name in changed:
        setattr(client, name, columns[name])
    return changed


def _wording(profile: ProfileFields) -> str:
    agreed = profile.get("reminder_consent")
    return agreed.wording if agreed else ""


def _refuse_clinical(profile: ProfileFields, by: Actor) -> None:
    if CLINICAL_FIELDS & profile.keys() and not by.may_see_clinical:
        raise NotAllowed("How a body takes heat and cold is noted by a therapist. Ask one of them.")


def _refuse_impossible(client: Client, profile: ProfileFields) -> None:
    if not any(c.isalnum() for c in client.name):
        raise BadInput("Write their name.", field="name")
    if not client.email and not client.phone:
        raise BadInput("Add an e-mail address or a phone number, so that they can be reached.", field="email")
    today = clock.wall_of(timezone.now(), client.practice.time_zone)[0]
    if client.birth_date and not today - _OLDEST < client.birth_date <= today:
        raise BadInput(f"Nobody who comes was born on {clock.said_date(client.birth_date, year=True)}. Check the year.",
                       field="birth_date")
    if client.reminder_consent_on and client.reminder_consent_on > today:
        day = clock.said_date(client.reminder_consent_on, today=today)
        raise BadInput(f"{day} is still to come. When did they agree?", field="reminder_consent/given_on")
    if client.reminder_consent_on and not client.reminder_consent_source:
        raise BadInput("Say how they agreed: in person, on paper, by phone.", field="reminder_consent/source")
    if {"phone", "channels"} & profile.keys():
        refuse_untextable(client)
    if "preferences" in profile:
        refuse_impossible(profile["preferences"], practice_id=client.practice_id)
