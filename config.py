"""The one reader of the environment: variables, their defaults, and what production refuses.

Loads without Flask and without a database, so that scripts and gunicorn can use it too.
What a running database must refuse (a superuser's role, demo accounts) is checked by the app.
"""

from __future__ import annotations

import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

ROOT: Final = Path(__file__).resolve().parent
INSTANCE: Final = ROOT / "instance"
ENV_FILE: Final = "ledger.env"

VERSION: Final = "1.0.0"
"""The product's version, as pages and the API show it."""

HTMX_URL: Final = "https://cdn.jsdelivr.net/npm/htmx.org@2.0.11/dist/htmx.min.js"
HTMX_INTEGRITY: Final = "sha384-2OatzQy1H+Zd/IIrjr1TcuDGqLXeHhbooAyJY1KdQMKnr4LZ22k31GBLdYKHmVjg"

ENVIRONMENTS: Final = ("demo", "test", "production")
_ROLE_URLS: Final = ("DATABASE_PROVINCE_URL", "DATABASE_AUDIT_URL", "DATABASE_SIGNER_URL")
_CHOSEN: Final = frozenset({"LEDGER_SECRET_KEY", "LEDGER_DEMO_PASSWORD"})
_KEPT: Final = ("DATABASE_URL", "DATABASE_OWNER_URL", *_ROLE_URLS, "LEDGER_FILES")
_POSTGRES: Final = "postgresql+psycopg://"
_WELL_KNOWN_SECRETS: Final = frozenset({"change-me", "changeme", "default", "dev", "development", "secret", "test"})
_SHORTEST_SECRET: Final = 16
_ON: Final = frozenset({"1", "true", "yes", "on"})


class ConfigError(Exception):
    """The environment cannot be used; the text is one line for whoever starts the program."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, checked. Secrets and addresses stay out of the `repr`."""

    env: str
    database_url: str = field(repr=False)
    database_owner_url: str = field(repr=False)
    database_province_url: str = field(repr=False)
    database_audit_url: str = field(repr=False)
    database_signer_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    demo_password: str | None = field(repr=False)
    files: str
    """Where evidence files live: a folder, or `s3://bucket/prefix`."""
    scan: str | None
    """A command that is given each file on its standard input and refuses it with exit 1, or None."""
    checkpoints: Path
    """The folder outside the database in which signed checkpoints are kept."""
    checkpoint_hours: int
    """Hours after which a checkpoint is old, where entries have come since."""
    starts_at: datetime | None
    """The aware UTC instant that stands for the clock's start (`LEDGER_NOW`), or None for the real clock."""
    htmx_url: str | None
    """The script's address on the CDN, or None when the local copy alone is served."""
    port: int
    proxies: int
    """How many proxies of ours stand in front: that many steps of X-Forwarded-For and -Proto are believed."""
    instance: Path

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def is_demo(self) -> bool:
        return self.env == "demo"

    @property
    def is_postgresql(self) -> bool:
        return self.database_url.startswith(_POSTGRES)


