"""The platform's settings: one file, read from the environment. docs/settings.md explains each variable."""

import os
import secrets
from pathlib import Path

from csp.constants import NONCE, SELF

from fpa.core import database
from fpa.core.secret_files import secret_file

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("FPA_DATA_DIR", BASE_DIR / ".data"))
DEBUG = os.environ.get("FPA_DEBUG") == "1"
SECRET_KEY = os.environ.get("FPA_SECRET_KEY") or secret_file(
    DATA_DIR / "secret-key", lambda: secrets.token_urlsafe(50)
)
ALLOWED_HOSTS = os.environ.get("FPA_ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("FPA_TRUSTED_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("FPA_HTTPS") == "1"

KEYRING_FILE = Path(os.environ.get("FPA_KEYRING", DATA_DIR / "keyring.json"))
TREE_HEAD_FILE = Path(os.environ.get("FPA_TREE_HEADS", DATA_DIR / "tree-heads.jsonl"))
UPLOAD_DIR = Path(os.environ.get("FPA_UPLOADS", DATA_DIR / "uploads"))
FILES_DIR = Path(os.environ.get("FPA_FILES", DATA_DIR / "files"))
EXPORT_DIR = Path(os.environ.get("FPA_EXPORTS", DATA_DIR / "exports"))
EXPORT_DAYS = int(os.environ.get("FPA_EXPORT_DAYS", "7"))
IMPORT_MAX_ROWS = int(os.environ.get("FPA_IMPORT_MAX_ROWS", "300000"))
IMPORT_STATEMENT_SECONDS = float(os.environ.get("FPA_IMPORT_STATEMENT_SECONDS", "180"))
JOB_STATEMENT_SECONDS = float(os.environ.get("FPA_JOB_STATEMENT_SECONDS", "600"))
FIRST_PERIOD = os.environ.get("FPA_FIRST_PERIOD", "2023H1")

ORGANIZER = os.environ.get("FPA_ORGANIZER", "湖南省计划生育协会")
SITE_CODE = os.environ.get("FPA_SITE_CODE", "")
ICP_NUMBER = os.environ.get("FPA_ICP_NUMBER", "")
POLICE_NUMBER = os.environ.get("FPA_POLICE_NUMBER", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
    "fpa.core",
    "fpa.audit",
    "fpa.access",
    "fpa.pages",
    "fpa.registers",
    "fpa.files",
    "fpa.threads",
    "fpa.imports",
    "fpa.approval",
    "fpa.figures",
    "fpa.people",
    "fpa.forms",
    "fpa.membership",
    "fpa.organization",
    "fpa.training",
    "fpa.reporting",
    "fpa.analysis",
    "fpa.workspace",
    "fpa.system",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fpa.core.middleware.CompressedPagesMiddleware",
    "csp.middleware.CSPMiddleware",
    "fpa.core.middleware.RequestIdMiddleware",
    "fpa.core.middleware.PlainAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "fpa.access.sessions.AskerMiddleware",
    "fpa.core.middleware.PrivatePagesMiddleware",
    "fpa.access.middleware.LoginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "fpa.access.middleware.ScopeMiddleware",
    "fpa.pages.once.OnceMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "fpa.access.context.shell",
            ],
            "builtins": [
                "fpa.core.templatetags.chinese",
                "fpa.core.templatetags.components",
                "fpa.pages.templatetags.pages",
            ],
        },
    }
]

_owner = database.owner_settings(DATA_DIR)
OWNER_DATABASE = _owner
DATABASES = {
    "default": _owner
    if os.environ.get("FPA_DATABASE_ROLE") == "owner"
    else database.app_settings(_owner, DATA_DIR)
}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
REQUEST_STATEMENT_SECONDS = float(os.environ.get("FPA_STATEMENT_SECONDS", "30"))
REQUEST_IDLE_SECONDS = float(os.environ.get("FPA_IDLE_SECONDS", "60"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "fpa.access.passwords.HardToGuessValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
LOGIN_FAILURE_LIMIT = 5
LOGIN_LOCK_MINUTES = 15
LOGIN_NAMES_PER_ADDRESS = int(os.environ.get("FPA_LOGIN_NAMES_PER_ADDRESS", "20"))

OUTSIDE_TRIES_A_DAY = int(os.environ.get("FPA_OUTSIDE_TRIES_A_DAY", "20"))
"""ID numbers of records out of its sight that an account may try a day."""

SESSION_ENGINE = "fpa.access.sessions"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
FORM_RENDERER = "fpa.core.widgets.Renderer"
CSRF_FAILURE_VIEW = "fpa.core.views.stale_form"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],
        "object-src": ["'none'"],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    }
}

FILTERS_EMPTY_CHOICE_LABEL = "全部"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/htmx", BASE_DIR / "node_modules/htmx.org/dist"),
    ("vendor/tabler", BASE_DIR / "node_modules/@tabler/core/dist/css"),
    ("vendor/echarts", BASE_DIR / "node_modules/echarts/dist"),
]
VENDORED_FILES = {
    "vendor/htmx/htmx.min.js",
    "vendor/tabler/tabler.min.css",
    "vendor/tabler/tabler.min.css.map",
    "vendor/echarts/echarts.common.min.js",
}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "jpg", "woff2")
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "fpa.core.middleware.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}
    },
    "loggers": {"fpa.audit.head": {"level": "INFO"}},
    "root": {"handlers": ["console"], "level": os.environ.get("FPA_LOG_LEVEL", "WARNING")},
}
