"""Hostile words, a way to put them into every column and every form there is, and what would act on a page or file."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import chain
from typing import Any

from django.apps import apps
from django.db import Error, models, transaction
from icalendar import Calendar
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from notes.tests.test_encryption import CLEAR, ROOMS
from practice.encryption import EncryptedField

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
    "a\u2028X-Evil: xev1l", "=cmd|'/c calc'!A1", "+1+xev1l()", "@SUM(1+1)", "\u202exev1l\u202d \u200f\u2066", "🧑‍🦽\U000e0041 \u0301\u0301 ﷽ xev1l",
]
AT_THE_DOOR = {"NUL": "a\x00b", "1 MB": "W" * 2**20}  # what no column ever holds

# Columns whose words are not typed: codes, fingerprints, words of the product; and addresses, which a door checks.
_GROUPS = ("a code of a catalogue", "a secret or fingerprint", "how a message, call")
_ADDRESSES_AND_CODES = (
    "Practice.time_zone Practice.currency Practice.country Practice.region Practice.public_slug Practice.email",
    "MessageText.kind MessageText.variant MessageText.language Webhook.url OutsideFeed.host ApiToken.ending",
    "SetAside.step Import.delimiter Import.date_order ImportRow.key Breach.law PrivacyRequest.law",
    "Client.time_zone Client.language User.email Client.email Doctor.email Contact.email Invitation.email",
    "AccountLink.email Message.to_address ChannelConsent.address AuditEntry.actor_role SignIn.address",
    "Reply.from_number",
)
NOT_TYPED = {name for group, names in CLEAR.items() if group.startswith(_GROUPS) for name in names.split()} | {
    name for names in _ADDRESSES_AND_CODES for name in names.split()}


def columns() -> Iterator[tuple[type[models.Model], models.Field]]:
    """Every column of words somebody types, in clear or encrypted."""
    for model in apps.get_models():
        for one in model._meta.concrete_fields if model.__module__.split(".")[0] in ROOMS else ():
            is_json = isinstance(one, models.JSONField | models.BinaryField)
            words = isinstance(one, models.CharField | models.TextField | EncryptedField) and not is_json and not one.choices
            if words and f"{model.__name__}.{one.name}" not in NOT_TYPED:
                yield model, one


def plant(turn: int) -> tuple[set[str], set[str]]:
    """The payloads into the columns, another into each at each turn: which took one, and which stand as written."""
    took, stand = set(), set()
    for place, (model, column) in enumerate(columns()):
        payload = PAYLOADS[(place + turn) % len(PAYLOADS)]
        words = payload[:column.max_length] if column.max_length else payload
        first = model._default_manager.exclude(**{column.name: ""}).order_by("pk").values("pk")[:1] if column.unique else None
        try:
            with transaction.atomic():
                rows = model._default_manager.filter(pk__in=first) if first else model._default_manager.all()
                if rows.update(**{column.name: words}):
                    took.add(f"{model.__name__}.{column.name}")
        except Error:  # signed, ended or sealed: it stands as the verbs wrote it
            stand.add(f"{model.__name__}.{column.name}")
    return took, stand


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
        return sorted({"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch"} & set(pdf_names(content)))
    if kind == "text/csv":
        rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell[:1] and not cell[1:].replace(".", "").isdigit()]
    return []


def pdf_names(content: bytes) -> Iterator[str]:
    """Every name in a PDF: keys and values of its objects; not what its streams hold, where any bytes may stand."""
    reader = PdfReader(io.BytesIO(content))
    left: list[Any] = [reader.trailer, *(reader.get_object(IndirectObject(number, 0, reader))
                                         for number in {*chain(*reader.xref.values()), *reader.xref_objStm})]
    while left:
        one = left.pop()
        if isinstance(one, DictionaryObject):
            yield from one
            left += [value for value in one.values() if not isinstance(value, IndirectObject)]
        elif isinstance(one, ArrayObject):
            left += [value for value in one if not isinstance(value, IndirectObject)]
        elif isinstance(one, NameObject):
            yield str(one)


def acts_in_zip(content: bytes) -> Iterator[tuple[str, str, list[str]]]:
    """Each file of an archive: its name, its kind, and what in it would act."""
    kinds = {"csv": "text/csv", "html": "text/html", "pdf": "application/pdf", "ics": "text/calendar"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if kind := kinds.get(name.rsplit(".", 1)[-1]):
                # The page of a record carries its own style, which no words of anybody's end.
                found = acts(kind, archive.read(name))
                yield name, kind, [what for what in found if kind != "text/html" or DID in what or what == "it was reckoned"]


@dataclass
class Form:
    """One form of a page: where it goes, what it sends as it stands, and which of it is typed."""

    action: str
    stands: dict[str, Any] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that post."""

    TYPED = ("text", "search", "email", "tel", "url", "password", "")
    SAMPLES = {"number": "1", "date": "2026-11-24", "time": "10:30", "datetime-local": "2026-11-24T10:30"}

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found, self._form, self._select = path, list[Form](), None, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self._form = Form(said.get("action") or self.path)
            self.found.append(self._form)
        form, name, kind = self._form, said.get("name", ""), said.get("type", "").lower()
        if form is None or (not name and tag != "option"):
            return
        if tag == "textarea" or (tag == "input" and kind in self.TYPED):
            form.typed.append(name)
        elif tag == "input" and kind in ("radio", "checkbox"):
            if name not in form.stands or "checked" in said:
                form.stands[name] = said.get("value", "on")
        elif tag == "input" and kind not in ("submit", "file", "button", "reset"):
            form.stands[name] = said.get("value") or self.SAMPLES.get(kind, "")
        elif tag == "button":
            form.stands.setdefault(name, said.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in said or not form.stands.get(self._select)):
            form.stands[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._form = None if tag == "form" else self._form
        self._select = "" if tag == "select" else self._select


def forms_of(path: str, content: bytes) -> list[Form]:
    """The forms of a page in which somebody types."""
    page = Forms(path)
    page.feed(content.decode())
    return [form for form in page.found if form.typed]
