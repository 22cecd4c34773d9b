"""Fetch a file from an address somebody typed, without being sent into our own network by it.

https only. The name is resolved once, every address it has must be a public one, and that very address is connected
to; so is each address it redirects to. Time and size are bounded. No address is ever logged: it may hold a secret.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_HOST = re.compile(r"[A-Za-z0-9._:-]+")
# Ways of writing an IPv4 address in IPv6; where a gateway translates them, 10.0.0.1 is one of these.
_TRANSLATED = tuple(ipaddress.ip_network(n) for n in (
    "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"))
_WORDS = {
    401: "It asks for a password. Use the calendar's private address, which needs none.",
    403: "It does not let us in. Use the calendar's private address, which needs no password.",
    404: "Nothing is there any more. Make a new address in your calendar, and add that.",
    410: "Nothing is there any more. Make a new address in your calendar, and add that.",
}


class CannotFetch(Exception):
    """Why it was not fetched and what to do, in words for the person who typed the address."""


@dataclass(frozen=True, slots=True)
class Net:
    """The two steps that touch the network, and nothing else does: a name to its addresses, an address to a socket."""

    resolve: Callable[[str, int], list[str]]
    connect: Callable[[str, int, str, float], socket.socket]


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    target: str


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


def host_of(url: str) -> str:
    """The host an address names; refuses what `fetch` would refuse by its looks."""
    return _read(url).host


def fetch(url: str, *, most_bytes: int, seconds: float = 10, net: Net = INTERNET) -> bytes:
    """What stands under an https address, at most so large and within so many seconds in all, or `CannotFetch`."""
    until = monotonic() + seconds
    for _ in range(MOST_REDIRECTS + 1):
        address = _read(url)
        answer = _ask(address, _public(address, net), until, most_bytes, net)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(url, answer)
    raise CannotFetch(f"{address.host} sends us on and on. Copy the address again from your calendar.")


def is_public(address: str) -> bool:
    """Whether an IP address lies on the open internet, and in no network of our own."""
    ip = ipaddress.ip_address(address)
    is_odd = ip.is_multicast or ip.is_reserved or ip.is_link_local or ip.is_loopback or ip.is_unspecified
    if isinstance(ip, ipaddress.IPv6Address):
        is_odd = is_odd or ip.is_site_local or any(ip in network for network in _TRANSLATED)
    return ip.is_global and not is_odd


def _read(url: str) -> _Address:
    """The parts of an address; `webcal://` is how calendars write `https://`."""
    url = url.strip()
    if url[:9].lower() == "webcal://":
        url = f"https://{url[9:]}"
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or 443
    except ValueError:
        raise CannotFetch("This is not an address. Copy it whole from your calendar.") from None
    if host and not _HOST.fullmatch(host):
        raise CannotFetch("This is not an address. Copy it whole from your calendar.")
    if parts.scheme != "https" or not host:
        raise CannotFetch("The address has to begin with https:// or webcal://. Copy it whole from your calendar.")
    if parts.username is not None or parts.password is not None:
        raise CannotFetch("The address holds a name and password. Use the calendar's private address, without them.")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    return _Address(host, port, f"{path}?{query}" if query else path)


def _public(address: _Address, net: Net) -> str:
    """The one IP address to connect to; refuses a name with any address that is not on the open internet."""
    try:
        found = net.resolve(address.host, address.port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise CannotFetch(f"There is no {address.host}. Copy the address again from your calendar.")
    if not all(is_public(ip) for ip in found):
        raise CannotFetch(f"{address.host} is not on the open internet, so it is not read from here.")
    return found[0]


def _ask(address: _Address, ip: str, until: float, most_bytes: int, net: Net) -> bytes | str:
    """The body, or where it sends us on to."""
    host, late = address.host, f"{address.host} did not answer in time. We try again every hour."
    connection = http.client.HTTPSConnection(host, address.port)
    connection.auto_open = 0  # nothing but the socket below is ever connected to
    watch = None
    try:
        left = max(0.1, until - monotonic())
        connection.sock = net.connect(ip, address.port, host, left)
        watch = Timer(left, _cut, [connection.sock])  # a socket's own timeout begins again with each byte
        watch.daemon = True
        watch.start()
        connection.request("GET", address.target, headers={
            "Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "Evenhand"})
        return _answer_of(connection.getresponse(), host, most_bytes, until)
    except ssl.SSLCertVerificationError:
        raise CannotFetch(f"{host} cannot prove that it is {host} (its certificate is not valid).") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise CannotFetch(late if monotonic() >= until else
                          f"{host} could not be reached. We try again every hour.") from None
    finally:
        if watch:
            watch.cancel()
        connection.close()


def _answer_of(answer: http.client.HTTPResponse, host: str, most_bytes: int, until: float) -> bytes | str:
    onward = answer.getheader("Location")
    if answer.status in _REDIRECTS and onward:
        return onward
    if answer.status != 200:
        raise CannotFetch(f"{host} answered {answer.status}. {_WORDS.get(answer.status, 'We try again every hour.')}")
    if answer.getheader("Content-Encoding", "identity").lower() != "identity":
        raise CannotFetch(f"{host} sends it packed, which we cannot read.")
    body = answer.read(most_bytes + 1)
    if len(body) > most_bytes or (answer.length or 0) > most_bytes:
        raise CannotFetch(f"What {host} sends is larger than {most_bytes // 1_000_000} MB. Choose a smaller calendar.")
    if answer.length or monotonic() >= until:
        raise OSError("broken off")
    return body


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # beneath TLS, whose own state the reader is using
