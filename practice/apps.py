from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """The practice, its people and its outbox; knows none of the other rooms."""

    name = "practice"
    verbose_name = "Practice"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from practice import checks  # noqa: F401  registers the system checks
        from practice.copies.sealed import Sealed, register_sealed
        from practice.lock import begin_use
        from practice.log import digest  # noqa: F401  declares what is told of lost messages
        from practice.webhooks import switching_off  # noqa: F401  its message
        from practice.wording import trying  # noqa: F401  declares the test of a text

        user_logged_in.connect(begin_use)
        register_sealed(Sealed("practice_idempotentrequest", "body", "kept-answer"))
