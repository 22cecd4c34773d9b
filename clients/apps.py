from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """The people who come, and what may be done to a body today."""

    name = "clients"
    verbose_name = "Clients"
