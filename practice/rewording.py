"""A migration that says guards in other words, without building their tables anew."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

from practice.guards import Unchanging


class Reworded(Operation):
    """Guards of one app in other words: `guards` are pairs of a model's name and its guard as it will stand.

    Nothing is built anew. Each takes the place of the guard of its name, which watches over the same events.
    """

    def __init__(self, guards: list[tuple[str, Unchanging]]) -> None:
        self.guards = guards

    def state_forwards(self, app_label: str, state: Any) -> None:
        for name, guard in self.guards:
            state.remove_constraint(app_label, name, guard.name)
            state.add_constraint(app_label, name, guard)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name, guard in self.guards:
            model = to_state.apps.get_model(app_label, name)
            if self.allow_migrate_model(schema_editor.connection.alias, model):
                found: Any = next(one for one in model._meta.constraints if one.name == guard.name)
                found.rewrite(model, schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Say {len(self.guards)} guards in other words"
