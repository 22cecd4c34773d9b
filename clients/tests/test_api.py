"""Clients over HTTP: shapes, what is refused and in which words, and who may see what."""


import pytest

from clients.models import Client
from practice.models import AuditEntry
from practice.tests.answers import is_problem, pointers

ROOT = "/api/v1/"


# --- catalogues ---


@pytest.mark.parametrize("catalogue", ["conditions", "findings", "regions"])
def test_a_catalogue_is_one_whole_page_of_codes_with_names_and_sources(api, desk, catalogue):
    body = api(desk).get(f"{ROOT}{catalogue}/").json()
    assert body["count"] == len(body["results"]) > 15
    assert body["next"] is body["previous"] is None
    assert all({"code", "name", "source"} <= entry.keys() for entry in body["results"])


def test_conditions_carry_their_codes_and_regions_their_sides(api, ana):
    conditions = {c["code"]: c for c in api(ana).get(f"{ROOT}conditions/").json()["results"]}
    assert conditions["ms-relapsing-remitting"]["icd10"] and conditions["ms-relapsing-remitting"]["snomed"]
    assert all(c["source"] for c in conditions.values())
    regions = {r["code"]: r for r in api(ana).get(f"{ROOT}regions/").json()["results"]}
    assert regions["foot"]["sides"] == ["left", "right", "both"]


# --- the profile ---

WHOLE = {
    "name": "Nadia Haddad",
    "preferred_name": "Nadi",
    "email": "nadia@clients.example",
    "phone": "+1 206 555 0144",
    "birth_date": "1980-02-29",
    "time_zone": "Europe/Berlin",
    "language": "de",
    "channels": ["email", "sms"],
    "reminder_consent": {"given_on": "2026-01-05", "source": "on paper"},
    "preferences": {
        "weekdays": [0, 3],
        "windows": [["10:00", "12:00"]],
        "minutes": 45,
        "mobility": "walks with a stick",
        "transfer": "one person helps",
        "room_temperature": "cool",
        "declined_areas": ["belly"],
    },
    "heat_sensitive": True,
    "cold_sensitive": False,
}


def test_a_client_needs_a_name_and_one_contact_and_nothing_else(api, desk, now):
    answer = api(desk).post(f"{ROOT}clients/", {"name": "Rosa Vega", "phone": "206 555 0101"})
    assert answer.status_code == 201
    client = Client.objects.get(pk=answer.json()["id"])
    assert (client.name, client.phone, client.practice) == ("Rosa Vega", "206 555 0101", desk.practice)
    assert answer.json()["reminder_consent"] is None
    body = is_problem(api(desk).post(f"{ROOT}clients/", {"name": "Rosa Vega"}), 400, "invalid")
    assert "e-mail address or a phone number" in body["detail"]
    assert pointers(api(desk).post(f"{ROOT}clients/", {"email": "x@clients.example"})) == ["/name"]
    assert Client.objects.count() == 1


def test_a_whole_profile_comes_back_as_it_was_sent(api, ana, now):
    sent = WHOLE | {"preferences": WHOLE["preferences"] | {"therapists": [str(ana.pk)]}}
    made = api(ana).post(f"{ROOT}clients/", sent)
    assert made.status_code == 201, made.json()
    read = api(ana).get(f"{ROOT}clients/{made.json()['id']}/").json()
    assert {key: read[key] for key in sent} == sent


def test_a_change_touches_only_what_is_given_and_moves_the_etag_on(api, ana, maria, now):
    before = api(ana).get(f"{ROOT}clients/{maria.pk}/")
    answer = api(ana).patch(f"{ROOT}clients/{maria.pk}/", {"phone": "206 555 0102"})
    assert answer.json() == before.json() | {"phone": "206 555 0102"}
    assert answer["ETag"] != before["ETag"]
    entry = AuditEntry.objects.get(verb="client_changed")
    assert entry.detail == {"fields": ["phone"]} and entry.client_id == maria.pk


def test_a_change_to_what_somebody_else_changed_meanwhile_is_stale(api, ana, ben, maria, now):
    read = api(ana).get(f"{ROOT}clients/{maria.pk}/")["ETag"]
    assert (
        api(ben).patch(f"{ROOT}clients/{maria.pk}/", {"phone": "206 555 0102"}, headers={"If-Match": read}).status_code
        == 200
    )
    answer = api(ana).patch(f"{ROOT}clients/{maria.pk}/", {"phone": "206 555 0103"}, headers={"If-Match": read})
    is_problem(answer, 412, "stale")
    maria.refresh_from_db()
    assert maria.phone == "206 555 0102"
    now_read = api(ana).get(f"{ROOT}clients/{maria.pk}/")["ETag"]
    assert (
        api(ana)
        .patch(f"{ROOT}clients/{maria.pk}/", {"phone": "206 555 0103"}, headers={"If-Match": now_read})
        .status_code
        == 200
    )


