"""Copies of a database before it is changed."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from core.database import utc_now
from migrations.connections import existing_file
from migrations.errors import BackupNotPossible, DatabaseUnreachable

# What of an address libpq understands too; the rest is asyncpg's or could hold a password.
_LIBPQ_OPTIONS: Final = {"host": "host", "port": "port", "ssl": "sslmode"}


async def backup(url: URL) -> Path:
    """Copy a SQLite database, also while the bot is running; return the copy's path.

    The copy lies next to the file and is named after the moment in UTC, like
    ``orp-20260606-120000.db``.

    Raises:
        BackupNotPossible: It is PostgreSQL; the text has the ``pg_dump`` line to run.
        DatabaseUnreachable: There is no such file, or it cannot be read or copied.
    """
    if url.get_backend_name() != "sqlite":
        raise BackupNotPossible(f"PostgreSQL makes its own backups: {pg_dump_line(url)}")
    source = existing_file(url)
    try:
        return await asyncio.to_thread(_copy, source)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnreachable(f"{source} cannot be copied: {error}.") from error


def pg_dump_line(url: URL) -> str:
    """Return the line that backs a PostgreSQL database up; ``pg_dump`` asks for the password."""
    options = {
        _LIBPQ_OPTIONS[name]: value for name, value in url.query.items() if name in _LIBPQ_OPTIONS
    }
    address = URL.create(
        "postgresql",
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=options,
    )
    file = f"{url.database}-{utc_now():%Y%m%d-%H%M%S}.dump"
    address_text = address.render_as_string()
    return f"pg_dump --format=custom --file={shlex.quote(file)} {shlex.quote(address_text)}"


def _copy(source: Path) -> Path:
    target = _new_file_beside(source)
    try:
        # The copy tells as much about the racers as the file does.
        shutil.copymode(source, target)
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(target)) as copy,
        ):
            original.backup(copy)
    except (OSError, sqlite3.Error):
        target.unlink()
        raise
    return target


def _new_file_beside(source: Path) -> Path:
    """Make an empty file for the copy; two copies within a second do not meet."""
    name = f"{source.stem}-{utc_now():%Y%m%d-%H%M%S}"
    for number in count(1):
        target = source.with_name(f"{name}.db" if number == 1 else f"{name}-{number}.db")
        try:
            target.touch(exist_ok=False)
        except FileExistsError:
            continue
        return target
    raise AssertionError("counting never ends")
