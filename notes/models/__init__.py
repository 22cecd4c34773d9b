"""The record: what was done and said in a session, locked once signed; what was composed from it and for whom."""

from notes.models.draft import NoteDraft
from notes.models.note import Addendum, Measurement, Note, NotesChain, Treatment
from notes.models.summary import Share, ShareOpening, Summary

__all__ = ["Addendum", "Measurement", "Note", "NoteDraft", "NotesChain", "Share", "ShareOpening", "Summary",
           "Treatment"]
