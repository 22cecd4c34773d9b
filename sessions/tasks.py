"""What is looked after every hour; rows are the truth, so a missed hour loses nothing."""

from celery import shared_task

from sessions import day_sheet


@shared_task(ignore_result=True)
def save_day_sheets() -> None:
    day_sheet.save_day_sheets()
