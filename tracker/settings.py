"""Every setting, read from the environment and nowhere else; dotenv-sample lists every name.

Secrets have no default outside DEBUG. With DEBUG on and DATABASE_URL or REDIS_URL unset, the embedded servers' last
known address is taken; manage.py and the tests start them first (tracker/embedded).
"""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from environs import Env, validate
from kombu import Queue
from psycopg.conninfo import conninfo_to_dict

from tracker.logs import logging_configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# ── What kind of installation this is ────────────────────────────────────────────────────────────────────────────────
DEBUG = env.bool("DEBUG", False)
HTTPS_ONLY = env.bool("HTTPS_ONLY", not DEBUG)  # off only where no network is crossed: development and the demo
TRUST_PROXY = env.bool("TRUST_PROXY", False)  # on only behind a proxy that sets X-Forwarded-Proto itself
SECRET_KEY = env.str("SECRET_KEY", "only-for-development-on-this-machine") if DEBUG else env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

SOFTWARE_VERSION = " ".join(filter(None, ("0.1.0", env.str("SOFTWARE_REVISION", ""))))  # as the audit trail says it

# ── Applications ─────────────────────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_structlog",
    "csp",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "patients",
    "regimens",
    "monitoring",
    "tracker",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "tracker.bounds.BoundsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.logs.RequestLogMiddleware",
    "tracker.acting.ActingMiddleware",
    "tracker.sign_in.middleware.SessionLimits",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "tracker.sign_in.middleware.SecondFactorRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tracker.access_log.AccessLogMiddleware",
    "tracker.merged_records.MergedRecordsMiddleware",
    "tracker.wrong_method.WrongMethodMiddleware",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.frame.frame",
            ],
            "builtins": ["tracker.templatetags.clinical"],
        },
    },
]


# ── Database, Redis ──────────────────────────────────────────────────────────────────────────────────────────────────
def address_of(variable: str) -> str | None:
    """The variable's value; in DEBUG, when it is unset, where the embedded server was last up; None when nowhere."""
    if not DEBUG:
        return env.str(variable)
    given = env.str(variable, "")
    if given:
        return given
    from tracker.embedded import recorded_url  # development only, so production never loads it

    return recorded_url(variable)


def database(url: str | None) -> dict[str, Any]:
    """Django's description of the database behind a postgresql:// URL. Other schemes are refused: ValueError."""
    if url is None:
        return {"ENGINE": "django.db.backends.dummy"}  # says at first use that no database is configured
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("DATABASE_URL must begin with postgresql://")
    parts = dict(conninfo_to_dict(url))
    return {
        "ENGINE": "tracker.database",  # says to the audit trail who acts
        "NAME": parts.pop("dbname", None),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
        "CONN_MAX_AGE": 60,  # a connection for each thread; a new one for each request costs ten times the throughput
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": env.str("TEST_DATABASE_NAME", "test_myoline")},
    }


DATABASES = {"default": database(address_of("DATABASE_URL"))}
# Who owns the tables: read by manage.py for `migrate`, and by `manage.py make_roles`. Nothing else needs it.
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
REDIS_URL = address_of("REDIS_URL") or "redis://redis-url-is-not-set.invalid"
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", "myoline")  # so that several installations can share one server

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_KEY_PREFIX,
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},  # seconds; nothing in the cache is worth more
    },
    # Counts wrong passwords and codes while Redis is away.
    "of_this_process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}

# ── Background work (the schedule is in tracker/celery.py) ───────────────────────────────────────────────────────────
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "myoline"
# A worker that is told no queue takes from both in turn, so that a night's work over every clinic holds up neither
# alerts nor e-mails.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("myoline", "myoline-urgent")]
CELERY_TASK_ROUTES = {
    f"monitoring.tasks.{name}": {"queue": "myoline-urgent"} for name in ("beat", "climb_alerts", "send_planned_mail")
}
CELERY_TASK_ROUTES["tracker.tasks.seal_trail"] = {"queue": "myoline-urgent"}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True  # what a task did is in the database; there is no result backend
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 100  # seconds
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,  # longer than any task may run, else it runs twice; no task is ever delayed that long
    "unacked_restore_interval": 2,  # with the next one: a killed worker's task is back within seconds
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "round_robin",
    # Seconds; without them a page that saves would wait for a silent broker as long as the network pleases.
    "socket_connect_timeout": 3,
    "socket_timeout": 3,
    "max_retries": 0,  # of connecting, else a page waits 6 s while Redis refuses; workers and beat have their own
    "global_keyprefix": f"{REDIS_KEY_PREFIX}:",
}
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# ── People and passwords ─────────────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "patients.Staff"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "tracker.sign_in.store"
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", 30, validate=validate.Range(min=2))
SESSION_HOURS = env.int("SESSION_HOURS", 12, validate=validate.Range(min=1, max=24))  # a long clinic day, then sign in
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # computers of a ward are shared
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"

