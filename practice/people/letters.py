"""What is written to whoever is invited."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from practice import clock, outbox
from practice.links import token_of
from practice.models import Invitation, Message
from practice.outbox import Kind, Said
from practice.people.inviting import KIND, PURPOSE


def url_of(invitation: Invitation) -> str:
    """The address that lets them join: their mail holds it; the owner reads it only where no mail leaves."""
    return f"{settings.BASE_URL}/j/{token_of(PURPOSE, invitation.pk)}/"


def _row(message: Message) -> Invitation | None:
    return Invitation.objects.filter(pk=message.subject_id).select_related("practice", "invited_by__user").first()


def _why_not(message: Message) -> str | None:
    row = _row(message)
    if row is None or row.revoked_at:
        return "The invitation was taken back."
    if row.accepted_at:
        return "They have joined."
    return "Its week is over." if row.expires_at <= timezone.now() else None


def _said(message: Message) -> Said:
    row = _row(message)
    assert row is not None
    return Said({"by": row.invited_by.name, "link": url_of(row),
                 "until": clock.said(row.expires_at, row.practice.time_zone)}, row.name.split()[0])


outbox.declare(Kind(
    KIND, "Invitation to work here", _why_not, _said, keeps_quiet_hours=False, is_to="member", reader_works_here=False,
    variables={"by": "Olivia Grant", "link": f"{settings.BASE_URL}/j/…", "until": "Mon 30 Nov, 10:30"},
    when="When the owner invites somebody to work here."))
