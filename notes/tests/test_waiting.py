"""What waits a day after the visit, for whom and in how many words; and entries that were late."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.urls import reverse

from conftest import make_client, make_member
from notes.models import Note
from notes.record.late import late_entry
from notes.record.waiting import TOLD_ONE_BY_ONE
from notes.seal.verifying import broken_links
from notes.tests.conftest import SOFT, draft_of, had_visit, sign
from sessions.needs import MORE_NEEDS


def needs(member):
    return [need.words for more in MORE_NEEDS for need in more(member, Q(therapist=member))]


@pytest.fixture
def late_draft(maria, ana, neuro_45, now):
    """A draft of a visit a week ago."""
    return draft_of(had_visit(maria, ana, neuro_45, days_ago=7), ana, subjective="x")


def test_a_draft_waits_from_a_day_after_the_visit_for_its_author_alone(draft, ana, ben, owner, desk):
    over = draft.appointment.ends_at
    with time_machine.travel(over + timedelta(hours=23, minutes=59), tick=False):
        assert needs(ana) == []
    with time_machine.travel(over + timedelta(hours=24), tick=False):
        assert needs(ana) == ["Maria Lindqvist, Mon 23 Nov: to sign, 1 day since the visit"]
        assert needs(ben) == needs(desk) == []
        assert needs(owner) == ["Unsigned notes: Ana Alves 1"]


def test_signed_it_waits_no_more(late_draft, ana, owner):
    from notes.record.signing import sign_note

    assert len(needs(ana)) == 1
    sign_note(note=late_draft, by=ana)
    assert needs(ana) == needs(owner) == []


def test_the_oldest_stand_first_and_many_stand_on_their_page(ana, neuro_45, riverside, now, page):
    for days in range(2, 2 + TOLD_ONE_BY_ONE + 2):
        draft_of(had_visit(make_client(riverside, f"Client {days}"), ana, neuro_45, days_ago=days), ana, subjective="x")
    told = needs(ana)
    assert told[0].startswith(f"Client {TOLD_ONE_BY_ONE + 3}, ") and told[-1] == "2 more notes like that"
    shown = page(ana).get("/notes/unsigned/").content.decode()
    places = [shown.index(f"Client {days}<") for days in range(TOLD_ONE_BY_ONE + 3, 1, -1)]
    assert places == sorted(places)
    note = Note.objects.order_by("visit_on").first()
    assert f'href="{reverse("notes:note", args=[note.pk])}"' in shown  # one press from the note


def test_the_owner_reads_counts_and_no_names_of_clients(late_draft, owner, page):
    for url in ("/notes/unsigned/", "/"):
        shown = page(owner).get(url).content.decode()
        assert "Ana Alves" in shown
        assert str(late_draft.pk) not in shown
    assert "Maria" not in page(owner).get("/notes/unsigned/").content.decode()


def test_an_owner_who_gives_sessions_has_their_own_and_the_counts(late_draft, riverside, neuro_45, room):
    chief = make_member(riverside, "Olive Chief", "olive@riverside.example", "owner", is_therapist=True)
    draft_of(had_visit(make_client(riverside, "Zoe"), chief, neuro_45, days_ago=3, hour=11), chief, subjective="x")
    assert [words.partition(":")[0] for words in needs(chief)] == ["Zoe, Fri 20 Nov", "Unsigned notes"]


def test_nothing_waits_is_said_in_a_sentence(ana, page):
    assert "No note waits." in page(ana).get("/notes/unsigned/").content.decode()


# --- late entries -------------------------------------------------------------------------------------------------


def test_a_note_begun_more_than_a_day_after_the_visit_says_both_days(maria, ana, neuro_45, now, page, api):
    note = sign(had_visit(maria, ana, neuro_45, days_ago=6), ana)
    said = "Late entry: visit on Tue 17 Nov, written Mon 23 Nov"
    assert late_entry(note) == said
    assert said in page(ana).get(reverse("notes:note", args=[note.pk])).content.decode()
    told = api(ana).get(f"/api/v1/notes/{note.pk}/").json()
    assert (told["late_entry"], told["visit_on"], told["written_at"][:10]) == (said, "2026-11-17", "2026-11-23")


def test_a_note_begun_in_time_and_signed_late_says_all_three(draft, ana):
    from notes.record.signing import sign_note
    from notes.writing import write_note

    assert late_entry(draft) == ""
    with time_machine.travel(draft.appointment.ends_at + timedelta(days=3), tick=False):
        note = write_note(note=draft, by=ana, expected_version=draft.version, subjective="x", treatments=[SOFT])
        note = sign_note(note=note, by=ana)
        assert late_entry(note) == "Late entry: visit on Mon 23 Nov, written Mon 23 Nov, signed Thu 26 Nov"
    assert broken_links(note.practice_id) == []


def test_a_note_signed_within_the_day_is_not_late(draft, ana):
    from notes.record.signing import sign_note
    from notes.writing import write_note

    with time_machine.travel(draft.appointment.ends_at + timedelta(hours=24), tick=False):
        note = write_note(note=draft, by=ana, expected_version=draft.version, subjective="x")
        assert late_entry(sign_note(note=note, by=ana)) == ""
