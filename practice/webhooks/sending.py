"""One signed POST to an address somebody typed (`practice/internet.py`); nothing is followed elsewhere, and of the
answer only its code is read.

`WEBHOOKS_INSIDE` (on while DEBUG is) allows http and addresses of one's own network.
"""

from __future__ import annotations

import hashlib
import hmac
from time import monotonic

from django.conf import settings

from practice import internet
from practice.internet import INTERNET, Address, Net, Trouble, Unreached, asked, read_address
from practice.refusals import BadInput

SECONDS = 5.0  # for everything, from the connection to the answer
_NO_ADDRESS = "This is not an address. It looks like https://example.org/hooks/evenhand."
_TROUBLE = {
    Trouble.UNREADABLE: _NO_ADDRESS,
    Trouble.WRONG_SCHEME: "The address has to begin with https://.",
    Trouble.HOLDS_A_PASSWORD: "Leave name and password out of the address: each call is signed instead.",
    Trouble.NO_SUCH_NAME: "There is no {host}.",
    Trouble.NOT_PUBLIC: "{host} is not on the open internet.",
    Trouble.NOT_PROVEN: "{host} cannot prove that it is {host}.",
    Trouble.BROKEN: "{host} could not be reached.",
}


class NotTaken(Exception):
    """The other side did not take it: in words for the owner, with the answer's code where there was one."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.words, self.status = words, status


def address_of(url: str) -> Address:
    """The parts of an address; refuses with `BadInput` what can never be called."""
    if any(c.isspace() or ord(c) < 33 or ord(c) > 126 for c in url.strip()):
        raise BadInput(_NO_ADDRESS, field="url")
    try:
        return read_address(url, schemes=("https", "http") if settings.WEBHOOKS_INSIDE else ("https",))
    except Unreached as why:
        raise BadInput(why.said(_TROUBLE), field="url") from None


def place_of(address: Address, net: Net = INTERNET) -> str:
    """The one IP address to connect to; refuses a name with any address that is not on the open internet."""
    try:
        return internet.place_of(address, net, is_inside=settings.WEBHOOKS_INSIDE)
    except Unreached as why:
        raise NotTaken(why.said(_TROUBLE)) from None


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over “timestamp.body”, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: dict[str, str], net: Net = INTERNET) -> int:
    """POST the body; the code of a good answer (2xx), or `NotTaken`."""
    try:
        address = address_of(url)
        with asked(address, headers, until=monotonic() + SECONDS, net=net, method="POST", body=body,
                   is_inside=settings.WEBHOOKS_INSIDE) as answer:
            status = answer.status
    except BadInput as wrong:
        raise NotTaken(wrong.detail) from wrong
    except Unreached as why:
        late = f"{why.host} did not answer within {SECONDS:.0f} seconds."
        raise NotTaken(late if why.trouble == Trouble.LATE else why.said(_TROUBLE)) from None
    if 200 <= status < 300:
        return status
    if 300 <= status < 400:
        raise NotTaken(f"{address.host} sends us elsewhere ({status}): write down where it means.", status)
    raise NotTaken(f"{address.host} answered {status}.", status)
