"""System checks that refuse a bad combination of settings, in words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from practice import mailing, rates
from practice.copies.keys import recipient_of
from practice.copies.refusals import NoKey
from practice.encryption import keys
from practice.encryption.outer import NotAKey, outer_keys
from practice.texting import gateways


@register()
def settings_make_sense(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Refuse to start without a secret, and say so where mail goes nowhere."""
    problems: list[Any] = []
    try:
        bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        problems.append(Error("SECRET_KEY is not set.", id="practice.E001",
                              hint="Set SECRET_KEY to 50 or more random characters, or DEBUG=1 to try things out."))
    engine = settings.DATABASES["default"]["ENGINE"]
    if not engine.endswith(("sqlite3", "postgresql")):
        problems.append(Error(f"The database {engine} is not supported.", id="practice.E002",
                              hint="Use sqlite:///path/to/file or postgres://user:password@host/name."))
    if settings.LOG_FORMAT not in ("plain", "json"):
        problems.append(Error(f"LOG_FORMAT={settings.LOG_FORMAT} is not known.", id="practice.E006",
                              hint="Write plain or json."))
    if not rates.is_a_rate(settings.API_RATE):
        problems.append(Error(f"API_RATE={settings.API_RATE} is no rate.", id="practice.E005",
                              hint="Write so many calls in a while, such as 600/minute, or off."))
    return problems


@register()
def providers_can_be_read(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Refuse to start with a mail provider or an SMS gateway that nobody could reach."""
    problems: list[Any] = []
    if mailing.provider_in(settings.EMAIL_URL):
        try:
            mailing.read_provider(settings.EMAIL_URL)
        except mailing.Unreadable as wrong:
            problems.append(Error(str(wrong), id="practice.E003"))
    if settings.SMS_URL:
        try:
            gateways.read_gateway(settings.SMS_URL)
        except gateways.Unreadable as wrong:
            problems.append(Error(str(wrong), id="practice.E004"))
    if settings.SECURE_MAIL_URL and not _encrypts_on_the_way():
        problems.append(Error("SECURE_MAIL_URL would send letters in clear as far as the gateway.", id="practice.E005",
                              hint="Write submission://user:password@gateway.example:587, smtps://…:465, or a gateway "
                                   "on this machine."))
    return problems


@register()
def outer_keys_are_keys(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Refuse to start with words in ENCRYPTION_KEYS that are no keys."""
    try:
        outer_keys()
    except NotAKey as wrong:
        return [Error(str(wrong), id="practice.E005", hint="manage.py encryption_key prints one that is.")]
    except ImproperlyConfigured:
        pass  # without a SECRET_KEY: said above
    return []


@register(Tags.database)
def data_keys_open(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Any]:
    """Refuse a database whose clinical text none of the keys given can open."""
    try:
        if "default" in (databases or ()):
            keys.load()
    except keys.KeysMissing as missing:
        return [Error(str(missing), id="practice.E006")]
    except DatabaseError:
        pass  # not migrated yet
    return []


@register(Tags.database, deploy=True)
def the_role_is_bound_by_policies(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Any]:
    """Row-level security binds neither a superuser nor a role that may pass it by."""
    if "default" not in (databases or ()) or connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            return []
    return [Warning("The database's role passes by row-level security: the second wall does not stand.",
                    id="practice.W006", hint="Serve as a role that is no superuser; see docs/walls.md.")]


def _encrypts_on_the_way() -> bool:
    known = settings.SECURE_MAIL
    is_here = known.get("EMAIL_HOST") in ("127.0.0.1", "localhost", "::1")
    return bool(is_here or known.get("EMAIL_USE_TLS") or known.get("EMAIL_USE_SSL"))


@register()
def key_of_copies_is_one(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Refuse to start with a key that seals nothing: nights without a copy are noticed too late."""
    try:
        if settings.BACKUP_KEY:
            recipient_of(settings.BACKUP_KEY)
    except NoKey as wrong:
        return [Error(wrong.detail, id="practice.E011")]
    return []


@register(deploy=True)
def ready_to_deploy(app_configs: Any, **kwargs: Any) -> list[Any]:
    """What a practice would miss on the first day."""
    problems: list[Any] = []
    if not settings.EMAIL_URL:
        problems.append(Warning("EMAIL_URL is not set: messages are written to files, nobody receives them.",
                                id="practice.W001", hint="EMAIL_URL=smtp://user:password@host:587/?tls=True"))
    provider = mailing.provider_in(settings.EMAIL_URL)
    if provider in mailing.PROVIDERS and not mailing.is_vouched_for(provider, settings.ANYMAIL):
        problems.append(Warning(f"Nothing vouches for what {provider} tells us: mail that comes back goes unnoticed.",
                                id="practice.W003", hint="MAIL_WEBHOOK_SECRET=user:long-random-word, or the provider's "
                                                         "signing key in EMAIL_URL; see docs/deploying.md."))
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < 20:
        problems.append(Warning("METRICS_TOKEN can be guessed.", id="practice.W004",
                                hint="Set it to 20 or more random characters: openssl rand -hex 32"))
    if not settings.BASE_URL.startswith("https://"):
        problems.append(Warning("BASE_URL is not https: links in messages would travel in clear.",
                                id="practice.W002", hint="BASE_URL=https://diary.example.org"))
    return problems
