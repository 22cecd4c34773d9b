"""The practice itself, and the Django project around the four rooms."""

from practice.celery import app as celery_app

__all__ = ["celery_app"]
