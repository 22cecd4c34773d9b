"""An owner's day beside the diary, with a browser: people, who leaves, the privacy desk, copies, tokens, moving out."""

from __future__ import annotations

from pathlib import Path
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
import json, time_machine, conftest as c
from datetime import UTC, date, datetime, time, timedelta
from django.utils import timezone
from practice import audit, clock
from practice.models import Copy, Membership, Practice, Room, Service
from practice.people.inviting import Place, invite
from practice.people.letters import url_of
from sessions.booking import book_appointment
p = c.make_practice("Riverside Therapy")
Practice.objects.update(country="US")
p.refresh_from_db()
today = clock.wall_of(timezone.now(), p.time_zone)[0]
owner = c.make_member(p, "Olga Owner", "owner@riverside.example", "owner", is_therapist=True)
owner.user.set_password("riverside-demo")
owner.user.save()
ana = c.make_member(p, "Ana Alves", "ana@riverside.example", "therapist")
Membership.objects.filter(pk=ana.pk).update(credential_expires_on=today + timedelta(days=20))
c.make_member(p, "Dora Desk", "desk@riverside.example", "front_desk")
gone = c.make_member(p, "Gus Gone", "gus@riverside.example", "therapist")
Membership.objects.filter(pk=gone.pk).update(is_active=False)
Room.objects.create(practice=p, name="River room", position=1)
Room.objects.create(practice=p, name="Garden room", position=2)
service = Service.objects.create(practice=p, name="Neuro 45", minutes=45, buffer_after=15)
maria = c.make_client(p, "Maria Lindqvist", email="maria@clients.example")
day = today + timedelta(days=7)
while day.weekday() > 3:
    day += timedelta(days=1)
for days in (0, 1):
    book_appointment(client=maria, therapist=ana, service=service, by=ana,
                     starts_at=clock.instant_of(day + timedelta(days=days), time(10), p.time_zone))
with time_machine.travel(datetime(2012, 11, 26, tzinfo=UTC), tick=False):
    c.make_client(p, "Ingrid Berg", email="ingrid@clients.example", birth_date=date(1960, 3, 4))
