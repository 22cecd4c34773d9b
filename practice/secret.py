"""The data folder's own secret, for trying things out: random, made once, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def own_secret(folder: Path, *, make: bool) -> str:
    """What stands in `folder/secret-key`; made there if `make`, else empty where there is none.

    So that after `make run` every command finds what the server signs its links with, and no two copies of
    Evenhand share a key.
    """
    path = folder / "secret-key"
    if make and not path.exists():
        aside = path.with_name(f"secret-key-{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(48))
        try:
            os.link(aside, path)  # whoever is first
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text() if path.exists() else ""
