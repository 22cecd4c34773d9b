"""Tokens by which another program calls the API as one member: what each may do, until when, and since when unused.

A token carries the rights of its member and never more: its scopes can only leave some of them out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice import audit
from practice.access import EVERYBODY, Actor, Role
from practice.links import hash_of, new_secret
from practice.models import ApiToken, Membership
from practice.refusals import BadInput, NotAllowed, Refusal

if TYPE_CHECKING:
    from rest_framework.request import Request

MOST = 20  # live tokens of one member: our proposal
NOTED_EVERY = timedelta(minutes=1)  # used again sooner writes nothing
READ, WRITE = "read", "write"
AREAS = {
    "diary": "The diary: visits, open times, the waitlist",
    "clients": "Clients: profiles, doctors, referrals",
    "record": "The record: what limits the work, notes, summaries",
    "practice": "The practice: people, rooms, services, messages",
}
SCOPES = tuple(f"{area}:{act}" for area in AREAS for act in (READ, WRITE))
_AREA_OF_ROOM = {"practice": "practice", "clients": "clients", "sessions": "diary", "notes": "record"}


class MissingScope(Refusal):
    """The token was made for less than this."""

    code: ClassVar[str] = "scope_missing"
    title: ClassVar[str] = "This token was not made for that"
    status: ClassVar[int] = 403


@dataclass(frozen=True, slots=True)
class Fresh:
    """A token just made, with its secret, shown this once."""

    token: ApiToken
    secret: str


# --- what a token may do ---------------------------------------------------------------------------------------------


def area_of(view: Any) -> str:
    """The area a view of the API belongs to: what it says itself, the record for clinical rows, else its room's.

    Empty for what belongs to none: the catalogues, and who is calling.
    """
    said: str | None = getattr(view, "area", None)
    if said is not None:
        return said
    if getattr(getattr(view, "model", None), "readers", EVERYBODY) != EVERYBODY:
        return "record"
    return _AREA_OF_ROOM[type(view).__module__.partition(".")[0]]


def allows(scopes: Collection[str], area: str, act: str) -> bool:
    """Whether these scopes include it; changing an area includes reading it, and no scopes leave nothing out."""
    return not scopes or not area or f"{area}:{WRITE}" in scopes or f"{area}:{act}" in scopes


def refuse_out_of_scope(request: Request, view: Any) -> None:
    """Refuse a call for which the caller's token was not made; a signed-in page has no scopes."""
    token = request.auth
    if not isinstance(token, ApiToken):
        return
    area = area_of(view)
    act = READ if request.method in ("GET", "HEAD", "OPTIONS") or getattr(view, "only_reads", False) else WRITE
    if not allows(token.scopes, area, act):
        scope = f"{area}:{act}"
        raise MissingScope(f"This call needs the scope {scope}, which this token was made without. Make another token "
                           "under Practice, Programs.", scope=scope)


# --- what is done with tokens ----------------------------------------------------------------------------------


@transaction.atomic
def make_token(*, member: Membership, by: Actor, name: str = "", scopes: Collection[str] = (),
               expires_at: datetime | None = None) -> Fresh:
    """A token that acts as this member. Nobody makes one that acts as somebody else.

    Refuses an unknown scope, an end that has passed, and more live tokens than anybody keeps an eye on.
    """
    if isinstance(by, Membership) and by != member:
        raise NotAllowed("A token acts as the person it belongs to. They make it themselves.")
    if unknown := set(scopes) - set(SCOPES):
        raise BadInput(f"There is no scope {min(unknown)[:60]}. There are: {', '.join(SCOPES)}.", field="scopes")
    if expires_at is not None and expires_at <= timezone.now():
        raise BadInput("Its end has passed already. Choose a later one.", field="expires_at")
    Membership.objects.select_for_update(no_key=True).get(pk=member.pk)
    if isinstance(by, Membership) and live(ApiToken.objects.filter(membership=member)).count() >= MOST:
        raise BadInput(f"{MOST} tokens are the most. Revoke one that is not used.", field="name")
    secret = new_secret()
    token = ApiToken.objects.create(
        practice=member.practice, membership=member, token_hash=hash_of(secret), name=name.strip(), ending=secret[-4:],
        scopes=[scope for scope in SCOPES if scope in scopes], expires_at=expires_at)
    audit.record(by=by, verb="token_made", subject=token, scopes=token.scopes)
    return Fresh(token, secret)


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Membership) -> ApiToken:
    """The token opens nothing from the next call on. Its member may, and the owner."""
    refuse_unless_theirs(token, by)
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(by=by, verb="token_revoked", subject=token)
    return token


def refuse_unless_theirs(token: ApiToken, by: Membership) -> None:
    """Only the member a token acts as, and the practice's owner."""
    if not (by.role == Role.OWNER and by.practice_id == token.practice_id) and token.membership_id != by.pk:
        raise NotAllowed("This token is somebody else's. They or the practice's owner can revoke it.")


def tokens_of(member: Membership) -> Any:
    """The tokens a member sees: their own, and the owner everybody's; the newest first."""
    rows = ApiToken.objects.visible_to(member).select_related("membership__user", "practice").order_by("-created_at")
    return rows if member.role == Role.OWNER else rows.filter(membership=member)


def live(rows: Any) -> Any:
    """Of these, the tokens that still open something."""
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)


def note_use(token: ApiToken) -> None:
    """Note that a token was used, at most once a minute: a call costs no write for it."""
    now = timezone.now()
    if token.used_at is None or now - token.used_at >= NOTED_EVERY:
        token.used_at = now
        ApiToken.objects.filter(pk=token.pk).filter(Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY / 2)).update(
            used_at=now)
