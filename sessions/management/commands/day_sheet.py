"""Write a day sheet as a PDF."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice import clock
from practice.models import Practice
from sessions.day_sheet import save_day_sheet


class Command(BaseCommand):
    help = (
        "Write the day sheet of each practice as a PDF, for tomorrow or the day named, under DATA_DIR/day-sheets, and "
        "print where it lies.\nExample: manage.py day_sheet --on 2026-11-24 --practice Riverside --out /tmp/tuesday.pdf"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--on", default="", help="the day, such as 2026-11-24; tomorrow where none is named")
        parser.add_argument("--practice", default="", help="the practice's name, or how it begins; else all of them")
        parser.add_argument("--out", default="", help="the file to write, for one practice")

    def handle(self, *args: Any, **options: Any) -> None:
        practices = list(Practice.objects.filter(name__istartswith=options["practice"]).order_by("name"))
        if not practices:
            raise CommandError(f"No practice is called “{options['practice']}”. Check the name.")
        if options["out"] and len(practices) > 1:
            raise CommandError(f"--out takes one practice: name it with --practice. "
                               f"There are {', '.join(p.name for p in practices)}.")
        try:
            on = date.fromisoformat(options["on"]) if options["on"] else None
        except ValueError:
            raise CommandError(f"“{options['on']}” is no day. Write it as 2026-11-24.") from None
        for practice in practices:
            day = on or clock.wall_of(timezone.now(), practice.time_zone)[0] + timedelta(days=1)
            try:
                path = save_day_sheet(practice, day, Path(options["out"]) if options["out"] else None)
            except OSError as broken:
                raise CommandError(f"The file could not be written: {broken.strerror}.") from broken
            self.stdout.write(str(path))