# ── Signing in (docs/adr/0029) ───────────────────────────────────────────────────────────────────────────────────────
SIGN_IN_FAILURES = env.int("SIGN_IN_FAILURES", 5, validate=validate.Range(min=1))
SIGN_IN_LOCKED_MINUTES = env.int("SIGN_IN_LOCKED_MINUTES", 5, validate=validate.Range(min=1, max=60))


def who_needs_a_second_factor(words: list[str]) -> frozenset[str]:
    """{"all"}, nobody, or the roles named. Raises ValueError naming the variable."""
    wanted = frozenset(word.strip() for word in words if word.strip())
    if wanted in ({"all"}, {"none"}):
        return wanted - {"none"}
    if not wanted or not wanted <= {"doctor", "nurse", "admin", "auditor"}:
        raise ValueError("SECOND_FACTOR: all, none, or roles separated by commas: doctor,nurse,admin,auditor")
    return wanted


SECOND_FACTOR = who_needs_a_second_factor(env.list("SECOND_FACTOR", ["none" if DEBUG else "all"]))
# What encrypts the secrets of authenticator apps; the first writes, all read.
SECOND_FACTOR_KEYS: list[str] = env.list("SECOND_FACTOR_KEYS", []) or [SECRET_KEY, *SECRET_KEY_FALLBACKS]

ACCOUNT_ADAPTER = "tracker.sign_in.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever makes the account answers for it
ACCOUNT_RATE_LIMITS = False  # tracker/sign_in/limits.py counts, for the API too
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # seconds for which the start link of a new account holds
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60  # seconds after which a change of the account asks once more who it is
MFA_ADAPTER = "tracker.sign_in.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODE_DIGITS = 12
MFA_WEBAUTHN_USER_VERIFICATION = "discouraged"  # the password is the other factor

SOCIALACCOUNT_ADAPTER = "tracker.sign_in.adapters.ProviderAdapter"
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "").rstrip("/")
if OIDC_SERVER_URL and not OIDC_SERVER_URL.startswith(("https://", "http://127.0.0.1:") if DEBUG else "https://"):
    raise ValueError("OIDC_SERVER_URL: the https:// address of the provider, without /.well-known/openid-configuration")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "your hospital account")
# What in the ID token is the user name here; "email" is compared with the account's address, when it is verified.
OIDC_CLAIM = env.str("OIDC_CLAIM", "preferred_username")
OIDC_SECOND_FACTOR_TRUSTED = env.bool("OIDC_SECOND_FACTOR_TRUSTED", False)
if OIDC_SERVER_URL and not OIDC_CLIENT_ID:
    raise ValueError("OIDC_CLIENT_ID: the provider knows this installation by it; set it beside OIDC_SERVER_URL")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "hospital",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

# ── What browsers are told ───────────────────────────────────────────────────────────────────────────────────────────
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health/(scheduler/)?$"]  # asked from inside the container, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Preloading binds a whole domain in every browser for years: its owner decides that, not one application under it.
SILENCED_SYSTEM_CHECKS = ["security.W021"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "upgrade-insecure-requests": HTTPS_ONLY,
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}

# ── What may be sent to us (docs/adr/0035) ──────────────────────────────────────────────────────────────────────────
LARGEST_REQUEST = 2_500_000  # bytes; a form of 200 results has some 60,000
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST_REQUEST
FILE_UPLOAD_MAX_MEMORY_SIZE = LARGEST_REQUEST  # nothing is ever put on the disk on its way in
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a bulk of 500 rows names each twice
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# ── E-mail (what it may say: ADR 0023) ───────────────────────────────────────────────────────────────────────────────
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)  # TLS from the first byte, in place of EMAIL_USE_TLS
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", not EMAIL_USE_SSL)  # STARTTLS
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    raise ValueError(
        "EMAIL_USE_SSL and EMAIL_USE_TLS are both on: one mail connection has one of them; turn the other off"
    )
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 20  # seconds for each step with the mail server
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console' if DEBUG else 'dummy'}.EmailBackend"
MAIL_IS_SENT = DEBUG or bool(EMAIL_HOST)  # without a mail server nothing is planned, and the page of mails says so
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "reminders@localhost")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ")  # of every Message-ID
# Where links in e-mails lead.
SITE_URL = env.str(
    "SITE_URL", "http://127.0.0.1:8000" if DEBUG else f"https://{''.join(ALLOWED_HOSTS[:1]).lstrip('.')}"
)
if "*" in SITE_URL:
    raise ValueError(
        "SITE_URL: name the one address that links in e-mails lead to, such as https://myoline.example.org"
    )
