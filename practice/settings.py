"""One settings file, read from the environment; `practice/checks.py` refuses bad combinations in words."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env

import practice.clock  # noqa: F401  pins the tz database before anything asks for a zone
from practice.mailing import PROVIDERS, Unreadable, provider_in, read_provider
from practice.secret import own_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or own_secret(DATA_DIR, make=DEBUG)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
# What wraps the keys of clinical text, the first of several separated by commas; empty: a key made from SECRET_KEY.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", [])
PORT = env.int("PORT", 8000)
BASE_URL = env.str("BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["*"] if DEBUG else [urlsplit(BASE_URL).hostname or "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])

# --- apps: ours first, so that our templates and commands win -------------------------------------
INSTALLED_APPS = [
    "practice.apps.PracticeConfig",
    "clients.apps.ClientsConfig",
    "sessions.apps.SessionsConfig",
    "notes.apps.NotesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "practice.watching.requests.RequestLog",
    "practice.walls.standing.WallMiddleware",
    "practice.https.refuse_plain_calls",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "practice.access.MemberMiddleware",
    "practice.accounts.signed_in.SignedInMiddleware",
    "practice.lock.LockMiddleware",
    "practice.refusals.RefusalMiddleware",
    "practice.reading.ReadingMiddleware",
]
ROOT_URLCONF = "practice.urls"
WSGI_APPLICATION = "practice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["practice.templatetags.marks", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "practice.pages.look",
            ]
        },
    }
]

# --- database: SQLite by default, PostgreSQL 15+ by DATABASE_URL -----------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA_DIR / 'evenhand.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
        DATABASES["default"]["ENGINE"] = "practice.postgresql"  # Django's own, with the second wall (docs/walls.md)
    # Statements are prepared once per connection: reading and planning the same SQL anew costs more than it answers.
    if env.bool("PREPARED_STATEMENTS", True):
        DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 2}
# A connection is kept by its thread: opening one, and setting it up, costs more than most requests do.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "practice.User"
AUTHENTICATION_BACKENDS = ["practice.callers.MemberBackend"]
LOGIN_URL = "practice:login"
LOGIN_REDIRECT_URL = "sessions:today"
LOGOUT_REDIRECT_URL = "practice:login"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["name", "email"]}},
    {"NAME": "practice.passwords.NoWordsOfTheHouse"},
]

# --- time and language --------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"  # the practice's own zone is activated per request
# Pages are English; those behind a client's link are in that client's language (practice/page_language.py).
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Spanish"), ("fr", "French"), ("de", "German")]
LOCALE_PATHS = [BASE_DIR / "practice" / "locale"]

# --- files ----------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", str(DATA_DIR / "static"))
# The image collects them under hashed names (STATIC_HASHED=1); elsewhere they are served from where they lie.
STATIC_HASHED = env.bool("STATIC_HASHED", False)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_HASHED
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Copies of everything (practice/copies): the key they are sealed for, where they lie, from which hour of UTC.
BACKUP_KEY = env.str("BACKUP_KEY", "")
BACKUP_DIR = Path(env.str("BACKUP_DIR", str(DATA_DIR / "backups")))
BACKUP_HOUR = env.int("BACKUP_HOUR", 3)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- the outbox and its pump --------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "")
# Two instances on one Redis do not hear each other; all hosts of one instance do, because they share key and database.
_instance = sha256(f"{SECRET_KEY} {DATABASES['default']['NAME']}".encode()).hexdigest()[:8]
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", f"evenhand-{_instance}:")
MESSAGE_GRACE_SECONDS = env.int("MESSAGE_GRACE_SECONDS", 180)
MESSAGE_LEASE_SECONDS = env.int("MESSAGE_LEASE_SECONDS", 120)
WEBHOOKS_INSIDE = env.bool("WEBHOOKS_INSIDE", DEBUG)  # events may go by http and into our own network
EMAIL_URL = env.str("EMAIL_URL", "")
SMS_URL = env.str("SMS_URL", "")
# A relay that encrypts what it is given; only through it a letter leaves as an attachment in clear.
SECURE_MAIL_URL = env.str("SECURE_MAIL_URL", "")
SECURE_MAIL = env.dj_email_url("SECURE_MAIL_URL") if SECURE_MAIL_URL else {}
SECURE_MAIL_TAG = env.str("SECURE_MAIL_TAG", "")  # a word in the subject on which the relay acts: [secure]
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "appointments@localhost")
SECURE_MAIL_FROM = env.str("SECURE_MAIL_FROM", DEFAULT_FROM_EMAIL)
EMAIL_TIMEOUT = 15
# Providers that sign nothing call us by an address with this password in it: user:long-random-word.
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")
ANYMAIL: dict[str, object] = {}
if provider_in(EMAIL_URL) in PROVIDERS:
    EMAIL_BACKEND = f"anymail.backends.{provider_in(EMAIL_URL)}.EmailBackend"
    with suppress(Unreadable):  # practice/checks.py says what is wrong
        ANYMAIL = read_provider(EMAIL_URL, webhook_secret=MAIL_WEBHOOK_SECRET)
elif EMAIL_URL and not provider_in(EMAIL_URL):
    _mail = env.dj_email_url("EMAIL_URL")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"] or "", _mail["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "drain-messages": {"task": "practice.tasks.drain_messages", "schedule": 5.0, "options": {"expires": 5}},
    "call-webhooks": {"task": "practice.tasks.call_webhooks", "schedule": 5.0, "options": {"expires": 5}},
    "forget-webhook-deliveries": {"task": "practice.tasks.forget_webhook_deliveries", "schedule": 86400.0,
                                  "options": {"expires": 86400}},
    "read-outside-calendars": {"task": "sessions.tasks.read_outside_calendars", "schedule": 3600.0,
                               "options": {"expires": 3600}},
    "lapse-requests": {"task": "sessions.tasks.lapse_requests", "schedule": 600.0, "options": {"expires": 600}},
    "offer-freed-times": {"task": "sessions.tasks.offer_freed_times", "schedule": 60.0, "options": {"expires": 60}},
    "ask-how-it-is": {"task": "sessions.tasks.ask_how_it_is", "schedule": 3600.0, "options": {"expires": 3600}},
    "ask-after-visits": {"task": "notes.tasks.ask_after_visits", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep-questions": {"task": "clients.tasks.keep_questions", "schedule": 3600.0, "options": {"expires": 3600}},
    "keep-copies": {"task": "practice.tasks.keep_copies", "schedule": 60.0, "options": {"expires": 60}},
    "make-archives": {"task": "practice.tasks.make_archives", "schedule": 60.0, "options": {"expires": 60}},
    "send-account-links": {"task": "practice.tasks.send_account_links", "schedule": 5.0, "options": {"expires": 5}},
    "forget-sign-ins": {"task": "practice.tasks.forget_sign_ins", "schedule": 3600.0, "options": {"expires": 3600}},
    "seal-trails": {"task": "practice.tasks.seal_trails", "schedule": 60.0, "options": {"expires": 60}},
    "look-after-imports": {"task": "clients.tasks.look_after_imports", "schedule": 60.0, "options": {"expires": 60}},
    "send-digests": {"task": "practice.tasks.send_digests", "schedule": 600.0, "options": {"expires": 600}},
    "recall-clients": {"task": "sessions.tasks.recall_clients", "schedule": 3600.0, "options": {"expires": 3600}},
    "save-day-sheets": {"task": "sessions.tasks.save_day_sheets", "schedule": 3600.0, "options": {"expires": 3600}},
}
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"global_keyprefix": REDIS_KEY_PREFIX}
else:
    CELERY_BROKER_TRANSPORT = "practice.file_queue:Transport"
    _queue = DATA_DIR / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.2,
    }
    for _folder in ("messages", "control"):
        (_queue / _folder).mkdir(mode=0o700, parents=True, exist_ok=True)

CACHES = (
    {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL,
                 "KEY_PREFIX": REDIS_KEY_PREFIX.rstrip(":")}}
    if REDIS_URL
    else {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "practice_cache",
                      "OPTIONS": {"MAX_ENTRIES": 20_000}}}
) | {"process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- booking by oneself, in an hour: our proposals ------------------------------------------------
ONLINE_LOOKS = env.int("ONLINE_LOOKS", 300)  # pages of open times looked at from one address
ONLINE_SENDS = env.int("ONLINE_SENDS", 10)  # requests and links asked for from one address
ONLINE_SENDS_IN_ALL = env.int("ONLINE_SENDS_IN_ALL", 60)  # of one practice, or by one client

# --- the API ---------------------------------------------------------------------------------------------
API_RATE = env.str("API_RATE", "off" if DEBUG else "600/minute")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["practice.callers.TokenAuthentication", "practice.callers.PageAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["practice.callers.IsMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "practice.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "practice.api.problem_from",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Evenhand",
    "DESCRIPTION": "Practice management for therapists whose clients live with neurological conditions.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatusEnum": "sessions.models.Appointment.Status",
        "EpisodeStatusEnum": "clients.models.Episode.Status",
        "PlanStatusEnum": "sessions.models.Plan.Status",
        "EpisodeKindEnum": "clients.models.Episode.Kind",
        "MeasureKindEnum": ["scale", "goal", "question", "test", "questionnaire", "total"],
        "MeasurementWhenEnum": ["before", "after"],
        "TreatmentStateEnum": "notes.models.Treatment.State",
    },
}

# --- walls -------------------------------------------------------------------------------------------------
_HTTPS = BASE_URL.startswith("https://")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", _HTTPS)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", _HTTPS) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31536000 if _HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
if _HTTPS:  # a name browsers take from this very host and over https alone (RFC 6265bis); others: practice/cookies.py
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_FAILURE_VIEW = "practice.pages.csrf_failed"

# --- the log and the numbers -------------------------------------------------------------------------------
LOG_FORMAT = env.str("LOG_FORMAT", "plain")  # or json: one object a line, with a line for each request
LOG_REQUESTS = env.bool("LOG_REQUESTS", LOG_FORMAT == "json")
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # without one there is no /metrics
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_paths": {"()": "practice.watching.lines.WithoutPaths"}},
    "formatters": {
        "plain": {"()": "practice.watching.lines.Plain", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "practice.watching.lines.Json"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["without_paths"],
                            "formatter": "json" if LOG_FORMAT == "json" else "plain"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    # Django writes a line for every refused request; who is refused how often is told by the lines of requests.
    "loggers": {"django.request": {"level": "ERROR"}, "django.security": {"level": "ERROR"},
                "django.security.DisallowedHost": {"level": "CRITICAL"}},  # of scanners: 400, and no traceback each
}
DEMO = env.bool("DEMO", DEBUG)
