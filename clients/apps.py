from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The people who come, and what may be done to a body today."""

    name = "clients"
    verbose_name = "Clients"

    def ready(self) -> None:
        from clients import chapters  # noqa: F401  what one takes out of a client registers here
        from clients import intake  # noqa: F401  its questions and its message register here
