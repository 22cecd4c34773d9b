from django.apps import AppConfig


class NotesConfig(AppConfig):
    """The record: SOAP notes, summaries and what was shared with whom."""

    name = "notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        from notes import panels, parts, sharing, taking_out  # noqa: F401  message kinds, panels, kinds of rows register here
        from notes.events import last_time  # noqa: F401  what happened is told before the next visit
