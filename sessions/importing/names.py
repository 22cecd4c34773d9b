"""Whom and what the names in a list of visits mean here: known where they are the same, asked where they are not."""

from __future__ import annotations

from uuid import UUID

from rapidfuzz import fuzz, process

from clients.importing import files
from clients.importing.kinds import Ask
from clients.models import Import
from practice.models import Membership, Practice, Service

MOST_NAMES = 100  # asked about at once
_LIKELY = 70  # of 100


def exact_people(practice: Practice) -> dict[str, UUID]:
    """The therapists by their name and by their address."""
    found: dict[str, UUID] = {}
    for member in Membership.objects.filter(practice=practice, is_therapist=True).select_related("user").order_by(
            "is_active", "-pk"):
        found |= {_word(member.name): member.pk, _word(member.user.email): member.pk}
    return found


def exact_services(practice: Practice) -> dict[str, UUID]:
    """The services by their name, and by name and minutes."""
    found: dict[str, UUID] = {}
    for service in Service.objects.filter(practice=practice).order_by("is_active", "-pk"):
        found |= {_word(service.name): service.pk, _word(f"{service.name} {service.minutes}"): service.pk,
                  _word(f"{service.name}, {service.minutes} min"): service.pk}
    return found


def asks(brought: Import) -> dict[str, Ask]:
    """The names of the list that nobody and nothing here has, each with what it most likely means."""
    practice = brought.practice
    people = [(str(m.pk), m.name if m.is_active else f"{m.name} (no longer here)")
              for m in Membership.objects.filter(practice=practice, is_therapist=True).select_related("user")]
    services = [(str(s.pk), f"{s.name}, {s.minutes} min") for s in Service.objects.filter(practice=practice)]
    found = {}
    for code, label, exact, choices in (("therapist", "Therapists", exact_people(practice), people),
                                        ("service", "Services", exact_services(practice), services)):
        names = [name for name in _names(brought, code) if _word(name) not in exact][:MOST_NAMES]
        if names:
            found[code] = Ask(label, tuple(names), tuple(choices), _likely(names, choices))
    return found


def _names(brought: Import, code: str) -> list[str]:
    if code not in brought.mapping:
        return []
    at, width = brought.mapping.index(code), len(brought.columns)
    rows = files.rows_of(brought.text, brought.delimiter, width)
    return sorted(dict.fromkeys(cells[at] for _, cells in rows if cells[at]))


def _likely(names: list[str], choices: list[tuple[str, str]]) -> dict[str, str]:
    words = dict(choices)
    likely = {}
    for name in names:
        if near := process.extractOne(name, words, scorer=fuzz.token_set_ratio, score_cutoff=_LIKELY):
            likely[name] = near[2]
    return likely


def _word(name: str) -> str:
    return " ".join(name.casefold().split())
