"""Whoever shared a letter is told, once, that its doctor has opened it; not of whom it speaks, nor to whom it went."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from notes.models import Share
from practice import outbox
from practice.models import Message
from practice.outbox import Kind, Said

KIND = "share-opened"


def tell_opened(share: Share) -> None:
    """Queue the message of the first opening; the later ones stand on the page of the summary."""
    member = share.shared_by
    outbox.queue_message(
        practice=share.practice, kind=KIND, subject_id=share.pk, to_address=member.user.email, to_name=member.name,
        due_at=timezone.now(), why="The doctor has opened what was shared.")


def _always(message: Message) -> str | None:
    return None


def _about_opening(message: Message) -> Said:
    share = Share.objects.get(pk=message.subject_id)
    url = f"{settings.BASE_URL}{reverse('notes:summary', args=[share.summary_id])}"
    return Said({"link": f"{url}#share"}, message.to_name)


outbox.declare(Kind(KIND, "Shared letter opened", _always, _about_opening, is_to="member",
                    variables={"link": "https://practice.example/summaries/0198/#share"},
                    when="Once, when a doctor opens a letter they shared."))
