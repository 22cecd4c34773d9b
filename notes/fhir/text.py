"""Any text as FHIR may hold it: clean strings, and narrative that is inert XHTML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from practice.typesetting.lines import runs_right_to_left

_XHTML = "http://www.w3.org/1999/xhtml"
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
# Controls, surrogates, signs that are none; marks that turn whole lines around; tags nobody sees.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
                     "\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")  # FHIR's strings know only the plain one


def clean(text: str) -> str:
    """The text without unseen marks, its line ends and blanks plain, nothing around it."""
    shown = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", shown)).strip()


def pruned(value: Any) -> Any:
    """The value with every text clean and without anything empty, which FHIR does not allow anywhere."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        kept = {key: pruned(each) for key, each in value.items()}
        return {key: each for key, each in kept.items() if not _is_empty(each)}
    if isinstance(value, list | tuple):
        return [each for each in map(pruned, value) if not _is_empty(each)]
    return value


def narrative(parts: Iterable[str], status: str = "additional") -> dict[str, str] | None:
    """The parts, each XHTML of this module, as FHIR's narrative; None where they say nothing."""
    inner = "".join(parts)
    return {"status": status, "div": f'<div xmlns="{_XHTML}">{inner}</div>'} if inner else None


def paragraphs(text: str) -> str:
    """Each line of the text as a paragraph."""
    return "".join(_tag("p", line) for line in clean(text).split("\n") if line.strip())


def bullets(lines: Sequence[str]) -> str:
    """A list of one point each."""
    points = "".join(_tag("li", line) for line in lines if clean(line))
    return f"<ul>{points}</ul>" if points else ""


def heading(text: str) -> str:
    """A heading within a section; the section's own title stands outside its narrative."""
    return _tag("h3", text) if clean(text) else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with one line of names, and the first of each row as its name."""
    names = "".join(_tag("th", name) for name in head)
    body = "".join(f"<tr>{_tag('th', row[0])}{''.join(_tag('td', cell) for cell in row[1:])}</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _tag(name: str, text: str) -> str:
    """The text, whatever it holds, as the text of one element; where it begins from the right it says so."""
    shown = clean(text)
    side = ' dir="rtl"' if runs_right_to_left(shown) else ""
    return f"<{name}{side}>{escape(shown)}</{name}>"


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
