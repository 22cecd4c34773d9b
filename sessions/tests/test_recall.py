"""Clients without a next visit: found, written to once after a last visit, or left alone; who says no is believed."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from time_machine import travel

from clients.keeping.archiving import archive_client
from clients.keeping.merging import merge_clients
from clients.models import Client
from clients.profiles import change_client
from conftest import MONDAY, at, make_client
from practice import outbox
from practice.models import AuditEntry, Message
from practice.tests.answers import text_of
from sessions import holds
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment, Recall
from sessions.recall import (
    NotToBeRecalled,
    decline_recalls,
    leave_alone,
    recall_clients,
    to_decide,
    write_to_again,
)
from sessions.recall_letters import no_url
from sessions.waitlist import join_waitlist


@pytest.fixture
def weeks(riverside):
    """The practice writes to whoever has been away for twelve weeks."""
    riverside.recall_weeks = 12
    riverside.save()
    return 12


def was_here(client, therapist, service, weeks_ago, hour=10):
    """A visit so many weeks ago, booked that morning."""
    with travel(at(8, days=-7 * weeks_ago), tick=False):
        visit = book_appointment(client=client, therapist=therapist, service=service, by=therapist,
                                 starts_at=at(hour, days=-7 * weeks_ago))
    Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
    return visit


@pytest.fixture
def away(now, maria, ana, neuro_45):
    """Maria's last visit was thirteen weeks ago."""
    return was_here(maria, ana, neuro_45, 13)


def written():
    return list(Message.objects.filter(kind="recall").values_list("to_name", flat=True))


def test_who_has_been_away_for_the_practices_weeks_is_written_to_once(away, weeks, maria, time_machine):
    assert recall_clients() == 1
    assert written() == ["Maria Lindqvist"]
    for _ in range(3):
        assert recall_clients() == 0
    time_machine.move_to(timezone.now() + timedelta(weeks=20))
    assert recall_clients() == 0 and len(written()) == 1


def test_a_practice_that_wrote_no_number_writes_to_nobody(away, maria):
    assert recall_clients() == 0 and not written()


def test_who_was_here_lately_or_more_than_a_year_ago_is_not_written_to(weeks, now, riverside, ana, neuro_45):
    for name, ago, hour in (("Eleven Eve", 11, 9), ("Thirteen Tom", 13, 10), ("Year Yan", 53, 11)):
        was_here(make_client(riverside, name), ana, neuro_45, ago, hour)
    recall_clients()
    assert written() == ["Thirteen Tom"]
    assert {client.name for client in to_decide(riverside)} == {"Eleven Eve", "Year Yan"}


@pytest.mark.parametrize("why", ["booked", "held", "unwell", "waits", "archived", "said no", "not agreed", "no-show only"])
def test_who_is_not_to_be_asked_is_not_written_to(why, away, weeks, maria, ana, neuro_45):
    if why == "booked":
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=42), by=ana)
    elif why == "held":
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=4), by=ana)
        holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, status="confirmed", by=ana)
    elif why == "unwell":
        holds.report_episode(client=maria, kind="relapse", onset_on=MONDAY, by=ana)
    elif why == "waits":
        join_waitlist(client=maria, service=neuro_45, by=ana)
    elif why == "archived":
        archive_client(client=maria, by=ana)
    elif why == "said no":
        decline_recalls(client=maria, by=ana)
    elif why == "not agreed":
        change_client(client=maria, by=ana, reminder_consent=None)
    else:
        Appointment.objects.update(status="noshow")
    assert recall_clients() == 0 and not written()


def test_after_a_new_last_visit_it_is_asked_anew(away, weeks, maria, ana, neuro_45, time_machine):
    recall_clients()
    was_here(maria, ana, neuro_45, 1)
    time_machine.move_to(timezone.now() + timedelta(weeks=12))
    assert recall_clients() == 1 and len(written()) == 2


def test_two_who_decide_at_once_write_once_and_the_database_says_so(away, weeks, maria, ana):
    write_to_again(client=maria, by=ana)
    with pytest.raises(NotToBeRecalled, match="decided already"):
        write_to_again(client=maria, by=ana)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recall.objects.create(practice=maria.practice, client=maria, appointment=away, what="left", by_name="x")
    assert len(written()) == 1 and recall_clients() == 0


def test_a_visit_booked_before_it_leaves_takes_the_message_back(away, weeks, maria, ana, neuro_45, time_machine):
    recall_clients()
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=42), by=ana)
    time_machine.move_to(timezone.now() + timedelta(minutes=4))
    outbox.drain()
    message = Message.objects.get(kind="recall")
    assert (message.state, message.why) == ("skipped", "They have a visit again, or it is not the time to ask.")


