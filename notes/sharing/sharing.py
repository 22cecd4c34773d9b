"""Share a signed summary with its doctor: link and code by separate ways, with the client's consent, until revoked.

Unknown, expired, revoked, and wrong code get one answer, byte for byte.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone

from clients.consents import NOTICE, ConsentMissing
from clients.disclosures import OPENED, record_disclosure
from clients.doctors import corrected_since
from clients.models import Consent, Doctor
from notes.models import Share, ShareOpening, Summary
from notes.sharing.opened import tell_opened
from notes.writing import refuse_unless_therapist
from practice import audit, clock, links, outbox, walls, wording
from practice.access import Actor, Outsider
from practice.models import Message
from practice.outbox import Kind, Said
from practice.refusals import BadInput, Refusal
from practice.wording.examples import example_of

LIVES_DAYS, LONGEST_DAYS = 14, 365
CODE_DIGITS = 6
NOTICE_OF_SHARE = "summary-shared"  # the message to the doctor
CONSENT_TEXT_VERSION = "2026-11"  # of the words in `words_to_ask`
ANSWER = "answer"  # what a link and code are opened for: the page, the letter, an answer
SHARED: list[Callable[[Share, Actor], None]] = []  # what else happens in the moment of sharing
NO_ENTRY = (
    "This link and code do not open anything. The code may be mistyped, the link may have expired, been used up or "
    "been withdrawn. Ask the practice that sent you this link for a new one; its number is in their message."
)


class SummaryNotSigned(Refusal):
    """Only signed summaries are shared."""

    code: ClassVar[str] = "summary_not_signed"
    title: ClassVar[str] = "Sign the summary first"


@dataclass(frozen=True, slots=True)
class NewShare:
    """A share just made; url and code are shown this once."""

    share: Share
    url: str
    code: str


def share_summary(*, summary: Summary, doctor: Doctor, consent: Consent | None, by: Actor,
                  expires_on: date | None = None) -> NewShare:
    """Open a signed summary to its doctor until the end of a day; the link goes by e-mail, the code another way.

    Refuses a draft, another doctor than the summary's, and a consent that is missing, for another doctor, for
    fewer sections, expired or withdrawn. A consent that ends sooner closes it sooner.
    """
    refuse_unless_therapist(by)
    if doctor.pk != summary.doctor_id:
        raise BadInput(f"This summary is written to {summary.doctor.name}.", field="doctor")
    zone = summary.client.practice.time_zone
    today = clock.wall_of(timezone.now(), zone)[0]
    last_day = expires_on or today + timedelta(days=LIVES_DAYS)
    if last_day < today:
        raise BadInput(f"{clock.said_date(last_day, today=today)} has passed.", field="expires_on")
    if last_day > today + timedelta(days=LONGEST_DAYS):
        raise BadInput(f"A link stays open for {LONGEST_DAYS} days at most.", field="expires_on")
    if not summary.is_signed:
        raise SummaryNotSigned("Sign the summary first: what is shared does not change any more.")
    with transaction.atomic():
        locked = Consent.objects.select_for_update(no_key=True).filter(pk=consent.pk).first() if consent else None
        refuse_without_consent(summary, locked, today)
        assert locked is not None
        share = Share(practice=summary.practice, summary=summary, doctor=doctor, consent=locked, shared_by=by,
                      expires_at=_end_of(min(last_day, locked.until or last_day), zone),
                      most_openings=summary.practice.share_openings)
        token, code = links.token_of("share", share.pk), code_of(share.pk)
        share.token_hash, share.code_hash = links.hash_of(token), _code_hash(token, code)
        share.save(force_insert=True)
        record_disclosure(
            client=summary.client, to_name=doctor.name, to_address=doctor.address or doctor.email, by=by,
            what=what_it_is(summary), how="by link and code",
            why=f"Treatment; agreed on {clock.said_date(locked.given_on, year=True)}",
            subject_id=share.pk, content_hash=summary.content_hash)
        for told in SHARED:
            told(share, by)
        audit.record(by=by, verb="summary_shared", subject=summary, client_id=summary.client_id, doctor=str(doctor.pk),
                     share=str(share.pk))
    return NewShare(share, url_of(share), code)


def what_it_is(summary: Summary) -> str:
    """What went out, for the list of it: "Summary of Mon 7 Sep to Tue 24 Nov 2026"."""
    until = clock.said_date(summary.until_on, year=True)
    if summary.is_request:
        return f"Clearance request of {until}"
    name = "Discharge letter" if summary.is_discharge else "Summary"
    return f"{name} of {clock.said_date(summary.from_on)} to {until}"


def refuse_without_consent(summary: Summary, consent: Consent | None, today: date) -> None:
    """Raise `ConsentMissing` saying which of the five reasons it is, and the words to ask with."""
    if missing := _missing(summary, consent, today):
        reason, what = missing
        ask = f"Ask {summary.client.standing.called}: “{words_to_ask(summary)}”"
        raise ConsentMissing(f"{what} {ask}", reason=reason)


def _missing(summary: Summary, consent: Consent | None, today: date) -> tuple[str, str] | None:
    """What is wrong with this agreement for this summary today: a code and a sentence; None where it fits."""
    if consent is None or consent.kind == NOTICE or consent.client_id != summary.client.standing_id:
        return "missing", "No agreement is recorded."
    if consent.withdrawn_at:
        return "withdrawn", "The agreement was withdrawn."
    if consent.doctor_id != summary.doctor_id:
        return "other_doctor", "The agreement names another doctor."
    if consent.until and consent.until < today:
        return "expired", f"The agreement ended on {clock.said_date(consent.until)}."
    if consent.given_on > today:
        return "missing", "The agreement only begins later."
    if consent.sections and not set(summary.sections) <= set(consent.sections):
        return "wider_sections", "The agreement covers fewer sections than this summary has."
    return None


def words_to_ask(summary: Summary) -> str:
    """The very words with which the client is asked, as `CONSENT_TEXT_VERSION` names them."""
    if summary.is_request:
        return (f"May I ask {summary.doctor.name} what may be done in our sessions, and tell them what speaks against "
                "it? You can see it first, and you can take this back at any time.")
    first, last = (clock.said_date(day, year=True) for day in (summary.from_on, summary.until_on))
    picture = ", with one picture of the twelve months before" if "year" in summary.sections else ""
    name = "discharge letter about" if summary.is_discharge else "summary of"
    return (f"May I send {summary.doctor.name} a {name} our sessions from {first} to {last}{picture}? You can see "
            "it first, and you can take this back at any time.")


def fitting_consent(summary: Summary) -> Consent | None:
    """The client's latest agreement under which this summary may be shared today, if there is one."""
    today = _today(summary)
    return next((given for given in _given(summary) if _missing(summary, given, today) is None), None)


