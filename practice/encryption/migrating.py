"""For migrations: encrypt the rows of columns that are encrypted from now on, signed ones included, or back again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations import RunPython

from practice.encryption.fields import _MARK_BYTES, MARK, EncryptedBinaryField, EncryptedField

AT_ONCE = 500
Turned = Callable[[Any, Any], Any]


def encrypt_rows(app: str, **columns: str) -> RunPython:
    """Encrypt what stands in clear in these columns (`model="field field"`); comes after their `AlterField`.

    Rows that may never change are lifted over their triggers within the migration's transaction: the text they hold,
    and so the hash over it, stays as it was.
    """
    def turn(how: Turned) -> Callable[[Any, Any], None]:
        def run(apps: Any, editor: Any) -> None:
            for model, names in columns.items():
                _turn(apps.get_model(app, model), names.split(), how, editor)

        return run

    return RunPython(turn(_sealed), turn(_clear))


def _turn(model: Any, names: list[str], how: Turned, editor: Any) -> None:
    fields = [model._meta.get_field(name) for name in names]
    quote = editor.quote_name
    table, pk = quote(model._meta.db_table), quote(model._meta.pk.column)
    columns = ", ".join(quote(field.column) for field in fields)
    setting = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    with editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT {pk} FROM {table}")  # noqa: S608  names of our own tables and columns
        pks = [row[0] for row in cursor.fetchall()]
        with _lifted(model._meta.db_table, editor, cursor):
            for first in range(0, len(pks), AT_ONCE):
                part = pks[first:first + AT_ONCE]
                holes = ", ".join(["%s"] * len(part))
                cursor.execute(f"SELECT {pk}, {columns} FROM {table} WHERE {pk} IN ({holes})", part)  # noqa: S608
                rows = [([how(f, kept) for f, kept in zip(fields, row[1:], strict=True)], row)
                        for row in cursor.fetchall()]
                cursor.executemany(f"UPDATE {table} SET {setting} WHERE {pk} = %s",  # noqa: S608
                                   [[*new, row[0]] for new, row in rows if new != list(row[1:])])


def _sealed(field: EncryptedField, kept: Any) -> Any:
    if isinstance(field, EncryptedBinaryField):
        return field.sealed(kept) if kept and not bytes(kept).startswith(_MARK_BYTES) else kept
    if kept is None or field.is_plain(kept) or kept.startswith(MARK):
        return kept
    return field.seal_text(kept)


def _clear(field: EncryptedField, kept: Any) -> Any:
    if kept is None or isinstance(field, EncryptedBinaryField):
        return field.opened(kept)
    return kept if field.is_plain(kept) else field.as_text(field.opened(kept))


@contextmanager
def _lifted(table: str, editor: Any, cursor: Any) -> Iterator[None]:
    """The table without its triggers, until the block ends."""
    if editor.connection.vendor == "postgresql":
        cursor.execute(f"ALTER TABLE {editor.quote_name(table)} DISABLE TRIGGER USER")
        yield
        # Rows this transaction has rewritten have their foreign keys looked at again; that cannot be left for later.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {editor.quote_name(table)} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f"DROP TRIGGER {editor.quote_name(name)}")
    yield
    for _, sql in triggers:
        cursor.execute(sql)
