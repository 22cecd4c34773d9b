"""What each row of a list of clients says of a person, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from phonenumbers import PhoneNumberFormat

from clients.duplicates import Listed
from clients.forms import LANGUAGES
from clients.importing.files import LONGEST_CELL
from clients.importing.kinds import fault
from clients.importing.people_targets import CLIENTS
from clients.importing.values import Unreadable, day_in, said_yes
from clients.models import Client, Import, ImportRow
from clients.profiles import ProfileFields, ReminderConsent, draft_client
from clients.search import folded
from clients.words import check_phone
from practice import clock
from practice.access import Actor
from practice.models import Practice
from practice.refusals import Refusal
from practice.texting.numbers import in_full

State = ImportRow.State
_LONGEST = {"name": 120, "preferred_name": 60, "email": 254, "phone": 40, "time_zone": 64}
_COLUMN_OF = {"reminder_consent/given_on": "agreed_on", "reminder_consent/source": "agreed_on", "phone": "phone",
              "email": "email", "name": "name", "birth_date": "birth_date"}

def fingerprint(*words: str) -> str:
    """The same for the same words, whatever their case, accents and spaces."""
    return hashlib.sha256("\n".join(" ".join(folded(word).split()) for word in words).encode()).hexdigest()


def cells_by_target(brought: Import, row: ImportRow) -> dict[str, str]:
    """The cells of a row by what they become."""
    return {code: cell for code, cell in zip(brought.mapping, row.cells, strict=False) if code}


def brought_before(practice: Practice, kind: str) -> dict[str, UUID]:
    """The fingerprints of all rows of this kind that became something, with the id of what."""
    rows = ImportRow.objects.filter(practice=practice, kind=kind, state__in=(State.DONE, State.SAME))
    return {key: made for key, made in rows.values_list("key", "made_id") if made}


def shape_faults(brought: Import, row: ImportRow) -> list[dict[str, str]]:
    """What is wrong with the row as a row: cells beyond the last header, cells that are far too long."""
    if extra := [cell for cell in row.cells[len(brought.columns):] if cell]:
        return [fault("", extra[0], f"This row has {len(row.cells)} cells, the list {len(brought.columns)} columns. "
                      "Put cells that hold the separator in quotation marks.")]
    return [fault(brought.columns[i], cell, f"This cell has {len(cell):,} letters. Shorten it.")
            for i, cell in enumerate(row.cells) if len(cell) > LONGEST_CELL]


class PeopleReader:
    """Reads a list of people; knows whom the practice lists, and who was brought before."""

    def __init__(self, brought: Import, by: Actor) -> None:
        self.brought, self.by, self.practice = brought, by, brought.practice
        self.today = clock.wall_of(timezone.now(), self.practice.time_zone)[0]
        self.column = {code: brought.columns[i] for i, code in enumerate(brought.mapping) if code}
        self.listed = Listed(Client.objects.filter(practice=self.practice, merged_into=None))
        self.known = brought_before(self.practice, CLIENTS)
        self.people = {pk: (merged or pk, name) for pk, merged, name in Client.objects.filter(
            practice=self.practice).values_list("pk", "merged_into", "name")}
        self.seen: dict[str, int] = {}

    def remember(self, rows: Iterable[ImportRow]) -> None:
        for row in rows:
            if row.state != State.FAULTY:
                self.seen.setdefault(row.key, row.number)

    def read(self, row: ImportRow) -> None:
        row.faults, row.alike, row.reading, row.key = shape_faults(self.brought, row), [], {}, ""
        said = cells_by_target(self.brought, row)
        profile = self._profile(said, row)
        row.key = (fingerprint("id", said["external_id"]) if said.get("external_id") else fingerprint(
            "row", *(str(profile.get(name) or "") for name in ("name", "email", "phone", "birth_date"))))
        if not row.faults:
            self._refuse_impossible(profile, row)
        first = self.seen.get(row.key)
        if first not in (None, row.number) and not row.faults:
            column = self.column.get("external_id") or self.column.get("name") or self.column.get("last_name", "")
            row.faults = [fault(column, said.get("external_id") or profile.get("name", ""),
                                f"This is the same as row {first}. Delete one of the two.")]
        if row.faults:
            row.state = State.FAULTY
            return
        alike = self.listed.alike(profile["name"], profile.get("email", ""), profile.get("phone", ""))
        if row.key in self.known:
            self._know_again(row, said, alike)
            return
        self.seen.setdefault(row.key, row.number)
        row.reading = _as_json(profile) | {"gone": self._is_gone(said)}
        if alike and not row.is_decided:
            row.alike, row.state = sorted(map(str, alike))[:5], State.ASKED
        else:
            row.state = State.READY

    def _know_again(self, row: ImportRow, said: dict[str, str], alike: set[UUID]) -> None:
        """Here already, where it is the same person still: two systems may give one number to two people."""
        standing, name = self.people.get(self.known[row.key], (None, "somebody who is no longer here"))
        if not said.get("external_id") or standing in alike:
            row.state = State.KNOWN
            self.seen.setdefault(row.key, row.number)
            return
        row.state = State.FAULTY
        row.faults = [self._fault("external_id", said["external_id"], f"This number was brought before, as {name}. If "
                                  "it is another system's number, change the columns and leave that one out.")]

    def _profile(self, said: dict[str, str], row: ImportRow) -> ProfileFields:
        profile = ProfileFields(name=self._name(said, row))
        if said.get("preferred_name"):
            profile["preferred_name"] = self._words("preferred_name", said["preferred_name"], row)
        profile["email"] = self._email(said.get("email", ""), row)
        profile["phone"] = self._phone(said, row)
        if born := self._day("birth_date", said, row):
            profile["birth_date"] = born
        if code := self._language(said.get("language", ""), row):
            profile["language"] = code
        if zone := said.get("time_zone", ""):
            if not clock.is_zone(zone):
                row.faults.append(self._fault("time_zone", zone, "Write a zone such as Europe/Berlin, or leave it "
                                              "empty: then it is the practice's."))
            elif zone != self.practice.time_zone:
                profile["time_zone"] = zone
        self._agreement(said, profile, row)
        return profile

    def _name(self, said: dict[str, str], row: ImportRow) -> str:
        parts = [self._words(code, said[code], row) for code in ("first_name", "last_name") if said.get(code)]
        if not parts and said.get("name"):
            last, comma, first = self._words("name", said["name"], row).partition(",")
            parts = [first.strip(), last.strip()] if comma and first.strip() else [last.strip()]
        name = " ".join(parts)
        if not name and not row.faults:
            code = "name" if "name" in self.column else "last_name" if "last_name" in self.column else "first_name"
            row.faults.append(self._fault(code, "", "Write their name."))
        if len(name) > _LONGEST["name"]:
            row.faults.append(self._fault("name", name, "A name has at most 120 letters."))
        return name

    def _words(self, code: str, cell: str, row: ImportRow) -> str:
        if cell.startswith(("=", "@")):
            row.faults.append(self._fault(code, cell, "This is a formula, not words. Write what it should say."))
        elif len(cell) > _LONGEST.get(code, 120):
            row.faults.append(self._fault(code, cell, f"At most {_LONGEST.get(code, 120)} letters."))
        return cell

    def _email(self, cell: str, row: ImportRow) -> str:
        address = cell.removeprefix("mailto:").strip()
        if not address:
            return ""
        try:
            validate_email(address)
            if len(address) > _LONGEST["email"]:
                raise ValidationError("too long")
        except ValidationError:
            row.faults.append(self._fault("email", cell, "Write one whole address, for example maria@example.org, or "
                                          "leave it empty."))
        return address

    def _phone(self, said: dict[str, str], row: ImportRow) -> str:
        code = "mobile" if said.get("mobile") else "phone"
        cell = said.get(code, "")
        if not cell:
            return ""
        words = ""
        if "E+" in cell.upper().replace(" ", ""):
            words = "The spreadsheet has cut this number short. Make the column text there, and export it once more."
        else:
            try:
                check_phone(cell)
                if len(cell) > _LONGEST["phone"]:
                    words = "Write one number, of at most 40 letters."
            except ValidationError:
                words = "Write one phone number in digits, for example +1 206 555 0100."
        if words:
            row.faults.append(self._fault(code, cell, words))
            return cell
        whole = in_full(cell, self.practice.country)
        return phonenumbers.format_number(phonenumbers.parse(whole), PhoneNumberFormat.INTERNATIONAL) if whole else cell

    def _day(self, code: str, said: dict[str, str], row: ImportRow) -> date | None:
        if not said.get(code):
            return None
        try:
            return day_in(said[code], self.brought.date_order, latest=self.today)
        except Unreadable as unreadable:
            row.faults.append(self._fault(code, said[code], str(unreadable)))
            return None

    def _language(self, cell: str, row: ImportRow) -> str:
        if not cell:
            return ""
        word = folded(cell)
        code = next((code for code, name in LANGUAGES.items()
                     if word.split("-")[0].split("_")[0] == code or word in (folded(name), _IN_ENGLISH.get(code))), "")
        if not code:
            row.faults.append(self._fault("language", cell, "Write a language such as English, Español, Français or "
                                          "Deutsch, or leave it empty."))
        return code

    def _agreement(self, said: dict[str, str], profile: ProfileFields, row: ImportRow) -> None:
        """What a column says they agreed to; nobody agreed to anything by being on a list."""
        on, cell = self._day("agreed_on", said, row), said.get("agreed", "")
        if not cell or said_yes(cell) is False:
            return
        word = folded(cell)
        ways = [way for way, signs in (("email", ("mail",)), ("sms", ("sms", "text"))) if any(s in word for s in signs)]
        if said_yes(cell):
            ways = ["email"] if profile.get("email") else []
        elif not ways:
            row.faults.append(self._fault("agreed", cell, "Write yes, e-mail, text message or no."))
        ways = [way for way in ways if profile.get("email" if way == "email" else "phone")]
        if ways:
            source = f"the list “{self.brought.file_name[:50]}”, column “{self.column['agreed'][:30]}”"
            profile["channels"] = ways
            profile["reminder_consent"] = ReminderConsent(on or self.today, source)

    def _is_gone(self, said: dict[str, str]) -> bool:
        gone, still = said.get("archived", ""), said.get("active", "")
        return bool((gone and said_yes(gone) is not False) or (still and said_yes(still) is False))

    def _refuse_impossible(self, profile: ProfileFields, row: ImportRow) -> None:
        try:
            draft_client(practice=self.practice, by=self.by, **profile)
        except Refusal as refused:
            code = _COLUMN_OF.get(refused.field, "")
            code = code if code in self.column else next((c for c in ("mobile", "phone", "email", "name", "last_name")
                                                          if c in self.column), "")
            row.faults.append(self._fault(code, "", refused.detail))

    def _fault(self, code: str, value: str, words: str) -> dict[str, str]:
        return fault(self.column.get(code, ""), value, words)


_IN_ENGLISH = {"es": "spanish", "fr": "french", "de": "german", "pt": "portuguese", "it": "italian", "nl": "dutch",
               "pl": "polish", "uk": "ukrainian", "ru": "russian", "tr": "turkish", "ar": "arabic", "fa": "persian",
               "hi": "hindi", "zh": "chinese", "ja": "japanese", "ko": "korean", "vi": "vietnamese", "so": "somali"}


def _as_json(profile: ProfileFields) -> dict[str, Any]:
    kept: dict[str, Any] = dict(profile)
    if kept.get("birth_date"):
        kept["birth_date"] = kept["birth_date"].isoformat()
    if agreed := kept.pop("reminder_consent", None):
        kept["agreed"] = [agreed.given_on.isoformat(), agreed.source]
    return kept


