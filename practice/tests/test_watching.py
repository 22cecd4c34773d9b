"""The log, the numbers and /healthz: they say what runs how, and never who or what it is about."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from conftest import make_practice, token_for
from practice.checks import settings_make_sense
from practice.models import Message
from practice.tests.logged import logged
from practice.watching import facts, lines

V1 = "/api/v1/"


@pytest.fixture
def told(settings):
    settings.LOG_REQUESTS = True
    with logged() as lines_of:
        yield lines_of


def test_a_request_is_one_line_with_its_id_route_status_member_and_time(told, ana, maria, api, client):
    http = api(ana)
    answer = http.get(f"{V1}clients/{maria.pk}/", headers={"X-Request-ID": "from-the-proxy.1"})
    assert answer["X-Request-ID"] == "from-the-proxy.1"
    [line] = told()
    assert line.pop("ms") > 0 and line.pop("at")
    assert line == {"level": "INFO", "logger": "practice.requests", "message": "request", "method": "GET",
                    "route": "api/v1/clients/<uuid:pk>/", "status": 200, "member": str(ana.pk),
                    "request_id": "from-the-proxy.1"}
    forged = client.get("/s/some-secret-token/", headers={"X-Request-ID": 'x" \n evil'})
    assert len(forged["X-Request-ID"]) == 32
    assert told()[-1]["route"] == "s/<str:token>/" and "member" not in told()[-1]


def test_a_fault_is_told_without_address_token_or_values(told, ana, maria, page, monkeypatch):
    from practice import token_views

    def broken(request):
        raise IntegrityError("\n".join(("duplicate key violates a rule", f"DETAIL:  Key (email)=({maria.email}) exists.")))

    monkeypatch.setattr(token_views.tokens, "tokens_of", broken)
    browser = page(ana)
    browser.raise_request_exception = False
    assert browser.get("/practice/tokens/?q=a-query-nobody-may-log").status_code == 500
    said = json.dumps(told())
    assert "violates a rule" in said and "answered 500: practice/tokens/" in said
    assert maria.email not in said and "nobody-may-log" not in said


def test_numbers_are_for_whoever_has_the_token_and_there_are_none_without_one(client, settings, ana, api, now):
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "m" * 24
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {token_for(ana)}"}):
        assert client.get("/metrics", headers=header).status_code == 401
    Message.objects.create(practice=ana.practice, kind="reminder", to_address="x@x.example", subject_id=ana.pk,
                           due_at=timezone.now() - timedelta(seconds=90))
    facts.BACKUP_AGE.append(lambda: 3600.0)
    try:
        api(ana).get(f"{V1}me/")
        said = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()
    finally:
        facts.BACKUP_AGE.pop()
    assert 'evenhand_requests_total{method="GET",route="api/v1/me/",status="200"}' in said
    assert 'evenhand_request_seconds_bucket{le="0.1",method="GET",route="api/v1/me/"}' in said
    for line in ("evenhand_outbox_due 1.0", "evenhand_outbox_oldest_due_seconds 90.0", "evenhand_backup_age_seconds 3600.0",
                 "evenhand_database_up 1.0", "evenhand_migrations_pending 0.0"):
        assert line in said


def test_health_names_what_is_wrong_and_what_only_needs_somebody(client, settings, ana, now, monkeypatch):
    well = client.get("/healthz")
    assert well.status_code == 200
    assert {"migrations_pending", "outbox_oldest_due_seconds", "tzdata", "disk_free_mb", "backup_age_hours", "warnings"} <= well.json().keys()
    monkeypatch.setattr(facts, "BACKUP_AGE", [lambda: 40 * 3600.0])
    row = Message.objects.create(practice=ana.practice, kind="reminder", to_address="x@x.example", subject_id=ana.pk, attempts=2,
                                 due_at=timezone.now() - timedelta(seconds=90), claimed_until=timezone.now() + timedelta(minutes=5))
    answer = client.get("/healthz")
    assert answer.status_code == 200, "people can work"
    assert "26 hours" in answer.json()["warnings"][1] and "mail server" in answer.json()["warnings"][0]
    Message.objects.filter(pk=row.pk).update(claimed_until=None, due_at=timezone.now() - timedelta(hours=1))
    assert client.get("/healthz").status_code == 503
    monkeypatch.setattr(facts, "pending_migrations", lambda: 1 / 0)
    assert "the database does not answer (ZeroDivisionError)" in client.get("/healthz").json()["problems"]


def test_health_says_that_nothing_is_copied_once_a_practice_is_open_and_there_is_no_key(client, settings, db, monkeypatch):
    monkeypatch.setattr(facts, "BACKUP_AGE", [])
    settings.BACKUP_KEY = ""
    assert not client.get("/healthz").json()["warnings"], "before the practice is open there is nothing to lose"
    make_practice("Riverside Therapy")
    assert client.get("/healthz").json()["warnings"] == ["nothing is copied anywhere: set BACKUP_KEY, see docs/keeping.md"]
    settings.BACKUP_KEY = "age1…"
    assert not client.get("/healthz").json()["warnings"]


def test_without_redis_the_site_works_and_says_so(client, settings, ana, page, monkeypatch):
    from practice import counting

    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(counting, "_lost_at", float("-inf"))
    answer = client.get("/healthz")
    assert answer.status_code == 200 and answer.json()["redis"] == "does not answer"
    assert "Redis does not answer" in " ".join(answer.json()["warnings"])
    assert page(ana).get("/").status_code == 200


def test_a_format_nobody_knows_stops_the_start(settings):
    settings.LOG_FORMAT = "xml"
    assert "practice.E006" in [problem.id for problem in settings_make_sense(None)]


def test_values_of_rows_do_not_stand_in_a_traceback():
    assert lines.without_values("a\n  DETAIL:  Key (name)=(Maria)\nb") == "a\nb"
