"""The words of every message: the product's own in four languages, a practice's where it has written some.

A text names its variables in braces: `{visit}`. A line all of whose variables are empty is left out, and so is the
gap it would leave. Nothing in a value is read as markup or as another variable.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

from django.apps import apps

from practice.models import MessageText, Practice
from practice.wording.lengths import folded

__all__ = ["FRAME", "LANGUAGES", "UNREVIEWED", "Text", "fill", "folded", "forget_own_texts", "language_of", "our_text",
           "own_texts", "piece", "product_text", "text_of", "variables_of", "without_link_lines"]

FRAME = "frame"  # the kind whose text is what stands around all others
LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German"}
KEPT_FOR = 2.0  # seconds for which a practice's own texts are not read again: a batch of messages needs them often
UNREVIEWED = ("es", "fr", "de")  # not yet read by a native speaker
_OwnTexts = dict[tuple[str, str, str], "Text"]
_kept: dict[UUID, tuple[float, _OwnTexts]] = {}
_VARIABLE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a kind: the subject and body of the mail, and the SMS; empty where it does not go that way."""

    subject: str = ""
    body: str = ""
    sms: str = ""


def variables_of(text: str) -> set[str]:
    """The names in braces."""
    return set(_VARIABLE.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables' values; lines whose variables are all empty are left out.

    Refuses with KeyError a variable that has no value at all.
    """
    lines = []
    for words, names in _read(text):
        if not names:
            lines.append(words[0])
            continue
        filled = [values[name] for name in names]
        if any(filled):
            lines.append("".join(part for pair in zip(words, [*filled, ""], strict=True) for part in pair))
    whole = "\n".join(lines)
    return re.sub(r"\n{3,}", "\n\n", whole) if "\n\n\n" in whole else whole


@lru_cache(maxsize=2000)
def _read(text: str) -> tuple[tuple[list[str], list[str]], ...]:
    """Each line of a text: what stands around its variables, and their names."""
    lines = [_VARIABLE.split(line) for line in text.splitlines()]
    return tuple((parts[::2], parts[1::2]) for parts in lines)


def language_of(code: str) -> str:
    """The language messages are written in for somebody who speaks this one: "de-AT" reads German, others English."""
    short = code.split("-")[0].lower()
    return short if short in LANGUAGES else "en"


def text_of(practice: Practice, kind: str, variant: str = "", language: str = "en") -> Text:
    """The text of a kind in a language: the practice's own, else the product's, else the product's in English."""
    return own_texts(practice).get((kind, variant, language)) or our_text(kind, variant, language)


def our_text(kind: str, variant: str = "", language: str = "en") -> Text:
    """The product's text, in English where it has none in this language."""
    return product_text(kind, variant, language) or product_text(kind, variant, "en") or Text()


def own_texts(practice: Practice) -> _OwnTexts:
    """The practice's own texts by kind, variant and language; what another process changed is seen two seconds later.

    Every message comes with a practice of its own, so they are kept for the process and not for the object.
    """
    kept = _kept.get(practice.pk)
    if kept is None or monotonic() - kept[0] > KEPT_FOR:
        rows = MessageText.objects.filter(practice=practice)
        texts = {(row.kind, row.variant, row.language): Text(row.subject, row.body, row.sms) for row in rows}
        kept = _kept[practice.pk] = monotonic(), texts
    return kept[1]


def forget_own_texts(practice: Practice) -> None:
    """Read this practice's own texts anew when they are next asked for."""
    _kept.pop(practice.pk, None)


def product_text(kind: str, variant: str = "", language: str = "en") -> Text | None:
    """The product's own text; None where there is none in this language."""
    return _texts(language).get(f"{kind}.{variant}" if variant else kind)


def piece(room: str, name: str, language: str = "en", /, **values: str) -> str:
    """A small part that code puts into a variable: a line for each visit, a question that is only asked at times."""
    text: str = _file(room, language_of(language)).get("pieces", {}).get(name) or _file(room, "en")["pieces"][name]
    return fill(text, values)


def without_link_lines(body: str) -> str:
    """What a copy says: no line with a link, none that speaks of the page behind it."""
    same_page = [piece("practice", "same_page", language) for language in LANGUAGES]
    kept = [line for line in body.splitlines() if "://" not in line and not any(words in line for words in same_page)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept))


@cache
def _texts(language: str) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for room in ("practice", "clients", "sessions", "notes"):
        for code, entry in _file(room, language).items():
            if code == "pieces":
                continue
            plain = {name: value for name, value in entry.items() if isinstance(value, str)}
            if plain:
                found[code] = Text(**plain)
            found |= {f"{code}.{variant}": Text(**text) for variant, text in entry.items() if isinstance(text, dict)}
    return found


@cache
def _file(room: str, language: str) -> dict[str, dict[str, Any]]:
    label = {"sessions": "therapy_sessions"}.get(room, room)
    path = Path(apps.get_app_config(label).path) / "wording" / f"{language}.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}
