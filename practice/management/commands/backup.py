"""Copy everything into one sealed file."""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.copies.filing import check_through, read_sealed
from practice.copies.keys import new_key
from practice.copies.making import make_copy
from practice.copies.telling import given_key, in_words, progress


class Command(BaseCommand):
    help = (
        "Copy everything (records, diary, messages, people, the trail) into one file, sealed for BACKUP_KEY, while "
        "work goes "
        "on. `--new-key` prints a new key; `--check` reads a copy to its end and writes nothing.\n"
        "Example: BACKUP_KEY=age1… manage.py backup /mnt/elsewhere/evenhand-2026-11-21.age"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="the file to write; it must not exist yet")
        parser.add_argument("--new-key", action="store_true", help="print a new key and do nothing else")
        parser.add_argument("--check", action="store_true", help="read the copy at PATH to its end (needs the secret "
                                                                 "half)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new_key"]:
            secret, public = new_key()
            self.stdout.write(f"{secret}\n{public}")
            self.stderr.write("The first line opens copies: keep it on paper, away from the server. Either line in "
                              "BACKUP_KEY "
                              "makes copies; with the first, `backup --check` and `restore` work here as well.")
            return
        if options["path"] is None:
            raise CommandError("Say where to write it: manage.py backup PATH (or --new-key, for a key).")
        in_words(self._check if options["check"] else self._make, path=options["path"])

    def _make(self, path: Path) -> None:
        began = time.monotonic()
        made = make_copy(path=path, key=settings.BACKUP_KEY, told=progress(self.stderr))
        rows = sum(table["rows"] for table in made["tables"])
        self.stdout.write(f"{path}: {rows:,} rows of {len(made['tables'])} tables, {made['size'] / 2**20:.1f} MB, "
                          f"sealed "
                          f"({time.monotonic() - began:.1f} s)")

    def _check(self, path: Path) -> None:
        with read_sealed(path, given_key()) as lines:
            found = check_through(lines, told=progress(self.stderr))
        rows = sum(table["rows"] for table in found["tables"])
        self.stdout.write(f"{path}: whole. {rows:,} rows of {found['made_at']}, made by Evenhand {found['product']} at "
                          f"installation {found['installation']}.")
