"""Whether clients book by themselves, at which address, what of, and what somebody new can do there."""

from __future__ import annotations

import re
from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from practice import audit
from practice.access import Actor, Role
from practice.models import NewClients, Practice, Service
from practice.refusals import BadInput, NotAllowed

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LEAST_HOURS, MOST_HOURS = 1, 336


def change_online_booking(
    *, practice: Practice, by: Actor, books_online: bool, public_slug: str, new_clients_online: str, request_hours: int,
    services: Collection[UUID],
) -> Practice:
    """Switch booking by oneself on or off, and say how it goes; `services` are the ones to be booked so.

    For the owner. Refuses an address that is taken or cannot be one, and switching on without one.
    """
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("Online booking is the owner's to decide. Ask them.")
    slug = public_slug.strip().lower()
    if books_online and not slug:
        raise BadInput("Write how the address ends, so that the page can be found.", field="public_slug")
    if slug and (not _SLUG.fullmatch(slug) or len(slug) > 60):
        raise BadInput("Use small letters, digits and single hyphens: riverside-massage.", field="public_slug")
    if new_clients_online not in NewClients.values:
        raise BadInput("Choose one of the list.", field="new_clients_online")
    if not LEAST_HOURS <= request_hours <= MOST_HOURS:
        raise BadInput(f"Write a number from {LEAST_HOURS} to {MOST_HOURS} hours.", field="request_hours")
    try:
        with transaction.atomic():
            wanted = {"books_online": books_online, "public_slug": slug or None,
                      "new_clients_online": new_clients_online, "request_hours": request_hours}
            practice = Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
            changed = [name for name, value in wanted.items() if getattr(practice, name) != value]
            for name in changed:
                setattr(practice, name, wanted[name])
            practice.save(update_fields=changed)
            own = Service.objects.filter(practice=practice)
            own.filter(pk__in=services, is_online=False).update(is_online=True)
            own.exclude(pk__in=services).filter(is_online=True).update(is_online=False)
            audit.record(by=by, verb="online_booking_changed", subject=practice, fields=changed)
    except IntegrityError as taken:
        raise BadInput("This address is taken. Choose another ending.", field="public_slug") from taken
    return practice
