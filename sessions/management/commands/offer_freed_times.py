"""Offer freed time to the waitlist, without any broker."""

from typing import Any

from django.core.management.base import BaseCommand

from sessions import waitlist_offers


class Command(BaseCommand):
    help = (
        "Offer time that came free to those on the waitlist, and let run out what nobody answered.\n"
        "The same code the worker runs every minute. Example: manage.py offer_freed_times"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = waitlist_offers.offer_freed_times()
        self.stdout.write(f"{made} offer{'' if made == 1 else 's'} made")
