"""Doctors who refer and treat, and whose doctor they are."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from clients.models import Client, ClientDoctor, Doctor
from clients.standing import lock_client
from clients.words import one_line
from practice import audit
from practice.access import Actor
from practice.models import Message, Practice
from practice.refusals import BadInput

DETAILS = ("name", "specialty", "email", "phone", "mobile", "fax", "address")


@transaction.atomic
def create_doctor(*, practice: Practice, name: str, by: Actor, specialty: str = "", email: str = "", phone: str = "",
                  address: str = "", mobile: str = "", fax: str = "") -> Doctor:
    """Add a doctor to the practice's list; refuses one without a name."""
    _refuse_nameless(name)
    doctor = Doctor.objects.create(practice=practice, name=one_line(name), specialty=one_line(specialty),
                                   email=one_line(email), phone=one_line(phone), mobile=one_line(mobile),
                                   fax=one_line(fax), address=address.strip())
    audit.record(by=by, verb="doctor_created", subject=doctor)
    return doctor


@transaction.atomic
def change_doctor(*, doctor: Doctor, by: Actor, **details: str) -> Doctor:
    """Correct who a doctor is and how they are reached; letters signed before keep what they say."""
    if unknown := set(details) - set(DETAILS):
        raise TypeError(f"A doctor has no {', '.join(sorted(unknown))}.")
    if "name" in details:
        _refuse_nameless(details["name"])
    row = Doctor.objects.select_for_update(no_key=True, of=("self",)).get(pk=doctor.pk)
    said = {name: words.strip() if name == "address" else one_line(words) for name, words in details.items()}
    changed = sorted(name for name, words in said.items() if getattr(row, name) != words)
    if not changed:
        return row
    for name in changed:
        setattr(row, name, said[name])
    row.save(update_fields=changed)
    audit.record(by=by, verb="doctor_changed", subject=row, fields=changed)
    return row


def _refuse_nameless(name: str) -> None:
    if not any(c.isalnum() for c in name):
        raise BadInput("Write the doctor's name.", field="name")


def link_doctor(*, client: Client, doctor: Doctor, by: Actor, role: str = "") -> ClientDoctor:
    """Say that this doctor treats or refers this client, as what; said again, it changes the role."""
    with transaction.atomic():
        lock_client(client)
        try:
            with transaction.atomic():
                link = ClientDoctor.objects.create(practice_id=client.practice_id, client=client, doctor=doctor,
                                                   role=one_line(role) or doctor.specialty[:60] or "doctor")
        except IntegrityError:
            link = ClientDoctor.objects.get(client=client, doctor=doctor)
            if one_line(role):
                link.role = one_line(role)
                link.save(update_fields=["role"])
        audit.record(by=by, verb="doctor_linked", subject=link)
    return link


@transaction.atomic
def unlink_doctor(*, client: Client, doctor: Doctor, by: Actor) -> None:
    """Take a doctor off the client's list; what was agreed, sent and answered stands as it did."""
    lock_client(client)
    for link in ClientDoctor.objects.filter(client=client, doctor=doctor):
        audit.record(by=by, verb="doctor_unlinked", subject=link)
        link.delete()


def corrected_since(message: Message, known: str) -> str | None:
    """Why what waits for a doctor does not leave: the address it was queued for is not theirs any more."""
    return None if message.to_address == known else "The doctor's address was corrected meanwhile. Send it anew."
