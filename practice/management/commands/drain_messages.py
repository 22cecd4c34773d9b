"""Send every message, and every event for another system, that is due, without any broker."""

import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from practice import outbox
from practice.accounts import links
from practice.webhooks import pump


class Command(BaseCommand):
    help = (
        "Send every message, and every event for another system, that is due. The same code the worker runs; no broker "
        "is needed.\n"
        "Example: manage.py drain_messages --forever --every 5"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="keep draining until stopped")
        parser.add_argument("--every", type=float, default=5.0, help="seconds between looks (default 5)")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            links.send_asked()
            counts = Counter(outbox.drain()) + Counter(pump.drain())
            if counts or not options["forever"]:
                self.stdout.write(", ".join(f"{n} {state}" for state, n in sorted(counts.items())) or "nothing was due")
            if not options["forever"]:
                return
            time.sleep(options["every"])
