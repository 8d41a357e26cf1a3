"""Connections for looking at a database and for migrating it, with plain sentences on failure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import event, func, select
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry

from core.database import create_engine
from migrations.environment import ADVISORY_LOCK
from migrations.errors import DatabaseUnreachable

# Long enough for another process to copy and migrate a big file.
_TURN_TIMEOUT_MS: Final = 120_000


def existing_file(url: URL) -> Path:
    """Return the file of a SQLite database.

    Raises:
        DatabaseUnreachable: There is none.
    """
    path = Path(str(url.database))
    if not path.is_file():
        raise DatabaseUnreachable(f"There is no file {path}; at the right place, upgrade makes it.")
    return path


@asynccontextmanager
async def reading(url: URL) -> AsyncIterator[AsyncConnection]:
    """Open a transaction for looking; a SQLite file is not made.

    Raises:
        DatabaseUnreachable: There is no such file, or the server cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        existing_file(url)
    engine = create_engine(url)
    try:
        with _reaching(url):
            connection = await engine.connect()
        try:
            yield connection
        finally:
            await connection.close()
    finally:
        await engine.dispose()


@asynccontextmanager
async def migrating(url: URL) -> AsyncIterator[AsyncConnection]:
    """Open the one transaction a migration runs in, when it is this process's turn.

    It is committed at the end, or rolled back when anything is raised.

    Raises:
        DatabaseUnreachable: The file cannot be opened, or the server cannot be reached.
    """
    with _reaching(url):
        engine = create_engine(url, foreign_keys=False)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _wait_long)
    try:
        async with AsyncExitStack() as stack:
            with _reaching(url):
                connection = await stack.enter_async_context(engine.connect())
                # On SQLite this is BEGIN IMMEDIATE, which waits for whoever else migrates.
                await connection.begin()
            if not is_sqlite:
                await connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
            yield connection
            await connection.commit()
    finally:
        await engine.dispose()


def _wait_long(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={_TURN_TIMEOUT_MS}")
    cursor.close()


@contextmanager
def _reaching(url: URL) -> Iterator[None]:
    try:
        yield
    except (OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        said = reason(error)
        # A pooler in transaction mode takes no limits from who connects.
        is_pooler = "unsupported startup parameter" in said
        hint = " Behind a pooler add ?pgbouncer=true to DATABASE_URL." if is_pooler else ""
        raise DatabaseUnreachable(f"{_named(url)} cannot be reached: {said}.{hint}") from error


def _named(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"The SQLite file {url.database}"
    host = url.host or ", ".join(url.normalized_query.get("host", ())) or "this machine"
    return f"The PostgreSQL database {url.database} on {host}"


def reason(error: BaseException) -> str:
    """Return what a database or its driver says, without statement and values."""
    cause = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        # asyncpg's own error hides behind the one that SQLAlchemy makes of it.
        cause = error.orig.__cause__ or error.orig
    said = cause.strerror if isinstance(cause, OSError) else None
    lines = (said or str(cause)).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(cause).__name__
