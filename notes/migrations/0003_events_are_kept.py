from django.db import migrations
from practice.guards import Kept


class Migration(migrations.Migration):
    """What happened in a session is not emptied at one stroke either, like all else that is signed with a note."""

    dependencies = [
        ('notes', '0002_what_goes_with_a_client'),
    ]

    operations = [
        migrations.AddConstraint(model_name='noteevent', constraint=Kept(name='events_are_kept')),
    ]
