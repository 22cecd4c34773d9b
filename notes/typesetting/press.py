"""The press: sets one bundled template with data as a tagged PDF, and reads nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from notes.typesetting.glyphs import FONTS

_HERE = Path(__file__).parent


class LetterNotTypeset(Exception):
    """The letter could not be set as a PDF; `reason` says why, in the typesetter's own words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"The letter could not be set as a PDF: {self.reason}"


def press(template: str, data: Mapping[str, Any]) -> bytes:
    """Set `template` with `data` as PDF/UA-1: the same bytes for the same data; refuses with `LetterNotTypeset`."""
    try:
        return typst.compile(
            _HERE / template,
            root=_HERE,
            font_paths=_faces(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data)},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as broken:
        raise LetterNotTypeset(next(iter(str(broken).strip().splitlines()), "no reason given")) from broken


@cache
def _faces() -> typst.Fonts:
    return typst.Fonts(font_paths=[FONTS], include_system_fonts=False, include_embedded_fonts=False)
