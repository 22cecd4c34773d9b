"""`gunicorn bench.floor_wsgi`: the views of `bench/floor.py` and nothing around them."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
settings.ROOT_URLCONF = "bench.floor"
settings.MIDDLEWARE = []
application = get_wsgi_application()
