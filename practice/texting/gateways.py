"""Which gateway text messages go through, read from `SMS_URL`: Twilio's HTTP API, or a plain one of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

TWILIO, PLAIN = "twilio", "plain"
_HERE = ("127.0.0.1", "localhost", "::1")
_FORMS = ("Write twilio://SID:TOKEN@api.twilio.com?from=+15550100 or "
          "https://user:secret@gateway.example/send?from=EVENHAND.")


class Unreadable(ValueError):
    """`SMS_URL` says no gateway one could reach, in words."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway: where it is asked, who asks, and the number or name texts come from.

    `sender` is empty where Twilio chooses among the numbers of `messaging_service`.
    """

    dialect: str
    address: str
    user: str
    secret: str = field(repr=False)
    sender: str = ""
    messaging_service: str = ""


def read_gateway(url: str) -> Gateway:
    """The gateway an `SMS_URL` speaks of; refuses, in words, one that cannot be read."""
    try:
        parts = urlsplit(url.strip())
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        raise Unreadable(f"SMS_URL is not an address. {_FORMS}") from None
    user, secret = unquote(parts.username or ""), unquote(parts.password or "")
    # A "+" stands for itself here: it begins a telephone number.
    asked = dict(parse_qsl(parts.query.replace("+", "%2B")))
    if parts.scheme not in ("twilio", "https", "http"):
        raise Unreadable(f"SMS_URL begins with “{parts.scheme or url[:12]}”. {_FORMS}")
    if not host:
        raise Unreadable(f"SMS_URL names no gateway. {_FORMS}")
    if not user or not secret:
        raise Unreadable(f"SMS_URL names nobody who asks, or no secret. {_FORMS}")
    is_clear = parts.scheme == "http" or asked.pop("http", "") == "1"
    if is_clear and host not in _HERE:
        raise Unreadable("SMS_URL would send its secret in clear. Without encryption only this machine is asked.")
    sender, service = asked.pop("from", "").strip(), asked.pop("messaging_service", "").strip()
    if not sender and not (service and parts.scheme == "twilio"):
        raise Unreadable(f"SMS_URL does not say from whom texts come. {_FORMS}")
    if asked:
        raise Unreadable(f"SMS_URL says “{min(asked)}”, which means nothing here. {_FORMS}")
    where = f"[{host}]" if ":" in host else host
    base = f"{'http' if is_clear else 'https'}://{where}{f':{port}' if port else ''}"
    if parts.scheme == "twilio":
        return Gateway(TWILIO, f"{base}/2010-04-01/Accounts/{user}/Messages.json", user, secret, sender, service)
    return Gateway(PLAIN, f"{base}{parts.path or '/'}", user, secret, sender)