def load(environ: Mapping[str, str] | None = None, *, instance: Path = INSTANCE) -> Settings:
    """Read the settings from `environ` (default: the process's), filled in from `instance/ledger.env`.

    An empty variable counts as unset. In demo a missing secret or password is made and kept in the file.

    Raises:
        ConfigError: a variable is unreadable, or production would start with what it must refuse.
    """
    given = {name: value for name, value in (os.environ if environ is None else environ).items() if value.strip()}
    kept = read_env_file(instance / ENV_FILE)
    merged = kept | given
    env = merged.get("LEDGER_ENV", "production")
    if env not in ENVIRONMENTS:
        raise ConfigError(f"LEDGER_ENV is {env!r}; it is one of {', '.join(ENVIRONMENTS)}")
    if env == "production":
        _check_production(given, kept, merged)
    if env == "demo" and not merged.keys() >= _CHOSEN:
        merged = keep(merged, instance=instance) | merged
    urls = _databases(merged, instance)
    return Settings(
        env=env,
        database_url=urls["DATABASE_URL"],
        database_owner_url=urls["DATABASE_OWNER_URL"],
        database_province_url=urls["DATABASE_PROVINCE_URL"],
        database_audit_url=urls["DATABASE_AUDIT_URL"],
        database_signer_url=urls["DATABASE_SIGNER_URL"],
        secret_key=merged.get("LEDGER_SECRET_KEY") or secrets.token_urlsafe(48),
        demo_password=merged.get("LEDGER_DEMO_PASSWORD"),
        files=_files(merged.get("LEDGER_FILES"), instance),
        scan=_command(merged.get("LEDGER_SCAN")),
        checkpoints=_checkpoints(merged, instance),
        checkpoint_hours=_hours(merged.get("LEDGER_CHECKPOINT_HOURS", "24")),
        starts_at=_instant(merged.get("LEDGER_NOW")),
        htmx_url=_htmx_url(merged.get("HTMX_CDN")),
        port=_port(merged.get("PORT", "8000")),
        proxies=_proxies(merged.get("LEDGER_PROXIES", "0")),
        instance=instance,
    )


def keep(environ: Mapping[str, str] | None = None, *, instance: Path = INSTANCE) -> dict[str, str]:
    """Choose what a demo needs and nobody set, write it to `instance/ledger.env`, return what the file says.

    What is in the file already stays; databases given by `environ` are written down the first
    time, so that a later command without them meets the same books.
    """
    given = os.environ if environ is None else environ
    path = instance / ENV_FILE
    kept = read_env_file(path)
    chosen = {
        "LEDGER_ENV": given.get("LEDGER_ENV") or "demo",
        "LEDGER_SECRET_KEY": given.get("LEDGER_SECRET_KEY") or secrets.token_urlsafe(48),
        "LEDGER_DEMO_PASSWORD": given.get("LEDGER_DEMO_PASSWORD") or secrets.token_urlsafe(9),
        "DATABASE_URL": _sqlite_in(instance),
    }
    if "DATABASE_URL" not in kept:
        chosen |= {name: given[name] for name in _KEPT if given.get(name)}
    complete = chosen | kept
    if complete != kept:
        _write_env_file(path, complete)
    return complete


