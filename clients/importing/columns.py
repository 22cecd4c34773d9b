"""What the columns of a list mean: guessed from their headers in four languages, then said by whoever brings the list.

Each kind of list has its own targets. A header says its target by one of the target's words, or nearly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from clients.search import folded

_NEARLY = 88  # of 100: “Fist name”, “Telefonnumer”
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Target:
    """What a column can become. `words` are headers that say it; a `clinical` one is known, and never brought in."""

    code: str
    label: str
    words: tuple[str, ...]
    is_date: bool = False
    is_clinical: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """How one system writes its list: the headers it is known by, and what its own ones mean."""

    name: str
    known_by: frozenset[str]
    means: dict[str, str]


def plain(header: str) -> str:
    """A header in small letters without accents, its words apart: “firstName”, “First_Name” and “first name” are one.
    """
    return " ".join(_NO_WORD.sub(" ", folded(_CAMEL.sub(" ", header))).split())


def layout_of(headers: Sequence[str], layouts: Sequence[Layout]) -> Layout | None:
    """The known layout these headers are of; None where it is somebody's own list."""
    names = {plain(header) for header in headers}
    return next((layout for layout in layouts if layout.known_by <= names), None)


def guess(headers: Sequence[str], targets: Sequence[Target], layouts: Sequence[Layout] = ()) -> list[str]:
    """For each header the code of what it most likely becomes, "" where nothing fits; each target at most once."""
    layout = layout_of(headers, layouts)
    spelled = {word: target.code for target in targets for word in map(plain, target.words)}
    scored = []
    for index, header in enumerate(headers):
        name = plain(header)
        if layout and name in layout.means:
            scored.append((200.0, index, layout.means[name]))
        elif name in spelled:
            scored.append((100.0, index, spelled[name]))
        elif len(name) > 3 and (near := process.extractOne(name, spelled, scorer=_letters, score_cutoff=_NEARLY)):
            scored.append((near[1], index, spelled[near[0]]))
    found, taken = [""] * len(headers), set()
    for _, index, code in sorted(scored, key=lambda one: (-one[0], one[1])):
        if code not in taken:
            found[index] = code
            taken.add(code)
    return [code if code in {t.code for t in targets if not t.is_clinical} else "" for code in found]


def is_clinical(header: str, targets: Sequence[Target]) -> bool:
    """Whether a column most likely says what somebody lives with: it is named before anything is brought in."""
    words = [word for target in targets if target.is_clinical for word in map(plain, target.words)]
    name = plain(header)
    return any(word in name.split() or word == name for word in words) or bool(
        len(name) > 5 and process.extractOne(name, words, scorer=_letters, score_cutoff=_NEARLY))


_letters: Callable[..., float] = fuzz.ratio
