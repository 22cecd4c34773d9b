"""A visit that needs a decision is told to somebody who works here, whoever has left meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.models import Episode
from practice import outbox
from practice.access import Outsider
from practice.models import Membership, Message, User
from practice.tests.answers import text_of
from sessions.holds import change_episode, report_episode
from sessions.models import Appointment


@pytest.fixture
def reported(weekly, maria, ana):
    """Maria says that it is worse; Ana is to look."""
    report_episode(client=maria, kind="relapse", onset_on=timezone.now().date(),
                   by=Outsider(maria.practice, "client", "Maria"))
    return Message.objects.get(kind="look-today")


def told(time_machine):
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    return list(Message.objects.filter(kind="look-today").order_by("pk").values_list("to_address", "state", "why"))


@pytest.mark.parametrize("how", ["the practice", "everywhere"])
def test_what_needs_a_decision_goes_to_the_owner_where_the_therapist_has_left(reported, ana, owner, how, time_machine):
    if how == "the practice":
        Membership.objects.filter(pk=ana.pk).update(is_active=False)
    else:
        User.objects.filter(pk=ana.user_id).update(is_active=False)
    assert told(time_machine) == [
        (ana.user.email, "skipped", f"They do not work here under this address any more. It goes to {owner.name} instead."),
        (owner.user.email, "sent", "A visit needs the therapist's decision. In place of Ana Alves.")]


def test_it_goes_to_whose_the_visit_is_by_now(reported, ana, ben, owner, time_machine):
    Appointment.objects.filter(pk=reported.appointment_id).update(therapist=ben)
    Membership.objects.filter(pk=ana.pk).update(is_active=False)
    assert [row[0] for row in told(time_machine)] == [ana.user.email, ben.user.email]


def test_who_works_here_under_a_new_address_is_asked_there(reported, ana, owner, time_machine):
    User.objects.filter(pk=ana.user_id).update(email="alves@riverside.example")
    assert [row[:2] for row in told(time_machine)] == [
        ("ana@riverside.example", "skipped"), ("alves@riverside.example", "sent")]


def test_what_was_dealt_with_is_passed_on_to_nobody(reported, ana, owner, time_machine):
    Membership.objects.filter(pk=ana.pk).update(is_active=False)
    change_episode(episode=Episode.objects.get(), status="not_a_relapse", on=timezone.now().date(), by=owner)
    assert [row[1:] for row in told(time_machine)] == [("skipped", "It has been dealt with.")]


def test_the_page_of_a_message_says_that_its_reader_has_left_and_looking_passes_nothing_on(reported, ana, owner, page):
    Membership.objects.filter(pk=ana.pk).update(is_active=False)
    assert "They do not work here under this address any more." in text_of(page(owner).get(f"/messages/{reported.pk}/"))
    assert Message.objects.filter(kind="look-today").count() == 1
