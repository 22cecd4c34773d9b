"""Send a signed letter on another way than the link: under the same agreement, written down as what went to whom."""

from __future__ import annotations

import base64
import hashlib
from io import BytesIO
from typing import ClassVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pypdf import PdfReader, PdfWriter

from clients.consents import stands
from clients.disclosures import record_disclosure
from clients.episodes import today_in
from clients.models import Consent, Doctor
from clients.words import one_line
from notes.models import Sending, Summary
from notes.sending.cover import cover_pdf
from notes.sending.joining import put_before
from notes.sharing.sharing import SummaryNotSigned, refuse_without_consent, what_it_is
from notes.summaries.summaries import paper_of
from notes.writing import refuse_unless_therapist
from practice import audit, clock, links
from practice.access import Actor
from practice.refusals import BadInput, Refusal
from practice.texting.numbers import in_full

HOW = {"sealed": "as an encrypted PDF", "post": "by post", "fax": "by fax", "secure-mail": "by secure e-mail"}
_MAILED = ("sealed", "secure-mail")
_GROUPS, _LETTERS = 4, 4  # a password of sixteen letters and digits: 80 bits


class NoGateway(Refusal):
    """No secure mail gateway is set for this installation."""

    code: ClassVar[str] = "no_secure_mail"
    title: ClassVar[str] = "No secure mail gateway"


class AgreementEnded(Refusal):
    """What was agreed to ended; nothing more is made of the letter for its doctor."""

    code: ClassVar[str] = "consent_missing"
    title: ClassVar[str] = "The client's agreement is missing"


@transaction.atomic
def send_letter(*, summary: Summary, consent: Consent | None, way: str, by: Actor, reason: str = "",
                to_address: str = "") -> Sending:
    """Write down that a signed letter goes to its doctor on this way; what leaves is made by `paper_for`.

    Refuses a draft, a missing agreement, an encrypted PDF without a reason, a way to nowhere, and secure e-mail where
    no gateway is set.
    """
    refuse_unless_therapist(by)
    if not summary.is_signed:
        raise SummaryNotSigned("Sign the letter first: what is sent does not change any more.")
    doctor, reason = summary.doctor, one_line(reason)[:300]
    typed = "" if way in _MAILED and doctor.email else to_address  # a mail goes to the address that is known
    address = typed.replace("\x00", "").strip()[:500] or _known_address(doctor, way)
    _refuse_unclear(way, address, reason, doctor)
    locked = Consent.objects.select_for_update(no_key=True).filter(pk=consent.pk).first() if consent else None
    refuse_without_consent(summary, locked, clock.wall_of(timezone.now(), summary.client.practice.time_zone)[0])
    assert locked is not None
    sending = Sending.objects.create(
        practice=summary.practice, summary=summary, doctor=doctor, consent=locked, way=way, reason=reason,
        to_address=address, sent_by=by)
    agreed = f"Treatment; agreed on {clock.said_date(locked.given_on, year=True)}"
    record_disclosure(
        client=summary.client, to_name=doctor.name, to_address=address, by=by, what=what_it_is(summary),
        why=f"{agreed}. {reason}" if reason else agreed, how=HOW[way],
        content_hash=hashlib.sha256(paper_of(summary)).hexdigest())
    audit.record(by=by, verb="letter_sent", subject=summary, client_id=summary.client_id, doctor=str(doctor.pk),
                 sending=str(sending.pk), way=way)
    return sending


def ways_open(doctor: Doctor) -> list[str]:
    """The ways that can be offered for this doctor: the gateway only where one is set and they have an address."""
    return [way for way in HOW if way != "secure-mail" or (settings.SECURE_MAIL_URL and doctor.email)]


def paper_for(sending: Sending) -> bytes:
    """What leaves: the kept letter, encrypted, or behind its cover page. Refuses once the agreement ended."""
    if not is_agreed(sending):
        raise AgreementEnded("The agreement was taken back or has ended: nothing more is made of this letter for the "
                             "doctor.")
    letter = paper_of(sending.summary)
    if sending.way == Sending.Way.SEALED:
        return _encrypted(letter, password_of(sending))
    if sending.way in (Sending.Way.POST, Sending.Way.FAX):
        pages = len(PdfReader(BytesIO(letter)).pages)
        return put_before(cover_pdf(sending, pages=pages + 1), letter)
    return letter


def is_agreed(sending: Sending) -> bool:
    """Whether the agreement under which it goes still stands today."""
    return stands(sending.consent, today_in(sending.summary.client.standing))


def password_of(sending: Sending) -> str:
    """The password of an encrypted letter, in four groups; worked out again when it is asked for, stored nowhere."""
    secret = base64.urlsafe_b64decode(f"{links.token_of('sealed-letter', sending.pk)}=")
    spelled = base64.b32encode(secret).decode()[:_GROUPS * _LETTERS].lower()
    return "-".join(spelled[at:at + _LETTERS] for at in range(0, len(spelled), _LETTERS))


def _encrypted(letter: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(letter))
    writer.encrypt(password, links.new_secret(), algorithm="AES-256")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _known_address(doctor: Doctor, way: str) -> str:
    return {"fax": doctor.fax, "post": "\n".join(doctor.address_lines())}.get(way, doctor.email)


def _refuse_unclear(way: str, address: str, reason: str, doctor: Doctor) -> None:
    if way not in HOW:
        raise BadInput("Choose how it goes.", field="way")
    if way == "sealed" and not reason:
        raise BadInput("Write why it goes as a file and not by link and code.", field="reason")
    if way == "fax" and not any(sign.isdigit() for sign in address):
        raise BadInput(f"Write {doctor.name}’s fax number.", field="to_address")
    if way == "post" and not address:
        raise BadInput(f"Write {doctor.name}’s address, as on an envelope.", field="to_address")
    if way == "secure-mail" and not settings.SECURE_MAIL_URL:
        raise NoGateway("No secure mail gateway is set for this installation (SECURE_MAIL_URL). Share it by link and "
                        "code.", field="way")
    if way == "secure-mail" and not doctor.email:
        raise BadInput(f"No e-mail address is known for {doctor.name}.", field="way")


def mobile_of(doctor: Doctor) -> str:
    """Where a text message reaches this doctor; empty where no such number is known."""
    return in_full(doctor.mobile, doctor.practice.country) if doctor.mobile else ""
