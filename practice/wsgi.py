"""What a web server calls: `gunicorn practice.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
application = get_wsgi_application()

from practice import walls  # noqa: E402
from practice.encryption import keys  # noqa: E402  once Django is set up

keys.refuse_without()
walls.begin_web()
