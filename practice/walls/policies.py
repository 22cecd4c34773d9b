"""The policies of every table that belongs to a practice, composed from the models; PostgreSQL only.

A table with `practice_id` shows the rows of the practice that was entered. One that hangs on such a table (a treatment
on its note) shows what hangs on rows that show. Row-level security is forced, so the tables' owner is bound as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DEFAULT_DB_ALIAS, ProgrammingError, connections, transaction

ROOMS = ("practice", "clients", "sessions", "notes")
POLICY = "one_practice"
SETTING = "evenhand.practice"
# Tables of our rooms without a practice of their own, and why.
OUTSIDE = {
    "practice.User": "an account may work in several practices",
    "practice.DataKey": "the keys are the installation's",
    "practice.OpeningCode": "there is no practice yet",
    "practice.Installation": "it is the installation",
    "practice.Copy": "a copy holds the whole installation",
    "practice.Tally": "counts tries at the door by a hash, before anybody is known",
    "practice.SignIn": "where an account is signed in",
    "practice.CodeApp": "a second step of an account",
    "practice.Passkey": "a second step of an account",
    "practice.RecoveryCode": "a second step of an account",
    "practice.AccountLink": "a link that an account asked for",
}
_HERE = f"current_setting('{SETTING}', true)"


def policies() -> dict[str, str]:
    """Each protected table with the condition under which a row shows."""
    return {model._meta.db_table: condition for model in _models(apps.get_app_configs())
            if model._meta.label not in OUTSIDE and (condition := _condition(model))}


def unguarded() -> set[str]:
    """Models that lead to no practice and are not on the list of those outside: there should be none."""
    return {model._meta.label for model in _models(apps.get_app_configs())
            if model._meta.label not in OUTSIDE and not _condition(model)}


def _models(configs: Iterable[AppConfig]) -> list[Any]:
    return [model for config in configs if config.name in ROOMS
            for model in config.get_models(include_auto_created=True)]


def _condition(model: Any) -> str:
    own = "id" if model._meta.label == "practice.Practice" else _practice_column(model)
    if own:
        return f"{_HERE} = '*' OR {own} = NULLIF(NULLIF({_HERE}, '*'), '')::uuid"
    parent = _parent(model)
    if parent is None:
        return ""
    table, key = parent.related_model._meta.db_table, parent.target_field.column
    return (f"{_HERE} = '*' OR EXISTS (SELECT 1 FROM {table} above "  # noqa: S608  names of our own tables
            f"WHERE above.{key} = {model._meta.db_table}.{parent.column})")


def _practice_column(model: Any) -> str:
    try:
        field = model._meta.get_field("practice")
    except FieldDoesNotExist:
        return ""
    return str(field.column)


def _parent(model: Any) -> Any:
    """The foreign key by which a row hangs on one of a practice: the first that is never empty."""
    for field in model._meta.concrete_fields:
        to = field.related_model
        if to is not None and not field.null and to is not model and to._meta.label not in OUTSIDE \
                and to.__module__.split(".")[0] in ROOMS:
            return field
    return None


def apply(config: AppConfig, using: str = DEFAULT_DB_ALIAS) -> None:
    """Write the policies of an app's tables that are not written as they should be; called after each migrate."""
    connection = connections[using]
    if connection.vendor != "postgresql" or config.name not in ROOMS:
        return
    wanted = policies()
    ours = [model._meta.db_table for model in _models([config]) if model._meta.db_table in wanted]
    with connection.cursor() as cursor:
        there = _standing(cursor)
        for table in ours:
            if table in there and there[table] != (mark := _mark(wanted[table])):
                # Of an earlier state of the tables, a column may be missing: the next migrate comes back to it.
                with suppress(ProgrammingError), transaction.atomic(using=using):
                    cursor.execute(_statement(table, wanted[table], mark))


def _standing(cursor: Any) -> dict[str, str]:
    """Each table there is, with the mark of its policy; "" where it has none or is not guarded."""
    cursor.execute("""
        SELECT c.relname, CASE WHEN c.relrowsecurity AND c.relforcerowsecurity
            THEN coalesce(obj_description(p.oid, 'pg_policy'), '') ELSE '' END
        FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace""", [POLICY])
    return dict(cursor.fetchall())


def _mark(condition: str) -> str:
    return hashlib.sha256(condition.encode()).hexdigest()[:16]


def _statement(table: str, condition: str, mark: str) -> str:
    return f"""
        ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
        ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;
        DROP POLICY IF EXISTS {POLICY} ON "{table}";
        CREATE POLICY {POLICY} ON "{table}" USING ({condition}) WITH CHECK ({condition});
        COMMENT ON POLICY {POLICY} ON "{table}" IS '{mark}'"""
