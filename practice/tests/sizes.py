"""How large a proof is: bounded in `make test`, as docs/proofs.md says in `make proofs`."""

import os
from collections.abc import Callable

import pytest

FULL = bool(os.environ.get("EVENHAND_PROOFS"))


def size(bounded: int, full: int) -> int:
    """The full size under `make proofs` (EVENHAND_PROOFS=1), else the bounded one."""
    return full if FULL else bounded


def bounded_once(test: Callable[..., None]) -> Callable[..., None]:
    """In `make test` on one database alone, because it says little of the database; in `make proofs` on each."""
    return test if FULL else pytest.mark.once(test)
