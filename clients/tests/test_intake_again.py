"""Questions that were sent and not answered are asked once more before the visit, and only then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.asking.intake import send_intake
from clients.asking.intake_again import ask_again_before_visits
from clients.models import Questionnaire
from clients.profiles import change_client
from clients.tasks import keep_questions
from conftest import at
from practice import outbox
from practice.models import Message
from sessions.booking import book_appointment


@pytest.fixture
def asked(now, ines, ana, neuro_45, time_machine):
    """Ines was sent the questions today; her visit is on Monday in two weeks, at ten."""
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    send_intake(client=ines, by=ana)
    time_machine.move_to(now + timedelta(minutes=5))
    outbox.drain()
    return Questionnaire.objects.get()


def again():
    return Message.objects.filter(kind="intake-due")


def test_three_days_before_the_visit_it_is_asked_once_more_and_only_once(asked, time_machine):
    time_machine.move_to(at(9, days=11))
    assert ask_again_before_visits() == 0
    time_machine.move_to(at(10, 30, days=11))
    assert ask_again_before_visits() == 1
    keep_questions()
    time_machine.move_to(at(10, days=13))
    assert ask_again_before_visits() == 0 and again().count() == 1


def test_the_message_carries_the_same_link_and_ends_with_the_visit(asked, time_machine):
    from clients.asking.questionnaires import url_of

    time_machine.move_to(at(10, 30, days=11))
    ask_again_before_visits()
    message = again().select_related("practice").get()
    letter = outbox.KINDS["intake-due"].compose(message)
    assert url_of(asked) in letter.body and url_of(asked) in letter.sms
    assert message.useful_until == at(10, days=14)


def test_the_last_day_to_answer_is_said_in_the_language_of_the_client(asked, ines, time_machine):
    ines.language = "de"
    ines.save(update_fields=["language"])
    time_machine.move_to(at(10, 30, days=11))
    ask_again_before_visits()
    letter = outbox.KINDS["intake-due"].compose(again().select_related("practice").get())
    assert "Dez." in letter.body and "Dec" not in letter.body and "Wed" not in letter.body


@pytest.mark.parametrize("change", ["answered", "no number", "not sent yet", "not agreed", "cancelled"])
def test_it_is_not_asked_again_where_it_would_be_wrong(asked, change, riverside, ines, ana, time_machine):
    if change == "answered":
        Questionnaire.objects.update(submitted_at=timezone.now())
    elif change == "no number":
        riverside.intake_reminder_days = 0
        riverside.save()
    elif change == "not sent yet":
        Message.objects.filter(kind="intake").update(state="failed", sent_at=None)
    elif change == "not agreed":
        change_client(client=ines, by=ana, reminder_consent=None)
    else:
        ines.appointments.update(status="cancelled")
    time_machine.move_to(at(10, 30, days=11))
    assert ask_again_before_visits() == 0 and not again().exists()


def test_sent_only_yesterday_evening_it_is_not_asked_again_this_morning(now, ines, ana, neuro_45, time_machine):
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, days=2), by=ana)
    send_intake(client=ines, by=ana)
    time_machine.move_to(now + timedelta(minutes=5))
    outbox.drain()
    time_machine.move_to(now + timedelta(hours=20))
    assert ask_again_before_visits() == 0
    time_machine.move_to(now + timedelta(hours=25))
    assert ask_again_before_visits() == 1


def test_answered_before_it_leaves_it_is_not_sent(asked, time_machine):
    time_machine.move_to(at(10, 30, days=11))
    ask_again_before_visits()
    Questionnaire.objects.update(submitted_at=timezone.now())
    outbox.drain()
    assert (again().get().state, again().get().why) == ("skipped", "The questions have been answered.")
