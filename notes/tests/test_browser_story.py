"""The whole main job in a browser: a real server, a real mail server, the demo practice, at any hour of any day.

One test: each part begins where the one before has left the practice. Everything is done by pressing and typing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from practice.tests.browser import Person, browser, chromium
from practice.tests.scratch import MailServer, Scratch, free_port, scratch_practice

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.sized,
    pytest.mark.skipif(not chromium(), reason="no Chromium found (apt-get install chromium)"),
]
# What the front desk and a message never say. “Neuro 45” is a service's name, “neurology” a doctor's department.
CLINICAL = re.compile(
    r"\b(MS|relaps\w*|flares?|sclerosis|numb(?:ness)?|sensation|neuropath\w*|parkinson\w*|migraine\w*|spas[mt]\w*|episodes?|"
    r"cautions?|contraindicat\w*|clearance|symptoms?|diagnos\w*|findings?|pressure|foot|feet|calf|back(?= and|, )|SOAP|"
    r"treatment\w*|steroids?|fever|heavier|blurred|recovering|resolved)\b", re.IGNORECASE)
ANA, DESK, PASSWORD = "ana@riverside.example", "desk@riverside.example", "riverside-demo"
FLARE = "My left leg is heavier since this morning and I drop things."
_FILL = """
import json
from datetime import time
from django.core.management import call_command
from django.utils import timezone
call_command("demo", verbosity=0)
from clients.models import Client
from practice import clock
from practice.models import Membership, Service
from sessions.booking import book_appointment
from sessions.models import Appointment
ana = Membership.objects.select_related("user", "practice").get(user__email="ana@riverside.example")
zone = ana.practice.time_zone
today = clock.wall_of(timezone.now(), zone)[0]
for name, at, service in (("Maria Lindqvist", time(10, 30), "Neuro 60"), ("Kofi Mensah", time(11, 45), "Neuro 30")):
    client = Client.objects.select_related("practice").get(name=name, practice=ana.practice)
    if not Appointment.objects.filter(client=client, wall_date=today).exists():  # a Sunday or a holiday
        book_appointment(client=client, therapist=ana, service=Service.objects.get(name=service), by=ana,
                         starts_at=clock.instant_of(today, at, zone), override_reason="came in all the same")
