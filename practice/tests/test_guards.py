"""What the database itself refuses, for every table that says so."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from practice.guards import Kept, Unchanging

STANDING = [model for model in apps.get_models()
            if any(isinstance(c, Unchanging) and c.when != "1=0" for c in model._meta.constraints)]


@pytest.mark.parametrize("model", STANDING, ids=lambda model: model.__name__)
def test_what_cannot_be_changed_row_by_row_cannot_be_emptied_at_one_stroke(model):
    assert any(isinstance(c, Kept) for c in model._meta.constraints), f"{model.__name__} has no Kept among its constraints"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite empties no table at one stroke")
@pytest.mark.parametrize("model", STANDING, ids=lambda model: model.__name__)
def test_the_database_refuses_to_empty_it(db, model):
    with pytest.raises(DatabaseError, match="kept"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")
