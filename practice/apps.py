from typing import Any

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """The practice, its people and its outbox; knows none of the other rooms."""

    name = "practice"
    verbose_name = "Practice"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_migrate

        from practice import checks  # noqa: F401  registers the system checks
        from practice.accounts.signed_in import note_sign_in  # declares what people are told of their accounts
        from practice.copies import told as copies_told  # noqa: F401  how old the newest copy is
        from practice.lock import begin_use
        from practice.log import digest  # noqa: F401  declares what is told of lost messages
        from practice.opening import told  # noqa: F401  what Today says is missing
        from practice.people import credentials, letters  # noqa: F401  what waits, and the invitation
        from practice.webhooks import switching_off  # noqa: F401  its message
        from practice.wording import trying  # noqa: F401  declares the test of a text

        user_logged_in.connect(begin_use)
        user_logged_in.connect(note_sign_in)
        post_migrate.connect(_have_a_data_key, sender=self)
        post_migrate.connect(_build_walls)


def _have_a_data_key(**kwargs: Any) -> None:
    """A database that has just been made gets its first key for clinical text."""
    from practice.encryption import keys

    if kwargs["using"] == "default":
        keys.ensure()


def _build_walls(**kwargs: Any) -> None:
    """The tables of each of our rooms are guarded by practice as soon as they stand."""
    from practice.walls import policies

    if kwargs["using"] == "default":
        policies.apply(kwargs["app_config"])