print(json.dumps({"today": today.isoformat()}))
"""


@dataclass
class Story:
    """The practice and who is in it: staff at their desks, a client and a doctor on their phones."""

    scratch: Scratch
    mail: MailServer
    ana: Person
    desk: Person
    maria: Person
    doctor: Person
    today: date

    @property
    def people(self) -> list[Person]:
        return [self.ana, self.desk, self.maria, self.doctor]

    def drain(self) -> None:
        """Everything that is due leaves."""
        self.scratch.manage("drain_messages")

    def working_days(self) -> Iterator[date]:
        """The days from tomorrow on which the demo practice is open."""
        for n in range(1, 60):
            day = self.today + timedelta(days=n)
            if day.weekday() != 6 and (day.month, day.day) not in ((12, 25), (12, 26)):
                yield day


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    phone = {"width": 320, "height": 640, "scripts": False, "target": 48}
    with (
        MailServer() as mail,
        scratch_practice(tmp_path / "story", _FILL, {"DEBUG": "1", "DEMO": "1"}, BASE_URL=base,
                         ALLOWED_HOSTS="127.0.0.1", EMAIL_URL=f"smtp://127.0.0.1:{mail.port}") as scratch,
        browser() as chrome,
    ):
        scratch.serve(workers=1, port=port)
        yield Story(scratch, mail, Person(chrome, base, "Ana"), Person(chrome, base, "the desk", unread=CLINICAL),
                    Person(chrome, base, "Maria", **phone), Person(chrome, base, "the doctor", **phone),
                    date.fromisoformat(scratch.ids["today"]))


def test_the_whole_story_works_in_a_browser(story):
    _ana_signs_in_and_today_shows_what_limits_each_visit(story)
    booked = _the_desk_books_maria_and_a_clash_is_refused_in_words(story)
    _the_desk_books_a_weekly_series_after_a_look_at_its_dates(story)
    _maria_answers_from_her_mails_without_an_account(story, booked)
    _ana_confirms_the_relapse_and_brings_the_visits_back_and_again_not(story, booked)
    _ana_writes_kofis_note_and_the_check_speaks(story)
    _ana_touches_where_it_is_numb_and_is_asked_where_the_opposite_stands(story)
    _a_summary_reaches_the_neurologist_and_is_closed_again(story)
    faults = [f"{person.name}: {fault}" for person in story.people for fault in person.faults]
    assert not faults, "\n".join(faults)


def _sign_in(person: Person, email: str) -> None:
    person.open("/login/")
    person.look("sign in")
    person.page.get_by_label("E-mail").fill(email)
    person.page.get_by_label("Password").fill(PASSWORD)
    person.press("Sign in")


# --- 1 -----------------------------------------------------------------------------------------------------------


def _ana_signs_in_and_today_shows_what_limits_each_visit(story: Story) -> None:
    ana = story.ana
    _sign_in(ana, ANA)
    ana.look("today")
    assert re.search("both feet[a-z ]*: pressure 2 at most", _row(ana, "Kofi Mensah"))
    assert "left foot: pressure 2 at most" in _row(ana, "Maria Lindqvist")
    ana.says("Needs you", "Priya Nair: possible MS relapse")
    ana.open("/diary/")
    ana.look("diary")


def _row(person: Person, name: str) -> str:
    """One visit of Today, in words."""
    return re.sub(r"\s+", " ", person.page.locator(".visit-row", has_text=name).first.inner_text())


# --- 2 -----------------------------------------------------------------------------------------------------------


def _the_desk_books_maria_and_a_clash_is_refused_in_words(story: Story) -> str:
    """Answers the time of Maria's visit, as pages say it."""
    desk, day = story.desk, next(story.working_days())
    _sign_in(desk, DESK)
    desk.look("today of the desk")
    desk.says("Priya Nair", "needs Ana's decision")
    desk.open(f"/diary/?on={day}")
    desk.look("diary of the desk")
    with desk.within(3, "to book a known client"):
        desk.press(_first_hour_of_ana(desk))
        desk.look("book for whom")
        desk.keys("kof", "Enter")
        desk.look("book confirm")
        desk.keys("Enter")
    desk.says("Booked: Kofi Mensah", "Booking confirmation", "Ana Alves")  # with no grace nothing can be undone
    desk.look("visit of the desk")

    desk.open("/book/")
    desk.keys("mari", "Enter")
    desk.page.get_by_label("What").select_option("Neuro 45")
    desk.page.get_by_label("With").select_option("Ana Alves")
    desk.page.get_by_label("From").fill(day.isoformat())
    desk.press("Find open times")
    desk.says("Suits Maria", "Open times")
    desk.look("book when")
    slot = desk.page.locator("details a.slot").first
    href, first_tab = str(slot.get_attribute("href")), desk.page
    second_tab = desk.tab()
    desk.open("/book/?q=joao")
    joao = re.search(r"client=([0-9a-f-]+)", desk.page.url)
    assert joao
    desk.open(re.sub(r"client=[0-9a-f-]+", joao.group(), href))
    desk.page = first_tab
    desk.press(slot)
    booked = desk.page.locator(".big-time").inner_text()
    desk.press("Book")
    desk.says("Maria Lindqvist", "Ana Alves", "booked")
    desk.page = second_tab
    desk.press("Book")
    desk.says("Not booked yet", "Ana Alves is taken", "Book one of these instead")
    desk.look("book clash", status=409)
    instead = desk.page.locator("button.slot").first
    said = instead.inner_text().splitlines()[0]
    desk.press(instead)
    desk.says("Joao Pereira", said)
    desk.page.close()
    desk.page = first_tab
    for address in ("/clients/", "/clients/?q=mari", "/messages/", "/practice/", "/on-hold/", f"/?on={day}"):
        desk.open(address)
        desk.look(f"desk at {urlsplit(address).path.strip('/') or 'another day'}")
    return str(booked)


def _first_hour_of_ana(desk: Person) -> Any:
    """The first open piece of Ana's day that two more follow, so that an hour fits however short the first is."""
    column = desk.page.locator(".diary__col", has_text="Ana Alves")
    return column.locator("li:has(.diary-open):has(+ li:has(.diary-open) + li .diary-open) .diary-open").first


