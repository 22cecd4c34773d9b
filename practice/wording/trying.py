"""Seeing a text before anybody gets it: filled with examples on the page, or sent to whoever wrote it."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from uuid_utils.compat import uuid7

from practice import outbox
from practice.access import Role
from practice.models import Membership, Message, Practice
from practice.outbox import KINDS, Kind, Letter, Said
from practice.outbox.kinds import framed
from practice.pace import too_often
from practice.refusals import BadInput, NotAllowed, Refusal
from practice.texting.numbers import in_full
from practice.wording import FRAME, Text, text_of
from practice.wording.examples import examples_in
from practice.wording.own import languages_of, variables_for, variants_of

TEST = "test"
TESTS_AN_HOUR = 10  # of one member: our proposal


class TooManyTests(Refusal):
    """Enough of them for this hour."""

    code: ClassVar[str] = "too_many_tests"
    title: ClassVar[str] = "Enough tests for this hour"
    status: ClassVar[int] = 429


def as_it_leaves(*, practice: Practice, kind: str, variant: str, language: str, text: Text | None = None) -> Letter:
    """The message filled with its examples; with another text than the one that stands, where given.

    Refuses with KeyError a variable nobody knows.
    """
    examples = examples_in(language, variables_for(kind))
    if kind == FRAME:
        return _frame(practice, variant, language, examples, text)
    message, reader = Message(practice=practice, kind=kind), KINDS[kind].is_to
    said = Said(examples, "Dr Berg" if reader == "doctor" else "Maria", variant, language)
    return KINDS[kind].finish(message, said, text)


def _frame(practice: Practice, variant: str, language: str, examples: dict[str, str], text: Text | None) -> Letter:
    """Greeting and closing around an example, for this sort of reader."""
    reader = "client" if variant == "anybody" else variant
    message = Message(practice=practice, kind=next(kind.code for kind in KINDS.values() if kind.is_to == reader))
    said = Said(examples, "" if variant == "anybody" else examples["called"], language=language)
    return framed(message, said, [examples["message"]], [examples["message"]], text)


def send_test(*, practice: Practice, kind: str, variant: str, language: str, by: Membership,
              number: str | None = None) -> Message:
    """Send the owner who asks the text as it stands, marked as a test: by mail, or as a text message to a number.

    Refuses a text that has no SMS, a number without its country, and more than ten tests within an hour.
    """
    if by.role != Role.OWNER or by.practice_id != practice.pk:
        raise NotAllowed("Tests are the owner's to send. Ask them.")
    to = _mobile(practice, number) if number is not None else by.user.email
    if number is not None and not text_of(practice, kind, variant, language).sms:
        raise BadInput("This message does not go as a text message.", field="number")
    if too_often(TEST, str(by.pk), TESTS_AN_HOUR):
        raise TooManyTests(f"{TESTS_AN_HOUR} tests an hour are enough. Read the preview beside the text meanwhile.")
    return outbox.queue_message(
        practice=practice, kind=TEST, subject_id=uuid7(), start_version=f"{kind}:{variant}:{language}",
        channel="email" if number is None else "sms", to_address=to, to_name=by.name, due_at=timezone.now(),
        why=f"{by.name} tried a text.")


def _mobile(practice: Practice, number: str) -> str:
    if not number.strip():
        raise BadInput("Write the number of your own mobile.", field="number")
    if full := in_full(number, practice.country):
        return full
    raise BadInput("Write all of the number, with its country: +1 206 555 0100.", field="number")


def _still_there(message: Message) -> str | None:
    kind, variant, language = message.start_version.split(":")
    known = variant in variants_of(kind) and language in languages_of(kind, variant)
    return None if known else "There is no such text any more."


def _tried(message: Message) -> Said:
    kind, variant, language = message.start_version.split(":")
    letter = as_it_leaves(practice=message.practice, kind=kind, variant=variant, language=language)
    return Said({"subject": letter.subject or "greeting and closing", "text": letter.body, "sms": letter.sms,
                 "by": message.to_name}, message.to_name)


outbox.declare(Kind(TEST, "Test of a text", _still_there, _tried, keeps_quiet_hours=False, is_to="member",
                    reader_works_here=False,
                    variables={"subject": "Your next appointment", "text": "Hello Maria, …", "sms": "Riverside: …",
                               "by": "Olivia Grant"},
                    when="When the owner tries a text."))
