"""What other systems may be told of the clients: that a row is there or has changed; nothing of what stands in it."""

from practice.webhooks.events import declare_event

declare_event("client.created", "A client is added", "client_created", "client_imported", "client_taken_on")
declare_event("client.changed", "A client's profile changes", "client_changed", "client_archived", "client_restored",
              "client_merged", "client_waits_again")
