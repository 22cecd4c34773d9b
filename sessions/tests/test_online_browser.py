"""Booking by oneself on a small phone without scripts: how many pages and taps it takes; taps at one moment are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import requests

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import Scratch, free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
AT_ONCE = 5
_FILL = """
import json, conftest as c
from datetime import timedelta, time
from django.utils import timezone
from practice import clock
from practice.models import Practice, Room, Service
from sessions.booking import book_appointment
from sessions.models import Appointment
from sessions.online_letters import client_url
p = c.make_practice("Riverside Therapy")
Practice.objects.filter(pk=p.pk).update(books_online=True, public_slug="riverside")
p.refresh_from_db()
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
ben = c.make_member(p, "Ben Baker", "ben@riverside.example", "therapist")
for n, name in enumerate(("River room", "Garden room")):
    Room.objects.create(practice=p, name=name, position=n)
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
joao = c.make_client(p, "Joao Pereira")
day = clock.wall_of(timezone.now(), p.time_zone)[0] - timedelta(days=7)
while day.weekday() > 4:
    day -= timedelta(days=1)
visit = book_appointment(client=joao, therapist=ana, service=s, by=ana, override_reason="late entry",
                         starts_at=clock.instant_of(day, time(10), p.time_zone))
Appointment.objects.filter(pk=visit.pk).update(status="fulfilled")
print(json.dumps({"me": "/" + client_url(joao).split("/", 3)[3]}))
"""


@pytest.fixture
def house(tmp_path: Any) -> Iterator[tuple[Scratch, str, Person]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (scratch_practice(tmp_path / "house", _FILL, {"DEBUG": "1"}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as made,
          browser() as chrome):
        made.serve(workers=2, port=port)
        yield made, base, Person(chrome, base, "somebody", width=320, height=640, scripts=False, target=48)


def test_four_pages_for_somebody_new_three_taps_for_who_came_before_and_taps_at_once_are_one(house):
    scratch, base, person = house
    _asks_on_four_pages(person)
    _comes_again_in_three_taps(person, scratch.ids["me"])
    _sends_at_one_moment(scratch, base)
    assert not person.faults, "\n".join(person.faults)


def _asks_on_four_pages(person: Person) -> None:
    pages = ["/book-with/riverside/"]
    person.open(pages[0])
    person.look("what")
    person.press(person.page.locator("button.offer").first)
    pages.append(person.page.url)
    person.look("when")
    person.press(person.page.locator("button.time-button").first)
    pages.append(person.page.url)
    person.press("Continue")
    person.look("who, nothing typed", status=422)
    person.page.get_by_label("Your name").fill("Nora Quist")
    person.page.get_by_label("E-mail").fill("nora@example.org")
    person.press("Continue")
    pages.append(person.page.url)
    person.look("check")
    person.says("Nora Quist", "Neuro 45")
    person.press("Ask for this time")
    person.look("done")
    person.says("Requested. It is not booked yet.")
    assert len(set(pages)) == 4
    person.open("/book-with/riverside/link/")
    person.look("link")


def _comes_again_in_three_taps(person: Person, me: str) -> None:
    with person.within(2, "book the same again, once the link is tapped"):
        person.open(me)
        person.look("home")
        person.press(person.page.locator("a.offer--time").first)
        person.look("confirm")
        person.press("Book this visit")
    person.look("booked")
    person.says("Booked", "Your visits to come")
    person.press("Move")
    person.look("times")
    person.press(person.page.locator("a.time-button").last)
    person.press("Move my visit")
    person.says("Moved")
    person.press("Cancel")
    person.look("cancel")
    person.press("Cancel this visit")
    person.says("Cancelled", "You have no visit to come")


def _sends_at_one_moment(scratch: Scratch, base: str) -> None:
    """Five rapid taps on the last button: five requests at once with one draft, one visit."""
    page, http = f"{base}/book-with/riverside/", requests.Session()

    def post(path: str, **data: str) -> requests.Response:
        shown = http.get(page + path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown.text)[1]  # type: ignore[index]
        found = re.findall(r'name="(service|slot)" value="([^"]+)"', shown.text)
        return http.post(page + path, data=dict(found[-1:]) | data | {"csrfmiddlewaretoken": token},
                         headers={"Referer": page})

    post("")
    post("when/")
    sent = post("who/", name="Rapid Tapper", phone="+1 206 555 0111")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', sent.text)[1]  # type: ignore[index]
    cookies, start = http.cookies.get_dict(), Barrier(AT_ONCE)

    def tap(_: int) -> tuple[int, str]:
        start.wait(30)
        answer = requests.post(f"{page}check/", data={"csrfmiddlewaretoken": token}, cookies=cookies,
                               headers={"Referer": page}, allow_redirects=False, timeout=60)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set(pool.map(tap, range(AT_ONCE))) == {(302, "/book-with/riverside/done/")}
    made = "SELECT count(*) FROM therapy_sessions_appointment a JOIN clients_client c ON c.id = a.client_id WHERE c.name = "
    assert scratch.sql(made + "'Rapid Tapper'")[0][0] == 1
