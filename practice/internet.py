"""One request over the open internet to an address somebody typed, without being sent into our own network by it.

The name is resolved once, every address it has must be a public one, and that very address is connected to. Nothing is
followed elsewhere by itself, and all of it has to be over in time. What went wrong is a `Trouble`; whoever asks finds
the words for it. No address is ever logged: it may hold a secret.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from threading import Timer
from time import monotonic
from urllib.parse import quote, urlsplit

_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
# Ways of writing an IPv4 address in IPv6; where a gateway translates them, 10.0.0.1 is one of these.
_TRANSLATED = tuple(ipaddress.ip_network(n) for n in (
    "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
_NEARLY = 0.05  # seconds by which a socket's own timeout may come before the end


class Trouble(Enum):
    """Why an address was not asked, or did not answer."""

    UNREADABLE = auto()
    WRONG_SCHEME = auto()
    HOLDS_A_PASSWORD = auto()
    NO_SUCH_NAME = auto()
    NOT_PUBLIC = auto()
    NOT_PROVEN = auto()
    LATE = auto()
    BROKEN = auto()


class Unreached(Exception):
    """One of these, with the host it is about."""

    def __init__(self, trouble: Trouble, host: str = "") -> None:
        super().__init__(trouble.name)
        self.trouble, self.host = trouble, host

    def said(self, words: Mapping[Trouble, str]) -> str:
        """In the words of whoever asked; `{host}` in them is the host."""
        return words[self.trouble].format(host=self.host)


@dataclass(frozen=True, slots=True)
class Net:
    """The two steps that touch the network, and nothing else does: a name to its addresses, an address to a socket."""

    resolve: Callable[[str, int], list[str]]
    connect: Callable[[str, int, str, float], socket.socket]


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


def _resolve(host: str, port: int) -> list[str]:
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _connect(address: str, port: int, host: str, seconds: float) -> socket.socket:
    plain = socket.create_connection((address, port), timeout=seconds)
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


INTERNET = Net(_resolve, _connect)


def is_public(address: str) -> bool:
    """Whether an IP address lies on the open internet, and in no network of our own."""
    ip = ipaddress.ip_address(address)
    is_odd = ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_loopback or ip.is_unspecified
    if isinstance(ip, ipaddress.IPv6Address):
        is_odd = is_odd or ip.is_site_local or any(ip in network for network in _TRANSLATED)
    return ip.is_global and not is_odd


def read_address(url: str, *, schemes: Collection[str] = ("https",)) -> Address:
    """The parts of an address; refuses what can never be asked."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise Unreached(Trouble.UNREADABLE) from None
    if host and not _HOST.fullmatch(host):
        raise Unreached(Trouble.UNREADABLE)
    if parts.scheme not in schemes or not host:
        raise Unreached(Trouble.WRONG_SCHEME)
    if parts.username is not None or parts.password is not None:
        raise Unreached(Trouble.HOLDS_A_PASSWORD)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], f"{path}?{query}" if query else path)


def place_of(address: Address, net: Net = INTERNET, *, is_inside: bool = False) -> str:
    """The one IP address to connect to; refuses a name with any that is not public, unless our own are allowed."""
    try:
        found = net.resolve(address.host, address.port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise Unreached(Trouble.NO_SUCH_NAME, address.host)
    if not is_inside and not all(is_public(ip) for ip in found):
        raise Unreached(Trouble.NOT_PUBLIC, address.host)
    return found[0]


@contextmanager
def asked(
    address: Address, headers: Mapping[str, str], *, until: float, net: Net = INTERNET, method: str = "GET",
    body: bytes | None = None, is_inside: bool = False,
) -> Iterator[http.client.HTTPResponse]:
    """The answer to one request, its body still to be read; raises `Unreached`, also for what breaks while it is read.

    `until` is when all of it is over, on the monotonic clock. `is_inside` allows addresses of one's own network.
    """
    ip = place_of(address, net, is_inside=is_inside)
    connection = http.client.HTTPSConnection(address.host, address.port)
    connection.auto_open = 0  # nothing but the socket below is ever connected to
    watch = None
    try:
        connection.sock = _socket_to(address, ip, _left(until), net)
        watch = Timer(_left(until), _cut, [connection.sock])  # a socket's own timeout begins again with each byte
        watch.daemon = True
        watch.start()
        connection.request(method, address.target, body=body, headers={"Host": address.named, **headers})
        yield connection.getresponse()
    except ssl.SSLCertVerificationError:
        raise Unreached(Trouble.NOT_PROVEN, address.host) from None
    except (OSError, http.client.HTTPException, ValueError):
        is_late = monotonic() >= until - _NEARLY
        raise Unreached(Trouble.LATE if is_late else Trouble.BROKEN, address.host) from None
    finally:
        if watch:
            watch.cancel()
        connection.close()


def _left(until: float) -> float:
    return max(0.1, until - monotonic())


def _socket_to(address: Address, ip: str, seconds: float, net: Net) -> socket.socket:
    if address.scheme == "https":
        return net.connect(ip, address.port, address.host, seconds)
    return socket.create_connection((ip, address.port), timeout=seconds)


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # beneath TLS, whose own state the reader is using
