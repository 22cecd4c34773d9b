"""Who is calling: a signed-in page or a bearer token, and in which practice.

Kept apart from `practice/api.py`, because REST framework reads these classes while its own views are loading.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from practice import tokens, walls
from practice.access import EVERYBODY, Role, may_read
from practice.composed import ComposedRows
from practice.links import hash_of
from practice.lock import refuse_if_locked
from practice.models import ApiToken, Membership
from practice.refusals import NotAllowed

_active_membership = ComposedRows(lambda user: Membership.objects.filter(
    user_id=user, user__is_active=True, is_active=True).select_related("user", "practice").order_by("created_at")[:2])


class MemberBackend(ModelBackend):
    """Signs people in by e-mail and password, and reads user, membership and practice of a request in one query."""

    def get_user(self, user_id: Any) -> Any:
        """The signed-in user with their first active membership at hand; None once they are switched off everywhere."""
        with walls.everywhere():
            places = list(_active_membership(UUID(str(user_id))))
        if not places:
            return None
        member = places[0]
        vars(member.user).update(member=member, works_elsewhere=len(places) > 1)
        return member.user


_live_tokens = ComposedRows(lambda hashed, now: ApiToken.objects.filter(
    Q(expires_at=None) | Q(expires_at__gt=now), token_hash=hashed, revoked_at=None, membership__is_active=True,
    membership__user__is_active=True).select_related("membership__user", "membership__practice"))


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`; the token belongs to one membership, so to one practice."""

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        header = request.headers.get("Authorization", "")
        scheme, _, token = header.partition(" ")
        if not header:
            return None
        http: Any = getattr(request, "_request", request)
        with walls.everywhere():
            row = getattr(http, "api_token", None) or next(
                iter(_live_tokens(hash_of(token.strip()), timezone.now())), None)
        if scheme.lower() != "bearer" or row is None:
            raise exceptions.AuthenticationFailed(
                "This token is not known here, or it was revoked or has expired. A new one is made under Practice, "
                "Programs, or by manage.py api_token.")
        walls.enter(row.practice_id)
        if not hasattr(http, "api_token"):
            http.api_token = row  # a request with an Idempotency-Key asks before and within its transaction
            tokens.note_use(row)
        return row.membership.user, row

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class PageAuthentication(SessionAuthentication):
    """The signed-in page's own calls, with CSRF."""

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class IsMember(BasePermission):
    """Nobody but members of a practice, and only roles that may read what the view serves."""

    def has_permission(self, request: Request, view: Any) -> bool:
        member = member_of(request)
        if member is None:
            refuse_if_locked(request._request)
            return False
        model = getattr(view, "model", None)
        roles = getattr(view, "roles", EVERYBODY)
        if not (member.role in roles or (Role.THERAPIST in roles and member.is_therapist)):
            raise NotAllowed("Your role does not include this. The practice's owner can change roles.")
        if model is not None and not may_read(member, model):
            raise NotAllowed("Your role does not include reading this. A therapist can.")
        tokens.refuse_out_of_scope(request, view)
        return True


def member_of(request: Request) -> Membership | None:
    """The membership behind an API call: the token's, or the signed-in page's."""
    if isinstance(request.auth, ApiToken):
        return request.auth.membership
    return getattr(request._request, "member", None)
