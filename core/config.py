"""Settings: typed, read from the environment and ``.env``, refused with a sentence.

The token and the database password are kept in types whose text never shows them, and a refused
setting is reported by name, never by value.
"""

from __future__ import annotations

import os
import re
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

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
}
POOLER_OPTION: Final = "pgbouncer"
"""The option of an address that tells of a pooler in front, as hosted databases write it."""
_OPTIONS = {"host", "port", "ssl", "sslmode", "target_session_attrs", POOLER_OPTION}
_SESSION_ATTRS = {"any", "primary", "read-write"}
_PORT: Final = 5432
# What libpq calls a host is a name, an address in numbers, or the folder of a Unix socket.
_HOST = re.compile(r"(/[^:]+|[\w.-]+):\d{1,5}")
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
    ``?host=``, several servers of which one is the primary, and a pooler in front of one. The
    password does not appear in the text of the result or of an error.

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
    url = _with_several_hosts_named(url)
    if url.query.get("target_session_attrs", "any") not in _SESSION_ATTRS:
        raise ValueError("target_session_attrs takes " + ", ".join(sorted(_SESSION_ATTRS)))
    if url.query.get(POOLER_OPTION, "true") not in ("true", "false"):
        raise ValueError(f"{POOLER_OPTION} takes true or false")
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


def _with_several_hosts_named(url: URL) -> URL:
    """Write several servers, however libpq lets them be given, as ``?host=a:5432&host=b:5432``.

    Laps go to the one that is the primary, unless something else is said.
    """
    given = url.normalized_query
    hosts = [part for value in given.get("host", ()) for part in value.split(",")]
    if not hosts and "," in (url.host or ""):
        hosts = str(url.host).split(",")
    if len(hosts) < 2:
        return url
    ports = [part for value in given.get("port", ()) for part in value.split(",")]
    if not ports:
        ports = [str(url.port or _PORT)]
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts):
        raise ValueError("as many ports as hosts are needed, or one for all")
    named = [
        host if ":" in host else f"{host}:{port}" for host, port in zip(hosts, ports, strict=True)
    ]
    if not all(map(_HOST.fullmatch, named)):
        raise ValueError("write each of several servers as ?host=name:port")
    bare = URL.create(url.drivername, url.username, url.password, database=url.database)
    return bare.update_query_dict(
        {"target_session_attrs": "primary"} | dict(url.query) | {"host": named}
    ).difference_update_query(["port"])


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
    # A host is asked once a second: more often, the pages of races would get no turn.
    loopback_every_s: Annotated[int | None, Field(ge=2, le=60)] = None
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
