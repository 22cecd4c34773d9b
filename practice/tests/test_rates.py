"""How many calls a token may make: told on every answer, counted once for all processes where there is Redis."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.test import override_settings

from practice import counting
from practice.checks import settings_make_sense
from practice.models import ApiToken
from practice.pace import forgive, too_often
from practice.tests.answers import is_problem

V1 = "/api/v1/"
needs_redis = pytest.mark.skipif("not __import__('django.conf').conf.settings.REDIS_URL", reason="needs REDIS_URL")


@pytest.fixture
def three_a_minute(now, settings):
    settings.API_RATE = "3/minute"
    caches["process"].clear()
    return now


def left(answer):
    return [answer.get(f"RateLimit-{name}") for name in ("Limit", "Remaining", "Reset")]


def test_every_answer_says_what_is_left_and_the_one_too_many_when_to_come_back(three_a_minute, api, ana, ben, settings):
    http = api(ana)
    assert left(http.get(f"{V1}me/")) == ["3", "2", "60"]
    assert left(http.get(f"{V1}clients/{uuid.uuid4()}/")) == ["3", "1", "60"], "a refusal too"
    assert left(http.post(f"{V1}clients/", {}, headers={"Idempotency-Key": "k"})) == ["3", "0", "60"]
    for answer in (http.get(f"{V1}me/"), http.post(f"{V1}clients/", {}, headers={"Idempotency-Key": "k"})):
        is_problem(answer, 429, "too_many_requests")
        assert answer["Retry-After"] == "60" and left(answer)[1] == "0"
    assert left(api(ben).get(f"{V1}me/"))[1] == "2", "each token by itself"
    ApiToken.objects.update(revoked_at=three_a_minute)
    assert left(http.get(f"{V1}me/")) == [None] * 3, "nobody is told how often they may try"
    settings.API_RATE = "off"
    assert left(api(ben).get(f"{V1}me/")) == [None] * 3


def test_an_answer_given_again_counts_once_and_says_what_is_left(three_a_minute, api, desk):
    http, rosa = api(desk), {"name": "Rosa Vega", "phone": "206 555 0101"}
    first, again = (http.post(f"{V1}clients/", rosa, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (left(first)[1], left(again)[1]) == ("2", "1") and again["Idempotent-Replay"] == "true"


@pytest.mark.parametrize("rate", ["fast", "0/minute", "600", "600/fortnight", "-1/minute"])
def test_a_rate_that_is_none_stops_the_start_in_words(rate):
    with override_settings(API_RATE=rate):
        assert "practice.E005" in [problem.id for problem in settings_make_sense(None)]


@needs_redis
def test_two_hundred_counts_at_once_are_two_hundred(db):
    key = f"test-{uuid.uuid4()}"
    with ThreadPoolExecutor(16) as pool:
        counts = sorted(pool.map(lambda _: counting.count(key, 60), range(200)))
    assert counts == list(range(1, 201))


def test_without_the_redis_that_is_configured_calls_and_sign_ins_go_on(three_a_minute, api, ana, settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(counting, "_lost_at", float("-inf"))
    http = api(ana)
    assert [left(http.get(f"{V1}me/"))[1] for _ in range(3)] == ["2", "1", "0"]
    is_problem(http.get(f"{V1}me/"), 429, "too_many_requests")
    assert counting.is_shared() is False
    who = str(uuid.uuid4())
    assert [too_often("test", who, 2) for _ in range(3)] == [False, False, True]
    forgive("test", who)
    assert not too_often("test", who, 2)
