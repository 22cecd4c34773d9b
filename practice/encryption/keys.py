"""The data keys of this process: read from the database and unwrapped once, by id; the newest encrypts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from uuid_utils.compat import uuid7

from practice.encryption.outer import SIZE, OuterKey, outer_keys

NONCE = 12  # bytes
UNREADABLE = "\0unreadable"  # no text holds a NUL


_marking = ContextVar("marking", default=False)


@contextmanager
def faults_marked() -> Iterator[None]:
    """For what looks for changed rows: within, an unreadable value reads as `UNREADABLE` and fits no hash."""
    before = _marking.set(True)
    try:
        yield
    finally:
        _marking.reset(before)


def marks_faults() -> bool:
    return _marking.get()


class Unreadable(Exception):
    """Something encrypted cannot be read. Says which column and which key, never a word of the text."""


class KeysMissing(ImproperlyConfigured):
    """A data key that none of this installation's outer keys opens, or no data key at all."""


class _Keyring:
    """The unwrapped keys. Only what the database has committed is kept: see `ensure`."""

    def __init__(self) -> None:
        self.opened: dict[bytes, AESGCM] = {}
        self.raw: dict[bytes, bytes] = {}
        self.newest: bytes | None = None


_ring = _Keyring()


def current() -> tuple[bytes, AESGCM]:
    """The id and cipher of the data key that new text is encrypted with."""
    if _ring.newest is None:
        load()
    if _ring.newest is None:
        raise KeysMissing("There is no data key to encrypt with. Run manage.py migrate, which makes the first.")
    return _ring.newest, _ring.opened[_ring.newest]


def cipher_of(key_id: bytes, where: str) -> AESGCM:
    """The cipher of a data key by its id; `where` is the column that is being read."""
    found = _ring.opened.get(key_id)
    if found is None:
        load()
        found = _ring.opened.get(key_id)
    if found is None:
        raise Unreadable(f"{where} cannot be read: its data key {UUID(bytes=key_id)} is not in this database.")
    return found


def secrets_of_data_keys() -> list[bytes]:
    """The bare data keys, newest first: what other secrets of this installation are derived from."""
    current()
    return [_ring.raw[key_id] for key_id in sorted(_ring.raw, reverse=True)]


def load() -> None:
    """Read and unwrap every data key; refuses with `KeysMissing` where one does not open."""
    ring = _Keyring()
    for pk, wrapped, wrapped_by in _rows():
        ring.raw[pk.bytes] = unwrapped(pk, bytes(wrapped), wrapped_by)
        ring.opened[pk.bytes] = AESGCM(ring.raw[pk.bytes])
    ring.newest = max(ring.opened, default=None)  # ids are made in the order of time
    globals()["_ring"] = ring


def refuse_without() -> None:
    """End a process that could read no clinical text, with the reason; called as web and worker start."""
    try:
        load()
    except KeysMissing as missing:
        sys.exit(str(missing))
    except DatabaseError:
        pass  # the database is down or not migrated: /healthz tells, and the keys are read once it answers


def forget() -> None:
    """Drop what this process keeps; the next text reads the keys anew."""
    globals()["_ring"] = _Keyring()


def ensure() -> None:
    """Make the first data key of a database that has none; called after migrating, outside of any request."""
    forget()
    if not _model().objects.exists():
        add()
    load()


def add() -> UUID:
    """Write a new data key, which encrypts what is written from the next start of each process on."""
    pk, key = uuid7(), AESGCM.generate_key(SIZE * 8)
    outer = outer_keys()[0]
    _model().objects.create(pk=pk, wrapped=wrapped(pk, key, outer), wrapped_by=outer.name)
    transaction.on_commit(forget)
    return pk


def wrapped(pk: UUID, key: bytes, outer: OuterKey) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + outer.cipher.encrypt(nonce, key, pk.bytes)


def unwrapped(pk: UUID, box: bytes, wrapped_by: str) -> bytes:
    """The bare data key; the key it says it was wrapped by is tried first."""
    for outer in sorted(outer_keys(), key=lambda one: one.name != wrapped_by):
        try:
            return outer.cipher.decrypt(box[:NONCE], box[NONCE:], pk.bytes)
        except InvalidTag:
            continue
    raise KeysMissing(
        f"Data key {pk} was wrapped by the key {wrapped_by}, which is neither in ENCRYPTION_KEYS nor made from "
        "SECRET_KEY or SECRET_KEY_FALLBACKS. Put it back, then run manage.py rotate_keys before taking it away; see "
        "docs/walls.md.")


def _model() -> Any:
    return apps.get_model("practice", "DataKey")


def _rows() -> list[Any]:
    return list(_model().objects.values_list("pk", "wrapped", "wrapped_by"))
