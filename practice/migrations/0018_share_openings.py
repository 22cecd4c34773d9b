from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("practice", "0017_sms")]

    operations = [
        migrations.AddField(
            model_name="practice", name="share_openings",
            field=models.PositiveSmallIntegerField(
                default=20, help_text="How often what is shared with a doctor can be opened. Our proposal."),
        ),
    ]
