"""Which of many rows somebody has worked with since: whatever leads to one of them says so, in every room."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import ForeignKey, Model

from practice.models import AuditEntry


def touched(model: type[Model], ids: Collection[UUID], *, own: Collection[type[Model]] = ()) -> dict[UUID, str]:
    """Those of these rows that something leads to, with what it is; `own` are kinds that came with the row itself."""
    found: dict[UUID, str] = {}
    for other, column in _leading_to(model):
        if other in own or other is AuditEntry:
            continue
        left = [pk for pk in ids if pk not in found]
        if not left:
            break
        manager: Any = other._default_manager
        for pk in manager.filter(**{f"{column}__in": left}).values_list(column, flat=True).distinct():
            found[pk] = f"has {_named(other)} by now"
    return found


def _leading_to(model: type[Model]) -> list[tuple[type[Model], str]]:
    """Every model and column that holds an id of this one: foreign keys, and plain ids of the same name."""
    plain = f"{model._meta.model_name}_id"
    return [(other, column.attname) for other in apps.get_models(include_auto_created=True)
            for column in other._meta.concrete_fields
            if (isinstance(column, ForeignKey) and column.related_model is model)
            or (column.attname == plain and not isinstance(column, ForeignKey))]


def _named(model: type[Model]) -> str:
    words = str(model._meta.verbose_name)
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
