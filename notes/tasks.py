"""What is looked after every hour; rows are the truth, so a missed hour is made up by the next."""

from celery import shared_task

from notes.follow_ups import asking


@shared_task(ignore_result=True)
def ask_after_visits() -> None:
    asking.ask_after_visits()
