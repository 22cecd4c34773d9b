"""The doctor's summary: drafts itself from signed notes only, from an allow-list of sections; signed, it is frozen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clients.episodes import today_in
from clients.models import Client, Doctor
from clients.standing import lock_client
from notes.letters import letters, printing
from notes.letters.sensation import TITLE as SENSATION
from notes.letters.sensation_history import sensation_between
from notes.models import Summary, SummaryPaper
from notes.summaries.discharging import ENDINGS, draft_discharge, drafted_at_end
from notes.summaries.drafting import draft_letter, draft_prose, signed_notes
from notes.summaries.suggesting import YEAR, latest_relapse
from notes.writing import NotATherapist, refuse_unless_therapist
from practice import audit, clock
from practice.access import Actor
from practice.encryption import UNREADABLE, faults_marked
from practice.refusals import BadInput, Refusal, Stale

USUAL_DAYS = 90
SECTIONS: dict[str, str] = {
    "ending": letters.ENDING, "reason": "Why", "course": "Course", "outcome": letters.OUTCOME,
    "conditions": "Conditions as reported", "limits": letters.LIMITS, "sensation": SENSATION,
    "year": letters.YEAR, "sessions": "What was done", "decisions": letters.DECISIONS, "readings": "Readings",
    "reactions": "Reactions", "watch": letters.WATCH, "back": letters.BACK, "questions": "Questions for you",
    "plan": "Plan",
}
# What only a discharge letter has.
OF_ENDING = ("ending", "outcome", "watch", "back")
OF_A_SUMMARY = tuple(section for section in SECTIONS if section not in OF_ENDING)
OF_A_DISCHARGE = tuple(SECTIONS)
# Told unless somebody chooses otherwise; work against the check and the year only where the therapist chooses to.
USUAL = tuple(section for section in OF_A_SUMMARY if section not in ("decisions", "year"))
_USUAL_AT_THE_END = tuple(section for section in SECTIONS if section not in ("decisions", "year", "questions", "plan"))
# A clearance request asks one thing and says what speaks against it; it tells of no session.
OF_A_REQUEST = ("reason", "conditions", "limits", "questions", "plan")


class NothingToSummarise(Refusal):
    """No signed note lies in the range."""

    code: ClassVar[str] = "no_signed_notes"
    title: ClassVar[str] = "Nothing signed in this time"


class SummarySigned(Refusal):
    """A signed summary is never changed; compose a new one."""

    code: ClassVar[str] = "summary_signed"
    title: ClassVar[str] = "This summary is signed"


def compose_summary(
    *, client: Client, doctor: Doctor, first: date, last: date, by: Actor, sections: Sequence[str] = (),
    ending: str = "",
) -> Summary:
    """Draft a summary from the signed notes between two dates (both included); a discharge letter where it ends.

    Without sections it tells what is usual; the map of what is felt then only where there is one.
    """
    refuse_unless_therapist(by)
    if last < first:
        raise BadInput("The end lies before the beginning.", field="to")
    if ending and ending not in ENDINGS:
        raise BadInput(f"Say why it ends: one of {', '.join(ENDINGS)}.", field="ending")
    may = OF_A_DISCHARGE if ending else OF_A_SUMMARY
    chosen = _chosen(sections, may) or usual_sections(client, first, last, is_end=bool(ending))
    notes = list(signed_notes(client, first, last))
    if not notes:
        days = f"{clock.said_date(first, year=True)} and {clock.said_date(last, year=True)}"
        raise NothingToSummarise(f"No note between {days} is signed. "
                                 "Sign the notes first, or choose other dates.")
    with transaction.atomic():
        lock_client(client)
        summary = Summary.objects.create(
            practice=client.practice, client=client, doctor=doctor, author=by, from_on=first, until_on=last,
            kind=Summary.Kind.DISCHARGE if ending else Summary.Kind.SUMMARY, sections=chosen,
            **draft_prose(client, notes, first, last, chosen),
            **(draft_discharge(client, notes, first, last, chosen, ending) if ending else {}))
        audit.record(by=by, verb="summary_composed", subject=summary, notes=len(notes))
    return summary


def write_summary(*, summary: Summary, by: Actor, expected_version: int | None = None,
                  sections: Sequence[str] | None = None, **prose: str) -> Summary:
    """Edit the prose or choose the sections of a draft."""
    with transaction.atomic():
        summary = _locked(summary)
        if summary.is_signed:
            raise SummarySigned("This summary is signed. Compose a new one to say more.")
        _refuse_unless_author(summary, by)
        _refuse_if_moved_on(summary, expected_version)
        for name in Summary.PROSE:
            if name in prose:
                setattr(summary, name, prose[name].replace("\x00", ""))
        if sections is not None:
            chosen = _chosen([*sections, *(["questions"] if summary.is_request else [])], sections_for(summary))
            if not chosen:
                raise BadInput("Choose at least one section.", field="sections")
            _draft_anew(summary, chosen)
            summary.sections = chosen
        summary.version += 1
        summary.save(update_fields=[*Summary.PROSE, "sections", "version"])
        audit.record(by=by, verb="summary_written", subject=summary)
    return summary


def _draft_anew(summary: Summary, chosen: Sequence[str]) -> None:
    """What nobody changed in the draft tells only of the sections chosen now; the therapist's own words stand."""
    if summary.is_request or set(chosen) == set(summary.sections):
        return
    was, now = _drafted(summary, summary.sections), _drafted(summary, chosen)
    for name, words in was.items():
        if _alike(getattr(summary, name), words):
            setattr(summary, name, now[name])


