"""Rules that stand in the database itself, on PostgreSQL and on SQLite, written as constraints in `Meta`.

Each class writes an exclusion constraint or trigger on PostgreSQL and triggers on SQLite. As constraints they
pass through Django's schema editor, so a later migration that remakes a SQLite table writes them again.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Statement, Table
from django.db.migrations import RunPython
from django.db.migrations.operations.base import Operation
from django.db.models import F, Func, Q
from django.db.models.constraints import BaseConstraint


class _Guard(BaseConstraint):
    """A constraint made of one function and triggers; subclasses say which SQL each engine gets."""

    def _sqlite(self, model: Any) -> list[str]:
        return []

    def _postgresql(self, model: Any) -> list[str]:
        return []

    def _statements(self, model: Any, editor: Any) -> list[Statement]:
        sqls = self._sqlite(model) if editor.connection.vendor == "sqlite" else self._postgresql(model)
        # As Statements over a Table, so that Django renames them along with a remade table.
        return [
            Statement(sql.replace("%", "%%").replace("%%(table)s", "%(table)s"),
                      table=Table(model._meta.db_table, editor.quote_name))
            for sql in sqls
        ]

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Called when a table is created or remade; the SQL runs once the table stands."""
        schema_editor.deferred_sql.extend(self._statements(model, schema_editor))
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return None  # SQLite remakes the table, which comes through constraint_sql
        first, *rest = self._statements(model, schema_editor)
        schema_editor.deferred_sql.extend(rest)
        return first

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "sqlite":
            return None
        table = Table(model._meta.db_table, schema_editor.quote_name)
        return Statement(f"DROP TRIGGER IF EXISTS {self.name} ON %(table)s", table=table)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Nothing to say before saving: the database speaks for itself."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    __hash__ = object.__hash__


def _quoted(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


class NoOverlap(_Guard):
    """Two live rows of one `resource` (a foreign key) never share time between `start` and `end`.

    `dead` are the values of `state` that occupy nothing. Half-open: one may end as the next begins.
    """

    def __init__(self, *, name: str, resource: str, start: str, end: str, state: str, dead: tuple[str, ...],
                 violation_error_code: str | None = None, violation_error_message: str | None = None) -> None:
        self.resource, self.start, self.end = resource, start, end
        self.state, self.dead = state, tuple(dead)
        super().__init__(name=name, violation_error_code=violation_error_code,
                         violation_error_message=violation_error_message)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"resource": self.resource, "start": self.start, "end": self.end,
                   "state": self.state, "dead": self.dead}
        return path, args, kwargs

    def _exclusion(self) -> Any:
        from django.contrib.postgres.constraints import ExclusionConstraint
        from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators

        span = Func(F(self.start), F(self.end), RangeBoundary(), function="TSTZRANGE",
                    output_field=DateTimeRangeField())
        return ExclusionConstraint(
            name=self.name,
            expressions=[(span, RangeOperators.OVERLAPS), (self.resource, RangeOperators.EQUAL)],
            condition=~Q(**{f"{self.state}__in": self.dead}) & Q(**{f"{self.resource}__isnull": False}),
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().constraint_sql(model, schema_editor)
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().create_sql(model, schema_editor)
        return None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return self._exclusion().remove_sql(model, schema_editor)
        return None

    def _sqlite(self, model: Any) -> list[str]:
        resource = model._meta.get_field(self.resource).column
        start, end, state = (model._meta.get_field(f).column for f in (self.start, self.end, self.state))
        dead = _quoted(self.dead)
        return [
            f"CREATE TRIGGER {self.name}_{event.split()[0].lower()} BEFORE {event} ON %(table)s FOR EACH ROW "
            f"WHEN NEW.{resource} IS NOT NULL AND NEW.{state} NOT IN ({dead}) "
            f"BEGIN SELECT RAISE(ABORT, 'overlap refused: {self.name}') WHERE EXISTS ("
            f"SELECT 1 FROM %(table)s AS o WHERE o.{resource} = NEW.{resource} AND o.id IS NOT NEW.id "
            f"AND o.{state} NOT IN ({dead}) AND o.{start} < NEW.{end} AND NEW.{start} < o.{end}); END"
            for event in ("INSERT", f"UPDATE OF {resource}, {start}, {end}, {state}")
        ]

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        resource = getattr(instance, f"{self.resource}_id")
        if resource is None or getattr(instance, self.state) in self.dead:
            return
        others = (
            model._default_manager.using(using)
            .filter(**{f"{self.resource}_id": resource, f"{self.start}__lt": getattr(instance, self.end),
                       f"{self.end}__gt": getattr(instance, self.start)})
            .exclude(pk=instance.pk)
            .exclude(**{f"{self.state}__in": self.dead})
        )
        if others.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


class Unchanging(_Guard):
    """Rows that refuse UPDATE and DELETE; with `when`, only rows of which that SQL (over OLD) is true.

    `insert_when`: SQL over NEW under which a row may not be added either (a child of a signed note).
    `columns`: only these stand still; the rest of the row may change.
    `goes_when`: SQL over OLD under which a row may be deleted after all (its client was disposed of).
    """

    def __init__(self, *, name: str, when: str = "", insert_when: str = "", columns: tuple[str, ...] = (),
                 goes_when: str = "", violation_error_code: str | None = None,
                 violation_error_message: str | None = None) -> None:
        self.when, self.insert_when, self.columns, self.goes_when = when, insert_when, tuple(columns), goes_when
        super().__init__(name=name, violation_error_code=violation_error_code,
                         violation_error_message=violation_error_message)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        own = (("when", self.when), ("insert_when", self.insert_when), ("columns", self.columns),
               ("goes_when", self.goes_when))
        kwargs |= {key: value for key, value in own if value}
        return path, args, kwargs

    def _rules(self) -> list[tuple[str, str]]:
        when = self.when or "1=1"
        moved_in = f"({when}) OR ({self.insert_when})" if self.insert_when else when
        if self.columns:
            changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in self.columns)
            moved_in = f"({moved_in}) AND ({changed})"
        gone = f"({when}) AND NOT ({self.goes_when})" if self.goes_when else when
        rules = [("UPDATE", moved_in), ("DELETE", gone)]
        return rules + [("INSERT", self.insert_when)] if self.insert_when else rules

    def _sqlite(self, model: Any) -> list[str]:
        return [
            f"CREATE TRIGGER {self.name}_{event.lower()} BEFORE {event} ON %(table)s FOR EACH ROW WHEN {rule} "
            f"BEGIN SELECT RAISE(ABORT, 'change refused: {self.name}'); END"
            for event, rule in ((e, r.replace("IS DISTINCT FROM", "IS NOT")) for e, r in self._rules())
        ]

    def rewrite(self, model: Any, editor: Any) -> None:
        """Put this guard where one of its name and events stands, without building the table anew."""
        statements = self._statements(model, editor)
        if editor.connection.vendor == "sqlite":
            for event, _ in self._rules():
                editor.execute(f"DROP TRIGGER IF EXISTS {self.name}_{event.lower()}")
        else:
            del statements[1:]  # the trigger stays, and calls the function in its new words
        for statement in statements:
            editor.execute(statement, params=None)

    def _postgresql(self, model: Any) -> list[str]:
        body = "".join(
            f"IF TG_OP = '{event}' THEN IF ({rule}) THEN "
            f"RAISE EXCEPTION 'change refused: {self.name}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; END IF; "
            for event, rule in self._rules()
        )
        events = " OR ".join(event for event, _ in self._rules())
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $guard$ BEGIN {body}"
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $guard$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE {events} ON %(table)s FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


