"""The table of the shared cache where there is no Redis: rates must count the same in every process."""

from django.core.management import call_command
from django.db import migrations

TABLE = "practice_cache"


def create(apps, schema_editor):
    if TABLE not in schema_editor.connection.introspection.table_names():
        call_command("createcachetable", TABLE, database=schema_editor.connection.alias, verbosity=0)


def drop(apps, schema_editor):
    schema_editor.execute(f"DROP TABLE {schema_editor.quote_name(TABLE)}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("practice", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
