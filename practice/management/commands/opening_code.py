"""Print where the practice is opened, and the code for it."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from practice.opening.code import new_code


class Command(BaseCommand):
    help = ("Print the address and a fresh set-up code of an installation without a practice; the one before ends.\n"
            "Example: manage.py opening_code")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date before")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:
            call_command("migrate", interactive=False, verbosity=options["verbosity"], stdout=self.stdout)
        self.stdout.write(said_code() or f"The practice is open: {settings.BASE_URL}{reverse('practice:login')}")


def said_code() -> str:
    """What is printed while there is no practice: where to go, and a fresh code; "" once there is one."""
    code = new_code()
    return code and (f"No practice is open here yet. Open {settings.BASE_URL}{reverse('practice:open')} and type this "
                     f"code: {code}\nIt opens one practice, once. The next start prints another.")
