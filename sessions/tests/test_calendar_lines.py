"""A name with a line break inside, as a program may send it, breaks no calendar."""

from conftest import at
from sessions.booking import book_appointment
from sessions.calendars import calendar_of, visit_file


def test_a_line_break_in_a_name_is_a_space_in_every_calendar(now, ana, maria, neuro_45, room):
    room.name, ana.practice.phone = "River\rX-EVIL:1", "555\r\n0100"
    room.save()
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    visit.practice.phone, visit.practice.name = "555\r0100", "Riverside\rX-EVIL:1"
    for told in (calendar_of(ana), visit_file(visit).content):
        text = told if isinstance(told, bytes) else told.encode()
        assert not any(line.startswith(b"X-EVIL") for line in text.splitlines()), text
    assert b"River X-EVIL:1" in calendar_of(ana)
