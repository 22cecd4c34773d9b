"""What a practice offers and where: services, the skills they need, and rooms. Retired, never deleted.

Visits booked already stay as they are: a change holds for what is booked from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from practice import audit
from practice.access import Actor, Role
from practice.models import Membership, Practice, Room, Service, Skill
from practice.money import CURRENCIES, MOST
from practice.refusals import BadInput, NotAllowed

SHORTEST, LONGEST, MOST_BUFFER = 5, 480, 120  # minutes
MOST_SKILLS, MOST_NOTE = 30, 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A service as it is to be: minutes, minutes kept free around it, price in the smallest unit.

    No therapists or rooms: all of them. `skills` by name; a new name makes a new skill of the practice.
    """

    name: str
    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0
    price: int | None = None
    therapists: tuple[Membership, ...] = ()
    rooms: tuple[Room, ...] = ()
    skills: tuple[str, ...] = ()


def refuse_unless_owner(practice: Practice, by: Actor) -> None:
    """What a practice offers, and when, is the owner's to decide."""
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("This is the owner's to decide. Ask them.")


@transaction.atomic
def add_service(*, practice: Practice, offer: Offer, by: Actor) -> Service:
    """Offer something new. Refuses lengths nobody gives, a name in use, and people or rooms of elsewhere."""
    return _put_service(Service(practice=practice), offer, by, "service_added")


@transaction.atomic
def add_services(*, practice: Practice, offers: Mapping[str, Offer], by: Actor) -> list[Service]:
    """Offer several new things, all or none; a refusal names which one: "first-name"."""
    added = []
    for key, offer in offers.items():
        try:
            added.append(add_service(practice=practice, offer=offer, by=by))
        except BadInput as refused:
            raise BadInput(refused.detail, field=f"{key}-{refused.field}") from refused
    return added


@transaction.atomic
def change_service(*, service: Service, offer: Offer, by: Actor) -> Service:
    """Change what is offered, from now on; what is booked keeps its length and its time."""
    return _put_service(service, offer, by, "service_changed")


@transaction.atomic
def add_room(*, practice: Practice, name: str, by: Actor, access_notes: str = "", temperature_notes: str = "",
             position: int = 0) -> Room:
    """Open a room. Refuses a name in use."""
    return _put_room(Room(practice=practice), by, "room_added", name, access_notes, temperature_notes, position)


@transaction.atomic
def change_room(*, room: Room, name: str, by: Actor, access_notes: str = "", temperature_notes: str = "",
                position: int = 0) -> Room:
    """Change a room's name, notes or place in the order."""
    return _put_room(room, by, "room_changed", name, access_notes, temperature_notes, position)


@transaction.atomic
def set_in_use(*, row: Service | Room, is_active: bool, by: Actor) -> None:
    """Retire a service or room, or bring it back; nothing new is booked with a retired one."""
    refuse_unless_owner(row.practice, by)
    if row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        verb = "restored" if is_active else "retired"
        audit.record(by=by, verb=f"{row._meta.model_name}_{verb}", subject=row)


@transaction.atomic
def set_skills(*, therapist: Membership, skills: Iterable[str], by: Actor) -> None:
    """Say which skills a therapist has; a new name makes a new skill of the practice."""
    refuse_unless_owner(therapist.practice, by)
    if not therapist.is_therapist:
        raise BadInput(f"{therapist.name} gives no sessions here.", field="skills")
    therapist.skills.set(_skills_named(therapist.practice, skills))
    _drop_unused(therapist.practice)
    audit.record(by=by, verb="skills_changed", subject=therapist)


@transaction.atomic
def change_currency(*, practice: Practice, currency: str, by: Actor) -> None:
    """Say what prices are in. Refuses one with other decimals while prices stand, or 65.00 would become 6,500."""
    refuse_unless_owner(practice, by)
    if currency not in CURRENCIES:
        raise BadInput("Choose a currency of the list.", field="currency")
    if currency == practice.currency:
        return
    are_alike = CURRENCIES[currency].decimals == CURRENCIES[practice.currency].decimals
    if not are_alike and Service.objects.filter(practice=practice, price__isnull=False).exists():
        raise BadInput(f"{CURRENCIES[currency].name} has other decimals than {practice.currency}. Take the prices of "
                       "your services out first, then write them anew.", field="currency")
    practice.currency = currency
    practice.save(update_fields=["currency"])
    audit.record(by=by, verb="practice_changed", subject=practice, fields=["currency"])


