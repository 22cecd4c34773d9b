"""The code that opens a shared letter: by text to the doctor's mobile where one is known, else read out."""

from __future__ import annotations

from django.utils import timezone

from clients.doctors import corrected_since
from notes.models import Share
from notes.sending.ways import mobile_of
from notes.sharing.sharing import code_of, standing_share
from practice import outbox
from practice.access import Actor
from practice.models import Message
from practice.outbox import Kind, Said

KIND = "share-code"


def text_code(*, share: Share, by: Actor) -> Message | None:
    """Queue the code to the doctor's mobile, never with the link; None where no mobile is known.

    It is queued as nobody's: were it the client's message, it could go to the client by another way.
    """
    number = mobile_of(share.doctor)
    if not number:
        return None
    return outbox.queue_message(
        practice=share.practice, kind=KIND, subject_id=share.pk, to_address=number, to_name=share.doctor.name,
        channel="sms", due_at=timezone.now(), useful_until=share.expires_at, why=f"{by.name} shared a letter.")


def _still_opens(message: Message) -> str | None:
    if message.channel != "sms":
        return "The code never goes the way of the link."
    share = standing_share(message)
    return corrected_since(message, mobile_of(share.doctor)) if share else "The share was withdrawn."


def _about_code(message: Message) -> Said:
    share = Share.objects.select_related("practice", "doctor").get(pk=message.subject_id)
    code = code_of(share.pk)
    return Said({"code": f"{code[:3]} {code[3:]}"}, share.doctor.name)


outbox.declare(Kind(KIND, "Code to a shared letter", _still_opens, _about_code, keeps_quiet_hours=False, is_to="doctor",
                    is_secret=True, variables={"code": "123 456"},
                    when="At once, when a letter is shared with a doctor whose mobile number is known."))
