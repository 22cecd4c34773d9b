"""The key of copies: one X25519 pair in the age format (https://age-encryption.org).

The secret half (AGE-SECRET-KEY-1…) makes copies and reads them back; the public half (age1…) only makes them, so a
server that keeps no more than that cannot read its own old copies, and neither can who breaks into it.
"""

from __future__ import annotations

from pyrage import IdentityError, RecipientError, x25519

from practice.copies.refusals import NoKey

HOW = "`manage.py backup --new-key` makes a key; put it into BACKUP_KEY, and keep it somewhere else on paper too."


def new_key() -> tuple[str, str]:
    """A fresh pair: the secret half, and the public one."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(key: str) -> x25519.Recipient:
    """For whom a copy is sealed; from either half."""
    key = _given(key)
    try:
        if key.upper().startswith("AGE-SECRET-KEY-1"):
            return x25519.Identity.from_str(key).to_public()
        return x25519.Recipient.from_str(key)
    except (IdentityError, RecipientError) as wrong:
        raise NoKey(f"BACKUP_KEY is not a key of copies. {HOW}") from wrong


def identity_of(key: str) -> x25519.Identity:
    """What opens a copy; only the secret half does."""
    key = _given(key)
    if key.startswith("age1"):
        raise NoKey("BACKUP_KEY holds the public half (age1…), which only makes copies. To read one, give the secret "
                    "half: "
                    "BACKUP_KEY=AGE-SECRET-KEY-1… manage.py restore PATH")
    try:
        return x25519.Identity.from_str(key)
    except IdentityError as wrong:
        raise NoKey(f"BACKUP_KEY is not a key of copies. {HOW}") from wrong


def _given(key: str) -> str:
    key = key.strip()
    if not key:
        raise NoKey(f"BACKUP_KEY is not set. {HOW}")
    return key
