import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

from practice import guards


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0009_map_taken'),
        ('notes', '0001_initial'),
        ('practice', '0008_numbers_of_episodes_moved'),
        ('therapy_sessions', '0009_plan_rhythm'),
    ]

    operations = guards.remade(
        # What was the row's place among the rows is its number; how the client lies is its position.
        migrations.AlterModelOptions(name='treatment', options={'ordering': ['number']}),
        migrations.RenameField(model_name='treatment', old_name='position', new_name='number'),
        migrations.CreateModel(
            name='BillingCode',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('technique', models.CharField(max_length=40)),
                ('code', models.CharField(max_length=12)),
            ],
            options={
                'ordering': ['technique'],
            },
        ),
        migrations.CreateModel(
            name='Snippet',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('word', models.CharField(max_length=20)),
                ('text', models.CharField(max_length=1000)),
            ],
            options={
                'ordering': ['word'],
            },
        ),
        migrations.AddField(
            model_name='note',
            name='next_focus',
            field=models.CharField(blank=True, help_text='What the next visit is to look at first.', max_length=200),
        ),
        migrations.AddField(
            model_name='note',
            name='next_in_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='When to come again.', null=True),
        ),
        migrations.AddField(
            model_name='treatment',
            name='lubricant',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='treatment',
            name='position',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='treatment',
            name='state',
            field=models.CharField(choices=[('planned', 'Planned'), ('given', 'Given'), ('left-out', 'Left out')], default='given', max_length=10),
        ),
        migrations.AddField(
            model_name='treatment',
            name='temperature',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='treatment',
            name='tolerated',
            field=models.CharField(blank=True, choices=[('well', 'Well'), ('partly', 'Partly'), ('badly', 'Badly')], max_length=10),
        ),
        migrations.AlterField(
            model_name='treatment',
            name='number',
            field=models.PositiveSmallIntegerField(help_text='Its place among the rows, from 0.'),
        ),
        migrations.AddConstraint(
            model_name='note',
            constraint=models.CheckConstraint(condition=models.Q(('next_in_days', None), ('next_in_days__range', (1, 365)), _connector='OR'), name='next_visit_is_within_a_year'),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'given', 'left-out'])), name='treatment_is_planned_given_or_left_out'),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(('tolerated__in', ['', 'well', 'partly', 'badly'])), name='treatment_is_tolerated_in_words_we_know'),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(('temperature__in', ['', 'cold', 'cool', 'neutral', 'warm', 'hot'])), name='treatment_has_a_temperature_the_check_knows'),
        ),
        migrations.AddConstraint(
            model_name='treatment',
            constraint=models.CheckConstraint(condition=models.Q(('position__in', ['', 'supine', 'prone', 'side-lying', 'seated', 'semi-reclined'])), name='treatment_has_a_position_the_check_knows'),
        ),
        migrations.AddField(
            model_name='billingcode',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.practice'),
        ),
        migrations.AddField(
            model_name='snippet',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snippets', to='practice.membership'),
        ),
        migrations.AddField(
            model_name='snippet',
            name='practice',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.practice'),
        ),
        migrations.AddConstraint(
            model_name='billingcode',
            constraint=models.UniqueConstraint(fields=('practice', 'technique'), name='technique_is_billed_by_one_code'),
        ),
        migrations.AddConstraint(
            model_name='snippet',
            constraint=models.UniqueConstraint(fields=('member', 'word'), name='snippet_word_stands_for_one_text'),
        ),
    )
