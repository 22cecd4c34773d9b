"""Open a practice: the row itself and its owner, so that somebody can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from practice import audit
from practice.access import Role
from practice.closures import countries
from practice.models import Membership, Practice, User
from practice.opening.code import is_open, use_up
from practice.opening.places import currency_of, paper_of
from practice.refusals import BadInput, Refusal


class OpenAlready(Refusal):
    """Somebody else has opened the practice meanwhile, or a newer code was printed."""

    code: ClassVar[str] = "open_already"
    title: ClassVar[str] = "The door was opened by somebody else"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who opens the practice; a credential only for somebody who gives sessions."""

    name: str
    email: str
    password: str
    gives_sessions: bool = False
    credential: str = ""
    credential_expires_on: date | None = None


def open_practice(*, name: str, time_zone: str, owner: Owner, country: str = "") -> Membership:
    """Make a practice and its owner; currency and paper are those of the country until changed.

    Refuses an unknown zone or country, a weak password, and an address already in use.
    """
    if country and country not in dict(countries()):
        raise BadInput("Choose a country of the list.", field="country")
    practice = Practice(name=" ".join(name.split()), time_zone=time_zone, country=country, reminder_days=[7, 2],
                        currency=currency_of(country), paper=paper_of(country))
    user = User(email=owner.email.strip().lower(), name=" ".join(owner.name.split()))
    _check(practice.full_clean)
    _check(user.full_clean, exclude=["password"])
    try:
        validate_password(owner.password, user)
    except ValidationError as weak:
        raise BadInput(" ".join(weak.messages), field="password") from weak
    with transaction.atomic():
        practice.save(force_insert=True)
        user.set_password(owner.password)
        user.save(force_insert=True)
        member = Membership(
            practice=practice, user=user, role=Role.OWNER, is_therapist=owner.gives_sessions,
            initials="".join(word[0] for word in user.name.split()[:4]).upper(),
            credential=" ".join(owner.credential.split()) if owner.gives_sessions else "",
            credential_expires_on=owner.credential_expires_on if owner.gives_sessions else None)
        _check(member.clean_fields, exclude=["practice", "user"])
        member.save(force_insert=True)
        audit.record(by=member, verb="practice_opened", subject=practice)
    return member


@transaction.atomic
def open_by_code(*, code_hash: str, name: str, time_zone: str, owner: Owner, country: str = "") -> Membership:
    """The same for whoever proved the printed code, which ends with it.

    Of two at once one opens; the other is refused, as is everybody once there is a practice.
    """
    if not use_up(code_hash) or is_open():
        raise OpenAlready("Meanwhile somebody else opened the practice with this code, or the server printed a new "
                          "one. Nothing was made of what you wrote. Ask the owner to invite you, or begin again with "
                          "the new code.")
    return open_practice(name=name, time_zone=time_zone, owner=owner, country=country)


def _check(clean: Any, **kwargs: Any) -> None:
    """Run a model's own checks; the first that fails is refused, named by its field."""
    try:
        clean(**kwargs)
    except ValidationError as wrong:
        field, words = next(iter(wrong.message_dict.items()))
        raise BadInput(" ".join(words), field=field) from wrong
