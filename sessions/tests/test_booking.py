"""Booking, moving and cancelling as the practice does it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from conftest import MONDAY, at, make_client, make_member
from practice.models import Closure, Message, Room, TimeOff
from practice.refusals import BadInput
from sessions.booking import book_appointment, cancel_appointment, confirm_appointment, move_appointment
from sessions.diary import SlotTaken
from sessions.models import Appointment
from sessions.objections import OutsideWorkingHours


@pytest.fixture
def visit(now, maria, ana, neuro_45):
    return book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)


def test_a_booked_visit_occupies_its_buffer_and_queues_confirmation_and_reminder(visit):
    assert visit.status == "booked"
    assert (visit.occupied_until - visit.ends_at).seconds == 15 * 60
    assert set(Message.objects.values_list("kind", "state")) == {("booked", "waiting"), ("reminder", "skipped")}


def test_a_visit_far_ahead_is_reminded_seven_and_two_days_before(now, maria, ana, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    due = Message.objects.filter(kind="reminder").order_by("due_at").values_list("due_at", flat=True)
    assert [(visit.starts_at - d).days for d in due] == [7, 2]


def test_a_second_visit_at_the_same_time_is_refused_with_free_times_in_words(visit, ines, ana, neuro_45, garden):
    with pytest.raises(SlotTaken, match="Ana Alves is taken Tue 24 Nov, 10:00–10:45") as refused:
        book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=ana)
    assert len(refused.value.more["nearest"]) == 3


def test_a_client_is_not_booked_twice_even_with_another_therapist(visit, maria, ben, neuro_45, garden):
    with pytest.raises(SlotTaken, match="Maria Lindqvist already has a visit"):
        book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(10), by=ben)


def test_the_database_itself_refuses_an_overlap_written_past_the_verb(visit, ines):
    copy = Appointment.objects.get(pk=visit.pk)
    copy.pk, copy.client, copy._state.adding = None, ines, True
    copy.pk = Appointment._meta.pk.get_default()
    with pytest.raises(IntegrityError, match="is_never_booked_twice"), transaction.atomic():
        copy.save(force_insert=True)


def test_the_buffer_can_be_eaten_with_a_reason_but_an_overlap_never(visit, ines, ana, neuro_45):
    with pytest.raises(SlotTaken):
        book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10, 45), by=ana)
    book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(11), by=ana)
    kofi = make_client(ines.practice, "Kofi Mensah")
    with pytest.raises(SlotTaken):
        book_appointment(
            client=kofi, therapist=ana, service=neuro_45, starts_at=at(10, 30), by=ana, override_reason="urgent"
        )


def test_outside_hours_is_refused_and_can_be_overridden_by_the_desk_with_a_reason(now, maria, ana, neuro_45, desk):
    with pytest.raises(OutsideWorkingHours, match="works 09:00–12:00, 13:00–17:00"):
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(18), by=desk)
    visit = book_appointment(
        client=maria, therapist=ana, service=neuro_45, starts_at=at(18), by=desk, override_reason="only day"
    )
    assert visit.override_reason == "only day"


def test_the_past_is_refused_with_the_nearest_open_times(now, maria, ana, neuro_45):
    with pytest.raises(BadInput, match="has passed") as refused:
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=-3), by=ana)
    assert refused.value.field == "starts_at"
    assert len(refused.value.more["nearest"]) == 2


def test_a_moved_visit_keeps_its_row_and_nothing_leaves_for_the_old_time(now, maria, ana, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10, days=14), by=ana)
    moved = move_appointment(appointment=visit, starts_at=at(14, days=15), by=ana)
    assert (moved.pk, moved.sequence, moved.wall_date.isoformat()) == (visit.pk, 1, "2026-12-08")
    old = Message.objects.filter(start_version__startswith="20261207")
    assert set(old.values_list("state", flat=True)) == {"cancelled"}
    assert Message.objects.filter(start_version__startswith="20261208", state="waiting").count() == 3


def test_a_visit_can_move_within_its_own_time(visit, ana):
    assert move_appointment(appointment=visit, starts_at=at(10, 15), by=ana).wall_time.isoformat() == "10:15:00"


def test_a_cancelled_visit_frees_its_time_and_its_reminders_stop(visit, ines, ana, neuro_45):
    cancel_appointment(appointment=visit, by=ana, reason="sick")
    assert not Message.objects.filter(kind__in=["reminder", "booked"], state="waiting").exists()
    assert book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10), by=ana).status == "booked"
    assert MONDAY.weekday() == 0


def test_a_visit_booked_and_cancelled_within_the_grace_says_nothing_to_the_client(visit, ana):
    cancel_appointment(appointment=visit, by=ana, reason="other")
    assert set(Message.objects.values_list("kind", "state")) == {("booked", "cancelled"), ("reminder", "skipped")}


def test_a_client_who_was_told_of_a_visit_is_told_that_it_is_cancelled(visit, ana):
    Message.objects.filter(kind="booked").update(state="sent", sent_at=visit.created_at)
    cancel_appointment(appointment=visit, by=ana, reason="other")
    assert Message.objects.filter(kind="cancelled", state="waiting").count() == 1


def test_a_visit_moved_to_where_it_is_stays_confirmed_and_nothing_is_written(visit, ana, room):
    confirm_appointment(appointment=visit, by=ana)
    before = Appointment.objects.values().get(), visit.events.count(), Message.objects.count()
    stayed = move_appointment(appointment=visit, starts_at=at(10), therapist=ana, room=room, by=ana)
    assert (stayed.status, stayed.sequence) == ("confirmed", 0)
    assert (Appointment.objects.values().get(), visit.events.count(), Message.objects.count()) == before


def test_therapist_client_and_room_taken_at_once_are_all_told_each_in_its_words(
    visit, maria, ines, kofi, ana, ben, room, garden, neuro_45, riverside
):
    cleo = make_member(riverside, "Cleo Cruz", "cleo@riverside.example", "therapist")
    book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(10), room=garden, by=ana)
    attic = Room.objects.create(practice=riverside, name="Attic", position=9)
    book_appointment(client=kofi, therapist=cleo, service=neuro_45, starts_at=at(10, 15), room=attic, by=ana)
    with pytest.raises(SlotTaken) as refused:
        book_appointment(client=maria, therapist=ben, service=neuro_45, starts_at=at(10), room=attic, by=ana)
    assert [r["detail"] for r in refused.value.more["refusals"]] == [
        "Ben Baker is taken Tue 24 Nov, 10:00–10:45.",
        "Maria Lindqvist already has a visit Tue 24 Nov, 10:00–10:45, with Ana Alves.",
        "Attic is taken Tue 24 Nov, 10:15–11:00.",
    ]


def test_a_taken_room_names_its_range_and_the_room_that_is_free_then(visit, ines, ben, room, garden, neuro_45):
    with pytest.raises(SlotTaken) as refused:
        book_appointment(client=ines, therapist=ben, service=neuro_45, starts_at=at(10, 30), room=room, by=ben)
    assert refused.value.more["refusals"] == [
        {
            "code": "slot_taken",
            "detail": "River room is taken Tue 24 Nov, 10:00–10:45; free at the same time in Garden room.",
        }
    ]
    assert refused.value.more["nearest"]
    assert "2026-11-24T10:30:00-05:00" not in refused.value.more["nearest"]


def test_a_closed_day_is_named_and_time_off_is_told_without_its_reason(now, riverside, maria, ana, neuro_45):
    tuesday = MONDAY + timedelta(days=1)
    Closure.objects.create(practice=riverside, first_on=tuesday, last_on=tuesday, name="Founders' Day")
    TimeOff.objects.create(
        practice=riverside, therapist=ana, starts_at=at(0, days=2), ends_at=at(0, days=3), reason="migraine")
    TimeOff.objects.create(
        practice=riverside, therapist=ana, starts_at=at(13, days=3), ends_at=at(17, days=3), reason="migraine")

    def said(starts_at):
        with pytest.raises(OutsideWorkingHours) as refused:
            book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=starts_at, by=ana)
        assert refused.value.more["nearest"]
        assert "Free instead: " in refused.value.detail
        return refused.value.more["refusals"][0]["detail"]

    assert said(at(10)) == "The practice is closed on Tue 24 Nov: Founders' Day."
    assert said(at(10, days=2)) == "Ana Alves is away on Wed 25 Nov."
    assert said(at(14, days=3)) == "Ana Alves is away then and works 09:00–12:00 that day."
    assert said(at(10, days=5)) == "Ana Alves does not work on Sat 28 Nov."


def test_the_hours_of_a_visit_across_midnight_are_told_day_by_day(now, maria, ana, neuro_45):
    with pytest.raises(OutsideWorkingHours) as refused:
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(23, 30, days=4), by=ana)
    assert refused.value.more["refusals"][0]["detail"] == (
        "Ana Alves works 09:00–12:00, 13:00–17:00 on Fri 27 Nov. Ana Alves does not work on Sat 28 Nov."
    )