class OneStays(_Guard):
    """Of the rows that share one `of` (a foreign key), at least one stays as `when` says: refuses the UPDATE that would
    leave none. `when` is SQL over `{row}`. On PostgreSQL two such updates at once wait for each other.
    """

    def __init__(self, *, name: str, of: str, when: str, violation_error_code: str | None = None,
                 violation_error_message: str | None = None) -> None:
        self.of, self.when = of, when
        super().__init__(name=name, violation_error_code=violation_error_code,
                         violation_error_message=violation_error_message)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        kwargs |= {"of": self.of, "when": self.when}
        return path, args, kwargs

    def _parts(self, model: Any) -> tuple[str, str]:
        """Which update could leave none, and whether another row is left."""
        column = model._meta.get_field(self.of).column
        old, new, other = (self.when.format(row=row) for row in ("OLD", "NEW", "o"))
        gives_up = f"({old}) AND (NOT ({new}) OR NEW.{column} <> OLD.{column})"
        is_left = f"SELECT 1 FROM %(table)s o WHERE o.{column} = OLD.{column} AND o.id <> OLD.id AND {other}"
        return gives_up, f"EXISTS ({is_left})"

    def _sqlite(self, model: Any) -> list[str]:
        gives_up, is_left = self._parts(model)
        return [f"CREATE TRIGGER {self.name} BEFORE UPDATE ON %(table)s FOR EACH ROW WHEN {gives_up} AND NOT {is_left} "
                f"BEGIN SELECT RAISE(ABORT, 'change refused: {self.name}'); END"]

    def _postgresql(self, model: Any) -> list[str]:
        gives_up, is_left = self._parts(model)
        field = model._meta.get_field(self.of)
        above = field.remote_field.model._meta.db_table
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $guard$ BEGIN IF {gives_up} THEN "
            f"PERFORM 1 FROM {above} WHERE id = OLD.{field.column} FOR NO KEY UPDATE; IF NOT {is_left} THEN "
            f"RAISE EXCEPTION 'change refused: {self.name}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; END IF; RETURN NEW; END $guard$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE UPDATE ON %(table)s FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


class Kept(_Guard):
    """A table nobody empties at one stroke: refuses TRUNCATE, which passes by the triggers of rows.

    PostgreSQL only: SQLite has no such statement, and its DELETE asks `Unchanging` row by row.
    """

    def _postgresql(self, model: Any) -> list[str]:
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger AS $guard$ BEGIN "
            f"RAISE EXCEPTION 'change refused: {self.name}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END $guard$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {self.name} BEFORE TRUNCATE ON %(table)s FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {self.name}()",
        ]


def remade(*operations: Operation) -> list[Operation]:
    """The same operations, where one of them changes a table that guards on other tables speak of.

    SQLite changes a table by building it anew and renaming that, and refuses to rename while a trigger elsewhere names
    the table that is just gone. In its older way of renaming it does not look; the triggers find the new table.
    """

    def looks(does_look: bool) -> RunPython:
        def to(does_look: bool) -> Any:
            def switch(apps: Any, editor: Any) -> None:
                if editor.connection.vendor == "sqlite":
                    editor.execute(f"PRAGMA legacy_alter_table = {'OFF' if does_look else 'ON'}")

            return switch

        return RunPython(to(does_look), to(not does_look))  # going back, the operations come in the opposite order

    return [looks(False), *operations, looks(True)]
