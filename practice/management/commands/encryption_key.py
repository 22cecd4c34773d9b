"""`manage.py encryption_key`: a fresh key for ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from practice.encryption.outer import new_key


class Command(BaseCommand):
    """Print a new random key; nothing is stored."""

    help = "Print a new key for ENCRYPTION_KEYS. Example: manage.py encryption_key >> /safe/place"
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(new_key())
