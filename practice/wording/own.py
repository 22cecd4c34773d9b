"""A practice's own words for a message: the owner's to write, refused where the message would not do its work."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import ClassVar

from django.db import transaction

from practice import audit, wording
from practice.access import Actor, Role
from practice.models import MessageText, Practice
from practice.outbox import KINDS
from practice.refusals import BadInput, NotAllowed, Refusal
from practice.wording import FRAME, LANGUAGES, Text, our_text
from practice.wording.clinical import clinical_words_in

FRAMES = {"client": "Around every message to a client", "anybody": "The same where no name is known",
          "doctor": "Around every message to a doctor", "member": "Around every message to a colleague"}
ALWAYS = {"practice": "Riverside", "phone": "+44 1632 960100"}  # variables any text may use
LONGEST = {"subject": 120, "body": 5000, "sms": 640}
EMPTY = {"subject": "Write a subject: a mail without one looks like junk.", "body": "Write the text of the mail.",
         "sms": "Write the SMS: who agreed to text messages only reads nothing else."}
_BRACES = re.compile(r"\{([^{}]*)\}")
_NAMES = {"subject": "subject", "body": "text", "sms": "SMS"}


class ClinicalWord(Refusal):
    """The text says what somebody comes for."""

    code: ClassVar[str] = "clinical_word"
    title: ClassVar[str] = "A message names no illness"


def variants_of(kind: str) -> tuple[str, ...]:
    """The texts a kind has; those of the frame are greeting and closing for each sort of reader."""
    return tuple(FRAMES) if kind == FRAME else KINDS[kind].variants if kind in KINDS else ()


def languages_of(kind: str, variant: str) -> tuple[str, ...]:
    """The languages it is written in: clients read four, colleagues and doctors English."""
    reader = variant if kind == FRAME else KINDS[kind].is_to
    return tuple(LANGUAGES) if reader in ("client", "anybody") else ("en",)


def variables_for(kind: str) -> dict[str, str]:
    """Every variable a text of this kind may use, with an example."""
    if kind == FRAME:
        return {"message": "Your appointment is booked: Tue 24 Nov, 10:30", "called": "Maria", **ALWAYS}
    return {**KINDS[kind].variables, **ALWAYS}


@transaction.atomic
def write_text(*, practice: Practice, kind: str, variant: str, language: str, subject: str, body: str, sms: str,
               by: Actor) -> MessageText | None:
    """Put a practice's own words in place of the product's; None where they are the same.

    For the owner. Refuses a text with an unknown variable, without a link its reader needs, without a subject, and
    one with a word that says what somebody comes for.
    """
    _refuse_unless_owner(practice, by)
    ours = _ours(kind, variant, language)
    text = Text(*(_clean(value) for value in (subject, body, sms)))
    check_text(kind=kind, variant=variant, language=language, text=text)
    if text == Text(*(_clean(value) for value in (ours.subject, ours.body, ours.sms))):
        drop_text(practice=practice, kind=kind, variant=variant, language=language, by=by)
        return None
    row, _ = MessageText.objects.update_or_create(
        practice=practice, kind=kind, variant=variant, language=language,
        defaults={"subject": text.subject, "body": text.body, "sms": text.sms})
    audit.record(by=by, verb="message_text_changed", subject=row, kind=kind, variant=variant, language=language)
    transaction.on_commit(lambda: wording.forget_own_texts(practice))
    return row


@transaction.atomic
def drop_text(*, practice: Practice, kind: str, variant: str, language: str, by: Actor) -> None:
    """Back to the product's words."""
    _refuse_unless_owner(practice, by)
    row = MessageText.objects.filter(practice=practice, kind=kind, variant=variant, language=language).first()
    if row is None:
        return
    audit.record(by=by, verb="message_text_dropped", subject=row, kind=kind, variant=variant, language=language)
    row.delete()
    transaction.on_commit(lambda: wording.forget_own_texts(practice))


@transaction.atomic
def change_sender_name(*, practice: Practice, sender_name: str, by: Actor) -> Practice:
    """The name messages come from; empty for the practice's own. For the owner. Refuses one that names an illness."""
    _refuse_unless_owner(practice, by)
    name = " ".join(sender_name.replace("\x00", "").split())
    if len(name) > 60:
        raise BadInput("At most 60 letters.", field="sender_name")
    if found := clinical_words_in(name):
        raise ClinicalWord(f"“{found[0]}” tells whoever sees the message what somebody comes for. Choose a name that "
                           "does not.", field="sender_name")
    practice = Practice.objects.select_for_update(no_key=True).get(pk=practice.pk)
    if practice.sender_name != name:
        practice.sender_name = name
        practice.save(update_fields=["sender_name"])
        audit.record(by=by, verb="practice_changed", subject=practice, fields=["sender_name"])
    return practice


def check_text(*, kind: str, variant: str, language: str, text: Text) -> None:
    """Raise what speaks against this text, naming the part it stands in."""
    ours = _ours(kind, variant, language)
    known = variables_for(kind)
    for part in ("subject", "body", "sms"):
        value, example = getattr(text, part), getattr(ours, part)
        if not value and example:
            raise BadInput(EMPTY[part], field=part)
        if len(value) > LONGEST[part]:
            raise BadInput(f"At most {LONGEST[part]} letters.", field=part)
        _refuse_unknown(value, known, part)
        _refuse_without_link(value, example, known, part)
        if found := clinical_words_in(value, language):
            raise ClinicalWord(f"“{found[0]}” tells whoever sees the message what somebody comes for. Leave it out of "
                               f"the {_NAMES[part]}.", field=part)


def is_used(kind: str, text: Text) -> bool:
    """Whether an own text can leave: with a variable its kind has no longer, ours leaves in its place."""
    named = wording.variables_of(f"{text.subject} {text.body} {text.sms}")
    return named <= variables_for(kind).keys()


def _refuse_unknown(value: str, known: dict[str, str], part: str) -> None:
    for name in _BRACES.findall(value):
        if name not in known:
            near = get_close_matches(name.strip().lower(), known, n=1, cutoff=0.4)
            meant = f"Did you mean {{{near[0]}}}?" if near else f"Known are {_listed(known)}."
            raise BadInput(f"{{{name}}} is not known here. {meant}", field=part)
    if re.search(r"[{}]", _BRACES.sub("", value)):
        raise BadInput("A brace stands alone. A variable is written {visit}, with both braces.", field=part)


def _refuse_without_link(value: str, ours: str, known: dict[str, str], part: str) -> None:
    """What our text leads to, theirs leads to; and the frame holds the message."""
    for name in sorted(wording.variables_of(ours) - wording.variables_of(value)):
        if "://" in known[name] or name == "message":
            what = "the message itself" if name == "message" else "the link: without it nobody can answer"
            raise BadInput(f"Keep {{{name}}} in the {_NAMES[part]}: it is {what}.", field=part)


def _ours(kind: str, variant: str, language: str) -> Text:
    if variant not in variants_of(kind) or language not in languages_of(kind, variant):
        raise BadInput("There is no such text.", field="kind")
    return our_text(kind, variant, language)


def _refuse_unless_owner(practice: Practice, by: Actor) -> None:
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("The words of messages are the owner's to change. Ask them.")


def _listed(known: dict[str, str]) -> str:
    return ", ".join(f"{{{name}}}" for name in known)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()
