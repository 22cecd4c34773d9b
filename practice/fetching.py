"""Fetch a file from an address somebody typed: https only, each address it redirects to looked at like the first,
bounded in time and size (`practice/internet.py`)."""

from __future__ import annotations

import http.client
from time import monotonic
from urllib.parse import urljoin

from practice.internet import INTERNET, Address, Net, Trouble, Unreached, asked, read_address

MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity", "User-Agent": "Evenhand"}
_WORDS = {
    401: "It asks for a password. Use the calendar's private address, which needs none.",
    403: "It does not let us in. Use the calendar's private address, which needs no password.",
    404: "Nothing is there any more. Make a new address in your calendar, and add that.",
    410: "Nothing is there any more. Make a new address in your calendar, and add that.",
}
_TROUBLE = {
    Trouble.UNREADABLE: "This is not an address. Copy it whole from your calendar.",
    Trouble.WRONG_SCHEME: "The address has to begin with https:// or webcal://. Copy it whole from your calendar.",
    Trouble.HOLDS_A_PASSWORD:
        "The address holds a name and password. Use the calendar's private address, without them.",
    Trouble.NO_SUCH_NAME: "There is no {host}. Copy the address again from your calendar.",
    Trouble.NOT_PUBLIC: "{host} is not on the open internet, so it is not read from here.",
    Trouble.NOT_PROVEN: "{host} cannot prove that it is {host} (its certificate is not valid).",
    Trouble.LATE: "{host} did not answer in time. We try again every hour.",
    Trouble.BROKEN: "{host} could not be reached. We try again every hour.",
}


class CannotFetch(Exception):
    """Why it was not fetched and what to do, in words for the person who typed the address."""


def host_of(url: str) -> str:
    """The host an address names; refuses what `fetch` would refuse by its looks."""
    try:
        return _read(url).host
    except Unreached as why:
        raise CannotFetch(why.said(_TROUBLE)) from None


def fetch(url: str, *, most_bytes: int, seconds: float = 10, net: Net = INTERNET) -> bytes:
    """What stands under an https address, at most so large and within so many seconds in all, or `CannotFetch`."""
    until = monotonic() + seconds
    try:
        for _ in range(MOST_REDIRECTS + 1):
            address = _read(url)
            with asked(address, _HEADERS, until=until, net=net) as answer:
                found = _found_in(answer, address.host, most_bytes, until)
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
    except Unreached as why:
        raise CannotFetch(why.said(_TROUBLE)) from None
    raise CannotFetch(f"{address.host} sends us on and on. Copy the address again from your calendar.")


def _read(url: str) -> Address:
    """The parts of an address; `webcal://` is how calendars write `https://`."""
    url = url.strip()
    return read_address(f"https://{url[9:]}" if url[:9].lower() == "webcal://" else url)


def _found_in(answer: http.client.HTTPResponse, host: str, most_bytes: int, until: float) -> bytes | str:
    """The body, or where it sends us on to."""
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
