"""What makes a note a record: signed, chained, co-signed, opened with a reason, kept."""
