"""Who may see and do what: roles, the actor behind every verb, and the one door to rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from practice import walls
from practice.composed import ComposedRows

if TYPE_CHECKING:
    from practice.models import Membership, Practice


class Role(models.TextChoices):
    """What a member is in a practice; what a role may do is said where the verb is."""

    OWNER = "owner", "Owner"
    THERAPIST = "therapist", "Therapist"
    FRONT_DESK = "front_desk", "Front desk"


EVERYBODY = frozenset(Role)
CLINICAL = frozenset({Role.OWNER, Role.THERAPIST})
THERAPISTS = frozenset({Role.THERAPIST})


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody who acts without an account: a client or doctor through a link, or the system by itself."""

    practice: Practice
    role: str  # "client", "waitlist" (a client who takes what the practice offered), "doctor" or "system"
    name: str

    @property
    def may_see_clinical(self) -> bool:
        return False


Actor = Any  # a Membership or an Outsider: both carry `practice`, `role` and `name`

_M = TypeVar("_M", bound=models.Model)


class OwnedQuerySet(models.QuerySet[_M]):
    """Rows of one practice; `visible_to` is the only way from a request to a row."""

    def visible_to(self, member: Membership) -> OwnedQuerySet[_M]:
        """The rows this member may see: their practice's, and none where their role may not read the model."""
        if not may_read(member, self.model):
            return self.none()
        return self.of_practice(member.practice_id)

    def of_practice(self, practice: UUID) -> OwnedQuerySet[_M]:
        """The rows that are there in a practice, whoever may see them."""
        return self.filter(practice_id=practice)


class PracticeOwned(models.Model):
    """A row that belongs to exactly one practice; `readers` names the roles that may see it at all."""

    readers: ClassVar[frozenset[Role]] = EVERYBODY

    practice = models.ForeignKey("practice.Practice", on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


def may_read(member: Membership, model: type[models.Model]) -> bool:
    """Whether the member's role may read rows of this model; a therapist-owner reads what therapists read."""
    readers: frozenset[Role] = getattr(model, "readers", EVERYBODY)
    return member.role in readers or (Role.THERAPIST in readers and member.is_therapist)


@cache
def _by_id(model: type[models.Model]) -> ComposedRows[Any]:
    return ComposedRows(lambda practice, pk: model.objects.of_practice(  # type: ignore[attr-defined]
        practice).filter(pk=pk).order_by())


def visible_row(model: type[models.Model], member: Membership, pk: UUID | str, **where: Any) -> Any:
    """The row with this id among those the member may see, or None."""
    rows = model.objects.visible_to(member)  # type: ignore[attr-defined]
    if where or not isinstance(pk, UUID) or type(rows).visible_to is not OwnedQuerySet.visible_to:
        return rows.filter(pk=pk, **where).first()
    return next(iter(_by_id(model)(member.practice_id, pk)), None) if may_read(member, model) else None


class MemberMiddleware:
    """Puts the signed-in person's membership on the request and speaks times in the practice's zone."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = member_of(request)  # type: ignore[attr-defined]
        if request.member:  # type: ignore[attr-defined]
            walls.enter(request.member.practice_id)  # type: ignore[attr-defined]
            timezone.activate(request.member.practice.time_zone)  # type: ignore[attr-defined]
        else:
            timezone.deactivate()
        response: HttpResponse = self.get_response(request)
        if request.member:  # type: ignore[attr-defined]
            response.headers.setdefault("Cache-Control", "no-store")
        return response


CHOSEN_PLACE = "place"  # of a session: the membership chosen by somebody who works in several practices


def member_of(request: HttpRequest) -> Membership | None:
    """The active membership of the signed-in user, read anew with each request (`callers.MemberBackend`).

    Where this session chose another of theirs, that one, while it lasts.
    """
    user = getattr(request, "user", None)
    member: Membership | None = getattr(user, "member", None)
    chosen = request.session.get(CHOSEN_PLACE) if member is not None else None
    if member is not None and chosen and chosen != str(member.pk):
        places = type(member)._default_manager.filter(pk=chosen, user=member.user, is_active=True)
        with walls.everywhere():
            return places.select_related("user", "practice").first() or member
    return member
