"""The pump: three lines each. An emptied broker loses nothing, because the rows wait in the outbox."""

from celery import shared_task

from practice import digests, outbox
from practice.copies import archives, keeping
from practice.webhooks import pump


@shared_task(ignore_result=True)
def drain_messages() -> None:
    outbox.drain()


@shared_task(ignore_result=True)
def call_webhooks() -> None:
    pump.drain()


@shared_task(ignore_result=True)
def forget_webhook_deliveries() -> None:
    pump.forget_old()


@shared_task(ignore_result=True)
def send_digests() -> None:
    digests.send_digests()


@shared_task(ignore_result=True)
def keep_copies() -> None:
    keeping.keep_copies()


@shared_task(ignore_result=True)
def make_archives() -> None:
    archives.make_archives()
