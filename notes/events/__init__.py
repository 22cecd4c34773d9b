"""What happened in a session and is told before the next: a spasm, a stop, a reaction."""