# How an e-mail to staff may name a patient.
MAIL_PATIENT_IDENTIFIERS = env.str(
    "MAIL_PATIENT_IDENTIFIERS",
    "hospital_number_and_initials",
    validate=validate.OneOf(("hospital_number_and_initials", "hospital_number", "none")),
)
MAIL_DAYS_BETWEEN_OVERDUE = env.int("MAIL_DAYS_BETWEEN_OVERDUE", 7, validate=validate.Range(min=1))  # to one patient

# ── Language, time, static files ─────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]  # a further one needs its catalogue: make messages (ADR 0047)
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}


# ── What must not happen unnoticed ───────────────────────────────────────────────────────────────────────────────────
HEARTBEAT_LATE_MINUTES = env.int("HEARTBEAT_LATE_MINUTES", 10, validate=validate.Range(min=2))  # it beats each minute
HEARTBEAT_LATE_HOURS = env.int("HEARTBEAT_LATE_HOURS", 26, validate=validate.Range(min=25))  # what runs once a day
# A local reading: the longest usual interval of blood tests is 12 weeks; 4 more without any result is too long.
SILENT_AFTER_DAYS = env.int("SILENT_AFTER_DAYS", 112, validate=validate.Range(min=1))
LONG_PAUSE_DAYS = env.int("LONG_PAUSE_DAYS", 84, validate=validate.Range(min=1))  # one usual interval; a local reading
GIVEN_UP_SHOWN_DAYS = 30  # how long an e-mail that was given up stays on the list


# ── Clinical protocol ────────────────────────────────────────────────────────────────────────────────────────────────
def path_named(path: str) -> Path | None:
    """The file or folder by its absolute path; None when none is named."""
    return Path(path).resolve() if path else None


PROTOCOL_FOLDER = path_named(env.str("PROTOCOL_FOLDER", ""))  # None: the protocol that comes with the software
VIGNETTES_FOLDER = path_named(env.str("VIGNETTES_FOLDER", ""))  # None: no clinic's cases

# ── The audit trail's head, kept where nobody can change it who can change the database (docs/adr/0027) ───────────────
AUDIT_HEAD_FILE = path_named(env.str("AUDIT_HEAD_FILE", ""))  # None: no file
AUDIT_HEAD_MAIL = env.str("AUDIT_HEAD_MAIL", "")  # an address; "": nobody
AUDIT_CHECK_DAYS = env.int("AUDIT_CHECK_DAYS", 7, validate=validate.Range(min=1))  # how far back the nightly check goes

# ── Work on due items ────────────────────────────────────────────────────────────────────────────────────────────────
# After a sample was taken; then its items are asked for again.
DAYS_TO_WAIT_FOR_A_RESULT = env.int("DAYS_TO_WAIT_FOR_A_RESULT", 7, validate=validate.Range(min=1, max=56))

# ── Forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────
# What somebody has typed and not saved is kept for them so many days after the last keystroke.
DRAFT_DAYS = env.int("DRAFT_DAYS", 14, validate=validate.Range(min=1, max=90))


# ── Emergency access to another clinic's record (docs/adr/0031) ──────────────────────────────────────────────────────
EMERGENCY_ACCESS_MINUTES = env.int("EMERGENCY_ACCESS_MINUTES", 60, validate=validate.Range(min=5, max=240))
# How often one person may ask, within an hour, for a patient who is not found. So nobody tries out dates of birth.
EMERGENCY_TRIES_AN_HOUR = env.int("EMERGENCY_TRIES_AN_HOUR", 5, validate=validate.Range(min=1, max=20))
# After how many days an emergency access that nobody has reviewed shows in red. A local reading.
EMERGENCY_REVIEW_DAYS = env.int("EMERGENCY_REVIEW_DAYS", 7, validate=validate.Range(min=1, max=90))


