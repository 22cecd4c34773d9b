"""What other systems may be told of the record: that a summary was shared; nothing of what stands in it."""

from practice.webhooks.events import declare_event

declare_event("summary.shared", "A summary is shared with a doctor", "summary_shared")
