"""Take somebody's second step away, when phone and recovery codes are gone and no owner can."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.access import Outsider
from practice.accounts.letters import membership_of
from practice.accounts.second_step import reset_second_step
from practice.models import User


class Command(BaseCommand):
    help = (
        "Remove somebody's app, passkeys and recovery codes, and sign them out everywhere; they are told by mail. Be "
        "sure that it is they who ask. Their password stays.\n"
        "Example: manage.py reset_second_step olivia@example.org"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        member = membership_of(user) if user else None
        if member is None:
            raise CommandError(f"Nobody active signs in as {options['email']}. Check the address.")
        reset_second_step(member=member, by=Outsider(member.practice, "system", "manage.py reset_second_step"))
        self.stdout.write(f"{member.name} signs in with the password alone now.")
