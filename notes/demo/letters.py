"""The demo's letters: a summary Ruth's neurologist has answered, Daniel's discharge letter by post, Ruth's own copy."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from clients.clearances import Terms
from clients.consents import record_consent
from clients.models import Client, Consent, Doctor
from notes.copies.copies import compose_copy, hand_over, sign_copy
from notes.demo.clockwork import as_of
from notes.doctors.answering import AnswerInput, answer_share
from notes.models import Share
from notes.sending.ways import send_letter
from notes.sharing import sharing
from notes.summaries import summaries
from notes.summaries.discharging import first_signed_on
from practice.models import Membership, Practice


def build_letters(
    practice: Practice, ana: Membership, ben: Membership, doctors: dict[str, Doctor], today: date,
) -> None:
    """Compose, sign, share, answer and hand over through the product's own verbs."""
    ruth, daniel = (Client.objects.get(practice=practice, name=name) for name in ("Ruth Ellery", "Daniel Reyes"))
    share = _summary(ruth, doctors["Dr Adaeze Okafor"], ana, today)
    _answered(share, today)
    _discharged(daniel, doctors["Dr Miriam Stein"], ben, today)
    with as_of(timezone.now() - timedelta(hours=5)):
        draft = compose_copy(client=ruth, first=today - timedelta(days=60), last=today, by=ana, is_large=True)
        hand_over(copy=sign_copy(copy=draft, expected_version=draft.version, by=ana), how="in-person", by=ana)


def _summary(ruth: Client, doctor: Doctor, ana: Membership, today: date) -> Share:
    """Shared yesterday, read some hours later."""
    now = timezone.now()
    with as_of(now - timedelta(days=1)):
        summary = summaries.compose_summary(client=ruth, doctor=doctor, by=ana,
                                            first=today - timedelta(days=60), last=today)
        summary = summaries.write_summary(
            summary=summary, by=ana, questions="Is deeper work on the thighs all right with you?")
        summary = summaries.sign_summary(summary=summary, by=ana)
        consent = _agreed(ruth, doctor, ana, today)
        made = sharing.share_summary(summary=summary, doctor=doctor, consent=consent, by=ana)
        sharing.mail_link(share=made.share, by=ana)
    with as_of(now - timedelta(hours=20)):
        sharing.open_share(token=made.url.rstrip("/").rsplit("/", 1)[1], code=made.code)
    return made.share


def _answered(share: Share, today: date) -> None:
    """The neurologist's word; it waits for Ana to accept it."""
    with as_of(timezone.now() - timedelta(hours=19)):
        answer_share(share=share, answer=AnswerInput(
            "granted", "Dr Adaeze Okafor", "GMC 7012345", "Fine while her skin is intact. Stop if spasms increase.",
            terms=Terms(max_pressure=3, minutes=60, expires_on=today + timedelta(days=120))))


def _discharged(daniel: Client, doctor: Doctor, ben: Membership, today: date) -> None:
    """He moves; his family doctor had the letter by post two days ago."""
    with as_of(timezone.now() - timedelta(days=2)):
        letter = summaries.compose_summary(client=daniel, doctor=doctor, by=ben, ending="elsewhere",
                                           first=first_signed_on(daniel) or today, last=today)
        letter = summaries.sign_summary(summary=letter, by=ben)
        send_letter(summary=letter, consent=_agreed(daniel, doctor, ben, today), way="post", by=ben)


def _agreed(client: Client, doctor: Doctor, by: Membership, today: date) -> Consent:
    return record_consent(client=client, by=by, doctor=doctor, text_version=sharing.CONSENT_TEXT_VERSION,
                          how="in person", given_on=today - timedelta(days=20), until=today + timedelta(days=345))
