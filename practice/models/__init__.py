"""The practice, its people, what it offers and when; the outbox, the audit trail and the keys to its doors."""

from practice.models.accounts import AccountLink, CodeApp, Passkey, RecoveryCode, SignIn, Tally
from practice.models.copies import Archive, ArchivePiece, Copy, Installation
from practice.models.keys import DataKey
from practice.models.messages import ActionLink, Message, MessageText
from practice.models.opening import OpeningCode, SetAside
from practice.models.people import ApiToken, Invitation, Membership, Skill, User, UserManager
from practice.models.practice import LEAST_YEARS, NewClients, Practice, SecondStepFor, check_zone
from practice.models.supply import Closure, DayHours, Room, Service, TimeOff, WorkingHours
from practice.models.trail import AuditEntry, AuditSeal, IdempotentRequest
from practice.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "LEAST_YEARS", "AccountLink", "ActionLink", "ApiToken", "Archive", "ArchivePiece", "AuditEntry", "AuditSeal",
    "Closure", "CodeApp", "Copy", "DataKey", "DayHours", "IdempotentRequest", "Installation", "Invitation",
    "Membership", "Message", "MessageText", "NewClients", "OpeningCode", "Passkey", "Practice", "RecoveryCode", "Room",
    "SecondStepFor", "Service", "SetAside", "SignIn", "Skill", "Tally", "TimeOff", "User", "UserManager", "Webhook",
    "WebhookDelivery", "WorkingHours", "check_zone",
]
