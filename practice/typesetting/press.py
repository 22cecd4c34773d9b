"""The press: sets a template of a room with data as a tagged PDF, or one page of it as a picture, and reads nothing
outside the template's folder.

What all printed pages share, the template imports as "house.typ".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from practice.refusals import Refusal
from practice.typesetting.glyphs import FONTS

_HOUSE = Path(__file__).parent / "house.typ"
_VIETNAMESE = re.compile("[\u1ea0-\u1ef1\u01a0\u01a1\u01af\u01b0]")

class NotTypeset(Refusal):
    """What was to be printed could not be set as a PDF; `reason` says why, in the typesetter's own words."""

    code, title, status = "not_typeset", "This cannot be put on paper", 422

    def __init__(self, reason: str) -> None:
        super().__init__(f"It could not be set as a PDF: {reason}. Change what it says.")
        self.reason = reason


def press(template: Path, data: Mapping[str, Any]) -> bytes:
    """Set `template` with `data` as PDF/UA-1: the same bytes for the same data; refuses with `NotTypeset`."""
    return _set(template, data, pdf_standards=["ua-1"])


def picture(template: Path, data: Mapping[str, Any]) -> bytes:
    """The same as a PNG, for a template of one page; for the screen, where a PDF would be a file to open."""
    return _set(template, data, format="png", ppi=144.0)


def _set(template: Path, data: Mapping[str, Any], **how: Any) -> bytes:
    words = json.dumps(data, ensure_ascii=False)
    words = json.dumps({**data, "vietnamese": bool(_VIETNAMESE.search(words))})
    try:
        made: Any = typst.compile(
            {"main.typ": template.read_bytes(), "house.typ": _HOUSE.read_bytes()},
            root=template.parent,
            font_paths=_faces(),
            ignore_system_fonts=True,
            sys_inputs={"data": words},
            **how,
        )
        return bytes(made[0] if isinstance(made, list) else made)  # of several pages as pictures, the first
    except typst.TypstError as broken:
        raise NotTypeset(next(iter(str(broken).strip().splitlines()), "no reason given")) from broken


@cache
def _faces() -> typst.Fonts:
    return typst.Fonts(font_paths=[FONTS], include_system_fonts=False, include_embedded_fonts=False)
