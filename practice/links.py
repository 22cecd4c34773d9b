"""Links that act without a login: one purpose each, 256 bits, expiring, only the hash stored.

The token is an HMAC of the link's id under the server's key: it can be written into a message again after a
crash, yet cannot be read out of the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from practice import walls
from practice.models import ActionLink, Membership, Practice

UNSUBSCRIBE = "unsubscribe"
# The diary, a room to the right, registers here how the address of a therapist's own calendar is found.
OWN_CALENDAR: list[Callable[[Membership], str | None]] = []


def hash_of(token: str) -> str:
    """What is stored of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_secret() -> str:
    """A fresh 256-bit token, URL-safe."""
    return secrets.token_urlsafe(32)


def token_of(purpose: str, row_id: UUID) -> str:
    """The 256-bit token of a row, URL-safe; the same whenever it is asked for, and known to this server only."""
    return base64.urlsafe_b64encode(_digest(purpose, row_id)).rstrip(b"=").decode()


def number_of(purpose: str, row_id: UUID, *, below: int) -> int:
    """A number of a row, evenly spread: the same whenever it is asked for, and known to this server only."""
    return int.from_bytes(_digest(purpose, row_id)) % below


def _digest(purpose: str, row_id: UUID) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"{purpose}:".encode() + row_id.bytes, "sha256")


def signed(purpose: str, row_id: UUID) -> str:
    """A link's secret that carries the id itself, with nothing stored: for links that never end."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"{purpose}:".encode() + row_id.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(row_id.bytes + digest).decode()  # 48 bytes: no padding


def signed_id(purpose: str, token: str) -> UUID | None:
    """The id in such a secret; None where this server did not write it for this purpose."""
    try:
        row_id = UUID(bytes=base64.urlsafe_b64decode(token)[:16])
    except ValueError:
        return None
    return row_id if hmac.compare_digest(signed(purpose, row_id).encode(), token.encode()) else None


def unsubscribe_url(client_id: UUID) -> str:
    """Where this client ends the mail they get; the same in every mail."""
    return f"{settings.BASE_URL}/u/{signed(UNSUBSCRIBE, client_id)}/"


def link_for(*, practice: Practice, purpose: str, subject_id: UUID, expires_at: datetime) -> str:
    """The token of the link for this purpose and subject, made on first need and the same ever after.

    A link written under another key of the server (before a restore elsewhere) stays good for whoever has it; from then
    on there is a second one.
    """
    known = ActionLink.objects.filter(practice=practice, purpose=purpose, subject_id=subject_id).order_by("pk")
    link = next(filter(_is_ours, known), None)
    if link is None:
        link = ActionLink(practice=practice, purpose=purpose, subject_id=subject_id, expires_at=expires_at)
        link.token_hash = hash_of(token_of("action-link", link.pk))
        link.save()
    elif link.expires_at != expires_at:
        ActionLink.objects.filter(pk=link.pk).update(expires_at=expires_at)
    return token_of("action-link", link.pk)


def _is_ours(link: ActionLink) -> bool:
    return link.token_hash == hash_of(token_of("action-link", link.pk))


def links_for(*, purpose: str, wanted: dict[UUID, tuple[Practice, datetime]]) -> dict[UUID, str]:
    """`link_for` for several subjects at once, each with its practice and expiry: their tokens."""
    # The oldest link of a subject comes last, and stays.
    known = {link.subject_id: link for link in filter(
        _is_ours, ActionLink.objects.filter(purpose=purpose, subject_id__in=wanted).order_by("-pk"))}
    new: list[ActionLink] = []
    for subject_id, (practice, expires_at) in wanted.items():
        link = known.get(subject_id)
        if link is None:
            link = known[subject_id] = ActionLink(practice=practice, purpose=purpose, subject_id=subject_id,
                                                  expires_at=expires_at)
            link.token_hash = hash_of(token_of("action-link", link.pk))
            new.append(link)
        elif link.expires_at != expires_at:
            ActionLink.objects.filter(pk=link.pk).update(expires_at=expires_at)
    ActionLink.objects.bulk_create(new)
    return {subject_id: token_of("action-link", known[subject_id].pk) for subject_id in wanted}


def close_link(*, purpose: str, subject_id: UUID) -> None:
    """The link for this purpose and subject works no more; asked for again, there is a new one."""
    ActionLink.objects.filter(purpose=purpose, subject_id=subject_id).delete()


def open_link(token: str, *, purpose: str) -> ActionLink | None:
    """The live link behind a token, or None: unknown, expired and of another purpose look the same."""
    with walls.everywhere():
        link = (ActionLink.objects.select_related("practice")
                .filter(token_hash=hash_of(token), purpose=purpose, expires_at__gt=timezone.now()).first())
    if link is not None:
        walls.enter(link.practice_id)
    return link
