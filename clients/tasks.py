"""What is looked after every hour; rows with dates are the truth, so a missed hour loses nothing."""

from uuid import UUID

from celery import shared_task

from clients.asking import intake, intake_again, questionnaires
from clients.importing import pieces


@shared_task(ignore_result=True)
def keep_questions() -> None:
    questionnaires.empty_old_drafts()
    intake.ask_due_intakes()
    intake_again.ask_again_before_visits()


@shared_task(ignore_result=True)
def carry_on_import(pk: str) -> None:
    pieces.carry_on(UUID(pk))


@shared_task(ignore_result=True)
def look_after_imports() -> None:
    pieces.wake_silent()
    pieces.forget_old()
