"""The one settings file; everything that differs between installations comes from the environment.

Each variable is described in docs/reference/settings.md (a test compares).
"""

from __future__ import annotations

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from youlu.config.environment import (
    KeyRing,
    data_dir,
    database_url,
    hours_of,
    mail_server,
    ring_of,
    secrets_ensure,
)
from youlu.config.translations import catalogues_compile

SOURCE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = data_dir()
_secrets = secrets_ensure()


def _database(url: str) -> dict[str, object]:
    # libpq's own reading: several hosts (`host1:5432,host2:5432`), sockets and options such as target_session_attrs.
    options = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "youlu.core.database",
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "youlu", **options},
    }


DATABASES = {"default": _database(database_url())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = os.environ.get("YOULU_SECRET_KEY") or _secrets["secret_key"]
# Key ring, oldest first: the last writes, all read. "id=base64,id=base64"
FIELD_KEYS = (
    dict(pair.split("=", 1) for pair in os.environ["YOULU_FIELD_KEYS"].split(","))
    if os.environ.get("YOULU_FIELD_KEYS") else KeyRing(ring_of(_secrets))
)
BLIND_INDEX_KEY = os.environ.get("YOULU_BLIND_INDEX_KEY") or _secrets["blind_index_key"]
AUDIT_KEY = os.environ.get("YOULU_AUDIT_KEY") or _secrets["audit_key"]
# Where the head of the audit's chain is noted outside the database.
AUDIT_ANCHOR_FILE = os.environ.get("YOULU_AUDIT_ANCHOR_FILE") or str(DATA_DIR / "audit-anchor.jsonl")
VOUCHER_KEY = os.environ.get("YOULU_VOUCHER_KEY") or _secrets["voucher_key"]

# Seals backups; without it they are written readable, and say so.
BACKUP_PASSPHRASE = os.environ.get("YOULU_BACKUP_PASSPHRASE", "")

DEBUG = False
ALLOWED_HOSTS = os.environ.get("YOULU_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("YOULU_TRUSTED_ORIGINS", "").split(",") if o]
# Seats let one browser show several people's pages side by side; only the tour switches them on (loopback only).
TOUR_SEATS = os.environ.get("YOULU_TOUR_SEATS") == "1"
PROGRAMME_PACKAGES = os.environ.get("YOULU_PROGRAMMES", "youlu.programmes").split(",")
MESSAGE_HOOK_URL = os.environ.get("YOULU_MESSAGE_HOOK_URL", "")
MESSAGE_HOOK_SECRET = os.environ.get("YOULU_MESSAGE_HOOK_SECRET", "")
MESSENGER_SECRET = os.environ.get("YOULU_MESSENGER_SECRET", "")
# Nobody is written to or rung up then; trade practice, unverified.
QUIET_HOURS = hours_of(os.environ.get("YOULU_QUIET_HOURS", "21:00-08:00"))
# Letters: inboxes that are read by IMAP, and the server that letters go out by.
INBOXES = os.environ.get("YOULU_INBOXES", "")
INBOX_PASSWORD = os.environ.get("YOULU_INBOX_PASSWORD", "")  # of every inbox that has none of its own
INBOX_PASSWORDS = {name.removeprefix("YOULU_INBOX_PASSWORD_").lower(): value for name, value in os.environ.items()
                   if name.startswith("YOULU_INBOX_PASSWORD_")}
INBOX_LETTERS_HOURLY = int(os.environ.get("YOULU_INBOX_LETTERS_HOURLY", "20"))
MAIL_FROM = os.environ.get("YOULU_MAIL_FROM", "")
_mail = mail_server(os.environ.get("YOULU_MAIL_URL", ""))
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = _mail.host, _mail.port, _mail.user
EMAIL_HOST_PASSWORD = os.environ.get("YOULU_MAIL_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS, EMAIL_TIMEOUT = _mail.is_tls, _mail.is_starttls, 10
PUBLIC_BASE_URL = os.environ.get("YOULU_PUBLIC_BASE_URL", "http://127.0.0.1:8000")

# Lowest first: the order of migrations is the order of the house.
DOMAIN_APPS = ["access", "network", "partners", "parties", "messages", "promise", "catalogue", "mail",
               "applications", "workforce", "desk", "continuity", "insight"]
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.postgres", "django_htmx", "template_partials",
    "procrastinate.contrib.django",
    "youlu.core",
    *(f"youlu.domain.{name}" for name in DOMAIN_APPS if (SOURCE_DIR / "domain" / name / "apps.py").exists()),
    "youlu.interfaces.web",
    # After our pages: its templates are overridden there.
    "allauth", "allauth.account", "allauth.mfa",
]
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["youlu.domain.access.sessions.PersonBackend"]
SESSION_ENGINE = "youlu.domain.access.sessions"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("username", "display_name")}},
]

