"""What an installation may choose, read from MOTCUA_* environment variables. Everything has a default that works."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from api import document_settings
from api.document_settings import Papers
from engine.platform import WARN_AT

PREFIX = "MOTCUA_"
_FOREIGN = "MOTCUA_TEST_"  # read by the test suite, not by the site
MEBIBYTE = 1024 * 1024
_SECRET = {"SECRET_KEY", "DATABASE_URL", "SMTP_URL", "S3_URL"}  # values that no message may show
T = TypeVar("T")


class SettingsError(ValueError):
    """A setting cannot be understood; the message names it, what was expected and what was found."""


@dataclass(frozen=True)
class Mail:
    """Where letters by mail leave. An empty host means that none are sent."""

    host: str = ""
    port: int = 25
    sender: str = "motcua@localhost"
    username: str = ""
    password: str = field(default="", repr=False)
    security: str = ""  # "starttls", "tls" from the first byte, or none


@dataclass(frozen=True)
class Settings:
    """How one installation is set up."""

    database_url: str
    secret_key: str = field(repr=False)  # signs cookies; the same on every node
    store: Path  # where the bytes of documents lie
    public_url: str = "http://127.0.0.1:8000"
    mail: Mail = Mail()
    trusted_proxies: int = 0  # how many proxies in front may say who the client is
    session_hours: int = 12
    upload_limit: int = 200 * MEBIBYTE  # bytes of one document
    papers: Papers = field(default_factory=Papers)
    rate_limits: str = "memory://"  # a Flask-Limiter storage; name a Redis when several processes serve
    log_level: str = "info"
    leader_by_law: bool = True  # a body's leader decides what no recorded mandate speaks of
    warn_days: tuple[int, ...] = WARN_AT  # working days before a term lapses on which its officers are warned
    scheduler_seconds: int = 10  # how often due moments are looked for
    bulk_limit: int = 200  # how many tasks one stroke over a list may take

    @property
    def https(self) -> bool:
        """Whether browsers reach the site over HTTPS."""
        return urlsplit(self.public_url).scheme == "https"


def from_environment(environ: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """The settings of this process. What is not set is kept under `folder` (MOTCUA_VAR, else ./var).

    Raises:
        SettingsError: a variable beginning with MOTCUA_ is unknown or has a value that cannot be understood.
    """
    known = _Reader({name: value for name, value in environ.items() if name.startswith(PREFIX)})
    var = Path(known.text("VAR", str(folder or Path("var")))).absolute()
    settings = Settings(
        database_url=known.read("DATABASE_URL", _database_url, "") or _embedded(var),
        secret_key=known.read("SECRET_KEY", _secret_key, "") or kept_secret(var / "secret-key"),
        store=Path(known.text("STORE", str(var / "documents"))).absolute(),
        public_url=known.read("PUBLIC_URL", _web_address, Settings.public_url),
        mail=replace(
            known.read("SMTP_URL", _mail_server, Mail()), sender=known.read("MAIL_SENDER", _sender, Mail.sender)
        ),
        trusted_proxies=known.read("TRUSTED_PROXIES", int, 0),
        session_hours=known.read("SESSION_HOURS", int, Settings.session_hours),
        upload_limit=known.read("UPLOAD_LIMIT_MB", int, Settings.upload_limit // MEBIBYTE) * MEBIBYTE,
        rate_limits=known.text("RATE_LIMITS", Settings.rate_limits),
        log_level=known.read("LOG_LEVEL", _log_level, Settings.log_level),
        leader_by_law=known.read("LEADER_BY_LAW", _yes_or_no, Settings.leader_by_law),
        warn_days=known.read("WARN_DAYS", _days, Settings.warn_days),
        scheduler_seconds=known.read("SCHEDULER_SECONDS", int, Settings.scheduler_seconds),
        bulk_limit=known.read("BULK_LIMIT", _bulk, Settings.bulk_limit),
    )
    settings = replace(settings, papers=_papers(known))
    known.refuse_the_rest()
    return settings


def _papers(known: "_Reader") -> Papers:
    return Papers(
        bucket=known.read("S3_URL", document_settings.bucket, None),
        clamd=known.read("CLAMD", document_settings.clamd, None),
        needs_scan=known.read("CLAMD_AWAY", document_settings.needs_scan, Papers.needs_scan),
        waiting_days=known.read("UPLOAD_DAYS", document_settings.days, Papers.waiting_days),
        draft_days=known.read("DRAFT_DAYS", document_settings.days, Papers.draft_days),
    )


def kept_secret(path: Path) -> str:
    """The secret in the file, which is made (readable by its owner alone) when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()


