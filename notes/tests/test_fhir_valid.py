"""The FHIR document before judges of others: valid for anybody's summary, and every broken one is refused."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest

from conftest import MONDAY, numb
from notes.fhir.document import document_bytes
from notes.letters.letters import as_data, letter_from_data
from notes.models import Summary
from notes.sharing import sharing
from notes.summaries import summaries
from notes.tests.anybody import PRIVATE, anybody
from notes.tests.conftest import had_visit, sign
from practice.tests.sizes import size


def read(summary: Summary):
    return json.loads(document_bytes(summary))


def kinds(bundle):
    return [entry["resource"]["resourceType"] for entry in bundle["entry"]]


@pytest.mark.sized
@pytest.mark.django_db
def test_the_document_of_anybody_is_valid(now, validator, record_property):
    seen: dict[str, int] = {}
    clients = size(5, 200)
    for seed in range(clients):
        bundle = read(anybody(seed))
        assert PRIVATE not in json.dumps(bundle), seed
        assert validator.faults(bundle) == [], seed
        for kind in kinds(bundle):
            seen[kind] = seen.get(kind, 0) + 1
    assert {"Composition", "Condition", "Consent", "Observation", "Procedure", "Practitioner"} <= set(seen), seen
    record_property("figure", f"{clients} clients, {sum(seen.values())} resources: all valid, none private")


def test_a_summary_signed_before_codes_were_kept_is_valid_in_words_alone(signed_summary, validator):
    letter = letter_from_data(signed_summary.content)
    signed_summary.content = as_data(letter)
    del signed_summary.content["codes"]
    bundle = read(signed_summary)
    assert validator.faults(bundle) == []
    told = json.dumps(bundle)
    assert "G35" not in told and "birthDate" not in told and "urn:evenhand" not in told
    assert "Relapsing-remitting multiple sclerosis, since 2011" in told


# --- broken on purpose -------------------------------------------------------------------------------------------


def one(bundle, kind):
    return next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind)


def _composition_second(b):
    b["entry"][0], b["entry"][1] = b["entry"][1], b["entry"][0]


def _twice(b):
    b["entry"].append(deepcopy(b["entry"][-1]))


def _unreached(b):
    made = "00000000-0000-5000-8000-000000000000"
    b["entry"].append({"fullUrl": f"urn:uuid:{made}", "resource": {"resourceType": "Basic", "id": made, "code": {"text": "x"}}})


def _narrative(to):
    return lambda b: one(b, "Composition")["section"][0]["text"].update(div=f'<div xmlns="http://www.w3.org/1999/xhtml">{to}</div>')


BROKEN = {
    "the Composition is not first": _composition_second,
    "no identifier": lambda b: b.pop("identifier"),
    "an identifier without a system": lambda b: b["identifier"].pop("system"),
    "no timestamp": lambda b: b.pop("timestamp"),
    "older than its Composition": lambda b: b.update(timestamp="2020-01-01T00:00:00Z"),
    "a collection": lambda b: b.update(type="collection"),
    "the same entry twice": _twice,
    "an entry nobody refers to": _unreached,
    "an address that is no uuid": lambda b: b["entry"][-1].update(fullUrl="urn:uuid:1"),
    "an entry with a request": lambda b: b["entry"][1].update(request={"method": "PUT", "url": "Patient/1"}),
    "a reference to nothing": lambda b: one(b, "Condition")["subject"].update(reference=f"urn:uuid:{'0' * 8}-0000-5000-8000-{'0' * 12}"),
    "a subject outside the document": lambda b: one(b, "Condition").update(
        subject={"type": "Patient", "identifier": one(b, "Composition")["identifier"]}),
    "a custodian that is a person": lambda b: one(b, "Composition").update(custodian=one(b, "Composition")["subject"]),
    "no subject": lambda b: one(b, "Condition").pop("subject"),
    "no status": lambda b: one(b, "Procedure").pop("status"),
    "a status there is not": lambda b: one(b, "Procedure").update(status="finished"),
    "a gender there is not": lambda b: one(b, "Patient").update(gender="robot"),
    "a clinical status of another system": lambda b: one(b, "Condition")["clinicalStatus"]["coding"][0].update(system="urn:x"),
    "a clinical status there is not": lambda b: one(b, "Condition")["clinicalStatus"]["coding"][0].update(code="lively"),
    "a category there is not": lambda b: one(b, "Observation")["category"][0]["coding"][0].update(code="massage"),
    "no such day": lambda b: one(b, "Patient").update(birthDate="2001-02-30"),
    "a time without an offset": lambda b: one(b, "Composition").update(date="2026-11-23T08:00:00"),
    "a period upside down": lambda b: one(b, "Procedure")["performedPeriod"].update(end="2020-01-01"),
    "two values of one choice": lambda b: one(b, "Procedure").update(performedDateTime="2026-11-23"),
    "a field there is not": lambda b: one(b, "Patient").update(nickname="Mia"),
    "an empty text": lambda b: one(b, "Organization").update(name=""),
    "an empty list": lambda b: one(b, "Patient").update(name=[]),
    "an empty object": lambda b: one(b, "Condition").update(code={}),
    "a list where one belongs": lambda b: one(b, "Composition").update(subject=[one(b, "Composition")["subject"]]),
    "a control sign": lambda b: one(b, "Patient")["name"][0].update(text="M\u0007"),
    "an Organization without a name": lambda b: one(b, "Organization").pop("name"),
    "a Consent under no policy": lambda b: one(b, "Consent").pop("policyRule"),
    "an error that is still active": lambda b: one(b, "Condition").update(
        verificationStatus={"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]}),
    "a section that says nothing": lambda b: [one(b, "Composition")["section"][0].pop(key) for key in ("text", "entry")],
    "a script in the narrative": _narrative("<script>alert(1)</script>"),
    "an event handler in the narrative": _narrative('<p onclick="x()">a</p>'),
    "a narrative that is no XML": _narrative("<p>a<br></p>"),
    "a narrative without words": _narrative("<p> </p>"),
    "a unit there is not": lambda b: next(
        e["resource"] for e in b["entry"] if "valueQuantity" in e["resource"])["valueQuantity"].update(code="furlong"),
}


@pytest.fixture
def whole(now, maria, ana, neuro_45, neurologist, consent):
    """A shared document with every kind of resource."""
    numb(maria)
    for days in (14, 7):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, subjective="x", pain=(5, 3), plan="Weekly.")
    made = summaries.compose_summary(client=maria, doctor=neurologist, first=MONDAY.replace(month=10), last=MONDAY, by=ana)
    made = summaries.sign_summary(summary=made, by=ana)
    sharing.share_summary(summary=made, doctor=neurologist, consent=consent, by=ana)
    return read(made)


def test_every_document_broken_on_purpose_is_refused(whole, validator):
    assert validator.faults(whole) == []
    assert {"CarePlan", "Flag", "PractitionerRole", "Consent"} <= set(kinds(whole))
    passed = []
    for name, spoil in BROKEN.items():
        twin = deepcopy(whole)
        spoil(twin)
        assert twin != whole, name
        if not validator.faults(twin):
            passed.append(name)
    assert passed == []
