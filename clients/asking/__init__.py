"""Questions sent by link: the engine, the intake, and what a therapist makes of the answers."""
