from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """The diary. Its label differs from its name: Django's login sessions already hold the label `sessions`."""

    name = "sessions"
    label = "therapy_sessions"
    verbose_name = "Diary"

    def ready(self) -> None:
        from sessions import calendars, check_before, panels, parts, reminders  # noqa: F401  messages, questions, panels, rows
