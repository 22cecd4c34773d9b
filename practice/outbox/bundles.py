"""What leaves together: one greeting, the text of each message, one closing."""

from __future__ import annotations

from dataclasses import dataclass, field

from practice import wording
from practice.models import Message
from practice.outbox.kinds import KINDS, Letter, Said, framed


@dataclass(slots=True)
class Parcel:
    """One message that leaves, with those it carries inside it; the first is the strongest."""

    carrier: Message
    carried: list[Message] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """All of them, the one that carries in front."""
        return [self.carrier, *self.carried]

    def compose(self) -> Letter:
        """What is handed over. Copies hold only the parts that their readers would have got alone."""
        if not self.carried:
            return KINDS[self.carrier.kind].compose(self.carrier)
        return _together([(message, KINDS[message.kind].says(message)) for message in self.messages])


def _together(parts: list[tuple[Message, Said]]) -> Letter:
    message, said = parts[0]
    texts = [KINDS[one.kind].filled(one, part) for one, part in parts]
    subject = wording.piece("practice", "and-more", said.language, subject=texts[0].subject)
    copies = tuple(dict.fromkeys(address for _, part in parts for address in part.copies))
    copied = [text for text, (_, part) in zip(texts, parts, strict=True) if part.copies]
    whole = framed(message, said, [text.body for text in texts], [text.sms for text in texts if text.sms])
    return Letter(
        subject, whole.body, tuple(file for _, part in parts for file in part.attachments), copies, whole.sms,
        copied=framed(message, said, [text.body for text in copied], []).body if copied else "",
        language=said.language)
