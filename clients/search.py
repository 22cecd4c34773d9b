"""Find a client by what somebody remembers of them: part of a name, a phone number, an e-mail address."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace

from clients.models import Client
from clients.words import one_line

LONGEST = 100
_BETWEEN_DIGITS = " -().+/"


def find_clients(rows: QuerySet[Client], query: str) -> QuerySet[Client]:
    """Those of the rows that match every word of the query; all of them where it is empty."""
    asked = one_line(query)[:LONGEST]
    digits = "".join(c for c in asked if c.isdigit())
    if digits and len(digits) >= 3 and all(c.isdigit() or c in _BETWEEN_DIGITS for c in asked):
        return rows.alias(dialled=_digits_of("phone")).filter(Q(dialled__contains=digits) | Q(name__icontains=asked))
    for word in asked.split():
        rows = rows.filter(_matches(word))
    return rows


def _matches(word: str) -> Q:
    """A word in any of the fields; in every case of its letters, because SQLite folds only plain ones.

    In an e-mail address it begins a word before the @: else "mail" would find half the practice.
    """
    found = Q(phone__icontains=word) | Q(email__istartswith=word) | Q(email__icontains=f".{word}@")
    if "@" in word:
        found |= Q(email__icontains=word)
    for written in {word, word.lower(), word.title()}:
        found |= Q(name__icontains=written) | Q(preferred_name__icontains=written)
    return found


def _digits_of(field: str) -> Any:
    bare: Combinable = F(field)
    for mark in _BETWEEN_DIGITS:
        bare = Replace(bare, Value(mark), Value(""), output_field=CharField())
    return bare