# ── Alerts (docs/adr/0020) ───────────────────────────────────────────────────────────────────────────────────────────
def rising(hours: list[int], variable: str) -> tuple[int, ...]:
    """One or two whole hours, the second more than the first. Raises ValueError naming the variable."""
    if not 1 <= len(hours) <= 2 or hours[0] < 1 or sorted(set(hours)) != hours:
        raise ValueError(f"{variable}: one or two whole numbers of hours, the second larger than the first: 2,4")
    return tuple(hours)


# After how many hours unseen an alert reaches the doctors, and the clinic lead, by its grade.
ALERT_HOURS = {
    "urgent": rising(env.list("ALERT_HOURS_URGENT", [2, 4], subcast=int), "ALERT_HOURS_URGENT"),
    "action": rising(env.list("ALERT_HOURS_ACTION", [24, 72], subcast=int), "ALERT_HOURS_ACTION"),
    "look": rising(env.list("ALERT_HOURS_LOOK", [7 * 24], subcast=int), "ALERT_HOURS_LOOK"),
}
# After how many hours an alert comes back that somebody has seen and nobody has decided on: urgent, action, look.
ALERT_UNDECIDED_HOURS = {
    "urgent": env.int("ALERT_UNDECIDED_HOURS_URGENT", 4, validate=validate.Range(min=1)),
    "action": env.int("ALERT_UNDECIDED_HOURS_ACTION", 72, validate=validate.Range(min=1)),
    "look": env.int("ALERT_UNDECIDED_HOURS_LOOK", 14 * 24, validate=validate.Range(min=1)),
}
# After a repeat was due, before its alert comes back.
ALERT_REPEAT_GRACE_DAYS = env.int("ALERT_REPEAT_GRACE_DAYS", 3, validate=validate.Range(min=0))

# ── Reports (docs/adr/0033) ─────────────────────────────────────────────────────────────────────────────────────────
REPORT_KEEP_HOURS = env.int("REPORT_KEEP_HOURS", 24, validate=validate.Range(min=1, max=24 * 14))  # of a finished pack
REPORT_PDF_ROWS = env.int("REPORT_PDF_ROWS", 1_000, validate=validate.Range(min=1, max=20_000))  # made in memory
REPORT_MINUTES = env.int("REPORT_MINUTES", 30, validate=validate.Range(min=1, max=6 * 60))  # for making one

# ── Logs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
LOG_LEVEL = env.log_level("LOG_LEVEL", logging.INFO)
LOGGING = logging_configuration(LOG_LEVEL, readable=DEBUG)
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tracker.api.authentication.TokenAuthentication",  # first, so that signed out is 401 and not 403
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tracker.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "tracker.api.paging.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "tracker.api.schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["tracker.api.throttles.OfPerson"],
    "DEFAULT_THROTTLE_RATES": {
        "user": env.str("API_RATE", "1200/min"),
        "sign_in_address": env.str("API_SIGN_IN_RATE_BY_ADDRESS", "30/min"),
        "sign_in_name": env.str("API_SIGN_IN_RATE_BY_NAME", "10/min"),
        "sign_in_provider": env.str("OIDC_RATE_BY_ADDRESS", "120/min"),
    },
    "NUM_PROXIES": 1 if TRUST_PROXY else 0,  # an X-Forwarded-For that no proxy of ours wrote is never believed
    "EXCEPTION_HANDLER": "tracker.api.problems.answer",
    "UNICODE_JSON": False,  # escaped, so that a message can repeat whatever was sent, half a character included
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(hours=env.int("API_TOKEN_HOURS", 12)),
    "TOKEN_LIMIT_PER_USER": None,
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Myoline",
    "VERSION": "1",
    "DESCRIPTION": (
        "The record of a myositis clinic: patients, what they take, where they stand in the treatment pathway and "
        "what monitoring is due, each finding with its reasons. Errors are problem documents (RFC 9457). Dates are "
        "YYYY-MM-DD; decimal numbers come as strings."
    ),
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    # No component for each closed list: those that matter name themselves (patients/fields.py).
    "POSTPROCESSING_HOOKS": ["tracker.api.schema.without_marks"],
    "GET_LIB_DOC_EXCLUDES": "tracker.api.schema.classes_without_words",
}
