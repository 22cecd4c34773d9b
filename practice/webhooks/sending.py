"""One signed POST to an address somebody typed, without being sent into our own network by it.

The name is resolved once, every address it has must be a public one, and that very address is connected to. Nothing is
followed elsewhere, and little of the answer is read. `WEBHOOKS_INSIDE` (on while DEBUG is) allows http and addresses of
one's own network.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

from practice.fetching import INTERNET, Net, is_public
from practice.refusals import BadInput

SECONDS = 5.0  # for everything, from the connection to the answer
_PORTS = {"https": 443, "http": 80}


class NotTaken(Exception):
    """The other side did not take it: in words for the owner, with the answer's code where there was one."""

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.words, self.status = words, status


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def named(self) -> str:
        """The host as the other side knows itself by."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def address_of(url: str) -> Address:
    """The parts of an address; refuses with `BadInput` what can never be called."""
    wrong = BadInput("This is not an address. It looks like https://example.org/hooks/evenhand.", field="url")
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not host or any(c.isspace() or ord(c) < 33 or ord(c) > 126 for c in url.strip()):
        raise wrong
    if parts.scheme != "https" and not settings.WEBHOOKS_INSIDE:
        raise BadInput("The address has to begin with https://.", field="url")
    if parts.username is not None or parts.password is not None:
        raise BadInput("Leave name and password out of the address: each call is signed instead.", field="url")
    target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], target)


def place_of(address: Address, net: Net = INTERNET) -> str:
    """The one IP address to connect to; refuses a name with any address that is not on the open internet."""
    try:
        found = net.resolve(address.host, address.port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise NotTaken(f"There is no {address.host}.")
    if not settings.WEBHOOKS_INSIDE and not all(is_public(ip) for ip in found):
        raise NotTaken(f"{address.host} is not on the open internet.")
    return found[0]


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over “timestamp.body”, in hex."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, body: bytes, headers: dict[str, str], net: Net = INTERNET) -> int:
    """POST the body; the code of a good answer (2xx), or `NotTaken`."""
    try:
        address = address_of(url)
    except BadInput as wrong:
        raise NotTaken(wrong.detail) from wrong
    status = _ask(address, place_of(address, net), body, headers, net)
    if 200 <= status < 300:
        return status
    if 300 <= status < 400:
        raise NotTaken(f"{address.host} sends us elsewhere ({status}): write down where it means.", status)
    raise NotTaken(f"{address.host} answered {status}.", status)


def _ask(address: Address, ip: str, body: bytes, headers: dict[str, str], net: Net) -> int:
    until = monotonic() + SECONDS
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.auto_open = 0  # nothing but the socket below is ever connected to
    watch = None
    try:
        connection.sock = _connect(address, ip, net)
        watch = Timer(max(0.1, until - monotonic()), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        connection.request("POST", address.target, body=body, headers={"Host": address.named} | headers)
        return connection.getresponse().status
    except ssl.SSLCertVerificationError:
        raise NotTaken(f"{address.host} cannot prove that it is {address.host}.") from None
    except (OSError, http.client.HTTPException, ValueError):
        late = monotonic() >= until - 0.05
        raise NotTaken(f"{address.host} did not answer within {SECONDS:.0f} seconds." if late
                       else f"{address.host} could not be reached.") from None
    finally:
        if watch:
            watch.cancel()
        connection.close()


def _connect(address: Address, ip: str, net: Net) -> socket.socket:
    if address.scheme == "https":
        return net.connect(ip, address.port, address.host, SECONDS)
    return socket.create_connection((ip, address.port), timeout=SECONDS)


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # beneath TLS, whose own state the reader is using
