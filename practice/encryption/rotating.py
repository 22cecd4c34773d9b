"""Changing keys: data keys are wrapped anew by the first outer key; no row of anybody's text is touched."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from practice.encryption import keys
from practice.encryption.outer import outer_keys
from practice.models import DataKey


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many data keys there are, how many were wrapped anew, and the name of the key that wraps them now."""

    data_keys: int
    wrapped_anew: int
    wrapped_by: str


@transaction.atomic
def rotate_keys(*, new_data_key: bool = False) -> Rotated:
    """Wrap every data key by the first outer key, and make a new one for what is written from now on if asked.

    Everything stays readable meanwhile. Refuses with `KeysMissing`, changing nothing, where a data key does not open.
    """
    outer, anew = outer_keys()[0], 0
    rows = list(DataKey.objects.select_for_update().order_by("pk"))
    for row in rows:
        bare = keys.unwrapped(row.pk, bytes(row.wrapped), row.wrapped_by)
        if row.wrapped_by != outer.name:
            row.wrapped, row.wrapped_by = keys.wrapped(row.pk, bare, outer), outer.name
            row.save(update_fields=["wrapped", "wrapped_by"])
            anew += 1
    if new_data_key or not rows:
        keys.add()
    return Rotated(DataKey.objects.count(), anew, outer.name)
