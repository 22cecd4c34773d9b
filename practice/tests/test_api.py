"""The API's frame: who is calling, one format for every error, keys that act once, and its own description."""

import pytest
from django.urls import get_resolver

from clients.models import Client
from conftest import token_for
from practice.models import ApiToken, Message, Room
from practice.tests.answers import is_problem

ROOT = "/api/v1/"


# --- who is calling ---


def test_me_says_who_calls_in_which_practice_as_what(api, ana):
    assert api(ana).get(f"{ROOT}me/").json() == {
        "id": str(ana.pk),
        "email": "ana@riverside.example",
        "name": "Ana Alves",
        "role": "therapist",
        "practice": {"id": str(ana.practice_id), "name": "Riverside Therapy", "time_zone": "America/New_York"},
    }


def test_a_token_that_is_wrong_revoked_or_of_somebody_gone_opens_nothing(api, ana, client):
    for header in ("Bearer nonsense", "Bearer ", "Basic YTpi", f"Token {token_for(ana)}"):
        is_problem(client.get(f"{ROOT}me/", headers={"Authorization": header}), 401, "not_authenticated")
    http = api(ana)
    ApiToken.objects.update(revoked_at="2026-01-01T00:00Z")
    is_problem(http.get(f"{ROOT}me/"), 401, "not_authenticated")
    http = api(ana)
    ana.is_active = False
    ana.save()
    answer = http.get(f"{ROOT}me/")
    is_problem(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_signed_in_page_may_call_too_but_only_with_its_csrf_token(page, ana, db):
    from django.test import Client as Browser

    assert page(ana).get(f"{ROOT}me/").json()["email"] == "ana@riverside.example"
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(ana.user)
    answer = strict.post(f"{ROOT}clients/", {"name": "x", "phone": "5550101"}, content_type="application/json")
    is_problem(answer, 403, "not_allowed")
    assert not Client.objects.exists()


# --- what there is ---


def test_lists_hold_what_is_active_in_ones_own_practice(api, ana, ben, desk, room, garden, neuro_45, lakeside_owner):
    Room.objects.filter(pk=garden.pk).update(is_active=False)
    assert [t["name"] for t in api(desk).get(f"{ROOT}therapists/").json()["results"]] == ["Ana Alves", "Ben Baker"]
    assert [r["name"] for r in api(desk).get(f"{ROOT}rooms/").json()["results"]] == ["River room"]
    [service] = api(desk).get(f"{ROOT}services/").json()["results"]
    assert (service["minutes"], service["buffer_before"], service["buffer_after"]) == (45, 0, 15)
    theirs = api(lakeside_owner)
    assert [t["name"] for t in theirs.get(f"{ROOT}therapists/").json()["results"]] == ["Lena Lake"]
    assert theirs.get(f"{ROOT}rooms/").json()["count"] == theirs.get(f"{ROOT}services/").json()["count"] == 0


def test_techniques_are_whole_with_their_definitions_and_sources(api, desk):
    body = api(desk).get(f"{ROOT}techniques/").json()
    assert body["count"] == len(body["results"]) > 20 and body["next"] is None
    assert all(t["code"] and t["name"] and t["definition"] and t["source"] for t in body["results"])


def test_messages_are_filtered_and_a_filter_that_is_none_is_refused(api, desk, riverside, lakeside_owner, now):
    for n, state in enumerate(("waiting", "cancelled")):
        Message.objects.create(
            practice=riverside,
            kind="reminder",
            to_address="x@x.example",
            subject_id=desk.pk,
            due_at=now,
            state=state,
            why="why",
            client_id=desk.pk,
            start_version=str(n),
        )
    http = api(desk)
    assert http.get(f"{ROOT}messages/", {"client": desk.pk}).json()["count"] == 2
    [cancelled] = http.get(f"{ROOT}messages/", {"state": "cancelled"}).json()["results"]
    assert {"kind", "channel", "due_at", "state", "sent_at", "why"} <= cancelled.keys() and cancelled[
        "due_at"
    ].endswith("-05:00")
    assert http.get(f"{ROOT}messages/", {"client": riverside.pk}).json()["results"] == []
    assert api(lakeside_owner).get(f"{ROOT}messages/").json()["count"] == 0
    body = is_problem(http.get(f"{ROOT}messages/", {"client": "nobody"}), 400, "invalid")
    assert body["errors"][0]["pointer"] == "/client"


# --- one format for every error ---


def test_every_kind_of_refusal_is_a_problem(api, desk, maria):
    http = api(desk)
    is_problem(http.get(f"{ROOT}clients/01890000-0000-7000-8000-000000000000/"), 404, "not_found")
    is_problem(http.get(f"{ROOT}clients/{maria.pk}/findings/"), 403, "not_allowed")
    is_problem(http.delete(f"{ROOT}clients/{maria.pk}/"), 405, "method_not_allowed")
    is_problem(http.post(f"{ROOT}clients/", "name=Rosa", content_type="text/plain"), 415, "unsupported_media_type")
    is_problem(http.get(f"{ROOT}me/", headers={"Accept": "text/html"}), 406, "not_acceptable")
    body = is_problem(http.post(f"{ROOT}clients/", {"preferences": {"windows": [["10:00"]]}}), 400, "invalid")
    assert {e["pointer"] for e in body["errors"]} == {"/name", "/preferences/windows/0"}


def test_a_fault_of_ours_is_a_problem_too_and_says_nothing_of_its_cause(api, ana, page, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("of the inside")

    monkeypatch.setattr("practice.api_views.MeSerializer.to_representation", broken)
    for http in (api(ana), page(ana)):
        http.raise_request_exception = False
        answer = http.get(f"{ROOT}me/")
        is_problem(answer, 500, "server_fault")
        assert b"inside" not in answer.content and answer["X-Request-ID"]


# --- keys that act once ---

ROSA = {"name": "Rosa Vega", "phone": "206 555 0101"}


def test_the_same_key_and_body_act_once_and_get_the_first_answer_again(api, desk, db):
    http = api(desk)
    first = http.post(f"{ROOT}clients/", ROSA, headers={"Idempotency-Key": "k1"})
    again = http.post(f"{ROOT}clients/", ROSA, headers={"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert again["Idempotent-Replay"] == "true" and Client.objects.count() == 1
    is_problem(
        http.post(f"{ROOT}clients/", ROSA | {"name": "Rita"}, headers={"Idempotency-Key": "k1"}),
        422,
        "idempotency_key_reused",
    )
    assert http.post(f"{ROOT}clients/", ROSA, headers={"Idempotency-Key": "k2"}).status_code == 201


def test_a_refusal_is_answered_again_too_and_another_members_key_is_their_own(api, desk, ana, db):
    http = api(desk)
    for _ in range(2):
        is_problem(http.post(f"{ROOT}clients/", {}, headers={"Idempotency-Key": "k"}), 400, "invalid")
    assert api(ana).post(f"{ROOT}clients/", ROSA, headers={"Idempotency-Key": "k"}).status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "a\tb"])
def test_a_key_that_is_no_key_is_refused(api, desk, key, db):
    is_problem(api(desk).post(f"{ROOT}clients/", ROSA, headers={"Idempotency-Key": key}), 400, "invalid")
    assert not Client.objects.exists()


# --- its own description ---


@pytest.fixture(scope="module")
def schema():
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.validation import validate_schema

    made = SchemaGenerator().get_schema(request=None, public=True)
    validate_schema(made)
    return made


def operations(schema):
    return [(path, verb, operation) for path, verbs in schema["paths"].items() for verb, operation in verbs.items()]


def test_every_call_is_described_with_what_it_answers_and_how_it_refuses(schema):
    described = operations(schema)
    assert len(described) > 20
    for path, verb, operation in described:
        assert "application/problem+json" in operation["responses"]["default"]["content"], (path, verb)
        assert {"token": []} in operation["security"], (path, verb)
        assert any(status.startswith("2") for status in operation["responses"]), (path, verb)


def test_every_address_of_the_api_is_described(schema):
    known = {path.replace("{", "<").replace("}", ">") for path in schema["paths"]}
    for pattern in get_resolver().url_patterns:
        if str(pattern.pattern) != "api/v1/" or not hasattr(pattern, "url_patterns"):
            continue
        for route in pattern.url_patterns:
            plain = (
                f"/api/v1/{route.pattern}".replace("<uuid:", "<")
                .replace("<str:", "<")
                .replace("<slug:", "<")
                .replace("<pk>", "<id>")
            )
            assert plain in known, plain


def test_lists_are_described_as_pages_and_posts_may_carry_a_key(schema):
    rooms = schema["paths"]["/api/v1/rooms/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"][
        "$ref"
    ]
    page = schema["components"]["schemas"][rooms.rsplit("/", 1)[1]]
    assert page["properties"].keys() == {"count", "next", "previous", "results"}
    for path, verb, operation in operations(schema):
        named = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in named) == (verb == "post"), (path, verb)


def test_schema_and_docs_are_served_to_anybody_and_need_no_other_host(client, db):
    assert b"openapi: 3" in client.get(f"{ROOT}schema/").content
    docs = client.get(f"{ROOT}docs/")
    assert docs.status_code == 200
    assert b"https://" not in docs.content.replace(b"https://github.com", b"")
