"""Over real HTTP, with two servers of two processes: who is switched off, or made something else, is so at the next request."""

import re

import pytest
import requests

from practice.tests.scratch import FILL, scratch_practice

pytestmark = pytest.mark.processes
PASSWORD = "three quiet green rivers"
_MORE = FILL.rsplit("print(", 1)[0] + f"""
from practice.access import Role
from sessions.calendars import make_feed
owner = c.make_member(p, "Olga Owner", "owner@riverside.example", Role.OWNER)
for one in (ana, owner):
    one.user.set_password({PASSWORD!r}); one.user.save()
print(json.dumps({{"token": c.token_for(ana), "ana": str(ana.pk), "client": str(people[0].pk),
                   "feed": make_feed(therapist=ana, by=ana)}}))
"""


def signed_in(base, email):
    browser = requests.Session()
    said = browser.get(f"{base}/login/", timeout=20).text
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', said)[1]
    answer = browser.post(f"{base}/login/", {"csrfmiddlewaretoken": csrf, "username": email, "password": PASSWORD},
                          timeout=20, allow_redirects=False)
    assert answer.status_code == 302, answer.text
    return browser


def press(browser, base, path, **fields):
    said = browser.get(f"{base}/practice/people/", timeout=20).text
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', said)[1]
    answer = browser.post(base + path, {"csrfmiddlewaretoken": csrf, **fields}, timeout=20, allow_redirects=False)
    assert answer.status_code == 302, answer.text[:500]


def test_switched_off_or_of_another_role_at_one_server_is_so_at_the_next_request_to_another(tmp_path):
    with scratch_practice(tmp_path / "shut", fill=_MORE, BASE_URL="http://127.0.0.1", ALLOWED_HOSTS="127.0.0.1") as there:
        one, two = (there.serve(workers=2) for _ in range(2))
        ids, feed = there.ids, there.ids["feed"].rsplit("/", 1)[1]
        ana, olga = signed_in(one, "ana@riverside.example"), signed_in(two, "owner@riverside.example")
        call = {"headers": {"Authorization": f"Bearer {ids['token']}"}, "timeout": 20}

        def seen(base):
            """What Ana gets by page, by call, and in her calendar."""
            return (ana.get(f"{base}/clients/{ids['client']}/notes/", timeout=20, allow_redirects=False).status_code,
                    requests.get(f"{base}/api/v1/clients/{ids['client']}/notes/", **call).status_code,
                    requests.get(f"{base}/feeds/{feed}", timeout=20).status_code)

        assert {seen(one) for _ in range(6)} == {(200, 200, 200)}
        press(olga, two, f"/practice/people/{ids['ana']}/place/", role="front_desk")
        assert {seen(one) for _ in range(6)} == {(403, 403, 404)}
        press(olga, two, f"/practice/people/{ids['ana']}/place/", role="therapist")
        assert seen(one) == (200, 200, 200)
        press(olga, two, f"/practice/people/{ids['ana']}/let-in/off/")
        assert {seen(one) for _ in range(6)} == {(302, 401, 404)}
