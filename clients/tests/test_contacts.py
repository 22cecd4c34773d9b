"""The people around a client: noted, corrected, taken off; copied where the client agreed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from clients.contacts import add_contact, remove_contact
from conftest import at
from practice import outbox
from practice.models import AuditEntry, Message
from practice.refusals import BadInput
from sessions.booking import book_appointment


def test_a_carer_gets_a_copy_of_what_is_written_about_visits_and_nobody_else_does(now, maria, ana, neuro_45):
    add_contact(client=maria, role="carer", name="Erik", email="erik@family.example", by=ana,
                copied_since=timezone.now().date())
    add_contact(client=maria, role="transport", name="Taxi", email="taxi@rides.example", by=ana)
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=1), by=ana)
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    outbox.drain()
    assert [m.to for m in mail.outbox][:2] == [["Maria Lindqvist <maria@clients.example>"], ["erik@family.example"]]
    assert "Wed" not in mail.outbox[1].body and "Tue 24 Nov, 10:00" in mail.outbox[1].body
    assert "://" in mail.outbox[0].body and "://" not in mail.outbox[1].body, "the link is hers alone"
    assert "Copy to erik@family.example." in Message.objects.get(kind="booked").why


@pytest.mark.parametrize(("wrong", "field"), [
    ({"role": "friend"}, "role"), ({"name": "–"}, "name"), ({"copied_since": timezone.now().date()}, "email"),
    ({"email": "a@b.example", "copied_since": timezone.now().date() + timedelta(days=9)}, "copied_since")])
def test_what_cannot_be_is_refused_with_its_field(maria, ana, wrong, field):
    with pytest.raises(BadInput) as refused:
        add_contact(client=maria, by=ana, **{"role": "carer", "name": "Erik"} | wrong)
    assert refused.value.field == field and not maria.contacts.exists()


def test_the_desk_notes_corrects_and_takes_off_on_the_pages(page, maria, desk):
    browser = page(desk)
    browser.post(f"/clients/{maria.pk}/contacts/new/", {"role": "transport", "name": "Taxi Lind", "phone": "+1 206 555 0199"})
    contact = maria.contacts.get()
    assert "Taxi Lind" in browser.get(f"/clients/{maria.pk}/").content.decode()
    browser.post(f"/contacts/{contact.pk}/edit/", {"role": "transport", "name": "Taxi Lund"})
    contact.refresh_from_db()
    assert (contact.name, contact.phone) == ("Taxi Lund", "")
    browser.post(f"/contacts/{contact.pk}/remove/")
    assert not maria.contacts.exists()


def test_that_somebody_was_taken_off_stays_in_the_audit_trail(maria, ana):
    contact = add_contact(client=maria, role="carer", name="Erik", by=ana)
    was = contact.pk
    remove_contact(contact=contact, by=ana)
    assert AuditEntry.objects.filter(subject_id=was, verb="contact_removed", client_id=maria.pk).exists()