@pytest.mark.parametrize(
    "sent, pointer, word",
    [
        ({"preferences": {"colour": "blue"}}, "/preferences/colour", "no such preference"),
        ({"preferences": {"weekdays": [7]}}, "/preferences/weekdays/0", ""),
        ({"preferences": {"weekdays": "monday"}}, "/preferences/weekdays", ""),
        ({"preferences": {"windows": [["12:00", "10:00"]]}}, "/preferences/windows/0", "ends before it begins"),
        ({"preferences": {"windows": [["noon", "14:00"]]}}, "/preferences/windows/0/0", ""),
        ({"preferences": {"minutes": 4}}, "/preferences/minutes", ""),
        (
            {"preferences": {"therapists": ["01890000-0000-7000-8000-000000000000"]}},
            "/preferences/therapists/0",
            "No therapist",
        ),
        ({"preferences": []}, "/preferences", ""),
        ({"time_zone": "Mars/Olympus"}, "/time_zone", "not a time zone"),
        ({"language": "Deutsch!"}, "/language", "code such as"),
        ({"channels": ["pigeon"]}, "/channels/0", "email, sms"),
        ({"birth_date": "2031-01-01"}, "/birth_date", "Check the year"),
        ({"birth_date": "1700-01-01"}, "/birth_date", "Check the year"),
        ({"email": "not an address"}, "/email", ""),
        ({"phone": "call me"}, "/phone", "in digits"),
        (
            {"reminder_consent": {"given_on": "2026-12-24", "source": "by phone"}},
            "/reminder_consent/given_on",
            "still to come",
        ),
        ({"reminder_consent": {"given_on": "2026-01-01"}}, "/reminder_consent/source", ""),
        ({"email": "", "phone": ""}, "/email", "so that they can be reached"),
        ({"name": "  \t "}, "/name", ""),
        ({"name": "x" * 121}, "/name", "120"),
        ({"name": None}, "/name", ""),
        ({"name": "\u200b"}, "/name", "Write their name"),
    ],
)
def test_what_a_profile_cannot_hold_is_refused_with_a_pointer_and_nothing_changes(
    api, ana, maria, now, sent, pointer, word
):
    answer = api(ana).patch(f"{ROOT}clients/{maria.pk}/", sent)
    body = is_problem(answer, 400, "invalid")
    assert pointers(answer) == [pointer]
    assert word in body["detail"]
    assert Client.objects.get(pk=maria.pk).version == 1


def test_the_front_desk_neither_sees_nor_sets_how_a_body_takes_heat(api, desk, ana, maria, now):
    shown = api(desk).get(f"{ROOT}clients/{maria.pk}/").json()
    assert not {"heat_sensitive", "cold_sensitive"} & shown.keys()
    assert {"heat_sensitive", "cold_sensitive"} <= api(ana).get(f"{ROOT}clients/{maria.pk}/").json().keys()
    is_problem(api(desk).patch(f"{ROOT}clients/{maria.pk}/", {"heat_sensitive": False}), 403, "not_allowed")
    is_problem(api(desk).post(f"{ROOT}clients/", WHOLE), 403, "not_allowed")
    assert Client.objects.count() == 1


def test_clients_are_found_by_part_of_a_name_a_phone_or_an_email_and_archived_ones_are_not(
    api, desk, maria, joao, kofi, now
):
    kofi.phone, kofi.archived_at = "+1 (206) 555-0199", None
    kofi.save()
    joao.archived_at = now
    joao.save()

    def found(query):
        return [c["name"] for c in api(desk).get(f"{ROOT}clients/", {"q": query}).json()["results"]]

    assert found("lind") == ["Maria Lindqvist"] == found("mar lin") == found("MARIA@clients")
    assert found("5550199") == ["Kofi Mensah"] == found("206 555 01") == found("+1 206-555")
    assert found("clients.ex") == [] == found("joao") == found("%") == found("_")
    assert found("lin\x00") == ["Maria Lindqvist"] == found("x" * 5000 + "") + ["Maria Lindqvist"]
    assert found("") == ["Kofi Mensah", "Maria Lindqvist"]


def test_a_list_of_clients_comes_in_pages(api, desk, maria, kofi, joao, now):
    first = api(desk).get(f"{ROOT}clients/", {"page_size": 2}).json()
    assert first["count"] == 3 and len(first["results"]) == 2 and first["previous"] is None
    rest = api(desk).get(first["next"]).json()
    assert len(rest["results"]) == 1 and rest["next"] is None
    is_problem(api(desk).get(f"{ROOT}clients/", {"page": 9}), 404, "not_found")


def test_reading_one_client_is_written_down_with_who_read(api, ana, maria, now):
    api(ana).get(f"{ROOT}clients/{maria.pk}/")
    entry = AuditEntry.objects.get(verb="client_read")
    assert (entry.actor, entry.subject_id, entry.client_id) == (ana, maria.pk, maria.pk)


# --- hostile text ---


def test_hostile_text_is_refused_or_kept_as_the_words_it_is(api, ana, now):
    def post(**fields):
        return api(ana).post(f"{ROOT}clients/", {"name": "Rosa", "phone": "206 555 0101"} | fields)

    is_problem(post(name="a\x00b"), 400, "invalid")
    is_problem(post(name="x" * 2**20), 400, "invalid")
    html = post(name="<script>alert(1)</script>")
    assert html.json()["name"] == "<script>alert(1)</script>"
    turned = post(name="Rosa\u202egnp.exe\r\nBcc: all@example.org", preferred_name="روزا")
    assert turned.json()["name"] == "Rosagnp.exe Bcc: all@example.org"
    assert turned.json()["preferred_name"] == "روزا"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b'"maria"',
        b"{",
        b"\xff\xfe",
        b'{"name": NaN}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": "\\ud800", "phone": "5550101"}',
        b'{"name": "R", "phone": "5550101", "preferences": {"\\ud800": 1}}',
        b'{"name": "R", "phone": "5550101", "channels": ["\\ud800"]}',
    ],
)
def test_a_body_that_is_no_object_is_a_problem_and_never_a_crash(api, ana, raw, now):
    is_problem(api(ana).post(f"{ROOT}clients/", raw, content_type="application/json"), 400, "invalid")


def test_more_than_two_megabytes_are_not_read(api, ana, now):
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = api(ana).post(f"{ROOT}clients/", {"name": "x" * (2**21 + 1)}, headers=headers)
        assert answer.status_code == 413 and answer.json()["code"] == "too_long"
