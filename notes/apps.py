from django.apps import AppConfig


class NotesConfig(AppConfig):
    """The record: SOAP notes, summaries and what was shared with whom."""

    name = "notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        # Message kinds, panels, kinds of rows register here.
        from notes import panels, parts, sharing, taking_out  # noqa: F401
        from notes.home import link  # noqa: F401