def why_not_agreed(summary: Summary) -> str:
    """Why the client's latest agreement about this doctor does not fit today; empty where it does, or none is."""
    last = _given(summary).first()
    missing = _missing(summary, last, _today(summary)) if last else None
    return missing[1] if missing else ""


def _given(summary: Summary) -> QuerySet[Consent]:
    theirs = Consent.objects.filter(client=summary.client.standing_id, doctor=summary.doctor_id)
    return theirs.exclude(kind=NOTICE)


def _today(summary: Summary) -> date:
    return clock.wall_of(timezone.now(), summary.practice.time_zone)[0]


def code_of(share_id: UUID) -> str:
    """The code of a share, worked out again for the text that carries it; stored nowhere."""
    return f"{links.number_of('share-code', share_id, below=10**CODE_DIGITS):0{CODE_DIGITS}d}"


def url_of(share: Share) -> str:
    """The doctor's link; derived again whenever a message needs it, stored nowhere."""
    return f"{settings.BASE_URL}/s/{links.token_of('share', share.pk)}/"


def mail_link(*, share: Share, by: Actor) -> Message | None:
    """Queue the notice to the doctor with the link (never the code); None without an address."""
    doctor = share.doctor
    if not doctor.email:
        return None
    return outbox.queue_message(
        practice=share.practice, kind=NOTICE_OF_SHARE, subject_id=share.pk, to_address=doctor.email,
        to_name=doctor.name, due_at=timezone.now(), useful_until=share.expires_at, why=f"{by.name} shared a summary.",
        client_id=share.summary.client_id)


def _share_stands(message: Message) -> str | None:
    share = standing_share(message)
    return corrected_since(message, share.doctor.email) if share else "The share was withdrawn."


