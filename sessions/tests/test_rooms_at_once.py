"""Two bookings in one moment: who books another room is not waited for (PostgreSQL; SQLite writes one by one anyway)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from conftest import at
from practice.models import Room
from sessions.booking import book_appointment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no locks of rows"),
]


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """Another booking under way: a second connection, which gives up its locks at the end."""
    other: Any = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    other.set_autocommit(False)
    yield lambda room: other.cursor().execute("SELECT 1 FROM practice_room WHERE id = %s FOR NO KEY UPDATE", [room.pk])
    other.rollback()
    other.close()
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


def test_while_somebody_books_the_first_room_another_takes_the_second_without_waiting(
        elsewhere, maria, ana, neuro_45, room, garden):
    elsewhere(room)
    booked = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    assert booked.room == garden


def test_where_others_are_just_taking_every_room_the_booking_waits_for_them(elsewhere, maria, ana, neuro_45, riverside):
    for room in Room.objects.filter(practice=riverside):
        elsewhere(room)
    with pytest.raises(OperationalError, match="lock timeout"):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
