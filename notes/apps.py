from django.apps import AppConfig


class NotesConfig(AppConfig):
    """The record: SOAP notes, summaries and what was shared with whom."""

    name = "notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        from notes import panels, sharing  # noqa: F401  message kinds and client-page panels register here
