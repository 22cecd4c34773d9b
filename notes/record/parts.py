"""What the record keeps of a client, and what of it comes over when two rows of one person are merged.

What is signed stays on the row it was signed on: the database refuses to change it, and its hash names that row.
"""

from __future__ import annotations

from django.utils import timezone

from clients.body import REGIONS
from clients.keeping.parts import LEFT_OUT, Part, name_in, register_parts
from clients.keeping.retention import CONTACTS, Contact
from clients.models import Client
from notes.measures.catalogue import MEASURES
from notes.measures.chosen import choices_come_over
from notes.measures.goals import goals_come_over
from notes.models import (
    Addendum,
    AnswerDone,
    BrokenGlass,
    ChosenMeasures,
    ClientCopy,
    ClientGoal,
    CoSignature,
    DoctorAnswer,
    FollowUp,
    HomeDone,
    HomeItem,
    HomeProgramme,
    Measurement,
    Note,
    NoteDraft,
    NoteEvent,
    OutsideTotal,
    Sending,
    Share,
    ShareOpening,
    Summary,
    Treatment,
)
from practice.techniques import TECHNIQUES


def _drafts_come_over(merged: Client, stays: Client) -> None:
    Note.objects.filter(client=merged, signed_at=None).update(client=stays)


def _draft_summaries_come_over(merged: Client, stays: Client) -> None:
    Summary.objects.filter(client=merged, signed_at=None).update(client=stays)


def _draft_copies_come_over(merged: Client, stays: Client) -> None:
    ClientCopy.objects.filter(client=merged, signed_at=None).update(client=stays)


def _programmes_come_over(merged: Client, stays: Client) -> None:
    """Every version; of two that stand, the one of the row that stays goes on standing."""
    theirs = HomeProgramme.objects.filter(client=merged)
    if HomeProgramme.objects.filter(client=stays, ended_at=None).exists():
        theirs.filter(ended_at=None).update(ended_at=timezone.now())
    theirs.update(client=stays)


CONTACTS += [
    Contact(Note, "visit_on"), Contact(Note, "signed_at"), Contact(Addendum, "written_at", "note__client"),
    Contact(Summary, "signed_at"), Contact(Sending, "created_at", "summary__client"), Contact(ClientCopy, "signed_at"),
    Contact(DoctorAnswer, "at", "share__summary__client"), Contact(FollowUp, "answered_at", "appointment__client"),
    Contact(HomeProgramme, "assigned_at"), Contact(OutsideTotal, "rated_on"), Contact(ClientGoal, "recorded_at"),
]
register_parts(
    Part("notes", Note, "note", "notes", comes_over=_drafts_come_over),
    Part("treatments", Treatment, "treatment", "treatments", link="note",
         names={"region": name_in(REGIONS), "technique": name_in(TECHNIQUES)}),
    Part("events", NoteEvent, "event", "events", link="note",
         names={"region": name_in(REGIONS), "work_region": name_in(REGIONS), "work_technique": name_in(TECHNIQUES)}),
    Part("readings", Measurement, "reading", "readings", link="note", names={"measure": name_in(MEASURES)}),
    Part("goals", ClientGoal, "own goal", "own goals", comes_over=goals_come_over),
    Part("chosen-measures", ChosenMeasures, "choice of measures", "choices of measures", comes_over=choices_come_over),
    Part("totals", OutsideTotal, "total from elsewhere", "totals from elsewhere", names={"measure": name_in(MEASURES)}),
    Part("typing", NoteDraft, "unfinished sheet", "unfinished sheets", link="note", without=("tab", "turn")),
    Part("addenda", Addendum, "addendum", "addenda", link="note"),
    Part("co-signatures", CoSignature, "co-signature", "co-signatures", link="note"),
    Part("broken-glass", BrokenGlass, "opening with a reason", "openings with a reason", link="note"),
    Part("follow-ups", FollowUp, "answer after a visit", "answers after visits", link="appointment"),
    Part("home-programmes", HomeProgramme, "home programme", "home programmes", comes_over=_programmes_come_over),
    Part("home-items", HomeItem, "thing to do at home", "things to do at home", link="programme"),
    Part("home-done", HomeDone, "day on which it was done", "days on which it was done", link="item"),
    Part("summaries", Summary, "summary", "summaries", comes_over=_draft_summaries_come_over),
    Part("shares", Share, "sharing", "sharings", link="summary", without=("token_hash", "code_hash")),
    Part("doctors-answers", DoctorAnswer, "doctor’s answer", "doctors’ answers", link="share",
         without=("key",)),
    Part("answers-done", AnswerDone, "answer dealt with", "answers dealt with", link="answer"),
    Part("sendings", Sending, "sending on another way", "sendings on another way", link="summary"),
    Part("copies", ClientCopy, "copy for the client", "copies for the client", without=("pdf",),
         comes_over=_draft_copies_come_over),
    Part("share-openings", ShareOpening, "opening by a doctor", "openings by a doctor", link="share"),
)
LEFT_OUT["notes.SummaryPaper"] = "The same bytes stand beside it, under letters/."
