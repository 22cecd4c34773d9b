"""Print a new bearer token for a member."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.links import hash_of, new_secret
from practice.models import ApiToken, Membership


class Command(BaseCommand):
    help = (
        "Print one new bearer token for a person, and nothing else. The token is shown once.\n"
        "Example: manage.py api_token ana@riverside.example"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--practice", default="", help="the practice's name, for a person in several")

    def handle(self, *args: Any, **options: Any) -> None:
        memberships = Membership.objects.filter(user__email__iexact=options["email"], is_active=True)
        if options["practice"]:
            memberships = memberships.filter(practice__name__iexact=options["practice"])
        membership = memberships.order_by("created_at").first()
        if membership is None:
            raise CommandError(f"Nobody active signs in as {options['email']}. Check the address.")
        token = new_secret()
        ApiToken.objects.create(practice=membership.practice, membership=membership, token_hash=hash_of(token))
        self.stdout.write(token)
