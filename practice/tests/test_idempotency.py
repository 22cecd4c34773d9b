"""The same request sent twice with one key acts once and answers the same; another body is another request."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from conftest import at, token_for
from practice.models import AuditEntry, IdempotentRequest, Message
from practice.refusals import PROBLEM
from sessions.booking import book_appointment
from sessions.models import Appointment

BOOK = "/api/v1/appointments/"


@pytest.fixture
def wish(now, maria, ana, neuro_45):
    return {
        "client": str(maria.pk),
        "therapist": str(ana.pk),
        "service": str(neuro_45.pk),
        "starts_at": "2026-11-24T10:00:00-05:00",
    }


def post(http, body, key="five-rapid-taps", path=BOOK):
    return http.post(path, body, HTTP_IDEMPOTENCY_KEY=key)


def test_five_rapid_taps_make_one_booking_and_five_equal_answers(wish, api, ana):
    answers = [post(api(ana), wish) for _ in range(5)]
    assert {a.status_code for a in answers} == {201}
    assert {a.content for a in answers} == {answers[0].content}
    assert {a["Content-Type"] for a in answers} == {"application/json"}
    assert {a["ETag"] for a in answers} == {'"1"'}
    assert [a.get("Idempotent-Replay") for a in answers] == [None, *["true"] * 4]
    assert Appointment.objects.count() == 1
    assert Message.objects.filter(kind="booked").count() == 1
    assert AuditEntry.objects.filter(verb="appointment_booked").count() == 1


def test_without_a_key_each_request_stands_for_itself(wish, api, ana):
    assert api(ana).post(BOOK, wish).status_code == 201
    assert api(ana).post(BOOK, wish).json()["code"] == "slot_taken"
    assert not IdempotentRequest.objects.exists()


def test_another_body_with_the_same_key_is_422(wish, api, ana):
    post(api(ana), wish)
    other = post(api(ana), wish | {"starts_at": "2026-11-24T14:00:00-05:00"})
    assert (other.status_code, other["Content-Type"], other.json()["code"]) == (422, PROBLEM, "idempotency_key_reused")
    assert Appointment.objects.count() == 1


def test_the_same_key_at_another_address_is_422(wish, api, ana):
    made = post(api(ana), wish).json()
    assert post(api(ana), wish, path=f"{BOOK}{made['id']}/confirm/").json()["code"] == "idempotency_key_reused"
    assert Appointment.objects.get().status == "booked"


def test_keys_are_each_members_own(wish, api, ana, desk):
    assert post(api(ana), wish).status_code == 201
    assert post(api(desk), wish).json()["code"] == "slot_taken"
    assert IdempotentRequest.objects.count() == 2


def test_two_tokens_of_one_member_share_their_keys(wish, ana):
    answers = []
    for _ in range(2):
        http = APIClient()
        http.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(ana)}")
        answers.append(post(http, wish).content)
    assert answers[0] == answers[1]


def test_a_refusal_is_answered_again_as_it_was_even_after_the_diary_changed(wish, api, ana, ines, neuro_45):
    in_the_way = book_appointment(client=ines, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    first = post(api(ana), wish)
    in_the_way.delete()
    again = post(api(ana), wish)
    assert (first.status_code, again.status_code) == (409, 409)
    assert (first.content, first["Content-Type"]) == (again.content, again["Content-Type"])
    assert post(api(ana), wish, key="another").status_code == 201


def test_what_a_shape_error_says_is_kept_too(wish, api, ana):
    bad = wish | {"starts_at": "soon"}
    assert post(api(ana), bad).content == post(api(ana), bad).content
    assert IdempotentRequest.objects.get().status == 400


def test_nobody_and_the_wrong_role_leave_no_key_behind(wish, api, ana, desk, maria, neuro_45):
    assert post(api(None), wish).status_code == 401
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(10), by=ana)
    assert post(api(desk), {"reason": "x"}, path=f"{BOOK}{visit.pk}/keep/").status_code == 403
    assert not IdempotentRequest.objects.exists()


def test_a_fault_of_the_server_is_not_kept_and_its_effect_is_gone(wish, api, ana, monkeypatch):
    from sessions import reminders

    http = api(ana)
    http.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(reminders, "schedule", lambda appointment: 1 / 0)
        assert post(http, wish).status_code == 500
    assert (Appointment.objects.count(), IdempotentRequest.objects.count()) == (0, 0)
    assert post(http, wish).status_code == 201


def test_a_key_is_kept_for_a_day_and_then_begins_anew(wish, api, ana):
    post(api(ana), wish)
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    assert post(api(ana), wish)["Idempotent-Replay"] == "true"
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert post(api(ana), wish).json()["code"] == "slot_taken"
    assert IdempotentRequest.objects.count() == 1


@pytest.mark.parametrize("key", ["k" * 201, "a\x07b"])
def test_a_key_that_is_none_is_400(wish, api, ana, key):
    answer = post(api(ana), wish, key=key)
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert not Appointment.objects.exists()


def test_the_first_request_still_under_way_is_409(wish, api, ana):
    post(api(ana), wish)
    IdempotentRequest.objects.update(status=None, body="")
    assert post(api(ana), wish).json()["code"] == "request_in_flight"


def test_a_read_takes_no_notice_of_a_key(wish, api, ana):
    assert api(ana).get(BOOK, HTTP_IDEMPOTENCY_KEY="x").status_code == 200
    assert not IdempotentRequest.objects.exists()


def test_a_kept_answer_cannot_be_read_out_of_the_database(now, maria, ana, neuro_45, api):
    body = {"client": str(maria.pk), "therapist": str(ana.pk), "service": str(neuro_45.pk), "starts_at": at(10).isoformat()}
    first = api(ana).post("/api/v1/appointments/", body, format="json", HTTP_IDEMPOTENCY_KEY="sealed")
    assert first.status_code == 201
    assert str(first.json()["id"]) not in IdempotentRequest.objects.get().body
