"""What somebody is in a practice: role, whether they give sessions, credential, and whether they are let in at all.

Everything is read anew with each request, so a change holds from the next one on: pages, calls, calendars alike.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from practice import audit
from practice.access import Actor, Role
from practice.models import ApiToken, Membership, Practice
from practice.offers import refuse_unless_owner
from practice.people.leaving import left_with
from practice.refusals import BadInput, Refusal

MOST_CREDENTIAL = 120


class LastOwner(Refusal):
    """Without this person nobody could decide anything in the practice any more."""

    code: ClassVar[str] = "last_owner"
    title: ClassVar[str] = "The practice needs an owner"


class OwnPlace(Refusal):
    """Nobody changes what they themselves are."""

    code: ClassVar[str] = "own_place"
    title: ClassVar[str] = "Not for yourself"


class StillInTheDiary(Refusal):
    """They have visits to come, which somebody has to give."""

    code: ClassVar[str] = "still_in_the_diary"
    title: ClassVar[str] = "They have visits to come"


@transaction.atomic
def change_place(*, person: Membership, role: str, is_therapist: bool, by: Actor) -> Membership:
    """Make somebody owner, therapist or front desk, giving sessions or not, from their next request on.

    Refuses one's own place, the last owner's, and whoever has visits to come but would give no sessions any more.
    """
    refuse_unless_owner(person.practice, by)
    if role not in Role.values:
        raise BadInput("Choose one of the roles.", field="role")
    person = _locked(person)
    is_therapist = is_therapist or role == Role.THERAPIST
    if (person.role, person.is_therapist) == (role, is_therapist):
        return person
    _refuse_own(person, by)
    if person.role == Role.OWNER and role != Role.OWNER:
        _refuse_last_owner(person)
    if person.is_therapist and not is_therapist:
        visits = [left.words for left in left_with(person) if left.needs_a_therapist]
        if visits:
            raise StillInTheDiary(f"{person.name} has {' and '.join(visits)}. Hand them over first, then change this.",
                                  field="is_therapist")
    was, person.role, person.is_therapist = person.role, role, is_therapist
    person.save(update_fields=["role", "is_therapist"])
    audit.record(by=by, verb="member_place_changed", subject=person, was=was, role=role, gives_sessions=is_therapist)
    return person


@transaction.atomic
def change_credential(*, person: Membership, credential: str, expires_on: date | None, by: Actor) -> Membership:
    """Write down what stands under their letters, and until when it is valid; what was signed keeps what stood then."""
    refuse_unless_owner(person.practice, by)
    person = _locked(person)
    person.credential, person.credential_expires_on = checked_credential(credential, expires_on), expires_on
    person.save(update_fields=["credential", "credential_expires_on"])
    audit.record(by=by, verb="member_credential_changed", subject=person,
                 expires_on=expires_on.isoformat() if expires_on else "")
    return person


@transaction.atomic
def switch_off(*, person: Membership, by: Actor) -> Membership:
    """Let somebody in no more: every session, token and calendar address of theirs ends with their next request.

    Their visits, notes and signatures stay. API tokens end for good. Refuses oneself and the last owner.
    """
    refuse_unless_owner(person.practice, by)
    person = _locked(person)
    if not person.is_active:
        return person
    _refuse_own(person, by)
    if person.role == Role.OWNER:
        _refuse_last_owner(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    ended = ApiToken.objects.filter(membership=person, revoked_at=None).update(revoked_at=timezone.now())
    audit.record(by=by, verb="member_switched_off", subject=person, tokens=ended)
    return person


@transaction.atomic
def switch_on(*, person: Membership, by: Actor) -> Membership:
    """Let somebody in again, as what they were; they sign in with their own password."""
    refuse_unless_owner(person.practice, by)
    person = _locked(person)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        audit.record(by=by, verb="member_switched_on", subject=person)
    return person


def checked_credential(credential: str, expires_on: date | None) -> str:
    """The credential as one line; refuses one that is too long, and a last day of nothing."""
    said = " ".join(credential.replace("\x00", "").split())
    if len(said) > MOST_CREDENTIAL:
        raise BadInput(f"At most {MOST_CREDENTIAL} letters; this has {len(said)}.", field="credential")
    if expires_on and not said:
        raise BadInput("Write the credential this day belongs to.", field="credential")
    return said


def owners_of(practice: Practice) -> list[Membership]:
    """Who owns the practice and can sign in."""
    return list(Membership.objects.filter(practice=practice, role=Role.OWNER, is_active=True, user__is_active=True)
                .select_related("user", "practice").order_by("pk"))


def _locked(person: Membership) -> Membership:
    """The row as it stands, once every row of the practice that decides who owns it stands still."""
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).filter(practice_id=person.practice_id)
    rows = rows.select_related("user", "practice").order_by("pk")
    return next(row for row in rows if row.pk == person.pk)


def _refuse_own(person: Membership, by: Actor) -> None:
    if isinstance(by, Membership) and by.pk == person.pk:
        raise OwnPlace("Nobody changes what they themselves are here. Ask another owner, or make one first.")


def _refuse_last_owner(person: Membership) -> None:
    if all(owner.pk == person.pk for owner in owners_of(person.practice)):
        raise LastOwner(f"{person.name} is the only owner left. Make somebody else an owner first.")
