"""Which characters the bundled faces can show, and how any text becomes one they can."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"

# Controls; marks that turn whole lines around (a name needs none); variation selectors; interlinear and tag marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")


@cache
def covered() -> frozenset[int]:
    """Every code point that at least one bundled face draws."""
    return frozenset(point for face in sorted(FONTS.glob("*.ttf")) for point in _cmap(face.read_bytes()))


def printable(text: str) -> str:
    """The text as the faces can show it: without unseen marks, a sign they lack said by its name in brackets."""
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    return _uncovered().sub(_named, _UNSEEN.sub("", text))


@cache
def _uncovered() -> re.Pattern[str]:
    points = sorted(covered() | {0x9, 0xA, 0x20, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F})
    runs = [[p for _, p in run] for _, run in groupby(enumerate(points), key=lambda pair: pair[1] - pair[0])]
    return re.compile("[^" + "".join(f"\\U{run[0]:08x}-\\U{run[-1]:08x}" for run in runs) + "]")


def _named(sign: re.Match[str]) -> str:
    if unicodedata.category(sign[0]) in ("Mn", "Me"):
        return ""  # a mark without its letter says nothing
    if unicodedata.category(sign[0]) == "Zs":
        return " "
    return f"[{unicodedata.name(sign[0], f'U+{ord(sign[0]):04X}').lower()}]"


def _cmap(face: bytes) -> Iterator[int]:
    """The code points of a TrueType face's character map, from its tables in format 12 or 4."""
    count = struct.unpack_from(">H", face, 4)[0]
    entries = range(12, 12 + 16 * count, 16)
    start = next(struct.unpack_from(">I", face, at + 8)[0] for at in entries if face[at : at + 4] == b"cmap")
    for at in range(start + 4, start + 4 + 8 * struct.unpack_from(">H", face, start + 2)[0], 8):
        table = start + struct.unpack_from(">I", face, at + 4)[0]
        form = struct.unpack_from(">H", face, table)[0]
        if form == 12:
            for group in range(struct.unpack_from(">I", face, table + 12)[0]):
                first, last = struct.unpack_from(">II", face, table + 16 + 12 * group)
                yield from range(first, last + 1)
        elif form == 4:
            yield from _segments(face, table)


def _segments(face: bytes, table: int) -> Iterator[int]:
    size = struct.unpack_from(">H", face, table + 6)[0]  # twice the number of segments
    for at in range(0, size, 2):
        last = struct.unpack_from(">H", face, table + 14 + at)[0]
        first = struct.unpack_from(">H", face, table + 16 + size + at)[0]
        delta = struct.unpack_from(">H", face, table + 16 + 2 * size + at)[0]
        where = table + 16 + 3 * size + at
        offset = struct.unpack_from(">H", face, where)[0]
        for point in range(first, min(last, 0xFFFE) + 1):
            glyph = struct.unpack_from(">H", face, where + offset + 2 * (point - first))[0] if offset else point
            if (glyph or not offset) and (glyph + delta) & 0xFFFF:
                yield point
