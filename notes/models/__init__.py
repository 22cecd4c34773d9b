"""The record: what was done and said in a session, locked once signed; what was composed from it and for whom."""

from notes.models.answers import AnswerDone, DoctorAnswer
from notes.models.draft import NoteDraft
from notes.models.events import NoteEvent
from notes.models.follow_ups import FollowUp
from notes.models.goals import ChosenMeasures, ClientGoal, OutsideTotal, WorryingAnswer
from notes.models.home import HomeDone, HomeItem, HomeProgramme
from notes.models.note import Addendum, Measurement, Note, NotesChain, Treatment
from notes.models.own_words import BillingCode, Snippet
from notes.models.record import BrokenGlass, CoSignature
from notes.models.sendings import ClientCopy, Sending
from notes.models.summary import Share, ShareOpening, Summary, SummaryPaper

__all__ = [
    "Addendum", "AnswerDone", "BillingCode", "BrokenGlass", "ChosenMeasures", "ClientCopy", "ClientGoal",
    "CoSignature", "DoctorAnswer", "FollowUp", "HomeDone", "HomeItem", "HomeProgramme", "Measurement", "Note",
    "NoteDraft", "NoteEvent", "NotesChain", "OutsideTotal", "Sending", "Share", "ShareOpening", "Snippet", "Summary",
    "SummaryPaper", "Treatment", "WorryingAnswer",
]
