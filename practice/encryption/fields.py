"""Columns the database alone cannot read: AES-256-GCM under a data key, bound to the table and column they stand in.

What is kept: `e1:` and, in base64, the data key's id (16 bytes), a nonce (12), the text and its tag (16). The id lets
rows that may never be written again be read after a new data key. What is empty stays empty, so that a rule of the
database can still ask whether something was written; nothing else can be asked of such a column.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from typing import Any

from cryptography.exceptions import InvalidTag
from django.core import checks
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull

from practice.encryption import keys

MARK, _MARK_BYTES = "e1:", b"e1:"
_ID, _BODY = 16, 28  # where the nonce begins, and the text


def seal(plain: bytes, where: str) -> bytes:
    """Id of the data key, nonce, encrypted text and tag."""
    key_id, cipher = keys.current()
    nonce = os.urandom(keys.NONCE)
    return key_id + nonce + cipher.encrypt(nonce, plain, where.encode())


def unseal(box: bytes, where: str) -> bytes:
    """What was sealed for this table and column; refuses anything else with `Unreadable`."""
    cipher = keys.cipher_of(box[:_ID], where)
    try:
        return cipher.decrypt(box[_ID:_BODY], box[_BODY:], where.encode())
    except (InvalidTag, ValueError):
        raise keys.Unreadable(f"{where} cannot be read: it was changed, or encrypted for another column.") from None


class _OnlyEmpty(Exact):
    """`field=""`: the one thing beside `isnull` that can be asked, because what is empty is not encrypted."""

    def get_prep_lookup(self) -> Any:
        field: Any = self.lhs.output_field
        if hasattr(self.rhs, "resolve_expression") or not field.is_empty(self.rhs):
            raise FieldError(f"“{field.name}” is encrypted: it can be compared with nothing but what is empty.")
        return super().get_prep_lookup()


class EncryptedField(models.Field):
    """What the kinds below share; `get_internal_type` says how the column is kept."""

    empty: tuple[Any, ...] = ("",)
    model: Any
    column: str
    db_index: bool

    @property
    def where(self) -> str:
        """The table and column its text is bound to."""
        return f"{self.model._meta.db_table}.{self.column}"

    def is_empty(self, value: Any) -> bool:
        return any(value == one and type(value) is type(one) for one in self.empty)

    def get_internal_type(self) -> str:
        return "TextField"

    def get_lookup(self, name: str) -> Any:
        return {"exact": _OnlyEmpty, "isnull": IsNull}.get(name)

    def get_transform(self, name: str) -> Any:
        return None

    def check(self, **kwargs: Any) -> list[Any]:
        meta = self.model._meta
        asked = {name.lstrip("-") for name in meta.ordering if isinstance(name, str)}
        asked |= {name for index in meta.indexes for name in index.fields}
        asked |= {name for rule in meta.constraints for name in getattr(rule, "fields", ())}
        problems = [*super().check(**kwargs)]
        if self.db_index or self.unique or self.name in asked:
            problems.append(checks.Error("An encrypted column can be neither sorted by nor indexed.", obj=self,
                                         id="practice.E010"))
        return problems

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        try:
            return self.opened(value)
        except keys.Unreadable:
            if keys.marks_faults():
                return keys.UNREADABLE
            raise

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or hasattr(value, "as_sql"):
            return value
        return self.sealed(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return self.get_db_prep_value(value, connection)

    def sealed(self, value: Any) -> Any:
        """What the database keeps of a value."""
        text = self.as_text(value)
        return text if self.is_plain(text) else self.seal_text(text)

    def seal_text(self, text: str) -> str:
        return MARK + b64encode(seal(text.encode(), self.where)).decode()

    def opened(self, kept: Any) -> Any:
        """The value of what the database keeps, also where it was read past the ORM."""
        if kept is None or self.is_plain(kept):
            return kept if kept is None else self.from_text(kept)
        if not kept.startswith(MARK):
            raise keys.Unreadable(f"{self.where} cannot be read: what stands there is not encrypted.")
        try:
            box = b64decode(kept[len(MARK):], validate=True)
        except ValueError:
            raise keys.Unreadable(f"{self.where} cannot be read: it was changed.") from None
        return self.from_text(unseal(box, self.where).decode())

    def is_plain(self, text: str) -> bool:
        return not text

    def as_text(self, value: Any) -> str:
        return str(value)

    def from_text(self, text: str) -> Any:
        return text


class EncryptedTextField(EncryptedField, models.TextField):
    """Some lines of text, encrypted."""


class EncryptedCharField(EncryptedField, models.CharField):
    """One line of text, encrypted; `max_length` counts letters of the text and is asked of forms and serializers."""


class EncryptedJSONField(EncryptedField, models.JSONField):
    """A value of JSON, encrypted whole: nothing in it can be asked for by the database."""

    empty = ({}, [])
    _plain = ("{}", "[]")

    def is_plain(self, text: str) -> bool:
        return text in self._plain

    def as_text(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder)

    def from_text(self, text: str) -> Any:
        return json.loads(text, cls=self.decoder)


class EncryptedBinaryField(EncryptedField, models.BinaryField):
    """Bytes, encrypted."""

    empty = (b"",)

    def get_internal_type(self) -> str:
        return "BinaryField"

    def sealed(self, value: Any) -> Any:
        return _MARK_BYTES + seal(bytes(value), self.where) if value else b""

    def opened(self, kept: Any) -> Any:
        if not kept:
            return kept
        box = bytes(kept)
        if not box.startswith(_MARK_BYTES):
            raise keys.Unreadable(f"{self.where} cannot be read: what stands there is not encrypted.")
        return unseal(box[len(_MARK_BYTES):], self.where)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return connection.Database.Binary(self.sealed(value))


def opened(model: type[models.Model], name: str, kept: Any) -> Any:
    """The value of an encrypted column that was read past the ORM, such as inside a JSON object."""
    field: Any = model._meta.get_field(name)
    return field.opened(kept)
