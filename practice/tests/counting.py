"""The product, noting in a file each secret that is really looked at; without its guard where UNGUARDED is set.

Served as `practice.tests.counting:application`. Without the guard tries are counted by reading and then writing, as a
cache in the database does.
"""

import os
import time
from pathlib import Path
from typing import Any

from practice.wsgi import application  # isort: skip  sets Django up before models are read
from practice import pace, passwords
from practice.accounts import links, sign_in
from practice.models import Tally


def _noting(verb: Any) -> Any:
    def noted(*args: Any, **kwargs: Any) -> Any:
        with Path(os.environ["LOOKED_AT"]).open("ab", buffering=0) as file:
            file.write(b".")
        return verb(*args, **kwargs)

    return noted


def _read_then_write(what: str, who: str, most: int) -> bool:
    key = f"{what}:{who}"
    row = Tally.objects.filter(key=key).first()
    number = (row.number if row else 0) + 1
    time.sleep(0.05)
    Tally.objects.update_or_create(key=key, defaults={"number": number, "until": time.time() + pace.HOUR})
    return number > most


passwords.authenticate = _noting(passwords.authenticate)
sign_in.takes_code = _noting(sign_in.takes_code)
links._write_down = _noting(links._write_down)
if os.environ.get("UNGUARDED"):
    passwords.too_often = sign_in.too_often = links.too_often = _read_then_write

__all__ = ["application"]
