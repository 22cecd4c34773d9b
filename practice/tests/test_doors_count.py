"""Many guesses at once, over real processes: each door looks at no more of them than it allows."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyotp
import pytest
import requests

from practice.accounts.links import ASKED_FOR_ONE
from practice.accounts.sign_in import CODES_AN_HOUR
from practice.passwords import TRIES_FROM_HERE
from practice.tests.scratch import Scratch, scratch_practice
from practice.tests.sizes import size

pytestmark = pytest.mark.processes
GUESSES = size(48, 200)
_FILL = """
import json, time, conftest as c
from practice.accounts.code_apps import begin_code_app, confirm_code_app, set_up_of
import pyotp
p = c.make_practice("Riverside Therapy")
ana, ben, cleo = (c.make_member(p, name, f"{name.split()[0].lower()}@riverside.example", "therapist")
                  for name in ("Ana Alves", "Ben Baker", "Cleo Cruz"))
for member in (ana, ben, cleo):
    member.user.set_password("a long enough password")
    member.user.save()
for member in (ben, cleo):
    app = begin_code_app(user=member.user)
    confirm_code_app(app=app, code=pyotp.TOTP(set_up_of(app).secret).at(time.time() - 30), by=member)
print(json.dumps({"ana": str(ana.pk), "cleos": set_up_of(app).secret}))
"""


def at_the_door(base: str, fields: dict[str, str] | None = None) -> tuple[requests.Session, str]:
    """A browser at the sign-in page, or past the password; with the token of its forms."""
    person = requests.Session()
    token = _token_in(person.get(f"{base}/login/"))
    if fields:
        token = _token_in(person.post(f"{base}/login/", fields | {"csrfmiddlewaretoken": token}))
    return person, token


def _token_in(page: requests.Response) -> str:
    return re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]


def looked_at(scratch: Scratch, base: str, door: str, fields: dict[str, str], before: dict[str, str] | None = None) -> int:
    """Press a door many times at once; how many presses were really looked at."""
    note = Path(scratch.env["LOOKED_AT"])
    person, token = at_the_door(base, before)
    note.write_bytes(b"")
    cookies = person.cookies.get_dict()
    with ThreadPoolExecutor(24) as crowd:
        answers = list(crowd.map(lambda _: requests.post(
            f"{base}{door}", fields | {"csrfmiddlewaretoken": token}, cookies=cookies, allow_redirects=False,
            timeout=60).status_code, range(GUESSES)))
    assert not [status for status in answers if status >= 500], answers
    return len(note.read_bytes())


def came_in_with_one_code(base: str, phone: pyotp.TOTP) -> int:
    """Several browsers past the password type the same right code at once; how many come in."""
    opens = {"username": "cleo@riverside.example", "password": "a long enough password"}
    doors = [at_the_door(base, opens) for _ in range(CODES_AN_HOUR - 2)]
    code = phone.now()
    with ThreadPoolExecutor(len(doors)) as crowd:
        answers = list(crowd.map(lambda door: door[0].post(
            f"{base}/login/second-step/", {"code": code, "csrfmiddlewaretoken": door[1]}, allow_redirects=False,
            timeout=60).status_code, doors))
    assert set(answers) == {302, 422}, answers
    return answers.count(302)


@pytest.mark.sized
def test_of_many_guesses_at_once_no_door_looks_at_more_than_it_allows(tmp_path):
    with scratch_practice(tmp_path / "doors", _FILL, LOOKED_AT=str(tmp_path / "looked")) as scratch:
        base = scratch.serve("practice.tests.counting:application")
        guess = {"username": "ana@riverside.example", "password": "a wrong guess"}
        assert looked_at(scratch, base, "/login/", guess) == TRIES_FROM_HERE
        unlock = {"who": scratch.ids["ana"], "lock_password": "a wrong guess"}
        assert looked_at(scratch, base, "/unlock/", unlock) == 0, "the lock and the door count together"
        bens = {"username": "ben@riverside.example", "password": "a long enough password"}
        assert looked_at(scratch, base, "/login/second-step/", {"code": "123456"}, bens) == CODES_AN_HOUR
        assert came_in_with_one_code(base, pyotp.TOTP(scratch.ids["cleos"])) == 1
        assert looked_at(scratch, base, "/forgot/", {"email": "ana@riverside.example"}) == ASKED_FOR_ONE


@pytest.mark.proof
def test_counted_by_reading_and_then_writing_the_same_crowd_gets_through(tmp_path):
    with scratch_practice(tmp_path / "open", _FILL, LOOKED_AT=str(tmp_path / "looked"), UNGUARDED="1") as scratch:
        base = scratch.serve("practice.tests.counting:application")
        bens = {"username": "ben@riverside.example", "password": "a long enough password"}
        assert looked_at(scratch, base, "/login/second-step/", {"code": "123456"}, bens) > CODES_AN_HOUR
