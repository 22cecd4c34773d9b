"""The record over HTTP: what the contract says of notes, readings, summaries and shares."""

from datetime import timedelta

import pytest
from django.urls import reverse

from clients.models import Consent, Doctor
from conftest import MONDAY, make_client
from notes.models import Note, Share
from notes.tests.conftest import had_visit, sign
from practice.models import AuditEntry
from sessions.models import Appointment

V1 = "/api/v1"
ROW = {"region": "foot", "side": "left", "technique": "deep-tissue", "pressure": 4, "minutes": 10, "response": "warm"}


def begun(api, therapist, visit):
    answer = api(therapist).post(f"{V1}/notes/", {"appointment": str(visit.pk)})
    assert answer.status_code == 201, answer.content
    return answer


def test_the_measures_say_their_scale_their_source_and_the_change_that_means_something(api, desk):
    rows = {row["code"]: row for row in api(desk).get(f"{V1}/measures/").json()["results"]}
    assert rows["pain"]["meaningful_change"]["value"] == 2.0
    assert "Farrar" in rows["pain"]["meaningful_change"]["text"]
    assert rows["stiffness"]["meaningful_change"] is None
    assert all(row["source"] for row in rows.values())


def test_a_note_is_begun_once_and_found_the_second_time(api, ana, visit):
    first = begun(api, ana, visit)
    again = api(ana).post(f"{V1}/notes/", {"appointment": str(visit.pk)})
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    assert first.json()["status"] == "draft"
    assert first.json()["check"]["verdict"] in ("ok", "caution")
    assert first["ETag"] == '"1"'


