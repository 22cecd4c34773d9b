"""What is looked after every hour or minute; rows are the truth, so a missed hour is made up by the next."""

from uuid import UUID

from celery import shared_task

from sessions import check_ins, day_sheet, outside_calendars, recall, replans, requests, reserved, waitlist_offers


@shared_task(ignore_result=True)
def save_day_sheets() -> None:
    day_sheet.save_day_sheets()


@shared_task(ignore_result=True)
def read_outside_calendars() -> None:
    outside_calendars.read_all()


@shared_task(ignore_result=True)
def lapse_requests() -> None:
    requests.lapse_requests()
    reserved.lapse_plans()


@shared_task(ignore_result=True)
def offer_freed_times() -> None:
    waitlist_offers.offer_freed_times()


@shared_task(ignore_result=True)
def ask_how_it_is() -> None:
    check_ins.ask_how_it_is()


@shared_task(ignore_result=True)
def search_new_times(pk: str) -> None:
    replans.search(UUID(pk))


@shared_task(ignore_result=True)
def recall_clients() -> None:
    recall.recall_clients()
