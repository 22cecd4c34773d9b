"""What members are written about their own account: links that act once, and what was changed or seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from uuid_utils.compat import uuid7

from practice import clock, outbox
from practice.links import token_of
from practice.models import AccountLink, Membership, Message, SignIn, User
from practice.outbox import Kind, Said

NEW_PASSWORD, NEW_ADDRESS, NEW_DEVICE, CHANGED = (
    "account-password", "account-address", "account-device", "account-changed")
CHANGES = ("password", "address", "app-added", "passkey-added", "app-removed", "passkey-removed", "codes", "reset",
           "signed-out")
_TOLD_FOR = timedelta(days=3)  # after which such a notice is of no use: our proposal


def membership_of(user: User) -> Membership | None:
    """The practice that writes to this person: their first."""
    return (user.memberships.filter(is_active=True).select_related("practice", "user").order_by("created_at").first())


def link_token(link: AccountLink) -> str:
    """The secret of a link: not stored, and the same whenever a mail is composed."""
    return token_of("account-link", link.pk)


def send_link(link: AccountLink) -> None:
    """Queue the mail with the link."""
    member = membership_of(link.user) if link.user else None
    if member is None:
        return
    kind = NEW_PASSWORD if link.purpose == AccountLink.Purpose.PASSWORD else NEW_ADDRESS
    outbox.queue_message(
        practice=member.practice, kind=kind, subject_id=link.pk, to_address=link.email, to_name=member.name,
        due_at=timezone.now(), useful_until=link.expires_at, why="They asked for it.")


def tell_of_change(user: User, what: str, *, to: str = "") -> None:
    """Queue the notice that something of the account was changed; `what` is one of `CHANGES`."""
    member = membership_of(user)
    if member is None:
        return
    now = timezone.now()
    outbox.queue_message(
        practice=member.practice, kind=CHANGED, subject_id=uuid7(), start_version=f"{what}:{member.pk.hex}"[:40],
        to_address=to or user.email, to_name=member.name, due_at=now, useful_until=now + _TOLD_FOR,
        why="Something of their account was changed.")


def tell_of_new_device(row: SignIn) -> None:
    """Queue the notice that somebody signed in from a browser never seen before."""
    member = membership_of(row.user)
    if member is None:
        return
    now = timezone.now()
    outbox.queue_message(
        practice=member.practice, kind=NEW_DEVICE, subject_id=row.pk, to_address=row.user.email, to_name=member.name,
        due_at=now, useful_until=now + _TOLD_FOR, why="A sign-in from a browser that was not known.")


# --- what they say ---------------------------------------------------------------------------------------------------


def _link_is_over(message: Message) -> str | None:
    link = AccountLink.objects.filter(pk=message.subject_id, user__is_active=True).first()
    if link is None or link.used_at or link.expires_at <= timezone.now():
        return "The link was used, or is over."
    return None


def _with_link(message: Message) -> Said:
    link = AccountLink.objects.get(pk=message.subject_id)
    page = "practice:new_password" if link.purpose == AccountLink.Purpose.PASSWORD else "practice:new_address"
    until = clock.said(link.expires_at, message.time_zone)
    return Said({"link": f"{settings.BASE_URL}{reverse(page, args=[link_token(link)])}", "until": until},
                _first(message))


def _always(message: Message) -> str | None:
    return None


def _device(message: Message) -> Said:
    row = SignIn.objects.get(pk=message.subject_id)
    return Said({"device": row.device, "when": clock.said(row.first_seen_at, message.time_zone),
                 "address": row.address or "not known", "link": _own_page()}, _first(message))


def _change(message: Message) -> Said:
    return Said({"link": _own_page()}, _first(message), variant=message.start_version.partition(":")[0])


def _first(message: Message) -> str:
    return message.to_name.split()[0] if message.to_name else ""


def _own_page() -> str:
    return f"{settings.BASE_URL}{reverse('practice:security')}"


_ACCOUNT: Any = {"is_to": "member", "reader_works_here": False, "about": "Accounts"}  # whatever practice it is in
_LINK = {"link": "https://practice.example/me/new-password/…/", "until": "Tue 24 Nov, 11:30"}
_PAGE = "https://practice.example/me/security/"
outbox.declare(Kind(
    NEW_PASSWORD, "Account: link for a new password", _link_is_over, _with_link, keeps_quiet_hours=False,
    variables=_LINK, **_ACCOUNT, when="When somebody asks for it at the sign-in page."))
outbox.declare(Kind(
    NEW_ADDRESS, "Account: link that proves a new address", _link_is_over, _with_link, keeps_quiet_hours=False,
    variables=_LINK, **_ACCOUNT, when="When somebody changes the address they sign in with."))
outbox.declare(Kind(
    NEW_DEVICE, "Account: sign-in from a new browser", _always, _device, keeps_quiet_hours=False,
    variables={"device": "Firefox on Windows", "when": "Tue 24 Nov, 10:30", "address": "203.0.113.7", "link": _PAGE},
    **_ACCOUNT, when="When somebody signs in from a browser not seen before."))
outbox.declare(Kind(
    CHANGED, "Account: something was changed", _always, _change, keeps_quiet_hours=False, variables={"link": _PAGE},
    variants=CHANGES, **_ACCOUNT, when="When a password, address or second step changes."))
