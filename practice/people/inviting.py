"""Inviting somebody by link: asked once, sent by mail, good for a week, taken back at will, used once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit, outbox, walls
from practice.access import Actor, Role
from practice.links import hash_of, token_of
from practice.models import Invitation, Membership, Message, Practice
from practice.offers import refuse_unless_owner
from practice.opening.mail import why_nobody_receives
from practice.people.places import checked_credential
from practice.refusals import BadInput, Refusal, WrongState

GOOD_FOR = timedelta(days=7)  # our proposal
PURPOSE, KIND = "invitation", "invitation"
MOST_OPEN = 50  # invitations of one practice at once: our proposal
_NO_NAME = re.compile(r"[<>\x00-\x1f]|://")


class AlreadyHere(Refusal):
    """The address is a colleague's already, or has been invited."""

    code: ClassVar[str] = "already_here"
    title: ClassVar[str] = "Already here"


@dataclass(frozen=True, slots=True)
class Place:
    """As what somebody is invited."""

    role: str
    is_therapist: bool = False
    credential: str = ""
    credential_expires_on: date | None = None


@transaction.atomic
def invite(*, practice: Practice, email: str, name: str, place: Place, by: Actor) -> Invitation:
    """Ask somebody to join by a link in their mail; where no mail leaves, the owner hands it over.

    Refuses an address that works here already or is invited, and a fifty-first open invitation.
    """
    refuse_unless_owner(practice, by)
    email, name = email.strip().lower(), " ".join(name.split())
    _refuse_unfit(practice, email, name, place)
    row = Invitation(
        practice=practice, email=email, name=name[:120], role=place.role,
        is_therapist=place.is_therapist or place.role == Role.THERAPIST, invited_by=by,
        credential=checked_credential(place.credential, place.credential_expires_on),
        credential_expires_on=place.credential_expires_on, expires_at=timezone.now() + GOOD_FOR)
    row.token_hash = hash_of(token_of(PURPOSE, row.pk))
    # One whose week is over makes room for the new one.
    Invitation.objects.filter(practice=practice, email=email, accepted_at=None, revoked_at=None,
                              expires_at__lte=timezone.now()).update(revoked_at=timezone.now())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as twice:
        raise AlreadyHere(f"{email} is invited already. Take that back first, or send it anew.",
                          field="email") from twice
    outbox.queue_message(
        practice=practice, kind=KIND, subject_id=row.pk, to_address=email, to_name=row.name, due_at=timezone.now(),
        useful_until=row.expires_at, why=f"{by.name} invited them.")
    audit.record(by=by, verb="member_invited", subject=row, role=row.role, gives_sessions=row.is_therapist)
    return row


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: Actor) -> Invitation:
    """Take an invitation back: its link works no more, and a mail that waits does not leave."""
    refuse_unless_owner(invitation.practice, by)
    row = Invitation.objects.select_for_update(of=("self",)).select_related("practice").get(pk=invitation.pk)
    if row.accepted_at:
        raise WrongState(f"{row.name} has joined by now. Switch them off instead.")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        outbox.cancel_messages(subject_id=row.pk, kinds=[KIND], why=f"{by.name} took the invitation back.")
        audit.record(by=by, verb="invitation_revoked", subject=row)
    return row


@transaction.atomic
def invite_again(*, invitation: Invitation, by: Actor) -> Invitation:
    """The same invitation anew: the old link ends, another mail leaves, the week begins again."""
    row = revoke_invitation(invitation=invitation, by=by)
    place = Place(row.role, row.is_therapist, row.credential, row.credential_expires_on)
    return invite(practice=row.practice, email=row.email, name=row.name, place=place, by=by)


def open_invitation(token: str, *, lock: bool = False) -> Invitation | None:
    """The invitation behind a link that still works; unknown, expired, used and taken back look the same."""
    rows = Invitation.objects.select_related("practice", "invited_by__user")
    if lock:
        rows = rows.select_for_update(of=("self",))
    with walls.everywhere():
        found = rows.filter(token_hash=hash_of(token), accepted_at=None, revoked_at=None,
                            expires_at__gt=timezone.now(), invited_by__is_active=True).first()
    if found is not None:
        walls.enter(found.practice_id)
    return found


def open_invitations(practice: Practice) -> list[Invitation]:
    """Who was asked and has not answered, the newest first; those whose week is over too, until asked again."""
    return list(Invitation.objects.filter(practice=practice, accepted_at=None, revoked_at=None)
                .select_related("invited_by__user", "practice"))


def how_it_went(invitation: Invitation) -> str:
    """What became of its mail, in words."""
    message = Message.objects.filter(subject_id=invitation.pk, kind=KIND).first()
    if message is None:
        return ""
    if message.state == Message.State.SENT:
        return "no mail has left: this server sends none" if why_nobody_receives() else "the mail has left"
    if message.state in (Message.State.WAITING, Message.State.SENDING):
        return "the mail is about to leave"
    return "the mail did not leave: " + message.why


def _refuse_unfit(practice: Practice, email: str, name: str, place: Place) -> None:
    if place.role not in Role.values:
        raise BadInput("Choose one of the roles.", field="role")
    if not any(c.isalpha() for c in name) or _NO_NAME.search(name):
        raise BadInput("Write their name as people say it.", field="name")
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise BadInput("Write the whole e-mail address, for example ana@example.org.", field="email") from wrong
    here = Membership.objects.filter(practice=practice, user__email=email).select_related("user").first()
    if here is not None:
        raise AlreadyHere(f"{here.name} works here already with this address." if here.is_active else
                          f"{here.name} worked here with this address. Switch them on again instead.", field="email")
    if Invitation.objects.filter(practice=practice, accepted_at=None, revoked_at=None).count() >= MOST_OPEN:
        raise BadInput(f"{MOST_OPEN} invitations are open. Take some back first.", field="email")
