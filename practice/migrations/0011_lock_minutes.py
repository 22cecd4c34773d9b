from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0010_follow_up_days")]

    operations = [
        migrations.AddField(
            model_name="practice", name="lock_minutes",
            field=models.PositiveSmallIntegerField(
                default=15, help_text="Minutes without a touch after which staff pages are covered. Our proposal."),
        ),
    ]
