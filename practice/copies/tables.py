"""What a copy consists of: every table of the four rooms, its columns, and of which kind each of them is.

The models of any time tell it: today's, or those of an earlier migration (`MigrationLoader.project_state`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps as todays
from django.db.models import BinaryField, Field, JSONField, Model

from practice.encryption.fields import EncryptedField
from practice.guards import Unchanging

ROOMS = ("practice", "clients", "therapy_sessions", "notes")
# What belongs to the place and not to the practice: which place it is, its list of copies, archives waiting to be
# fetched, the code that opens it, how often its doors were tried.
OF_THE_PLACE = frozenset({"practice_installation", "practice_copy", "practice_archive", "practice_archivepiece",
                          "practice_openingcode", "practice_tally"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and how its values are written down (`values.py`); `field` where an encrypted one is opened for it."""

    name: str
    kind: str
    field: Any = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `key` is the column its rows are in the order of."""

    name: str
    key: str
    columns: tuple[Column, ...]

    def as_data(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {"name": self.name, "key": self.key, "columns": [[c.name, c.kind] for c in self.columns]}


def models_in_order(apps: Any = todays) -> list[type[Model]]:
    """The models a copy holds. What may not be added to a signed note comes before the notes that are signed."""
    found = [model for model in apps.get_models(include_auto_created=True)
             if model._meta.app_label in ROOMS and model._meta.managed and model._meta.db_table not in OF_THE_PLACE]
    return sorted(found, key=lambda model: (not _is_guarded_at_insert(model), model._meta.db_table))


def tables_of(apps: Any = todays, *, in_clear: bool = False) -> list[Table]:
    """The tables a copy holds, in the order they can be filled in; `in_clear`: encrypted columns as what they say."""
    return [table_of(model, in_clear=in_clear) for model in models_in_order(apps)]


def table_of(model: type[Model], *, in_clear: bool = False) -> Table:
    """One model's table."""
    # By name: in which order a table got its columns depends on how its database came to be.
    columns = tuple(sorted((column_of(field, in_clear) for field in model._meta.concrete_fields),
                           key=lambda column: column.name))
    key: Any = model._meta.pk
    return Table(model._meta.db_table, key.column, columns)


def column_of(field: Any, in_clear: bool) -> Column:
    """One column; an encrypted one as it is kept, or as what it says."""
    if not in_clear or not isinstance(field, EncryptedField):
        return Column(field.column, kind_of(field))
    kinds = ((JSONField, "json"), (BinaryField, "bytes"))
    return Column(field.column, next((kind for of, kind in kinds if isinstance(field, of)), "text"), field)


def kind_of(field: Field[Any, Any]) -> str:
    """How a column's values are written down: its innermost type, with decimal places where there are some."""
    inner: Any = field
    while inner.is_relation:
        inner = inner.target_field
    inside = inner.get_internal_type()
    if inside == "DecimalField":
        return f"decimal:{inner.decimal_places}"
    return _KINDS[inside]


_KINDS = {
    "UUIDField": "uuid", "DateTimeField": "instant", "DateField": "date", "TimeField": "time", "JSONField": "json",
    "BooleanField": "bool", "BinaryField": "bytes", "FloatField": "float", "GenericIPAddressField": "address",
    **dict.fromkeys(("CharField", "TextField", "SlugField", "EmailField", "URLField"), "text"),
    **dict.fromkeys(("AutoField", "BigAutoField", "SmallAutoField", "IntegerField", "BigIntegerField",
                     "SmallIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField",
                     "PositiveBigIntegerField"), "int"),
}


def _is_guarded_at_insert(model: type[Model]) -> bool:
    return any(isinstance(guard, Unchanging) and guard.insert_when for guard in model._meta.constraints)

