"""Notes on paper: one that is written, and sheets to write one on."""
