"""Mail that carries a letter: encrypted with a password told by another way, or through the secure mail gateway."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from clients.doctors import corrected_since
from notes.models import Sending
from notes.sending.ways import is_agreed, paper_for
from practice import outbox
from practice.access import Actor
from practice.models import Message
from practice.outbox import Attachment, Kind, Said

KIND = "letter-attached"
LIVES = timedelta(days=3)  # after which it is not sent any more by itself: our proposal
_CHANNELS = {Sending.Way.SEALED: "email", Sending.Way.SECURE_MAIL: "secure"}


def mail_letter(*, sending: Sending, by: Actor) -> Message | None:
    """Queue the mail with the letter attached; None for a way that is no mail, and without an address."""
    channel = _CHANNELS.get(Sending.Way(sending.way))
    if channel is None or not sending.doctor.email:
        return None
    return outbox.queue_message(
        practice=sending.practice, kind=KIND, subject_id=sending.pk, to_address=sending.doctor.email, channel=channel,
        to_name=sending.doctor.name, due_at=timezone.now(), useful_until=timezone.now() + LIVES,
        why=f"{by.name} sent a letter.")


def _may_leave(message: Message) -> str | None:
    rows = Sending.objects.select_related("consent", "doctor", "summary__client__practice")
    sending = rows.filter(pk=message.subject_id).first()
    if sending is None or not is_agreed(sending):
        return "The agreement was taken back or has ended."
    # A letter in clear leaves by the gateway alone, whatever becomes of that.
    if _CHANNELS.get(Sending.Way(sending.way)) != message.channel:
        return "A letter in clear never goes by ordinary e-mail."
    return corrected_since(message, sending.doctor.email)


def _about_letter(message: Message) -> Said:
    sending = Sending.objects.select_related(
        "summary__client__practice", "summary__doctor", "practice", "consent", "doctor", "sent_by__user",
    ).get(pk=message.subject_id)
    return Said({"sender": sending.sent_by.name}, sending.doctor.name,
                variant="sealed" if sending.way == Sending.Way.SEALED else "",
                attachments=(Attachment("letter.pdf", paper_for(sending), "application/pdf"),))


outbox.declare(Kind(KIND, "Letter attached", _may_leave, _about_letter, keeps_quiet_hours=False, is_to="doctor",
                    variables={"sender": "Ana Alves"}, variants=("", "sealed"),
                    when="At once, when a letter is sent encrypted, or through the secure mail gateway."))
