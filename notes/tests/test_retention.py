"""Until when everything is kept: the practice's years after the last contact, never before a child has grown up."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clients.keeping.archiving import archive_client
from clients.keeping.merging import merge_clients
from clients.keeping.retention import CONTACTS, kept_until, kept_until_of
from clients.models import Client, ClientCondition, Finding
from conftest import MONDAY, at, make_client
from notes.tests.conftest import had_visit, sign
from practice.models import Practice
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment


def test_the_years_count_from_the_first_day_then_from_the_last_visit_that_took_place(now, maria, ana, neuro_45):
    Client.objects.filter(pk=maria.pk).update(created_at=at(9, days=-400))
    ClientCondition.objects.update(recorded_at=at(9, days=-400))
    maria.refresh_from_db()
    assert kept_until(maria).last_contact == MONDAY - timedelta(days=400)
    visit = had_visit(maria, ana, neuro_45, days_ago=14)
    coming = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    assert kept_until(maria).until == date(2036, 11, 9)
    cancel_appointment(appointment=coming, by=ana)
    Appointment.objects.filter(pk=visit.pk).update(status="noshow")
    assert kept_until(maria).last_contact == MONDAY - timedelta(days=400)
    Practice.objects.filter(pk=maria.practice_id).update(retention_years=4)
    assert kept_until(Client.objects.get(pk=maria.pk)).until.year == 2025 + 4


def test_a_note_on_a_row_merged_in_counts(now, maria, ana, neuro_45, riverside):
    Client.objects.update(created_at=at(9, days=-400))
    ClientCondition.objects.update(recorded_at=at(9, days=-400))
    twin = make_client(riverside, "M. Lindquist")
    note = sign(had_visit(twin, ana, neuro_45, days_ago=7), ana)
    Appointment.objects.filter(pk=note.appointment_id).update(status="cancelled")
    merge_clients(client=twin, into=maria, by=ana)
    assert kept_until(maria).last_contact == MONDAY, "signed today, of a visit a week ago"
    assert kept_until(maria).first_contact == MONDAY - timedelta(days=400) < note.visit_on


@pytest.mark.parametrize("born, until", [(date(2015, 6, 1), date(2043, 6, 1)), (date(2008, 2, 29), date(2036, 11, 23)),
                                         (date(2012, 2, 29), date(2040, 2, 28))])  # fmt: skip
def test_a_childs_years_count_from_the_eighteenth_birthday(now, maria, born, until):
    Client.objects.filter(pk=maria.pk).update(birth_date=born, created_at=now)
    assert kept_until(Client.objects.get(pk=maria.pk)).until == until


def test_it_stands_on_the_page_and_sorts_the_archive_soonest_first(now, maria, kofi, ines, ana, neuro_45, page):
    Client.objects.update(created_at=now)
    Client.objects.filter(pk=kofi.pk).update(created_at=at(9, days=-900))
    Client.objects.filter(pk=ines.pk).update(created_at=at(9, days=-800))
    for client, days in ((kofi, -900), (ines, -800)):
        ClientCondition.objects.filter(client=client).update(recorded_at=at(9, days=days))
        Finding.objects.filter(client=client).update(recorded_at=at(9, days=days))
    for client in (maria, kofi, ines):
        archive_client(client=client, by=ana)
    browser = page(ana)
    shown = browser.get(reverse("clients:client_agreements", args=[maria.pk])).content.decode()
    assert "Until Sun 23 Nov 2036: 10 years after the last contact, 23 Nov 2026." in shown
    archive = browser.get(reverse("clients:list") + "?archived=1").content.decode()
    order = [archive.index(f"<bdi>{name}</bdi>") for name in ("Kofi Mensah", "Ines Moreau", "Maria Lindqvist")]
    assert order == sorted(order)
    assert "Kept until" in archive and "23 Nov 2036" in archive


def test_many_are_looked_up_in_few_queries(now, riverside, django_assert_max_num_queries):
    for n in range(50):
        make_client(riverside, f"Client {n}")
    people = list(Client.objects.select_related("practice"))
    with django_assert_max_num_queries(len(CONTACTS)):
        assert len(kept_until_of(people)) == 50
