"""Outcome measures: the catalogue, what a change in one means, each client's few and own goals, questions on mood."""
