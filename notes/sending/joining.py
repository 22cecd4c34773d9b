"""Two tagged papers as one file to print: what they tell a screen reader is joined as their pages are."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, NumberObject

_TREE, _KIDS, _PARENTS, _OF_PAGE, _NEXT = "/StructTreeRoot", "/K", "/ParentTree", "/StructParents", "/ParentTreeNextKey"


def put_before(cover: bytes, letter: bytes) -> bytes:
    """The letter with the pages of `cover` in front, both read aloud in that order; both are tagged."""
    whole, added = PdfWriter(clone_from=BytesIO(letter)), PdfReader(BytesIO(cover))
    tree: Any = whole.root_object[_TREE]
    root: Any = added.trailer["/Root"]
    more: Any = root[_TREE]
    free = int(tree[_NEXT])
    # Copied elements hang on the letter's own tree.
    known = whole._id_translated.setdefault(id(added), {})
    known[root.raw_get(_TREE).idnum] = whole.root_object.raw_get(_TREE).idnum
    pages: list[Any] = list(added.pages)
    for at, page in enumerate(pages):
        whole.insert_page(page, at)[NameObject(_OF_PAGE)] = NumberObject(free + int(page[_OF_PAGE]))
    tree[NameObject(_KIDS)] = ArrayObject([*(kid.clone(whole) for kid in more[_KIDS]), *tree[_KIDS]])
    numbers = more[_PARENTS]["/Nums"]
    for number, elements in zip(numbers[::2], numbers[1::2], strict=True):
        tree[_PARENTS]["/Nums"].extend([NumberObject(free + int(number)), elements.clone(whole)])
    tree[NameObject(_NEXT)] = NumberObject(free + int(more[_NEXT]))
    made = BytesIO()
    whole.write(made)
    return made.getvalue()