def read_env_file(path: Path) -> dict[str, str]:
    """The variables of a `NAME=value` file; a missing file has none.

    Raises:
        ConfigError: a line is not `NAME=value`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise ConfigError(f"{path.name}, line {number}: expected NAME=value")
        if value.strip():
            found[name.strip()] = value.strip()
    return found


def _write_env_file(path: Path, values: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: a command that reads meanwhile sees the old file or the new one.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.writelines(f"{name}={value}\n" for name, value in values.items())
    draft.replace(path)


def _check_production(given: Mapping[str, str], kept: Mapping[str, str], merged: Mapping[str, str]) -> None:
    # A secret that a demo made for itself lies in a file beside the code: production needs its own.
    own = given if kept.get("LEDGER_ENV", "demo") != "production" else merged
    secret = own.get("LEDGER_SECRET_KEY", "")
    if not secret:
        raise ConfigError("production needs LEDGER_SECRET_KEY: a long random text of its own")
    if secret.lower() in _WELL_KNOWN_SECRETS or len(secret) < _SHORTEST_SECRET or secret in _demo_secrets(kept):
        raise ConfigError(
            f"production refuses this LEDGER_SECRET_KEY: a default, a demo's, or under {_SHORTEST_SECRET} characters"
        )
    if merged.get("LEDGER_NOW"):
        raise ConfigError("production refuses LEDGER_NOW: its clock is the real one")
    if merged.get("FLASK_DEBUG", "").lower() in _ON:
        raise ConfigError("production refuses debug: unset FLASK_DEBUG")


def _demo_secrets(kept: Mapping[str, str]) -> set[str]:
    if kept.get("LEDGER_ENV", "demo") == "production":
        return set()
    return {kept["LEDGER_SECRET_KEY"]} if "LEDGER_SECRET_KEY" in kept else set()


def _databases(merged: Mapping[str, str], instance: Path) -> dict[str, str]:
    """The five database addresses by variable name, each as SQLAlchemy wants it."""
    main = _database_url("DATABASE_URL", merged.get("DATABASE_URL") or _sqlite_in(instance), instance)
    urls = {"DATABASE_URL": main}
    is_postgresql = main.startswith(_POSTGRES)
    if is_postgresql and (missing := [name for name in _ROLE_URLS if not merged.get(name)]):
        raise ConfigError(f"on PostgreSQL {', '.join(missing)} must be set: another role would read no rows")
    for name in ("DATABASE_OWNER_URL", *_ROLE_URLS):
        urls[name] = _database_url(name, merged.get(name) or main, instance)
        if urls[name].startswith(_POSTGRES) != is_postgresql:
            raise ConfigError(f"{name} and DATABASE_URL name two kinds of database")
    return urls


def _database_url(name: str, url: str, instance: Path) -> str:
    scheme, separator, rest = url.partition("://")
    if separator and scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return _POSTGRES + rest
    if separator and scheme == "sqlite":
        if rest in ("", "/", "/:memory:"):
            raise ConfigError(f"{name} is an SQLite database in memory: each connection would see its own")
        # Three slashes are a path below instance/, whatever folder the command was started in.
        return url if rest.startswith(("//", "/file:")) else f"sqlite:///{instance / rest[1:]}"
    raise ConfigError(f"{name} must start with sqlite:/// or {_POSTGRES}")


def _sqlite_in(instance: Path) -> str:
    return f"sqlite:///{instance / 'ledger.db'}"


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"LEDGER_NOW is {text!r}; it is an ISO instant such as 2026-11-02T09:00:00+08:00") from error
    # Without an offset it is the offices' own time.
    aware = instant if instant.tzinfo else instant.replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return aware.astimezone(UTC)


def _files(text: str | None, instance: Path) -> str:
    if text is None:
        return str(instance / "files")
    scheme, separator, rest = text.partition("://")
    if not separator:
        # A path below instance/, whatever folder the command was started in.
        return str(instance / text)
    if scheme != "s3" or not rest.partition("/")[0]:
        raise ConfigError(f"LEDGER_FILES is {text!r}; it is a folder or s3://BUCKET/PREFIX")
    return text.rstrip("/")


def _command(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"LEDGER_SCAN is {text!r}; it is a command with its arguments") from error
    if not words:
        raise ConfigError(f"LEDGER_SCAN is {text!r}; it is a command with its arguments")
    return text


def _checkpoints(merged: Mapping[str, str], instance: Path) -> Path:
    """The folder that is named, or one beside the evidence files."""
    files = merged.get("LEDGER_FILES", "files")
    beside = Path("checkpoints") if "://" in files else Path(files).parent / "checkpoints"
    return instance / merged.get("LEDGER_CHECKPOINTS", beside)


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 8760):
        raise ConfigError(f"LEDGER_CHECKPOINT_HOURS is {text!r}; it is a number of hours, 1 to 8760")
    return int(text)


def _htmx_url(text: str | None) -> str | None:
    if text is None:
        return HTMX_URL
    if text.lower() == "off":
        return None
    if not text.startswith("https://"):
        raise ConfigError(f"HTMX_CDN is {text!r}; it is an https:// address or off")
    return text


def _proxies(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 9):
        raise ConfigError(f"LEDGER_PROXIES is {text!r}; it is the number of proxies in front, 0 to 9")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ConfigError(f"PORT is {text!r}; it is a number from 1 to 65535")
    return int(text)
