"""The catalogues of pages as a test reads them, and every sentence that asks for a translation, without gettext."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.template import engines
from django.templatetags.i18n import BlockTranslateNode
from django.utils.text import normalize_newlines
from django.utils.translation import trim_whitespace

ROOMS = ("practice", "clients", "sessions", "notes")
LOCALE = Path(settings.LOCALE_PATHS[0])
_CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2}
_TAG = re.compile(r'{% translate "([^"]*)"|_\("([^"]*)"\)')
Sentence = tuple[str, ...]  # one, or singular and plural


def po_of(language: str) -> dict[Sentence, tuple[str, ...]]:
    """Each sentence of a catalogue with its translations, as they stand in the file."""
    found: dict[Sentence, tuple[str, ...]] = {}
    for block in (LOCALE / language / "LC_MESSAGES" / "django.po").read_text().split("\n\n"):
        assert ", fuzzy" not in block, block
        said, name = dict[str, str](), ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
            said[name] = said.get(name, "") + ast.literal_eval(line)
        key = tuple(said[name] for name in ("msgid", "msgid_plural") if name in said)
        found[key] = tuple(text for name, text in said.items() if name.startswith("msgstr"))
    return found


def sentences() -> set[Sentence]:
    """Every sentence of the product that asks for a translation: in code and in templates."""
    found: set[Sentence] = set()
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*"):
            if "tests" in path.parts:
                continue
            if path.suffix == ".py":
                found |= set(_in_code(path.read_text()))
            elif path.suffix == ".html":
                found |= set(_in_template(path.read_text()))
    return found


def _in_code(text: str) -> Iterator[Sentence]:
    if "utils.translation" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            said = [part.value for part in node.args[:_CALLS[node.func.id]] if isinstance(part, ast.Constant)]
            if len(said) == _CALLS[node.func.id]:
                yield tuple(said)


def _in_template(text: str) -> Iterator[Sentence]:
    for match in _TAG.finditer(text):
        yield (match[1] or match[2],)
    for node in engines["django"].from_string(text).template.nodelist.get_nodes_by_type(BlockTranslateNode):
        parts = [node.render_token_list(tokens)[0] for tokens in (node.singular, node.plural) if tokens]
        assert node.trimmed
        yield tuple(trim_whitespace(normalize_newlines(part)) for part in parts)
