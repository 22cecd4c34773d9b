"""How providers sign what they tell us, written down once more from their documents, for the tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser
from django.utils import timezone

from practice.tests.gateway import ACCOUNT, SECRET, TOKEN, USER

HERE = "http://testserver"
TWILIO_URL = f"twilio://{ACCOUNT}:{TOKEN}@api.twilio.com?from=+15550100"
PLAIN_URL = f"https://{USER}:{SECRET}@gateway.example/send?from=EVENHAND"


def tell_as_twilio(path: str, token: str = TOKEN, signature: str | None = None, **fields: Any) -> Any:
    """POST a form as Twilio does, signed with `token`."""
    pairs = {name: str(value) for name, value in fields.items()}
    said = f"{HERE}{path}" + "".join(f"{name}{pairs[name]}" for name in sorted(pairs))
    right = base64.b64encode(hmac.digest(token.encode(), said.encode(), hashlib.sha1)).decode()
    return Browser(enforce_csrf_checks=True).post(
        path, urlencode(pairs), content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": right if signature is None else signature})


def tell_as_gateway(path: str, secret: str = SECRET, age: int = 0, tampered: bytes = b"", **said: Any) -> Any:
    """POST JSON as the plain gateway does, signed `age` seconds ago; `tampered` is sent in its place."""
    body, at = json.dumps(said).encode(), str(int(timezone.now().timestamp()) - age)
    signature = hmac.digest(secret.encode(), at.encode() + body, hashlib.sha256).hex()
    return Browser(enforce_csrf_checks=True).post(path, tampered or body, content_type="application/json", headers={
        "X-Timestamp": at, "X-Signature": signature})


def tell_as_mailgun(key: str, event: str, message: str = "", signature: str | None = None, **more: Any) -> Any:
    """POST one event as Mailgun does; `message` is our id, as it says it back."""
    at, token = str(int(time.time())), "t" * 50
    right = hmac.digest(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hex()
    said = {"signature": {"timestamp": at, "token": token, "signature": right if signature is None else signature},
            "event-data": {"event": event, "timestamp": time.time(), "message": {"headers": {"message-id": "m1@mg"}},
                           "user-variables": {"message": message} if message else {}, **more}}
    return Browser(enforce_csrf_checks=True).post("/hooks/mail/mailgun/", json.dumps(said),
                                                  content_type="application/json")
