"""The door text messages leave by: one kept-open connection to the gateway `SMS_URL` names."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from django.conf import settings

from practice.hooks.deliveries import tell_unwanted
from practice.models import Message
from practice.outbox.doors import DOORS, Door, NotTaken
from practice.outbox.kinds import Letter
from practice.texting.dialects import asked_of, is_opted_out, reference_in, refused
from practice.texting.gateways import TWILIO, Unreadable, read_gateway

WAITS = (5, 15)  # seconds for the connection, and for the answer
SILENT_TIMES, SILENT_FOR = 2, 60  # times in a row without an answer, after which it is left alone for so many seconds
NO_GATEWAY = "No SMS gateway is set."
_LOST = frozenset({"failed", "undelivered", "canceled"})  # what Twilio took and no phone received
_CLOCKS_DIFFER = timedelta(minutes=2)


class SmsDoor:
    """Asks the gateway for one text at a time, under our own id for it, so that one asked for twice rings once."""

    def __init__(self) -> None:
        try:
            self._gateway = read_gateway(settings.SMS_URL)
        except Unreadable as wrong:
            raise NotTaken(str(wrong)) from wrong
        self._session: requests.Session | None = None
        self._silent, self._asked_again_at = 0, 0.0

    def hand_over(self, message: Message, letter: Letter) -> str:
        refuse_unsendable(message, letter)
        if message.attempts and (known := self._taken_before(message, letter)):
            return known
        answer = self._ask("POST", **asked_of(
            self._gateway, message_id=message.pk, to=message.to_address, text=letter.sms, callback=callback_url(),
            sender=message.practice.sms_sender or self._gateway.sender))
        said = _read(answer)
        if _is_yes(answer):
            return reference_in(said)
        if is_opted_out(said):
            tell_unwanted(message)
        why, for_good = refused(self._gateway, answer.status_code, said)
        raise NotTaken(why, for_good=for_good)

    def _taken_before(self, message: Message, letter: Letter) -> str:
        """What Twilio calls this text where an earlier attempt reached it and only its answer was lost; else "".

        Twilio knows no id of ours. A plain gateway does, and is simply asked again.
        """
        if self._gateway.dialect != TWILIO:
            return ""
        answer = self._ask("GET", params={"To": message.to_address, "PageSize": 20})
        for text in _listed(answer):
            if (text.get("body") == letter.sms and text.get("status") not in _LOST
                    and _is_after(text.get("date_created"), message)):
                return reference_in(text)
        return ""

    def _ask(self, method: str, **what: Any) -> requests.Response:
        if self._silent >= SILENT_TIMES and monotonic() < self._asked_again_at:
            raise NotTaken("The SMS gateway does not answer.")  # what else is due does not wait for it as well
        if self._session is None:
            self._session = requests.Session()
            self._session.auth = (self._gateway.user, self._gateway.secret)
            self._session.trust_env = False  # neither a proxy nor a .netrc of this machine comes in between
        try:
            answer = self._session.request(method, self._gateway.address, timeout=WAITS, allow_redirects=False, **what)
        except requests.RequestException as broken:
            self.close()
            self._silent, self._asked_again_at = self._silent + 1, monotonic() + SILENT_FOR
            # Its text would hold the address, and so the account.
            raise NotTaken(f"The SMS gateway could not be reached ({type(broken).__name__}).") from None
        self._silent = 0
        return answer

    def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            session.close()


class FileDoor:
    """Where no gateway is set and things are only tried out: each text is a file, next to the mail."""

    def hand_over(self, message: Message, letter: Letter) -> str:
        refuse_unsendable(message, letter)
        folder = Path(settings.DATA_DIR) / "sms"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{message.pk}.txt").write_text(f"To: {message.to_address}\n\n{letter.sms}\n")
        return ""

    def close(self) -> None:
        """Nothing is kept open."""


def open_door() -> Door:
    """The way out for text messages: the gateway, files in the demo; refused where there is neither."""
    if settings.SMS_URL:
        return SmsDoor()
    if settings.DEMO:
        return FileDoor()
    raise NotTaken(NO_GATEWAY, for_good=True)


def refuse_unsendable(message: Message, letter: Letter) -> None:
    """Refuse what has no words for a text message, and a number nobody can send to from here."""
    if not letter.sms:
        raise NotTaken("This kind of message is not sent as a text message.", for_good=True)
    if not message.to_address.startswith("+"):
        raise NotTaken("The phone number says no country, and the practice none either.", for_good=True)


def callback_url() -> str:
    """Where the gateway tells whether a text arrived."""
    return f"{settings.BASE_URL}/hooks/sms/status/"


def _is_yes(answer: requests.Response) -> bool:
    return 200 <= answer.status_code < 300


def _read(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _listed(answer: requests.Response) -> list[dict[str, Any]]:
    """The texts in Twilio's list; where it does not show one, nobody knows what it took, and nothing rings again."""
    said = _read(answer)
    texts = said.get("messages") if isinstance(said, dict) else None
    if not _is_yes(answer) or not isinstance(texts, list):
        raise NotTaken(f"The SMS gateway does not say whether it took it before ({answer.status_code}).")
    return [text for text in texts if isinstance(text, dict)]


def _is_after(told: Any, message: Message) -> bool:
    try:
        return parsedate_to_datetime(str(told)) >= message.created_at - _CLOCKS_DIFFER
    except (TypeError, ValueError):
        return False


DOORS["sms"] = open_door
