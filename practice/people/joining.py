"""Following an invitation: somebody new chooses a password, somebody with an account gives theirs."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit
from practice.models import Invitation, Membership, User
from practice.people.inviting import open_invitation
from practice.refusals import BadInput, NotThere, WrongState

RULES_OF_PASSWORDS = ("At least 12 characters, not a password many people use, not like your name or address. "
                      "Three or four words that mean something to you alone do well.")


def account_of(invitation: Invitation) -> User | None:
    """The account the invited address has already, in whichever practice."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def join_with_new_account(*, token: str, name: str, password: str) -> Membership:
    """Join as somebody who has no account yet; refuses a weak password, and a link that works no more."""
    invitation = _taken(token)
    name = " ".join(name.split())
    if not any(c.isalpha() for c in name):
        raise BadInput("Write your name as people say it.", field="name")
    user = User(email=invitation.email, name=name[:120])
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise BadInput(" ".join(weak.messages), field="password") from weak
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as known:
        raise WrongState("There is an account with this address by now. Open the link again.") from known
    return _joined(invitation, user)


@transaction.atomic
def join_with_account(*, token: str, person: User) -> Membership:
    """Join with the account one has, once its password was given; refuses another's, and one that is switched off."""
    invitation = _taken(token)
    if person.email.lower() != invitation.email.lower() or not person.is_active:
        raise NotThere("This link is somebody else's.")
    return _joined(invitation, person)


def _taken(token: str) -> Invitation:
    invitation = open_invitation(token, lock=True)
    if invitation is None:
        raise NotThere("This link does not work any more.")
    return invitation


def _joined(invitation: Invitation, user: User) -> Membership:
    fields: dict[str, Any] = {name: getattr(invitation, name)
                              for name in ("role", "is_therapist", "credential", "credential_expires_on")}
    if Membership.objects.filter(practice=invitation.practice, user=user).exists():
        raise WrongState("You work here already. Sign in as usual.")
    initials = "".join(part[0] for part in user.name.split() if part)[:4].upper()
    member = Membership.objects.create(practice=invitation.practice, user=user, initials=initials, **fields)
    # By condition, not by what was read: of two presses at once one joins.
    used = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        accepted_at=timezone.now(), accepted_by=member)
    if not used:
        raise NotThere("This link does not work any more.")
    audit.record(by=member, verb="member_joined", subject=member, role=member.role)
    return member
