"""Move everything from one database to another."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.copies.moving import move_database
from practice.copies.telling import in_words, progress


class Command(BaseCommand):
    help = (
        "Move everything from one database to another, SQLite or PostgreSQL: into an empty place, as a whole or not "
        "at all, "
        "each table compared row for row. What was there stays as it is. Stop Evenhand first.\n"
        "Example: manage.py move_database --from sqlite:////data/evenhand.sqlite3 --to postgres://evenhand:…@db/evenhand"
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", default="", help="where everything is (default: DATABASE_URL)")
        parser.add_argument("--to", required=True, help="where it is to go: an empty database")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        done = in_words(move_database, source=options["source"], to=options["to"], told=progress(self.stderr),
                        say=self.stderr.write, prove=self._prove)
        rows = sum(table["rows"] for table in done["tables"])
        self.stdout.write(f"{rows:,} rows of {len(done['tables'])} tables are there, each table equal by hash "
                          f"({time.monotonic() - began:.1f} s).")
        self.stdout.write("Now set DATABASE_URL to the new address, keep SECRET_KEY as it is, start Evenhand, look "
                          "at Today; "
                          "then put the old database away. Everybody signs in again.")

    def _prove(self) -> None:
        self.stderr.write("Proving the records ...")
        try:
            call_command("verify_records", stdout=self.stdout, stderr=self.stderr)
        except CommandError as unsound:
            self.stderr.write(f"What is there now is equal to what was here, and that was not sound: {unsound}")