def test_a_change_needs_the_etag_that_was_read(api, ana, visit):
    http, url = api(ana), f"{V1}/notes/{begun(api, ana, visit).json()['id']}/"
    without = http.patch(url, {"subjective": "tired"})
    assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
    done = http.patch(url, {"subjective": "tired"}, HTTP_IF_MATCH='"1"')
    assert (done.status_code, done["ETag"]) == (200, '"2"')
    stale = http.patch(url, {"subjective": "rested"}, HTTP_IF_MATCH='"1"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert http.get(url).json()["subjective"] == "tired"


def test_a_patch_replaces_treatments_and_readings_whole_and_leaves_what_it_does_not_name(api, ana, visit):
    http, url = api(ana), f"{V1}/notes/{begun(api, ana, visit).json()['id']}/"
    readings = [{"measure": "pain", "when": "before", "value": 5}, {"measure": "pain", "when": "after", "value": 2.5}]
    two = http.patch(
        url,
        {"plan": "weekly", "treatments": [ROW, {**ROW, "side": "right"}], "measurements": readings},
        HTTP_IF_MATCH="*",
    ).json()
    assert [row["side"] for row in two["treatments"]] == ["left", "right"]
    assert {(m["when"], m["value"]) for m in two["measurements"]} == {("before", 5), ("after", 2.5)}
    one = http.patch(url, {"treatments": [{**ROW, "region": "back", "side": "midline"}]}, HTTP_IF_MATCH="*").json()
    assert [row["region"] for row in one["treatments"]] == ["back"]
    assert (one["plan"], len(one["measurements"])) == ("weekly", 2)


def test_pressure_four_on_numb_feet_is_a_caution_with_its_source_and_is_signed_with_a_reason_only(
    api, ana, kofis_visit
):
    http, url = api(ana), f"{V1}/notes/{begun(api, ana, kofis_visit).json()['id']}/"
    check = http.patch(url, {"subjective": "tingling", "treatments": [ROW]}, HTTP_IF_MATCH="*").json()["check"]
    assert check["verdict"] == "caution"
    assert check["max_pressure_by_region"]["foot:left"] == 2
    against = [reason for reason in check["reasons"] if reason["treatment"] == 0 and reason["level"] != "info"]
    assert any(reason["max_pressure"] == 2 and reason["regions"] == ["foot:left"] for reason in against)
    assert all(len(reason["source"]) > 20 for reason in check["reasons"])
    refused = http.post(f"{url}sign/")
    assert (refused.status_code, refused.json()["code"]) == (409, "reason_required")
    assert refused.json()["rows"][0]["treatment"] == 0
    explained = {**ROW, "override_reason": "heel tested, sensation intact"}
    http.patch(url, {"treatments": [explained]}, HTTP_IF_MATCH="*")
    done = http.post(f"{url}sign/").json()
    assert (done["status"], done["signed_by"], done["signer_credential"]) == ("signed", str(ana.pk), "LMT 60123")
    assert len(done["content_hash"]) == 64


def test_signing_says_why_not_in_one_code_and_lists_every_reason(api, ana, maria, neuro_45, now):
    visit = had_visit(maria, ana, neuro_45, hour=15)
    Appointment.objects.filter(pk=visit.pk).update(status="booked")
    url = f"{V1}/notes/{begun(api, ana, visit).json()['id']}/"
    refused = api(ana).post(f"{url}sign/").json()
    assert refused["code"] == "visit_not_started"
    assert [r["code"] for r in refused["refusals"]] == ["visit_not_started", "note_empty"]


def test_a_signed_note_refuses_change_and_takes_an_addendum(api, ana, ben, signed):
    http, url = api(ana), f"{V1}/notes/{signed.pk}/"
    for answer in (
        http.patch(url, {"plan": "x"}, HTTP_IF_MATCH=http.get(url)["ETag"]),
        http.patch(url, {"plan": "x"}),
        http.post(f"{url}sign/"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "note_signed")
    assert http.post(f"{url}addenda/", {"text": "Left, not right.", "reason": ""}).status_code == 400
    added = api(ben).post(f"{url}addenda/", {"text": "Left, not right.", "reason": "slip of the pen"})
    assert added.status_code == 201
    assert [row["author_name"] for row in http.get(url).json()["addenda"]] == ["Ben Baker"]


def test_an_addendum_to_a_draft_is_refused(api, ana, draft):
    answer = api(ana).post(f"{V1}/notes/{draft.pk}/addenda/", {"text": "more", "reason": "forgot"})
    assert (answer.status_code, answer.json()["code"]) == (409, "note_not_signed")


BAD_BODIES = [
    ({"treatments": [{**ROW, "region": "tail"}]}, "/treatments/0/region"),
    ({"treatments": [{**ROW, "side": "midline"}]}, "/treatments/0/side"),
    ({"treatments": [ROW, {**ROW, "technique": "hammer"}]}, "/treatments/1/technique"),
    ({"treatments": [{**ROW, "pressure": 6}]}, "/treatments/0/pressure"),
    ({"treatments": [{**ROW, "pressure": -1}]}, "/treatments/0/pressure"),
    ({"treatments": [{**ROW, "pressure": "firm"}]}, "/treatments/0/pressure"),
    ({"treatments": [{**ROW, "minutes": 0}]}, "/treatments/0/minutes"),
    ({"treatments": [{**ROW, "minutes": 10**30}]}, "/treatments/0/minutes"),
    ({"treatments": [{"region": "foot"}]}, "/treatments/0/side"),
    ({"treatments": {"0": ROW}}, "/treatments"),
    ({"treatments": [ROW] * 101}, "/treatments"),
    ({"treatments": [{**ROW, "response": "x" * 501}]}, "/treatments/0/response"),
    ({"treatments": [{**ROW, "minutes": 100}, {**ROW, "minutes": 100}]}, "/treatments"),
    ({"subjective": "x" * 20_001}, "/subjective"),
    ({"subjective": "nul \x00"}, "/subjective"),
    ({"subjective": ["a", "list"]}, "/subjective"),
    ({"visibility": "everybody"}, "/visibility"),
    ({"measurements": [{"measure": "happiness", "when": "before", "value": 1}]}, "/measurements/0/measure"),
    ({"measurements": [{"measure": "pain", "when": "during", "value": 1}]}, "/measurements/0/when"),
    ({"measurements": [{"measure": "pain", "when": "before", "value": 11}]}, "/measurements/0/value"),
    ({"measurements": [{"measure": "pain", "when": "before", "value": "NaN"}]}, "/measurements/0/value"),
    ({"measurements": [{"measure": "pain", "when": "before", "value": 1}] * 2}, "/measurements/1"),
]


@pytest.mark.parametrize("body, pointer", BAD_BODIES)
def test_a_body_that_cannot_be_understood_is_refused_with_a_pointer_and_changes_nothing(body, pointer, api, ana, draft):
    answer = api(ana).patch(f"{V1}/notes/{draft.pk}/", body, HTTP_IF_MATCH="*")
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == pointer
    draft.refresh_from_db()
    assert (draft.version, draft.subjective, draft.treatments.count()) == (1, "", 0)


def test_hostile_text_is_kept_as_typed(api, ana, draft):
    text = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 -- \u202e #set page(fill: red) \U0001f600"
    answer = api(ana).patch(f"{V1}/notes/{draft.pk}/", {"objective": text}, HTTP_IF_MATCH="*")
    assert answer.json()["objective"] == text


def test_a_visit_on_hold_or_cancelled_has_nothing_to_note(api, ana, visit):
    for status in ("held", "cancelled", "noshow"):
        Appointment.objects.filter(pk=visit.pk).update(status=status)
        answer = api(ana).post(f"{V1}/notes/", {"appointment": str(visit.pk)})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert not Note.objects.exists()


def test_the_notes_of_a_client_come_newest_first_and_each_look_is_written_down(api, ana, maria, neuro_45, now):
    older = sign(had_visit(maria, ana, neuro_45, days_ago=7), ana)
    newer = sign(had_visit(maria, ana, neuro_45), ana)
    before = AuditEntry.objects.filter(verb="note_read").count()
    rows = api(ana).get(f"{V1}/clients/{maria.pk}/notes/").json()
    assert [row["id"] for row in rows["results"]] == [str(newer.pk), str(older.pk)]
    assert rows["count"] == 2
    assert AuditEntry.objects.filter(verb="note_read").count() == before + 2
    api(ana).get(f"{V1}/notes/{newer.pk}/")
    entry = AuditEntry.objects.filter(verb="note_read").latest("id")
    assert (entry.actor, entry.subject_id, entry.client_id) == (ana, newer.pk, maria.pk)


def test_readings_over_time_carry_the_published_meaningful_change(api, ana, maria, neuro_45, now):
    for days, pain in ((14, (7, 5)), (7, (6, 5)), (0, (5, 2))):
        sign(had_visit(maria, ana, neuro_45, days_ago=days), ana, pain=pain)
    answer = api(ana).get(f"{V1}/clients/{maria.pk}/outcomes/?measure=pain").json()
    (pain,) = answer["results"]
    assert [(r["before"], r["after"], r["change"]) for r in pain["readings"]] == [(7, 5, -2), (6, 5, -1), (5, 2, -3)]
    assert pain["meaningful_change"]["value"] == 2
    assert api(ana).get(f"{V1}/clients/{maria.pk}/outcomes/?measure=luck").status_code == 400
    assert [row["measure"] for row in api(ana).get(f"{V1}/clients/{maria.pk}/outcomes/").json()["results"]] == ["pain"]


def test_a_note_kept_to_its_author_is_not_there_for_colleagues(api, ana, ben, maria, visit, draft):
    http, url = api(ana), f"{V1}/notes/{draft.pk}/"
    http.patch(
        url,
        {
            "subjective": "said in confidence",
            "visibility": "author",
            "measurements": [{"measure": "pain", "when": "before", "value": 9}],
        },
        HTTP_IF_MATCH="*",
    )
    colleague = api(ben)
    for method in (colleague.get, colleague.patch):
        assert method(url).status_code == 404
    assert colleague.post(f"{url}sign/").status_code == 404
    assert colleague.get(f"{V1}/clients/{maria.pk}/notes/").json()["count"] == 0
    assert colleague.get(f"{V1}/clients/{maria.pk}/outcomes/").json()["results"] == []
    again = colleague.post(f"{V1}/notes/", {"appointment": str(visit.pk)})
    assert (again.status_code, again.json()["code"]) == (409, "note_exists")
    assert b"confidence" not in again.content
    assert http.get(url).json()["subjective"] == "said in confidence"


def test_a_colleagues_draft_can_be_read_and_not_changed_or_signed(api, ben, draft):
    url = f"{V1}/notes/{draft.pk}/"
    assert api(ben).get(url).status_code == 200
    assert api(ben).patch(url, {"plan": "x"}, HTTP_IF_MATCH="*").status_code == 403
    assert api(ben).post(f"{url}sign/").status_code == 403


def routes(signed, summary, share, consent, maria, visit):
    return [
        ("post", "/notes/", {"appointment": str(visit.pk)}),
        ("get", f"/notes/{signed.pk}/", None),
        ("patch", f"/notes/{signed.pk}/", {"plan": "x"}),
        ("post", f"/notes/{signed.pk}/sign/", None),
        ("post", f"/notes/{signed.pk}/addenda/", {"text": "a", "reason": "b"}),
        ("get", f"/clients/{maria.pk}/notes/", None),
        ("get", f"/clients/{maria.pk}/outcomes/", None),
        (
            "post",
            f"/clients/{maria.pk}/summaries/",
            {"doctor": str(summary.doctor_id), "from": "2026-11-01", "to": "2026-11-23"},
        ),
        ("get", f"/summaries/{summary.pk}/", None),
        ("patch", f"/summaries/{summary.pk}/", {"plan": "x"}),
        ("post", f"/summaries/{summary.pk}/sign/", None),
        ("get", f"/summaries/{summary.pk}/pdf/", None),
        ("post", f"/summaries/{summary.pk}/shares/", {"doctor": str(summary.doctor_id), "consent": str(consent.pk)}),
        ("get", f"/shares/{share.share.pk}/", None),
        ("post", f"/shares/{share.share.pk}/revoke/", None),
        ("post", f"/consents/{consent.pk}/withdraw/", None),
    ]


def test_other_practices_find_nothing_and_desk_and_owner_are_told_their_role(
    api, signed, signed_summary, share, consent, maria, visit, desk, owner, lakeside_owner
):
    for method, path, body in routes(signed, signed_summary, share, consent, maria, visit):
        other = getattr(api(lakeside_owner), method)(V1 + path, body)
        assert other.status_code == (400 if path == "/notes/" else 404), path
        at_desk = getattr(api(desk), method)(V1 + path, body)
        assert (at_desk.status_code, at_desk.json()["code"]) == (403, "not_allowed"), path
        if not path.startswith("/consents/"):  # an owner answers for agreements, not for the record
            assert getattr(api(owner), method)(V1 + path, body).status_code == 403, path
        nobody = getattr(api(None), method)(V1 + path, body)
        assert nobody.status_code == 401, path
        for answer in (other, at_desk, nobody):
            assert b"Lindqvist" not in answer.content
            assert b"legs heavier" not in answer.content
    share.share.refresh_from_db()
    consent.refresh_from_db()
    assert (share.share.revoked_at, consent.withdrawn_at) == (None, None)


def test_a_summary_is_composed_edited_signed_and_printed(api, ana, maria, signed, neurologist):
    http = api(ana)
    made = http.post(
        f"{V1}/clients/{maria.pk}/summaries/",
        {
            "doctor": str(neurologist.pk),
            "from": "2026-11-01",
            "to": "2026-11-30",
            "sections": ["reason", "sessions", "questions"],
        },
    )
    assert made.status_code == 201, made.content
    body, url = made.json(), f"{V1}/summaries/{made.json()['id']}/"
    assert (body["status"], body["from"], body["to"]) == ("draft", "2026-11-01", "2026-11-30")
    assert body["letter"]["sessions"][0]["pressure"] == "2"
    assert body["letter"]["course"] == ""
    changed = http.patch(url, {"questions": "Is heat all right?"})
    assert changed.json()["letter"]["questions"] == "Is heat all right?"
    assert http.patch(url, {"questions": "late"}, HTTP_IF_MATCH='"1"').status_code == 412
    done = http.post(f"{url}sign/").json()
    assert done["status"] == "signed"
    assert done["letter"] == http.get(url).json()["letter"]
    for again in (http.post(f"{url}sign/"), http.patch(url, {"plan": "x"})):
        assert (again.status_code, again.json()["code"]) == (409, "summary_signed")
    pdf = http.get(f"{url}pdf/", HTTP_ACCEPT="application/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert (pdf["Content-Type"], pdf["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert pdf["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert AuditEntry.objects.filter(verb="summary_read", detail__what="letter", subject_id=body["id"]).count() == 1


def test_a_refused_letter_is_a_problem_whatever_was_accepted(api, lakeside_owner, signed_summary):
    answer = api(lakeside_owner).get(f"{V1}/summaries/{signed_summary.pk}/pdf/", HTTP_ACCEPT="application/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_a_summary_needs_a_doctor_of_ours_days_in_order_known_sections_and_signed_notes(
    api, ana, maria, lakeside, draft, neurologist
):
    http, url = api(ana), f"{V1}/clients/{maria.pk}/summaries/"
    good = {"doctor": str(neurologist.pk), "from": "2026-11-01", "to": "2026-11-30"}
    theirs = Doctor.objects.create(practice=lakeside, name="Dr Lake")
    for change, pointer in (
        ({"doctor": str(theirs.pk)}, "/doctor"),
        ({"doctor": "nobody"}, "/doctor"),
        ({"to": "2026-10-01"}, "/to"),
        ({"from": "30 Feb"}, "/from"),
        ({"sections": ["gossip"]}, "/sections"),
    ):
        refused = http.post(url, {**good, **change})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    empty = http.post(url, good)
    assert (empty.status_code, empty.json()["code"]) == (409, "no_signed_notes")


def test_a_share_is_told_once_watched_and_revoked(api, ana, signed_summary, neurologist, consent, client):
    http = api(ana)
    made = http.post(
        f"{V1}/summaries/{signed_summary.pk}/shares/",
        {"doctor": str(neurologist.pk), "consent": str(consent.pk), "expires_on": "2026-11-30"},
    )
    assert made.status_code == 201, made.content
    body = made.json()
    assert set(body) == {"id", "url", "code", "expires_at"}
    assert body["expires_at"] == "2026-12-01T00:00:00-05:00"
    assert http.get(f"{V1}/shares/{body['id']}/").json()["opened"] is False
    page = client.post(body["url"], {"code": body["code"]})
    assert page.status_code == 200
    seen = http.get(f"{V1}/shares/{body['id']}/").json()
    assert (seen["opened"], seen["times_opened"], seen["openings"][0]["by"]) == (True, 1, "Dr Adaeze Okafor")
    client.post(body["url"], {"code": body["code"], "what": "letter"})
    seen = http.get(f"{V1}/shares/{body['id']}/").json()
    assert (seen["times_opened"], seen["times_downloaded"]) == (1, 1)
    assert body["code"] not in str(seen)
    assert http.post(f"{V1}/shares/{body['id']}/revoke/").json()["state"] == "revoked"
    assert client.post(body["url"], {"code": body["code"]}).status_code == 404


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (None, "missing"),
        ({"withdrawn_at": "2026-11-20T00:00Z"}, "withdrawn"),
        ({"until": MONDAY - timedelta(days=1)}, "expired"),
        ({"sections": ["course"]}, "wider_sections"),
        ({"doctor": None}, "other_doctor"),
    ],
)
def test_without_a_fitting_consent_nothing_is_shared_and_the_reason_is_said(
    spoil, reason, api, ana, signed_summary, neurologist, consent
):
    if spoil:
        Consent.objects.filter(pk=consent.pk).update(**spoil)
    answer = api(ana).post(
        f"{V1}/summaries/{signed_summary.pk}/shares/",
        {"doctor": str(neurologist.pk), "consent": str(consent.pk) if spoil else None},
    )
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (409, "consent_missing", reason)
    assert not Share.objects.exists()


def test_consent_of_another_client_is_none_and_unknown_ids_are_pointed_at(
    api, ana, riverside, lakeside, signed_summary, neurologist
):
    other = make_client(riverside, "Otto Other")
    not_hers = Consent.objects.create(
        practice=riverside,
        client=other,
        doctor=neurologist,
        text_version="1",
        given_by="Otto",
        how="in person",
        given_on=MONDAY,
    )
    foreign = Consent.objects.create(
        practice=lakeside,
        client=make_client(lakeside, "Lou Lake"),
        text_version="1",
        given_by="Lou",
        how="in person",
        given_on=MONDAY,
    )
    another = Doctor.objects.create(practice=riverside, name="Dr Other")
    url, good = (
        f"{V1}/summaries/{signed_summary.pk}/shares/",
        {"doctor": str(neurologist.pk), "consent": str(not_hers.pk)},
    )
    answer = api(ana).post(url, good)
    assert (answer.status_code, answer.json()["reason"]) == (409, "missing")
    for change, pointer in (
        ({"consent": str(foreign.pk)}, "/consent"),
        ({"consent": "no id"}, "/consent"),
        ({"doctor": str(another.pk)}, "/doctor"),
        ({"expires_on": "2026-11-22"}, "/expires_on"),
        ({"expires_on": "2036-11-22"}, "/expires_on"),
    ):
        refused = api(ana).post(url, {**good, **change})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)


def test_a_draft_is_not_shared(api, ana, summary, neurologist, consent):
    answer = api(ana).post(
        f"{V1}/summaries/{summary.pk}/shares/", {"doctor": str(neurologist.pk), "consent": str(consent.pk)}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "summary_not_signed")


def test_withdrawing_consent_closes_what_was_shared_under_it(api, ana, share, consent, client):
    assert client.post(share.url, {"code": share.code}).status_code == 200
    assert api(ana).post(f"{V1}/consents/{consent.pk}/withdraw/").json()["withdrawn_at"] is not None
    assert client.post(share.url, {"code": share.code}).status_code == 404
    assert api(ana).get(f"{V1}/shares/{share.share.pk}/").json()["state"] == "revoked"


def test_the_doctors_address_in_the_answer_is_the_page_that_opens(share):
    token = share.url.rstrip("/").rsplit("/", 1)[1]
    assert share.url.endswith(reverse("notes:share_page", args=[token]))
