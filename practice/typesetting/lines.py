"""Text as lines ready to be placed: clean, breakable, and starting from the side its letters start from."""

from __future__ import annotations

import re
import unicodedata
from typing import TypedDict

from practice.typesetting.glyphs import printable

_RUN = re.compile(r"[^\s\u200b]+")
_LONG_WORD = 36  # letters; the longest word of everyday prose stays whole


class Line(TypedDict):
    """One line or paragraph for the template."""

    text: str
    rtl: bool


def placed(text: str) -> Line:
    """The text as one line, whatever line ends it held."""
    line = breakable(one_line(text))
    return {"text": line, "rtl": runs_right_to_left(line)}


def placed_all(*texts: str) -> list[Line]:
    """Each text as one line, without those that say nothing."""
    return [line for line in map(placed, texts) if line["text"]]


def paragraphs(text: str) -> list[Line]:
    """The text's own lines, one paragraph each."""
    return placed_all(*printable(text).split("\n"))


def one_line(text: str) -> str:
    """The text with every run of blanks and line ends as one blank."""
    return " ".join(printable(text).split())


def shortened(text: str, longest: int = 64) -> str:
    """The text cut for the foot of a page; the whole of it stands elsewhere in the letter."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def isolated(name: str) -> str:
    """The name so that its own direction does not turn what stands beside it."""
    return f"\u2068{name}\u2069" if any(map(runs_right_to_left, name.split())) else name


def breakable(text: str, longest: int = _LONG_WORD) -> str:
    """The text with places to break inside words longer than `longest` letters, so that none leaves the page."""
    return _RUN.sub(lambda word: word[0] if len(word[0]) <= longest else _broken(word[0], longest // 3), text)


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is Hebrew, Arabic or the like."""
    for sign in text:
        if (side := unicodedata.bidirectional(sign)) in ("L", "R", "AL"):
            return side != "L"
    return False


def _broken(word: str, every: int) -> str:
    parts, since = [], 0
    for sign in word:
        if since >= every and not unicodedata.category(sign).startswith(("M", "C")):
            parts.append("\u200b")
            since = 0
        parts.append(sign)
        since += 1
    return "".join(parts)
