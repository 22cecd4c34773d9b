"""The practice as letters and clients know it: name, address, how it is reached, and the head all its letters carry."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from practice import audit
from practice.access import Actor
from practice.models import Practice
from practice.offers import refuse_unless_owner
from practice.refusals import BadInput
from practice.typesetting.heads import head_of
from practice.typesetting.press import picture

TEMPLATE = Path(__file__).parent / "typesetting" / "letterhead.typ"
PAPERS = dict(Practice._meta.get_field("paper").flatchoices)
MOST_LINES, MOST_LETTERS = 6, 400


@transaction.atomic
def change_letterhead(*, practice: Practice, name: str, address: str, phone: str, email: str, paper: str,
                      by: Actor) -> Practice:
    """Say how the practice is called, where it is and how it is reached; letters signed already stay as they are.

    For the owner. Refuses an empty name, an address of more lines than a letter has room for, half an e-mail address.
    """
    refuse_unless_owner(practice, by)
    lines = [" ".join(line.split()) for line in address.replace("\x00", "").splitlines() if line.strip()]
    said = {"name": " ".join(name.replace("\x00", "").split()), "address": "\n".join(lines),
            "phone": " ".join(phone.replace("\x00", "").split()), "email": email.strip().lower(), "paper": paper}
    if not any(letter.isalnum() for letter in said["name"]):
        raise BadInput("Write the practice's name.", field="name")
    if len(said["name"]) > 120:
        raise BadInput("A name has at most 120 letters.", field="name")
    if len(lines) > MOST_LINES or len(said["address"]) > MOST_LETTERS:
        raise BadInput(f"A letter has room for {MOST_LINES} lines of address and {MOST_LETTERS} letters.",
                       field="address")
    if len(said["phone"]) > 40 or (said["phone"] and not any(sign.isdigit() for sign in said["phone"])):
        raise BadInput("Write the telephone number as it is dialled, for example +44 1632 960100.", field="phone")
    if said["email"]:
        try:
            validate_email(said["email"])
        except ValidationError as wrong:
            raise BadInput("Write the whole e-mail address, for example hello@riverside.example.",
                           field="email") from wrong
    if paper not in PAPERS:
        raise BadInput("Choose A4 or US Letter.", field="paper")
    practice = Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    changed = [field for field, value in said.items() if getattr(practice, field) != value]
    for field in changed:
        setattr(practice, field, said[field])
    if changed:
        practice.save(update_fields=changed)
        audit.record(by=by, verb="practice_changed", subject=practice, fields=changed)
    return practice


def head_drawn(*, name: str, address: str, phone: str, email: str, paper: str) -> bytes:
    """The upper part of a sheet with this head, as a PNG, set by the same typesetter in the same faces as letters."""
    head = head_of(name=name, address=address.splitlines(), phone=phone, email=email)
    return picture(TEMPLATE, {**head, "width": 215.9 if paper == "us-letter" else 210})
