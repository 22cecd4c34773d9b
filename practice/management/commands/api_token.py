"""Print a new bearer token for a member."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from practice.access import Outsider
from practice.models import Membership
from practice.refusals import Refusal
from practice.tokens import make_token


class Command(BaseCommand):
    help = (
        "Print one new bearer token for a person, and nothing else. The token is shown once.\n"
        "Example: manage.py api_token ana@riverside.example\n"
        "Example: manage.py api_token ana@riverside.example --scope diary:read --scope clients:read --days 90"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")
        parser.add_argument("--practice", default="", help="the practice's name, for a person in several")
        parser.add_argument("--name", default="", help="which program it is for")
        parser.add_argument("--scope", action="append", default=[], dest="scopes",
                            help="diary:read, diary:write, and so on; may be repeated. None: all the person may do")
        parser.add_argument("--days", type=int, default=None, help="how long it works; without: until it is revoked")

    def handle(self, *args: Any, **options: Any) -> None:
        memberships = Membership.objects.filter(
            user__email__iexact=options["email"], is_active=True, user__is_active=True).select_related("practice")
        if options["practice"]:
            memberships = memberships.filter(practice__name__iexact=options["practice"])
        member = memberships.order_by("created_at").first()
        if member is None:
            raise CommandError(f"Nobody active signs in as {options['email']}. Check the address.")
        try:
            ends = None if options["days"] is None else timezone.now() + timedelta(days=options["days"])
            fresh = make_token(member=member, name=options["name"][:80], scopes=options["scopes"], expires_at=ends,
                               by=Outsider(member.practice, "system", "manage.py api_token"))
        except Refusal as refused:
            raise CommandError(refused.detail) from refused
        except OverflowError as error:
            raise CommandError("So many days reach beyond the calendar. Leave --days out for no end.") from error
        self.stdout.write(fresh.secret)
