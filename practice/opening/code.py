"""The set-up code: printed by the server of an empty installation, asked for in the browser, dead with its use.

Twelve letters and digits of 32 that nobody mistakes for another: 60 bits. What is stored is hashed under the server's
key, so that the database alone cannot be searched for it. There is one; printing another ends the one before.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from practice.models import OpeningCode, Practice
from practice.pace import address_of, forgive, too_often
from practice.refusals import Refusal

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LETTERS, GROUP = 12, 4
TRIES_FROM_HERE, TRIES_IN_ALL = 10, 100  # wrong codes within an hour: our proposal


class WrongCode(Refusal):
    """Not the code the server printed last."""

    code: ClassVar[str] = "wrong_code"
    title: ClassVar[str] = "That is not the code"
    status: ClassVar[int] = 403


class TooManyCodes(Refusal):
    """Too many wrong codes within the hour; not even the right one is looked at."""

    code: ClassVar[str] = "too_many_codes"
    title: ClassVar[str] = "Too many wrong codes"
    status: ClassVar[int] = 429


def is_open() -> bool:
    """Whether there is a practice, so that nothing of the opening is for strangers any more."""
    return Practice.objects.exists()


def new_code() -> str:
    """A fresh code in the place of the one before; "" where there is a practice already."""
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    with transaction.atomic():
        if is_open():
            OpeningCode.objects.all().delete()
            return ""
        OpeningCode.objects.update_or_create(pk=1, defaults={"code_hash": _hash_of(plain), "made_at": timezone.now()})
    return "-".join(plain[at:at + GROUP] for at in range(0, LETTERS, GROUP))


def proven_code(request: HttpRequest, typed: str) -> str:
    """The stored hash of the live code, where this is it; each try counts before it is looked at.

    Counted for this code, so that a new one, printed after a restart, begins anew. Refuses a wrong one, and too many.
    """
    live = OpeningCode.objects.first()
    given, stored = _hash_of(_cleaned(typed)), live.code_hash if live else ""
    here = f"{stored[:16]}:{address_of(request)}"
    tired = [too_often("opening-code", here, TRIES_FROM_HERE), too_often("opening-code", stored[:16], TRIES_IN_ALL)]
    if any(tired):
        raise TooManyCodes("Too many wrong codes. Try again in an hour, or start the server again: it prints "
                           "a new code.")
    if not hmac.compare_digest(given, stored):
        raise WrongCode("That is not the code the server printed last. It has twelve letters and digits; each start "
                        "prints a new one, and the one before ends.")
    for counted in (here, stored[:16]):
        forgive("opening-code", counted)
    return stored


def is_live(code_hash: str) -> bool:
    """Whether the code that was proven is still the one that counts."""
    return bool(code_hash) and OpeningCode.objects.filter(code_hash=code_hash).exists()


def use_up(code_hash: str) -> bool:
    """End the code; True for the one who did. Of two at once, the database lets one delete the row."""
    return bool(OpeningCode.objects.filter(code_hash=code_hash).delete()[0])


def _cleaned(typed: str) -> str:
    return re.sub(r"[\W_]", "", typed, flags=re.ASCII).upper()


def _hash_of(plain: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"opening-code:{plain}".encode(), "sha256").hexdigest()
