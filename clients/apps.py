from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The people who come, and what may be done to a body today."""

    name = "clients"
    verbose_name = "Clients"

    def ready(self) -> None:
        from clients import chapters, intake, panels  # noqa: F401  what one takes out, what is asked and shown
