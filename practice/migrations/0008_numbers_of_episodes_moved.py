from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0007_waitlist_offers")]

    operations = [
        migrations.RemoveField(model_name="practice", name="review_window_days"),
        migrations.RemoveField(model_name="practice", name="steroid_gap_days"),
        migrations.RemoveField(model_name="practice", name="check_in_days"),
        migrations.AlterField(
            model_name="practice", name="rule_changes",
            field=models.PositiveIntegerField(default=0, help_text="How often the rules of the check, or what follows an episode, were changed here."),
        ),
    ]
