"""What somebody has chosen on the public page so far: sealed in a cookie of their own browser, for seven days.

Nothing of it is kept here, and nothing of it stands in an address.
"""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from practice import cookies
from practice.models import Practice

COOKIE, KEPT = "visit-draft", 7 * 24 * 3600  # seconds


def draft_in(request: HttpRequest, practice: Practice) -> dict[str, Any]:
    """The choices so far; a new draft where there are none, or none that can be read."""
    try:
        sealed = cookies.kept(request, COOKIE).encode("ascii", "replace")
        draft: dict[str, Any] = json.loads(_sealer(practice).decrypt(sealed, ttl=KEPT))
    except InvalidToken:
        return {"nonce": str(uuid4())}
    return draft


def keep_draft(response: HttpResponse, practice: Practice, draft: dict[str, Any]) -> HttpResponse:
    """Send the choices back to the browser they came from."""
    sealed = _sealer(practice).encrypt(json.dumps(draft, ensure_ascii=False).encode("utf-8", "replace")).decode()
    cookies.keep(response, COOKIE, sealed, seconds=KEPT,
                 path=reverse("sessions:book_with", args=[practice.public_slug]))
    return response


def _sealer(practice: Practice) -> Fernet:
    key = hmac.digest(settings.SECRET_KEY.encode(), b"visit-draft:" + practice.pk.bytes, "sha256")
    return Fernet(base64.urlsafe_b64encode(key))
