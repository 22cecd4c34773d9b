"""`manage.py serve`: everything a practice needs on one machine, in the foreground."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from practice.encryption import keys
from practice.management.commands.opening_code import said_code

DEMO_LOGINS = """\
Demo logins, password riverside-demo:
  owner@riverside.example  ana@riverside.example  ben@riverside.example  desk@riverside.example
and of another practice, password lakeside-demo:
  owner@lakeside.example"""


class Command(BaseCommand):
    """Bring the database up to date, fill an empty one under DEMO, then serve until Ctrl-C."""

    help = "Migrate, then run web, worker and scheduler in the foreground. Example: PORT=8001 manage.py serve"

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_a_taken_port(settings.PORT)
        hold_the_data_folder()
        os.umask(0o077)  # health records: what is written from here on, only its owner reads
        call_command("migrate", interactive=False, verbosity=0)
        keys.load()  # refuses here, in words, what would be a fault of every page
        if settings.DEMO:
            call_command("demo", if_empty=True)
        if settings.DEBUG:
            os.makedirs(settings.STATIC_ROOT, exist_ok=True)  # WhiteNoise takes from the apps, but wants to see it
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        said = said_code()
        self.stdout.write(f"\nEvenhand is at http://127.0.0.1:{settings.PORT}")
        self.stdout.write(f"Ctrl-C ends it. Its data is in {settings.DATA_DIR}")
        if settings.DEBUG and settings.DEMO:
            self.stdout.write(DEMO_LOGINS)
        if said:
            self.stdout.write(f"\n{said}")
        self.stdout.write("")
        self.stdout.flush()
        os.chdir(settings.BASE_DIR)
        os.environ["PORT"] = str(settings.PORT)
        # The small supervisor takes our place, so that Django's memory is not held a fourth time.
        os.execv(sys.executable, [sys.executable, "deploy/supervise.py", "deploy/Procfile"])


def refuse_a_taken_port(port: int) -> None:
    """Say in a sentence that another program has the port, before anything is started."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            other = port + 1 if port < 65535 else 8001
            raise CommandError(f"Port {port} cannot be used ({error}). Try PORT={other} make run") from error


def hold_the_data_folder() -> None:
    """Refuse a second server on the same data folder; the lock lasts as long as this process, also after exec."""
    lock = os.open(settings.DATA_DIR / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(
            f"Another Evenhand serves the data folder {settings.DATA_DIR}. Choose another: DATA_DIR=./data-2 make run"
        ) from error
    os.set_inheritable(lock, True)
