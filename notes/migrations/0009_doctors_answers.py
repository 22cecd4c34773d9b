import django.db.models.deletion
import practice.guards
import uuid_utils.compat
from django.db import migrations, models


def count_openings(apps, schema_editor):
    """What was opened before there was a limit counts towards it."""
    for share in apps.get_model("notes", "Share").objects.annotate(opened=models.Count("openings")).exclude(opened=0):
        share.openings_counted = min(share.opened, 30_000)
        share.save(update_fields=["openings_counted"])


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0015_doctors_answers'),
        ('notes', '0008_summary_paper'),
        ('practice', '0018_share_openings'),
    ]

    operations = [
        migrations.CreateModel(
            name='AnswerDone',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('accepted', 'Accepted'), ('set_aside', 'Set aside'), ('rung', 'Rung'), ('seen', 'Seen')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DoctorAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.UUIDField(help_text='Of the form: pressed twice, it is one answer.')),
                ('kind', models.CharField(choices=[('read', 'I have read it'), ('call', 'Please call me'), ('granted', 'Clearance granted'), ('not_yet', 'Not yet'), ('note', 'A note')], max_length=10)),
                ('scope', models.CharField(blank=True, max_length=60)),
                ('max_pressure', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('regions', models.JSONField(default=list)),
                ('excluded_techniques', models.JSONField(default=list)),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('until', models.DateField(blank=True, null=True)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('call_when', models.CharField(blank=True, max_length=120)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('name', models.CharField(max_length=120)),
                ('registration', models.CharField(blank=True, max_length=60)),
                ('address', models.GenericIPAddressField(blank=True, null=True)),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.AddField(
            model_name='share',
            name='most_openings',
            field=models.PositiveSmallIntegerField(default=20, help_text='Looks and downloads together.'),
        ),
        migrations.AddField(
            model_name='share',
            name='openings_counted',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='summary',
            name='asked',
            field=models.JSONField(blank=True, default=dict, help_text='Of a request: for what, within which limits.'),
        ),
        migrations.AddField(
            model_name='summary',
            name='kind',
            field=models.CharField(choices=[('summary', 'Summary'), ('request', 'Clearance request')], default='summary', max_length=10),
        ),
        migrations.AddConstraint(
            model_name='summary',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('asked', {}), ('kind', 'summary')), models.Q(('kind', 'request'), models.Q(('asked', {}), _negated=True)), _connector='OR'), name='a_request_asks_one_thing'),
        ),
        migrations.AddField(
            model_name='answerdone',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.membership'),
        ),
        migrations.AddField(
            model_name='answerdone',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.practice'),
        ),
        migrations.AddField(
            model_name='doctoranswer',
            name='clearance',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='clients.clearance'),
        ),
        migrations.AddField(
            model_name='doctoranswer',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.practice'),
        ),
        migrations.AddField(
            model_name='doctoranswer',
            name='share',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='notes.share'),
        ),
        migrations.AddField(
            model_name='answerdone',
            name='answer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='done_with', to='notes.doctoranswer'),
        ),
        migrations.AddIndex(
            model_name='doctoranswer',
            index=models.Index(fields=['practice', 'at'], name='answers_of_practice'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=practice.guards.Unchanging(name='doctors_answer_stands_for_ever'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=practice.guards.Kept(name='doctors_answers_are_kept'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.UniqueConstraint(fields=('share', 'key'), name='answer_pressed_twice_is_one'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('content_hash', ''), _negated=True)), name='doctors_answer_is_signed'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'call'), ('phone', ''), _connector='XOR'), name='call_says_which_number'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'granted'), models.Q(('excluded_techniques', []), ('max_pressure', None), ('minutes', None), ('regions', [])), _connector='OR'), name='only_a_grant_has_limits'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('clearance__isnull', False), ('kind__in', ('granted', 'not_yet'))), models.Q(('clearance', None), ('kind__in', ('read', 'call', 'note')), ('scope', ''), ('until', None)), _connector='OR'), name='a_word_on_the_work_waits_as_a_clearance'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(('max_pressure', None), ('max_pressure__lte', 5), _connector='OR'), name='answered_pressure_is_on_the_scale'),
        ),
        migrations.AddConstraint(
            model_name='doctoranswer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'note'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='a_note_says_something'),
        ),
        migrations.AddConstraint(
            model_name='answerdone',
            constraint=practice.guards.Unchanging(name='what_was_done_with_an_answer_stands'),
        ),
        migrations.AddConstraint(
            model_name='answerdone',
            constraint=practice.guards.Kept(name='what_was_done_with_answers_is_kept'),
        ),
        migrations.AddConstraint(
            model_name='answerdone',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('what', 'set_aside'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='an_answer_is_set_aside_for_a_reason'),
        ),
        migrations.RunPython(count_openings, migrations.RunPython.noop),
    ]
