"""Copies of a database: before it is changed, and whenever somebody asks."""

from __future__ import annotations

import asyncio
import shlex
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from core import copies
from core.database import utc_now
from migrations.connections import existing_file
from migrations.errors import BackupNotPossible, DatabaseUnreachable

# What of an address libpq understands too; the rest is asyncpg's or could hold a password.
_LIBPQ_OPTIONS: Final = {
    "host": "host",
    "port": "port",
    "ssl": "sslmode",
    "target_session_attrs": "target_session_attrs",
}


async def backup(url: URL, folder: Path | None = None, *, keep: int | None = None) -> Path:
    """Copy a SQLite database, also while the bot is running; return the copy's path.

    The copy is named after the moment in UTC, like ``orp-20260606-120000.db``.

    Args:
        url: The database.
        folder: Where the copy goes, made if it is not there; None for next to the file.
        keep: How many copies stay in that folder, the newest, at least 1; None for all.

    Raises:
        BackupNotPossible: It is PostgreSQL; the text has the ``pg_dump`` line to run.
        DatabaseUnreachable: There is no such file, or it cannot be read or copied.
    """
    if url.get_backend_name() != "sqlite":
        raise BackupNotPossible(f"PostgreSQL makes its own backups: {pg_dump_line(url)}")
    source = existing_file(url)
    try:
        return await asyncio.to_thread(_copy, source, folder or source.parent, keep)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnreachable(f"{source} cannot be copied: {error}.") from error


def pg_dump_line(url: URL) -> str:
    """Return the line that backs a PostgreSQL database up; ``pg_dump`` asks for the password."""
    file = f"{url.database}-{utc_now():%Y%m%d-%H%M%S}.dump"
    address = shlex.quote(_libpq_address(url))
    return f"pg_dump --format=custom --file={shlex.quote(file)} {address}"


def _libpq_address(url: URL) -> str:
    options = {
        _LIBPQ_OPTIONS[name]: value for name, value in url.query.items() if name in _LIBPQ_OPTIONS
    }
    hosts = url.normalized_query.get("host", ())
    if len(hosts) > 1:
        # Several servers: libpq wants their names in one place and their ports in another.
        names, _, ports = zip(*(host.rpartition(":") for host in hosts), strict=True)
        options |= {"host": ",".join(names), "port": ",".join(ports)}
    address = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=options,
    )
    return address.render_as_string()


def pg_restore_line(url: URL, file: Path) -> str:
    """Return the line that brings a dump back; ``psql`` asks for the password.

    Everything that stands in the database goes first, in the same transaction: what only a newer
    revision has would hold on to the tables of an older one. The script between the two, in which
    everything can be read, goes when it is done.
    """
    script = shlex.quote(str(file.with_name(f"{file.name}.sql")))
    return (
        f"pg_restore --file={script} {shlex.quote(str(file))} && "
        "psql --quiet --single-transaction --set=ON_ERROR_STOP=1 "
        "--command='DROP SCHEMA public CASCADE' --command='CREATE SCHEMA public' "
        f"--file={script} {shlex.quote(_libpq_address(url))} && rm {script}"
    )


def _copy(source: Path, folder: Path, keep: int | None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    copy = copies.make_copy(source, folder, utc_now())
    if keep is not None:
        copies.keep_newest(source, folder, keep)
    return copy
