"""Telling other systems what happens here: ids only, signed, from rows that are written with the act itself."""
