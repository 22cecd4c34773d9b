"""Doctors who refer and treat, and whose doctor they are."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from clients.models import Client, ClientDoctor, Doctor
from clients.standing import lock_client
from clients.words import one_line
from practice import audit
from practice.access import Actor
from practice.models import Practice
from practice.refusals import BadInput


@transaction.atomic
def create_doctor(*, practice: Practice, name: str, by: Actor, specialty: str = "", email: str = "", phone: str = "",
                  address: str = "", mobile: str = "", fax: str = "") -> Doctor:
    """Add a doctor to the practice's list; refuses one without a name."""
    if not any(c.isalnum() for c in name):
        raise BadInput("Write the doctor's name.", field="name")
    doctor = Doctor.objects.create(practice=practice, name=one_line(name), specialty=one_line(specialty),
                                   email=one_line(email), phone=one_line(phone), mobile=one_line(mobile),
                                   fax=one_line(fax), address=address.strip())
    audit.record(by=by, verb="doctor_created", subject=doctor)
    return doctor


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
