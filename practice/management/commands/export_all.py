"""Take everything of one practice out."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.access import Role
from practice.copies.archives import write_archive
from practice.copies.telling import in_words, progress
from practice.models import Membership


class Command(BaseCommand):
    help = (
        "Take everything of one practice out as one ZIP: each client's record (page, data, PDF), every table as CSV, "
        "and all "
        "rows whole for `import_all`. The archive is not encrypted.\n"
        "Example: manage.py export_all /media/usb/riverside.zip --owner owner@riverside.example"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the file to write; it must not exist yet")
        parser.add_argument("--owner", default="", metavar="EMAIL",
                            help="the owner in whose name it is taken out (needed where there are several practices)")

    def handle(self, *args: Any, **options: Any) -> None:
        began, path, owner = time.monotonic(), options["path"], self._owner(options["owner"])
        aside = path.with_name(f".{path.name}.part")
        if path.exists():
            raise CommandError(f"{path} exists already. Give another name.")
        try:
            with aside.open("wb") as file:
                aside.chmod(0o600)
                in_words(write_archive, file=file, by=owner, told=progress(self.stderr, "records"))
            aside.replace(path)
        except OSError as disk:
            raise CommandError(f"The disk says no: {disk}.") from disk
        finally:
            aside.unlink(missing_ok=True)
        self.stdout.write(f"{path}: everything of {owner.practice.name}, {path.stat().st_size / 2**20:.1f} MB, not "
                          f"encrypted "
                          f"({time.monotonic() - began:.1f} s)")

    def _owner(self, email: str) -> Membership:
        owners = Membership.objects.filter(role=Role.OWNER, is_active=True).select_related("practice", "user")
        if email:
            owners = owners.filter(user__email__iexact=email)
        found = list(owners.order_by("created_at"))
        if not found:
            raise CommandError(f"No owner signs in as {email}." if email else "There is no practice with an owner yet.")
        if len({owner.practice_id for owner in found}) > 1:
            raise CommandError("There are several practices. Say whose: --owner "
                               f"{' or --owner '.join(owner.user.email for owner in found)}")
        return found[0]
