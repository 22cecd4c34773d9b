"""A list of visits from another system: matched to clients, therapists and services, and never over one another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients.importing import rows, steps
from clients.tests.test_importing import LISTS, bring, brought_in, carried, states, words
from conftest import at, make_client
from notes.follow_ups.asking import ask_after_visits
from practice.models import Message
from practice.refusals import BadInput
from sessions.booking import book_appointment, move_appointment
from sessions.models import Appointment

HERE = Path(__file__).parent / "lists"
HEAD = "Client,E-mail,Therapist,Service,Begins,Ends,Status\n"
pytestmark = pytest.mark.usefixtures("now", "neuro_45", "ana")


def line(client: str = "Maria Lindqvist", *, email: str = "", who: str = "Ana Alves", service: str = "Neuro 45",
         begins: str = "2026-11-24 10:00", ends: str = "10:45", status: str = "") -> str:
    return f"{client},{email},{who},{service},{begins},{ends},{status}\n"


@pytest.mark.parametrize("system, visits", [
    ("jane", {"501": "booked", "502": "fulfilled", "503": "noshow", "504": "cancelled"}),
    ("cliniko", {"80010001": "booked", "80010002": "noshow", "80010003": "cancelled", "80010004": "fulfilled"}),
])  # fmt: skip
def test_the_clients_and_visits_of_jane_and_cliniko_come_over_without_a_question(owner, system, visits, ana):
    brought_in(bring(owner, (LISTS / f"{system}-patients.csv").read_bytes()), owner)
    brought = brought_in(bring(owner, (HERE / f"{system}-appointments.csv").read_bytes(), "visits"), owner)
    assert sorted(Appointment.objects.values_list("status", flat=True)) == sorted(visits.values())
    coming = Appointment.objects.get(status="booked")
    assert coming.therapist == ana and coming.minutes == 45 and coming.wall_time.hour == 10, "in the practice's zone"
    assert "left" in states(brought) or system == "cliniko", "what never was a visit stays out"
    assert not Message.objects.exists() and ask_after_visits() == 0
    again = bring(owner, (HERE / f"{system}-appointments.csv").read_bytes(), "visits")
    assert not {"ready", "faulty"} & set(states(again))
    brought = carried(steps.take_back(brought=brought, by=owner))
    assert brought.state == "undone" and not Appointment.objects.exists()


def test_visits_over_one_another_or_over_the_diary_are_named_and_the_rest_comes_in(owner, maria, kofi, ana, neuro_45):
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(15), by=ana)
    brought = bring(owner, HEAD + line(maria.name) + line(kofi.name, begins="2026-11-24 10:30", ends="11:15")
                    + line(maria.name, begins="2026-11-24 15:15", ends="16:00")
                    + line(maria.name, begins="2026-11-24 16:15", ends="17:00"), "visits")
    assert states(brought) == ["ready", "faulty", "faulty", "ready"]
    said = words(brought)
    assert "Ana Alves has another visit then: row 2 of this list, Tue 24 Nov, 10:00 to 10:45" in said[0]
    assert "in the diary already, Tue 24 Nov, 15:00 to 16:00" in said[1]
    brought_in(brought, owner)
    assert Appointment.objects.filter(client=maria).count() == 2


def test_what_was_booked_since_the_check_is_not_booked_over(owner, maria, kofi, ana, neuro_45):
    brought = bring(owner, HEAD + line(maria.name) + line(maria.name, begins="2026-11-25 10:00"), "visits")
    book_appointment(client=kofi, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    brought = brought_in(brought, owner)
    assert states(brought) == ["faulty", "done"] and "changed here" in words(brought)[0]
    assert Appointment.objects.filter(client=maria).count() == 1
    assert rows.check_again(brought=brought, by=owner) == 0 and "in the diary already" in words(brought)[0]


def test_a_time_the_clocks_skip_or_show_twice_names_both_that_are_valid(owner, maria):
    brought = bring(owner, HEAD + line(maria.name, begins="2027-03-14 02:30", ends="03:15")
                    + line(maria.name, begins="2026-11-01 01:30", ends="02:15")
                    + line(maria.name, begins="2026-11-01 01:30 -05:00", ends="02:15"), "visits")
    assert states(brought) == ["faulty", "faulty", "ready"]
    gap, twice = words(brought)
    assert "does not exist" in gap and "01:55" in gap and "03:00" in gap
    assert "UTC-04:00" in twice and "UTC-05:00" in twice
    brought_in(brought, owner)
    assert Appointment.objects.get().starts_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_names_nobody_here_has_are_asked_about_once(owner, maria, ana, neuro_45):
    brought = bring(owner, HEAD + line(maria.name, who="Alves A.", service="Massage 45"), "visits")
    assert states(brought) == ["faulty"] and "Names in the list" in words(brought)[0]
    brought = carried(steps.choose_columns(
        brought=brought, mapping=brought.mapping, by=owner,
        names={"therapist": {"Alves A.": str(ana.pk)}, "service": {"Massage 45": str(neuro_45.pk)}}))
    assert states(brought) == ["ready"]


def test_two_clients_of_one_name_are_told_apart_by_their_address(owner, riverside, maria):
    twin = make_client(riverside, maria.name, email="other@people.example")
    brought = bring(owner, HEAD + line(maria.name) + line(maria.name, email=twin.email, begins="2026-11-24 13:00",
                                                          ends="13:45") + line("Nobody Known"), "visits")
    assert states(brought) == ["faulty", "ready", "faulty"]
    assert "2 of your clients are called" in words(brought)[0] and "Bring the list of clients first" in words(brought)[1]
    brought_in(brought, owner)
    assert Appointment.objects.get().client == twin


def test_reminders_of_visits_to_come_leave_only_where_that_was_ticked(owner, maria):
    data = HEAD + line(maria.name, begins="2026-12-24 10:00") + line(maria.name, begins="2026-10-01 10:00")
    first = brought_in(bring(owner, data, "visits"), owner)
    assert not Message.objects.exists()
    carried(steps.take_back(brought=first, by=owner))
    brought = brought_in(bring(owner, data, "visits", options={"reminders": True}), owner)
    assert set(Message.objects.values_list("kind", "state")) == {("reminder", "waiting")}
    carried(steps.take_back(brought=brought, by=owner))
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"} and not Appointment.objects.exists()


def test_an_undo_leaves_the_visits_somebody_worked_with(owner, maria, ana):
    brought = brought_in(bring(owner, HEAD + line(maria.name) + line(maria.name, begins="2026-11-25 10:00"),
                               "visits"), owner)
    moved = Appointment.objects.get(starts_at=at(10))
    move_appointment(appointment=moved, starts_at=at(15), by=ana)
    brought = carried(steps.take_back(brought=brought, by=owner))
    assert list(Appointment.objects.all()) == [moved]
    assert brought.stays[0][1:] == [f"{maria.name}, Tue 24 Nov, 15:00", "was changed here"]


def test_a_list_without_what_a_visit_needs_is_refused(owner, maria):
    with pytest.raises(BadInput, match="when a visit begins"):
        bring(owner, "Client,Service\nMaria,Neuro 45\n", "visits")


def test_a_clients_number_that_names_somebody_else_is_told(owner):
    brought_in(bring(owner, "Nr,Name,Email\n1,Anna Berg,anna@people.example\n"), owner)
    brought = bring(owner, "Patient Nr,Client,Therapist,Begins,Minutes\n1,Bo Dahl,Ana Alves,2026-11-24 10:00,45\n"
                    "1,Berg Anna,Ana Alves,2026-11-25 10:00,45\n", "visits")
    assert states(brought) == ["faulty", "ready"] and "This number is Anna Berg here" in words(brought)[0]
