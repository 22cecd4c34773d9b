"""Text the database alone cannot read: sealed with a key of its own, made from the installation's data keys.

So it opens after the outer keys were changed, and no row that was sealed has to be sealed anew.
"""

from __future__ import annotations

import base64
import hmac
from uuid import UUID

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

from practice.encryption import keys


def sealer(purpose: str, row_id: UUID) -> MultiFernet:
    """What seals and opens the text of one row: seals with the newest key, opens with every one."""
    bare = [*keys.secrets_of_data_keys(),
            *(secret.encode() for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))]  # of earlier times
    info = f"{purpose}:".encode() + row_id.bytes
    return MultiFernet([Fernet(base64.urlsafe_b64encode(hmac.digest(key, info, "sha256"))) for key in bare])
