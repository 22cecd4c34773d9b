"""The one way a message leaves: queued as a row, claimed with a lease, re-checked at the door, sent, logged.

The row is the truth. A worker that dies leaves a lease that runs out; whoever drains next takes the row up
again under the same name. Rooms declare what they send with `declare()`; nothing else sends.
"""

from practice.outbox import secure_mail as secure_mail
from practice.outbox import sms as sms  # their doors stand beside the mail's
from practice.outbox.colleagues import owners_of
from practice.outbox.failing import WAYS_TO, Way, came_back, follow_ways, not_delivered
from practice.outbox.kinds import KINDS, Attachment, Kind, Letter, Said, declare
from practice.outbox.pump import drain, oldest_due_seconds
from practice.outbox.queueing import (
    cancel_messages,
    grace,
    keep_zone,
    may_have_left,
    outside_quiet_hours,
    queue_message,
    queue_messages,
    without_links,
)

__all__ = [
    "KINDS", "WAYS_TO", "Attachment", "Kind", "Letter", "Said", "Way", "came_back", "cancel_messages", "declare",
    "drain", "follow_ways", "grace", "keep_zone", "may_have_left", "not_delivered", "oldest_due_seconds",
    "outside_quiet_hours", "owners_of", "queue_message", "queue_messages", "without_links",
]
