"""Conditions, findings, clearances and cautions over HTTP."""

import pytest

from clients.models import Clearance, ClientCondition, Finding
from practice.models import AuditEntry
from practice.tests.answers import is_problem, pointers

ROOT = "/api/v1/"


@pytest.fixture
def at_kofi(api, ana, kofi, now):
    """Call below `clients/{kofi}/` as Ana."""
    http = api(ana)

    def call(method, address, body=None):
        return getattr(http, method)(f"{ROOT}clients/{kofi.pk}/{address}", body)

    return call


# --- conditions ---


def test_a_condition_is_recorded_ended_and_listed(at_kofi, kofi):
    made = at_kofi("post", "conditions/", {"condition": "migraine", "since": "2019-05-01", "diagnosed_by": "Dr Bell"})
    assert made.status_code == 201
    assert made.json()["name"] == "Migraine"
    ended = at_kofi("patch", f"conditions/{made.json()['id']}/", {"ended_on": "2026-10-01"})
    assert ended.json() == made.json() | {"ended_on": "2026-10-01"}
    assert at_kofi("get", "conditions/").json()["count"] == 2
    assert AuditEntry.objects.filter(
        verb="condition_changed", detail={"fields": ["ended_on"]}, client_id=kofi.pk
    ).exists()


@pytest.mark.parametrize(
    "sent, pointer, word",
    [
        ({"condition": "grumpiness"}, "/condition", "conditions/"),
        ({"condition": "migraine", "since": "2026-11-24"}, "/since", "still to come"),
        ({"condition": "migraine", "since": "2020-01-02", "ended_on": "2020-01-01"}, "/ended_on", "before that"),
        ({"condition": "migraine", "since": "last year"}, "/since", ""),
        ({}, "/condition", ""),
    ],
)
def test_a_condition_that_cannot_be_is_refused(at_kofi, sent, pointer, word):
    answer = at_kofi("post", "conditions/", sent)
    assert word in is_problem(answer, 400, "invalid")["detail"]
    assert pointers(answer) == [pointer]
    assert ClientCondition.objects.count() == 1


def test_a_correction_is_checked_against_what_stands(at_kofi, kofi):
    condition = kofi.conditions.get()  # since 1 May 2011
    assert pointers(at_kofi("patch", f"conditions/{condition.pk}/", {"ended_on": "2011-04-30"})) == ["/ended_on"]
    condition.refresh_from_db()
    assert condition.ended_on is None


# --- findings ---

NUMB_HAND = {
    "finding": "reduced-sensation",
    "regions": [{"region": "hand", "side": "left"}],
    "began_on": "2026-11-01",
    "ended_on": None,
    "detail": "since the summer",
}


def test_a_finding_keeps_its_places_and_a_correction_replaces_them_whole(at_kofi):
    made = at_kofi("post", "findings/", NUMB_HAND)
    assert made.status_code == 201, made.json()
    assert {key: made.json()[key] for key in NUMB_HAND} == NUMB_HAND
    other = [{"region": "foot", "side": "right"}, {"region": "sacrum", "side": "midline"}]
    changed = at_kofi("patch", f"findings/{made.json()['id']}/", {"regions": other})
    assert changed.json() == made.json() | {"regions": other}
    entry = AuditEntry.objects.get(verb="finding_changed")
    assert entry.detail == {"fields": ["places"]}


def test_an_ended_finding_limits_nothing_any_more(at_kofi, kofi):
    treatment = {"technique": "effleurage", "region": "foot", "side": "left", "pressure": 3}
    assert at_kofi("post", "cautions/", {"treatments": [treatment]}).json()["verdict"] == "caution"
    finding = kofi.findings.get()
    at_kofi("patch", f"findings/{finding.pk}/", {"ended_on": "2026-11-22"})
    caps = at_kofi("post", "cautions/", {"treatments": [treatment]}).json()["reasons"]
    assert not [r for r in caps if r["rule"].startswith("reduced-sensation")]