def standing_share(message: Message) -> Share | None:
    """The share a message is about, while it opens."""
    return Share.objects.select_related("doctor__practice").filter(
        pk=message.subject_id, revoked_at=None, consent__withdrawn_at=None, expires_at__gt=timezone.now()).first()


def _about_share(message: Message) -> Said:
    share = Share.objects.select_related("practice", "doctor", "shared_by__user").get(pk=message.subject_id)
    until = wording.piece("notes", "end_of", day=clock.said_date(share.last_day))
    return Said({"sender": share.shared_by.name, "until": until, "link": url_of(share)}, share.doctor.name)


outbox.declare(Kind(NOTICE_OF_SHARE, "Summary shared", _share_stands, _about_share, keeps_quiet_hours=False,
                    is_to="doctor", when="At once, when a therapist sends a doctor the link to a letter.",
                    variables={"sender": "Ana Alves", "until": example_of("notes", "end_of", {"day": "Mon 7 Dec"}),
                               "link": "https://practice.example/s/Zm9yIHRoaXM/"}))


def revoke_share(*, share: Share, by: Actor) -> Share:
    """Close a share at once, for every page and letter behind it."""
    with transaction.atomic():
        share = Share.objects.select_for_update(no_key=True).get(pk=share.pk)
        if share.revoked_at is None:
            share.revoked_at = timezone.now()
            share.save(update_fields=["revoked_at"])
            audit.record(by=by, verb="share_revoked", subject=share, client_id=share.summary.client_id)
            outbox.cancel_messages(subject_id=share.pk, kinds=[NOTICE_OF_SHARE, "share-code"],
                                   why="The share was withdrawn.")
    return share


def withdraw_consent(*, consent: Consent, by: Actor) -> Consent:
    """The client takes their agreement back: effective at once, every open share under it closes."""
    with transaction.atomic():
        consent = Consent.objects.select_for_update(no_key=True).get(pk=consent.pk)
        if consent.withdrawn_at is None:
            consent.withdrawn_at = timezone.now()
            consent.save(update_fields=["withdrawn_at"])
            audit.record(by=by, verb="consent_withdrawn", subject=consent)
        for share in Share.objects.filter(consent=consent, revoked_at=None):
            revoke_share(share=share, by=by)
    return consent


def _first_opened(shares: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of these shares was opened first."""
    rows = ShareOpening.objects.filter(share__in=list(shares)).order_by()
    return dict(rows.values_list("share").annotate(Min("at")))


OPENED.append(_first_opened)


def open_share(*, token: str, code: str, what: str = "page") -> Share | None:
    """The share behind link and code, its opening counted and logged; None for everything that does not open.

    An answer is no opening: it comes through as long as the share is open, however often it was looked at.
    A guess is counted before it is compared, by one conditional UPDATE: of 200 at once at most five are compared.
    """
    typed = re.sub(r"[\s-]", "", code)
    if not typed:
        return None
    live = Share.objects.filter(token_hash=links.hash_of(token), revoked_at=None, expires_at__gt=timezone.now())
    with walls.everywhere():
        whose = live.values_list("practice_id", flat=True).first()
    if whose is None:
        return None
    walls.enter(whose)
    counted = live.filter(wrong_codes__lt=Share.MOST_WRONG_CODES).update(wrong_codes=F("wrong_codes") + 1)
    if not counted:
        return None
    share = live.select_related("summary__client__practice", "doctor", "practice", "shared_by__user", "consent").first()
    if share is None or not hmac.compare_digest(share.code_hash, _code_hash(token, typed)):
        return None
    with transaction.atomic():
        # Once more, now under the row's lock: a share revoked this moment opens nothing.
        if share.consent.withdrawn_at or not live.filter(pk=share.pk).update(wrong_codes=0):
            return None
        if what == ANSWER:
            return share
        is_left = live.filter(pk=share.pk, openings_counted__lt=F("most_openings"))
        if not is_left.update(openings_counted=F("openings_counted") + 1):
            return None
        ShareOpening.objects.create(share=share, what=what)
        doctor = Outsider(share.practice, "doctor", share.doctor.name)
        audit.record(by=doctor, verb=f"share_{what}_opened", subject=share, client_id=share.summary.client_id)
        tell_opened(share)
    return share


def _code_hash(token: str, code: str) -> str:
    return links.hash_of(f"{token}:{code}")


def _end_of(day: date, zone: str) -> datetime:
    return clock.day_begins(day + timedelta(days=1), zone)