def _the_desk_books_a_weekly_series_after_a_look_at_its_dates(story: Story) -> None:
    desk = story.desk
    open_days = set(story.working_days())
    first = next(day for day in story.working_days()
                 if day > min(open_days) and {day + timedelta(days=7), day + timedelta(days=14)} <= open_days)
    desk.open("/clients/?q=mari")
    desk.press("Maria Lindqvist")
    desk.look("client of the desk")
    desk.says("Maria", "Visits")
    desk.page.get_by_role("link", name="Visits", exact=True).click()
    desk.look("visits of a client")
    desk.press("Book a series")
    desk.look("series")
    desk.page.get_by_label("First visit").fill(first.isoformat())
    desk.page.get_by_label("With").select_option("Ben Okoye")
    desk.page.get_by_label("What").select_option("Neuro 30")
    desk.page.get_by_label("How many visits").fill("3")
    desk.page.get_by_label("Time").fill("12:15")  # would run into Ben's break
    desk.press("Look first")
    desk.says("3 of 3 dates cannot be booked", "Choose for each of them another time")
    desk.look("series with conflicts")
    desk.page.get_by_label("Time").fill("08:30")
    desk.press("Look again")
    desk.says("All 3 dates are free")
    desk.look("series free")
    desk.press("Book all 3")
    desk.says("3 visits booked for Maria Lindqvist")


# --- 3 -----------------------------------------------------------------------------------------------------------

_REMIND = """
UPDATE practice_message SET due_at = '2020-01-01 00:00:00', time_zone = '{zone}' WHERE id = (
  SELECT m.id FROM practice_message m JOIN therapy_sessions_appointment a ON a.id = m.appointment_id
  WHERE m.kind = 'reminder' AND m.state = 'waiting' AND m.to_address = 'maria@clients.example' AND a.minutes = 60
  ORDER BY m.due_at LIMIT 1)
"""


def _maria_answers_from_her_mails_without_an_account(story: Story, booked: str) -> None:
    maria = story.maria
    story.scratch.sql(_REMIND.format(zone=_where_it_is_noon()))
    story.drain()
    mails = story.mail.to("maria@clients.example")
    for mail in story.mail.mails:
        assert not CLINICAL.search(f"{mail['Subject']} {mail.get_body().get_content()}"), mail.as_string()
    confirmation = next(mail for mail in mails if booked in mail["Subject"])
    reminder = next(mail for mail in mails if mail["Subject"].startswith("Your next appointment"))

    maria.open(_link_in(confirmation))
    maria.look("answer")
    maria.says(booked, "45 minutes with Ana")
    with maria.within(1, "to confirm from a message"):
        maria.press("Yes, I will come")
    maria.says("You said you will come")
    maria.look("answer confirmed")

    maria.open(_link_in(reminder))
    maria.press("I need another time")
    maria.says("You asked for another time", "Until then this time stays yours")
    maria.look("answer other time")
    with maria.within(2, "to say that one is not well"):
        maria.press("I am not feeling well")
        maria.look("answer not well")
        maria.page.get_by_label("What is different?").fill(FLARE)
        maria.press("Send")
    maria.says("Thank you for telling us", "Nothing is cancelled")
    maria.look("answer thanks")
    story.drain()
    look_today = story.mail.to(ANA)[-1]
    assert re.fullmatch(r"A visit (today|on \w{3} \d+ \w+) needs your decision", look_today["Subject"])
    assert "Maria" not in look_today.get_content()


def _where_it_is_noon() -> str:
    """A zone in whose day it is noon now, so that quiet hours let a reminder through."""
    from datetime import UTC, datetime

    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def _link_in(mail: Any) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+/[rs]/\S+", mail.get_body().get_content())
    assert found, mail.get_body().get_content()
    return found.group()


# --- 4 -----------------------------------------------------------------------------------------------------------


