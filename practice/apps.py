from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """The practice, its people and its outbox; knows none of the other rooms."""

    name = "practice"
    verbose_name = "Practice"

    def ready(self) -> None:
        from practice import checks  # noqa: F401  registers the system checks
