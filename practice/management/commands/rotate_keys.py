"""`manage.py rotate_keys`: after ENCRYPTION_KEYS has a new first key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from practice.encryption.keys import KeysMissing
from practice.encryption.outer import NotAKey
from practice.encryption.rotating import rotate_keys


class Command(BaseCommand):
    """Wrap every data key by the first key of ENCRYPTION_KEYS; no text is rewritten, and work goes on meanwhile."""

    help = ("Wrap the data keys by the first key of ENCRYPTION_KEYS. Example: ENCRYPTION_KEYS=new,old manage.py "
            "rotate_keys. With --new-data-key, text is encrypted by a new key from the next start on.")

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--new-data-key", action="store_true",
                            help="also make a new data key; old text stays under the old ones, and readable")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate_keys(new_data_key=options["new_data_key"])
        except (KeysMissing, NotAKey) as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{done.wrapped_anew} of {done.data_keys} data keys wrapped anew; all are under "
                          f"{done.wrapped_by} now. Older outer keys can be taken away.")
        if options["new_data_key"]:
            self.stdout.write("Start web and worker anew, so that they write with the new data key.")