def _ana_confirms_the_relapse_and_brings_the_visits_back_and_again_not(story: Story, booked: str) -> None:
    ana, desk = story.ana, story.desk
    ana.open("/")
    ana.says("Needs you", "Maria Lindqvist: possible MS relapse", "Maria Lindqvist asked for another time")
    ana.press("Maria Lindqvist: possible MS relapse")
    ana.says(FLARE, "Is it confirmed?")
    ana.look("episode possible")
    with ana.within(1, "to confirm a relapse"):
        ana.press("Confirm")
    ana.says("Confirmed.", "on hold until", "Awaiting review", booked, "stay")
    ana.look("episode confirmed")
    episode = ana.page.url
    ana.press("What follows such an episode here")
    ana.says("our proposal", "Nobody can switch these off")
    ana.look("what follows an episode")
    ana.open("/clients/?q=maria")
    ana.press("Maria Lindqvist")
    ana.press("Report episode")
    ana.look("report an episode")
    ana.open(episode)
    held = "SELECT count(*) FROM therapy_sessions_appointment WHERE status = 'held'"
    count = story.scratch.sql(held)[0][0]
    assert count >= 3
    assert not story.scratch.sql(
        "SELECT 1 FROM practice_message m JOIN therapy_sessions_appointment a ON a.id = m.appointment_id "
        "WHERE a.status = 'held' AND m.state = 'waiting' AND m.kind = 'reminder'")

    with ana.within(2, "to plan the return and apply it"):
        ana.press("Propose a return plan")
        ana.says("Nothing has moved and nothing is sent yet", "Was", "Becomes", "Why", booked)
        ana.look("plan proposed")
        _its_time_is_open_again(story, booked)
        ana.press(f"Move {count} visits")
    ana.says(f"{count} visits moved")
    ana.look("plan applied")
    assert story.scratch.sql(held)[0][0] == 0
    desk.open(urlsplit(ana.page.url).path)
    desk.look("plan of the desk")
    with ana.within(1, "to undo a plan"):
        ana.press("Undo")
    ana.says("Undone: every visit is as it was before the plan")
    ana.look("plan undone")
    assert story.scratch.sql(held)[0][0] == count
    ana.open(episode)
    ana.says("Awaiting review")


def _its_time_is_open_again(story: Story, booked: str) -> None:
    """The desk can offer the held time to somebody else, and learns nothing of why; Maria's link says it is on hold."""
    desk, maria = story.desk, story.maria
    day, at = next(story.working_days()), booked.rsplit(" ", 1)[1]
    desk.open(f"/diary/?on={day}")
    desk.says("On hold: time released", f"{booked}, Maria Lindqvist, Ana Alves")
    assert "Maria" not in desk.words(".diary__col:has-text('Ana Alves')")
    desk.look("diary with a hold")
    desk.press(desk.page.get_by_role("link", name=f"{booked}, Maria Lindqvist"))
    desk.says("On hold: time released", "a therapist's decision")
    desk.look("held visit of the desk")
    desk.open("/on-hold/")
    desk.says(booked)
    desk.look("on hold")
    desk.open("/book/?q=eleanor")
    desk.page.get_by_label("What").select_option("Neuro 45")
    desk.page.get_by_label("With").select_option("Ana Alves")
    desk.page.get_by_label("From").fill(day.isoformat())
    desk.press("Find open times")
    assert at in desk.words("main details >> nth=0"), f"{at} is offered again"
    maria.open(_link_in(next(m for m in story.mail.to("maria@clients.example") if booked in m["Subject"])))
    maria.says("This appointment is on hold", "You do not have to do anything")
    maria.look("answer on hold")


# --- 5 -----------------------------------------------------------------------------------------------------------


_SLOWLY = """() => {
    const fetched = window.fetch;
    window.fetch = (...asked) => new Promise(go => setTimeout(go, 300)).then(() => fetched(...asked));
}"""


