"""Fill an empty database with the demo practices."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from notes.demo.build import build
from practice.models import Practice

RIVERSIDE, LAKESIDE = "riverside-demo", "lakeside-demo"  # printed on the sign-in page; only under DEBUG


class Command(BaseCommand):
    help = (
        "Fill an empty database with two practices to try things in: therapists, a front desk, clients, up to a "
        "year of signed notes behind and two months of visits ahead. Only with DEBUG=1.\n"
        "Example: manage.py demo --if-empty"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="say nothing and do nothing where a practice exists"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Practice.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There is a practice already. The demo goes into an empty database only.")
        if not settings.DEMO:
            raise CommandError("The demo's passwords are public, so it is built only with DEBUG=1.")
        began = time.monotonic()
        with transaction.atomic():
            build(RIVERSIDE, LAKESIDE)
        self.stdout.write(f"Demo practices made in {time.monotonic() - began:.1f} s.")
