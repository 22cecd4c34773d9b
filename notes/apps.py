from django.apps import AppConfig


class NotesConfig(AppConfig):
    """The record: SOAP notes, summaries and what was shared with whom."""

    name = "notes"
    verbose_name = "Notes"

    def ready(self) -> None:
        # Message kinds, panels, kinds of rows and what waits register themselves.
        from notes import before_the_visit, noted, panels, places, webhook_events  # noqa: F401
        from notes.copies import link as own_copies  # noqa: F401
        from notes.doctors import letters as answered  # noqa: F401
        from notes.doctors import needs, requests  # noqa: F401
        from notes.follow_ups import appearing, letters  # noqa: F401
        from notes.home import link  # noqa: F401
        from notes.record import glass, parts, taking_out, tombstones, unsigned_digest, waiting  # noqa: F401
        from notes.sending import letters as sent  # noqa: F401
        from notes.sharing import sharing, texting  # noqa: F401
