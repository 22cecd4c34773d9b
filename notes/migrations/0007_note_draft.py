import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

import practice.guards


class Migration(migrations.Migration):
    dependencies = [("notes", "0006_home_programme"), ("practice", "0011_lock_minutes")]

    operations = [
        migrations.CreateModel(
            name="NoteDraft",
            fields=[
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(help_text="Of the note, as this save left it.")),
                ("tab", models.CharField(blank=True, max_length=40)),
                ("turn", models.PositiveIntegerField(default=0, help_text="Counts the saves of that tab.")),
                ("at", models.DateTimeField()),
                ("is_whole", models.BooleanField(help_text="The note holds all of it.")),
                ("typed", models.JSONField(default=dict)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="practice.membership")),
                ("note", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="typing", to="notes.note")),
            ],
            options={
                "constraints": [
                    practice.guards.Unchanging(
                        name="nothing_typed_waits_beside_a_signed_note", when="1=0",
                        insert_when="EXISTS (SELECT 1 FROM notes_note n WHERE n.id = NEW.note_id AND n.signed_at IS NOT NULL)"),
                    models.CheckConstraint(
                        condition=models.Q(("is_whole", False), ("typed", {}), _connector="OR"),
                        name="what_the_note_holds_is_not_kept_twice"),
                ],
            },
        ),
    ]
