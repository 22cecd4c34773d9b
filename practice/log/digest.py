"""The digest of what did not arrive: how many are to be rung."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.urls import reverse

from practice.access import Role
from practice.digests import Digest, declare_digest
from practice.log.shelves import NOT_DELIVERED, to_be_told
from practice.models import Membership, Message


def _lost(member: Membership, _today: date) -> dict[str, str] | None:
    count = to_be_told(Message.objects.visible_to(member)).count()
    if not count:
        return None
    return {"lost": "1 message did not arrive" if count == 1 else f"{count} messages did not arrive",
            "link": f"{settings.BASE_URL}{reverse('practice:messages')}?view={NOT_DELIVERED.code}"}


declare_digest(Digest(
    "digest-not-delivered", "Not delivered", "Every morning on which somebody is to be rung.",
    _lost, {"lost": "2 messages did not arrive"}, on_for=frozenset({Role.OWNER, Role.FRONT_DESK})))
