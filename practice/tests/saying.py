"""A kind of message for one test, with words of its own."""

from __future__ import annotations

from typing import Any

from practice import outbox
from practice.models import MessageText, Practice
from practice.outbox import Kind, Said


def say(
    monkeypatch: Any, practice: Practice, code: str = "note", *, subject: str = "Hello", body: str = "Words",
    sms: str = "", copies: tuple[str, ...] = (), **more: Any,
) -> Kind:
    """Declare a kind that always may leave, and says this between greeting and closing."""
    MessageText.objects.create(practice=practice, kind=code, subject=subject, body=body, sms=sms)
    kind = Kind(code, "Note", lambda message: None, lambda message: Said({}, "Maria", copies=copies), **more)
    monkeypatch.setitem(outbox.KINDS, code, kind)
    return kind
