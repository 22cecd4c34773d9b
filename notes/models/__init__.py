"""The record: what was done and said in a session, locked once signed; what was composed from it and for whom."""

from notes.models.events import NoteEvent
from notes.models.goals import ChosenMeasures, ClientGoal, OutsideTotal, WorryingAnswer
from notes.models.note import Addendum, Measurement, Note, NotesChain, Treatment
from notes.models.summary import Share, ShareOpening, Summary

__all__ = [
    "Addendum", "ChosenMeasures", "ClientGoal", "Measurement", "Note", "NoteEvent", "NotesChain", "OutsideTotal",
    "Share", "ShareOpening", "Summary", "Treatment", "WorryingAnswer",
]
