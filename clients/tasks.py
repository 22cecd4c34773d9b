"""What is looked after every hour; rows with dates are the truth, so a missed hour loses nothing."""

from celery import shared_task

from clients.asking import intake, intake_again, questionnaires


@shared_task(ignore_result=True)
def keep_questions() -> None:
    questionnaires.empty_old_drafts()
    intake.ask_due_intakes()
    intake_again.ask_again_before_visits()
