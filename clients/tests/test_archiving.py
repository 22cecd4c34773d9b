"""Who comes no more is put away and can be taken back; nobody is written down twice unseen."""

import pytest
from django.urls import reverse

from clients.duplicates import already_listed
from clients.keeping.archiving import StillNeeded, archive_client, restore_client
from clients.models import Client
from conftest import at, make_client
from practice.models import AuditEntry
from sessions.booking import book_appointment, cancel_appointment


def test_a_client_with_visits_to_come_stays_on_the_list(now, maria, ana, desk, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    with pytest.raises(StillNeeded, match="Maria Lindqvist has 1 visit to come"):
        archive_client(client=maria, by=desk)
    cancel_appointment(appointment=visit, by=desk)
    assert archive_client(client=maria, by=desk).archived_at == now
    assert AuditEntry.objects.filter(verb="client_archived", client_id=maria.pk).count() == 1


def test_a_client_in_the_archive_is_off_the_list_and_comes_back_whole(now, maria, kofi, desk, page):
    browser = page(desk)
    edit = browser.get(reverse("clients:edit", args=[maria.pk])).content.decode()
    assert "Put in the archive" in edit
    for _ in range(2):
        browser.post(reverse("clients:archive", args=[maria.pk]))
    listed = browser.get(reverse("clients:list")).content.decode()
    assert "Kofi Mensah" in listed
    assert "Maria Lindqvist</bdi></a>" not in listed
    assert "Maria Lindqvist" in browser.get(reverse("clients:list") + "?archived=1").content.decode()
    assert "In the archive since" in browser.get(reverse("clients:client", args=[maria.pk])).content.decode()
    browser.post(reverse("clients:restore", args=[maria.pk]))
    assert Client.objects.get(pk=maria.pk).archived_at is None
    assert AuditEntry.objects.filter(verb__in=["client_archived", "client_restored"]).count() == 2


def test_restoring_whoever_is_on_the_list_changes_nothing(maria, desk):
    assert restore_client(client=maria, by=desk).version == 1


@pytest.mark.parametrize("typed", [
    {"name": "maria LINDQVIST"}, {"name": "Lindqvist, Maria"}, {"name": "M. L.", "email": "MARIA@clients.example"},
    {"name": "M. L.", "phone": "(206) 555-0110"}, {"name": "M. L.", "phone": "+1 206 555 0110"},
])  # fmt: skip
def test_the_same_name_address_or_number_is_noticed_however_it_is_written(maria, lakeside_owner, ana, typed):
    Client.objects.filter(pk=maria.pk).update(phone="+1 206-555-0110")
    make_client(lakeside_owner.practice, "Maria Lindqvist")
    assert already_listed(by=ana, **typed) == [maria]
    assert already_listed(by=ana, name="Mario Lindqvist", email="mario@clients.example", phone="206 555 0111") == []


def test_a_second_record_of_one_person_is_asked_about_before_it_is_made(maria, desk, page):
    browser, new = page(desk), reverse("clients:new")
    typed = {"name": "Maria Lindqvist", "phone": "555 0177"}
    asked = browser.post(new, typed)
    assert asked.status_code == 409
    words = asked.content.decode()
    assert "Already on your list?" in words
    assert reverse("clients:client", args=[maria.pk]) in words
    assert 'value="555 0177"' in words
    assert Client.objects.count() == 1
    browser.post(new, typed | {"another": "1"})
    assert Client.objects.count() == 2


@pytest.mark.parametrize("act", ["archive", "restore"])
def test_whoever_only_looks_at_the_address_is_led_to_the_client_and_nothing_happens(maria, desk, page, act):
    shown = page(desk).get(reverse(f"clients:{act}", args=[maria.pk]))
    assert (shown.status_code, shown["Location"]) == (302, reverse("clients:client", args=[maria.pk]))
    maria.refresh_from_db()
    assert maria.archived_at is None
