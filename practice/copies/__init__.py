"""Copies of everything: made into one sealed file, read back into an empty place on either engine, moved to another."""
