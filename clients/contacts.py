"""The people around a client who are no doctors: physiotherapist, carer, family, whoever brings them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from clients.episodes import today_in
from clients.models import Client, Contact
from clients.standing import lock_client
from clients.words import one_line
from practice import audit, clock
from practice.access import Actor
from practice.refusals import BadInput


@transaction.atomic
def add_contact(*, client: Client, role: str, name: str, by: Actor, phone: str = "", email: str = "", remark: str = "",
                copied_since: date | None = None) -> Contact:
    """Note somebody around the client; with `copied_since`, they get a copy of what is written about visits."""
    lock_client(client)
    row = Contact(practice_id=client.practice_id, client=client)
    _put(row, role, name, phone, email, remark, copied_since)
    row.save(force_insert=True)
    audit.record(by=by, verb="contact_added", subject=row, role=role)
    return row


@transaction.atomic
def change_contact(*, contact: Contact, role: str, name: str, by: Actor, phone: str = "", email: str = "",
                   remark: str = "", copied_since: date | None = None) -> Contact:
    """Correct who it is and how they are reached; an empty `copied_since` ends the copies."""
    row = Contact.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "client__practice").get(pk=contact.pk)
    _put(row, role, name, phone, email, remark, copied_since)
    row.save()
    audit.record(by=by, verb="contact_changed", subject=row)
    return row


@transaction.atomic
def remove_contact(*, contact: Contact, by: Actor) -> None:
    """Take somebody off the people around a client; that they stood there stays in the audit trail."""
    audit.record(by=by, verb="contact_removed", subject=contact, role=contact.role)
    contact.delete()


def copied_to(client: Client) -> tuple[str, ...]:
    """The addresses that get a copy of what is written to this client about visits."""
    return tuple(c.email for c in client.contacts.all() if c.copied_since and c.email and c.email != client.email)


BOOKED_AHEAD = (Contact.Role.TRANSPORT, Contact.Role.CARER)


@dataclass(frozen=True, slots=True)
class Company:
    """Somebody whose coming is arranged ahead, and so has to hear of a new time: what they do, name, number."""

    role: str
    name: str
    phone: str

    @property
    def said(self) -> str:
        """Who it is: "Transport: City Cab, +44 1632 960 000"."""
        return f"{Contact.Role(self.role).label}: {', '.join(filter(None, (self.name, self.phone)))}"

    @property
    def words(self) -> str:
        """What to do about them when a visit moves."""
        what = "Transport is booked ahead" if self.role == Contact.Role.TRANSPORT else "A carer comes along"
        return f"{what}: {self.name}{f', {self.phone}' if self.phone else ''}. Tell them the new time."


def booked_ahead(client: Client) -> list[Company]:
    """Transport and carers of this client's profile; neither is a finding, so everybody may know."""
    rows = [row for row in client.contacts.all() if row.role in BOOKED_AHEAD]
    return [Company(row.role, row.name, row.phone) for row in sorted(
        rows, key=lambda row: (row.role != Contact.Role.TRANSPORT, row.name))]


def _put(row: Contact, role: str, name: str, phone: str, email: str, remark: str, copied_since: date | None) -> None:
    today = today_in(row.client)
    if role not in Contact.Role.values:
        raise BadInput("Choose what they are to the client.", field="role")
    if not any(c.isalnum() for c in name):
        raise BadInput("Write their name.", field="name")
    if copied_since and not email:
        raise BadInput("Add their e-mail address: the copies go there.", field="email")
    if copied_since and copied_since > today:
        raise BadInput(f"{clock.said_date(copied_since, today=today)} is still to come. When did the client agree?",
                       field="copied_since")
    row.role, row.name, row.phone, row.email = role, one_line(name), one_line(phone), one_line(email)
    row.remark, row.copied_since = one_line(remark), copied_since
