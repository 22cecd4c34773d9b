from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients", "0014_channels_and_replies")]

    operations = [
        migrations.AlterField(
            model_name="clearance", name="state",
            field=models.CharField(max_length=10, choices=[
                ("requested", "Asked"), ("received", "Answer to be accepted"), ("granted", "Granted"),
                ("refused", "Not yet"), ("set_aside", "Set aside")]),
        ),
    ]
