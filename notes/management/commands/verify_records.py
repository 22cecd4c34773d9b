"""Prove that no signed note was changed or lost."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notes.models import Note
from notes.signing import broken_links
from notes.summaries import broken_summaries
from practice.models import Practice


class Command(BaseCommand):
    help = (
        "Prove that no signed note, addendum or summary was changed and no note lost: every hash and the chain of each "
        "practice are computed again.\n"
        "Example: manage.py verify_records"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for practice in Practice.objects.order_by("name"):
            faults = broken_links(practice.pk) + broken_summaries(practice.pk)
            signed = Note.objects.filter(practice=practice).exclude(signed_at=None).count()
            broken += len(faults)
            self.stdout.write(f"{practice.name}: {signed} signed notes, {'all sound' if not faults else 'NOT SOUND'}")
            for fault in faults:
                self.stdout.write(f"  {fault}")
        if broken:
            raise CommandError(f"{broken} faults found. Restore the last sound backup and compare.")