@pytest.mark.parametrize(
    "sent, pointer, word",
    [
        ({"finding": "bad mood"}, "/finding", "findings/"),
        ({"regions": [{"region": "tail", "side": "left"}]}, "/regions/0/region", "regions/"),
        (
            {"regions": [{"region": "foot", "side": "left"}, {"region": "foot", "side": "midline"}]},
            "/regions/1/side",
            "left or right or both",
        ),
        ({"regions": [{"region": "foot", "side": "upper"}]}, "/regions/0/side", "left, right, both, midline"),
        ({"regions": [{"region": "foot"}]}, "/regions/0/side", ""),
        ({"regions": "foot"}, "/regions", ""),
        ({"began_on": "2026-11-24"}, "/began_on", "still to come"),
        ({"ended_on": "2026-10-31"}, "/ended_on", "before that"),
        ({"detail": "x" * 501}, "/detail", ""),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_finding_that_cannot_be_is_refused_when_new_and_when_corrected(at_kofi, kofi, method, sent, pointer, word):
    finding = kofi.findings.get()
    if method == "post":
        answer = at_kofi("post", "findings/", NUMB_HAND | sent)
    else:
        answer = at_kofi("patch", f"findings/{finding.pk}/", {"began_on": "2026-11-01"} | sent)
    assert word in is_problem(answer, 400, "invalid")["detail"]
    assert pointers(answer) == [pointer]
    assert Finding.objects.get().began_on == finding.began_on


def test_one_place_cannot_feel_nothing_and_too_much_at_once(at_kofi):
    both_feet = [{"region": "foot", "side": "both"}]
    left, right = ([{"region": "foot", "side": side}] for side in ("left", "right"))
    absent = {"finding": "absent-sensation", "regions": left, "began_on": "2026-01-01"}
    sore = {"finding": "hypersensitive", "began_on": "2026-02-01"}
    made = at_kofi("post", "findings/", absent)
    assert made.status_code == 201
    body = is_problem(at_kofi("post", "findings/", sore | {"regions": both_feet}), 409, "contradictory_findings")
    assert "left foot" in body["detail"] and "Absent sensation" in body["detail"]
    other = at_kofi("post", "findings/", sore | {"regions": right})
    assert other.status_code == 201
    answer = at_kofi("patch", f"findings/{other.json()['id']}/", {"regions": left})
    is_problem(answer, 409, "contradictory_findings")
    at_kofi("patch", f"findings/{made.json()['id']}/", {"ended_on": "2026-01-31"})  # one ended before the other began
    assert at_kofi("patch", f"findings/{other.json()['id']}/", {"regions": left}).status_code == 200


# --- clearances ---


@pytest.fixture
def pregnant(at_kofi, kofi):
    return Finding.objects.create(practice=kofi.practice, client=kofi, finding="pregnancy")


def grant(neurologist, **fields):
    return {
        "doctor": str(neurologist.pk),
        "for": "pregnancy",
        "state": "granted",
        "max_pressure": 3,
        "excluded_techniques": ["deep-tissue"],
        "regions": [{"region": "back", "side": "both"}],
        "minutes": 45,
        "expires_on": "2027-01-31",
    } | fields


BACK = {"technique": "effleurage", "region": "back", "side": "left", "pressure": 2}


def test_a_doctors_word_is_kept_as_it_was_given_and_lifts_what_waited_for_it(at_kofi, neurologist, pregnant):
    assert at_kofi("post", "cautions/", {"treatments": [BACK]}).json()["verdict"] == "clearance"
    sent = grant(neurologist)
    made = at_kofi("post", "clearances/", sent)
    assert made.status_code == 201, made.json()
    assert {key: made.json()[key] for key in sent} == sent
    assert at_kofi("post", "cautions/", {"treatments": [BACK]}).json()["verdict"] != "clearance"
    assert at_kofi("get", "clearances/").json()["results"] == [made.json()]


def test_a_doctors_newest_word_replaces_the_last(at_kofi, neurologist, pregnant):
    at_kofi("post", "clearances/", grant(neurologist, max_pressure=1))
    at_kofi("post", "clearances/", grant(neurologist, max_pressure=3))
    caps = at_kofi("post", "cautions/", {"treatments": [BACK]}).json()["max_pressure_by_region"]
    assert caps["back:left"] == 3
    at_kofi("post", "clearances/", grant(neurologist, state="refused"))
    answer = at_kofi("post", "cautions/", {"treatments": [BACK]}).json()
    assert answer["verdict"] == "clearance"
    assert any("not yet" in reason["text"] for reason in answer["reasons"])


@pytest.mark.parametrize(
    "sent, pointer",
    [
        ({"for": "good luck"}, "/for"),
        ({"state": "received"}, "/state"),
        ({"max_pressure": 6}, "/max_pressure"),
        ({"excluded_techniques": ["effleurage", "hammer"]}, "/excluded_techniques/1"),
        ({"regions": [{"region": "toes", "side": "midline"}]}, "/regions/0/side"),
        ({"minutes": 0}, "/minutes"),
        ({"doctor": "nobody"}, "/doctor"),
    ],
)
def test_a_clearance_that_cannot_be_is_refused(at_kofi, neurologist, sent, pointer):
    answer = at_kofi("post", "clearances/", grant(neurologist, **sent))
    is_problem(answer, 400, "invalid")
    assert pointers(answer) == [pointer]
    assert not Clearance.objects.exists()


# --- cautions ---


def test_pressure_four_on_a_numb_foot_is_a_caution_with_its_cap_and_its_source(at_kofi):
    answer = at_kofi(
        "post",
        "cautions/",
        {
            "on": "2026-11-24",
            "minutes": 45,
            "treatments": [
                {
                    "technique": "deep-tissue",
                    "region": "foot",
                    "side": "left",
                    "pressure": 4,
                    "temperature": "hot",
                    "position": "prone",
                    "lubricant": "almond oil",
                }
            ],
        },
    ).json()
    assert answer.keys() == {"verdict", "max_pressure_by_region", "reasons"}
    assert answer["verdict"] == "caution"
    assert answer["max_pressure_by_region"]["foot:left"] == 2
    about_pressure = next(r for r in answer["reasons"] if r["rule"] == "reduced-sensation")
    assert about_pressure.keys() == {"rule", "level", "text", "regions", "max_pressure", "techniques", "source"}
    assert about_pressure["regions"] == ["foot:left"] and about_pressure["techniques"] == ["deep-tissue"]
    assert all(len(r["source"]) > 20 for r in answer["reasons"])


def test_a_question_without_treatments_answers_what_limits_any_work(at_kofi):
    answer = at_kofi("post", "cautions/", {}).json()
    assert answer["max_pressure_by_region"] | {"foot:left": 2, "foot:right": 2} == answer["max_pressure_by_region"]


@pytest.mark.parametrize(
    "sent, pointer",
    [
        ({"region": "tail"}, "/treatments/0/region"),
        ({"side": "upper"}, "/treatments/0/side"),
        ({"side": "midline"}, "/treatments/0/side"),
        ({"technique": "hammering"}, "/treatments/0/technique"),
        ({"pressure": 6}, "/treatments/0/pressure"),
        ({"pressure": "firm"}, "/treatments/0/pressure"),
        ({"temperature": "boiling"}, "/treatments/0/temperature"),
        ({"position": "upside-down"}, "/treatments/0/position"),
        ({"region": None}, "/treatments/0/region"),
    ],
)
def test_what_the_body_map_does_not_know_is_refused_with_a_pointer(at_kofi, sent, pointer):
    treatment = {"technique": "effleurage", "region": "foot", "side": "left", "pressure": 2} | sent
    answer = at_kofi("post", "cautions/", {"treatments": [treatment]})
    is_problem(answer, 400, "invalid")
    assert pointers(answer) == [pointer]
    assert pointers(at_kofi("post", "cautions/", {"on": "soon"})) == ["/on"]


def test_what_a_condition_or_finding_is_can_be_corrected_too(api, ana, kofi, now):
    condition, finding = kofi.conditions.get(), kofi.findings.get()
    base = f"/api/v1/clients/{kofi.pk}"
    named = api(ana).patch(f"{base}/conditions/{condition.pk}/", {"condition": "migraine"}, format="json")
    found = api(ana).patch(f"{base}/findings/{finding.pk}/", {"finding": "absent-sensation"}, format="json")
    condition.refresh_from_db()
    finding.refresh_from_db()
    assert (named.status_code, condition.condition, found.status_code, finding.finding) == (
        200, "migraine", 200, "absent-sensation")
    assert list(finding.places.values_list("region", "side")) == [("foot", "both")]
