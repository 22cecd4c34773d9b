"""What somebody typed is told as they typed it, on every page, paper, mail and file, and never does anything."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone
from icalendar import Calendar

from notes.tests import test_walls
from notes.tests.test_walls import TABLE, World, ask, browser_of
from practice import outbox
from practice.models import Message
from practice.people.inviting import invite
from practice.tests.sizes import size
from sessions import calendars

DID = "xev1l"  # in everything that would act; 7191 * 7 is 50337
ALL_AT_ONCE = '<script>xev1l()</script>"><svg/onload=xev1l()>{{7191*7}}'
PAYLOADS = [
    ALL_AT_ONCE, "<script>xev1l()</script>", "\"><img src=x onerror=xev1l()>", "'><svg onload=xev1l()>", "<svg/onload=xev1l()>",
    "</title><script>xev1l()</script>", "</textarea><script>xev1l()</script>", "</script><script>xev1l()</script>",
    "<iframe src=javascript:xev1l()>", "<a href=javascript:xev1l()>x</a>", "<x-evil onclick=xev1l()>", "\" autofocus onfocus=xev1l() x=\"",
    "' onmouseover='xev1l()", "<math><mi//xlink:href=\"data:x,xev1l\">", "<style>@import'//xev1l'</style>", "<base href=//xev1l>",
    "<meta http-equiv=refresh content=0;//xev1l>", "<!--<img src=--><img src=x onerror=xev1l()>", "]]><script>xev1l()</script>",
    "{{7191*7}}", "{% debug %}{{7191*7}}", "${7191*7}#{7191*7}", "{{constructor.constructor('xev1l()')()}}", "#panic(\"xev1l\")",
    "#read(\"/etc/passwd\")", "$ 7191*7 $ *b* _i_ `r`", "@xev1l <a> = heading", "\\u003cscript\\u003exev1l()", "%3Cscript%3Exev1l()",
    "&lt;script&gt;xev1l()&lt;/script&gt;", "&#60;script&#62;xev1l()", "a\r\nX-Evil: xev1l\r\n\r\nx", "a\nBcc: xev1l@x.example", "a\rX-Evil:1",
    "a\u2028X-Evil: xev1l", "=cmd|'/c calc'!A1", "+1+xev1l()", "@SUM(1+1)", "\u202exev1l\u202d \u200f\u2066", "🧑‍🦽\U000e0041 \u0301\u0301 ﷽",
]


class Acting(HTMLParser):
    """Whatever in a page would act because of what was typed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag if tag in ("script", "style") else ""
        for name, value in attrs:
            address = (value or "").strip().lower() if name in ("href", "src", "action", "formaction", "content", "srcdoc") else ""
            if name.startswith("on") or address.startswith(("javascript:", "data:text", "0;", "//")) or tag in ("x-evil", "iframe", "base"):
                self.found.append(f"<{tag} {name}={value}>")
            if tag == "img" and value == "x":
                self.found.append("<img src=x>")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "style" or (self._in == "script" and DID in data and "<" in data):
            self.found.append(data[:80])


def acts(kind: str, content: bytes) -> list[str]:
    """What in an answer of this kind would act."""
    if kind == "text/html":
        page = Acting()
        page.feed(content.decode())
        return page.found + (["it was reckoned"] if b"50337" in content else [])
    if kind == "text/calendar":
        events = Calendar.from_ical(content).walk("VEVENT")
        return [name for event in events for name in event if name.upper().startswith("X-EVIL")]
    if kind == "application/pdf":
        return [word for word in ("/JavaScript", "/JS", "/OpenAction", "/Launch") if word.encode() in content]
    if kind == "text/csv":
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
        return [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell[:1] and not cell[1:].replace(".", "").isdigit()]
    return []


def shown(world: World, http: Any) -> Iterator[tuple[str, Any]]:
    """Every address that can be opened, with its answer: to a therapist, and behind the links of client and doctor."""
    browser, nobody = browser_of(world.ana), browser_of(None)
    for pattern, row in TABLE.items():
        if "get" in row.methods and row.who != "anybody":
            path = world.path(pattern, row)
            yield path, ask(browser, http, "get", path)
    feed = calendars.make_feed(therapist=world.ana, by=world.ana)
    for path in (world.link, f"{world.link}appointment.ics", world.share_link, feed[feed.index("/feeds/"):]):
        yield path, nobody.get(path)


def sent() -> list[Any]:
    """Every message that waits, as it left."""
    Message.objects.update(due_at=timezone.now())
    mail.outbox = []
    outbox.drain()
    return list(mail.outbox)


@pytest.mark.sized
@pytest.mark.once  # some payloads are longer than a name of PostgreSQL's; what a page makes of one is the same
def test_what_was_typed_does_nothing_on_any_page_paper_mail_or_file(now, db, api, settings, monkeypatch, record_property):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    plain = {"name": "Ida Invited", "email": "ida@example.org"}  # an invitation takes nothing but a name that is one
    monkeypatch.setattr(test_walls, "invite", lambda **said: invite(**said | plain))
    faults, kinds = [], Counter[str]()
    for payload in PAYLOADS[:size(1, len(PAYLOADS))]:
        with transaction.atomic():
            monkeypatch.setattr(test_walls, "MARK", payload)
            monkeypatch.setattr(test_walls, "FOUND", payload)
            world = World()
            for path, answer in shown(world, api(world.ana)):
                kind = answer.get("Content-Type", "").partition(";")[0]
                kinds[kind] += 1
                assert answer.status_code < 500 and not answer.has_header("X-Evil"), (payload, path, answer.status_code)
                faults += [(payload, path, what) for what in acts(kind, answer.content)]
            letters = sent()
            assert letters or "\r" in payload or "\n" in payload, "they leave; a line break in a name stops them at the door"
            for letter in letters:
                kinds["mail"] += 1
                headers = message_from_bytes(letter.message().as_bytes())
                assert not headers["X-Evil"] and not headers["Bcc"] and len(letter.subject.splitlines()) == 1, payload
                for body, kind in getattr(letter, "alternatives", []):
                    faults += [(payload, letter.subject, what) for what in acts(kind, body.encode())]
            transaction.set_rollback(True)
    assert not faults, faults[:5]
    assert {"text/html", "text/calendar", "application/pdf", "mail"} <= kinds.keys(), kinds
    record_property("figure", f"{size(1, len(PAYLOADS))} payloads in every text: {kinds.total():,} pages, papers, mails "
                              "and files, all inert")
