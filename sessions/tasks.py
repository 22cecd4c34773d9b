"""What is looked after every hour; a missed hour is made up by the next."""

from celery import shared_task

from sessions import outside_calendars


@shared_task(ignore_result=True)
def read_outside_calendars() -> None:
    outside_calendars.read_all()