def _ana_writes_kofis_note_and_the_check_speaks(story: Story) -> None:
    ana = story.ana
    ana.open(f"/?on={story.today}")
    ana.press(ana.page.locator(".visit-row", has_text="Kofi Mensah").get_by_role("button", name="Arrived"))
    ana.says("Kofi Mensah: arrived.", "Undo")
    ana.look("today arrived")
    with ana.within(1, "to open today's note"):
        ana.press(ana.page.locator(".visit-row", has_text="Kofi Mensah").get_by_role("button", name="Write note"))
    assert ana.page.evaluate("document.activeElement.name") == "subjective"
    ana.look("note empty")
    ana.says("Last signed note", "Burning at night")
    ana.page.keyboard.type("Feet burn less since last week.")
    ana.page.evaluate(_SLOWLY)  # the network is slower than Ana: what counts is her last word
    _fill_row(ana, 0)
    caution = ana.page.locator("#row-0-check")
    caution.get_by_text("Caution").wait_for()
    assert "pressure 2 at most" in caution.inner_text()
    source = caution.locator(".source").first.inner_text()
    assert len(source) > 20
    ana.look("note with a caution")
    ana.press("Save draft")

    plain = Person(ana.context.browser, ana.base, "Ana without scripts", scripts=False, like=ana)
    story_note = ana.page.url
    plain.open(story_note)
    assert plain.page.get_by_label("Subjective", exact=True).input_value() == "Feet burn less since last week."
    _fill_row(plain, 1, side="right")
    plain.press("Save draft")
    assert "pressure 2 at most" in plain.page.locator("#row-1-said").inner_text()
    plain.page.locator("#row-1-said").click()  # folded, the row says it in short
    spoken = plain.page.locator("#row-1-check").inner_text()
    assert "Caution" in spoken
    assert source in spoken
    plain.look("note without scripts")
    plain.press("Sign")
    plain.says("not signed yet", "Write why it was right today, or change the row")
    plain.look("note wants reasons", status=409)
    for row in (0, 1):
        plain.page.locator(f"#id_row-{row}-override_reason").fill("Tested today: he feels it at the heel.")
    plain.press("Sign")
    plain.says("Signed. From now on it can be added to, not changed.", "Signed by Ana Alves", "Tested today")
    plain.look("note signed")
    assert plain.page.locator("textarea[name=subjective]").count() == 0
    ana.faults += plain.faults

    ana.open(story_note)
    ana.page.get_by_text("Add something").click()
    ana.page.get_by_label("What is added").fill("The right foot, not the left, was tested first.")
    ana.page.get_by_label("Why").fill("Mixed up while writing.")
    ana.press("Add to the note")
    ana.says("The note itself stays as it was signed", "The right foot, not the left", "signed, added to")
    ana.look("note added to")
    _a_signed_note_refuses_every_change(ana, story_note)


def _fill_row(person: Person, row: int, side: str = "left") -> None:
    """Pressure 4 on a foot."""
    if row:
        person.press("Another treatment", goes=not person.scripts)
    person.page.locator(f"#id_row-{row}-place").select_option(f"foot:{side}")
    person.page.locator(f"#id_row-{row}-technique").select_option("petrissage")
    person.page.locator(f"#id_row-{row}-minutes").fill("10")
    person.page.locator(f"[name=row-{row}-pressure][value='4']").check()


def _a_signed_note_refuses_every_change(ana: Person, address: str) -> None:
    token = ana.page.locator("meta[name=csrf-token]").get_attribute("content")
    headers = {"X-CSRFToken": token, "Referer": ana.base}
    note = urlsplit(address).path.strip("/").split("/")[1]
    patched = ana.context.request.patch(f"/api/v1/notes/{note}/", headers=headers, data={"subjective": "Other"})
    assert (patched.status, patched.json()["code"]) == (409, "note_signed")
    form = {"subjective": "Other", "rows": "0", "version": "3"}
    posted = ana.context.request.post(address, headers=headers, form=form)
    assert posted.status == 409
    ana.open(address)
    ana.says("Feet burn less since last week.")
    assert "Other" not in ana.words()


# --- the body map ------------------------------------------------------------------------------------------------