def _put_service(row: Service, offer: Offer, by: Actor, verb: str) -> Service:
    refuse_unless_owner(row.practice, by)
    row.name = _name_of(row, offer.name)
    for field, minutes, least, most in (("minutes", offer.minutes, SHORTEST, LONGEST),
                                        ("buffer_before", offer.buffer_before, 0, MOST_BUFFER),
                                        ("buffer_after", offer.buffer_after, 0, MOST_BUFFER)):
        if not least <= minutes <= most:
            raise BadInput(f"Write a number from {least} to {most} minutes.", field=field)
        setattr(row, field, minutes)
    if offer.price is not None and not 0 <= offer.price <= MOST:
        raise BadInput("Look at the price again.", field="price")
    _refuse_foreign(row.practice, offer.therapists, "therapists")
    _refuse_foreign(row.practice, offer.rooms, "rooms")
    row.price = offer.price
    row.save()
    row.therapists.set(offer.therapists)
    row.rooms.set(offer.rooms)
    row.needed_skills.set(_skills_named(row.practice, offer.skills))
    _drop_unused(row.practice)
    audit.record(by=by, verb=verb, subject=row)
    return row


def _put_room(row: Room, by: Actor, verb: str, name: str, access_notes: str, temperature_notes: str,
              position: int) -> Room:
    refuse_unless_owner(row.practice, by)
    if not 0 <= position <= 999:
        raise BadInput("Write a number from 0 to 999.", field="position")
    row.name, row.position = _name_of(row, name), position
    for field, words in (("access_notes", access_notes), ("temperature_notes", temperature_notes)):
        if len(words) > MOST_NOTE:
            raise BadInput(f"At most {MOST_NOTE} letters.", field=field)
        setattr(row, field, " ".join(words.split()))
    row.save()
    audit.record(by=by, verb=verb, subject=row)
    return row


def _name_of(row: Service | Room, name: str) -> str:
    """The name without spaces around it; refuses an empty one, and one of another row in use."""
    name = " ".join(name.split())
    if not any(letter.isalnum() for letter in name):
        raise BadInput("Write a name.", field="name")
    most = 60  # letters; a column of the diary holds no more
    if len(name) > most:
        raise BadInput(f"A name has at most {most} letters.", field="name")
    others = type(row).objects.filter(practice=row.practice_id, is_active=True, name__iexact=name).exclude(pk=row.pk)
    if others.exists():
        raise BadInput(f"“{name}” is there already. Choose another name.", field="name")
    return name


def _refuse_foreign(practice: Practice, rows: Sequence[Any], field: str) -> None:
    if any(row.practice_id != practice.pk for row in rows):
        raise BadInput("Choose from your own practice.", field=field)


def _skills_named(practice: Practice, names: Iterable[str]) -> list[Skill]:
    """The practice's skills of these names, new ones made; capitals make no difference."""
    wished = {name.casefold(): name for name in (" ".join(name.split()) for name in names) if name}
    if any(len(name) > 60 for name in wished.values()):
        raise BadInput("A skill's name has at most 60 letters.", field="skills")
    known = {skill.name.casefold(): skill for skill in Skill.objects.filter(practice=practice)}
    new = [key for key in wished if key not in known]
    if len(known) + len(new) > MOST_SKILLS:
        raise BadInput(f"A practice names {MOST_SKILLS} skills at most.", field="skills")
    return [known.get(key) or Skill.objects.create(practice=practice, name=wished[key]) for key in wished]


def _drop_unused(practice: Practice) -> None:
    """A skill nobody has and nothing needs any more is no row; a slip of the finger leaves nothing behind."""
    Skill.objects.filter(Q(members=None) & Q(services=None), practice=practice).delete()


def in_use_first(rows: Iterable[Any]) -> list[Any]:
    """Rows as a list shows them: those in use in their order, then the retired ones."""
    return sorted(rows, key=lambda row: not row.is_active)
