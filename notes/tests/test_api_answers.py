"""Doctors' answers by the API: read, accepted as given or narrower, set aside, noted; and as FHIR."""

import pytest

from clients.clearances import Terms
from clients.models import Clearance
from notes.doctors.answering import AnswerInput, answer_share
from notes.doctors.requests import compose_request
from notes.fhir.answer import answer_document
from notes.fhir.document import document_of
from notes.models import DoctorAnswer
from notes.sharing import sharing
from notes.summaries import summaries
from practice.models import AuditEntry

ROOT = "/api/v1/doctor-answers/"


@pytest.fixture
def answer(share):
    terms = Terms(places=[("foot", "left")], max_pressure=2, minutes=45, excluded_techniques=["deep-tissue"])
    return answer_share(share=share.share, answer=AnswerInput("granted", "Dr <i>Okafor</i>", "GMC 1", "Gently.", terms=terms))


def test_what_came_is_listed_and_told_whole(api, ana, answer, maria):
    listed = api(ana).get(ROOT, {"client": str(maria.pk), "state": "waiting"}).json()
    assert listed["count"] == 1 and listed["results"][0]["id"] == str(answer.pk)
    told = api(ana).get(f"{ROOT}{answer.pk}/").json()
    assert (told["state"], told["done"], told["max_pressure"], told["regions"], told["for"]) == (
        "waiting", None, 2, [{"region": "foot", "side": "left"}], "")
    assert told["said"].startswith("clearance granted") and told["client"] == str(maria.pk)


def test_accepted_as_it_was_given_or_narrower_and_never_wider(api, ana, answer):
    wider = api(ana).post(f"{ROOT}{answer.pk}/accept/", {"max_pressure": 4}, format="json")
    assert (wider.status_code, wider.json()["code"]) == (409, "wider_than_answered")
    told = api(ana).post(f"{ROOT}{answer.pk}/accept/", {"minutes": 30}, format="json").json()
    assert told["state"] == "accepted" and told["done"]["by_name"] == "Ana Alves"
    word = Clearance.objects.get(pk=answer.clearance_id)
    assert (word.state, word.max_pressure, word.minutes, word.excluded_techniques) == ("granted", 2, 30, ["deep-tissue"])
    twice = api(ana).post(f"{ROOT}{answer.pk}/accept/", {}, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "wrong_state")


def test_set_aside_with_a_reason_and_noted(api, ana, answer, share):
    assert api(ana).post(f"{ROOT}{answer.pk}/set-aside/", {}, format="json").status_code == 400
    told = api(ana).post(f"{ROOT}{answer.pk}/set-aside/", {"reason": "Not theirs"}, format="json").json()
    assert told["done"]["what"] == "set_aside" and told["done"]["reason"] == "Not theirs"
    note = answer_share(share=share.share, answer=AnswerInput("note", "Dr Okafor", note="Well done."))
    assert api(ana).post(f"{ROOT}{note.pk}/done/").json()["state"] == "seen"
    assert [row["state"] for row in api(ana).get(ROOT).json()["results"]] == ["seen", "set_aside"]


def test_an_answer_is_a_valid_document_that_says_what_became_of_it(api, ana, answer, validator, share):
    got = api(ana).get(f"{ROOT}{answer.pk}/fhir/")
    assert got["Content-Type"].startswith("application/fhir+json")
    document = got.json()
    assert validator.faults(document) == []
    assert document["entry"][0]["resource"]["status"] == "preliminary"
    sent = next(e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == "Communication")
    assert sent["payload"][0]["contentString"].startswith("Clearance granted (work in general)")
    assert AuditEntry.objects.filter(verb="doctors_answer_read").exists()
    api(ana).post(f"{ROOT}{answer.pk}/accept/", {}, format="json")
    whole = DoctorAnswer.objects.get(pk=answer.pk)
    document = answer_document(whole)
    assert validator.faults(document) == [] and document["entry"][0]["resource"]["status"] == "final"
    for kind, more in (("call", {"phone": "1"}), ("not_yet", {}), ("read", {}), ("note", {"note": "x\x07<b>"})):
        row = answer_share(share=share.share, answer=AnswerInput(kind, "Dr O", **more))
        assert validator.faults(answer_document(row)) == [], kind


def test_a_request_is_a_proposed_service_and_a_task_to_approve_it(maria, ana, neurologist, consent, now, validator):
    made = compose_request(client=maria, doctor=neurologist, by=ana, scope="relapse", reason="Relapse.",
                           terms=Terms(places=[("foot", "left")], max_pressure=2, minutes=45), questions="May I?")
    made = summaries.sign_summary(summary=made, by=ana)
    sharing.share_summary(summary=made, doctor=neurologist, consent=consent, by=ana)
    document = document_of(made)
    assert validator.faults(document) == []
    found = {e["resource"]["resourceType"]: e["resource"] for e in document["entry"]}
    assert found["Composition"]["type"]["coding"][0]["code"] == "57133-1"
    assert (found["ServiceRequest"]["intent"], found["ServiceRequest"]["status"]) == ("proposal", "draft")
    assert found["Task"]["code"]["coding"][0]["code"] == "approve"
    assert "pressure 2 at most" in found["Task"]["description"]
