"""Links for a new password and a new address: one purpose, one hour, once.

Asking for a new password does the same for every address: one row is written. Whether anybody has that address is
looked up afterwards, by the worker, so that neither words nor time tell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit
from practice.accounts import letters, signed_in
from practice.links import hash_of
from practice.models import AccountLink, Membership, User
from practice.pace import forgive, too_often
from practice.passwords import account_of
from practice.refusals import BadInput, Refusal

LASTS = timedelta(hours=1)
ASKED_FROM_HERE, ASKED_FOR_ONE = 20, 5  # links an hour, from one address and for one account: our proposal


class LinkOver(Refusal):
    """Unknown, used and old links are one and the same."""

    code: ClassVar[str] = "link_over"
    title: ClassVar[str] = "This link does not open anything"
    status: ClassVar[int] = 404


class AskedTooOften(Refusal):
    """Too many links were asked for within the hour."""

    code: ClassVar[str] = "too_many_tries"
    title: ClassVar[str] = "Too many tries"
    status: ClassVar[int] = 429


def ask_for_password(*, email: str, from_address: str | None) -> None:
    """Note that somebody at this address wants a new password; says nothing about whether anybody has it."""
    email = email.strip().lower()
    tired = [too_often("forgot", str(from_address), ASKED_FROM_HERE),
             too_often("forgot", account_of(email), ASKED_FOR_ONE)]
    if any(tired):
        raise AskedTooOften("Too many links were asked for. Try again in an hour.")
    _write_down(AccountLink.Purpose.PASSWORD, email, None)


def send_asked() -> int:
    """Look up who asked for a new password, and write to them; who is not known is forgotten. How many were sent."""
    sent = 0
    for link in AccountLink.objects.filter(user=None).order_by("created_at")[:200]:
        user = User.objects.filter(email__iexact=link.email, is_active=True, memberships__is_active=True).first()
        with transaction.atomic():
            if user is None:
                AccountLink.objects.filter(pk=link.pk, user=None).delete()
            elif AccountLink.objects.filter(pk=link.pk, user=None).update(user=user, email=user.email):
                AccountLink.objects.filter(user=user, purpose=link.purpose, used_at=None).exclude(pk=link.pk).delete()
                link.refresh_from_db()
                letters.send_link(link)
                sent += 1
    return sent


@transaction.atomic
def ask_for_address(*, member: Membership, email: str, by: Membership) -> AccountLink:
    """Send a link to the new address; the old one goes on opening the door until the link is pressed."""
    email = email.strip().lower()
    if email == member.user.email.lower():
        raise BadInput("This is the address you sign in with already.", field="email")
    AccountLink.objects.filter(user=member.user, purpose=AccountLink.Purpose.ADDRESS, used_at=None).delete()
    link = _write_down(AccountLink.Purpose.ADDRESS, email, member.user)
    letters.send_link(link)
    audit.record(by=by, verb="address_change_asked", subject=member)
    return link


def live_link(token: str, purpose: str) -> AccountLink:
    """The link behind this token. Refuses unknown, used and old ones in the same words."""
    link = AccountLink.objects.select_related("user").filter(
        token_hash=hash_of(token), purpose=purpose, used_at=None, expires_at__gt=timezone.now(),
        user__is_active=True).first()
    if link is None:
        raise LinkOver("This link is used, too old, or was cut off in the mail. Ask for a new one.")
    return link


@transaction.atomic
def set_password_by_link(*, token: str, password: str) -> User:
    """Choose a new password; everybody signed in as this person is signed out. A second step stays as it is."""
    link = _use(token, AccountLink.Purpose.PASSWORD)
    user = link.user
    assert user is not None
    set_password(user, password)
    member = letters.membership_of(user)
    if member is not None:
        audit.record(by=member, verb="password_reset", subject=member)
    forgive("wrong-password", account_of(user.email))
    letters.tell_of_change(user, "password")
    return user


@transaction.atomic
def take_address(*, token: str) -> User:
    """The new address is proved: it opens the door from now on, and the old one is told."""
    link = _use(token, AccountLink.Purpose.ADDRESS)
    user = link.user
    assert user is not None
    old, user.email = user.email, link.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as taken:
        raise BadInput("Somebody signs in with this address already. Use another.") from taken
    end_links(user)
    member = letters.membership_of(user)
    if member is not None:
        audit.record(by=member, verb="address_changed", subject=member)
    letters.tell_of_change(user, "address", to=old)
    return user


def set_password(user: User, password: str, *, but: str | None = None) -> None:
    """Write the new password and sign out every place but the session `but`. Refuses a weak one, saying why."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise BadInput(" ".join(weak.messages), field="password") from weak
    user.set_password(password)
    user.save(update_fields=["password"])
    end_links(user)
    signed_in.end_all(user=user, but=but)


def end_links(user: User) -> None:
    """No link that was asked for before opens anything: whoever asked may have been somebody else."""
    AccountLink.objects.filter(user=user, used_at=None).delete()


def forget_links() -> int:
    """Drop what is used or over; how many."""
    return AccountLink.objects.filter(expires_at__lt=timezone.now() - timedelta(days=7)).delete()[0]


def _use(token: str, purpose: str) -> AccountLink:
    """The live link, used up by this, however many press together."""
    link = live_link(token, purpose)
    if not AccountLink.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now()):
        raise LinkOver("This link is used, too old, or was cut off in the mail. Ask for a new one.")
    return link


def _write_down(purpose: str, email: str, user: User | None) -> AccountLink:
    link = AccountLink(purpose=purpose, email=email, user=user, expires_at=timezone.now() + LASTS)
    link.token_hash = hash_of(letters.link_token(link))
    link.save(force_insert=True)
    return link