def _ana_touches_where_it_is_numb_and_is_asked_where_the_opposite_stands(story: Story) -> None:
    ana = story.ana
    ana.open("/clients/?q=kof")
    ana.press("Kofi Mensah")
    picture = ana.page.get_by_role("img", name="Body map")
    assert "Reduced sensation: both feet" in str(picture.get_attribute("aria-label"))
    ana.press("Add a finding")
    ana.page.get_by_label("What limits the work").select_option("hypersensitive")
    _touch(ana, "back", "heel:left")
    ana.says("Chosen: left heel", "Rather the whole left foot")
    ana.press("Rather the whole left lower leg", goes=False)
    _touch(ana, "front", "palm:left")
    _touch(ana, "front", "palm:right")
    ana.says("Chosen: both palms, left lower leg")
    _touch(ana, "back", "calf:left")
    ana.says("Chosen: both palms")
    ana.page.get_by_label("Find a place in the list").fill("foot r")
    box = ana.page.get_by_label("right foot", exact=True)
    box.focus()
    ana.page.keyboard.press("Space")
    ana.says("Chosen: both palms, right foot")
    assert ana.page.locator(".figure--back [data-place='sole:right'].region--picked").count() == 1
    ana.look("finding touched")
    ana.page.get_by_label("Find a place in the list").press("Enter")
    ana.press("Add finding")
    ana.says("Hypersensitive to touch: right foot and both palms")
    ana.look("client with a sensation map")
    ana.press("Add a finding")
    ana.page.get_by_label("What limits the work").select_option("absent-sensation")
    _touch(ana, "front", "palm:left")
    ana.press("Add finding")
    ana.says("One place cannot feel nothing and too much at once", "left palm", "began no earlier", "Chosen: left palm")
    ana.look("finding against another", status=409)
    ana.press("Correct that one")
    ana.says("Correct a finding", "Chosen: both palms, right foot")
    _touch(ana, "front", "palm:left")
    ana.press("Save")
    ana.says("Hypersensitive to touch: right foot and right palm")


def _touch(person: Person, view: str, place: str) -> None:
    person.page.locator(f".figure--{view} [data-place='{place}']").click()


# --- 6 -----------------------------------------------------------------------------------------------------------


def _a_summary_reaches_the_neurologist_and_is_closed_again(story: Story) -> None:
    ana, doctor = story.ana, story.doctor
    ana.open("/clients/?q=mari")
    ana.press("Maria Lindqvist")
    ana.look("client")
    ana.says("multiple sclerosis", "Limits today", "Next visit")
    for tab in ("People", "Agreements", "Notes and readings"):
        ana.page.get_by_role("link", name=tab, exact=True).click()
        ana.look(f"client, {tab}")
    ana.press(ana.page.locator("section", has_text="Notes").locator("li", has_text="signed").get_by_role("link").first)
    ana.look("note of the past")
    with ana.within(3 + 1, "from the signed note to the doctor, her agreement recorded on the way"):
        ana.press("Summary for Dr Adaeze Okafor")
        ana.says("Exactly what Dr Adaeze Okafor will read", "What was done", "Relapsing-remitting")
        ana.look("summary draft")
        read = _letter(ana)
        ana.press("Sign")
        ana.says("Signed. The letter does not change any more.", "May I send Dr Adaeze Okafor a summary")
        ana.look("summary signed")
        ana.press("Maria agreed")
        ana.says("The agreement is recorded")
        ana.look("summary agreed")
        ana.press("Share")
    ana.look("summary shared")
    code = ana.page.locator(".code strong").inner_text()
    link = ana.page.locator("code", has_text="/s/").inner_text()
    assert re.fullmatch(r"\d{6}", code)

    refused = _opens(doctor, link, f"{(int(code) + 1) % 1_000_000:06d}")
    doctor.look("letter wrong code", status=404)
    doctor.page.get_by_label("The code you were given").fill(code)
    doctor.press("Read the letter")
    doctor.look("letter")
    assert _letter(doctor) == read, "the doctor reads what Ana saw"
    with doctor.page.expect_download() as letter:
        doctor.press("PDF letter", goes=False)
    assert Path(letter.value.path()).read_bytes().startswith(b"%PDF-")

    ana.press("Done")
    ana.says("Read once")
    ana.press("Close it")
    ana.says("Dr Adaeze Okafor cannot open it any more")
    assert _opens(doctor, link, code) == refused
    unknown = re.sub(r"/s/.{8}", "/s/AAAAAAAA", link)
    assert _opens(doctor, unknown, code) == refused


def _letter(reader: Person) -> str:
    """The words of the letter; the months under the year's picture are shortened where there is no room for them."""
    reader.page.locator(".year__months").evaluate_all("rows => rows.forEach(row => row.remove())")
    return reader.words("article.summary")


def _opens(doctor: Person, link: str, code: str) -> str:
    """Try link and code; answers the words that refuse it."""
    doctor.open(link)
    doctor.look("letter code")
    doctor.page.get_by_label("The code you were given").fill(code)
    doctor.press("Read the letter")
    assert doctor.status == 404
    doctor.says("Nothing was opened")
    return doctor.words()
