"""The keys that clinical text is encrypted with, each wrapped by a key that never enters the database."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class DataKey(models.Model):
    """One data key of this installation. Its row is never removed: what was signed under it stays under it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wrapped = models.BinaryField(help_text="The key, encrypted by an outer key.")
    wrapped_by = models.CharField(max_length=8, help_text="The name of that outer key.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
