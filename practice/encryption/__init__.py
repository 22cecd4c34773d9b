"""Clinical text at rest: encrypted in the database under data keys, which are wrapped by keys the database has not."""

from practice.encryption.fields import (
    EncryptedBinaryField,
    EncryptedCharField,
    EncryptedField,
    EncryptedJSONField,
    EncryptedTextField,
    opened,
)
from practice.encryption.keys import UNREADABLE, KeysMissing, Unreadable, faults_marked

__all__ = [
    "UNREADABLE",
    "EncryptedBinaryField", "EncryptedCharField", "EncryptedField", "EncryptedJSONField", "EncryptedTextField",
    "KeysMissing", "Unreadable", "faults_marked", "opened",
]
