"""The record: what was done and said in a session, locked once signed; what was composed from it and for whom."""

from notes.models.home import HomeDone, HomeItem, HomeProgramme
from notes.models.note import Addendum, Measurement, Note, NotesChain, Treatment
from notes.models.summary import Share, ShareOpening, Summary

__all__ = ["Addendum", "HomeDone", "HomeItem", "HomeProgramme", "Measurement", "Note", "NotesChain", "Share",
           "ShareOpening", "Summary", "Treatment"]