class _Reader:
    """Hands out variables once each, so that those nobody asked for can be refused."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._left = {name: value for name, value in variables.items() if not name.startswith(_FOREIGN)}

    def text(self, name: str, default: str) -> str:
        return self._left.pop(PREFIX + name, "") or default

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        text = self._left.pop(PREFIX + name, "")
        if not text:
            return default
        try:
            return parse(text)
        except (ValueError, KeyError, OSError, ArgumentError) as problem:
            found = "" if name in _SECRET else f" Found {text!r}."
            raise SettingsError(f"{PREFIX}{name} cannot be understood: {problem}.{found}") from None

    def refuse_the_rest(self) -> None:
        if self._left:
            raise SettingsError(
                f"Nothing is set by {', '.join(sorted(self._left))}. Look for a slip of the pen, or unset it."
            )


def embedded(var: Path) -> Path:
    """Where the database lies when none is named."""
    return var / "motcua.sqlite"


def _days(text: str) -> tuple[int, ...]:
    days = tuple(int(part) for part in text.split(","))
    if len(set(days)) < len(days) or not all(1 <= day <= 60 for day in days):
        raise ValueError("expected different whole numbers from 1 to 60 with commas between, such as 3,2")
    return days


def _bulk(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise ValueError("expected a whole number from 1 to 1000")
    return int(text)


def _embedded(var: Path) -> str:
    var.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{embedded(var)}"


def _database_url(text: str) -> str:
    backend = make_url(text).get_backend_name()
    if backend not in {"sqlite", "postgresql"}:
        raise ValueError(f"expected sqlite:///… or postgresql+psycopg://…, found a database of kind {backend}")
    return text


def _secret_key(text: str) -> str:
    if len(text) < 32:
        raise ValueError("expected 32 characters or more")
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("expected an address such as https://motcua.example.vn")
    return text.rstrip("/")


def _mail_server(text: str) -> Mail:
    """smtp://user:password@host:port?starttls=1, or smtps://… ; user and password percent-encoded."""
    parts = urlsplit(text)
    asked = parse_qs(parts.query, keep_blank_values=True)
    starttls = asked.pop("starttls", ["0"])[-1]
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or asked or starttls not in {"0", "1"}:
        raise ValueError("expected smtp://user:password@host:port?starttls=1 or smtps://user:password@host:port")
    if parts.path.strip("/") or (parts.scheme == "smtps" and starttls == "1"):
        raise ValueError(
            "expected nothing after host and port but ?starttls=1 (with smtp:// alone), and a percent-encoded password"
        )
    try:
        port = parts.port
    except ValueError:  # its own message would repeat a piece of a password with a bare / or @
        raise ValueError("expected a number after host:, and a percent-encoded user and password") from None
    security = "tls" if parts.scheme == "smtps" else "starttls" if starttls == "1" else ""
    return Mail(
        host=parts.hostname,
        port=port or {"tls": 465, "starttls": 587}.get(security, Mail.port),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=security,
    )


def _sender(text: str) -> str:
    if "@" not in text or any(letter.isspace() for letter in text):
        raise ValueError("expected one plain address such as motcua@example.vn")
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError("expected yes or no")
    return text.lower() == "yes"


def _log_level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("expected debug, info, warning or error")
    return text.lower()
