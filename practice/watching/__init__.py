"""How a practice is watched over: its log, its numbers, and whether all is well."""
