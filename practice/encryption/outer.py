"""The outer keys, which wrap the data keys and never enter the database: `ENCRYPTION_KEYS`, or made of `SECRET_KEY`.

The first wraps; all of them unwrap, and so do the keys made from `SECRET_KEY` and `SECRET_KEY_FALLBACKS`: whoever
sets `ENCRYPTION_KEYS` for the first time, or changes `SECRET_KEY` properly, loses nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

SIZE = 32  # bytes: AES-256


class NotAKey(ValueError):
    """A word of ENCRYPTION_KEYS that is no key; says which one, never the word."""


@dataclass(frozen=True, slots=True)
class OuterKey:
    """A key with the name it is known by: the first eight digits of its SHA-256."""

    name: str
    cipher: AESGCM


def new_key() -> str:
    """A fresh key for ENCRYPTION_KEYS: 256 random bits in base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(SIZE)).decode()


def outer_keys() -> tuple[OuterKey, ...]:
    """The keys of this installation, the one that wraps first; refuses what is no key with `NotAKey`."""
    return _outer_keys(tuple(settings.ENCRYPTION_KEYS), settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _outer_keys(given: tuple[str, ...], secret: str, fallbacks: tuple[str, ...]) -> tuple[OuterKey, ...]:
    raw = [_read(word, place) for place, word in enumerate(given, start=1)]
    raw += [_derived(word) for word in (secret, *fallbacks)]
    return tuple(OuterKey(hashlib.sha256(key).hexdigest()[:8], AESGCM(key)) for key in raw)


def _read(word: str, place: int) -> bytes:
    try:
        key = base64.urlsafe_b64decode(word)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise NotAKey(f"Key {place} of ENCRYPTION_KEYS is not 32 bytes in base64.")
    return key


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=SIZE, salt=None, info=b"evenhand outer key").derive(secret.encode())
