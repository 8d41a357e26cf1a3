"""Settings: typed, read from the environment and ``.env``, refused with a sentence.

The token and the database password are kept in types whose text never shows them, and a refused
setting is reported by name, never by value.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from core.fetching.hosts import LIVERC_HOSTS, MYRCM_HOSTS, AllowedHost, parse_hosts

# Where the program lies: a checkout has its project file there, an installed one has not.
_ROOT: Final = Path(__file__).parents[1]

# Says in an address that PgBouncer, or what hosted PostgreSQL has in its place, stands in front and
# gives each transaction another connection.
POOLED: Final = "pgbouncer"

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
_OPTIONS = {"host", "port", "ssl", "sslmode", POOLED}
_SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


class SettingsError(Exception):
    """A setting cannot be used; the text names it and says what it takes."""


def given_folder(name: str) -> Path | None:
    """Return a folder that systemd gives the service, such as ``STATE_DIRECTORY``."""
    # It gives several with a colon between; the others are none of the bot's.
    given = os.environ.get(name, "").partition(":")[0]
    return Path(given) if given else None


def data_folder() -> Path:
    """Return where things are kept when nothing is said.

    That is systemd's folder for the service where it gives one, ``data/`` for a checkout, and
    ``~/.local/state/orp-bot/`` for a program that was installed.
    """
    given = given_folder("STATE_DIRECTORY")
    if given is not None:
        return given
    if (_ROOT / "pyproject.toml").exists():
        return Path("data")
    return Path.home() / ".local" / "state" / "orp-bot"


def default_database_url() -> URL:
    """Return where laps are stored when nothing is said."""
    return URL.create("sqlite+aiosqlite", database=str(data_folder() / "orp.db"))


@dataclass(frozen=True, slots=True)
class Listen:
    """Where the bot listens: on this machine alone, unless a host is said."""

    host: str
    port: int


def parse_listen(value: object) -> object:
    """Return where to listen: ``9464`` on this machine alone, ``0.0.0.0:9464`` for all.

    Raises:
        ValueError: It is neither.
    """
    if not isinstance(value, str):
        return value
    host, colon, port = value.strip().rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536 or (colon and not host):
        raise ValueError("write a port such as 9464, or 0.0.0.0:9464 to be reached from outside")
    return Listen(host.strip("[]") or "127.0.0.1", int(port))


def parse_database_url(value: object) -> URL:
    """Return the address with the driver this program uses.

    ``postgres://`` is understood as ``postgresql://``, ``sslmode`` as libpq's, a Unix socket in
    ``?host=``, and ``?pgbouncer=true`` where a pooler stands in front. The password does not appear
    in the text of the result or of an error.

    Raises:
        ValueError: It is no address of a SQLite or PostgreSQL database.
    """
    if isinstance(value, URL):
        return value
    try:
        url = make_url(str(value))
    except (ArgumentError, ValueError):
        raise ValueError("write postgresql://user:password@host/name or sqlite:///file") from None
    family = url.drivername.partition("+")[0]
    if family not in _DRIVERS:
        raise ValueError("only postgresql:// and sqlite:// databases are supported")
    url = url.set(drivername=_DRIVERS[family])
    if family == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("sqlite needs a file: sqlite:///data/orp.db")
        return url
    if not url.database:
        raise ValueError("the name of the database is missing: postgresql://host/name")
    url = _with_login_in_its_place(url)
    unknown = sorted(url.query.keys() - _OPTIONS)
    if unknown:
        raise ValueError(f"the option {unknown[0]} is not understood, leave it out")
    if url.query.get(POOLED, "true") != "true":
        raise ValueError("pgbouncer takes true, or is left out")
    mode = url.query.get("sslmode")
    if mode is None:
        return url
    if mode not in _SSL_MODES:
        raise ValueError("sslmode takes " + ", ".join(sorted(_SSL_MODES)))
    # asyncpg calls libpq's sslmode "ssl" and takes the same words.
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


def _with_login_in_its_place(url: URL) -> URL:
    """Move libpq's ``?user=…&password=…`` to where SQLAlchemy hides the password."""
    given = url.normalized_query
    url = url.difference_update_query(["user", "password"])
    if "user" in given:
        url = url.set(username=given["user"][-1])
    if "password" in given:
        url = url.set(password=given["password"][-1])
    return url


def _parse_shard_ids(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _parse_hosts(value: object) -> object:
    return parse_hosts(value) if isinstance(value, str) else value


def _blank_is_unset(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


class Settings(BaseSettings):
    """Everything that can be set, one field a setting; the names are those of the environment."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    discord_token: Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)] = None
    database_url: Annotated[URL, NoDecode, BeforeValidator(parse_database_url)] = Field(
        default_factory=default_database_url
    )
    discord_api_url: str | None = None
    discord_gateway_url: str | None = None
    shard_count: int | None = None
    shard_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_parse_shard_ids)] = ()
    liverc_hosts: Annotated[tuple[AllowedHost, ...], NoDecode, BeforeValidator(_parse_hosts)] = (
        parse_hosts(LIVERC_HOSTS)
    )
    myrcm_hosts: Annotated[tuple[AllowedHost, ...], NoDecode, BeforeValidator(_parse_hosts)] = (
        parse_hosts(MYRCM_HOSTS)
    )
    backup_keep: Annotated[int, Field(ge=0)] = 14
    metrics_port: Annotated[Listen | None, NoDecode, BeforeValidator(parse_listen)] = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("discord_api_url")
    @classmethod
    def _is_http_address(cls, value: str | None) -> str | None:
        return _checked_address(value, {"http", "https"})

    @field_validator("discord_gateway_url")
    @classmethod
    def _is_websocket_address(cls, value: str | None) -> str | None:
        return _checked_address(value, {"ws", "wss"})

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _shards_fit_together(self) -> Self:
        if self.shard_count is not None and self.shard_count < 1:
            raise ValueError("SHARD_COUNT must be 1 or more")
        if self.shard_ids and self.shard_count is None:
            raise ValueError("SHARD_IDS needs SHARD_COUNT")
        if any(not 0 <= shard < (self.shard_count or 0) for shard in self.shard_ids):
            raise ValueError("SHARD_IDS must lie between 0 and SHARD_COUNT - 1")
        return self


def _checked_address(value: str | None, schemes: set[str]) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise ValueError("write an address that begins with " + " or ".join(sorted(schemes)))
    return value.rstrip("/")


def load_settings() -> Settings:
    """Read the settings from the environment and ``.env``.

    Raises:
        SettingsError: One cannot be used; the text names it, never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"][:1]).upper()
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}: {reason}." if name else f"{reason}.") from None