# Logins: allauth's flows, our pages. Wrong tries are counted in domain.access.lockout, not in the cache.
ACCOUNT_ADAPTER = "youlu.domain.access.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
MFA_ADAPTER = "youlu.domain.access.adapter.FactorAdapter"
MFA_FORMS = {"authenticate": "youlu.domain.access.adapter.CodeForm",
             "reauthenticate": "youlu.domain.access.adapter.CodeAgainForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Roles that see nothing before they have set up a second factor.
SECOND_FACTOR_ROLES = [
    role for role in os.environ.get("YOULU_SECOND_FACTOR_ROLES", "system_admin,security_admin,auditor").split(",")
    if role]

MIDDLEWARE = [
    "youlu.interfaces.ops.middleware.ObserveMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "youlu.interfaces.web.guards.SecurityHeadersMiddleware",
    "youlu.interfaces.web.middleware.ReadingMiddleware",
    "youlu.interfaces.web.middleware.SeatSessionMiddleware",
    "youlu.interfaces.web.middleware.LanguageMiddleware",
    "youlu.interfaces.web.guards.UploadLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "youlu.interfaces.web.seats.SeatLoginMiddleware",
    "youlu.interfaces.web.guards.SessionLifetimeMiddleware",
    "youlu.interfaces.web.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "youlu.interfaces.web.guards.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "youlu.interfaces.web.middleware.ErrorPageMiddleware",
]
ROOT_URLCONF = "youlu.config.urls"
WSGI_APPLICATION = "youlu.config.wsgi.application"
LOGIN_URL = "web:login"
LOGIN_REDIRECT_URL = "web:home"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "youlu.interfaces.web.context.shell",
        ],
        "builtins": ["django.templatetags.i18n", "django.templatetags.static",
                     "youlu.interfaces.web.templatetags.youlu", "youlu.interfaces.web.templatetags.youlu_orders"],
    },
}]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [SOURCE_DIR / "interfaces" / "web" / "locale"]
catalogues_compile(LOCALE_PATHS)
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A login lasts a long shift; left alone it ends earlier.
SESSION_COOKIE_AGE = int(float(os.environ.get("YOULU_SESSION_HOURS", "12")) * 3600)
SESSION_IDLE_S = int(float(os.environ.get("YOULU_SESSION_IDLE_MIN", "120")) * 60)
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
UPLOAD_MAX_BYTES = int(os.environ.get("YOULU_UPLOAD_MAX_MB", "16")) * 2**20
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS, DATA_UPLOAD_MAX_NUMBER_FILES = 2_000, 5
# Calls of one token, and wrong tokens from one address, in a minute and process.
API_CALLS_PER_MIN = int(os.environ.get("YOULU_API_CALLS_PER_MIN", "12000"))
API_GUESSES_PER_MIN = int(os.environ.get("YOULU_API_GUESSES_PER_MIN", "240"))
# Orders a minute from one address on the public form and the tracking page, in each web process.
ASKS_PER_MIN = int(os.environ.get("YOULU_ASKS_PER_MIN", "120"))
# Days that personal data is kept after the last business with it (docs/how-to/erase-personal-data.md).
KEEP_PARTY_DAYS = int(os.environ.get("YOULU_KEEP_PARTY_DAYS", "1095"))
KEEP_ID_NUMBER_DAYS = int(os.environ.get("YOULU_KEEP_ID_NUMBER_DAYS", "180"))
KEEP_ORDER_TEXT_DAYS = int(os.environ.get("YOULU_KEEP_ORDER_TEXT_DAYS", "1095"))
# How often one person or token may have personal data shown in plain within 24 hours.
REVEALS_DAILY = int(os.environ.get("YOULU_REVEALS_DAILY", "200"))
# Who CAP messages come from, and whether everybody may read what is closed.
ALERTS_SENDER = os.environ.get("YOULU_ALERTS_SENDER", "post.invalid")
ALERTS_PUBLIC = os.environ.get("YOULU_ALERTS_PUBLIC") == "1"
# Whom to tell of a weakness: "mailto:…" or "https://…", shown in /.well-known/security.txt.
SECURITY_CONTACT = os.environ.get("YOULU_SECURITY_CONTACT", "")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if os.environ.get("YOULU_HTTPS") == "1":
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT, SECURE_REDIRECT_EXEMPT = True, [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# In the database, because processes must agree on which codes were used. Nothing hot is kept here.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache",
                      "OPTIONS": {"MAX_ENTRIES": 20_000}}}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
SILENCED_SYSTEM_CHECKS = ["models.W047"]  # partitioned tables are made by hand-written migrations

# Networks that may read /metrics without a token, "10.0.0.0/8,127.0.0.1"; none behind a proxy on the same machine.
METRICS_ALLOW = [one for one in os.environ.get("YOULU_METRICS_ALLOW", "").split(",") if one]

LOG_LEVEL = os.environ.get("YOULU_LOG_LEVEL", "WARNING").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "youlu.interfaces.ops.logs.LineFormatter"},
                   "json": {"()": "youlu.interfaces.ops.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler",
                            "formatter": os.environ.get("YOULU_LOG_FORMAT", "line")}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Their lines of every day quote addresses and arguments.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore", "procrastinate", "imapclient")}
    # Django's own would print to a handler of its own.
    | {"django": {"handlers": [], "propagate": True}},
}
