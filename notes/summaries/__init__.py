"""The doctor's summary: drafted from signed notes, changed, signed."""
