"""The Celery app: it wakes the outbox up, and holds nothing that must not be lost."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import worker_init

# Celery warns in six lines under root, which is how a container or a trial often runs; pickle is not accepted anyway.
warnings.filterwarnings("ignore", category=SecurityWarning, module="celery.platforms")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
app = Celery("evenhand")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _refuse_without_keys(**kwargs: Any) -> None:
    from practice.encryption import keys

    keys.refuse_without()