@pytest.mark.parametrize("online", [True, False])
def test_the_message_leads_to_the_page_to_book_or_says_to_call_and_to_the_page_that_says_no(
        online, away, weeks, maria, page, riverside):
    riverside.books_online, riverside.public_slug = online, "riverside"
    riverside.save()
    recall_clients()
    message = Message.objects.select_related("practice").get(kind="recall")
    letter = outbox.KINDS["recall"].compose(message)
    assert ("/me/" in letter.body) == online and ("Call us to find a time: +1 206 555 0100" in letter.body) != online
    link = re.search(r"http\S+?(/n/[\w-]{43}/)", letter.body)[1]
    assert link in letter.sms and link not in outbox.without_links(letter.body)
    if online:
        book = re.search(r"http\S+?(/me/[\w-]{43}/)", letter.body)[1]
        assert page(None).get(book).status_code == 200
    assert "Rather not be reminded?" in text_of(page(None).get(link))


def test_a_client_says_no_by_the_link_and_looking_alone_changes_nothing(away, weeks, maria, page):
    link = no_url(maria).partition("//")[2].partition("/")[2]
    phone = page(None)
    phone.get(f"/{link}")
    maria.refresh_from_db()
    assert maria.wants_recalls
    said = phone.post(f"/{link}", {"act": "stop"}, follow=True)
    assert "We do not write to you about this any more" in text_of(said)
    phone.post(f"/{link}", {"act": "stop"})
    maria.refresh_from_db()
    assert not maria.wants_recalls and recall_clients() == 0
    assert AuditEntry.objects.filter(verb="client_changed", actor_role="client").count() == 1
    phone.post(f"/{link}", {"act": "again"})
    assert recall_clients() == 1


def test_an_unknown_link_says_no_more_than_any_other(page, db):
    answer = page(None).get("/n/unknown/")
    assert answer.status_code == 404 and answer.content == page(None).get("/me/unknown/").content


# --- the list ---


def test_the_list_shows_who_has_no_next_visit_and_what_is_decided_leaves_it(away, maria, kofi, ana, desk, page, neuro_45):
    was_here(kofi, ana, neuro_45, 2, hour=11)
    browser = page(desk)
    words = text_of(browser.get("/without-next-visit/"))
    assert "Maria Lindqvist" in words and "13 weeks ago" in words and words.index("Kofi") < words.index("Maria")
    assert "Maria Lindqvist is written to." in text_of(
        browser.post(f"/without-next-visit/{maria.pk}/write/", follow=True))
    assert "Kofi Mensah is left alone." in text_of(browser.post(f"/without-next-visit/{kofi.pk}/leave/", follow=True))
    assert written() == ["Maria Lindqvist"]
    assert "it was decided about" in text_of(browser.get("/without-next-visit/"))
    decided = text_of(browser.get("/without-next-visit/?decided=1"))
    assert "Written to Mon 23 Nov." in decided and "Left alone Mon 23 Nov." in decided
    again = browser.post(f"/without-next-visit/{maria.pk}/write/", follow=True)
    assert "It was decided already" in text_of(again) and len(written()) == 1


def test_whom_one_may_not_write_to_can_only_be_left(away, maria, ana, desk, page):
    decline_recalls(client=maria, by=ana)
    words = text_of(page(desk).get("/without-next-visit/"))
    assert "They asked not to be written to about this." in words and "Write to them" not in words
    assert "Ring them, or leave it." in text_of(page(desk).post(f"/without-next-visit/{maria.pk}/write/", follow=True))
    assert not Recall.objects.exists()


def test_the_list_takes_the_same_queries_for_many(now, riverside, ana, neuro_45, desk, page):
    counts = []
    for n in range(12):
        was_here(make_client(riverside, f"Client {n}"), ana, neuro_45, n + 1)
        if n in (0, 11):
            browser = page(desk)
            with CaptureQueriesContext(connection) as asked:
                browser.get("/without-next-visit/")
            counts.append(len(asked))
    assert all(a == b for a, b in pairwise(counts))


def test_another_practice_neither_sees_nor_decides(away, maria, lakeside_owner, page):
    assert "Maria" not in text_of(page(lakeside_owner).get("/without-next-visit/"))
    assert page(lakeside_owner).post(f"/without-next-visit/{maria.pk}/leave/").status_code == 404


def test_merged_rows_keep_the_no_and_the_decision(away, maria, ana, riverside):
    twin = make_client(riverside, "M. Lindqvist", wants_recalls=False)
    leave_alone(client=maria, by=ana)
    stays = merge_clients(client=maria, into=twin, by=ana)
    assert not stays.wants_recalls
    assert Recall.objects.get().client == stays and not to_decide(riverside).exists()
    both = merge_clients(client=make_client(riverside, "Maria L.", wants_recalls=False), into=make_client(riverside, "Mia"), by=ana)
    assert not Client.objects.get(pk=both.pk).wants_recalls


def test_a_cancelled_booking_counts_as_none(away, weeks, maria, ana, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=42), by=ana)
    assert recall_clients() == 0
    cancel_appointment(appointment=visit, by=ana)
    assert recall_clients() == 1