def _drafted(summary: Summary, sections: Sequence[str]) -> dict[str, str]:
    client, days = summary.client.standing, (summary.from_on, summary.until_on)
    notes = list(signed_notes(client, *days))
    if not notes:
        return {}
    told = draft_prose(client, notes, *days, sections)
    return told | (drafted_at_end(client, notes, *days, sections) if summary.is_discharge else {})


def _alike(text: str, draft: str) -> bool:
    return text.replace("\r\n", "\n").strip() == draft.strip()


def sign_summary(*, summary: Summary, by: Actor, expected_version: int | None = None) -> Summary:
    """Freeze exactly what will be read, with its hash; refuses if it changed since `expected_version` was seen."""
    with transaction.atomic():
        summary = _locked(summary)
        if summary.is_signed:
            raise SummarySigned("This summary is signed already.")
        _refuse_unless_author(summary, by)
        _refuse_if_moved_on(summary, expected_version)
        summary.content = letters.as_data(draft_letter(summary))
        summary.content_hash = hash_of(summary.content)
        summary.signed_at, summary.version = timezone.now(), summary.version + 1
        summary.save(update_fields=["content", "content_hash", "signed_at", "version"])
        _keep_paper(summary)
        audit.record(by=by, verb="summary_signed", subject=summary)
    return summary


def _keep_paper(summary: Summary) -> None:
    """Typeset the letter once: from now on everybody receives these bytes."""
    try:
        pdf = printing.letter_pdf(letter_of(summary))
    except printing.LetterNotTypeset as why:
        raise BadInput(f"This letter cannot be put on paper: {why.reason}. Change what it says, then sign.") from why
    SummaryPaper.objects.create(summary=summary, pdf=pdf, pdf_hash=hashlib.sha256(pdf).hexdigest())


def paper_of(summary: Summary) -> bytes:
    """The letter as PDF: exactly the bytes kept at signing; of a draft, as it stands now."""
    kept = SummaryPaper.objects.filter(summary=summary).first() if summary.is_signed else None
    return bytes(kept.pdf) if kept else printing.letter_pdf(letter_of(summary))


def doctors_of(client: Client) -> QuerySet[Doctor]:
    """The doctors who treat or refer this client, the first named first."""
    theirs = Doctor.objects.filter(practice_id=client.practice_id, client_links__client=client)
    return theirs.order_by("client_links__pk")


def days_to_tell(client: Client) -> tuple[date, date]:
    """From when to when a new summary tells: since the last one where notes were signed since, else of 90 days, the
    first one of a relapse of the last year from its onset."""
    today = today_in(client)
    signed = Summary.objects.filter(client__in=client.family).exclude(kind="request").exclude(signed_at=None)
    told = signed.filter(until_on__lt=today).order_by("-until_on").first()
    if told and signed_notes(client, told.until_on + timedelta(days=1), today).exists():
        return told.until_on + timedelta(days=1), today
    relapse = None if signed.exists() else latest_relapse(client, today - YEAR)
    usual = today - timedelta(days=USUAL_DAYS)
    return min(usual, relapse.onset_on) if relapse else usual, today


def letter_of(summary: Summary) -> letters.Letter:
    """What will be read: the frozen content once signed, the draft as it stands before."""
    return letters.letter_from_data(summary.content) if summary.is_signed else draft_letter(summary)


def hash_of(content: dict[str, Any]) -> str:
    """SHA-256 of a letter's data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_summaries(practice_id: UUID) -> list[str]:
    """Every signed summary whose content, or whose PDF, does not fit its hash, in words."""
    signed = Summary.objects.filter(practice_id=practice_id).exclude(signed_at=None).order_by("pk")
    papers = SummaryPaper.objects.filter(summary__practice_id=practice_id).order_by("pk")
    with faults_marked():
        return [*(f"summary {row.pk} was changed after it was signed" for row in signed.iterator(chunk_size=500)
                  if hash_of(row.content) != row.content_hash),
                *(f"the PDF of summary {row.pk} was changed after it was signed"
                  for row in papers.iterator(chunk_size=50)
                  if row.pdf == UNREADABLE or hashlib.sha256(row.pdf).hexdigest() != row.pdf_hash)]


def sections_for(summary: Summary) -> tuple[str, ...]:
    """The sections such a letter may have."""
    if summary.is_request:
        return OF_A_REQUEST
    return OF_A_DISCHARGE if summary.is_discharge else OF_A_SUMMARY


def usual_sections(client: Client, first: date, last: date, *, is_end: bool = False) -> list[str]:
    """What is told unless somebody chooses; no map where there is none, so that no agreement has to name it."""
    usual = _USUAL_AT_THE_END if is_end else USUAL
    has_map = sensation_between(client, first, last) is not None
    return [section for section in usual if section != "sensation" or has_map]


def _chosen(sections: Sequence[str], of: Sequence[str]) -> list[str]:
    """The sections in the letter's own order, once each; refuses those it cannot have."""
    unknown = [s for s in sections if s not in of]
    if unknown:
        raise BadInput(f"Unknown section “{unknown[0]}”. Choose from: {', '.join(of)}.", field="sections")
    return [section for section in SECTIONS if section in sections]


def _refuse_unless_author(summary: Summary, by: Actor) -> None:
    refuse_unless_therapist(by)
    if summary.author_id != by.pk:
        raise NotATherapist(f"{summary.author.name} writes this summary and signs it.")


def _refuse_if_moved_on(summary: Summary, expected_version: int | None) -> None:
    if expected_version is not None and summary.version != expected_version:
        raise Stale("This summary was changed meanwhile. Read it again.")


def _locked(summary: Summary) -> Summary:
    return (Summary.objects.select_for_update(of=("self",), no_key=True)
            .select_related("client__practice", "doctor", "author__user").get(pk=summary.pk))


