"""Read a copy back."""

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.copies.restoring import restore_copy
from practice.copies.telling import given_key, in_words, progress


class Command(BaseCommand):
    help = (
        "Read a copy made by `backup` into an empty database, on either engine. The whole file is looked at before "
        "anything "
        "is written; it comes as a whole or not at all; every table is compared row for row, then the records are "
        "proven. "
        "Stop Evenhand first.\n"
        "Example: BACKUP_KEY=AGE-SECRET-KEY-1… DATABASE_URL=postgres://… manage.py restore evenhand-2026-11-21.age"
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the file to read")
        parser.add_argument("--replace", default="", metavar="NAME", help="give up what is there: the name of its "
                                                                          "practice")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        done = in_words(restore_copy, path=options["path"], key=given_key(), replacing=options["replace"],
                        told=progress(self.stderr), say=self.stderr.write, prove=self._prove)
        rows = sum(table["rows"] for table in done["tables"])
        self.stdout.write(f"{rows:,} rows of {len(done['tables'])} tables are back, each table equal by hash "
                          f"({time.monotonic() - began:.1f} s). The copy was made {done['made_at']}.")
        self.stdout.write("Everybody signs in again. docs/keeping.md says what a copy does not hold.")

    def _prove(self) -> None:
        self.stderr.write("Proving the records ...")
        try:
            call_command("verify_records", stdout=self.stdout, stderr=self.stderr)
        except CommandError as unsound:
            self.stderr.write(f"The copy is equal to what was copied, and that was not sound: {unsound}")
