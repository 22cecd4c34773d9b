from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("clients", "0008_numbers_of_episodes")]

    operations = [
        migrations.AddField(
            model_name="episode",
            name="map_taken_on",
            field=models.DateField(
                blank=True, help_text="Since when the map of what is felt stands anew.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="episode",
            constraint=models.CheckConstraint(
                condition=Q(("map_taken_on", None), ("map_taken_on__gte", F("onset_on")), _connector="OR"),
                name="map_is_taken_after_the_onset",
            ),
        ),
    ]
