"""Make the first practice and its owner."""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.opening import Owner, open_practice
from practice.refusals import Refusal


class Command(BaseCommand):
    help = (
        "Open a practice and make its owner's account; asks for a password (or reads it from OWNER_PASSWORD).\n"
        'Example: manage.py open_practice "Riverside" --zone America/New_York --email olivia@example.org '
        '--owner "Olivia Grant"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the practice's name")
        parser.add_argument("--zone", required=True, help="its time zone, such as Europe/Berlin")
        parser.add_argument("--email", required=True, help="the address the owner signs in with")
        parser.add_argument("--owner", required=True, help="the owner's name")
        parser.add_argument("--country", default="", help="where it is, such as US; for holidays, currency and paper")
        parser.add_argument("--therapist", action="store_true", help="the owner gives sessions too")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("OWNER_PASSWORD") or self._asked()
        try:
            open_practice(
                name=options["name"],
                time_zone=options["zone"],
                country=options["country"],
                owner=Owner(options["owner"], options["email"], password, options["therapist"]),
            )
        except Refusal as refused:
            raise CommandError(refused.detail) from refused
        self.stdout.write(f"{options['name']} is open. Sign in as {options['email']}.")

    def _asked(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError("No password. Run this in a terminal, or set OWNER_PASSWORD.")
        password = getpass.getpass("Password for the owner (12 characters or more): ")
        if password != getpass.getpass("The same again: "):
            raise CommandError("The two passwords differ. Nothing was made.")
        return password
