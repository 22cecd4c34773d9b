"""How long an SMS is, and of how many parts: by the letters it is written in.

3GPP TS 23.038, section 6.2.1: an SMS of letters of the GSM 7-bit alphabet holds 160 of them, those of its extension
table counting twice, and 153 in each part of a longer one. Any other letter makes all of it UCS-2: 70, or 67 a part.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà")
TWICE = frozenset("\f^{}\\[~]|€")
_ALL = GSM_7 | TWICE
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-",
                        "…": "...", "\u00a0": " ", "\u202f": " ", "ç": "c"})


@dataclass(frozen=True, slots=True)
class Length:
    """How many characters an SMS counts, how many fit into the parts it needs, and how many parts those are."""

    characters: int
    room: int
    parts: int
    is_gsm_7: bool

    @property
    def said(self) -> str:
        """In words: "142 of 160 characters, 1 part"."""
        parts = "1 part" if self.parts == 1 else f"{self.parts} parts"
        return f"{self.characters} of {self.room} characters, {parts}"


def length_of(sms: str) -> Length:
    """Count an SMS as a network does; a character outside the basic plane counts two in UCS-2."""
    is_gsm_7 = _ALL.issuperset(sms)
    sizes = [1 + (c in TWICE) if is_gsm_7 else len(c.encode("utf-16-be")) // 2 for c in sms]
    alone, joined = (160, 153) if is_gsm_7 else (70, 67)
    if sum(sizes) <= alone:
        return Length(sum(sizes), alone, 1, is_gsm_7)
    parts, filled = 1, 0
    for size in sizes:  # what counts two is not cut between parts
        if filled + size > joined:
            parts, filled = parts + 1, 0
        filled += size
    return Length(sum(sizes), parts * joined, parts, is_gsm_7)


def folded(sms: str) -> str:
    """The SMS without the accents and marks the GSM 7-bit alphabet lacks, if that is all it lacks; else as it is.

    "sáb 28 nov" reads "sab 28 nov" and costs one part instead of two; Polish or Arabic stays what it is.
    """
    if _ALL.issuperset(sms):
        return sms
    plain = "".join(c if c in _ALL else _bare(c) for c in sms.translate(_PLAIN))
    return plain if _ALL.issuperset(plain) else sms


def _bare(letter: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
