"""What people change about themselves: their name and their password."""

from __future__ import annotations

from django.db import transaction

from practice import audit
from practice.accounts import letters
from practice.accounts.links import set_password
from practice.models import Membership
from practice.refusals import BadInput


@transaction.atomic
def change_name(*, member: Membership, name: str, by: Membership) -> Membership:
    """Another name, as colleagues, clients and letters read it from now on; what is signed keeps the old one."""
    name = " ".join(name.split())
    if not name:
        raise BadInput("Write the name colleagues and clients know you by.", field="name")
    if name != member.user.name:
        member.user.name = name
        member.user.save(update_fields=["name"])
        audit.record(by=by, verb="member_renamed", subject=member)
    return member


@transaction.atomic
def change_password(*, member: Membership, password: str, session_key: str | None, by: Membership) -> None:
    """A new password, from a page whose session goes on; every other place is signed out. Refuses a weak one.

    Whoever calls has checked the old password.
    """
    set_password(member.user, password, but=session_key)
    audit.record(by=by, verb="password_changed", subject=member)
    letters.tell_of_change(member.user, "password")
