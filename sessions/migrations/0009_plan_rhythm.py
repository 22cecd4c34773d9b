from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("therapy_sessions", "0008_bulk_plans"),
    ]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="interval_days",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="The rhythm it was made for; empty in plans of earlier times.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="plan",
            constraint=models.CheckConstraint(
                condition=models.Q(("interval_days", None), ("interval_days__gte", 1), _connector="OR"),
                name="plan_keeps_a_rhythm_of_whole_days",
            ),
        ),
    ]
