"""Ten codes on paper, each for one sign-in without phone or passkey."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone

from practice import audit
from practice.links import hash_of
from practice.models import Membership, RecoveryCode, User

HOW_MANY, FEW = 10, 3
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
_LENGTH = 16  # letters: 79 bits, so that a plain hash is enough


@transaction.atomic
def make_codes(*, user: User, by: Membership) -> list[str]:
    """Ten new codes, shown this once; the earlier ones are void."""
    RecoveryCode.objects.filter(user=user).delete()
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=hash_of(code)) for code in codes])
    audit.record(by=by, verb="recovery_codes_made", subject=by)
    return ["-".join(code[i:i + 4] for i in range(0, _LENGTH, 4)) for code in codes]


def takes_recovery_code(user: User, code: str) -> bool:
    """Whether this is an unused code of theirs; from now on it is used, however many ask together."""
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    if len(typed) != _LENGTH:
        return False
    return bool(RecoveryCode.objects.filter(user=user, code_hash=hash_of(typed), used_at=None).update(
        used_at=timezone.now()))


def codes_left(user: User) -> int:
    """How many codes still open."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()
