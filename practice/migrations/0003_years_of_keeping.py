from django.db import migrations, models


def least_years(apps, editor):
    apps.get_model('practice', 'Practice').objects.filter(retention_years__lt=4).update(retention_years=4)


class Migration(migrations.Migration):
    """No practice keeps what is written for less than four years."""

    dependencies = [
        ('practice', '0002_cache_table'),
    ]

    operations = [
        migrations.RunPython(least_years, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='practice',
            constraint=models.CheckConstraint(condition=models.Q(('retention_years__gte', 4)), name='what_is_written_is_kept_for_years'),
        ),
    ]
