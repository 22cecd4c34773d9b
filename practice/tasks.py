"""The pump: three lines each. An emptied broker loses nothing, because the rows wait in the outbox."""

from celery import shared_task

from practice import digests, outbox, pace, trail_seals
from practice.accounts import links, signed_in
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
def send_account_links() -> None:
    links.send_asked()


@shared_task(ignore_result=True)
def forget_sign_ins() -> None:
    signed_in.forget_old()
    links.forget_links()
    pace.forget_tallies()


@shared_task(ignore_result=True)
def seal_trails() -> None:
    trail_seals.seal_trails()


@shared_task(ignore_result=True)
def keep_copies() -> None:
    keeping.keep_copies()


@shared_task(ignore_result=True)
def make_archives() -> None:
    archives.make_archives()
