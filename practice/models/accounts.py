"""How people prove who they are, where they are signed in, and how often a door was tried."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from practice.models.people import User


class Tally(models.Model):
    """How often something was tried within an hour, counted by the database (`practice/pace.py`)."""

    key = models.CharField(primary_key=True, max_length=200)
    number = models.PositiveIntegerField(default=0)
    until = models.BigIntegerField(help_text="Seconds since 1970 after which it may be forgotten.")


class SignIn(models.Model):
    """One browser in which a person is, or was, signed in; bound to its session by the hash of the session's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_hash = models.CharField(max_length=64, unique=True)
    device_hash = models.CharField(max_length=64, help_text="SHA-256 of a random word the browser keeps for a year.")
    device = models.CharField(max_length=80, help_text="In words, as the browser names itself.")
    address = models.CharField(max_length=45, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "device_hash"], name="sign_in_by_device")]


class CodeApp(models.Model):
    """An app on a person's phone that shows a six-digit code every 30 seconds (RFC 6238). Its secret is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="code_apps")
    sealed_secret = models.TextField()
    last_step = models.BigIntegerField(default=0, help_text="The half minute of the last code taken: none twice.")
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(confirmed_at__isnull=False),
                                    name="person_has_one_code_app"),
            models.UniqueConstraint(fields=["user"], condition=Q(confirmed_at__isnull=True),
                                    name="person_sets_up_one_code_app"),
        ]


class Passkey(models.Model):
    """A key that a device or password manager keeps for a person (WebAuthn); only its public half is here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True, help_text="As base64url.")
    public_key = models.TextField(help_text="COSE, as base64url.")
    sign_count = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at"]


class RecoveryCode(models.Model):
    """A code on paper that stands in for the second step, once. Only its SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_stands_once"),
        ]


class AccountLink(models.Model):
    """A link that lets a person choose a new password, or prove a new address, once; only its hash is stored.

    A request for a new password is written down without looking whether anybody has that address: `user` is found
    afterwards, by whoever sends mail.
    """

    class Purpose(models.TextChoices):
        PASSWORD = "password", "New password"
        ADDRESS = "address", "New address"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    email = models.EmailField(help_text="Where the link goes.")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
