"""Which rows go with a client: everything that leads to them, found by asking the models, so nothing is forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Field, Model, Q

from clients.models import Client, Import, ImportRow
from practice.models import ActionLink, Message, WebhookDelivery

AT_ONCE = 2000  # ids named in one statement
# Rows that know what they are about by a plain id; messages come first, for links may be about them.
BY_ID: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (Message, ("client_id", "appointment_id", "subject_id")), (ActionLink, ("subject_id",)),
    (WebhookDelivery, ("object_id",)), (ImportRow, ("made_id",)))

Going = dict[type[Model], set[Any]]  # keys of rows by model; what hangs on others comes after them


def going_with(people: Iterable[UUID]) -> Going:
    """Every row of these rows of one person, and they themselves first."""
    found: Going = {Client: set(people)}
    for model in _in_order():
        rows = model._base_manager.order_by()
        found[model] = {pk for field in _ways(model) for part in _parts(_of(found, field))
                        for pk in rows.filter(**{f"{field.name}__in": part}).values_list("pk", flat=True)}
    for model, columns in BY_ID:
        known = [pk for keys in found.values() for pk in keys if isinstance(pk, UUID)]
        rows = model._base_manager.order_by()
        found[model] = {pk for part in _parts(known) for pk in rows.filter(
            Q.create([(f"{column}__in", part) for column in columns], connector=Q.OR)).values_list("pk", flat=True)}
    return found


def let_go(going: Going) -> None:
    """Delete them, what hangs on others first; what only points at one of them points at nothing afterwards."""
    for model, field in _pointing():
        for part in _parts(_of(going, field)):
            pointing = model._base_manager.filter(**{f"{field.name}__in": part})
            pointing.exclude(pk__in=going.get(model, ())).update(**{field.name: None})
    for brought in Import.objects.exclude(stays=[]).filter(practice__in=Client.objects.filter(
            pk__in=going[Client]).values("practice")):
        brought.stays = [row for row in brought.stays if not any(row[0] == str(pk) for pk in going[Client])]
        brought.save(update_fields=["stays"])
    for model in reversed(list(going)):
        for part in _parts(going[model]):
            rows: Any = model._base_manager.filter(pk__in=part)
            rows._raw_delete(rows.db)  # nothing is collected: the order above is the whole of it


def _of(going: Going, field: Field[Any, Any]) -> set[Any]:
    """The keys that a column may name."""
    to: Any = field.related_model
    return going.get(to, set())


def _parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    every = list(keys)
    return (every[start:start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


@cache
def _in_order() -> list[type[Model]]:
    """The models that hang on a client, each after those it hangs on."""
    reached: set[type[Model]] = {Client}
    while more := {model for model in apps.get_models() for field in _ways(model)
                   if field.related_model in reached} - reached:
        reached |= more
    hang = {model: {field.related_model for field in _ways(model)} & reached for model in reached - {Client}}
    return [model for model in TopologicalSorter(hang).static_order() if model is not Client]


def _ways(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns by which a row of this model hangs on another: never empty, or its client."""
    return [field for field in model._meta.concrete_fields if field.is_relation and model is not Client
            and (not field.null or field.related_model is Client)]


@cache
def _pointing() -> list[tuple[type[Model], Field[Any, Any]]]:
    """The columns that may be empty and point at what hangs on a client."""
    reached = {*_in_order(), Message}
    return [(model, field) for model in apps.get_models() for field in model._meta.concrete_fields
            if field.is_relation and field.null and field.related_model in reached]
