"""What a doctor referred for: counted visit by visit, said where one books, never in the way."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from clients.models import Referral
from clients.referrals import change_referral, close_referral, open_referral
from conftest import MONDAY, at
from practice.models import AuditEntry
from practice.refusals import BadInput, NotAllowed, WrongState
from sessions.booking import book_appointment, cancel_appointment
from sessions.models import Appointment
from sessions.referral_use import USES, lines_for, uses_of
from sessions.rhythm import Rhythm
from sessions.series import book_series


@pytest.fixture
def referral(now, maria, neurologist, ana) -> Referral:
    """Three visits until the end of the year."""
    return open_referral(client=maria, doctor=neurologist, began_on=MONDAY, ends_on=date(2026, 12, 31), visits_agreed=3,
                         reason="spasticity", by=ana)  # fmt: skip


def used(client) -> int:
    return uses_of(client)[0].taken


@pytest.mark.parametrize("status", Appointment.Status.values)
def test_a_visit_counts_while_it_stands_or_took_place(referral, maria, ana, neuro_45, status):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    use = uses_of(maria)[0]
    assert use.had == (status in {"arrived", "fulfilled"}), "only what took place is had"
    assert use.booked == (status in {"booked", "confirmed"})
    assert set(USES) <= set(Appointment.Status.values)


def test_only_visits_in_its_days_count_the_last_day_included(referral, maria, ana, neuro_45):
    days = {"2026-12-31": True, "2027-01-04": False}
    for day in days:
        start = at(10, days=(date.fromisoformat(day) - MONDAY).days)
        book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=start, by=ana)
    assert used(maria) == 1
    change_referral(referral=referral, ends_on=date(2027, 1, 4), by=ana)
    assert used(maria) == 2
    change_referral(referral=referral, began_on=date(2027, 1, 1), by=ana)
    assert used(maria) == 1


def test_the_clients_page_says_how_many_are_used_and_left(referral, maria, ana, desk, neuro_45, page):
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 2), by=ana)
    shown = page(ana).get(reverse("clients:client_visits", args=[maria.pk])).content.decode()
    assert "Referred by Dr Adaeze Okafor until Thu 31 Dec 2026: <strong>3 visits agreed: 0 had, 2 booked, 1 left</strong>" in shown
    assert "spasticity" in shown
    to_desk = page(desk).get(reverse("clients:client_visits", args=[maria.pk])).content.decode()
    assert "0 had, 2 booked, 1 left" in to_desk and "spasticity" not in to_desk


def test_booking_says_what_is_left_and_warns_beyond_it_but_never_refuses(referral, maria, ana, neuro_45, page):
    def asked(start):
        query = {"client": maria.pk, "service": neuro_45.pk, "therapist": ana.pk, "starts_at": start.isoformat()}
        return page(ana).get(reverse("sessions:book"), query).content.decode()

    assert "Dr Adaeze Okafor’s referral until Thu 31 Dec 2026: 3 visits agreed: 0 had, 0 booked, 3 left." in asked(at(10))
    book_series(client=maria, therapist=ana, service=neuro_45, first_starts_at=at(10), rhythm=Rhythm(7, 3), by=ana)
    beyond = asked(at(14))
    assert "This visit goes beyond it. Ask for a new one." in beyond
    assert ">Book</button>" in beyond
    assert "after its last day, Thu 31 Dec 2026" in asked(at(10, days=45))
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    assert "3 visits agreed: 0 had, 4 booked, 1 more than agreed" in asked(at(15))


def test_a_series_is_told_how_many_of_its_dates_lie_beyond(referral, maria, ana, neuro_45, page):
    form = {"service": neuro_45.pk, "therapist": ana.pk, "on": "2026-12-14", "at": "10:00", "every_days": 7, "count": 5,
            "do": "look"}  # fmt: skip
    said = page(ana).post(reverse("sessions:series_new") + f"?client={maria.pk}", form).content.decode()
    assert "2 of these visits lie after its last day" in said
    assert "Book all 5" in said
    many = page(ana).post(reverse("sessions:series_new") + f"?client={maria.pk}", form | {"on": "2026-11-24"})
    assert "2 of these visits go beyond it" in many.content.decode()


def test_a_referral_that_ran_out_is_silent_where_another_covers_the_day(referral, maria, ana, neurologist):
    next_year = MONDAY + timedelta(days=60)
    assert lines_for(maria, [next_year])[0].is_beyond
    open_referral(client=maria, doctor=neurologist, began_on=date(2027, 1, 1), by=ana)
    lines = lines_for(maria, [next_year])
    assert [(line.is_beyond, "0 had, 0 booked" in line.words) for line in lines] == [(False, True)]


def test_a_closed_referral_counts_no_longer_and_cannot_be_changed(referral, maria, ana, neuro_45):
    book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    close_referral(referral=referral, by=ana)
    close_referral(referral=referral, by=ana)
    assert used(maria) == 0 and lines_for(maria, [MONDAY]) == []
    with pytest.raises(WrongState, match="Note the new one"):
        change_referral(referral=referral, visits_agreed=9, by=ana)
    verbs = list(AuditEntry.objects.filter(subject_id=referral.pk).order_by("id").values_list("verb", flat=True))
    assert verbs == ["referral_opened", "referral_closed"]


@pytest.mark.parametrize("wrong, words", [
    ({"ends_on": MONDAY - timedelta(days=1)}, "its last day cannot be"), ({"visits_agreed": 0}, "from 1 to 500"),
    ({"began_on": date(1026, 1, 1)}, "Check the year"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(now, maria, neurologist, ana, wrong, words):
    with pytest.raises(BadInput, match=words):
        open_referral(client=maria, doctor=neurologist, by=ana, **{"began_on": MONDAY} | wrong)
    assert not Referral.objects.exists()


def test_the_front_desk_keeps_referrals_but_not_their_reason(referral, maria, neurologist, desk, page, api):
    with pytest.raises(NotAllowed):
        change_referral(referral=referral, reason="other", by=desk)
    form = page(desk).get(reverse("clients:referral_edit", args=[referral.pk])).content.decode()
    assert "spasticity" not in form and 'name="reason"' not in form
    page(desk).post(reverse("clients:referral_edit", args=[referral.pk]), {
        "doctor": neurologist.pk, "began_on": "2026-11-23", "ends_on": "", "visits_agreed": "12"})  # fmt: skip
    referral.refresh_from_db()
    assert (referral.visits_agreed, referral.ends_on, referral.reason) == (12, None, "spasticity")
    listed = api(desk).get(f"/api/v1/clients/{maria.pk}/referrals/").json()["results"]
    assert listed[0]["visits_agreed"] == 12 and "reason" not in listed[0]


def test_referrals_come_and_go_by_the_api(now, maria, neurologist, ana, desk, api):
    address = f"/api/v1/clients/{maria.pk}/referrals/"
    body = {"doctor": str(neurologist.pk), "reason": "spasticity", "began_on": "2026-11-23", "ends_on": "2027-03-03",
            "visits_agreed": 10}  # fmt: skip
    made = api(ana).post(address, body, format="json")
    assert made.status_code == 201
    assert made.json() == body | {"id": made.json()["id"], "closed_at": None}
    assert api(ana).get(address).json()["results"] == [made.json()]
    assert api(desk).post(address, body, format="json").json()["code"] == "not_allowed"
    late = api(ana).post(address, body | {"ends_on": "2026-01-01"}, format="json")
    assert late.json()["errors"][0]["pointer"] == "/ends_on"
    assert api(ana).post(address, body | {"visits": 3}, format="json").status_code == 400


def test_a_cancelled_visit_gives_its_place_back(referral, maria, ana, neuro_45):
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    assert uses_of(maria)[0].left == 2
    cancel_appointment(appointment=visit, by=ana)
    assert uses_of(maria)[0].left == 3
