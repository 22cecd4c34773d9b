"""What every answer of a real practice tells the browser, from the server as it is deployed: https, DEBUG off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from practice.tests.scratch import scratch_practice

pytestmark = [pytest.mark.processes, pytest.mark.once]
THROUGH_THE_PROXY = {"X-Forwarded-Proto": "https", "Host": "diary.example.org"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: Any) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("headers")
    with scratch_practice(folder) as scratch:
        scratch.env |= {"BASE_URL": "https://diary.example.org", "ALLOWED_HOSTS": "diary.example.org,127.0.0.1"}
        yield scratch.serve()


def asked(url: str, path: str) -> requests.Response:
    return requests.get(f"{url}{path}", headers=THROUGH_THE_PROXY, timeout=60, allow_redirects=False)


@pytest.mark.parametrize("path", ["/login/", "/nothing-here/", "/api/v1/me/", "/s/unknown/", "/static/practice/evenhand.css"])
def test_every_answer_is_for_https_and_for_this_site_alone(url, path):
    headers = asked(url, path).headers
    assert re.search(r"max-age=(\d+); includeSubDomains", headers["Strict-Transport-Security"])[1] >= "31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers
    policy = headers.get("Content-Security-Policy", "default-src 'none'" if path.startswith("/static/") else "")
    assert "'unsafe-" not in policy and "*" not in policy
    if not path.startswith("/static/"):
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy


def test_cookies_come_by_names_that_only_this_host_over_https_can_set(url):
    answer = asked(url, "/login/")
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert cookies, "the form carries a token against forged presses"
    for cookie in cookies:
        name, attributes = cookie.split("=", 1)[0], cookie.split("; ")[1:]
        assert name.startswith("__Host-") and {"Secure", "Path=/"} <= set(attributes)
        assert "SameSite=Lax" in attributes and not [one for one in attributes if one.startswith("Domain")]


def test_plain_http_is_led_to_https_on_pages_and_refused_to_calls(url):
    answer = requests.get(f"{url}/login/", headers={"Host": "diary.example.org"}, timeout=60, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://diary.example.org/login/")
    call = requests.get(f"{url}/api/v1/me/", headers={"Host": "diary.example.org", "Authorization": "Bearer evh_x"},
                        timeout=60, allow_redirects=False)
    assert (call.status_code, call.headers["Content-Type"]) == (403, "application/problem+json")
    assert call.json()["code"] == "https_needed" and "revoke it" in call.json()["detail"]


def test_a_method_no_page_has_and_a_host_that_is_not_ours_are_refused(url):
    assert requests.request("TRACE", f"{url}/login/", headers=THROUGH_THE_PROXY, timeout=60).status_code in (403, 405, 501)
    assert asked(url, "/login/").status_code == 200
    other = THROUGH_THE_PROXY | {"Host": "evil.example"}
    assert requests.get(f"{url}/login/", headers=other, timeout=60).status_code == 400
