from django.db import migrations, models


def holds_as_before(apps, schema_editor):
    apps.get_model("clients", "Episode").objects.filter(kind="relapse", confirmed_on__isnull=False).update(
        holds_visits=True)


class Migration(migrations.Migration):
    dependencies = [("clients", "0006_somebody_new_online")]

    operations = [
        migrations.AddField(
            model_name="episode", name="holds_visits",
            field=models.BooleanField(default=False, help_text="Decided by the policy of the day it is confirmed."),
        ),
        migrations.AddField(
            model_name="episode", name="heat_or_strain",
            field=models.BooleanField(default=None, null=True, help_text="Whether heat, exertion or stress brought it on. Empty: not asked."),
        ),
        migrations.AddField(
            model_name="episode", name="doctor_contacted_on", field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(holds_as_before, migrations.RunPython.noop),
    ]
