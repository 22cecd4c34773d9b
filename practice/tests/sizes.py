"""How large a proof is: bounded in `make test`, as docs/proofs.md says in `make proofs`."""

import os


def size(bounded: int, full: int) -> int:
    """The full size under `make proofs` (EVENHAND_PROOFS=1), else the bounded one."""
    return full if os.environ.get("EVENHAND_PROOFS") else bounded
