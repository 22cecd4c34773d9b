"""Read the archive of one practice into an empty installation."""

import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.copies.moving_in import import_practice
from practice.copies.telling import in_words, progress


class Command(BaseCommand):
    help = (
        "Read an archive made by `export_all` (or by the page Take everything out) into an empty database: as a "
        "whole or not "
        "at all, each table compared row for row. Passwords are not in it: everybody sets a new one.\n"
        "Example: DATA_DIR=./new manage.py import_all riverside.zip"
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the archive")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        done = in_words(import_practice, path=options["path"], told=progress(self.stderr), say=self.stderr.write,
                        prove=self._prove)
        rows = sum(table["rows"] for table in done["tables"])
        self.stdout.write(f"{rows:,} rows of {len(done['tables'])} tables are here, each table equal by hash "
                          f"({time.monotonic() - began:.1f} s).")
        self.stdout.write("Passwords were not in the archive: manage.py changepassword EMAIL sets one.")

    def _prove(self) -> None:
        try:
            call_command("verify_records", stdout=self.stdout, stderr=self.stderr)
        except CommandError as unsound:
            self.stderr.write(f"What is here is equal to the archive, and that was not sound: {unsound}")
