import django.db.models.deletion
import practice.encryption.fields
import practice.guards
import uuid_utils.compat
from django.db import migrations, models
from practice.guards import Unchanging
from practice.rewording import Reworded


class Migration(migrations.Migration):
    """Tombstones; and what stands for ever goes where there is one of its client.

    The tombstone's own guard asks the notes: on SQLite a later change of a table that a guard names goes through
    `practice.guards.remade`.
    """

    dependencies = [
        ('clients', '0001_initial'),
        ('practice', '0003_years_of_keeping'),
        ('notes', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Disposal',
            fields=[
                ('id', models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField(help_text="Its place among the practice's tombstones, from 1.")),
                ('of_client', models.UUIDField(unique=True)),
                ('person', models.UUIDField()),
                ('birth_year', models.PositiveSmallIntegerField(null=True)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('counts', models.JSONField(default=dict)),
                ('links', models.JSONField(default=list)),
                ('signed_hash', models.CharField(max_length=64)),
                ('rule', models.CharField(choices=[('last-contact', 'Years after the last contact'), ('of-age', 'Years after the 18th birthday')], max_length=12)),
                ('years', models.PositiveSmallIntegerField()),
                ('kept_until', models.DateField()),
                ('disposed_at', models.DateTimeField()),
                ('by_name', models.CharField(max_length=120)),
                ('reason', practice.encryption.fields.EncryptedCharField(max_length=300)),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('content_hash', models.CharField(max_length=64)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.membership')),
                ('practice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.practice')),
            ],
            options={
                'ordering': ['-disposed_at', '-position'],
                'constraints': [practice.guards.Unchanging(insert_when='EXISTS (SELECT 1 FROM clients_legalhold h JOIN clients_client c ON c.id = h.client_id JOIN clients_client n ON n.id = NEW.of_client WHERE h.lifted_at IS NULL AND COALESCE(c.merged_into_id, c.id) = COALESCE(n.merged_into_id, n.id)) OR EXISTS (SELECT 1 FROM notes_note n WHERE n.client_id = NEW.of_client AND n.signed_at IS NOT NULL AND SUBSTR(CAST(n.signed_at AS TEXT), 1, 10) > CAST(CAST(SUBSTR(CAST(CURRENT_TIMESTAMP AS TEXT), 1, 4) AS INTEGER) - 4 AS TEXT) || SUBSTR(CAST(CURRENT_TIMESTAMP AS TEXT), 5, 6)) OR EXISTS (SELECT 1 FROM clients_client c WHERE c.id = NEW.of_client AND c.practice_id <> NEW.practice_id)', name='disposal_stands_for_ever'),
                    practice.guards.Kept(name='disposals_are_kept'),
                    models.UniqueConstraint(fields=('practice', 'position'), name='disposal_has_one_place'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='disposal_has_a_reason'),
                    models.CheckConstraint(condition=models.Q(('years__gte', 4)), name='disposal_waits_for_the_least_years'),
                    models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day')), ('kept_until__gt', models.F('last_day'))), name='disposal_comes_after_the_last_day')],
            },
        ),
        Reworded([
            ('channelconsent', Unchanging(
                name='channel_consent_stands',
                columns=('channel', 'given_on', 'source', 'wording', 'address', 'recorded_at'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('channelconsent', Unchanging(
                name='ended_channel_consent_stays_ended',
                when='OLD.withdrawn_at IS NOT NULL',
                columns=('withdrawn_at', 'withdrawn_how'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('disclosure', Unchanging(
                name='disclosure_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('episodenotice', Unchanging(
                name='telling_a_doctor_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT e.client_id FROM clients_episode e WHERE e.id = OLD.episode_id))')),
            ('privacyrequest', Unchanging(
                name='answered_request_stands',
                when='OLD.answered_on IS NOT NULL',
                columns=('kind', 'asked_by', 'asked_for', 'received_on', 'law', 'due_on', 'extended_to', 'extension_reason', 'outcome', 'answered_on', 'answer', 'answered_by_name'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('questionnaire', Unchanging(
                name='sent_answers_stand',
                when='OLD.submitted_at IS NOT NULL',
                columns=('answers', 'submitted_at', 'submitted_from', 'consent_version', 'answered_by'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
        ]),
    ]
