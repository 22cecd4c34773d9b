"""The practice, its people, what it offers and when; the outbox, the audit trail and the keys to its doors."""

from practice.models.keys import DataKey
from practice.models.messages import ActionLink, Message, MessageText
from practice.models.people import ApiToken, Membership, Skill, User, UserManager
from practice.models.practice import NewClients, Practice, check_zone
from practice.models.supply import Closure, DayHours, Room, Service, TimeOff, WorkingHours
from practice.models.trail import AuditEntry, IdempotentRequest
from practice.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "ActionLink", "ApiToken", "AuditEntry", "Closure", "DataKey", "DayHours", "IdempotentRequest", "Membership",
    "Message", "MessageText", "NewClients", "Practice", "Room", "Service", "Skill", "TimeOff", "User", "UserManager",
    "Webhook", "WebhookDelivery", "WorkingHours", "check_zone",
]
