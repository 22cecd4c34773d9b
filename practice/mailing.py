"""How mail leaves, read from `EMAIL_URL`: any SMTP server, or a provider's API by django-anymail.

    anymail+mailgun://KEY@mg.practice.example?webhook_signing_key=…
    anymail+postmark://TOKEN@
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEME = "anymail+"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: the settings of django-anymail its key, second secret and domain go to, and who vouches for what
    it tells us: a signature over everything (`signs_with`), or a password in the address it calls.
    """

    key: str
    second: str = ""
    domain: str = ""
    signs_with: str = ""


PROVIDERS = {
    "brevo": Provider("API_KEY"),
    "mailersend": Provider("API_TOKEN", signs_with="SIGNING_SECRET"),
    "mailgun": Provider("API_KEY", domain="SENDER_DOMAIN", signs_with="WEBHOOK_SIGNING_KEY"),
    "mailjet": Provider("API_KEY", second="SECRET_KEY"),
    "mailtrap": Provider("API_TOKEN"),
    "postmark": Provider("SERVER_TOKEN"),
    "resend": Provider("API_KEY"),
    "sparkpost": Provider("API_KEY"),
}


class Unreadable(ValueError):
    """`EMAIL_URL` names no provider we know, or not enough of one, in words."""


def provider_in(url: str) -> str:
    """The provider an `EMAIL_URL` names, as in the address it calls us by; "" where it is an SMTP server."""
    scheme = urlsplit(url).scheme
    return scheme.removeprefix(_SCHEME) if scheme.startswith(_SCHEME) else ""


def read_provider(url: str, *, webhook_secret: str = "") -> dict[str, Any]:
    """The settings of django-anymail for an `EMAIL_URL`; refuses, in words, one that cannot be read.

    What stands behind the "?" is passed on under the provider's name: `api_url` for Mailgun's servers in Europe.
    """
    name, parts = provider_in(url), urlsplit(url)
    if name not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise Unreadable(f"EMAIL_URL names “{name}”. There are: {known}, or smtp:// for any server.")
    provider, prefix = PROVIDERS[name], name.upper()
    key, second = unquote(parts.username or ""), unquote(parts.password or "")
    if not key or (provider.second and not second):
        raise Unreadable(f"EMAIL_URL holds no key for {name}. Write "
                         f"anymail+{name}://KEY{':SECRET' if provider.second else ''}"
                         f"@{'domain.example' if provider.domain else ''}.")
    if provider.domain and "." not in (parts.hostname or ""):
        raise Unreadable(f"EMAIL_URL does not say which domain {name} sends for: anymail+{name}://KEY@domain.example.")
    found: dict[str, Any] = {f"{prefix}_{provider.key}": key, "IGNORE_UNSUPPORTED_FEATURES": True}
    if provider.second:
        found[f"{prefix}_{provider.second}"] = second
    if provider.domain:
        found[f"{prefix}_{provider.domain}"] = parts.hostname
    found |= {f"{prefix}_{setting.upper()}": value for setting, value in parse_qsl(parts.query.replace("+", "%2B"))}
    if webhook_secret:
        found["WEBHOOK_SECRET"] = webhook_secret
    return found


def is_vouched_for(name: str, found: dict[str, Any]) -> bool:
    """Whether what this provider tells can be told from what anybody might send."""
    provider = PROVIDERS[name]
    return "WEBHOOK_SECRET" in found or bool(provider.signs_with and f"{name.upper()}_{provider.signs_with}" in found)
