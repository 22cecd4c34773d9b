"""Doctors and agreements over HTTP, and who may see and do what with clients."""

import pytest

from clients.models import Client, ClientCondition, Consent, Doctor, Finding
from practice.tests.answers import is_problem, pointers

ROOT = "/api/v1/"


def test_a_doctor_is_added_and_listed(api, desk, neurologist, now):
    made = api(desk).post(
        f"{ROOT}doctors/", {"name": "Dr Idris Bell", "specialty": "General practice", "email": "b@gp.example"}
    )
    assert made.status_code == 201
    listed = api(desk).get(f"{ROOT}doctors/").json()
    assert [d["name"] for d in listed["results"]] == ["Dr Adaeze Okafor", "Dr Idris Bell"]
    assert pointers(api(desk).post(f"{ROOT}doctors/", {"specialty": "Neurology", "email": "nonsense"})) == [
        "/name",
        "/email",
    ]


AGREED = {
    "kind": "share-summary",
    "sections": ["course", "plan"],
    "text_version": "2026-11",
    "given_by": "Maria Lindqvist",
    "relationship": "self",
    "how": "in person",
    "given_on": "2026-11-20",
    "until": "2027-11-20",
}


def test_an_agreement_is_recorded_as_it_was_given_and_by_whom(api, ana, maria, neurologist, now):
    sent = AGREED | {"doctor": str(neurologist.pk)}
    answer = api(ana).post(f"{ROOT}clients/{maria.pk}/consents/", sent)
    assert answer.status_code == 201, answer.json()
    assert {key: answer.json()[key] for key in sent} == sent
    assert Consent.objects.get().recorded_by == ana
    listed = api(ana).get(f"{ROOT}clients/{maria.pk}/consents/").json()["results"]
    assert [c["id"] for c in listed] == [answer.json()["id"]] and listed[0]["withdrawn_at"] is None


@pytest.mark.parametrize(
    "sent, pointer, word",
    [
        ({"given_on": "2026-11-24"}, "/given_on", "still to come"),
        ({"until": "2026-11-19"}, "/until", "before that"),
        ({"doctor": None}, "/doctor", "which doctor"),
        ({"relationship": "daughter", "given_by": ""}, "/given_by", "daughter"),
        ({"sections": ["Everything!"]}, "/sections/0", ""),
        ({"text_version": ""}, "/text_version", ""),
    ],
)
def test_an_agreement_that_cannot_be_is_refused(api, ana, maria, neurologist, now, sent, pointer, word):
    answer = api(ana).post(f"{ROOT}clients/{maria.pk}/consents/", AGREED | {"doctor": str(neurologist.pk)} | sent)
    assert word in is_problem(answer, 400, "invalid")["detail"]
    assert pointers(answer) == [pointer]
    assert not Consent.objects.exists()


def test_a_doctor_of_another_practice_in_a_body_is_refused_with_a_pointer(api, ana, maria, lakeside, now):
    theirs = Doctor.objects.create(practice=lakeside, name="Dr Lake")
    answer = api(ana).post(f"{ROOT}clients/{maria.pk}/consents/", AGREED | {"doctor": str(theirs.pk)})
    is_problem(answer, 400, "invalid")
    assert pointers(answer) == ["/doctor"]


# --- who may ---

CLINICAL = ["conditions", "findings", "clearances", "consents"]


def test_the_front_desk_is_refused_everything_clinical(api, desk, maria, now):
    for part in CLINICAL:
        is_problem(api(desk).get(f"{ROOT}clients/{maria.pk}/{part}/"), 403, "not_allowed")
    for part in [*CLINICAL, "cautions"]:
        is_problem(api(desk).post(f"{ROOT}clients/{maria.pk}/{part}/", {}), 403, "not_allowed")
    condition = maria.conditions.get()
    is_problem(api(desk).patch(f"{ROOT}clients/{maria.pk}/conditions/{condition.pk}/", {}), 403, "not_allowed")


def test_another_practice_finds_nobody_here(api, lakeside_owner, kofi, now):
    them, finding, condition = api(lakeside_owner), kofi.findings.get(), kofi.conditions.get()
    assert them.get(f"{ROOT}clients/").json()["count"] == 0
    for address in ("", *(f"{part}/" for part in CLINICAL)):
        is_problem(them.get(f"{ROOT}clients/{kofi.pk}/{address}"), 404, "not_found")
    for part in [*CLINICAL, "cautions"]:
        is_problem(them.post(f"{ROOT}clients/{kofi.pk}/{part}/", {}), 404, "not_found")
    for address in ("", f"findings/{finding.pk}/", f"conditions/{condition.pk}/"):
        is_problem(them.patch(f"{ROOT}clients/{kofi.pk}/{address}", {"ended_on": "2026-11-01"}), 404, "not_found")
    assert Finding.objects.get().ended_on is None and ClientCondition.objects.get().ended_on is None


def test_a_finding_is_only_found_under_its_own_client(api, ana, kofi, maria, now):
    finding = kofi.findings.get()
    is_problem(api(ana).patch(f"{ROOT}clients/{maria.pk}/findings/{finding.pk}/", {"detail": "x"}), 404, "not_found")


def test_nobody_gets_in_without_a_token(api, maria, now):
    for address in ("clients/", f"clients/{maria.pk}/", "doctors/", "conditions/"):
        is_problem(api(None).get(f"{ROOT}{address}"), 401, "not_authenticated")


def test_an_owner_who_gives_no_sessions_reads_what_therapists_read(api, owner, maria, now):
    assert api(owner).get(f"{ROOT}clients/{maria.pk}/conditions/").json()["count"] == 1


def test_a_birthday_today_is_a_birth_date(api, ana, now):
    http = api(ana)
    made = http.post(f"{ROOT}clients/", {"name": "New", "phone": "206 555 0101", "birth_date": "2026-11-23"})
    assert made.status_code == 201 and str(Client.objects.get().birth_date) == "2026-11-23"
