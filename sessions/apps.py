from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """The diary. Its label differs from its name: Django's login sessions already hold the label `sessions`."""

    name = "sessions"
    label = "therapy_sessions"
    verbose_name = "Diary"

    def ready(self) -> None:
        # Messages, questions, panels and kinds of rows register here.
        from sessions import (  # noqa: F401
            ask_letters,
            calendars,
            check_before,
            check_in_letters,
            digests,
            leaving,
            log,
            look_letters,
            online_letters,
            opening_step,
            panels,
            parts,
            pause_letters,
            recall_letters,
            reminders,
            replies,
            together_letters,
            waitlist_letters,
            webhook_events,
        )
        from sessions.importing import writing  # noqa: F401  what one brings along
