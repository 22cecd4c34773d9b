"""What is sent: each kind of message declares when it may not leave after all, and what it says.

The words themselves stand in `<room>/wording/<language>.toml`, or are a practice's own (`practice.wording`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from types import MappingProxyType

from practice import wording
from practice.models import Membership, Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail: its media type may carry parameters (a calendar's method)."""

    name: str
    content: bytes
    kind: str
    parameters: tuple[tuple[str, str], ...] = ()

    def part(self) -> MIMEBase:
        """The file as a part of a mail."""
        part = MIMEBase(*self.kind.split("/", 1))
        for name, value in self.parameters:
            part.set_param(name, value)
        part.set_payload(self.content)
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=self.name)
        return part


@dataclass(frozen=True, slots=True)
class Letter:
    """What is handed over: plain text, no clinical word. `copies` are addresses that get the mail without links.

    `sms` is the same in one short text; empty where the kind does not go by SMS. `language` is its reader's.
    """

    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()  # left out of copies
    copies: tuple[str, ...] = ()
    sms: str = ""
    copied: str = ""  # what copies say, where it is not the whole body
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Said:
    """What one message says: a value for each of its kind's variables, and which of its texts, in which language.

    A value may be empty or of several lines; `called` is how the reader is greeted, empty where nobody knows.
    """

    values: Mapping[str, str]
    called: str = ""
    variant: str = ""
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of message: why one may not leave after all (or None), and what it says.

    `variables`: each name its texts may use, with an example. `variants`: the texts it has, where more than one.
    `look_up` may read for several messages at once what these two need; they leave within half a second of it.
    `counts`: it is no answer to the reader's own act and changes no visit, so that at most one a day and three a week
    leave; `goes_first`: it gets its place before all others. `is_secret`: nobody of the practice
    reads what it says; `goes_another_way`: what one channel cannot deliver goes by another. `is_to`: client, member or
    doctor; `reader_works_here`: a colleague gets it only while they do, and `passed_on_to` says who reads it in their
    place. `about` is the heading it is listed under, `when`
    says when it leaves.
    """

    code: str
    name: str
    recheck: Callable[[Message], str | None]
    says: Callable[[Message], Said]
    keeps_quiet_hours: bool = True
    look_up: Callable[[list[Message]], None] | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    variants: tuple[str, ...] = ("",)
    counts: bool = False
    goes_first: bool = False
    is_to: str = "client"
    is_secret: bool = False
    goes_another_way: bool = True
    reader_works_here: bool = True
    passed_on_to: Callable[[Message], Iterable[Membership]] | None = None
    about: str = ""
    when: str = ""

    def compose(self, message: Message) -> Letter:
        """The message as it leaves: the kind's text in the reader's language, filled, between greeting and closing."""
        return self.finish(message, self.says(message))

    def finish(self, message: Message, said: Said, text: wording.Text | None = None) -> Letter:
        """What it says, as it leaves; with another text than the one that stands, where given."""
        text = self.filled(message, said, text)
        whole = framed(message, said, [text.body], [text.sms] if text.sms else [])
        return Letter(text.subject, whole.body, said.attachments, said.copies, whole.sms, language=said.language)

    def filled(self, message: Message, said: Said, text: wording.Text | None = None) -> wording.Text:
        """The kind's text with the values it says, without greeting and closing."""
        about = {**said.values, **_from_whom(message)}
        filled = _filled(text, about) if text else _as_stands(message, self.code, said.variant, said.language, about)
        return wording.Text(" ".join(filled.subject.split()), filled.body, filled.sms)


def framed(
    message: Message, said: Said, bodies: list[str], texts: list[str], frame: wording.Text | None = None,
) -> Letter:
    """These parts between one greeting and one closing, as a mail and as an SMS.

    A client nobody knows the name of is greeted in words of their own.
    """
    reader = KINDS[message.kind].is_to
    variant = "anybody" if reader == "client" and not said.called else reader
    around = {"called": said.called, **_from_whom(message)}
    in_mail, in_sms = {**around, "message": "\n\n".join(bodies)}, {**around, "message": " ".join(texts)}
    whole = _filled(frame, in_mail, in_sms) if frame else _as_stands(
        message, wording.FRAME, variant, said.language, in_mail, in_sms)
    return Letter("", f"{whole.body}\n", sms=wording.folded(whole.sms or in_sms["message"]) if texts else "")


def _as_stands(message: Message, kind: str, variant: str, language: str, values: Mapping[str, str],
               in_sms: Mapping[str, str] | None = None) -> wording.Text:
    """The text that stands, filled; ours where the practice's own names a variable the kind has no longer."""
    text = wording.text_of(message.practice, kind, variant, language)
    try:
        return _filled(text, values, in_sms)
    except KeyError as unknown:
        ours = wording.our_text(kind, variant, language)
        if text == ours:
            raise
        log.warning("our text of %s in %s leaves: the practice's own names %s", kind, language, unknown)
        return _filled(ours, values, in_sms)


def _filled(text: wording.Text, values: Mapping[str, str], in_sms: Mapping[str, str] | None = None) -> wording.Text:
    return wording.Text(wording.fill(text.subject, values).strip(), wording.fill(text.body, values).strip(),
                        wording.fill(text.sms, in_sms or values).strip())


def _from_whom(message: Message) -> dict[str, str]:
    """The practice as its reader knows it: a doctor reads its name, others the neutral one."""
    practice, is_to = message.practice, KINDS[message.kind].is_to
    sender = practice.name if is_to == "doctor" else practice.sender_name or practice.name
    return {"practice": sender, "phone": practice.phone}


KINDS: dict[str, Kind] = {}


def declare(kind: Kind) -> Kind:
    """Make a kind of message known; called once at start by the room that sends it."""
    KINDS[kind.code] = kind
    return kind
