"""The door letters leave by in clear: a relay that encrypts them (totemomail, HIN, Zix), named by `SECURE_MAIL_URL`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import get_connection

from practice.models import Message
from practice.outbox.doors import DOORS, Door, MailDoor, NotTaken
from practice.outbox.kinds import Letter

CHANNEL = "secure"
NO_GATEWAY = "No secure mail gateway is set (SECURE_MAIL_URL)."


class SecureMailDoor(MailDoor):
    """The same as for mail, to the relay and from the address it knows, with the word in the subject it acts on."""

    def connect(self) -> Any:
        known = settings.SECURE_MAIL
        return get_connection(
            "django.core.mail.backends.smtp.EmailBackend", fail_silently=False, host=known["EMAIL_HOST"],
            port=known["EMAIL_PORT"], username=known["EMAIL_HOST_USER"] or "",
            password=known["EMAIL_HOST_PASSWORD"] or "", use_tls=known.get("EMAIL_USE_TLS", False),
            use_ssl=known.get("EMAIL_USE_SSL", False), timeout=settings.EMAIL_TIMEOUT)

    @property
    def sender(self) -> str:
        return str(settings.SECURE_MAIL_FROM)

    def subject_of(self, letter: Letter) -> str:
        return f"{settings.SECURE_MAIL_TAG} {letter.subject}".strip()

    def hand_over(self, message: Message, letter: Letter) -> str:
        try:
            return super().hand_over(message, letter)
        except NotTaken as refused:
            why = refused.why.replace("The mail server", "The secure mail gateway")
            raise NotTaken(why, for_good=refused.for_good) from refused


def open_door() -> Door:
    """The way through the gateway; refused for good where none is set: a letter in clear goes no other way."""
    if not settings.SECURE_MAIL_URL:
        raise NotTaken(NO_GATEWAY, for_good=True)
    return SecureMailDoor()


DOORS[CHANNEL] = open_door
