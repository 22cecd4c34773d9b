"""Open a practice: the row itself and its owner, so that somebody can sign in."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from practice import audit
from practice.access import Role
from practice.models import Membership, Practice, User
from practice.refusals import BadInput


def open_practice(*, name: str, time_zone: str, owner_email: str, owner_name: str, password: str,
                  gives_sessions: bool = False) -> Membership:
    """Make a practice and its owner. Refuses an unknown zone, a weak password, and an address already in use."""
    practice = Practice(name=name.strip(), time_zone=time_zone, reminder_days=[7, 2])
    user = User(email=owner_email.strip().lower(), name=owner_name.strip())
    try:
        practice.full_clean()
        user.full_clean(exclude=["password"])
        validate_password(password, user)
    except ValidationError as refused:
        raise BadInput(" ".join(refused.messages)) from refused
    with transaction.atomic():
        practice.save(force_insert=True)
        user.set_password(password)
        user.save(force_insert=True)
        owner = Membership.objects.create(practice=practice, user=user, role=Role.OWNER, is_therapist=gives_sessions)
        audit.record(by=owner, verb="practice_opened", subject=practice)
    return owner
