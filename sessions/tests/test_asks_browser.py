"""What each message of a client leads to, on a small phone without scripts: one thing asked, one press, twice no harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
_FILL = """
import json, conftest as c
from datetime import timedelta, time
from django.utils import timezone
from practice import clock
from practice.models import ActionLink, Practice, Room, Service
from sessions.booking import book_appointment
from sessions.letters import visit_url
p = c.make_practice("Riverside Therapy")
Practice.objects.filter(pk=p.pk).update(books_online=True, public_slug="riverside", client_change_hours=1, confirm_days=3,
                                        phone="+1 206 555 0100")
p.refresh_from_db()
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
Room.objects.create(practice=p, name="River room")
s = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
today = clock.wall_of(timezone.now(), p.time_zone)[0]
def link(name, days):
    day = today + timedelta(days=days)
    visit = book_appointment(client=c.make_client(p, name), therapist=ana, service=s, by=ana, override_reason="as agreed",
                             starts_at=clock.instant_of(day, time(10), p.time_zone))
    return "/" + visit_url(visit).split("/", 3)[3]
ids = {"yes": link("Joao Pereira", 2), "other": link("Kofi Mensah", 8), "gone": link("Ines Moreau", 9)}
ActionLink.objects.filter(pk=ActionLink.objects.order_by("-created_at").first().pk).update(expires_at=timezone.now())
print(json.dumps(ids))
"""


@pytest.fixture
def house(tmp_path: Any) -> Iterator[tuple[dict[str, str], Person]]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with (scratch_practice(tmp_path / "house", _FILL, {"DEBUG": "1"}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1") as made,
          browser() as chrome):
        made.serve(workers=2, port=port)
        yield made.ids, Person(chrome, base, "somebody", width=320, height=640, scripts=False, target=48)


def test_every_answer_is_one_press_without_scripts_and_a_second_press_harms_nothing(house):
    ids, person = house
    _says_yes_twice(person, ids["yes"])
    _answers_the_questions(person, ids["yes"])
    _wants_another_time_twice(person, ids["other"])
    _is_not_well(person, ids["other"])
    _moves_and_cancels(person, ids["other"])
    _comes_too_late(person, ids["gone"])
    assert not person.faults, "\n".join(person.faults)


def _says_yes_twice(person: Person, link: str) -> None:
    person.open(f"{link}?say=yes")
    person.look("can you come")
    before = person.page.url
    with person.within(1, "say yes, once the link is tapped"):
        person.press("Yes, I will come")
    person.says("You said you will come", "Thank you. See you then.")
    person.look("she comes")
    person.open(before)
    person.says("You said you will come")
    assert person.page.get_by_role("button", name="Yes, I will come").count() == 0


def _answers_the_questions(person: Person, link: str) -> None:
    person.open(f"{link}?say=questions")
    person.look("questions")
    person.press("Begin")
    person.look("first question")
    assert "/q/" in person.page.url


def _wants_another_time_twice(person: Person, link: str) -> None:
    person.open(f"{link}?say=other-time")
    person.look("another time")
    person.press("I need another time")
    person.says("You asked for another time", "Until then this time stays yours.")
    person.look("asked for another time")
    person.open(f"{link}?say=other-time")
    person.says("You asked for another time")


def _is_not_well(person: Person, link: str) -> None:
    person.open(link)
    person.press("I am not feeling well")
    person.look("not well")
    person.press(person.page.locator("main form button[type=submit]").last)
    person.look("thanks")


def _moves_and_cancels(person: Person, link: str) -> None:
    person.open(link)
    person.press("Find another time myself")
    person.look("other times")
    person.open(f"{link}cancel/")
    person.look("cancel")
    person.press(person.page.locator("main form button[type=submit]").last)
    person.says("This appointment is cancelled")
    person.look("cancelled")
    person.open(f"{link}cancel/")
    person.says("This appointment is cancelled")


def _comes_too_late(person: Person, link: str) -> None:
    person.open(link)
    person.says("This link does not work any more", "its number stands in each of our e-mails")
    person.look("gone", status=404)