audit.record(by=ana, verb="client_read", subject=maria, client_id=maria.pk)
asked = invite(practice=p, email="cleo@example.org", name="Cleo Cruz", place=Place("therapist"), by=owner)
Copy.objects.create(asked_at=timezone.now(), ended_at=timezone.now(), failure="The disk is full.")
print(json.dumps({"maria": str(maria.pk), "ana": str(ana.pk), "link": url_of(asked)}))
"""


def test_an_owner_looks_after_people_privacy_copies_and_tokens(tmp_path: Path):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with scratch_practice(tmp_path / "owner", _FILL, {}, BASE_URL=base, ALLOWED_HOSTS="127.0.0.1",
                          EMAIL_URL="smtp://127.0.0.1:9") as scratch, browser() as chrome:
        scratch.serve(workers=1, port=port)
        cleo = Person(chrome, base, "Cleo", width=390, height=844)
        _joins(cleo, scratch.ids["link"])
        olga = Person(chrome, base, "Olga")
        olga.open("/login/")
        _fill(olga, {"E-mail": "owner@riverside.example", "Password": "riverside-demo"}, "Sign in")
        _people(olga)
        assert cleo.page.reload().url.startswith(f"{base}/login/"), "signed out everywhere, from the next press on"
        _who_leaves(olga)
        _privacy(olga, scratch.ids["maria"])
        _whose_years_are_over(olga)
        _numbers_copies_and_programs(olga)
        assert not olga.faults + cleo.faults, "\n".join(olga.faults + cleo.faults)


def _fill(person: Person, typed: dict[str, str], press: str, **chosen: str) -> None:
    main: Any = person.page.locator("main")
    for label, words in typed.items():
        main.get_by_label(label).first.fill(words)
    for label, option in chosen.items():
        main.get_by_label(label).first.select_option(option)
    person.press(press)


def _joins(cleo: Person, link: str) -> None:
    """By the link of the mail; it works once, and then says what else there is to do."""
    cleo.open(link)
    cleo.look("an invitation")
    _fill(cleo, {"Choose a password": "three quiet green rivers"}, "Join")
    cleo.says("Welcome, Cleo Cruz")
    cleo.open(link)
    cleo.says("This link does not work")
    cleo.press("sign in")


def _people(olga: Person) -> None:
    olga.open("/practice/people/")
    olga.says("Cleo Cruz", "Gus Gone", "Valid until")
    olga.press("Invite somebody")
    olga.look("inviting")
    _fill(olga, {"Name": "Dan Diaz", "E-mail": "dan@example.org"}, "Send the invitation")
    olga.says("Dan Diaz is invited", "the mail is about to leave")
    olga.look("people with somebody invited")
    olga.press("Cleo Cruz")
    olga.press("Signing in")
    olga.look("how a colleague signs in")
    olga.press("Sign Cleo Cruz out everywhere")
    olga.says("Cleo Cruz is signed out everywhere")
    olga.open("/practice/people/")
    olga.press("Olga Owner")
    olga.says("Nobody changes what they themselves are")
    olga.look("oneself among people")


def _who_leaves(olga: Person) -> None:
    """What waits for Ana goes to somebody else before she is switched off."""
    olga.open("/practice/people/")
    olga.press("Ana Alves")
    olga.says("2 visits to come", "Valid until")
    olga.look("a colleague")
    address = olga.page.url
    olga.press("Hand over to a colleague")
    olga.look("handing over")
    olga.press("Find new times")
    olga.press("Move all as chosen")
    olga.says("Undo all")
    olga.open(address)
    olga.press("Switch Ana Alves off")
    olga.says("Ana Alves gets in no more", "Nothing: no visit to come")
    olga.look("somebody switched off")


def _privacy(olga: Person, maria: str) -> None:
    olga.open(f"/practice/privacy/trail/?client={maria}")
    olga.says("Ana Alves", "opened the client’s page")
    olga.look("who looked at Maria")
    olga.open(f"/clients/{maria}/privacy-requests/new/")
    _fill(olga, {"What exactly": "All notes of this year"}, "Write it down")
    olga.look("a request")
    olga.open(f"/clients/{maria}/legal-hold/")
    olga.look("a legal hold")
    _fill(olga, {"Why": "The court’s letter of 3 March"}, "Put on hold")
    olga.open("/practice/privacy/breaches/new/")
    olga.press("Write it down")
    olga.look("a breach with nothing in it", status=422)
    olga.page.get_by_label("May harm somebody").check()
    _fill(olga, {"What happened": "A letter went to the wrong doctor", "How many clients": "1",
                 "Why you judge it so": "It was read, and came back."}, "Write it down")
    olga.says("Who is to be told")
    olga.look("a breach")
    olga.open("/practice/privacy/")
    olga.says("Maria Lindqvist")
    olga.look("the privacy desk")


def _whose_years_are_over(olga: Person) -> None:
    """One person at a time, the reason said; signed in a moment ago, the password is not asked again."""
    olga.open("/practice/privacy/")
    olga.press("Whose years are over")
    olga.look("whose years are over")
    olga.press("Ingrid Berg")
    olga.look("before somebody goes")
    olga.press("Dispose of everything")
    olga.look("somebody who goes without a reason", status=422)
    _fill(olga, {"Why": "Fourteen years without a word."}, "Dispose of everything")
    olga.says("It is gone.", "Born 1960", "Fourteen years without a word.")
    olga.look("somebody who went")


def _numbers_copies_and_programs(olga: Person) -> None:
    for name, address in (("the numbers", "/practice/settings/"), ("copies without a key", "/practice/keeping/"),
                          ("taking everything out", "/practice/moving-out/"), ("no tokens", "/practice/tokens/")):
        olga.open(address)
        olga.look(name)
    olga.press("Make a token")
    _fill(olga, {"What is it for?": "Bookkeeping"}, "Make it, and show it")
    olga.says("Choose at least one thing")
    _fill(olga, {}, "Make it, and show it", **{"The diary": "read"})
    olga.says("The diary: read only")
    olga.look("a token")
    olga.press("I have it")
    olga.look("tokens")
