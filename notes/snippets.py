"""A therapist's own snippets: a short word typed or pressed, the text it stands for written."""

from __future__ import annotations

import re

from django.db import transaction

from notes.models import Snippet
from notes.writing import refuse_unless_therapist
from practice import audit
from practice.models import Membership
from practice.refusals import BadInput

MOST = 100
_WORD = re.compile(r"[^\W_][\w/+&-]{0,19}")


def snippets_of(member: Membership) -> list[Snippet]:
    """The member's own, by their words."""
    return list(Snippet.objects.visible_to(member))


def keep_snippet(*, word: str, text: str, by: Membership) -> Snippet:
    """Let a word stand for a text; the same word again stands for the new one. At most a hundred."""
    refuse_unless_therapist(by)
    word, text = word.strip().lower(), text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not _WORD.fullmatch(word):
        raise BadInput("One short word without spaces, 20 letters at most: hb, rom/l, w+d.", field="word")
    if not text:
        raise BadInput("Write what the word stands for.", field="text")
    if len(text) > 1000:
        raise BadInput("1,000 letters at most.", field="text")
    with transaction.atomic():
        own = Snippet.objects.select_for_update().filter(member=by)
        if not own.filter(word=word).exists() and own.count() >= MOST:
            raise BadInput(f"{MOST} snippets are kept at most. Remove one you no longer use.", field="word")
        snippet, _ = Snippet.objects.update_or_create(
            practice=by.practice, member=by, word=word, defaults={"text": text})
        audit.record(by=by, verb="snippet_kept", subject=snippet)
    return snippet


def drop_snippet(*, snippet: Snippet, by: Membership) -> None:
    """Forget a snippet; notes that were written with it keep their text."""
    with transaction.atomic():
        audit.record(by=by, verb="snippet_dropped", subject=snippet)
        Snippet.objects.filter(pk=snippet.pk, member=by).delete()
