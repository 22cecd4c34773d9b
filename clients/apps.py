from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The people who come, and what may be done to a body today."""

    name = "clients"
    verbose_name = "Clients"

    def ready(self) -> None:
        from clients import notices, opening_step, panels, places, webhook_events  # noqa: F401  written, asked, shown
        from clients.asking import intake_again  # noqa: F401  what is asked
        from clients.importing import people_writing  # noqa: F401  what one brings along
        from clients.keeping import chapters, disposing, kept_by, moving_out  # noqa: F401  what is taken out, kept, gone
        from clients.privacy import breaches, requests  # noqa: F401  what waits for the owner
        from clients.replies import letters, unwanted  # noqa: F401  what comes back
