"""Prove that no signed note was changed or lost, and no line of who read and changed what."""

import time
from collections.abc import Callable
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clients.keeping.tombstones import disposed_so_far, faults_of_disposals
from notes.models import Note, NotesChain
from notes.seal.verifying import faults_of_chain
from notes.summaries.summaries import broken_summaries
from practice.models import Practice
from practice.trail_seals import faults_of_trail, seal_trail, sealed_so_far

SAID_EVERY = 10_000  # links of a chain


class Command(BaseCommand):
    help = (
        "Prove that no signed note, addendum, co-signature or summary was changed and none lost, and no line of who "
        "read and changed what, and that whoever was disposed of left a tombstone: every hash and the three chains of "
        "each practice are computed again. The last "
        "fingerprint stands for the whole chain up to it: keep it on paper, and nobody can rewrite what lies before it "
        "unseen.\n"
        "Example: manage.py verify_records"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for practice in Practice.objects.order_by("name"):
            broken += self._verify(practice)
        if broken:
            raise CommandError(f"{broken} faults found. Restore the last sound backup and compare.")

    def _verify(self, practice: Practice) -> int:
        """Say of one practice what was looked at and every fault as it is found; answers how many."""
        began, faults = time.monotonic(), 0
        seal_trail(practice.pk)  # what was written since the last minute stands in the proof too
        for fault in chain(faults_of_chain(practice.pk, self._progress(practice)), broken_summaries(practice.pk),
                           faults_of_disposals(practice.pk), faults_of_trail(practice.pk)):
            faults += 1
            self.stdout.write(f"  {fault}")
        signed = Note.objects.filter(practice=practice).exclude(signed_at=None).count()
        took = time.monotonic() - began
        self.stdout.write(f"{practice.name}: {signed} signed notes, {'NOT SOUND' if faults else 'all sound'} "
                          f"({took:.1f} s)")
        head = NotesChain.objects.filter(practice=practice).first()
        if head and head.position:
            self.stdout.write(f"  chain of {head.position}, last fingerprint {head.head_hash}")
        disposed, stone = disposed_so_far(practice.pk)
        if disposed:
            self.stdout.write(f"  {disposed} record{'' if disposed == 1 else 's'} disposed of, "
                              f"{'NOT ' if faults else ''}all accounted for, last fingerprint {stone}")
        entries, fingerprint = sealed_so_far(practice.pk)
        if entries:
            self.stdout.write(f"  trail of {entries}, last fingerprint {fingerprint}")
        return faults

    def _progress(self, practice: Practice) -> Callable[[int], None]:
        head = NotesChain.objects.filter(practice=practice).first()
        length = head.position if head else 0

        def told(done: int) -> None:
            if done % SAID_EVERY == 0:
                self.stderr.write(f"{practice.name}: {done:,} of {length:,}")

        return told
